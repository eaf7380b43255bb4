"""Small numerics of a grid, as rules: a chain for an AR(1), LU factors, a place between nodes.

Loops in place of np.linalg and slices, because Numba compiles those slowly.
"""

import numpy as np

from sim.compiled import rule
from sim.worth import Floats


@rule
def fill_chain(rho: float, chain: Floats) -> None:
    """Fill the (n, n) chain of an AR(1) with autocorrelation ``rho`` [Rouwenhorst1995]_.

    On nodes equally spaced over sqrt(n - 1) standard deviations to either side it keeps the
    conditional mean and variance of the process exactly [KopeckySuen2010]_.

    .. [Rouwenhorst1995] in Cooley (ed.), Frontiers of Business Cycle Research, 1995.
    .. [KopeckySuen2010] Review of Economic Dynamics 13, 2010.
    """
    n, p = chain.shape[0], (1.0 + rho) / 2.0
    old = np.zeros((n, n))
    old[0, 0] = 1.0
    for size in range(2, n + 1):
        for i in range(size):
            for j in range(size):
                chain[i, j] = _grown(old, i, j, size - 1, p)
        for i in range(size):
            for j in range(size):
                old[i, j] = chain[i, j]


@rule
def _grown(old: Floats, i: int, j: int, size: int, p: float) -> float:
    """Return one cell of the chain with one node more; inner rows are counted twice."""
    x = 0.0
    if i < size:
        x += p * old[i, j] if j < size else 0.0
        x += (1.0 - p) * old[i, j - 1] if j > 0 else 0.0
    if i > 0:
        x += (1.0 - p) * old[i - 1, j] if j < size else 0.0
        x += p * old[i - 1, j - 1] if j > 0 else 0.0
    return x / 2.0 if 0 < i < size else x


@rule
def factorise(a: Floats) -> None:
    """Replace a diagonally dominant matrix by its LU factors in place; no pivoting is needed."""
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]


@rule
def solve(lu: Floats, x: Floats) -> None:
    """Replace the right-hand side ``x`` by the solution, in place."""
    n = len(x)
    for i in range(n):
        for j in range(i):
            x[i] -= lu[i, j] * x[j]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= lu[i, j] * x[j]
        x[i] /= lu[i, i]


@rule
def place(nodes: Floats, x: float) -> tuple[int, float]:
    """Return the node left of ``x`` and how far beyond it x lies, in cells; held to the axis."""
    i = 0
    while i < len(nodes) - 2 and x >= nodes[i + 1]:
        i += 1
    part = (x - nodes[i]) / (nodes[i + 1] - nodes[i])
    return i, min(max(part, 0.0), 1.0)
