r"""The least change that opens the range, one party and one instrument at a time (theory 3.1).

* a *carrot* :math:`L_P`, util paid to P on signature: the least is minus P's ceiling, its largest
  surplus among the texts that leave everybody else at zero or above;
* a *stick*: a fall of :math:`W_P`, what fighting on is worth to P, util;
* a *guarantee*: a larger :math:`k_{E,P}`, how far P trusts a point of enforcement, or more points
  for all than any text holds (:mod:`sim.trust`);
* the *state of the war*: another ratio of strength, which moves everybody's :math:`W`.

What range is asked about is an argument, ``asked``: it turns terms into terms, for instance with a
point held or a bar to clear. Amounts of carrots and sticks are signed: below zero the range is open
and that much could be taken away before it closes. Amounts in different instruments are not
compared, nor is one named cheapest: for two carrots every pair that opens the range with nothing to
spare is listed instead.
"""

from collections.abc import Callable, Sequence

import numpy as np

from sim.compiled import compiled
from sim.fighting import worth_of_fighting
from sim.frontier import Frontier, frontier
from sim.terms import Terms, ceiling, highest, require, search, terms_of
from sim.war import RATIO, STATE, start
from sim.world import World
from sim.worth import MICRO, Floats, Ints, Table

Asked = Callable[[Terms], Terms]
"""Which range is asked about."""


def as_it_stands(terms: Terms) -> Terms:
    """Ask about any text that leaves every required signer at zero or above."""
    return terms


def with_bar(terms: Terms, bar: Ints) -> Terms:
    """Return the terms in which zero stands for a bar (P,) above fighting on, micro-util."""
    base = terms.stakes.base.copy()
    base[: len(bar)] -= bar[:, None]
    return Terms(terms.stakes._replace(base=base), terms.table, terms.law)


def opens(terms: Terms) -> bool:
    """Say whether some text leaves every required signer at zero or above."""
    return search(terms, np.zeros(terms.parties, np.int64)) is not None


def least_carrot(terms: Terms, party: int) -> int | None:
    """Return the least util (micro) that must be added for P on signature; None: none is enough."""
    found = ceiling(terms, party)
    return None if found is None else -found[0]


def carrot_pairs(terms: Terms, a: int, b: int) -> Ints:
    """Return the pairs of carrots for two parties that open the range, none smaller in both.

    (F, 2) micro-util, a's falling; a single row (0, 0) if the range is open.
    """
    if opens(terms):
        return np.zeros((1, 2), np.int64)
    floor = (-sum_of_worst(terms, a), -sum_of_worst(terms, b))
    front: Frontier = frontier(require(terms, a, b), a, b, floor)
    needed = np.maximum(-front.points, 0)
    kept: list[tuple[int, int]] = []
    for x, y in sorted(map(tuple, needed.tolist())):
        if not kept or y < kept[-1][1]:
            kept.append((x, y))
    return np.array(kept[::-1], dtype=np.int64).reshape(-1, 2)


def sum_of_worst(terms: Terms, party: int) -> int:
    """Return how far below zero no text leaves a party, micro-util."""
    s = terms.stakes
    mirrored = s._replace(coef=-s.coef, base=-s.base, link=-s.link)
    return highest(Terms(mirrored, terms.table, terms.law), party)


def least_stick(
    world: World, table: Table, party: int, law: bool = True, asked: Asked = as_it_stands
) -> float | None:
    """Return the least fall of W_P that opens the range, util, to the micro-util.

    Below 0: how far W_P may rise. None: not even a fall by one whole stake is enough.
    """

    def enough(fall: int) -> bool:
        reserve = world.reserve.copy()
        reserve[party] -= fall / MICRO
        return opens(require(asked(at_reserve(world, table, reserve, law)), party))

    low, high = -2 * MICRO, 2 * MICRO
    if not enough(high):
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high / MICRO


def at_reserve(world: World, table: Table, reserve: Floats, law: bool = True) -> Terms:
    """Return the terms with fighting on worth ``reserve`` (P,) util, all else as in the world."""
    exact = -world.peace * reserve[:, None] * MICRO
    base = np.where(exact >= 0, np.floor(exact + 0.5), -np.floor(0.5 - exact)).astype(np.int64)
    terms = terms_of(world, table, law)
    return Terms(terms.stakes._replace(base=base), table, law)


def at_ratio(world: World, table: Table, ratio: float, law: bool = True) -> Terms:
    """Return the terms with another log ratio of strength at the start of the talks (2.1)."""
    state = np.zeros(STATE)
    compiled(start)(world.fighting.law, state)
    state[RATIO] += ratio
    worth = compiled(worth_of_fighting)
    reserve = [worth(world.fighting, state, p) for p in range(len(world.reserve))]
    return at_reserve(world, table, np.array(reserve), law)


def first_that_opens(terms_at: Callable[[float], Terms], amounts: Sequence[float]) -> float | None:
    """Return the first of some amounts at which the range is open, or None.

    For instruments whose effect need not be monotone: nothing between two amounts is claimed.
    """
    return next((amount for amount in amounts if opens(terms_at(amount))), None)
