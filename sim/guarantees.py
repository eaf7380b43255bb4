"""Packages of guarantees added to a text: the best of every strength, for either side and for both.

The issues whose options carry enforcement points are free, everything else of the text stays. Of
all packages worth E points the one a side likes best, and the one whose less content belligerent
is best off, say how strong guarantees must be, may be, and whether one package does for both. All
packages are tried; a red line rules one out for its party.
"""

import numpy as np

from sim.compiled import compiled, rule
from sim.proof import Stakes, in_order
from sim.terms import FREE, Terms, hold, search, settled, terms_of
from sim.world import World
from sim.worth import Bools, Ints, Table, enforcement_level, surplus

NONE = -(1 << 62)


@rule
def next_package(text: Ints, free: Ints, n_options: Ints) -> bool:
    """Turn the text into the next package of the free issues; False after the last."""
    for j in free:
        text[j] += 1
        if text[j] < n_options[j]:
            return True
        text[j] = 0
    return False


@rule
def is_refused(text: Ints, free: Ints, red: Bools) -> bool:
    """Say whether the package holds an option this party refuses, (J, K)."""
    crossed = False
    for j in free:
        crossed = crossed or red[j, text[j]]
    return crossed


@rule
def fill_packages(
    coef: Ints, base: Ints, link: Ints, red: Bools, table: Table, sides: Ints, free: Ints,
    text: Ints, out: Ints,
) -> None:  # fmt: skip
    """Fill the text with the best package of every level, (3, L, J); -1 where there is none.

    Row 0 and 1: for either of ``sides``; row 2: for the less content of the two. ``text`` (J,) is
    used up.
    """
    best = np.full((3, out.shape[1]), NONE)
    gain = np.zeros(3, np.int64)
    for j in free:
        text[j] = 0
    more = True
    while more:
        level = enforcement_level(text, table.enforcement)
        for s in range(2):
            p = sides[s]
            gain[s] = NONE
            if not is_refused(text, free, red[p]):
                gain[s] = surplus(text, coef[p], base[p], link[p], table.links, level)
        gain[2] = min(gain[0], gain[1])
        for c in range(3):
            if gain[c] > best[c, level]:
                best[c, level] = gain[c]
                for j in range(len(text)):
                    out[c, level, j] = text[j]
        more = next_package(text, free, table.n_options)


def best_packages(world: World, table: Table, sides: tuple[int, int], text: Ints) -> Ints:
    """Return the text with the best package of every level, (3, L, J); -1 where there is none.

    Rows: the first of ``sides``, the second, the less content of the two.
    """
    free = np.flatnonzero((table.enforcement > 0).any(axis=1))
    found: Ints = np.full((3, world.base.shape[1], len(text)), -1)
    stakes = in_order(terms_of(world, table).stakes)
    compiled(fill_packages)(*stakes[:4], in_order(table), np.array(sides), free, text.copy(), found)
    return found


def texts_of_strength(
    world: World, table: Table, held: dict[int, int]
) -> list[tuple[Ints | None, bool]]:
    """Return for every level a text of exactly that strength which both belligerents sign, or None.

    ``held`` {issue: option} stays; law and the consent of others are set aside. Beside each stands
    whether the question was settled.
    """
    alone = _of_belligerents(terms_of(world, table, law=False))
    terms = hold(alone, held) if held else alone
    return [settled(_of_strength, terms, level) for level in range(world.base.shape[1])]


def _of_belligerents(terms: Terms) -> Terms:
    """Return the terms without anybody but the belligerents."""
    s, t = terms.stakes, terms.table
    two = np.flatnonzero(t.belligerent)
    stakes = Stakes(s.coef[two], s.base[two], s.link[two], s.red[two], s.month[two])
    needs = np.zeros_like(t.needs[:, :, two])
    return Terms(stakes, t._replace(needs=needs, belligerent=t.belligerent[two]), terms.law)


def _of_strength(terms: Terms, level: int) -> Ints | None:
    """Search among the texts of one level: at any other nobody signs."""
    base = np.full_like(terms.stakes.base, FREE)
    base[:, level] = terms.stakes.base[:, level]
    here = Terms(terms.stakes._replace(base=base), terms.table, terms.law)
    return search(here, np.zeros(here.parties, np.int64))
