r"""How good can any text be? An integer dual bound.

For a fixed enforcement level E and a fixed set of signers, the best smallest surplus obeys

.. math:: \max_x \min_P S_P(x) \;\le\; \min_{\lambda,\,\mu} \frac{1}{\sum_P \lambda_P}
          \max_x \Big[\sum_P \lambda_P S_P(x) + \mu\,(E(x) - E)\Big]

for all integers :math:`\lambda \ge 0` (not all 0) and :math:`\mu`: the Lagrangian dual (theory
6.1). The inner maximum over texts is exact where implications and linkages hang on a forest
(:mod:`sim.desk`); a loose linkage counts at its best, a loose implication not at all. *Any*
multipliers prove a bound by integer arithmetic alone; a Polyak subgradient only makes it tight.
"""

import math

import numpy as np

from sim.compiled import rule
from sim.desk import (
    BEST_LAM,
    LAM,
    MESSAGE,
    N_OPEN,
    OPTION,
    ORDER,
    PARENT,
    PRICE,
    REPLY,
    REST,
    SIGNERS,
    SLOPE,
    SPECIAL,
    START,
    STATE,
    UNDECIDED,
    WORTH,
    Desk,
    Problem,
    X,
)
from sim.worth import Floats, Ints

GRAIN = 1 << 16
"""Multipliers are integers that sum to about this."""

LEAST = -(1 << 40)
"""No surplus is ever lower, none above its opposite: products with multipliers fit in int64."""

PATIENCE = 3
"""Steps without a better bound after which steps are halved."""

NOTHING = -(1 << 59)
"""Worth of what cannot be chosen."""

FURTHEST = 1 << 50
"""No price of a point is larger."""


@rule
def price_options(desk: Desk, points: Ints, lam: Ints, mu: int) -> int:
    """Fill what every open option and linkage is worth at these prices; return what is decided."""
    gain, worth, option, n_open = desk.gain, desk.grid[WORTH], desk.grid[OPTION], desk.issue[N_OPEN]
    order, size, start = desk.issue[ORDER], desk.size, desk.party[START]
    pair, price, state = desk.pair, desk.linkage[PRICE], desk.linkage[STATE]
    signers = size[SIGNERS]
    total = -mu * size[REST]
    for s in range(signers):
        total += lam[s] * start[s]
    for n in range(size[UNDECIDED]):
        j = order[n]
        for i in range(n_open[j]):
            k = option[j, i]
            here = mu * points[j, k]
            for s in range(signers):
                here += lam[s] * gain[j, k, s]
            worth[j, k] = here
    for q in range(len(state)):
        if state[q] > 0:
            here = 0
            for s in range(signers):
                here += lam[s] * pair[q, s]
            price[q] = here
            if state[q] == 2:
                total += max(here, 0)
    return int(total)


@rule
def complete(desk: Desk, total: int) -> int:
    """Return the best completion of the priced options; fill ``x`` with it (max-sum on a forest).

    Leaves first: what an issue adds given each option of its parent is a message; special pairs
    are compared one by one.
    """
    worth, option, n_open, order = (
        desk.grid[WORTH],
        desk.grid[OPTION],
        desk.issue[N_OPEN],
        desk.issue[ORDER],
    )
    parent, special, message, reply = (
        desk.issue[PARENT],
        desk.grid[SPECIAL],
        desk.grid[MESSAGE],
        desk.grid[REPLY],
    )
    kind, price, x = desk.kind, desk.linkage[PRICE], desk.issue[X]
    count = desk.size[UNDECIDED]
    for n in range(count - 1, -1, -1):
        j = order[n]
        best, at = NOTHING, -1
        for i in range(n_open[j]):
            k = option[j, i]
            if worth[j, k] > best:
                best, at = worth[j, k], k
        above = parent[j]
        if above < 0:
            if at < 0:
                return NOTHING
            total, x[j] = total + best, at
            continue
        for i in range(n_open[above]):
            m = option[above, i]
            most, answer = best, at
            if special[j, m]:
                most, answer = best_reply(j, m, option, n_open, worth, kind, price)
            message[j, m], reply[j, m] = most, answer
            worth[above, m] = worth[above, m] + most if most > NOTHING else NOTHING
    for n in range(count):
        j = order[n]
        if parent[j] >= 0:
            x[j] = reply[j, x[parent[j]]]
    return int(total)


