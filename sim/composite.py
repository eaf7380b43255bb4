r"""Composites: whole parties put together from the particles of their issues.

The moments of a belief say how much a text is worth on average; whether it beats fighting on is
a question about draws. Composite n of a party takes, on every issue, the n-th draw after the
issue's draws are resampled by weight, W, A, omega and links of one draw resampled by the weights
of what its issues share, and its swing weights are made to sum to 1 again. Resampling is
systematic at the middle of each stratum, so it needs no luck, and with equal weights composite n
is prior draw n, dependence between its issues and all (ours). Acceptance is the share of

.. math:: \hat P = \frac1N \sum_n 1[\text{no red line}]\;\sigma(S_n/\tau)

A composite that crosses a red line counts 0.001 of one that does not, the floor of
:mod:`sim.belief`, so that a search can still tell bad from worse (ours).
"""

from typing import NamedTuple

import numpy as np

from sim.belief import Belief, settle
from sim.compiled import rule
from sim.particles import LEAST_CLEAR, Particles
from sim.records import record
from sim.respond import logistic
from sim.worth import Bools, Floats, Ints

TAU = 0.005
"""Surplus, util, over which a composite's will goes from even to 73 %: about one war-month; small,
so that it is a share of draws, yet above 0, so that a search sees slopes (ours)."""


@record
class Composite(NamedTuple):
    """Composites of every party and their sums over one draft.

    ``place`` (P, J, N) int64: which particle stands at place n; ``shared`` (P, N) int64: which
    gives W, A, omega and links; ``share`` (P, N): 1 over the sum of its weights (all three are
    the belief's); ``reserve`` and ``omega`` (P, N): its W, util, and omega; ``total`` (P, N): u
    before it is shared out, util; ``crossed`` (P, N) int64: chosen options that are red lines;
    ``skipped``: a party without any.
    """

    place: Ints
    shared: Ints
    share: Floats
    reserve: Floats
    omega: Floats
    total: Floats
    crossed: Ints
    skipped: int


@rule
def open_composite(belief: Belief, particles: Particles, text: Ints, skipped: int) -> Composite:
    """Return the composites of all parties but ``skipped``, at a text; settles the belief."""
    settle(belief, particles, skipped)
    parties, issues, size = belief.weight.shape
    composite = Composite(
        belief.place,
        belief.shared,
        belief.stake_at,
        np.zeros((parties, size)),
        np.zeros((parties, size)),
        np.zeros((parties, size)),
        np.zeros((parties, size), np.int64),
        skipped,
    )
    for p in range(parties):
        if p != skipped:
            for n in range(size):
                composite.reserve[p, n] = particles.reserve[p, belief.shared[p, n]]
                composite.omega[p, n] = particles.omega[p, belief.shared[p, n]]
    for j in range(issues):
        change(composite, particles, j, -1, text[j])
    return composite


@rule
def change(composite: Composite, particles: Particles, j: int, old: int, new: int) -> None:
    """Move the sums from option ``old`` of issue ``j`` to ``new`` (-1: open)."""
    place, total, crossed = composite.place, composite.total, composite.crossed
    worth, red, risky = particles.worth, particles.red, particles.risky
    for p in range(total.shape[0]):
        if p != composite.skipped:
            whose, u, lines = place[p, j], total[p], crossed[p]
            if new >= 0:
                add_row(u, worth[p, j, new], whose)
                if risky[p, j, new]:
                    count_row(lines, red[p, j, new], whose, 1)
            if old >= 0:
                take_row(u, worth[p, j, old], whose)
                if risky[p, j, old]:
                    count_row(lines, red[p, j, old], whose, -1)


@rule
def add_row(total: Floats, row: Floats, place: Ints) -> None:
    """Add what an option is worth to every composite."""
    for n in range(len(total)):
        total[n] += row[place[n]]


@rule
def take_row(total: Floats, row: Floats, place: Ints) -> None:
    """Take it away again."""
    for n in range(len(total)):
        total[n] -= row[place[n]]


@rule
def count_row(crossed: Ints, red: Bools, place: Ints, by: int) -> None:
    """Count a red line up or down in every composite that has it."""
    for n in range(len(crossed)):
        crossed[n] += by * int(red[place[n]])


@rule
def willing(
    composite: Composite, particles: Particles, p: int, j: int, old: int, new: int,
    level: int, shift: float, linked: Ints, moved: float, bar: float,
) -> tuple[float, float]:  # fmt: skip
    """Return the share of party ``p``'s composites that would sign, and their mean surplus, util.

    The text is the one of the sums with issue ``j`` moved from ``old`` to ``new``; ``level`` and
    ``shift`` are its enforcement level and power-shift points, ``linked`` the pairs it holds.
    """
    total, crossed, place = composite.total, composite.crossed, composite.place
    shared, part, reserve = composite.shared, composite.share, composite.reserve
    worth, red, link = particles.worth, particles.red, particles.link
    peace, omega = particles.peace, composite.omega
    share, mean, size = 0.0, 0.0, total.shape[1]
    for n in range(size):
        u, lines = total[p, n], crossed[p, n]
        if old != new:
            i = place[p, j, n]
            if new >= 0:
                u, lines = u + worth[p, j, new, i], lines + int(red[p, j, new, i])
            if old >= 0:
                u, lines = u - worth[p, j, old, i], lines - int(red[p, j, old, i])
        i = shared[p, n]
        u *= part[p, n]
        for q in linked:
            u += link[p, q, i]
        a = peace[p, level, i]
        s = a * (u - reserve[p, n] - moved) + (1.0 - a) * omega[p, n] * shift - bar
        will = logistic(s / TAU)
        share += will if lines == 0 else LEAST_CLEAR * will
        mean += s
    return share / size, mean / size
