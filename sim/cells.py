"""What one cell of a coded table may hold: small readers, named after what they accept.

A reader takes a `Cell` (its text, its line and what is known of the case) and returns the value,
or raises `CellError` with what is allowed.
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
    unchecked instead of raining faults. ``earliest`` is set where later evidence is read: it may
    not be dated before.
    """

    parties: tuple[str, ...]
    belligerents: tuple[str, ...]
    cutoff: date
    agenda: Agenda | None = None
    documents: frozenset[str] | None = None
    earliest: date | None = None


class CellError(Exception):
    """A cell that is not allowed: what is, and what is nearest."""

    def __init__(self, allowed: str, near: str = NOTHING_NEAR) -> None:
        super().__init__(allowed, near)
        self.allowed = allowed
        self.near = near


@dataclass(frozen=True)
class Cell:
    """The text of one cell, the whole line by column, and what is known of the case."""

    text: str
    line: Mapping[str, str]
    known: Known


Reader = Callable[[Cell], Any]


def one_of(text: str, words: Iterable[str]) -> str:
    """Return the text if it is one of the words.

    Examples
    --------
    >>> one_of("yes", ["yes", "no"])
    'yes'
    """
    allowed = tuple(words)
    if text not in allowed:
        raise CellError(listed(allowed), nearest(text, allowed))
    return text


def several(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Split a text on ``+`` into words that are all allowed and differ; empty gives ()."""
    allowed, parts = tuple(words), tuple(text.split("+")) if text else ()
    for part in parts:
        one_of(part, allowed)
    if len(set(parts)) != len(parts):
        raise CellError("each word once, joined by +")
    return parts


def word(*words: str) -> Reader:
    """Return a reader of one of the words."""
    return lambda cell: one_of(cell.text, words)


def free(cell: Cell) -> str:
    """Take any text, also none."""
    return cell.text


def text(cell: Cell) -> str:
    """Take a text that is not blank."""
    if not cell.text.strip():
        raise CellError("a text")
    return cell.text


def mark(cell: Cell) -> str:
    """Take an identifier without blanks, such as ``EG-1978-09-06-01``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", cell.text):
        raise CellError("an id of letters, digits, - and _")
    return cell.text


def codes(cell: Cell) -> tuple[str, ...]:
    """Split codes joined by ``+``, or nothing."""
    parts = tuple(cell.text.split("+")) if cell.text else ()
    if not all(CODE.fullmatch(part) for part in parts):
        raise CellError("codes of a-z, 0-9 and _ joined by +, or nothing")
    return parts


def address(cell: Cell) -> str:
    """Take an address that starts with http, or nothing."""
    if cell.text and not re.match(r"https?://\S+$", cell.text):
        raise CellError("an address starting with http:// or https://, or nothing")
    return cell.text


def day(cell: Cell) -> date:
    """Read a date YYYY-MM-DD, not after the cut-off of the case."""
    found = parse_day(cell.text)
    if found is None:
        raise CellError("a date YYYY-MM-DD")
    return _in_time(found, cell.known)


def month(cell: Cell) -> date:
    """Read a month YYYY-MM as its first day, not after the cut-off."""
    found = parse_day(f"{cell.text}-01")
    if found is None:
        raise CellError("a month YYYY-MM")
    return _in_time(found, cell.known)


def loose_day(cell: Cell) -> str:
    """Take a date YYYY-MM-DD, YYYY-MM or YYYY as written; it may lie after the cut-off."""
    if parse_day((cell.text + "-01-01")[:10]) is None or len(cell.text) not in (4, 7, 10):
        raise CellError("a date YYYY-MM-DD, or YYYY-MM or YYYY where the rest is unknown")
    return cell.text


def whole(low: int, high: int | None = None) -> Reader:
    """Return a reader of a whole number in a range."""
    allowed = f"{low}..{high}" if high is not None else f"a whole number, {low} or more"

    def read(cell: Cell) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", cell.text):
            raise CellError(allowed)
        if int(cell.text) < low or (high is not None and int(cell.text) > high):
            raise CellError(allowed)
        return int(cell.text)

    return read


def number(cell: Cell) -> float:
    """Read a finite number with a decimal point."""
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell.text) or not math.isfinite(float(cell.text)):
        raise CellError("a number with a decimal point")
    return float(cell.text)


def maybe(reader: Reader) -> Reader:
    """Return a reader that also takes an empty cell, as None."""
    return lambda cell: reader(cell) if cell.text else None


def party(cell: Cell) -> str:
    """Take one party."""
    return one_of(cell.text, cell.known.parties)


def party_list(cell: Cell) -> tuple[str, ...]:
    """Split at least one party, joined by ``+``."""
    if not cell.text:
        raise CellError(listed(cell.known.parties) + " joined by +")
    return several(cell.text, cell.known.parties)


def issue(cell: Cell) -> str:
    """Take one issue of the agenda."""
    agenda = cell.known.agenda
    return cell.text if agenda is None else one_of(cell.text, agenda.issue_ids)


def issue_list(cell: Cell) -> tuple[str, ...]:
    """Split issues joined by ``+``, or the word ``none``."""
    if cell.text == NO_ISSUE:
        return ()
    if not cell.text:
        raise CellError("issues joined by +, or none")
    agenda = cell.known.agenda
    return several(cell.text, agenda.issue_ids if agenda else cell.text.split("+"))


def option(cell: Cell) -> str:
    """Take one option of the issue of the same line; unchecked if that issue is unknown."""
    return _option(cell, ())


def option_or_open(cell: Cell) -> str:
    """Take one option of the issue of the same line, or left to the leaders."""
    return _option(cell, (LEFT_TO_LEADERS,))


def document(cell: Cell) -> str:
    """Take one document."""
    documents = cell.known.documents
    return cell.text if documents is None else one_of(cell.text, sorted(documents))


def document_list(cell: Cell) -> tuple[str, ...]:
    """Split documents joined by ``+``, or nothing."""
    documents = cell.known.documents
    return several(cell.text, cell.text.split("+") if documents is None else sorted(documents))


def favoured(cell: Cell) -> str:
    """Take a belligerent or ``neither``."""
    return one_of(cell.text, (*cell.known.belligerents, "neither"))


def event_kind(cell: Cell) -> str:
    """Take a kind of event: common to all cases, a party, or ``domestic_`` and a party."""
    common = ("battlefield", "aid", "sanctions", "leak", "meeting", "deadline", "strike")
    at_home = tuple(f"domestic_{name}" for name in cell.known.parties)
    return one_of(cell.text, (*common, *at_home, *cell.known.parties))


def _in_time(found: date, known: Known) -> date:
    if known.earliest is not None and found < known.earliest:
        raise CellError(f"a date not before the cut-off {known.earliest}", str(known.earliest))
    if found > known.cutoff:
        raise CellError(f"a date not after the cut-off {known.cutoff}", str(known.cutoff))
    return found


def _option(cell: Cell, extra: tuple[str, ...]) -> str:
    agenda, issue = cell.known.agenda, cell.line.get("issue", "")
    if agenda is None or issue not in agenda.issue_ids:
        return cell.text
    return one_of(cell.text, (*agenda.issues[agenda.issue_index(issue)].codes, *extra))
