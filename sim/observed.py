"""The coded record as the likelihood reads it: arrays with one entry per observation (5.1).

Statements that accept, refuse or set a condition are *ratings* of an option; a demand is a choice
among the options of its issue and, since one can live with what one asks for, a rating as well. The
terms of a text speak for its authors as demands of a joint text. What is counted as *mentions* is
how often a side spoke of an issue. Verdicts are about whole documents.

Left out of a party's own line: dissent (kept for veto and ratification risk), ``procedural`` rows,
background documents. Several rows of one speaker on one day and issue share a weight of
1/sqrt(n) each (5.1); the rows of a party with a half-life fade with age.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from sim.case import Case
from sim.documents import text_of
from sim.latent import MONTHS
from sim.tables import Statement
from sim.worth import Floats, Ints

LEVELS = {
    "leader": 0, "spokesperson": 1, "minister_or_aide": 1, "envoy": 1, "unnamed_official": 2,
    "joint_text": 3,
}  # fmt: skip
"""Which posture speaks (4.1): 0 leader, 1 spokespeople, ministers, envoys, 2 unnamed, 3 none."""
JOINT = 3
TRUST = {"high": 1.0, "medium": 0.7, "low": 0.4}
"""Weight of a term of a text by the coder's confidence (ours)."""
VERDICTS = ("rejects", "accepts_parts", "basis_for_talks", "accepts")
WEAK = {"weak_reading", "item_level", "read_from_conduct", "parliament_not_government"}
"""Notes of a verdict that halve its weight (ours)."""
STRICT = {
    "package_reading", "wartime_pressure", "wartime_use_not_treaty_limit", "leverage_talk",
    "threat_not_offer", "disowned", "contradicts_line", "passage_not_seen", "partial",
    "scope_unclear", "price_not_aim",
}  # fmt: skip
"""Notes of a statement that a strict reading leaves out (whoever disowned it), as it does what is
only inferred."""


@dataclass(frozen=True)
class Observations:
    """What was observed, as arrays; (N,) ratings, (M,) demands, (V,) verdicts.

    Attributes
    ----------
    ids, demand_ids, verdict_ids : tuple of str
        The row each entry comes from: a statement id, ``document/issue``, ``party/date/document``.
    party, issue, option, category, level : (N,) int64
        Category 0 (R3) .. 6 (A3); level as in `LEVELS`.
    weight : (N,) float64
    demand_party, demand_issue, demand_option : (M,) int64
    demand_joint : (M,) bool, demand_weight : (M,) float64
    mentions : (P, J) float64
        Clusters of statements by party and issue.
    month : (N,) int64
        Age of a rating, as `month_of`.
    verdict_party, verdict_category : (V,) int64
    verdict_text : (V, J) int64, below 0 where unknown or bracketed
    verdict_weight : (V,) float64
    """

    ids: tuple[str, ...]
    party: Ints
    issue: Ints
    option: Ints
    category: Ints
    level: Ints
    weight: Floats
    demand_ids: tuple[str, ...]
    demand_party: Ints
    demand_issue: Ints
    demand_option: Ints
    demand_joint: Ints
    demand_weight: Floats
    mentions: Floats
    month: Ints
    verdict_ids: tuple[str, ...]
    verdict_party: Ints
    verdict_category: Ints
    verdict_text: Ints
    verdict_weight: Floats


def evidence_until(case: Case, day: date) -> Case:
    """Return the case as it was known before a day: later rows are not there."""
    t = case.tables
    papers = {d.document_id for d in t.documents if d.date < day}
    kept = replace(
        t,
        statements=tuple(s for s in t.statements if s.date < day),
        document_verdicts=tuple(v for v in t.document_verdicts if v.date < day),
        document_terms=tuple(x for x in t.document_terms if x.document_id in papers),
    )
    return replace(case, tables=kept)


def reading(case: Case, strict: bool = False, leaders: bool = True) -> Case:
    """Return the case with the statements one reading of the record keeps."""
    kept = tuple(
        s for s in case.tables.statements
        if (leaders or s.level != "leader")
        and not (strict and (_doubtful(s.coder_note) or s.evidence == "inferred"))
    )  # fmt: skip
    return replace(case, tables=replace(case.tables, statements=kept))


def _doubtful(notes: Sequence[str]) -> bool:
    """Say whether a note of a statement keeps it out of a strict reading."""
    return bool(STRICT & {note.partition("_by_")[0] for note in notes})


def own_line(case: Case) -> list[Statement]:
    """Return the statements that speak for their party on substance."""
    return [s for s in case.tables.statements if not s.dissent and "procedural" not in s.coder_note]


def category_of(stance: str, strength: int) -> int:
    """Return the ordered category of a stance; a demand is accepted as strongly as it is made.

    >>> [category_of("rejects", 3), category_of("conditional", 1), category_of("accepts", 2)]
    [0, 3, 5]
    """
    if stance == "rejects":
        return 3 - strength
    return 3 if stance == "conditional" else 3 + strength


