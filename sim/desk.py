r"""One subproblem of the bargaining range, laid out so that its dual bound is cheap.

A subproblem is an enforcement level, a set of signers and the options still open. Laying it out
takes three steps: what the implications and the level force is struck (:func:`propagate`); a
linkage or implication with a decided end becomes a plain gain of the other end or vanishes; the
pairs that are left are hung on a forest (:func:`plan`), where the best completion is exact by
dynamic programming. The few pairs that would close a cycle are *loose*: the bound counts a loose
linkage at its best, the search branches on it.
"""

from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.records import record
from sim.worth import Floats, Ints

FORBIDDEN = -1
"""In ``Desk.kind``: these two options break an implication; 0 nothing, q + 1 linkage q."""


@record
class Problem(NamedTuple):
    """The integer problem of one world, options as bits: bit k of an entry stands for option k.

    Attributes
    ----------
    coef : (P, L, J, K), base : (P, L), link : (P, L, Q) int64
        In the unit that is maximised.
    bits : (2, P, J) int64
        RED options each party refuses; NEEDS options that need its act.
    points : (J, K) int64
        Enforcement points.
    whole : (J,) int64
        All options.
    rule : (R, 4) int64
        Implications: issue, option, issue restricted, options allowed; none if they do not bind.
    links : (Q, 5) int64
        Linkages: issue, option, issue, option; and last, the linkages' numbers, largest first.
    """

    coef: Ints
    base: Ints
    link: Ints
    bits: Ints
    points: Ints
    whole: Ints
    rule: Ints
    links: Ints


RED, NEEDS = range(2)


@record
class Desk(NamedTuple):
    """Room to work on one subproblem; S signers (the first of P), Q linkages.

    Attributes
    ----------
    gain : (J, K, P) int64
        What an option adds to each signer; decided linkages are folded in.
    kind : (J, K, K) int64
        Own option, parent's option -> what the pair means.
    pair : (Q, P) int64
        What each linkage adds to each signer.
    grid : (5, J, K) int64
        OPTION open options of the undecided issues; WORTH best completion below an option;
        MESSAGE below an issue, given the parent's option; REPLY with what; SPECIAL whether any
        own option matters to this option of the parent.
    issue : (4, J) int64
        N_OPEN how many options are open; ORDER undecided issues, parents first; PARENT the issue
        it hangs on, or -1; X the text: decided options and the last maximiser.
    party : (4, P + 1) int64
        START surplus of what is decided; LAM multipliers; BEST_LAM the best so far; SLOPE the
        subgradient (signers, then points).
    linkage : (2, Q) int64
        PRICE what it is worth; STATE 0 settled, 1 in the forest, 2 loose.
    reach : (P + 1,) float64
        The unit of each multiplier.
    size : (4,) int64
        UNDECIDED issues; SIGNERS; REST, the points still to place; the LEVEL.
    """

    gain: Ints
    kind: Ints
    pair: Ints
    grid: Ints
    issue: Ints
    party: Ints
    linkage: Ints
    reach: Floats
    size: Ints


OPTION, WORTH, MESSAGE, REPLY, SPECIAL = range(5)
N_OPEN, ORDER, PARENT, X = range(4)
START, LAM, BEST_LAM, SLOPE = range(4)
PRICE, STATE = range(2)
UNDECIDED, SIGNERS, REST, LEVEL = range(4)


@rule
def new_desk(parties: int, issues: int, options: int, links: int) -> Desk:
    """Return an empty desk."""
    return Desk(
        np.zeros((issues, options, parties), np.int64),
        np.zeros((issues, options, options), np.int64),
        np.zeros((links, parties), np.int64),
        np.zeros((5, issues, options), np.int64),
        np.zeros((4, issues), np.int64),
        np.zeros((4, parties + 1), np.int64),
        np.zeros((2, links), np.int64),
        np.ones(parties + 1),
        np.zeros(4, np.int64),
    )


@rule
def keep_the_law(mask: Ints, rule: Ints) -> bool:
    """Strike what the implications force; say whether every issue keeps an option."""
    changed = True
    while changed:
        changed = False
        for r in range(len(rule)):
            here, bit, there = rule[r, 0], 1 << rule[r, 1], rule[r, 2]
            if mask[here] & bit == 0:
                continue
            allowed = mask[there] & rule[r, 3]
            if here == there:
                allowed &= bit
            if mask[here] == bit and mask[there] != allowed:
                mask[there], changed = allowed, True
            elif allowed == 0:
                mask[here], changed = mask[here] & ~bit, True
    empty = 0
    for j in range(len(mask)):
        empty += mask[j] == 0
    return empty == 0