@rule
def best_reply(
    j: int, m: int, option: Ints, n_open: Ints, worth: Ints, kind: Ints, price: Ints
) -> tuple[int, int]:
    """Return worth and option of the best reply of issue ``j`` to its parent's option ``m``."""
    best, at = NOTHING, -1
    for i in range(n_open[j]):
        k = option[j, i]
        what = kind[j, k, m]
        if what >= 0:
            here = worth[j, k] + (price[what - 1] if what > 0 else 0)
            if here > best and worth[j, k] > NOTHING:
                best, at = here, k
    return best, at


@rule
def appraise(desk: Desk, points: Ints, lam: Ints, mu: int) -> int:
    """Return sum(lambda) times the dual bound; fill ``x`` with its maximiser (NOTHING: none)."""
    return complete(desk, price_options(desk, points, lam, mu))


@rule
def measure(desk: Desk, points: Ints) -> int:
    """Fill the slope of the bound at ``x``; return the smallest surplus if ``x`` is a text here.

    It is one if it has the level and the loose linkages were counted as they are; whether it
    keeps the loose implications is not asked here. Otherwise return LEAST.
    """
    gain, start, order, size = desk.gain, desk.party[START], desk.issue[ORDER], desk.size
    x, slope, parent, kind = desk.issue[X], desk.party[SLOPE], desk.issue[PARENT], desk.kind
    signers, count = size[SIGNERS], size[UNDECIDED]
    height = -size[REST]
    for s in range(signers):
        slope[s] = start[s]
    for n in range(count):
        j = order[n]
        height += points[j, x[j]]
        for s in range(signers):
            slope[s] += gain[j, x[j], s]
        if parent[j] >= 0 and kind[j, x[j], x[parent[j]]] > 0:
            for s in range(signers):
                slope[s] += desk.pair[kind[j, x[j], x[parent[j]]] - 1, s]
    slope[signers] = height
    least = slope[0]
    for s in range(signers):
        least = min(least, slope[s])
    return int(least) if height == 0 else LEAST


@rule
def count_loose(desk: Desk, links: Ints) -> bool:
    """Add the loose linkages to the slope as the bound counted them; say whether ``x`` agrees."""
    state, price, x, slope = (
        desk.linkage[STATE],
        desk.linkage[PRICE],
        desk.issue[X],
        desk.party[SLOPE],
    )
    agrees = True
    for q in range(len(state)):
        if state[q] == 2:
            active = x[links[q, 0]] == links[q, 1] and x[links[q, 2]] == links[q, 3]
            if price[q] > 0:
                for s in range(desk.size[SIGNERS]):
                    slope[s] += desk.pair[q, s]
            agrees = agrees and active == (price[q] > 0)
    return agrees


@rule
def set_reach(desk: Desk) -> None:
    """Fill the range each multiplier moves in: 1 / unit, relative to the party that needs least."""
    gain, reach, signers = desk.gain, desk.reach, desk.size[SIGNERS]
    least = np.inf
    for s in range(signers):
        most = 1
        for n in range(desk.size[UNDECIDED]):
            j = desk.issue[ORDER, n]
            for i in range(desk.issue[N_OPEN, j]):
                most = max(most, abs(gain[j, desk.grid[OPTION, j, i], s]))
        reach[s] = float(most)
        least = min(least, reach[s])
    for s in range(signers):
        reach[s] = least / reach[s]
    reach[signers] = least / 4.0


