"""Branch and bound in integers: settle one enforcement level and one set of signers.

Depth first. A node strikes what implications and level force, tightens its dual bound from its
parent's multipliers, strikes the options that cannot beat the best text, and then tries to list
*every* text whose priced sum could still beat it: at fixed multipliers the best completion of
any partial text is known exactly, so the list is walked without a detour. Only if the list is
too long does the node branch. Every text is judged by the same integers as everywhere else, so
what is left unbeaten is proven.
"""

import numpy as np

from sim.bound import (
    NOTHING,
    appraise,
    copy_text,
    keeps_law,
    set_reach,
    tighten,
)
from sim.compiled import rule
from sim.desk import (
    BEST_LAM,
    MESSAGE,
    N_OPEN,
    OPTION,
    ORDER,
    PARENT,
    PRICE,
    REST,
    SIGNERS,
    START,
    STATE,
    UNDECIDED,
    WORTH,
    Desk,
    Problem,
    X,
    lay_out,
    propagate,
)
from sim.worth import Floats, Ints

EMPTY, DECIDED, BOUNDED, OPEN = range(4)
"""What became of a box: no text in it, one text, none better, undecided."""

STACK = 512
WALK = 2000
"""Steps of a walk over the texts of one node before it branches instead."""


@rule
def fill_reach(desk: Desk, points: Ints, low: Ints, high: Ints, most: Ints) -> None:
    """Fill what the issues from the n-th on can add: least and most points, and most surplus.

    ``low``, ``high`` (n + 1,); ``most`` (n + 1, signers), every undecided pair at its best.
    """
    order, option, n_open = desk.issue[ORDER], desk.grid[OPTION], desk.issue[N_OPEN]
    count, signers, gain, pair = desk.size[UNDECIDED], desk.size[SIGNERS], desk.gain, desk.pair
    for n in range(count - 1, -1, -1):
        j = order[n]
        least, peak = 1 << 30, -1
        for i in range(n_open[j]):
            least = min(least, points[j, option[j, i]])
            peak = max(peak, points[j, option[j, i]])
        low[n], high[n] = low[n + 1] + least, high[n + 1] + peak
        for s in range(signers):
            up = gain[j, option[j, 0], s]
            for i in range(n_open[j]):
                up = max(up, gain[j, option[j, i], s])
            most[n, s] = most[n + 1, s] + up
    for q in range(len(desk.linkage[STATE])):
        if desk.linkage[STATE, q] > 0:
            for s in range(signers):
                if pair[q, s] > 0:
                    for n in range(count + 1):
                        most[n, s] += pair[q, s]


@rule
def walk(
    desk: Desk, problem: Problem, total: int, best: int, text: Ints, steps: int
) -> tuple[int, int]:
    """List every text of the desk that could beat ``best`` at its prices; (best, steps left).

    ``total`` is the priced sum of the maximiser; no steps left means the list was cut off. A step
    is one option tried.
    """
    points, links, rule = problem.points, problem.links, problem.rule
    order, option, n_open, parent = (
        desk.issue[ORDER],
        desk.grid[OPTION],
        desk.issue[N_OPEN],
        desk.issue[PARENT],
    )
    worth, message, x, kind, price = (
        desk.grid[WORTH],
        desk.grid[MESSAGE],
        desk.issue[X],
        desk.kind,
        desk.linkage[PRICE],
    )
    count, signers = desk.size[UNDECIDED], desk.size[SIGNERS]
    gain, pair = desk.gain, desk.pair
    weight = 0
    for s in range(signers):
        weight += desk.party[BEST_LAM, s]
    room = np.zeros(count + 1, np.int64)
    top, turn = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    height, low = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    high = np.zeros(count + 1, np.int64)
    most = np.zeros((count + 1, signers), np.int64)
    sums = np.zeros((count + 1, signers), np.int64)
    fill_reach(desk, points, low, high, most)
    for s in range(signers):
        sums[0, s] = desk.party[START, s]
    rest = desk.size[REST]
    room[0] = total - weight * (best + 1)
    n, top[0], turn[0] = 0, best_of(worth, option, n_open, order[0]), 0
    while n >= 0:
        j = order[n]
        if turn[n] == n_open[j]:
            n -= 1
            continue
        k = option[j, turn[n]]
        turn[n] += 1
        steps -= 1
        if steps <= 0:
            return best, 0
        here, what = worth[j, k], 0
        if parent[j] >= 0:
            what = kind[j, k, x[parent[j]]]
            if what < 0:
                continue
            if what > 0 and here > NOTHING:
                here += price[what - 1]
        left = room[n] - (top[n] - here)
        if left < 0:
            continue
        up = height[n] + points[j, k]
        if up + low[n + 1] > rest or up + high[n + 1] < rest:
            continue
        good = True
        for s in range(signers):
            sums[n + 1, s] = sums[n, s] + gain[j, k, s]
            if what > 0:
                sums[n + 1, s] += pair[what - 1, s]
            good = good and sums[n + 1, s] + most[n + 1, s] > best
        if not good:
            continue
        x[j] = k
        if n + 1 < count:
            n += 1
            j = order[n]
            room[n], height[n], turn[n] = left, up, 0
            top[n] = (
                message[j, x[parent[j]]] if parent[j] >= 0 else best_of(worth, option, n_open, j)
            )
            continue
        for q in range(len(desk.linkage[STATE])):
            active = x[links[q, 0]] == links[q, 1] and x[links[q, 2]] == links[q, 3]
            if desk.linkage[STATE, q] == 2 and active:
                for s in range(signers):
                    sums[count, s] += pair[q, s]
        score = sums[count, 0]
        for s in range(signers):
            score = min(score, sums[count, s])
        if score > best and keeps_law(x, rule):
            for i in range(n + 1):
                room[i] -= weight * (score - best)
            best = int(score)
            copy_text(x, text)
    return best, steps