@rule
def span(bits: int, points: Ints, j: int) -> tuple[int, int]:
    """Return the least and the most points of the open options of an issue."""
    low, high = 1 << 30, -1
    for k in range(points.shape[1]):
        if bits >> k & 1:
            low, high = min(low, points[j, k]), max(high, points[j, k])
    return low, high


@rule
def keep_the_level(mask: Ints, points: Ints, level: int) -> tuple[bool, bool]:
    """Strike options with which no text has this level; return (level within reach, struck)."""
    low, high, struck = 0, 0, False
    for j in range(len(mask)):
        least, most = span(mask[j], points, j)
        low, high = low + least, high + most
    if not low <= level <= high:
        return False, False
    for j in range(len(mask)):
        least, most = span(mask[j], points, j)
        if least == most:
            continue
        for k in range(points.shape[1]):
            here = points[j, k]
            if mask[j] >> k & 1 and not low - least + here <= level <= high - most + here:
                mask[j], struck = mask[j] & ~(1 << k), True
    return True, struck


@rule
def propagate(mask: Ints, rule: Ints, points: Ints, level: int) -> bool:
    """Strike what implications and level force until nothing changes; False: nothing is left."""
    struck = True
    while struck:
        if not keep_the_law(mask, rule):
            return False
        within, struck = keep_the_level(mask, points, level)
        if not within:
            return False
    return True


@rule
def lay_out(problem: Problem, mask: Ints, signers: Ints, level: int, desk: Desk) -> None:
    """Fill the desk for these open options, signers and level."""
    list_options(mask, desk)
    fill(problem, mask, signers, level, desk)
    plan(problem, mask, desk)


@rule
def list_options(mask: Ints, desk: Desk) -> None:
    """List the open options of every issue."""
    option, n_open = desk.grid[OPTION], desk.issue[N_OPEN]
    for j in range(len(mask)):
        count = 0
        for k in range(option.shape[1]):
            if mask[j] >> k & 1:
                option[j, count] = k
                count += 1
        n_open[j] = count


@rule
def fill(problem: Problem, mask: Ints, signers: Ints, level: int, desk: Desk) -> None:
    """Copy the gains of the open options at a level; fold in what is decided."""
    coef, base, points = problem.coef, problem.base, problem.points
    gain, start, option, n_open, x = (
        desk.gain,
        desk.party[START],
        desk.grid[OPTION],
        desk.issue[N_OPEN],
        desk.issue[X],
    )
    rest = level
    for s in range(len(signers)):
        start[s] = base[signers[s], level]
    for j in range(len(mask)):
        k = option[j, 0]
        if n_open[j] == 1:
            x[j], rest = k, rest - points[j, k]
        for s in range(len(signers)):
            if n_open[j] == 1:
                start[s] += coef[signers[s], level, j, k]
            else:
                for i in range(n_open[j]):
                    gain[j, option[j, i], s] = coef[signers[s], level, j, option[j, i]]
    size = desk.size
    size[SIGNERS], size[REST], size[LEVEL] = len(signers), rest, level
    for q in range(len(problem.links)):
        fold_link(problem, mask, signers, level, q, desk)


@rule
def fold_link(problem: Problem, mask: Ints, signers: Ints, level: int, q: int, desk: Desk) -> None:
    """Add a decided linkage to what it is worth to; mark one that is undecided as loose."""
    links, link, gain, n_open = problem.links, problem.link, desk.gain, desk.issue[N_OPEN]
    i, k, j, m = links[q, 0], links[q, 1], links[q, 2], links[q, 3]
    desk.linkage[STATE, q] = 0
    if mask[i] >> k & 1 == 0 or mask[j] >> m & 1 == 0 or (i == j and k != m):
        return
    if n_open[i] > 1 and n_open[j] > 1 and i != j:
        desk.linkage[STATE, q] = 2
    for s in range(len(signers)):
        worth = link[signers[s], level, q]
        desk.pair[q, s] = worth
        if n_open[i] == 1 and n_open[j] == 1:
            desk.party[START, s] += worth
        elif n_open[i] == 1:
            gain[j, m, s] += worth
        elif n_open[j] == 1 or i == j:
            gain[i, k, s] += worth


