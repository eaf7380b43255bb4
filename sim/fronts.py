"""The frontier of sums: issue by issue, keeping what no other partial text dominates.

Where gains are sums over issues, a partial text that is worse for both parties than another with
as many enforcement points can be dropped, whatever is chosen later (Nemhauser & Ullmann 1969).
Coefficients depend on the level E, so that every level has its own programme; issues with
enforcement points come first, so that only they need a front per number of points.
"""

import numpy as np

from sim.compiled import compiled, rule
from sim.terms import Terms
from sim.worth import Ints


@rule
def union(one: Ints, x: int, y: int, other: Ints, v: int, w: int) -> Ints:
    """Return what is undominated of two fronts, each shifted; first gain rising, second falling."""
    i, j, count, high = len(one) - 1, len(other) - 1, 0, -(1 << 60)
    out = np.empty((len(one) + len(other), 2), np.int64)
    while i >= 0 or j >= 0:
        mine = j < 0 or (
            i >= 0
            and (
                one[i, 0] + x > other[j, 0] + v
                or (one[i, 0] + x == other[j, 0] + v and one[i, 1] + y >= other[j, 1] + w)
            )
        )
        if mine:
            a, b, i = one[i, 0] + x, one[i, 1] + y, i - 1
        else:
            a, b, j = other[j, 0] + v, other[j, 1] + w, j - 1
        if b > high:
            out[count, 0], out[count, 1], high = a, b, b
            count += 1
    return out[:count][::-1].copy()


@rule
def add_issues(front: Ints, gain: Ints, count: Ints) -> Ints:
    """Return a front with issues added; ``gain`` (J, K, 2), of each issue the first ``count``."""
    none = front[:0]
    for j in range(len(count)):
        grown = none
        for k in range(count[j]):
            grown = union(grown, 0, 0, front, gain[j, k, 0], gain[j, k, 1])
        front = grown
    return front


def additive_front(terms: Terms, a: int, b: int, floor: tuple[int, int]) -> Ints:
    """Return the frontier of two parties above a floor, (F, 2), over every level."""
    table, red, join = terms.table, terms.stakes.red, compiled(union)
    allowed = terms.open & ~red[a] & ~red[b]
    both, total = [a, b], np.empty((0, 2), np.int64)
    moves = (np.where(allowed, table.enforcement, 0) > 0).any(axis=1)
    for level in range(terms.stakes.base.shape[1]):
        start = np.ascontiguousarray(terms.stakes.base[None, both, level])
        gain = np.ascontiguousarray(np.moveaxis(terms.stakes.coef[both, level], 0, 2))
        front = _with_points(start, gain[moves], allowed[moves], table.enforcement[moves], level)
        if front is not None:
            packed, count = _packed(gain[~moves], allowed[~moves])
            total = join(total, 0, 0, compiled(add_issues)(front, packed, count), 0, 0)
    kept: Ints = total[(total[:, 0] >= floor[0]) & (total[:, 1] >= floor[1])]
    return kept


def _with_points(
    start: Ints, gain: Ints, allowed: np.ndarray, points: Ints, level: int
) -> Ints | None:
    """Return the front of the issues with enforcement points that add up to a level, or None."""
    fronts, join, none = {0: start}, compiled(union), start[:0]
    left = np.append(np.cumsum(np.where(allowed, points, 0).max(axis=1)[::-1])[::-1], 0)
    for j in range(len(gain)):
        grown: dict[int, Ints] = {}
        for at, front in fronts.items():
            for k in np.flatnonzero(allowed[j]).tolist():
                here = at + int(points[j, k])
                if here <= level <= here + left[j + 1]:
                    x, y = gain[j, k].tolist()
                    grown[here] = join(grown.get(here, none), 0, 0, front, x, y)
        fronts = grown
    return fronts.get(level)


def _packed(gain: Ints, allowed: np.ndarray) -> tuple[Ints, Ints]:
    """Return the gains with every issue's open options first, and how many are open."""
    order = np.argsort(~allowed, axis=1, kind="stable")
    return np.take_along_axis(gain, order[:, :, None], axis=1), allowed.sum(axis=1)