@rule
def best_of(worth: Ints, option: Ints, n_open: Ints, j: int) -> int:
    """Return the worth of the best open option of an issue."""
    best = NOTHING
    for i in range(n_open[j]):
        best = max(best, worth[j, option[j, i]])
    return int(best)


@rule
def strike(desk: Desk, total: int, best: int, mask: Ints) -> bool:
    """Strike options that no text better than ``best`` can hold; say whether any was struck.

    Reduced-cost fixing: an option costs at least its distance from the best reply to whichever
    option of the parent suits it best.
    """
    worth, option, n_open, order = (
        desk.grid[WORTH],
        desk.grid[OPTION],
        desk.issue[N_OPEN],
        desk.issue[ORDER],
    )
    parent, message, kind, price = (
        desk.issue[PARENT],
        desk.grid[MESSAGE],
        desk.kind,
        desk.linkage[PRICE],
    )
    weight, struck = 0, False
    for s in range(desk.size[SIGNERS]):
        weight += desk.party[BEST_LAM, s]
    room = total - weight * (best + 1)
    for n in range(desk.size[UNDECIDED]):
        j, above = order[n], parent[order[n]]
        top = best_of(worth, option, n_open, j)
        for i in range(n_open[j]):
            k = option[j, i]
            least = top - worth[j, k]
            if above >= 0:
                least = -NOTHING
                for h in range(n_open[above]):
                    m = option[above, h]
                    what = kind[j, k, m]
                    if what >= 0 and worth[j, k] > NOTHING:
                        here = worth[j, k] + (price[what - 1] if what > 0 else 0)
                        least = min(least, message[j, m] - here)
            if least > room:
                mask[j], struck = mask[j] & ~(1 << k), True
    return struck


@rule
def branch_at(desk: Desk, problem: Problem) -> tuple[int, int]:
    """Return the issue and option to branch on; desk as appraised last."""
    rule, links, x = problem.rule, problem.links, desk.issue[X]
    for r in range(len(rule)):
        if x[rule[r, 0]] == rule[r, 1] and rule[r, 3] >> x[rule[r, 2]] & 1 == 0:
            return int(rule[r, 0]), int(rule[r, 1])
    for q in range(len(links)):
        if desk.linkage[STATE, q] == 2:
            active = x[links[q, 0]] == links[q, 1] and x[links[q, 2]] == links[q, 3]
            if active != (desk.linkage[PRICE, q] > 0):
                return int(links[q, 0]), int(links[q, 1])
    return closest_call(desk)


