"""Would the posterior have said what was said? Replicated records against the coded one (5.5).

Each draw answers every coded row once; what is counted on the record is counted on every replicate.
The rows are those the draws were learned from, so this is a check of fit, not of prediction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.case import Case
from sim.latent import Frame, Latent
from sim.likelihood import Rule, category_chances, latents, verdict_chances
from sim.observed import Observations
from sim.respond import MIDDLE, status_of
from sim.worth import Bools, Floats, Ints

CLASSES = ("rejects", "conditional", "accepts or demands")
OPEN = 2
"""Statuses below this one leave a point open."""


@dataclass(frozen=True)
class Check:
    """One count on the record beside its middle 90 % over replicates.

    ``place`` and ``what`` say what was counted; ``n`` is the number of rows.
    """

    place: str
    what: str
    observed: float
    low: float
    mid: float
    high: float
    n: int

    @property
    def fits(self) -> bool:
        """Say whether the record lies within the middle 90 % of replicates."""
        return self.low - 1e-9 <= self.observed <= self.high + 1e-9


def replicates(
    draws: Sequence[Latent], seen: Observations, red: Floats, frame: Frame, rule: Rule, seed: int
) -> Ints:
    """Return a status for every rating from every draw, (S, N), red lines drawn too."""
    rng, q = np.random.default_rng(seed), np.zeros(len(seen.ids))
    if rule.red:
        q = red[seen.party, seen.issue, seen.option]
    out = np.zeros((len(draws), len(seen.ids)), dtype=np.int64)
    for d, draw in enumerate(draws):
        told = latents(draw, seen.party, seen.issue, seen.option, seen.level, rule, np)
        seven = category_chances(told, frame.lapse, np)
        up_to = np.cumsum(
            np.column_stack([seven[:, :MIDDLE].sum(axis=1), seven[:, MIDDLE]]), axis=1
        )
        status = (rng.random(len(q))[:, None] > up_to).sum(axis=1)
        out[d] = np.where(rng.random(len(q)) < q, 0, status)
    return out


def statuses(seen: Observations) -> Ints:
    """Return the status every rating of the record has, (N,)."""
    return np.array([status_of(int(c)) for c in seen.category], dtype=np.int64)


def stance_mix(case: Case, seen: Observations, told: Ints) -> list[Check]:
    """Return the share of every class by basket of issues."""
    baskets = [case.agenda.issues[j].basket for j in seen.issue]
    found, status = [], statuses(seen)
    for basket in dict.fromkeys(issue.basket for issue in case.agenda.issues):
        at = np.flatnonzero([b == basket for b in baskets])
        for s, words in enumerate(CLASSES):
            found.append(_check(basket, words, status[at] == s, told[:, at] == s))
    return found


def _check(place: str, what: str, record: Bools, made: Bools) -> Check:
    """Compare a share of rows, (N,), with that of every replicate, (S, N)."""
    low, mid, high = np.quantile(made.mean(axis=1), [0.05, 0.5, 0.95])
    return Check(place, what, float(record.mean()), low, mid, high, len(record))


def rejected(draws: Sequence[Latent], seen: Observations, frame: Frame, seed: int) -> list[Check]:
    """Return the share of verdicts that reject, by document."""
    rng = np.random.default_rng(seed)
    chance = np.array([verdict_chances(d, seen, frame, np)[:, 0] for d in draws])
    made = rng.random(chance.shape) < chance
    names = np.array([name.split("/")[-1] for name in seen.verdict_ids])
    record = seen.verdict_category == 0
    return [
        _check(name, "verdicts that reject", record[names == name], made[:, names == name])
        for name in dict.fromkeys(names.tolist())
    ]


def open_points(case: Case, seen: Observations, told: Ints) -> list[Check]:
    """Return, by document, how many of its points somebody spoke of and somebody left open.

    A point is open where a party's last word on the very option of the text is not an accept.
    """
    found = []
    last = _last_words(seen)
    status = statuses(seen)
    for document in case.document_ids:
        rows = _rows_of(case, document, last)
        if len(rows) < 2:
            continue
        issue = seen.issue[rows]
        names = np.unique(issue)

        def count(of: Ints, issue: Ints = issue, names: Ints = names) -> int:
            return sum(bool((of[issue == j] < OPEN).any()) for j in names)

        found.append(_counted(document, count, status[rows], told[:, rows], len(names)))
    return found


def _counted(place: str, count: Callable[[Ints], int], record: Ints, made: Ints, n: int) -> Check:
    low, mid, high = np.quantile([count(one) for one in made], [0.05, 0.5, 0.95])
    return Check(place, "points left open", float(count(record)), low, mid, high, n)


def _last_words(seen: Observations) -> dict[tuple[int, int, int], int]:
    """Return the last row of every party on every option; rows stand in order of their dates."""
    order = np.argsort([name.split("-", 1)[1] for name in seen.ids], kind="stable")
    return {(int(seen.party[n]), int(seen.issue[n]), int(seen.option[n])): int(n) for n in order}


def _rows_of(case: Case, document: str, last: dict[tuple[int, int, int], int]) -> Ints:
    """Return the last words of anybody on the options one document proposes."""
    terms = {
        case.agenda.issue_index(t.issue): case.agenda.option_index(t.issue, t.option)
        for t in case.tables.document_terms
        if t.document_id == document and t.option != "left_to_leaders"
    }
    rows = [n for (_, j, k), n in last.items() if terms.get(j) == k]
    return np.array(sorted(rows), dtype=np.int64)
