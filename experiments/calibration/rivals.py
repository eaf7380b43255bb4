"""Simple rules that a model of the record has to beat (theory 5.5, 5.7).

Every rule is fitted to the rows before a day and then gives each later row chances of reject,
conditional, accept, (N, 3). None looks at a row it is scored on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize

from experiments.calibration.rows import Answers
from sim.case import Case
from sim.evidence import positions
from sim.observed import observe
from sim.worth import Floats, Ints

Predictor = Callable[[Answers], Floats]
STRENGTH = 2.0
"""Rows of the coarser group that a rare group borrows (ours)."""
PENALTY = 0.01
"""Ridge on slopes and shifts (ours): keeps a party that only ever accepted finite."""


def frequency(case: Case, known: Answers, by: str = "party") -> Predictor:
    """Shares of the three classes by party, party and basket, or party and issue, shrunk."""
    basket = _baskets(case)
    whole = _shares(known.status, np.full(3, 1 / 3))

    def shares(p: int, j: int) -> Floats:
        own = known.party == p
        of_party = _shares(known.status[own], whole)
        if by == "party":
            return of_party
        same = basket[known.issue] == basket[j] if by == "basket" else known.issue == j
        return _shares(known.status[own & same], of_party)

    return lambda rows: np.array(
        [shares(p, j) for p, j in zip(rows.party, rows.issue, strict=True)]
    ).reshape(-1, 3)


def _baskets(case: Case) -> Ints:
    names = [issue.basket for issue in case.agenda.issues]
    return np.array([names.index(name) for name in names])


def _shares(status: Ints, parent: Floats) -> Floats:
    counts = np.bincount(status, minlength=3)
    shares: Floats = (counts + STRENGTH * parent) / (len(status) + STRENGTH)
    return shares


def carry_forward(case: Case, known: Answers) -> Predictor:
    """Carry the last answer on that option forward, else on the nearest option of the issue.

    Chances are those with which an answer followed such an answer before, shrunk to the party's.
    """
    place, party = positions(case), frequency(case, known)
    before = [_last(known, place, n, known) for n in range(len(known))]
    moves = np.array([(b, s) for b, s in zip(before, known.status, strict=True) if b >= 0])
    moves = moves.reshape(-1, 2)

    def chances(rows: Answers) -> Floats:
        out = party(rows)
        for n in range(len(rows)):
            last = _last(rows, place, n, known)
            if last >= 0:
                out[n] = _shares(moves[moves[:, 0] == last, 1], out[n])
        return out

    return chances


def _last(rows: Answers, place: Floats, n: int, known: Answers) -> int:
    """Return the last known status before row ``n`` at the nearest option, -1 if there is none."""
    j = rows.issue[n]
    same = (known.party == rows.party[n]) & (known.issue == j)
    at = [i for i in np.flatnonzero(same) if known.days[i] < rows.days[n]]
    if not at:
        return -1
    gap = np.abs(place[j, known.option[at]] - place[j, rows.option[n]])
    closest = [i for i, g in zip(at, gap, strict=True) if g == gap.min()]
    return int(known.status[closest[-1]])


def axis_slope(case: Case, known: Answers) -> Predictor:
    """Ordered logit in the option's place on the axis: one slope a party, 9 parameters."""
    place = positions(case)
    return _ordered(case, known, lambda rows: place[rows.issue, rows.option])


def nearest_demand(case: Case, known: Answers) -> Predictor:
    """Ordered logit in the distance to the party's last demand, 9 parameters.

    Terms of its own texts are demands too; without any, the distance is the mean one.
    """
    place, wanted = positions(case), _last_demands(case)

    def distance(rows: Answers) -> Floats:
        gap = np.abs(place[rows.issue, rows.option] - wanted[rows.party, rows.issue])
        return np.where(np.isnan(gap), np.nanmean(gap) if (~np.isnan(gap)).any() else 0.0, gap)

    return _ordered(case, known, distance)


def _last_demands(case: Case) -> Floats:
    """Return the place of each party's last demand on each issue, nan without any, (P, J)."""
    seen, place = observe(case, fade=False), positions(case)
    days = {s.statement_id: s.date for s in case.tables.statements}
    days |= {
        f"{t.document_id}/{t.issue}": d.date
        for t in case.tables.document_terms
        for d in case.tables.documents
        if d.document_id == t.document_id
    }
    wanted = np.full((len(case.parties), case.agenda.n_issues), np.nan)
    for n in sorted(range(len(seen.demand_ids)), key=lambda n: days[seen.demand_ids[n]]):
        p, j = seen.demand_party[n], seen.demand_issue[n]
        wanted[p, j] = place[j, seen.demand_option[n]]
    return wanted


def _ordered(case: Case, known: Answers, feature: Callable[[Answers], Floats]) -> Predictor:
    """Fit an ordered logit with a slope and a shift a party and two cutpoints."""
    parties = len(case.parties)

    def chances(x: Floats, rows: Answers) -> Floats:
        slope, shift = x[:parties], np.append(x[parties : 2 * parties - 1], 0.0)
        told = slope[rows.party] * feature(rows) + shift[rows.party]
        cuts = x[-2] + np.array([0.0, np.exp(x[-1])])
        up_to = 1 / (1 + np.exp(-(cuts - told[:, None])))
        edges = np.hstack([np.zeros((len(rows), 1)), up_to, np.ones((len(rows), 1))])
        return np.maximum(np.diff(edges, axis=1), 1e-6)

    def loss(x: Floats) -> float:
        told = chances(x, known)[np.arange(len(known)), known.status]
        return float(-np.log(told).sum() + PENALTY * np.square(x[: 2 * parties - 1]).sum())

    start = np.zeros(2 * parties + 1)
    fitted: Any = minimize(loss, start, method="BFGS") if len(known) else None
    x = start if fitted is None else fitted.x
    return lambda rows: chances(x, rows)


RULES: dict[str, Callable[[Case, Answers], Predictor]] = {
    "frequency": frequency,
    "frequency_basket": lambda case, known: frequency(case, known, "basket"),
    "frequency_point": lambda case, known: frequency(case, known, "point"),
    "axis": axis_slope,
    "nearest": nearest_demand,
    "carry": carry_forward,
}
"""Rivals by the name their cells carry in findings.json."""
