"""What one cell of a coded table may hold: small readers, named after what they accept.

A reader takes the text of the cell, what is `Known` of the case and the whole line, and returns
the value or raises `CellError` with what is allowed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sim.agenda import LEFT_TO_LEADERS, Agenda
from sim.errors import NOTHING_NEAR, nearest
from sim.nodes import CODE, listed, parse_day

NO_ISSUE = "none"


@dataclass(frozen=True)
class Known:
    """What the cells may refer to.

    ``agenda`` or ``documents`` is None where it could not be read: references are then left
    unchecked instead of raining faults.
    """

    parties: tuple[str, ...]
    belligerents: tuple[str, ...]
    cutoff: date
    agenda: Agenda | None = None
    documents: frozenset[str] | None = None


class CellError(Exception):
    """A cell that is not allowed: what is, and what is nearest."""

    def __init__(self, allowed: str, near: str = NOTHING_NEAR) -> None:
        super().__init__(allowed, near)
        self.allowed = allowed
        self.near = near


Reader = Callable[[str, Known, Mapping[str, str]], Any]


def one_of(cell: str, words: Iterable[str]) -> str:
    """Return the cell if it is one of the words.

    Examples
    --------
    >>> one_of("yes", ["yes", "no"])
    'yes'
    """
    allowed = tuple(words)
    if cell not in allowed:
        raise CellError(listed(allowed), nearest(cell, allowed))
    return cell


def several(cell: str, words: Iterable[str]) -> tuple[str, ...]:
    """Split a cell on ``+`` into words that are all allowed and differ; empty gives ()."""
    allowed, parts = tuple(words), tuple(cell.split("+")) if cell else ()
    for part in parts:
        one_of(part, allowed)
    if len(set(parts)) != len(parts):
        raise CellError("each word once, joined by +")
    return parts


def word(*words: str) -> Reader:
    """Return a reader of one of the words."""
    return lambda cell, known, line: one_of(cell, words)


def free(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """Any text, also none."""
    return cell


def text(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """A text that is not blank."""
    if not cell.strip():
        raise CellError("a text")
    return cell


def mark(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """An identifier without blanks, such as ``EG-1978-09-06-01``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", cell):
        raise CellError("an id of letters, digits, - and _")
    return cell


def codes(cell: str, known: Known, line: Mapping[str, str]) -> tuple[str, ...]:
    """Codes joined by ``+``, or nothing."""
    parts = tuple(cell.split("+")) if cell else ()
    if not all(CODE.fullmatch(part) for part in parts):
        raise CellError("codes of a-z, 0-9 and _ joined by +, or nothing")
    return parts


def address(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """An address that starts with http, or nothing."""
    if cell and not re.match(r"https?://\S+$", cell):
        raise CellError("an address starting with http:// or https://, or nothing")
    return cell


def day(cell: str, known: Known, line: Mapping[str, str]) -> date:
    """A date YYYY-MM-DD, not after the cut-off of the case."""
    found = parse_day(cell)
    if found is None:
        raise CellError("a date YYYY-MM-DD")
    return _in_time(found, known)


def month(cell: str, known: Known, line: Mapping[str, str]) -> date:
    """A month YYYY-MM, returned as its first day, not after the cut-off."""
    found = parse_day(f"{cell}-01")
    if found is None:
        raise CellError("a month YYYY-MM")
    return _in_time(found, known)


def loose_day(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """A date YYYY-MM-DD, YYYY-MM or YYYY, kept as written; it may lie after the cut-off."""
    if parse_day((cell + "-01-01")[:10]) is None or len(cell) not in (4, 7, 10):
        raise CellError("a date YYYY-MM-DD, or YYYY-MM or YYYY where the rest is unknown")
    return cell


def whole(low: int, high: int | None = None) -> Reader:
    """Return a reader of a whole number in a range."""
    allowed = f"{low}..{high}" if high is not None else f"a whole number, {low} or more"

    def read(cell: str, known: Known, line: Mapping[str, str]) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", cell):
            raise CellError(allowed)
        if int(cell) < low or (high is not None and int(cell) > high):
            raise CellError(allowed)
        return int(cell)

    return read


def number(cell: str, known: Known, line: Mapping[str, str]) -> float:
    """A finite number with a decimal point."""
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell) or not math.isfinite(float(cell)):
        raise CellError("a number with a decimal point")
    return float(cell)


def maybe(reader: Reader) -> Reader:
    """Return a reader that also takes an empty cell, as None."""
    return lambda cell, known, line: reader(cell, known, line) if cell else None


def party(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """One party."""
    return one_of(cell, known.parties)


def party_list(cell: str, known: Known, line: Mapping[str, str]) -> tuple[str, ...]:
    """At least one party, joined by ``+``."""
    if not cell:
        raise CellError(listed(known.parties) + " joined by +")
    return several(cell, known.parties)


def issue(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """One issue of the agenda."""
    return cell if known.agenda is None else one_of(cell, known.agenda.issue_ids)


def issue_list(cell: str, known: Known, line: Mapping[str, str]) -> tuple[str, ...]:
    """Issues joined by ``+``, or the word ``none``."""
    if cell == NO_ISSUE:
        return ()
    if not cell:
        raise CellError("issues joined by +, or none")
    return several(cell, known.agenda.issue_ids if known.agenda else cell.split("+"))


def option(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """One option of the issue of the same line; unchecked if that issue is unknown."""
    return _option(cell, known, line, ())


def option_or_open(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """One option of the issue of the same line, or left to the leaders."""
    return _option(cell, known, line, (LEFT_TO_LEADERS,))


def document(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """One document."""
    return cell if known.documents is None else one_of(cell, sorted(known.documents))


def document_list(cell: str, known: Known, line: Mapping[str, str]) -> tuple[str, ...]:
    """Documents joined by ``+``, or nothing."""
    return several(cell, cell.split("+") if known.documents is None else sorted(known.documents))


def favoured(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """A belligerent or ``neither``."""
    return one_of(cell, (*known.belligerents, "neither"))


def event_kind(cell: str, known: Known, line: Mapping[str, str]) -> str:
    """A kind of event: common to all cases, a party, or ``domestic_`` and a party."""
    common = ("battlefield", "aid", "sanctions", "leak", "meeting", "deadline", "strike")
    at_home = tuple(f"domestic_{name}" for name in known.parties)
    return one_of(cell, (*common, *at_home, *known.parties))


def _in_time(found: date, known: Known) -> date:
    if found > known.cutoff:
        raise CellError(f"a date not after the cut-off {known.cutoff}", str(known.cutoff))
    return found


def _option(cell: str, known: Known, line: Mapping[str, str], extra: tuple[str, ...]) -> str:
    if known.agenda is None or line.get("issue") not in known.agenda.issue_ids:
        return cell
    j = known.agenda.issue_index(line["issue"])
    return one_of(cell, (*known.agenda.issues[j].codes, *extra))