@rule
def polyak(share: Floats, desk: Desk, gap: float) -> None:
    """Take one scaled, projected Polyak step; the signers' multipliers stay on the simplex."""
    signers, slope, reach = desk.size[SIGNERS], desk.party[SLOPE], desk.reach
    mean, total = 0.0, 0.0
    for s in range(signers):
        mean += reach[s] * reach[s] * slope[s]
        total += reach[s] * reach[s]
    mean /= total
    height = reach[signers] * slope[signers]
    norm = height * height + 1e-9
    for s in range(signers):
        here = reach[s] * (slope[s] - mean)
        norm += here * here
    step, total = gap / norm, 0.0
    for s in range(signers):
        share[s] = max(share[s] - step * reach[s] * reach[s] * (slope[s] - mean), 0.0)
        total += share[s]
    for s in range(signers):
        share[s] = share[s] / total if total > 1e-6 else 1.0 / signers
    share[signers] -= step * reach[signers] * height


@rule
def keeps_law(x: Ints, rule: Ints) -> bool:
    """Say whether a text breaks no implication."""
    for r in range(len(rule)):
        if x[rule[r, 0]] == rule[r, 1] and rule[r, 3] >> x[rule[r, 2]] & 1 == 0:
            return False
    return True


@rule
def tighten(
    desk: Desk, problem: Problem, best: int, steps: int, share: Floats, text: Ints
) -> tuple[int, int, int, int]:
    """Lower the dual bound of a desk; return (bound, its total, its mu, best text's score).

    ``share`` (P + 1,) holds the real multipliers, the signers' and then mu, and is left at the
    best found, so that the next call starts warm; BEST_LAM holds the integers behind it. Every
    maximiser that is a text better than ``best`` overwrites ``text``. Stops as soon as the bound
    is no better than the best text. Steps aim at the best text known and shrink when they
    do not pay (Held, Wolfe and Crowder's rule).
    """
    points, links, rule = problem.points, problem.links, problem.rule
    signers, lam, best_lam = desk.size[SIGNERS], desk.party[LAM], desk.party[BEST_LAM]
    bound, best_total, best_mu, stride, stale = -NOTHING, 0, 0, 1.0, 0
    kept = share.copy()
    for _ in range(steps):
        weight, mu = 0, integer_prices(share, signers, lam)
        for s in range(signers):
            weight += lam[s]
        total = appraise(desk, points, lam, mu)
        if total == NOTHING:
            return LEAST, 0, 0, best
        value, stale = total // weight, stale + 1
        if value < bound:
            bound, best_total, best_mu, stale = value, total, mu, 0
            for s in range(signers):
                best_lam[s], kept[s] = lam[s], share[s]
            kept[signers] = share[signers]
        if bound <= best:
            break
        score = measure(desk, points)
        agrees = count_loose(desk, links)
        if score > best and agrees:
            score = desk.party[SLOPE, 0]
            for s in range(signers):
                score = min(score, desk.party[SLOPE, s])
            if score > best and keeps_law(desk.issue[X], rule):
                best = int(score)
                copy_text(desk.issue[X], text)
        if stale == PATIENCE:
            stride, stale = stride * 0.5, 0
        aim = desk.party[SLOPE, 0]
        for s in range(signers):
            aim = min(aim, desk.party[SLOPE, s])
        polyak(share, desk, stride * max(1.0, float(value - max(aim, best))))
    for s in range(signers + 1):
        share[s] = kept[s]
    return bound, best_total, best_mu, best


@rule
def integer_prices(share: Floats, signers: int, lam: Ints) -> int:
    """Fill the integer multipliers of real ones; return mu."""
    for s in range(signers):
        lam[s] = int(share[s] * GRAIN + 0.5)
    mu = math.floor(share[signers] * GRAIN + 0.5)
    return int(min(max(mu, -FURTHEST), FURTHEST))


@rule
def copy_text(source: Ints, target: Ints) -> None:
    """Copy element by element: Numba compiles a loop far faster than a slice assignment."""
    for j in range(len(source)):
        target[j] = source[j]
