r"""From a headline to the rows that carry it: strike one, flip one, add one, and see it move.

Every world takes one draw of what was learned, so a headline is a mean over draws, and a change of
the record reweights them (importance sampling, smoothed by Pareto tails, PSIS):

.. math:: w_d \propto \exp\big(\Delta \log L_d\big), \qquad h = \sum_d w_d\, h_d

The Pareto k of the weights says whether that can be trusted; above `TRUSTED` a refit is due
(``experiment=calibrate``).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from arviz_stats.base import array_stats

from sim.case import Case
from sim.evidence import red_line_probability
from sim.latent import Frame, Latent
from sim.likelihood import Rule, category_chances, demands, latents, ratings, row_weights
from sim.observed import Observations, observe
from sim.respond import MIDDLE, status_of
from sim.worth import Floats, Ints

TRUSTED = 0.7
"""Pareto k above which reweighted draws are not to be trusted (Vehtari et al. 2024)."""
FEWEST = 25
"""Draws below which the tail of the weights cannot be judged."""


class Headline(NamedTuple):
    """A headline by draw, (S,), and the standard error of each from the worlds that took it.

    What no evidence teaches varies from world to world of one draw; that is noise here.
    """

    value: Floats
    error: Floats


class Moved(NamedTuple):
    """A headline after a change of the record, how far it moved, give or take, and Pareto's k."""

    value: float
    by: float
    error: float
    k: float


class Told(NamedTuple):
    """One answer that might be given next, and how far a headline would move, on average."""

    party: str
    issue: str
    option: str
    worth: float
    chances: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Trail:
    """The record row by row under every draw: log chances of ratings (S, N) and demands (S, M).

    ``weight`` (N,) is what the ratings weigh.
    """

    case: Case
    draws: list[Latent]
    frame: Frame
    rule: Rule
    red: Floats
    seen: Observations
    log_chance: Floats
    demanded: Floats
    weight: Floats

    def row(self, statement_id: str) -> int:
        """Return the number of a statement among the ratings; ValueError if it is none."""
        return self.seen.ids.index(statement_id)

    def struck(self, statement_id: str) -> Floats:
        """Return how the log likelihood of every draw changes if a statement is struck, (S,)."""
        n = self.row(statement_id)
        change: Floats = -self.weight[n] * self.log_chance[:, n] - self._demand(statement_id)
        return change

    def flipped(self, statement_id: str) -> Floats:
        """Return the change if a statement had said the opposite: R3 for A3, and so on, (S,).

        A condition has no opposite: nothing changes.
        """
        n = self.row(statement_id)
        opposite = 2 * MIDDLE - int(self.seen.category[n])
        if opposite == MIDDLE:
            return np.zeros(len(self.draws))
        told = self.answered(
            int(self.seen.party[n]), int(self.seen.issue[n]), int(self.seen.option[n]),
            int(self.seen.level[n]),
        )[:, opposite]  # fmt: skip
        change: Floats = self.struck(statement_id) + self.weight[n] * np.log(told)
        return change

    def added(self, party: int, issue: int, option: int, level: int, status: int) -> Floats:
        """Return the change if a party now gave this answer (0, 1, 2), (S,)."""
        seven = self.answered(party, issue, option, level)
        same = np.array([status_of(c) == status for c in range(seven.shape[1])])
        told: Floats = np.log(seven[:, same].sum(axis=1))
        return told

    def answered(self, party: int, issue: int, option: int, level: int) -> Floats:
        """Return the chance of each category from every draw, (S, 7), red lines mixed in."""
        q = float(self.red[party, issue, option]) if self.rule.red else 0.0
        at = (np.array([party]), np.array([issue]), np.array([option]), np.array([level]))
        told = [latents(d, *at, self.rule, np) for d in self.draws]
        seven: Floats = (1.0 - q) * category_chances(np.concatenate(told), self.frame.lapse, np)
        seven[:, 0] += q
        return seven

    def _demand(self, statement_id: str) -> Floats:
        """Return what a statement adds as a demand, (S,); 0 if it is none."""
        at = [n for n, name in enumerate(self.seen.demand_ids) if name == statement_id]
        if not at:
            return np.zeros(len(self.draws))
        told: Floats = self.seen.demand_weight[at[0]] * self.demanded[:, at[0]]
        return told


