"""Read a case: who talks about what, the coded evidence, and what we believe beforehand.

A case is one YAML (parties, dates, priors) and one folder of tables with ``issues.yaml``. All
faults of both are collected and raised at once. Together with `sim.tables` this is the only
module of the theory that touches the disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agenda import Agenda, frozen, read_agenda
from sim.cells import Known
from sim.errors import BadInput, Fault, FaultList, nearest
from sim.nodes import Node, listed, parse_yaml, shown
from sim.params import Param, read_params
from sim.priors import Ending, Paper, Poll, Priors, Rule, read_priors
from sim.tables import (
    REQUIRED_TABLES,
    TABLES,
    Tables,
    read_bytes,
    read_tables,
    read_text,
)
from sim.ties import Ties, read_ties

__all__ = [
    "Case",
    "Ending",
    "Paper",
    "Param",
    "Poll",
    "Priors",
    "Rule",
    "check_case",
    "default_root",
    "load_case",
]

_REQUIRED = (
    "name", "title", "note", "cutoff", "start", "parties", "belligerents", "mediator",
    "direction", "opening_text", "report_after", "tables", "salience",
    "salience_concentration", "not_monotone", "enforcement", "power_shift", "omega",
    "implications", "consent", "treaty_default", "status_quo", "endings", "params",
)  # fmt: skip
_OPTIONAL = (
    "background_documents", "documents_partition", "front", "polls",
    "linkages", "camps", "counter_drafts",
)  # fmt: skip
_FROM_CONFIG = ("dir", "later")  # set on the command line; no part of the case itself


@dataclass(frozen=True, eq=False)
class Case:
    """One coded case.

    Attributes
    ----------
    name, title, note : str
    cutoff, start : date
        No row is dated after the cut-off; the talks are played from the start.
    agenda : Agenda
    parties : tuple of str
        In the fixed order of every array.
    belligerents : tuple of int
    mediator : int
    opening_text : str
        Id of the document on the table at the start.
    report_after : (date, place)
        The meeting after which the story of one world reports its statuses.
    background_documents : tuple of str
        Documents that are no position of anybody at the time of the talks.
    tables, priors, ties
        The coded evidence, what is believed before it, and what ties options and parties.
    sha256 : str
        Over the canonical YAML mapping and the bytes of the tables in name order.
    clashes : tuple of str
        Where the consent list of the priors and ``consent.csv`` differ, one sentence each.
    """

    name: str
    title: str
    note: str
    cutoff: date
    start: date
    agenda: Agenda
    parties: tuple[str, ...]
    belligerents: tuple[int, ...]
    mediator: int
    opening_text: str
    report_after: tuple[date, str]
    background_documents: tuple[str, ...]
    tables: Tables
    priors: Priors
    ties: Ties
    sha256: str
    clashes: tuple[str, ...]

    @cached_property
    def document_ids(self) -> tuple[str, ...]:
        """Ids of the documents, in file order."""
        return tuple(document.document_id for document in self.tables.documents)

    def party_index(self, name: str) -> int:
        """Return p of a party; an unknown name raises `BadInput`."""
        if name not in self.parties:
            near = nearest(name, self.parties)
            raise BadInput(Fault("party", name or "nothing", listed(self.parties), near))
        return self.parties.index(name)


def default_root() -> Path:
    """Return the folder of the installed cases."""
    return Path(__file__).parents[1] / "conf" / "case"


def load_case(
    case: str | Mapping[str, Any], folder: Path | None = None, root: Path | None = None
) -> Case:
    """Load a case by name, or from its already composed mapping.

    Parameters
    ----------
    case : str or mapping
        A name reads ``root/NAME.yaml``. A mapping has the same keys; ``dir`` (another table
        folder) and ``later`` may stand beside them.
    folder : Path, optional
        Folder of the tables; ``root/NAME`` if not given.
    root : Path, optional
        Where cases live; the installed ones if not given.

    Raises
    ------
    BadInput
        With every fault of the YAML and of every table at once.
    """
    home = root or default_root()
    if isinstance(case, str):
        mapping = _read_yaml(home / f"{case}.yaml")
        if isinstance(mapping, Mapping) and mapping.get("name") != case:
            raise BadInput(Fault(f"{case}.yaml | name", str(mapping.get("name")), case))
        return _build(mapping, f"{case}.yaml | ", folder or home / case)
    place = folder or (Path(case["dir"]) if case.get("dir") else home / str(case.get("name")))
    return _build(case, "case.", place)


def check_case(path: Path) -> Case:
    """Load a case from a path, for ``tango verify --case PATH``.

    ``path`` is a YAML file with its tables in a folder of the same name beside it (or in the
    same folder), or a folder of tables with ``case.yaml`` or ``<folder>.yaml`` inside, or
    ``<folder>.yaml`` beside it, else the installed YAML of that name, else the installed YAML of
    the case it is a copy of (the one that shares most issues).

    Raises
    ------
    BadInput
        With every fault at once, also when there is no YAML to be found.
    """
    if path.is_dir():
        name = f"{path.resolve().name}.yaml"
        places = (path / "case.yaml", path / name, path.resolve().parent / name)
        file = next((f for f in (*places, default_root() / name) if f.is_file()), None)
        file = file or _installed_original(path)
        if file is None:
            raise BadInput(Fault(str(path), "no case YAML", f"case.yaml inside or {name} beside"))
        return _build(_read_yaml(file), f"{file.name} | ", path)
    beside = path.with_suffix("")
    folder = beside if beside.is_dir() and beside != path else path.parent
    return _build(_read_yaml(path), f"{path.name} | ", folder)


def _installed_original(folder: Path) -> Path | None:
    """Return the YAML of the installed case a nameless folder of tables was copied from."""
    own = _issue_ids(folder)
    shared = {
        file: len(own & _issue_ids(file.with_suffix(""))) for file in default_root().glob("*.yaml")
    }
    best = max(shared, key=lambda file: shared[file], default=None)
    return best if best and shared[best] else None


def _issue_ids(folder: Path) -> set[str]:
    """Return the issue ids a folder declares, read line by line: the file may be damaged."""
    file = folder / "issues.yaml"
    lines = file.read_bytes().splitlines() if file.is_file() else []
    marks = (line.strip().removeprefix(b"- ") for line in lines)
    ids = (mark.removeprefix(b"id:").strip() for mark in marks if mark.startswith(b"id:"))
    return {name.decode("utf-8", "replace") for name in ids}


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder; a name that no file system takes is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _read_yaml(path: Path) -> Any:
    faults = FaultList()
    text = read_text(path, faults)
    mapping = parse_yaml(text, path.name, faults) if text is not None else None
    faults.raise_if_any()
    return mapping


def _build(mapping: Any, prefix: str, folder: Path) -> Case:
    faults = FaultList()
    node = Node(mapping, prefix, (), faults)
    node.keys(_REQUIRED, (*_OPTIONAL, *_FROM_CONFIG))
    who = _read_who(node)
    found = is_folder(folder)
    if not found:
        faults.add(shown(folder), "no such folder", "a folder of tables")
    if not found or not who["parties"]:  # nothing else can be judged
        faults.raise_if_any()
    agenda = _read_agenda(folder, who["parties"], faults)
    known = Known(who["parties"], who["belligerents"], who["cutoff"], agenda)
    names = _read_table_names(node.child("tables"), folder)
    tables = read_tables(folder, names, known, faults)
    if agenda is None:
        read_params(node.child("params"), who["parties"], who["belligerents"])
        raise BadInput(faults)
    priors = read_priors(node, agenda, who["parties"], who["belligerents"])
    opening = _read_references(node, tables)
    documents = tuple(document.document_id for document in tables.documents)
    ties = read_ties(node, agenda, who["parties"], who["belligerents"], documents)
    _check_consent(tables, agenda, faults)
    faults.raise_if_any()
    vetoes = _vetoes(tables, agenda)
    return Case(
        name=who["name"],
        title=who["title"],
        note=who["note"],
        cutoff=who["cutoff"],
        start=who["start"],
        agenda=agenda,
        parties=who["parties"],
        belligerents=tuple(who["parties"].index(party) for party in who["belligerents"]),
        mediator=who["parties"].index(who["mediator"]),
        tables=tables,
        priors=Priors(**priors, consent_issues=vetoes),
        ties=ties,
        sha256=_sha256(mapping, folder, names),
        clashes=_clashes(priors["consent_options"], vetoes, agenda, who),
        **opening,
    )


def _read_who(node: Node) -> dict[str, Any]:
    """Read names, dates and parties."""
    parties = tuple(part.code() for part in node.child("parties").elements())
    if len(set(parties)) != len(parties):
        node.child("parties").fault("each party once", found=", ".join(parties))
    if node.child("parties").value == []:
        node.child("parties").fault("at least one party")
    belligerents = node.child("belligerents")
    cutoff, start = node.child("cutoff").day(), node.child("start").day()
    if start > cutoff:
        node.child("start").fault(f"a date not after the cut-off {cutoff}")
    return {
        "name": node.child("name").code(),
        "title": node.child("title").text(),
        "note": node.child("note").text(),
        "cutoff": cutoff,
        "start": start,
        "parties": parties,
        "belligerents": belligerents.words(parties) if belligerents.elements(2) else (),
        "mediator": node.child("mediator").word(parties),
    }


def _read_agenda(folder: Path, parties: tuple[str, ...], faults: FaultList) -> Agenda | None:
    before = len(faults)
    text = read_text(folder / "issues.yaml", faults)
    if text is None:
        return None
    issues = parse_yaml(text, "issues.yaml", faults)
    if len(faults) > before:
        return None
    agenda = read_agenda(Node(issues, "issues.yaml | ", (), faults), parties)
    return agenda if len(faults) == before else None


def _read_table_names(node: Node, folder: Path) -> tuple[str, ...]:
    """Return the listed tables; every required one and every CSV of the folder must be listed."""
    names = node.words(TABLES)
    for name in [name for name in REQUIRED_TABLES if name not in names]:
        node.fault("this table too: " + name, found="a list without it")
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in names:
            near = nearest(file.stem, TABLES)
            node.faults.add(f"{file.name} | file", "a table not listed", listed(names), near)
    return tuple(name for name in TABLES if name in names)


def _read_references(node: Node, tables: Tables) -> dict[str, Any]:
    """Read what the YAML says about documents and meetings."""
    ids = [document.document_id for document in tables.documents]
    meetings = {(str(meeting.date), meeting.place) for meeting in tables.meetings}
    when = node.child("report_after").elements(2)
    pair = (str(when[0].day()), when[1].text()) if when else ("", "")
    if when and meetings and pair not in meetings:
        node.child("report_after").fault("date and place of a meeting", found=" ".join(pair))
    background = node.child("background_documents").words(ids) if ids else ()
    return {
        "opening_text": node.child("opening_text").word(ids) if ids else "",
        "report_after": (when[0].day(), pair[1]) if when else None,
        "background_documents": background,
    }


def _check_consent(tables: Tables, agenda: Agenda, faults: FaultList) -> None:
    listed_issues = {row.issue for row in tables.consent}
    for issue in agenda.issue_ids if tables.consent and not faults else ():
        if issue not in listed_issues:
            faults.add("consent.csv | issue", f"no row for {issue}", "one row for every issue")


def _vetoes(tables: Tables, agenda: Agenda) -> NDArray[np.bool_]:
    """Return who holds a veto by consent.csv, shape (J, P)."""
    rights = {row.issue: row.rights for row in tables.consent}
    return frozen(
        np.array([[right == "veto" for right in rights[i]] for i in agenda.issue_ids], dtype=bool)
    )


def _clashes(
    options: NDArray[np.bool_], vetoes: NDArray[np.bool_], agenda: Agenda, who: Mapping[str, Any]
) -> tuple[str, ...]:
    """Compare the two consent tables issue by issue and party by party (theory 0b e)."""
    asks: NDArray[np.bool_] = np.asarray(options.any(axis=1))
    return tuple(
        _clash(issue, party, bool(asks[j, p]), party in who["belligerents"])
        for j, issue in enumerate(agenda.issue_ids)
        for p, party in enumerate(who["parties"])
        if asks[j, p] != vetoes[j, p]
    )


def _clash(issue: str, party: str, asked: bool, signs_anyway: bool) -> str:
    if asked:
        return f"{issue}: the option list asks {party}, consent.csv gives it no veto."
    aside = " (it signs every text anyway)" if signs_anyway else ""
    return f"{issue}: consent.csv gives {party} a veto, no option of the list asks it{aside}."


def _sha256(mapping: Mapping[str, Any], folder: Path, names: tuple[str, ...]) -> str:
    own = {key: value for key, value in mapping.items() if key not in _FROM_CONFIG}
    text = json.dumps(own, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(text.encode())
    for file in sorted(["issues.yaml", *(f"{name}.csv" for name in names)]):
        content = read_bytes(folder / file, FaultList()) or b""
        digest.update(f"{file} {len(content)}\n".encode() + content)
    return digest.hexdigest()