def cluster_weights(rows: Sequence[Statement]) -> Floats:
    """Return 1/sqrt(n) for the n rows one speaker gave on one issue in one day (5.1)."""
    keys = [(s.party, s.speaker, s.date, s.issue) for s in rows]
    size = Counter(keys)
    return np.array([size[key] ** -0.5 for key in keys])


def faded(case: Case, rows: Sequence[Statement], until: date) -> Floats:
    """Return the weight age leaves: a half for every half-life of the party, where it has one."""
    lives = {
        party: case.priors.params[f"response.halflife.{party}"].value
        for party in case.parties
        if f"response.halflife.{party}" in case.priors.params
    }
    ages = ((until - s.date).days / lives[s.party] if s.party in lives else 0.0 for s in rows)
    return np.array([2.0**-age for age in ages])


def month_of(case: Case, day: date) -> int:
    """Return how many calendar months before the cut-off a day lies, 0 .. `MONTHS` - 1."""
    age = 12 * (case.cutoff.year - day.year) + case.cutoff.month - day.month
    return min(max(age, 0), MONTHS - 1)


def observe(case: Case, until: date | None = None, fade: bool = True) -> Observations:
    """Return the record of a case as observations.

    Parameters
    ----------
    case : Case
        Only the rows it holds are read: see `evidence_until` and `reading`.
    until : date, optional
        From when age is counted; the cut-off if not given.
    fade : bool
        Whether rows of a party with a half-life lose weight with age.
    """
    rows = own_line(case)
    weight = cluster_weights(rows)
    aged = faded(case, rows, until or case.cutoff) if fade else np.ones(len(rows))
    agenda = case.agenda
    party = np.array([case.party_index(s.party) for s in rows], dtype=np.int64)
    issue = np.array([agenda.issue_index(s.issue) for s in rows], dtype=np.int64)
    option = np.array([agenda.option_index(s.issue, s.option) for s in rows], dtype=np.int64)
    mentions = np.zeros((len(case.parties), agenda.n_issues))
    np.add.at(mentions, (party, issue), weight**2)
    return Observations(
        ids=tuple(s.statement_id for s in rows),
        party=party, issue=issue, option=option,
        category=np.array([category_of(s.stance, s.strength) for s in rows], dtype=np.int64),
        level=np.array([LEVELS[s.level] for s in rows], dtype=np.int64),
        weight=weight * aged,
        month=np.array([month_of(case, s.date) for s in rows], dtype=np.int64),
        mentions=mentions,
        **_demands(case, rows, weight * aged),
        **_verdicts(case),
    )  # fmt: skip


def _demands(case: Case, rows: Sequence[Statement], weight: Floats) -> dict[str, Any]:
    """Return the demands: what was asked for, and what a text says for its authors."""
    agenda, found = case.agenda, []
    for s, w in zip(rows, weight, strict=True):
        if s.stance == "demands":
            k = agenda.option_index(s.issue, s.option)
            j, p = agenda.issue_index(s.issue), case.party_index(s.party)
            found.append((s.statement_id, p, j, k, LEVELS[s.level] == JOINT, float(w)))
    authors = {d.document_id: d.authors for d in case.tables.documents}
    for t in case.tables.document_terms:
        if t.option != "left_to_leaders" and t.document_id not in case.background_documents:
            j, k = agenda.issue_index(t.issue), agenda.option_index(t.issue, t.option)
            for author in authors[t.document_id]:
                where = (case.party_index(author), j, k, True, TRUST[t.confidence])
                found.append((f"{t.document_id}/{t.issue}", *where))
    columns = list(zip(*found, strict=True)) if found else [()] * 6
    return {
        "demand_ids": tuple(columns[0]),
        "demand_party": np.array(columns[1], dtype=np.int64),
        "demand_issue": np.array(columns[2], dtype=np.int64),
        "demand_option": np.array(columns[3], dtype=np.int64),
        "demand_joint": np.array(columns[4], dtype=np.int64),
        "demand_weight": np.array(columns[5], dtype=float),
    }


def _verdicts(case: Case) -> dict[str, Any]:
    """Return the reactions to whole documents by those who speak for their party."""
    rows = [
        v for v in case.tables.document_verdicts
        if not v.dissent and v.document_id not in case.background_documents
    ]  # fmt: skip
    count = Counter((v.party, v.document_id) for v in rows)
    weight = [
        (0.5 if WEAK & set(v.coder_note) else 1.0) * count[v.party, v.document_id] ** -0.5
        for v in rows
    ]
    texts = [np.array(text_of(case, v.document_id).text) for v in rows]
    return {
        "verdict_ids": tuple(f"{v.party}/{v.date}/{v.document_id}" for v in rows),
        "verdict_party": np.array([case.party_index(v.party) for v in rows], dtype=np.int64),
        "verdict_category": np.array([VERDICTS.index(v.verdict) for v in rows], dtype=np.int64),
        "verdict_text": np.array(texts, dtype=np.int64).reshape(len(rows), case.agenda.n_issues),
        "verdict_weight": np.array(weight, dtype=float),
    }
