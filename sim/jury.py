r"""A jury of worlds: in what share of them would every required signer accept one text? (6.4)

.. math:: p(x) = \frac1S \sum_s 1[\,S_{P,s}(x) \ge 0 \text{ and no red line crossed, for every }
          P \in signers(x)\,]

over texts that break no implication. A local search asks this of hundreds of thousands of
neighbours, so the worlds stand side by side in arrays and a :class:`Bench` keeps, per party and
world, the gain of the text it holds; a neighbour costs one pass over the worlds.

These sums are floats and only guide a search; what is told of a text is counted with the integers
that decide (:func:`verdicts`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.compiled import compiled, rule
from sim.ensemble import Ensemble
from sim.records import record
from sim.world import World
from sim.worth import (
    MICRO,
    Bools,
    Floats,
    Ints,
    Table,
    broken_rules,
    crosses_red_line,
    enforcement_level,
    is_signer,
    surplus,
)

REFUSED = 8.0
"""Util taken off for every red line crossed: more than any text can make good."""


@record
class Jury(NamedTuple):
    """Worlds side by side, the worlds last; P parties, J issues, K options, W worlds.

    Attributes
    ----------
    gain : (P, J, K, W) float64
        Worth of an option, weight times value, less `REFUSED` where it is a red line, util.
    link : (P, Q, W) float64
        What pairs of options add (1.1), util.
    reserve : (P, W) float64
        W_P, util.
    peace : (P, L, W) float64
        A_P(E).
    omega : (P, W) float64
        Util per power-shift point.
    shift : (J, K) float64
        Power-shift points of an option (2.3).
    table : Table
    """

    gain: Floats
    link: Floats
    reserve: Floats
    peace: Floats
    omega: Floats
    shift: Floats
    table: Table


@record
class Bench(NamedTuple):
    """A text under trial: ``text`` (J,), ``sum`` (P, W) its u - W, ``worst`` (W,) a workspace.

    ``worst`` holds the smallest surplus among the signers of the text scored last, util.
    """

    text: Ints
    sum: Floats
    worst: Floats


def jury_of(ensemble: Ensemble, worlds: Sequence[World], numbers: Sequence[int]) -> Jury:
    """Seat the worlds of these numbers."""
    gain = _last([w.weight[:, :, None] * w.value - REFUSED * w.red for w in worlds])
    rows = ensemble.prior.rows.omega
    omega = np.array([[ensemble.number(i, row) for i in numbers] for row in rows], dtype=float)
    return Jury(
        gain,
        _last([w.link[:, 0, :] / MICRO / w.peace[:, :1] for w in worlds]),
        _last([w.reserve for w in worlds]),
        _last([w.peace for w in worlds]),
        omega,
        ensemble.prior.power_shift.copy(),
        ensemble.table,
    )


def _last(arrays: list[Floats]) -> Floats:
    return np.ascontiguousarray(np.moveaxis(np.array(arrays), 0, -1))


@rule
def new_bench(jury: Jury) -> Bench:
    """Return a bench for this jury, holding no text yet."""
    parties, issues, _, worlds = jury.gain.shape
    return Bench(np.zeros(issues, np.int64), np.zeros((parties, worlds)), np.zeros(worlds))


@rule
def hold_text(jury: Jury, bench: Bench, text: Ints) -> None:
    """Put a complete text on the bench."""
    links = jury.table.links
    for j in range(len(text)):
        bench.text[j] = text[j]
    for p in range(len(bench.sum)):
        row = bench.sum[p]
        for w in range(len(row)):
            row[w] = -jury.reserve[p, w]
        for j in range(len(text)):
            add(row, 1.0, jury.gain[p, j, text[j]])
        for q in range(len(links)):
            if text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3]:
                add(row, 1.0, jury.link[p, q])


@rule
def add(row: Floats, times: float, other: Floats) -> None:
    """Add a multiple of one row to another, (W,)."""
    for w in range(len(row)):
        row[w] += times * other[w]


@rule
def change(jury: Jury, bench: Bench, j: int, k: int) -> None:
    """Change one point of the text on the bench."""
    old, links = bench.text[j], jury.table.links
    if old == k:
        return
    for p in range(len(bench.sum)):
        add(bench.sum[p], -1.0, jury.gain[p, j, old])
        add(bench.sum[p], 1.0, jury.gain[p, j, k])
    for q in range(len(links)):
        for end in range(2):
            other = links[q, 2 - 2 * end]
            if links[q, 2 * end] == j and bench.text[other] == links[q, 3 - 2 * end]:
                mine = links[q, 2 * end + 1]
                times = (1.0 if mine == k else 0.0) - (1.0 if mine == old else 0.0)
                if times != 0.0:
                    for p in range(len(bench.sum)):
                        add(bench.sum[p], times, jury.link[p, q])
    bench.text[j] = k


@rule
def fill_worst(jury: Jury, bench: Bench) -> None:
    """Fill the smallest surplus among the signers of the text on the bench, per world."""
    text, table, worst = bench.text, jury.table, bench.worst
    level, points = enforcement_level(text, table.enforcement), 0.0
    for j in range(len(text)):
        points += jury.shift[j, text[j]]
    for w in range(len(worst)):
        worst[w] = REFUSED
    for p in range(len(bench.sum)):
        if is_signer(text, table, p):
            row, peace, omega = bench.sum[p], jury.peace[p, level], jury.omega[p]
            for w in range(len(worst)):
                worst[w] = min(worst[w], peace[w] * row[w] + (1.0 - peace[w]) * points * omega[w])


@rule
def share_accepted(jury: Jury, bench: Bench) -> float:
    """Return p(x) of the text on the bench, less 1 for every implication it breaks."""
    fill_worst(jury, bench)
    count = 0
    for w in range(len(bench.worst)):
        if bench.worst[w] >= 0.0:
            count += 1
    return count / len(bench.worst) - broken_rules(bench.text, jury.table)


@rule
def smoothed(jury: Jury, bench: Bench, tau: float) -> float:
    r"""Return p(x) with the step of each world rounded off over ``tau`` util, laws as above.

    .. math:: \frac12 + \frac12 \frac{m}{\tau + |m|}, \qquad m = \min_P S_P
    """
    fill_worst(jury, bench)
    worst, total = bench.worst, 0.0
    for w in range(len(worst)):
        worst[w] = worst[w] / (tau + abs(worst[w]))
    for w in range(len(worst)):
        total += worst[w]
    return 0.5 + 0.5 * total / len(worst) - broken_rules(bench.text, jury.table)


def verdicts(text: Ints, worlds: Sequence[World], table: Table) -> tuple[Bools, Floats]:
    """Return per world whether every signer accepts, and the smallest surplus, util; exact.

    Integers decide; a text that breaks an implication enters into force nowhere.
    """
    text = text.copy()  # one that is read-only would be compiled for anew
    level = enforcement_level(text, table.enforcement)
    signers = [p for p in range(len(table.belligerent)) if is_signer(text, table, p)]
    least = np.array([
        min(
            compiled(surplus)(text, w.coef[p], w.base[p], w.link[p], table.links, level)
            for p in signers
        )
        for w in worlds
    ])  # fmt: skip
    refused = [any(crosses_red_line(text, w.red[p]) for p in signers) for w in worlds]
    lawful = broken_rules(text, table) == 0
    return (least >= 0) & ~np.array(refused) & lawful, least / MICRO
