"""Branch and bound in integers: settle one enforcement level and one set of signers.

Depth first; every node re-tightens the dual bound of :mod:`sim.bound` from its parent's
multipliers, strikes the options that cannot beat the best text, and branches on a broken
implication if there is one, else on the issue whose two best options are closest. Every text is
judged by the same integers as everywhere else, so what is left unbeaten is proven.
"""

import numpy as np

from sim.bound import (
    LEAST,
    Bargain,
    climb,
    copy_text,
    keep_only_promising,
    priced,
    smallest_surplus,
    tighten,
)
from sim.compiled import rule
from sim.worth import Bools, Floats, Ints, breaks_rule

STACK = 512
CLIMBS = 20
"""Nodes at which the climb is tried; later nodes only branch."""


@rule
def settle(
    bargain: Bargain,
    coef: Ints,
    base: Ints,
    allowed: Bools,
    level: int,
    share: Floats,
    best: int,
    text: Ints,
    max_nodes: int,
) -> tuple[int, int]:
    """Search for a text better than ``best``; return (best score, nodes left).

    ``coef`` (P, J, K) and ``base`` (P,) are the signers' at this level; ``text`` is overwritten
    by every better one. Nodes left 0 means the search was cut off and nothing is proven.
    """
    parties, (issues, options) = len(base), allowed.shape
    masks = np.zeros((STACK, issues, options), dtype=np.bool_)
    shares = np.zeros((STACK, parties + 1))
    x, lam = np.zeros(issues, dtype=np.int64), np.zeros(parties, dtype=np.int64)
    top = push(allowed, share, masks, shares, 0)
    points, nodes = bargain.table.enforcement, 0
    mask, warm = np.zeros((issues, options), dtype=np.bool_), np.zeros(parties + 1)
    trial = np.zeros(issues, dtype=np.int64)
    while top > 0 and nodes < max_nodes and top < STACK - 2:
        top, nodes = top - 1, nodes + 1
        pull(masks, shares, top, mask, warm)
        if not reaches(mask, points, level):
            continue
        steps = 60 if nodes == 1 else 14
        bound, mu = tighten(coef, base, mask, points, level, best, steps, lam, warm, x)
        if bound <= max(best, LEAST):
            continue
        score = smallest_surplus(x, bargain)
        if nodes <= CLIMBS:
            copy_text(x, trial)
            climbed = climb(trial, bargain)
            if climbed > best:
                best = climbed
                copy_text(trial, text)
        if score > best:
            best = score
            copy_text(x, text)
        keep_only_promising(coef, base, points, level, lam, mu, best, mask)
        if reaches(mask, points, level):
            top = branch(bargain, coef, mask, warm, lam, mu, x, masks, shares, top)
    return best, max_nodes - nodes if top == 0 else 0


@rule
def push(mask: Bools, warm: Floats, masks: Bools, shares: Floats, top: int) -> int:
    """Put a node on the stack; return the new top."""
    for j in range(mask.shape[0]):
        for k in range(mask.shape[1]):
            masks[top, j, k] = mask[j, k]
    for p in range(len(warm)):
        shares[top, p] = warm[p]
    return top + 1


@rule
def pull(masks: Bools, shares: Floats, top: int, mask: Bools, warm: Floats) -> None:
    """Take the node at ``top`` off the stack."""
    for j in range(mask.shape[0]):
        for k in range(mask.shape[1]):
            mask[j, k] = masks[top, j, k]
    for p in range(len(warm)):
        warm[p] = shares[top, p]


@rule
def keep_only(mask: Bools, issue: int, option: int) -> None:
    """Leave one option of an issue (none if it was struck before)."""
    for k in range(mask.shape[1]):
        mask[issue, k] = mask[issue, k] and k == option


@rule
def reaches(mask: Bools, points: Ints, level: int) -> bool:
    """Say whether the options left can add up to the level, and no issue is without one."""
    low, high = 0, 0
    for j in range(mask.shape[0]):
        least, most = 1 << 30, -1
        for k in range(mask.shape[1]):
            if mask[j, k]:
                least, most = min(least, points[j, k]), max(most, points[j, k])
        if most < 0:
            return False
        low, high = low + least, high + most
    return low <= level <= high


@rule
def branch(
    bargain: Bargain,
    coef: Ints,
    mask: Bools,
    warm: Floats,
    lam: Ints,
    mu: int,
    x: Ints,
    masks: Bools,
    shares: Floats,
    top: int,
) -> int:
    """Push the children of a node; return the new top of the stack (unchanged at a leaf)."""
    table = bargain.table
    if bargain.law:
        for r in range(len(table.rule_then)):
            if breaks_rule(x, table, r):
                return split_rule(bargain, r, mask, warm, masks, shares, top)
    at, to = closest_call(coef, table.enforcement, mask, lam, mu)
    if at < 0:
        return top
    second = push(mask, warm, masks, shares, top)
    masks[top, at, to] = False
    push(mask, warm, masks, shares, second)
    keep_only(masks[second], at, to)
    return second + 1


@rule
def split_rule(
    bargain: Bargain, r: int, mask: Bools, warm: Floats, masks: Bools, shares: Floats, top: int
) -> int:
    """Push two children that both keep rule ``r``: trigger struck, or trigger met."""
    table = bargain.table
    issue, option, then = table.rule_if[r, 0], table.rule_if[r, 1], table.rule_then[r]
    second = push(mask, warm, masks, shares, top)
    masks[top, issue, option] = False
    push(mask, warm, masks, shares, second)
    keep_only(masks[second], issue, option)
    for k in range(mask.shape[1]):
        if not table.rule_ok[r, k]:
            masks[second, then, k] = False
    return second + 1


@rule
def closest_call(coef: Ints, points: Ints, mask: Bools, lam: Ints, mu: int) -> tuple[int, int]:
    """Return the issue whose two best options are closest, and its best; (-1, -1) at a leaf."""
    at, to, closest = -1, -1, 1 << 62
    for j in range(mask.shape[0]):
        first, second, best = -(1 << 61), -(1 << 61), -1
        for k in range(mask.shape[1]):
            if mask[j, k]:
                worth = priced(coef, points, lam, mu, j, k)
                if worth > first:
                    first, second, best = worth, first, k
                elif worth > second:
                    second = worth
        if second > -(1 << 61) and first - second < closest:
            at, to, closest = j, best, first - second
    return at, to
