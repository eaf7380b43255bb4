r"""How good can any text be? An integer dual bound, and a climb that finds a good text.

For fixed enforcement level E and a fixed set of signers, the best smallest surplus obeys

.. math:: \max_x \min_P S_P(x) \;\le\; \min_{\lambda \in \Delta,\,\mu} \Big[\sum_j \max_k
          \Big(\sum_P \lambda_P c_{Pjk} + \mu e_{jk}\Big) - \mu E + \sum_P \lambda_P b_P\Big]

the Lagrangian dual of the LP relaxation without implications (theory 6.1). *Any* non-negative
integer multipliers prove a bound by integer arithmetic alone; a Polyak subgradient only makes it
tight. The climb is coordinate and pair ascent on the smallest surplus; it proves nothing.
"""

from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.records import record
from sim.worth import (
    Bools,
    Floats,
    Ints,
    Table,
    count_broken,
    crosses_red_line,
    enforcement_level,
    is_needed,
    surplus,
)

GRAIN = 1 << 16
"""Multipliers are integers that sum to about this."""

LEAST = -(1 << 40)
"""No surplus is ever lower; bounds and pruning aim no lower, so that nothing overflows."""

PENALTY = 1 << 52
"""Score lost per broken rule, red line or missing option: more than any surplus."""


@record
class Bargain(NamedTuple):
    """The integer problem of one world: coefficients already in the unit that is maximised.

    ``coef`` (P, L, J, K), ``base`` (P, L) and ``link`` (P, L, Q) int64; ``red`` (P, J, K) bool;
    ``law`` switches the implications.
    """

    coef: Ints
    base: Ints
    link: Ints
    red: Bools
    table: Table
    law: bool


@rule
def smallest_surplus(text: Ints, bargain: Bargain) -> int:
    """Return the smallest surplus among the signers of a complete text, less penalties."""
    table, coef, base, red = bargain.table, bargain.coef, bargain.base, bargain.red
    needs, belligerent = table.needs, table.belligerent
    level = enforcement_level(text, table.enforcement)
    faults = 0
    if bargain.law:
        faults = count_broken(text, table.rule_if, table.rule_then, table.rule_ok)
    least = PENALTY
    for p in range(coef.shape[0]):
        if belligerent[p] or is_needed(text, needs, p):
            if crosses_red_line(text, red[p]):
                faults += 1
            worth = surplus(text, coef[p], base[p], bargain.link[p], table.links, level)
            least = min(least, worth)
    return least - faults * PENALTY


@rule
def copy_text(source: Ints, target: Ints) -> None:
    """Copy element by element: Numba compiles a loop far faster than a slice assignment."""
    for j in range(len(source)):
        target[j] = source[j]


@rule
def best_single_change(text: Ints, bargain: Bargain) -> int:
    """Apply the best one-issue change in place; return the score after it."""
    best, at, to = smallest_surplus(text, bargain), -1, -1
    for j in range(len(text)):
        old = text[j]
        for k in range(bargain.table.n_options[j]):
            text[j] = k
            score = smallest_surplus(text, bargain)
            if score > best:
                best, at, to = score, j, k
        text[j] = old
    if at >= 0:
        text[at] = to
    return best


@rule
def climb(text: Ints, bargain: Bargain) -> int:
    """Improve ``text`` in place by single changes until none helps; return its score."""
    score = smallest_surplus(text, bargain)
    while True:
        better = best_single_change(text, bargain)
        if better <= score:
            return score
        score = better


@rule
def climb_pairs(text: Ints, bargain: Bargain) -> int:
    """Improve ``text`` in place by single and pair changes until none helps; return its score."""
    score = climb(text, bargain)
    trial = text.copy()
    improved = True
    while improved:
        improved = False
        for j in range(len(text)):
            for k in range(bargain.table.n_options[j]):
                copy_text(text, trial)
                trial[j] = k
                if best_single_change(trial, bargain) > score:
                    copy_text(trial, text)
                    score = climb(text, bargain)
                    improved = True
    return score


@rule
def priced(coef: Ints, points: Ints, lam: Ints, mu: int, j: int, k: int) -> int:
    """Return what option ``k`` of issue ``j`` adds to the dual: sum lambda c + mu e."""
    worth = mu * points[j, k]
    for p in range(len(lam)):
        worth += lam[p] * coef[p, j, k]
    return int(worth)


@rule
def dual_value(
    coef: Ints, base: Ints, allowed: Bools, points: Ints, level: int, lam: Ints, mu: int, x: Ints
) -> int:
    """Return the dual bound of these integer multipliers; fill ``x`` with its maximiser.

    ``coef`` (P, J, K), ``base`` (P,) at one level; ``lam`` (P,) >= 0. The bound is
    floor(total / sum(lam)), hence valid for every integer smallest surplus.
    """
    total, weight = -mu * level, 0
    for p in range(len(lam)):
        total += lam[p] * base[p]
        weight += lam[p]
    for j in range(coef.shape[1]):
        best = -PENALTY * 512
        for k in range(coef.shape[2]):
            if allowed[j, k]:
                worth = priced(coef, points, lam, mu, j, k)
                if worth > best:
                    best, x[j] = worth, k
        total += best
    return total // weight


