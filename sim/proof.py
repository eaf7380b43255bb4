"""Write down why no text is better: trees of boxes that :mod:`sim.certificate` can check.

The value is known by now, so every case is bounded with the value as aim; a node whose bound is
too high strikes what its multipliers rule out and then branches. Nothing is listed text by text
as the search does (:mod:`sim.search`): a proof should be small, not fast.
"""

from typing import NamedTuple, TypeVar

import numpy as np

from sim.compiled import compiled
from sim.desk import (
    BEST_LAM,
    N_OPEN,
    PARENT,
    START,
    Desk,
    Problem,
    new_desk,
)
from sim.question import choose_signers, open_options, state_problem
from sim.records import record
from sim.search import DECIDED, EMPTY, OPEN, branch_at, consider, strike
from sim.worth import Bools, Floats, Ints, Table

STEPS = 60
MOST = 1_000_000
"""Nodes after which no certificate is written."""


@record
class Stakes(NamedTuple):
    """All that the range depends on: the fields of a :class:`~sim.world.World` of the same names.

    A later state of the war is ``Stakes`` with another ``base``; no world need be drawn for it.
    """

    coef: Ints
    base: Ints
    link: Ints
    red: Bools
    month: Floats


T = TypeVar("T", Stakes, Table)


def in_order(arrays: T) -> T:
    """Lay every array out in C order: another layout would be compiled anew."""
    return type(arrays)._make(np.ascontiguousarray(a) for a in arrays)


@record
class Certificate(NamedTuple):
    """A proof: the text is worth ``value``, and no box of any tree holds anything better.

    Attributes
    ----------
    ratio, bar : (P,) int64
        Surplus of party P is counted as ratio (S - bar), S and bar in micro-util.
    law : bool
    value : int
        In those units.
    text : (J,) int64 or None
    roots : dict
        (whether each party signs, ..., level) -> the node its tree starts at.
    split : (N, 2) int64
        Nodes in preorder: issue (-1 for a leaf) and, as bits, the options that go left.
    prices : (N, P + 1) int64
        Multipliers of a leaf: every party's, and the price of a point.
    parent : (N, J) int64
        Forest of a leaf: the issue every issue hangs on, or -1.
    """

    ratio: Ints
    bar: Ints
    law: bool
    value: int
    text: Ints | None
    roots: dict[tuple[bool | int, ...], int]
    split: Ints
    prices: Ints
    parent: Ints


class _Tree:
    """The nodes of all trees, in preorder."""

    def __init__(self, problem: Problem, desk: Desk, value: int) -> None:
        self.problem, self.desk, self.value = problem, desk, value
        self.split: list[tuple[int, int]] = []
        self.prices: list[Ints] = []
        self.parent: list[Ints] = []
        self.none = np.zeros(problem.bits.shape[1] + 1, np.int64)
        self.alone = np.full(problem.bits.shape[2], -1, np.int64)

    def add(self, issue: int, bits: int, price: Ints, parent: Ints) -> None:
        """Append a node."""
        self.split.append((issue, bits))
        self.prices.append(price)
        self.parent.append(parent)

    def leaf(self, signers: Ints, lam: Ints, mu: int) -> None:
        """Append a leaf with these multipliers of the signers and the forest of the desk."""
        price = np.zeros(self.problem.bits.shape[1] + 1, np.int64)
        price[signers], price[-1] = lam[: len(signers)], mu
        undecided = self.desk.issue[N_OPEN] > 1
        self.add(-1, 0, price, np.where(undecided, self.desk.issue[PARENT], -1))

    def grow(self, signers: Ints, level: int, whole: Ints) -> bool:
        """Append the tree of one case; False if it grows beyond measure."""
        share = np.full(len(signers) + 1, 1.0 / len(signers))
        share[-1] = 0.0
        boxes = [(whole.copy(), share)]
        while boxes and len(self.split) <= MOST:
            boxes += self.chop(signers, level, *boxes.pop())
        return not boxes

    def chop(
        self, signers: Ints, level: int, mask: Ints, share: Floats
    ) -> list[tuple[Ints, Floats]]:
        """Append one box and all that its multipliers strike off it; return what is left of it."""
        desk, text = self.desk, np.zeros(len(mask), np.int64)
        while True:
            state, best, total, mu = compiled(consider)(
                self.problem, signers, level, mask, share, desk, self.value, text, STEPS
            )
            if best > self.value:
                raise AssertionError("the value to be proven is not the largest")
            lam, before = desk.party[BEST_LAM], mask.copy()
            if state == DECIDED:
                lam = desk.party[START, : len(signers)] == desk.party[START, : len(signers)].min()
            if state != OPEN:
                self.leaf(signers, lam * (state != EMPTY), mu)
                return []
            if not compiled(strike)(desk, total, self.value, mask):
                return self.branch(mask, share)
            for issue in np.flatnonzero(before != mask):
                self.add(int(issue), int(before[issue] & ~mask[issue]), self.none, self.alone)
                self.leaf(signers, lam, mu)

    def branch(self, mask: Ints, share: Floats) -> list[tuple[Ints, Floats]]:
        """Append a split; return its two boxes, the left one last."""
        at, to = branch_at(self.desk, self.problem)
        self.add(at, 1 << to, self.none, self.alone)
        left, right = mask.copy(), mask.copy()
        left[at] &= 1 << to
        right[at] &= ~(1 << to)
        return [(right, share.copy()), (left, share.copy())]


def prove(
    stakes: Stakes, table: Table, law: bool, value: int, text: Ints | None, ratio: Ints, bar: Ints
) -> Certificate | None:
    """Return the proof that no text is worth more than ``value``; None if it grows too large.

    ``stakes`` are already in the units of ``value``; ``ratio`` and ``bar`` say how they came
    from micro-util.
    """
    problem = state_problem(*stakes[:4], in_order(table), law)
    parties, levels, issues, options = stakes.coef.shape
    tree = _Tree(problem, new_desk(parties, issues, options, len(table.links)), value)
    roots: dict[tuple[bool | int, ...], int] = {}
    whole = np.zeros(issues, np.int64)
    for turn in range(1 << (parties - int(table.belligerent.sum()))):
        signers = choose_signers(table.belligerent, turn)
        open_options(problem, signers, whole)
        signs = np.isin(np.arange(parties), signers).tolist()
        for level in range(levels):
            roots[(*signs, level)] = len(tree.split)
            if not tree.grow(signers, level, whole):
                return None
    return Certificate(
        ratio, bar, law, value, text, roots, np.array(tree.split), np.array(tree.prices),
        np.array(tree.parent),
    )  # fmt: skip
