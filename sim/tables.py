"""Reading the coded tables of a case folder: strict CSV, every fault collected with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sim.cells import Cell, CellError, Known, Reader
from sim.errors import FaultList, nearest
from sim.nodes import listed, shown
from sim.rows import (
    RIGHT,
    Consent,
    Document,
    DocumentPoint,
    DocumentTerm,
    DocumentVerdict,
    Event,
    Indicator,
    Leverage,
    Meeting,
    Row,
    SalienceRank,
    Statement,
    readers,
)

__all__ = [
    "REQUIRED_TABLES",
    "TABLES",
    "Consent",
    "Document",
    "DocumentPoint",
    "DocumentTerm",
    "DocumentVerdict",
    "Event",
    "Indicator",
    "Leverage",
    "Meeting",
    "SalienceRank",
    "Statement",
    "Tables",
    "read_bytes",
    "read_later",
    "read_tables",
    "read_text",
]

R = TypeVar("R", bound=Row)

# table: the columns that together stand only once
TABLES: Mapping[str, tuple[type[Row], tuple[str, ...]]] = {
    "documents": (Document, ("document_id",)),
    "document_terms": (DocumentTerm, ("document_id", "issue")),
    "document_points": (DocumentPoint, ("document_id", "point_number")),
    "document_verdicts": (DocumentVerdict, ("date", "party", "document_id", "speaker")),
    "statements": (Statement, ("statement_id",)),
    "events": (Event, ("event_id",)),
    "meetings": (Meeting, ("date", "place", "parties")),
    "indicators": (Indicator, ("month", "indicator", "note")),
    "leverage": (Leverage, ("date", "actor", "target", "instrument")),
    "consent": (Consent, ("issue",)),
    "salience": (SalienceRank, ("party", "issue")),
}
REQUIRED_TABLES = ("documents", "document_terms", "statements", "meetings", "consent")


@dataclass(frozen=True)
class Tables:
    """The coded evidence, one tuple of rows per table, in file order; empty where left out."""

    documents: tuple[Document, ...]
    document_terms: tuple[DocumentTerm, ...]
    statements: tuple[Statement, ...]
    meetings: tuple[Meeting, ...]
    consent: tuple[Consent, ...]
    document_points: tuple[DocumentPoint, ...] = ()
    document_verdicts: tuple[DocumentVerdict, ...] = ()
    events: tuple[Event, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    leverage: tuple[Leverage, ...] = ()
    salience: tuple[SalienceRank, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of a file: its number and its cells by column."""

    number: int
    cells: Mapping[str, str]


def read_tables(folder: Path, names: Sequence[str], known: Known, faults: FaultList) -> Tables:
    """Read the named tables of a folder; faults gather, and rows with a fault are left out."""
    documents = _read_lines(folder / "documents.csv", _columns("documents", known), faults)
    if documents is not None:
        ids = frozenset(line.cells.get("document_id", "") for line in documents)
        known = replace(known, documents=ids)
    found: dict[str, Any] = {name: () for name in REQUIRED_TABLES}
    for name in names:
        file = folder / f"{name}.csv"
        columns = _columns(name, known)
        lines = documents if name == "documents" else _read_lines(file, columns, faults)
        if lines is not None:
            found[name] = _read_rows(file.name, name, lines, columns, known, faults)
    return Tables(**found)


LATER = ("documents", "document_terms", "document_verdicts", "statements")
"""Tables that later evidence may bring; statements it must."""


def read_later(folder: Path, known: Known, faults: FaultList) -> Tables:
    """Read evidence that came after a case's cut-off, in the tables it brings; faults gather.

    ``known.documents`` are the documents of the case, ``known.earliest`` its cut-off. Documents
    may be listed again whatever their date. A table without a row is a fault.
    """
    names = [n for n in LATER if n == "statements" or (folder / f"{n}.csv").exists()]
    lines = {n: _read_lines(folder / f"{n}.csv", _columns(n, known), faults) for n in names}
    ids = {line.cells.get("document_id", "") for line in lines.get("documents") or ()}
    known = replace(known, documents=(known.documents or frozenset()) | ids)
    found: dict[str, Any] = {name: () for name in REQUIRED_TABLES}
    for name in names:
        rows = lines[name]
        if rows is not None and not rows:
            faults.add(f"{name}.csv | rows", "a header and no row", "at least one row")
        if rows:
            here = replace(known, earliest=None) if name == "documents" else known
            columns = _columns(name, here)
            found[name] = _read_rows(f"{name}.csv", name, rows, columns, here, faults)
    return Tables(**found)


