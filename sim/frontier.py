r"""The exact frontier between two parties: which pairs of gains no text improves on for both.

.. math:: F = \{(S_a(x), S_b(x))\} \text{ of texts } x \text{ that every other signer, red lines,
          consent and the law allow, none dominated}

Two methods. Without linkages, implications or other signers the surpluses are sums over issues:
then a dynamic programme adds issue by issue and keeps what is not dominated
(:mod:`sim.fronts`). In general every corner left between points found is asked of the exact
solver (theory 4.4: epsilon-constraint, Haimes et al. 1971): is there a text beyond it? A "yes" is a
point or leads to one, the last "no" of every corner is the proof that nothing was missed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.fronts import additive_front
from sim.terms import Terms, search, surpluses
from sim.worth import Ints

Point = tuple[int, int]


@dataclass(frozen=True)
class Frontier:
    """The frontier of parties ``a`` and ``b``.

    Attributes
    ----------
    a, b : int
        Which parties.
    points : (F, 2) int64
        Their surpluses, micro-util: a's rising, b's falling; none dominated, none equal.
    """

    a: int
    b: int
    points: Ints


def frontier(terms: Terms, a: int, b: int, floor: Point = (0, 0)) -> Frontier:
    """Return the frontier of two required signers above a floor, micro-util; it may be empty."""
    if is_additive(terms, a, b):
        points = additive_front(terms, a, b, floor)
    else:
        points = corner_by_corner(lambda corner: beyond(terms, a, b, corner), floor)
    return Frontier(a, b, points)


def is_additive(terms: Terms, a: int, b: int) -> bool:
    """Say whether the surpluses of two parties are sums over issues and nobody else must sign."""
    table = terms.table
    alone = set(np.flatnonzero(table.belligerent)) == {a, b}
    rules = len(table.rule_then) if terms.law else 0
    return bool(alone and not rules and not len(table.links) and not table.needs.any())


def beyond(terms: Terms, a: int, b: int, corner: Point) -> Point | None:
    """Return the gains of a text at or beyond a corner, every other signer at 0 or above."""
    bar = np.zeros(terms.parties, np.int64)
    bar[a], bar[b] = corner
    text = search(terms, bar)
    if text is None:
        return None
    found = surpluses(terms, text)
    return int(found[a]), int(found[b])


def corner_by_corner(ask: Callable[[Point], Point | None], floor: Point) -> Ints:
    """Return the frontier above a floor, (F, 2), given what answers whether a corner is empty.

    A point splits its corner in two: more for b (asked first), then more for a. What is found is
    kept until something better turns up; in the end every corner has been found empty.
    """
    front: list[Point] = []
    todo: list[tuple[Point, Point | None]] = [(floor, None)]
    while todo:
        corner, before = todo.pop()
        if before is not None:  # everything above ``before`` is known by now
            reach = front[-1][0] if front else corner[0] - 1
            if before[0] > reach:
                keep(front, before)
            corner = (max(before[0], reach) + 1, corner[1])
        found = ask(corner)
        if found is not None:
            todo += [(corner, found), ((corner[0], found[1] + 1), None)]
    return np.array(front, dtype=np.int64).reshape(-1, 2)


def keep(front: list[Point], point: Point) -> None:
    """Append a point further along; drop what it dominates."""
    while front and front[-1][1] <= point[1]:
        front.pop()
    front.append(point)


def text_at(terms: Terms, front: Frontier, i: int) -> Ints:
    """Return a text that gives exactly the i-th point of a frontier."""
    bar = np.zeros(terms.parties, np.int64)
    bar[front.a], bar[front.b] = front.points[i]
    text = search(terms, bar)
    if text is None:
        raise ValueError("these terms have no such point on their frontier")
    return text