@rule
def tighten(
    coef: Ints,
    base: Ints,
    allowed: Bools,
    points: Ints,
    level: int,
    target: int,
    steps: int,
    lam: Ints,
    share: Floats,
    x: Ints,
) -> tuple[int, int]:
    """Minimise the dual bound by Polyak steps towards ``target``; return (bound, mu).

    ``share`` (P + 1,) holds the real multipliers, the signers' and then mu, and is updated in
    place, so that the next call starts warm; ``lam`` returns the best integer multipliers. Steps
    are scaled by each party's unit, so that war-months converge as fast as util.
    """
    parties, target = coef.shape[0], max(target, LEAST)
    bound, mu_best = PENALTY, 0
    trial, slope = np.zeros(parties, dtype=np.int64), np.zeros(parties + 1)
    reach = np.zeros(parties + 1)
    _reach(coef, reach)
    for _ in range(steps):
        for p in range(parties):
            trial[p] = int(share[p] * GRAIN + 0.5)
        mu = int(np.floor(share[parties] * GRAIN + 0.5))
        value = dual_value(coef, base, allowed, points, level, trial, mu, x)
        if value < bound:
            bound, mu_best = value, mu
            for p in range(parties):
                lam[p] = trial[p]
        if bound <= target:
            break
        _slopes(coef, base, points, level, x, slope)
        _polyak(share, slope, reach, float(value - target))
    return bound, mu_best


@rule
def _reach(coef: Ints, reach: Floats) -> None:
    """Fill the range each multiplier is expected to move in: 1 / unit, relative to the smallest."""
    parties, least = coef.shape[0], np.inf
    for p in range(parties):
        reach[p] = 1.0
        for j in range(coef.shape[1]):
            for k in range(coef.shape[2]):
                reach[p] = max(reach[p], abs(coef[p, j, k]))
        least = min(least, reach[p])
    for p in range(parties):
        reach[p] = least / reach[p]
    reach[parties] = least / 4.0


@rule
def _slopes(coef: Ints, base: Ints, points: Ints, level: int, x: Ints, slope: Floats) -> None:
    parties = coef.shape[0]
    for p in range(parties):
        slope[p] = base[p]
        for j in range(len(x)):
            slope[p] += coef[p, j, x[j]]
    slope[parties] = -level
    for j in range(len(x)):
        slope[parties] += points[j, x[j]]


@rule
def _polyak(share: Floats, slope: Floats, reach: Floats, gap: float) -> None:
    """Take one scaled, projected Polyak step; the signers' multipliers stay on the simplex."""
    parties = len(share) - 1
    mean, total = 0.0, 0.0
    for p in range(parties):
        mean += reach[p] * reach[p] * slope[p]
        total += reach[p] * reach[p]
    mean /= total
    norm = (reach[parties] * slope[parties]) ** 2 + 1e-9
    for p in range(parties):
        slope[p] -= mean
        norm += (reach[p] * slope[p]) ** 2
    total = 0.0
    for p in range(parties):
        share[p] = max(share[p] - gap / norm * reach[p] ** 2 * slope[p], 0.0)
        total += share[p]
    for p in range(parties):
        share[p] = share[p] / total if total > 1e-6 else 1.0 / parties
    share[parties] -= gap / norm * reach[parties] ** 2 * slope[parties]


@rule
def keep_only_promising(
    coef: Ints,
    base: Ints,
    points: Ints,
    level: int,
    lam: Ints,
    mu: int,
    target: int,
    allowed: Bools,
) -> int:
    """Strike options that cannot be part of a text better than ``target``; count those left.

    Reduced-cost fixing: forcing option k costs its distance from the issue's best option.
    """
    x = np.zeros(coef.shape[1], dtype=np.int64)
    target = max(target, LEAST)
    room = -mu * level
    for p in range(len(lam)):
        room += lam[p] * (base[p] - target - 1)
    worth = np.zeros(allowed.shape, dtype=np.int64)
    for j in range(coef.shape[1]):
        best = -PENALTY * 512
        for k in range(coef.shape[2]):
            if allowed[j, k]:
                worth[j, k] = priced(coef, points, lam, mu, j, k)
                if worth[j, k] > best:
                    best, x[j] = worth[j, k], k
        room += best
    left = 0
    for j in range(coef.shape[1]):
        for k in range(coef.shape[2]):
            if allowed[j, k] and worth[j, k] - worth[j, x[j]] + room < 0:
                allowed[j, k] = False
            left += allowed[j, k]
    return left
