"""One frozen dataclass per table; each field names the reader of its column.

So the dataclasses are the codebook of a case folder: columns, vocabularies and ranges. Every row
keeps ``row``, its line in the file (the header is line 1).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any

from sim import cells
from sim.cells import Reader


def _by(reader: Reader) -> dict[str, Any]:
    return {"reader": reader}


_TEXT, _FREE, _MARK, _CODES = _by(cells.text), _by(cells.free), _by(cells.mark), _by(cells.codes)
_DAY, _LOOSE, _URL = _by(cells.day), _by(cells.loose_day), _by(cells.address)
_PARTY, _PARTIES = _by(cells.party), _by(cells.party_list)
_ISSUE, _DOCUMENT = _by(cells.issue), _by(cells.document)
_SEEN = _by(cells.word("yes", "no"))
_TRUST = _by(cells.word("high", "medium", "low"))
_EVIDENCE = _by(cells.word("direct", "reported_private", "inferred"))
_LEVELS = (
    "leader", "minister_or_aide", "envoy", "spokesperson", "unnamed_official", "joint_text",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    row: int


@dataclass(frozen=True)
class Sourced(Row):
    """A line with its source; ``source_date`` stays as written and may follow the cut-off."""

    source_outlet: str = field(metadata=_TEXT)
    source_date: str = field(metadata=_LOOSE)
    source_url: str = field(metadata=_URL)
    seen: str = field(metadata=_SEEN)


@dataclass(frozen=True)
class Document(Row):
    """A proposal, memorandum or draft; ``points`` is None where unknown."""

    document_id: str = field(metadata=_by(cells.mark))
    title: str = field(metadata=_TEXT)
    date: dt.date = field(metadata=_DAY)
    authors: tuple[str, ...] = field(metadata=_PARTIES)
    status: str = field(metadata=_by(cells.word("published", "leaked", "reported_only")))
    published_by: str = field(metadata=_TEXT)
    points: int | None = field(metadata=_by(cells.maybe(cells.whole(1))))
    note: str = field(metadata=_FREE)


@dataclass(frozen=True)
class DocumentTerm(Sourced):
    """What one document says on one issue; ``option`` may be ``left_to_leaders``."""

    document_id: str = field(metadata=_DOCUMENT)
    issue: str = field(metadata=_ISSUE)
    option: str = field(metadata=_by(cells.option_or_open))
    confidence: str = field(metadata=_TRUST)
    gist: str = field(metadata=_TEXT)


@dataclass(frozen=True)
class DocumentPoint(Row):
    """A numbered point of a document; ``issue`` holds the issues it touches, perhaps none."""

    document_id: str = field(metadata=_DOCUMENT)
    point_number: int = field(metadata=_by(cells.whole(1)))
    issue: tuple[str, ...] = field(metadata=_by(cells.issue_list))
    title: str = field(metadata=_TEXT)
    summary: str = field(metadata=_TEXT)


@dataclass(frozen=True)
class Statement(Sourced):
    """What a party said about one option of one issue; strength 1 mild, 2 clear, 3 absolute."""

    statement_id: str = field(metadata=_MARK)
    date: dt.date = field(metadata=_DAY)
    party: str = field(metadata=_PARTY)
    speaker: str = field(metadata=_TEXT)
    level: str = field(metadata=_by(cells.word(*_LEVELS)))
    issue: str = field(metadata=_ISSUE)
    option: str = field(metadata=_by(cells.option))
    stance: str = field(metadata=_by(cells.word("demands", "accepts", "conditional", "rejects")))
    strength: int = field(metadata=_by(cells.whole(1, 3)))
    responds_to: str | None = field(metadata=_by(cells.maybe(cells.document)))
    dissent: tuple[str, ...] = field(metadata=_CODES)
    evidence: str = field(metadata=_EVIDENCE)
    gist: str = field(metadata=_TEXT)
    coder_note: tuple[str, ...] = field(metadata=_CODES)


@dataclass(frozen=True)
class DocumentVerdict(Sourced):
    """A reaction to a whole document."""

    date: dt.date = field(metadata=_DAY)
    party: str = field(metadata=_PARTY)
    document_id: str = field(metadata=_DOCUMENT)
    verdict: str = field(
        metadata=_by(cells.word("accepts", "basis_for_talks", "accepts_parts", "rejects"))
    )
    speaker: str = field(metadata=_TEXT)
    dissent: tuple[str, ...] = field(metadata=_CODES)
    evidence: str = field(metadata=_EVIDENCE)
    gist: str = field(metadata=_TEXT)
    coder_note: tuple[str, ...] = field(metadata=_CODES)


@dataclass(frozen=True)
class Event(Sourced):
    """An event that may shift bargaining; magnitude 1 minor, 2 notable, 3 major."""

    date: dt.date = field(metadata=_DAY)
    event_id: str = field(metadata=_MARK)
    kind: str = field(metadata=_by(cells.event_kind))
    summary: str = field(metadata=_TEXT)
    favours: str = field(metadata=_by(cells.favoured))
    magnitude: int = field(metadata=_by(cells.whole(1, 3)))


@dataclass(frozen=True)
class Meeting(Sourced):
    """A meeting or call between parties; ``level`` is the highest on either side."""

    date: dt.date = field(metadata=_DAY)
    place: str = field(metadata=_TEXT)
    level: str = field(metadata=_by(cells.word("expert", "envoy", "leader")))
    parties: tuple[str, ...] = field(metadata=_PARTIES)
    document_ids: tuple[str, ...] = field(metadata=_by(cells.document_list))
    summary: str = field(metadata=_TEXT)


@dataclass(frozen=True)
class Indicator(Sourced):
    """A figure for one month (its first day)."""

    month: dt.date = field(metadata=_by(cells.month))
    indicator: str = field(metadata=_MARK)
    value: float = field(metadata=_by(cells.number))
    unit: str = field(metadata=_TEXT)
    note: str = field(metadata=_FREE)


@dataclass(frozen=True)
class Leverage(Sourced):
    """A carrot or stick used or threatened."""

    date: dt.date = field(metadata=_DAY)
    actor: str = field(metadata=_PARTY)
    target: str = field(metadata=_PARTY)
    instrument: str = field(metadata=_TEXT)
    kind: str = field(metadata=_by(cells.word("carrot", "stick")))
    credibility_note: str = field(metadata=_TEXT)
    reported_effect: str = field(metadata=_TEXT)


@dataclass(frozen=True)
class Consent(Row):
    """Who must agree before an issue can take effect.

    ``rights`` holds ``veto``, ``consulted`` or ``none`` per party, in the order of the case; in
    the file each party is a column.
    """

    issue: str = field(metadata=_ISSUE)
    reason: str = field(metadata=_TEXT)
    rights: tuple[str, ...] = ()


@dataclass(frozen=True)
class SalienceRank(Sourced):
    """How much an issue matters to a party as observers infer it (1 = most, ties allowed)."""

    party: str = field(metadata=_PARTY)
    issue: str = field(metadata=_ISSUE)
    rank: int = field(metadata=_by(cells.whole(1)))
    confidence: str = field(metadata=_TRUST)
    basis: str = field(metadata=_TEXT)


RIGHT = cells.word("veto", "consulted", "none")


def readers(row_type: type[Row]) -> dict[str, Reader]:
    """Return the reader of every column of a table, by column name."""
    return {f.name: f.metadata["reader"] for f in fields(row_type) if "reader" in f.metadata}
