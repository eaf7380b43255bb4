"""What a text must do to be signed, as something one can ask questions of and change.

Terms are the stakes of every party, the table and whether the law binds. One question is asked of
them: is there a text that leaves every required signer at or above a bar (:func:`search`, exact)?
All else is built from it. A further aim, for instance "change at most three points" or "hold this
point fixed", is written as a further signer (:func:`join`): linear in the options like anyone's
surplus, with options it refuses; so it is handled by the same exact solver and the same proof.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from sim.compiled import compiled
from sim.proof import Stakes
from sim.world import World
from sim.worth import Bools, Ints, Table, enforcement_level, is_signer, surplus
from sim.zopa import exists_above

T = TypeVar("T")

FREE = -(10**9)
"""A bar that asks nothing, micro-util: no surplus is as low."""


@dataclass(frozen=True)
class Terms:
    """The stakes of P signers, the table with their consent, and whether the law binds."""

    stakes: Stakes
    table: Table
    law: bool = True

    @property
    def parties(self) -> int:
        """How many may sign."""
        return len(self.stakes.base)

    @property
    def options(self) -> Bools:
        """Which options exist, (J, K)."""
        exist: Bools = np.arange(self.stakes.red.shape[2]) < self.table.n_options[:, None]
        return exist


class UnprovenError(RuntimeError):
    """Neither the search nor HiGHS settled a question in time."""


def terms_of(world: World | Stakes, table: Table, law: bool = True) -> Terms:
    """Return the terms of a world, or of a later state of its war."""
    stakes = Stakes(world.coef, world.base, world.link, world.red, world.month)
    return Terms(stakes, table, law)


def search(terms: Terms, bar: Ints) -> Ints | None:
    """Return a text that leaves every required signer at its bar (P,) or above, or None.

    Micro-util. Raises `UnprovenError` if the question stays open.
    """
    found = exists_above(terms.stakes, terms.table, bar, terms.law)
    if not found.proven:
        raise UnprovenError("a question about the texts was cut off before it was settled")
    return found.text


def settled(question: Callable[..., T], *about: Any) -> tuple[T | None, bool]:
    """Return the answer to a question and True, or None and False where it stayed open."""
    try:
        return question(*about), True
    except UnprovenError:
        return None, False


def surpluses(terms: Terms, text: Ints) -> Ints:
    """Return everybody's surplus of a complete text, (P,), micro-util, needed or not."""
    s, links = terms.stakes, terms.table.links
    level = compiled(enforcement_level)(text, terms.table.enforcement)
    worth = compiled(surplus)
    each = [
        worth(text, s.coef[p], s.base[p], s.link[p], links, level) for p in range(terms.parties)
    ]
    return np.array(each, dtype=np.int64)


def join(
    terms: Terms, coef: Ints, base: Ints, link: Ints | None = None, refuses: Bools | None = None
) -> Terms:
    """Return the terms with one more required signer, the last.

    Parameters
    ----------
    coef : (L, J, K) or (J, K) int64
        What each option adds to its surplus, per level or at all of them.
    base : (L,) or (1,) int64
    link : (L, Q) int64, optional
    refuses : (J, K) bool, optional
        Options it never signs.
    """
    s, t = terms.stakes, terms.table
    one = (1, *s.coef.shape[1:])
    pairs = np.zeros(s.link.shape[1:], np.int64) if link is None else link
    red = np.zeros(s.red.shape[1:], np.bool_) if refuses is None else refuses
    stakes = Stakes(
        np.concatenate([s.coef, np.broadcast_to(coef, one)]),
        np.concatenate([s.base, np.broadcast_to(base, (1, s.base.shape[1]))]),
        np.concatenate([s.link, pairs[None]]),
        np.concatenate([s.red, red[None]]),
        np.append(s.month, 1.0),
    )
    table = t._replace(
        needs=np.concatenate([t.needs, np.zeros_like(t.needs[:, :, :1])], axis=2),
        belligerent=np.append(t.belligerent, True),
    )
    return Terms(stakes, table, terms.law)


def join_sum(terms: Terms, weight: Ints) -> Terms:
    """Return the terms with a signer whose surplus is a weighted sum of all others', (P,)."""
    s = terms.stakes
    coef, base = np.tensordot(weight, s.coef, 1), np.tensordot(weight, s.base, 1)
    return join(terms, coef, base, np.tensordot(weight, s.link, 1))


def hold(terms: Terms, fixed: dict[int, int]) -> Terms:
    """Return the terms with some issues held at an option, {issue: option}."""
    refuses = np.zeros(terms.stakes.red.shape[1:], np.bool_)
    for issue, option in fixed.items():
        refuses[issue] = True
        refuses[issue, option] = False
    return join(terms, np.zeros_like(terms.stakes.coef[0, 0]), np.zeros(1, np.int64), None, refuses)


def require(terms: Terms, *parties: int) -> Terms:
    """Return the terms with some parties required signers, whatever the text holds."""
    required = terms.table.belligerent.copy()
    required[list(parties)] = True
    return Terms(terms.stakes, terms.table._replace(belligerent=required), terms.law)


def highest(terms: Terms, party: int) -> int:
    """Return a surplus that no text gives a party more than, micro-util."""
    s = terms.stakes
    coef = np.where(terms.options, s.coef[party], s.coef[party].min())
    most = s.base[party] + coef.max(axis=2).sum(axis=1)
    return int((most + np.maximum(s.link[party], 0).sum(axis=1)).max())


def ceiling(terms: Terms, party: int, bar: Ints | None = None) -> tuple[int, Ints] | None:
    """Return a party's largest surplus with every other signer at its bar or above, and a text.

    Exact, by bisection on the party's own bar; None if no text leaves the others at theirs. The
    party counts as a signer.
    """
    terms = require(terms, party)  # else a text that does not need it would clear any bar
    bars = np.zeros(terms.parties, np.int64) if bar is None else bar.copy()
    bars[party] = FREE
    text, tight = search(terms, bars), {party}
    if text is None:
        return None
    low, high = int(surpluses(terms, text)[party]), highest(terms, party)
    while low < high:
        bars[party] = (low + high + 1) // 2
        better = search_lazily(terms, bars, tight)
        if better is None:
            high = int(bars[party]) - 1
        else:
            low, text = int(surpluses(terms, better)[party]), better
    return low, text


def search_lazily(terms: Terms, bar: Ints, tight: set[int]) -> Ints | None:
    """Search with the bars of ``tight`` parties only, then of those that fall below, and so on.

    The same answer as :func:`search`. Where a bar does not matter the dual bound has nothing to
    hold on to and proofs are long; parties found to matter are added to ``tight``.
    """
    while True:
        asked = np.full_like(bar, FREE)
        asked[list(tight)] = bar[list(tight)]
        text = search(terms, asked)
        if text is None:
            return None
        below = np.flatnonzero(surpluses(terms, text) < bar)
        missed = [int(p) for p in below if is_signer(text, terms.table, int(p))]
        if not missed:
            return text
        tight.update(missed)
