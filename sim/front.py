"""The front of a war as equations: the discounted share of the region held, cell by cell (2.2).

Four pairs of cohesion levels are solved side by side: they differ in how likely the war goes on,
and in nothing else.
"""

import numpy as np

from sim.compiled import rule
from sim.grid import factorise
from sim.worth import Floats, Ints

SLICES = 4
"""Pairs of cohesion levels solved side by side."""

TOLERANCE = 1e-10
"""Largest change of B in the last sweep."""

SWEEPS = 10_000
"""More sweeps than any slice needs."""


@rule
def target(first: int, step: int, z: int, cells: int) -> int:
    """Return the cell a step leads to; beyond either edge nothing changes any more."""
    return min(max(z + first + step, 0), cells - 1)


@rule
def staying(z: int, first: Ints, weight: Floats, cells: int, here: Floats) -> bool:
    """Fill the weight of staying in cell ``z`` at each m; say whether it differs from before."""
    differs = False
    for i in range(len(here)):
        total = 0.0
        for step in range(3):
            if target(first[i], step, z, cells) == z:
                total += weight[i, step]
        differs = differs or total != here[i]
        here[i] = total
    return differs


@rule
def factorise_cells(stay: Floats, chain: Floats, first: Ints, weight: Floats, lu: Floats) -> None:
    """Fill ``lu`` (Z, M, M, S): per cell, the equations of its nodes given all other cells.

    Cells away from the edges share theirs, which are copied.
    """
    cells, nodes = lu.shape[0], lu.shape[1]
    here, square = np.full(nodes, -1.0), np.zeros((nodes, nodes))
    for z in range(cells):
        new = staying(z, first, weight, cells, here)
        for s in range(SLICES):
            if new:
                for i in range(nodes):
                    for j in range(nodes):
                        square[i, j] = (1.0 if i == j else 0.0) - stay[i, s] * here[i] * chain[i, j]
                factorise(square)
            for i in range(nodes):
                for j in range(nodes):
                    lu[z, i, j, s] = square[i, j] if new else lu[z - 1, i, j, s]


@rule
def solve_cell(
    z: int, flow: float, stay: Floats, first: Ints, weight: Floats, ahead: Floats, lu: Floats,
    x: Floats,
) -> None:  # fmt: skip
    """Solve one cell exactly given the others; ``ahead`` (M, Z, S) is next month's expected B.

    The slices go side by side, as one processor's registers take them.
    """
    nodes, cells = ahead.shape[0], ahead.shape[1]
    for i in range(nodes):
        for s in range(SLICES):
            x[i, s] = flow
        for step in range(3):
            to = target(first[i], step, z, cells)
            if to != z:
                for s in range(SLICES):
                    x[i, s] += stay[i, s] * weight[i, step] * ahead[i, to, s]
    for i in range(nodes):
        for j in range(i):
            for s in range(SLICES):
                x[i, s] -= lu[z, i, j, s] * x[j, s]
    for i in range(nodes - 1, -1, -1):
        for j in range(i + 1, nodes):
            for s in range(SLICES):
                x[i, s] -= lu[z, i, j, s] * x[j, s]
        for s in range(SLICES):
            x[i, s] = np.divide(x[i, s], lu[z, i, i, s])


@rule
def fill_held(
    stay: Floats, chain: Floats, first: Ints, weight: Floats, share: Floats, delta: float,
    held: Floats, sweeps: Ints,
) -> None:  # fmt: skip
    r"""Solve :math:`B = (1-\delta) g + \delta (1 - \sum h) E B'` on four slices.

    Block Gauss-Seidel, one block per cell of Z, swept against the march of the front and back:
    what lies ahead is known first, so a few sweeps do. ``share`` is g (Z,), ``stay`` (M, S),
    ``held`` (M, Z, S); ``sweeps`` (S,), 0 on entry, gets how many each slice took.
    """
    nodes, cells = held.shape[0], held.shape[1]
    lu, x = np.zeros((cells, nodes, nodes, SLICES)), np.zeros((nodes, SLICES))
    now, ahead = np.zeros((nodes, cells, SLICES)), np.zeros((nodes, cells, SLICES))
    change = np.zeros(SLICES)
    factorise_cells(stay, chain, first, weight, lu)
    forward = weight[nodes // 2, 2] + first[nodes // 2] + 1 >= weight[nodes // 2, 0]
    for sweep in range(SWEEPS):
        for s in range(SLICES):
            change[s] = 0.0
        for at in range(cells):
            z = cells - 1 - at if forward == (sweep % 2 == 0) else at
            solve_cell(z, (1.0 - delta) * share[z], stay, first, weight, ahead, lu, x)
            for i in range(nodes):
                for s in range(SLICES):
                    change[s] = max(change[s], abs(x[i, s] - now[i, z, s]))
                    now[i, z, s] = x[i, s]
            for i in range(nodes):
                for s in range(SLICES):
                    ahead[i, z, s] = 0.0
                for j in range(nodes):
                    for s in range(SLICES):
                        ahead[i, z, s] += chain[i, j] * x[j, s]
        if take_settled(sweep, change, now, held, sweeps):
            return


@rule
def take_settled(sweep: int, change: Floats, now: Floats, held: Floats, sweeps: Ints) -> bool:
    """Keep every slice as it first came to rest; say whether all have."""
    rest = True
    for s in range(SLICES):
        if sweeps[s] == 0 and (change[s] < TOLERANCE or sweep == SWEEPS - 1):
            sweeps[s] = sweep + 1
            for i in range(now.shape[0]):
                for z in range(now.shape[1]):
                    held[i, z, s] = now[i, z, s]
        rest = rest and sweeps[s] > 0
    return rest