@rule
def closest_call(desk: Desk) -> tuple[int, int]:
    """Return the issue whose two best options are closest, and its best."""
    worth, option, n_open, order = (
        desk.grid[WORTH],
        desk.grid[OPTION],
        desk.issue[N_OPEN],
        desk.issue[ORDER],
    )
    at, to, closest = -1, -1, -NOTHING * 4
    for n in range(desk.size[UNDECIDED]):
        j = order[n]
        first, second, best = 2 * NOTHING, 2 * NOTHING, -1
        for i in range(n_open[j]):
            k = option[j, i]
            here = worth[j, k]
            what = (
                0
                if desk.issue[PARENT, j] < 0
                else desk.kind[j, k, desk.issue[X, desk.issue[PARENT, j]]]
            )
            if what > 0:
                here += desk.linkage[PRICE, what - 1]
            if what < 0:
                here = NOTHING
            if here > first:
                first, second, best = here, first, k
            elif here > second:
                second = here
        if first - second < closest:
            at, to, closest = j, best, first - second
    return at, to


@rule
def score_of_decided(desk: Desk) -> int:
    """Return the smallest surplus of a text that is wholly decided."""
    score = desk.party[START, 0]
    for s in range(desk.size[SIGNERS]):
        score = min(score, desk.party[START, s])
    return int(score)


@rule
def settle(
    problem: Problem,
    signers: Ints,
    level: int,
    mask: Ints,
    share: Floats,
    desk: Desk,
    best: int,
    enough: int,
    text: Ints,
    steps: int,
    max_nodes: int,
) -> tuple[int, int]:
    """Search for a text better than ``best``; return (best score, nodes used).

    ``mask`` (J,) holds the open options; ``text`` is overwritten by every better one. Nodes used
    equal to ``max_nodes`` means the search was cut off and nothing is proven. A text worth
    ``enough`` ends the search.
    """
    issues = len(mask)
    masks, shares = np.zeros((STACK, issues), np.int64), np.zeros((STACK, len(share)))
    here, warm = np.zeros(issues, np.int64), np.zeros(len(share))
    for j in range(issues):
        masks[0, j] = mask[j]
    for s in range(len(share)):
        shares[0, s] = share[s]
    high, nodes = 1, 0
    while high > 0 and best < enough:
        if nodes >= max_nodes or high >= STACK - 2:
            return best, max_nodes
        high, nodes = high - 1, nodes + 1
        for j in range(issues):
            here[j] = masks[high, j]
        for s in range(len(share)):
            warm[s] = shares[high, s]
        best, at, to = visit(problem, signers, level, here, warm, desk, best, text, steps)
        if at >= 0:
            for turn in range(2):
                for j in range(issues):
                    masks[high, j] = here[j]
                for s in range(len(share)):
                    shares[high, s] = warm[s]
                bit = 1 << to
                masks[high, at] = here[at] & bit if turn == 1 else here[at] & ~bit
                high += 1
    return best, nodes


@rule
def consider(
    problem: Problem,
    signers: Ints,
    level: int,
    mask: Ints,
    share: Floats,
    desk: Desk,
    best: int,
    text: Ints,
    steps: int,
) -> tuple[int, int, int, int]:
    """Bound one box; return (EMPTY, DECIDED, BOUNDED or OPEN; best score; total; mu).

    Strikes off ``mask`` what implications and level force. An open box is left on the desk as
    its best multipliers appraise it.
    """
    if not propagate(mask, problem.rule, problem.points, level):
        return EMPTY, best, 0, 0
    lay_out(problem, mask, signers, level, desk)
    if desk.size[UNDECIDED] == 0:
        score = score_of_decided(desk)
        if score > best:
            best = score
            copy_text(desk.issue[X], text)
        return DECIDED, best, 0, 0
    set_reach(desk)
    bound, total, mu, best = tighten(desk, problem, best, steps, share, text)
    if bound <= best:
        return BOUNDED, best, total, mu
    appraise(desk, problem.points, desk.party[BEST_LAM], mu)
    return OPEN, best, total, mu


@rule
def visit(
    problem: Problem,
    signers: Ints,
    level: int,
    mask: Ints,
    share: Floats,
    desk: Desk,
    best: int,
    text: Ints,
    steps: int,
) -> tuple[int, int, int]:
    """Visit a node; return (best score, issue, option to branch on), issue -1 if it is settled."""
    while True:
        state, best, total, mu = consider(
            problem, signers, level, mask, share, desk, best, text, steps
        )
        if state != OPEN:
            return best, -1, -1
        if not strike(desk, total, best, mask):
            break
    best, left = walk(desk, problem, total, best, text, WALK)
    if left > 0:
        return best, -1, -1
    appraise(desk, problem.points, desk.party[BEST_LAM], mu)
    at, to = branch_at(desk, problem)
    return best, at, to
