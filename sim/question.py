"""The whole question in one compiled call: every enforcement level and every set of signers.

Cheap bounds first, from neighbour to neighbour with warm multipliers; then the cases that could
still beat the best text, the most promising first.
"""

import numpy as np

from sim.bound import LEAST, NOTHING, set_reach, tighten
from sim.compiled import rule
from sim.desk import NEEDS, RED, Desk, Problem, lay_out, new_desk, propagate
from sim.search import settle
from sim.worth import Bools, Floats, Ints, Table

FIRST, NEXT, STEPS = 30, 8, 16
"""Steps on the first level of a set of signers, on each further level, and at a node."""


@rule
def bits_of(row: Bools) -> int:
    """Return a row of switches as the bits of an integer."""
    bits = 0
    for k in range(len(row)):
        if row[k]:
            bits |= 1 << k
    return bits


@rule
def ranked(link: Ints, links: Ints) -> Ints:
    """Return the linkages with a column that lists them, the largest (summed, level 0) first."""
    parties, _, count = link.shape
    size, out = np.zeros(count, np.int64), np.zeros((count, 5), np.int64)
    for q in range(count):
        for i in range(4):
            out[q, i] = links[q, i]
        for p in range(parties):
            size[q] += abs(link[p, 0, q])
        n = q
        while n > 0 and size[out[n - 1, 4]] < size[q]:
            out[n, 4] = out[n - 1, 4]
            n -= 1
        out[n, 4] = q
    return out


@rule
def fits(coef: Ints, base: Ints, link: Ints) -> bool:
    """Say whether no sum of surpluses, however the text is chosen, leaves the range of LEAST."""
    parties, levels, issues, options = coef.shape
    most = -LEAST // parties
    for p in range(parties):
        for level in range(levels):
            here = abs(base[p, level])
            for q in range(link.shape[2]):
                here += abs(link[p, level, q])
            for j in range(issues):
                peak = 0
                for k in range(options):
                    peak = max(peak, abs(coef[p, level, j, k]))
                here += peak
                if here >= most:
                    return False
    return True


@rule
def state_problem(
    coef: Ints, base: Ints, link: Ints, red: Bools, table: Table, law: bool
) -> Problem:
    """Gather the arrays of a world and a table; switches become bits."""
    n_options, points, needs, links = table.n_options, table.enforcement, table.needs, table.links
    rule_if, rule_then, rule_ok = table.rule_if, table.rule_then, table.rule_ok
    parties, issues = red.shape[0], red.shape[1]
    rules = len(rule_then) if law else 0
    bits = np.zeros((2, parties, issues), np.int64)
    whole, rule = np.zeros(issues, np.int64), np.zeros((rules, 4), np.int64)
    for j in range(issues):
        whole[j] = (1 << n_options[j]) - 1
        for p in range(parties):
            bits[RED, p, j] = bits_of(red[p, j])
            bits[NEEDS, p, j] = bits_of(needs[j, :, p])
    for r in range(rules):
        rule[r, 0], rule[r, 1], rule[r, 2] = rule_if[r, 0], rule_if[r, 1], rule_then[r]
        rule[r, 3] = bits_of(rule_ok[r])
    return Problem(coef, base, link, bits, points, whole, rule, ranked(link, links))


@rule
def choose_signers(belligerent: Bools, turn: int) -> Ints:
    """Return the ``turn``-th set of signers: belligerents and some others (turn 0: all)."""
    chosen, count, other = np.zeros(len(belligerent), np.int64), 0, 0
    for p in range(len(belligerent)):
        if belligerent[p]:
            chosen[count], count = p, count + 1
        else:
            if turn >> other & 1 == 0:
                chosen[count], count = p, count + 1
            other += 1
    return chosen[:count]


@rule
def open_options(problem: Problem, signers: Ints, mask: Ints) -> None:
    """Fill the options open when exactly these parties may be asked."""
    _, parties, issues = problem.bits.shape
    for j in range(issues):
        mask[j] = problem.whole[j]
        for p in range(parties):
            signs = False
            for s in range(len(signers)):
                signs = signs or signers[s] == p
            mask[j] &= ~problem.bits[RED if signs else NEEDS, p, j]


