"""What a document says on every issue: the three kinds of absence (theory 0b c).

Bracketed (left to leaders), silent in a fully known text (the treaty default, not the wartime
status quo), unknown in an unpublished text. A document with fewer than ten known points is worth
an interval, never one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.agenda import BRACKETED, UNKNOWN
from sim.case import Case
from sim.world import World
from sim.worth import MICRO, Bools, Floats, Ints, Table, breaks_rule

MIN_KNOWN = 10
"""Points a text must settle to get one number; a third of the issues on a small agenda."""

FULLY_KNOWN = ("published", "leaked")


@dataclass(frozen=True)
class DocumentText:
    """A document as a text.

    Attributes
    ----------
    document_id : str
    text : (J,) int64
        Options; -1 bracketed, -2 unknown; silent points of a known text hold the treaty default.
    silent : (J,) bool
        Points the text does not mention.
    known : int
        Points it settles.
    interval : bool
        Whether only an interval of its worth can be given.
    """

    document_id: str
    text: Ints
    silent: Bools
    known: int
    interval: bool


@dataclass(frozen=True)
class BrokenRule:
    """An implication a document breaks; ``by_silence`` if only its treaty default does."""

    kind: str
    why: str
    by_silence: bool


def least_known(case: Case) -> int:
    """Return how many points a text must settle to get one number."""
    return min(MIN_KNOWN, (case.agenda.n_issues + 2) // 3)


def text_of(case: Case, document_id: str) -> DocumentText:
    """Return a document as a text of the agenda."""
    agenda = case.agenda
    document = next(d for d in case.tables.documents if d.document_id == document_id)
    text = np.full(agenda.n_issues, UNKNOWN, dtype=np.int64)
    for term in case.tables.document_terms:
        if term.document_id == document_id:
            j = agenda.issue_index(term.issue)
            bracket = term.option == "left_to_leaders"
            text[j] = BRACKETED if bracket else agenda.option_index(term.issue, term.option)
    silent, known = text == UNKNOWN, int((text >= 0).sum())
    if document.status in FULLY_KNOWN and known >= least_known(case):
        text = np.where(silent, case.priors.treaty_default, text)
    return DocumentText(document_id, text, silent, known, bool((text < 0).any()))


def broken_by(document: DocumentText, case: Case, table: Table) -> list[BrokenRule]:
    """List the implications a document breaks as it stands, by kind, and which by silence."""
    broken = []
    for r, rule in enumerate(case.priors.rules):
        if breaks_rule(document.text, table, r):
            quiet = bool(document.silent[rule.issue] or document.silent[rule.then_issue])
            broken.append(BrokenRule(rule.kind, rule.why, quiet))
    return broken


def linked_interval(
    document: DocumentText, size: Floats, links: Ints
) -> tuple[Floats | float, Floats | float]:
    """Return the least and most the linkages can add, in the unit of ``size`` (..., Q).

    A pair counts when both its options are chosen, and may when neither is ruled out.
    """
    low: Floats | float = 0.0
    high: Floats | float = 0.0
    for q, (j, k, i, m) in enumerate(links):
        ends = ((document.text[j], k), (document.text[i], m))
        if all(chosen == option for chosen, option in ends):
            low, high = low + size[..., q], high + size[..., q]
        elif all(chosen in (option, BRACKETED, UNKNOWN) for chosen, option in ends):
            low = low + np.minimum(size[..., q], 0.0)
            high = high + np.maximum(size[..., q], 0.0)
    return low, high


def surplus_interval(
    document: DocumentText, world: World, table: Table, party: int
) -> tuple[float, float]:
    """Return the least and most surplus of a document to a party, util (2.3, 0b c).

    A dynamic programme over the enforcement level reached so far; exact over all completions but
    for linkages still undecided, which are taken at their worst and best each.
    """
    low, high = extremes(document.text, world.coef[party], table.n_options, table.enforcement)
    least, most = linked_interval(document, world.link[party].astype(float), table.links)
    base = world.base[party]
    low, high = low + least, high + most
    return float((low + base).min() / MICRO), float((high + base).max() / MICRO)


def extremes(
    text: Ints, coef: Ints | Floats, n_options: Sequence[int] | Ints, enforcement: Ints
) -> tuple[Floats, Floats]:
    """Return the least and greatest coefficient sums at every enforcement level, (..., L).

    ``coef`` is (..., L, J, K). Row = the level whose coefficients are summed, column = points
    reached; only texts that reach the level they are valued at count: the diagonal.
    """
    levels = coef.shape[-3]
    shape = (*coef.shape[:-2], levels)
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    low[..., 0] = high[..., 0] = 0.0
    for j, k in enumerate(text):
        options = range(n_options[j]) if k < 0 else (int(k),)
        next_low, next_high = np.full_like(low, np.inf), np.full_like(high, -np.inf)
        for option in options:
            e = int(enforcement[j, option])
            gain = coef[..., j, option, None].astype(float)
            next_low[..., e:] = np.minimum(next_low[..., e:], low[..., : levels - e] + gain)
            next_high[..., e:] = np.maximum(next_high[..., e:], high[..., : levels - e] + gain)
        low, high = next_low, next_high
    return np.diagonal(low, axis1=-2, axis2=-1), np.diagonal(high, axis1=-2, axis2=-1)