def read_bytes(path: Path, faults: FaultList) -> bytes | None:
    """Return the bytes of a file; one that cannot be read is a fault."""
    if not path.exists():
        near = nearest(path.name, (other.name for other in path.parent.glob("*")))
        faults.add(f"{path.name} | file", f"no such file in {path.parent}", "a file", near)
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        faults.add(f"{path.name} | file", str(error.strerror), "a file that can be read")
        return None


def read_text(path: Path, faults: FaultList) -> str | None:
    """Return the text of a UTF-8 file; a byte that is none is a fault with its line."""
    content = read_bytes(path, faults)
    if content is None:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        faults.add(f"{path.name}:{row} | encoding", f"byte 0x{content[error.start]:02x}", "UTF-8")
        return None


def _columns(name: str, known: Known) -> dict[str, Reader]:
    parties = known.parties if name == "consent" else ()
    return readers(TABLES[name][0]) | dict.fromkeys(parties, RIGHT)


def _read_lines(path: Path, columns: Mapping[str, Reader], faults: FaultList) -> list[Line] | None:
    """Split a file into lines; None if it cannot be read or its header is wrong."""
    text = read_text(path, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if not _header_is_right(path.name, header, columns, faults):
            return None
        return _split(path.name, reader, header, faults)
    except csv.Error as error:
        faults.add(f"{path.name}:{reader.line_num} | cells", str(error), "comma separated cells")
        return None


def _header_is_right(
    file: str, header: list[str], columns: Mapping[str, Reader], faults: FaultList
) -> bool:
    before = len(faults)
    if not set(header) & set(columns):
        faults.add(f"{file}:1 | header", shown(",".join(header)), listed(columns))
        return False
    for name in [name for name in columns if name not in header]:
        near = nearest(name, set(header) - set(columns))
        faults.add(f"{file}:1 | {name}", "no such column", "this column", near)
    for n, name in enumerate(header):
        if name not in columns:
            near = nearest(name, columns)
            faults.add(f"{file}:1 | {name or n + 1}", "an unknown column", listed(columns), near)
        elif name in header[:n]:
            faults.add(f"{file}:1 | {name}", "the column again", "each column once")
    return len(faults) == before


def _split(file: str, reader: Any, header: list[str], faults: FaultList) -> list[Line]:
    lines, start = [], reader.line_num + 1
    for found in reader:
        if found and len(found) != len(header):
            faults.add(f"{file}:{start} | cells", f"{len(found)} cells", f"{len(header)} cells")
        elif found:
            lines.append(Line(start, dict(zip(header, found, strict=True))))
        start = reader.line_num + 1
    return lines


def _read_rows(
    file: str,
    name: str,
    lines: Sequence[Line],
    columns: Mapping[str, Reader],
    known: Known,
    faults: FaultList,
) -> tuple[Row, ...]:
    row_type, unique = TABLES[name]
    rows = []
    for line in lines:
        before = len(faults)
        values = _read_cells(file, line, columns, known, faults)
        if len(faults) == before:
            rows.append(_build(row_type, line, values, known))
    _refuse_repeats(file, lines, unique, faults)
    return tuple(rows)


def _read_cells(
    file: str, line: Line, columns: Mapping[str, Reader], known: Known, faults: FaultList
) -> dict[str, Any]:
    values = {}
    for column, read in columns.items():
        text = line.cells[column]
        try:
            values[column] = read(Cell(text, line.cells, known))
        except CellError as error:
            place = f"{file}:{line.number} | {column}"
            faults.add(place, shown(text), error.allowed, error.near)
    return values


def _build(row_type: type[R], line: Line, values: dict[str, Any], known: Known) -> R:
    if row_type is Consent:
        values = {**values, "rights": tuple(values[party] for party in known.parties)}
        values = {key: values[key] for key in ("issue", "reason", "rights")}
    return row_type(row=line.number, **values)


def _refuse_repeats(
    file: str, lines: Sequence[Line], unique: tuple[str, ...], faults: FaultList
) -> None:
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        key = tuple(line.cells[column] for column in unique)
        if key in first:
            place = f"{file}:{line.number} | {'+'.join(unique)}"
            found = f"{shown(' '.join(key))} again, as in line {first[key]}"
            faults.add(place, found, "each once")
        first.setdefault(key, line.number)