@rule
def plan(problem: Problem, mask: Ints, desk: Desk) -> None:
    """Hang the undecided pairs on a forest: implications first, then the largest linkages."""
    issues, rule, links = len(mask), problem.rule, problem.links
    state, kind, special, n_open = (
        desk.linkage[STATE],
        desk.kind,
        desk.grid[SPECIAL],
        desk.issue[N_OPEN],
    )
    edges = np.zeros((len(rule) + len(links), 2), np.int64)
    tree, count = np.arange(issues), 0
    for r in range(len(rule)):
        i, j = rule[r, 0], rule[r, 2]
        if is_undecided_rule(mask, rule, r) and n_open[i] > 1 and n_open[j] > 1:
            count = join(i, j, tree, edges, count)
    for n in range(len(links)):
        q = links[n, 4]
        if state[q] == 2:
            count = join(links[q, 0], links[q, 2], tree, edges, count)
    orient(mask, problem.points, edges, count, desk)
    for j in range(issues):
        if n_open[j] > 1 and desk.issue[PARENT, j] >= 0:
            for m in range(special.shape[1]):
                special[j, m] = 0
                for k in range(special.shape[1]):
                    kind[j, k, m] = 0
    hang_rules(problem, mask, desk)
    for q in range(len(links)):
        if state[q] == 2:
            i, k, j, m = links[q, 0], links[q, 1], links[q, 2], links[q, 3]
            if desk.issue[PARENT, i] != j:
                i, k, j, m = j, m, i, k
            if desk.issue[PARENT, i] == j and kind[i, k, m] <= 0:
                state[q], special[i, m] = 1, 1
                if kind[i, k, m] == 0:
                    kind[i, k, m] = q + 1


@rule
def is_undecided_rule(mask: Ints, rule: Ints, r: int) -> bool:
    """Say whether an implication can still be broken by the open options."""
    triggered = mask[rule[r, 0]] >> rule[r, 1] & 1 == 1
    return bool(triggered and mask[rule[r, 2]] & ~rule[r, 3] != 0)


@rule
def hang_rules(problem: Problem, mask: Ints, desk: Desk) -> None:
    """Mark the pairs of options that break an implication whose issues are next of kin."""
    rule, parent, kind, special = problem.rule, desk.issue[PARENT], desk.kind, desk.grid[SPECIAL]
    for r in range(len(rule)):
        i, k, j = rule[r, 0], rule[r, 1], rule[r, 2]
        if desk.issue[N_OPEN, i] < 2 or desk.issue[N_OPEN, j] < 2 or i == j:
            continue
        if not is_undecided_rule(mask, rule, r):
            continue
        for m in range(kind.shape[1]):
            if mask[j] >> m & 1 and rule[r, 3] >> m & 1 == 0:
                if parent[i] == j:
                    kind[i, k, m], special[i, m] = FORBIDDEN, 1
                elif parent[j] == i:
                    kind[j, m, k], special[j, k] = FORBIDDEN, 1


@rule
def join(i: int, j: int, tree: Ints, edges: Ints, count: int) -> int:
    """Add an edge if it closes no cycle; return how many edges there are."""
    if i == j or tree[i] == tree[j]:
        return count
    edges[count, 0], edges[count, 1] = i, j
    old, new = tree[i], tree[j]
    for n in range(len(tree)):
        if tree[n] == old:
            tree[n] = new
    return count + 1


@rule
def orient(mask: Ints, points: Ints, edges: Ints, count: int, desk: Desk) -> None:
    """Order the undecided issues, parents first; issues that move the level become roots."""
    issues, order, parent, n_open = (
        len(mask),
        desk.issue[ORDER],
        desk.issue[PARENT],
        desk.issue[N_OPEN],
    )
    seen, end = np.zeros(issues, np.bool_), 0
    for turn in range(2):
        for root in range(issues):
            if seen[root] or n_open[root] < 2:
                continue
            least, most = span(mask[root], points, root)
            if turn == 0 and least == most:
                continue
            at, parent[root], seen[root] = end, -1, True
            order[end], end = root, end + 1
            while at < end:
                here, at = order[at], at + 1
                for e in range(count):
                    for side in range(2):
                        there = edges[e, 1 - side]
                        if edges[e, side] == here and not seen[there]:
                            parent[there], seen[there] = here, True
                            order[end], end = there, end + 1
    desk.size[UNDECIDED] = end
