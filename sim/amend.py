"""The fewest points of a document to change so that everybody signs, and every choice of them.

How many points a text changes is linear in its options: one further signer holds it down. The
smallest number is found by asking for 0, 1, 2 ... changes; every set of points of that size, by
splitting the texts left into "this point stays", "this one changes and the next stays", and so on
(Lawler 1972), so that no set is met twice.
"""

from dataclasses import dataclass

import numpy as np

from sim.terms import Terms, join, search
from sim.worth import Bools, Ints

MOST = 100
"""Sets listed before the list is cut off."""


@dataclass(frozen=True)
class Amendment:
    """The fewest changes that let everybody sign.

    Attributes
    ----------
    fewest : int
        How many points change.
    points : tuple of tuple of int
        Every set of that many issues, each in agenda order; the sets sorted.
    texts : tuple of (J,) int64
        For each set a text that everybody signs.
    complete : bool
        Whether the list was not cut off.
    """

    fewest: int
    points: tuple[tuple[int, ...], ...]
    texts: tuple[Ints, ...]
    complete: bool


def amend(terms: Terms, document: Ints, most: int = MOST) -> Amendment | None:
    """Return the fewest changes to a document (J,); None if no text at all is signed by all.

    A point that the document leaves open (below 0) may be filled in freely: that is no change.
    """
    for fewest in range(len(document) + 1):
        near = _at_most(terms, document, fewest)
        if _ask(near, np.zeros_like(terms.options)) is not None:
            return _every_set(near, document, fewest, most)
    return None


def _at_most(terms: Terms, document: Ints, changes: int) -> Terms:
    """Return the terms with a signer who accepts so many changes."""
    coef = -np.ones_like(terms.stakes.coef[0, 0])
    coef[document < 0] = 0
    settled = np.flatnonzero(document >= 0)
    coef[settled, document[settled]] = 0
    return join(terms, coef, np.array([changes], np.int64))


def _ask(near: Terms, refused: Bools) -> Ints | None:
    """Search among the texts without some options."""
    red = near.stakes.red.copy()
    red[-1] = refused
    bar = np.zeros(near.parties, np.int64)
    return search(Terms(near.stakes._replace(red=red), near.table, near.law), bar)


def changed(document: Ints, text: Ints) -> tuple[int, ...]:
    """Return the issues on which a text differs from what a document settles."""
    return tuple(np.flatnonzero((document >= 0) & (text != document)).tolist())


def _every_set(near: Terms, document: Ints, fewest: int, most: int) -> Amendment:
    """List every set of ``fewest`` issues whose change lets everybody sign."""
    found: dict[tuple[int, ...], Ints] = {}
    todo = [np.zeros(near.stakes.red.shape[1:], np.bool_)]
    while todo and len(found) < most:
        refused = todo.pop()
        text = _ask(near, refused)
        if text is None:
            continue
        points = changed(document, text)
        found[points] = text
        free = [j for j in points if not refused[j, document[j]]]  # the others must change here
        for j in free:
            stays = refused.copy()
            stays[j] = True
            stays[j, document[j]] = False
            todo.append(stays)
            refused = refused.copy()
            refused[j, document[j]] = True
    return Amendment(fewest, tuple(sorted(found)), tuple(found[p] for p in sorted(found)), not todo)
