"""Folders of evidence beside a case, in its codes: what came later, or was coded once more."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from sim.case import Case, is_folder
from sim.cells import Known
from sim.errors import FaultList
from sim.nodes import shown
from sim.tables import Tables, read_later


def later_case(case: Case, folder: Path) -> Case:
    """Return the case with the rows of a later folder in place of its own (``case.later``).

    Documents known before stay known, so that later terms and verdicts may name them.

    Raises
    ------
    BadInput
        With every fault at once: unknown codes and parties, empty tables, dates before the cut-off.
    """
    later = _beside(case, folder, "case.later", case.cutoff)
    fresh = {d.document_id for d in later.documents}
    papers = (*(d for d in case.tables.documents if d.document_id not in fresh), *later.documents)
    return replace(case, tables=replace(later, documents=papers))


def second_coding(case: Case, folder: Path) -> Tables:
    """Return the tables of a folder in which somebody coded the case's material once more.

    Raises
    ------
    BadInput
        With every fault at once: unknown codes and parties, empty tables, dates after the cut-off.
    """
    return _beside(case, folder, "agreement", None)


def _beside(case: Case, folder: Path, place: str, earliest: date | None) -> Tables:
    """Return the tables of a folder in the codes of a case, dated ``earliest`` or later if given.

    Without it, nothing may be dated after the case's cut-off.
    """
    faults = FaultList()
    if not is_folder(folder):
        faults.add(place, shown(folder), "a folder with statements.csv")
        faults.raise_if_any()
    sides = tuple(case.parties[p] for p in case.belligerents)
    last = date.max if earliest else case.cutoff
    known = Known(case.parties, sides, last, case.agenda, frozenset(case.document_ids), earliest)
    found = read_later(folder, known, faults)
    faults.raise_if_any()
    return found