def trail_of(case: Case, draws: list[Latent], frame: Frame, rule: Rule) -> Trail:
    """Return the evidence trail of a case under draws of its posterior."""
    seen, red = observe(case, fade=rule.fade), red_line_probability(case)
    chance = np.array([ratings(d, seen, red, frame, rule, np) for d in draws])
    asked = np.array([demands(d, seen, frame, np) for d in draws])
    weight = row_weights(seen, rule).ratings
    return Trail(case, draws, frame, rule, red, seen, chance, asked, weight)


def moved(headline: Headline, change: Floats) -> Moved:
    """Return a headline under draws reweighted by ``change`` (S,)."""
    mean = float(headline.value.mean())
    if np.ptp(change) == 0.0:
        return Moved(mean, 0.0, 0.0, 0.0)
    if len(change) < FEWEST:
        smooth, k = change, np.inf  # too few for a tail to be judged
    else:
        smooth, k = array_stats.psislw(-change)  # it takes the log of what a draw is divided by
    weight = np.exp(smooth - smooth.max())
    weight = weight / weight.sum()
    value = float((weight * headline.value).sum())
    shift = weight - 1.0 / len(weight)
    return Moved(
        value, value - mean, float(np.sqrt(np.square(shift * headline.error).sum())), float(k)
    )


def influence(trail: Trail, headline: Headline) -> list[tuple[str, Moved, Moved]]:
    """Return every statement with the headline if it is struck and if it is flipped.

    Those come first whose move is largest beyond the noise of the worlds (two errors); those that
    only a refit could tell come last.
    """
    rows = [
        (i, moved(headline, trail.struck(i)), moved(headline, trail.flipped(i)))
        for i in trail.seen.ids
    ]
    return sorted(rows, key=lambda row: (row[1].k > TRUSTED, 2.0 * row[1].error - abs(row[1].by)))


def what_to_ask(trail: Trail, headline: Floats, level: int = 0) -> list[Told]:
    """Return every answer a party could give next by how far it would move a headline.

    The worth of asking is the mean absolute change over the answers the draws foresee:
    ``sum_s Pr(s) |E[h | s] - E[h]|``.
    """
    case, found = trail.case, []
    for p, party in enumerate(case.parties):
        for j, issue in enumerate(case.agenda.issues):
            for k, option in enumerate(issue.options):
                seven = trail.answered(p, j, k, level)
                worth, chances = expected_move(three_chances(seven), headline)
                found.append(Told(party, issue.id, option.code, worth, chances))
    return sorted(found, key=lambda told: -told.worth)


def three_chances(seven: Floats) -> Floats:
    """Return the chance of reject, conditional, accept, (S, 3), from those of categories (S, 7)."""
    up, middle, down = seven[:, MIDDLE + 1 :], seven[:, MIDDLE], seven[:, :MIDDLE]
    return np.column_stack([down.sum(axis=1), middle, up.sum(axis=1)])


def expected_move(chance: Floats, headline: Floats) -> tuple[float, tuple[float, float, float]]:
    """Return the mean absolute move of a headline (S,) and the chances (3,) of its causes.

    Examples
    --------
    >>> sure = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> expected_move(sure, np.array([0.0, 1.0]))
    (0.5, (0.5, 0.0, 0.5))
    """
    share = chance.mean(axis=0)
    after = (chance * headline[:, None]).sum(axis=0) / np.maximum(chance.sum(axis=0), 1e-12)
    worth = float((share * np.abs(after - headline.mean())).sum())
    first, second, third = (float(s) for s in share)
    return worth, (first, second, third)


def only(trail: Trail, at: Ints) -> Trail:
    """Return the trail under some of its draws."""
    draws = [trail.draws[int(d)] for d in at]
    return replace(trail, draws=draws, log_chance=trail.log_chance[at], demanded=trail.demanded[at])
