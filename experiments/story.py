"""One negotiation told line by line: who refused what at which contact."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.record import end_sentence

Row = Mapping[str, Any]

LEFT = "left_to_leaders"


def pairs(text: str | None) -> dict[str, str]:
    """Split ``issue=answer;...`` into a mapping.

    >>> pairs("sinai=egypt;settlements=removed")
    {'sinai': 'egypt', 'settlements': 'removed'}
    """
    return dict(part.split("=", 1) for part in text.split(";")) if text else {}


def tell(world: Row, rounds: Sequence[Row], parties: Sequence[str]) -> list[str]:
    """Return the story of one world as lines of plain text."""
    lines = [f"World {world['world']}. At most, some text is worth {_gain(world)} to every signer."]
    before: dict[str, str] = {}
    for row in rounds:
        lines += [_meeting(row), *_filled(before, row)]
        before = pairs(row["text"])
        for party in parties:
            said = _answer(party, row) + _asks(party, row)
            lines += [f"  {party}: {'; '.join(said)}"] if said else []
        lines += _changes(row) + _signature(row)
    lines.append(f"END, week {world['week']:.0f}: {end_sentence(world['end'])}")
    lines.append("Conditional on the model: a story it can tell, not what happened or should.")
    return lines


def _gain(world: Row) -> str:
    months = world["zopa_months"]
    if months == float("-inf"):
        return "nothing (every text crosses a red line)"
    return f"{months:+.1f} own war-months"


def _meeting(row: Row) -> str:
    """Name the meeting; a planned one by whom the mediator then chose to see."""
    where = f"{row['place']} (recorded" if row["recorded"] else "Visit (planned"
    return f"{row['date']} {where}, {row['level']} level): {row['parties']}"


def _filled(before: Mapping[str, str], row: Row) -> list[str]:
    """Say what the mediator proposes on the points envoys had left to leaders."""
    tabled = pairs(row["tabled"])
    new = [f"{i}={tabled[i]}" for i in before if before[i] == LEFT and tabled[i] != LEFT]
    return [f"  proposed to leaders: {'; '.join(new)}"] if new else []


def _answer(party: str, row: Row) -> list[str]:
    """Say how a party answered the text on the table; nothing if it was not asked."""
    statuses = pairs(row[f"statuses_{party}"])
    named = {
        status: [issue for issue, given in statuses.items() if given == status]
        for status in ("accept", "needs work", "unacceptable", "open")
    }
    parts = [f"accepts {len(named['accept'])}"]
    for status in ("needs work", "unacceptable"):
        names = ", ".join(named[status])
        parts.append(f"{status} {len(named[status])}" + (f" ({names})" if names else ""))
    if named["open"]:
        parts.append(f"left open {len(named['open'])}")
    return parts if statuses else []


def _asks(party: str, row: Row) -> list[str]:
    """Say what a party wants instead, at the table or by a counter-draft it published."""
    wanted = {i: k for i, k in pairs(row[f"asks_{party}"]).items() if k != LEFT}
    said = ", ".join(f"{issue}={option}" for issue, option in wanted.items())
    return [f"asks for {said}"] if said else []


def _changes(row: Row) -> list[str]:
    before, after = pairs(row["tabled"]), pairs(row["text"])
    moved = [i for i in after if after[i] != before[i]]
    edits = [f"{i}: {before[i]} -> {after[i]}" for i in moved if after[i] != LEFT]
    left = [i for i in moved if after[i] == LEFT]
    lines = [f"  draft: {'; '.join(edits)}"] if edits else []
    return lines + ([f"  left to leaders: {', '.join(left)}"] if left else [])


def _signature(row: Row) -> list[str]:
    """Say who signs and which condition binds whom; a signature stands while the text does."""
    if not row["asked"]:
        return []
    said = [f"{party} signs" for party in row["signed"].split("+") if party]
    said += [row["refusals"]] if row["refusals"] else []
    return [f"  put up for signature: {'; '.join(said) or 'nobody here still has to sign'}"]