@rule
def least_gain(problem: Problem, party: int, level: int, mask: Ints) -> int:
    """Return a surplus that every text of the open options gives a party at a level at least."""
    total = problem.base[party, level]
    for j in range(len(mask)):
        least = -LEAST
        for k in range(problem.coef.shape[3]):
            if mask[j] >> k & 1:
                least = min(least, problem.coef[party, level, j, k])
        total += least
    for q in range(problem.link.shape[2]):
        total += min(problem.link[party, level, q], 0)
    return int(total)


@rule
def those_who_matter(problem: Problem, signers: Ints, mask: Ints, enough: int) -> Ints:
    """Return the signers without those to whom every text is worth ``enough`` (one stays).

    They decide nothing, and the dual bound is looser and slower with them.
    """
    kept, count = np.zeros(len(signers), np.int64), 0
    for s in range(len(signers)):
        matters = False
        for level in range(problem.base.shape[1]):
            if not matters:
                matters = least_gain(problem, signers[s], level, mask) < enough
        if matters or (count == 0 and s == len(signers) - 1):
            kept[count], count = signers[s], count + 1
    return kept[:count]


@rule
def most_promising(bounds: Ints) -> tuple[int, int]:
    """Return the set of signers and the level of largest bound not cut off; -1 if there is none."""
    turn, level, high = -1, -1, LEAST - 1
    for t in range(bounds.shape[0]):
        for e in range(bounds.shape[1]):
            if high < bounds[t, e] < -NOTHING:
                turn, level, high = t, e, bounds[t, e]
    return turn, level


@rule
def solve(
    coef: Ints,
    base: Ints,
    link: Ints,
    red: Bools,
    table: Table,
    law: bool,
    best: int,
    enough: int,
    max_nodes: int,
    text: Ints,
    bounds: Ints,
) -> tuple[int, int]:
    """Find the text of largest smallest surplus above ``best``; return (surplus, nodes).

    ``bounds`` (sets, L) is filled with a proven bound per set of signers and level; where it
    exceeds the surplus returned the search was cut off (or ended by a text worth ``enough``).
    """
    belligerent, links = table.belligerent, table.links
    problem = state_problem(coef, base, link, red, table, law)
    parties, levels, issues, options = coef.shape
    desk = new_desk(parties, issues, options, len(links))
    sets = bounds.shape[0]
    shares = np.zeros((sets, levels, parties + 1))
    masks = np.zeros((sets, issues), np.int64)
    for turn in range(sets):
        signers = choose_signers(belligerent, turn)
        open_options(problem, signers, masks[turn])
        signers = those_who_matter(problem, signers, masks[turn], enough)
        best = sweep(
            problem, signers, masks[turn], shares[turn], bounds[turn], desk, best, enough, text
        )
        if best >= enough:
            return best, 0
    used = 0
    while best < enough:
        turn, level = most_promising(bounds)
        if turn < 0 or bounds[turn, level] <= best:
            break
        signers = choose_signers(belligerent, turn)
        signers = those_who_matter(problem, signers, masks[turn], enough)
        best, nodes = settle(
            problem, signers, level, masks[turn], shares[turn, level], desk, best, enough, text,
            STEPS, max_nodes,
        )  # fmt: skip
        used += nodes
        bounds[turn, level] = LEAST if nodes < max_nodes else -NOTHING
    return best, used


@rule
def sweep(
    problem: Problem,
    signers: Ints,
    whole: Ints,
    shares: Floats,
    bounds: Ints,
    desk: Desk,
    best: int,
    enough: int,
    text: Ints,
) -> int:
    """Bound every level of one set of signers, from the middle up, then down; return the best."""
    levels, parties = len(bounds), len(signers)
    mask = np.zeros(len(whole), np.int64)
    middle, first = levels // 2, True
    for turn in range(levels):
        if best >= enough:
            break
        level = middle + turn if middle + turn < levels else levels - 1 - turn
        near = level - 1 if level > middle else level + 1
        bounds[level] = LEAST
        share = shares[level]
        for j in range(len(whole)):
            mask[j] = whole[j]
        for s in range(parties + 1):
            share[s] = 1.0 / parties if s < parties else 0.0
            if turn > 0:
                share[s] = shares[near, s]
        if not propagate(mask, problem.rule, problem.points, level):
            continue
        lay_out(problem, mask, signers, level, desk)
        set_reach(desk)
        steps = FIRST if first else NEXT
        bounds[level], _, _, best = tighten(desk, problem, best, steps, share, text)
        first = False
    return best
