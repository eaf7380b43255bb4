"""Theory 7 in one compiled loop: small problems made up, solved, listed in full, changed, solved.

Nothing is shared with the solver but what it is asked: texts are listed here by counting.
"""

import numpy as np

from sim import rng
from sim.bound import LEAST
from sim.compiled import compiled, rule
from sim.question import solve
from sim.solutions import pick
from sim.worth import Table

STREAM, SEED, OPTIONS = 1, 7, 3
ALL, NODES = 1 << 60, 100_000

PROPERTIES = (
    "the solver finds what listing every text finds, and proves it",
    "a better alternative never widens the range, nor makes its holder's worst deal worse",
    "a red line more never widens the range",
    "a consent more never widens the range",
    "counting a party's utility in another unit keeps the sign of the range",
    "points and parties under other numbers have the same range",
    "a point twice, split and tied, changes nothing; untied the range can only widen",
    "a better alternative: its holder gets no less in any solution of two, the other no more",
    "Nash and Kalai-Smorodinsky pick the same deal in another unit",
)


@rule
def luck(case, slot):
    """Draw the next number of a case; ``slot`` (1,) counts."""
    slot[0] += 1
    return rng.draw(SEED, case, STREAM, 0, slot[0])


@rule
def whole(case, slot, n):
    """Draw a whole number from 0 to n - 1."""
    return int(luck(case, slot) * n)


@rule
def small_table(case, slot, parties, issues):
    """Make up counts, points, consent, a few rules and one pair of options."""
    counts, points = np.zeros(issues, np.int64), np.zeros((issues, OPTIONS), np.int64)
    needs = np.zeros((issues, OPTIONS, parties), np.bool_)
    fights, hot = np.zeros(parties, np.bool_), np.zeros(issues, np.bool_)
    fights[0], fights[1] = True, True
    for j in range(issues):
        counts[j] = 2 + whole(case, slot, OPTIONS - 1)
        for k in range(counts[j]):
            if j < 2 and luck(case, slot) < 0.3:
                points[j, k] = 1
            if parties > 2:
                needs[j, k, 2] = luck(case, slot) < 0.15
    rules = whole(case, slot, 3)
    rule_if, rule_then = np.zeros((rules, 2), np.int64), np.zeros(rules, np.int64)
    rule_ok, links = np.zeros((rules, OPTIONS), np.bool_), np.zeros((1, 4), np.int64)
    for r in range(rules):
        a = whole(case, slot, issues)
        c = (a + 1 + whole(case, slot, issues - 1)) % issues
        rule_if[r, 0], rule_if[r, 1], rule_then[r] = a, whole(case, slot, counts[a]), c
        rule_ok[r, whole(case, slot, counts[c])] = True
    i = whole(case, slot, issues)
    j = (i + 1 + whole(case, slot, issues - 1)) % issues
    links[0, 0], links[0, 1] = i, whole(case, slot, counts[i])
    links[0, 2], links[0, 3] = j, whole(case, slot, counts[j])
    return Table(counts, points, needs, fights, rule_if, rule_then, rule_ok, links, hot)


@rule
def small_stakes(case, slot, parties, issues):
    """Make up coefficients, constants, linkages and red lines; three levels of enforcement."""
    coef = np.zeros((parties, 3, issues, OPTIONS), np.int64)
    base, link = np.zeros((parties, 3), np.int64), np.zeros((parties, 3, 1), np.int64)
    red = np.zeros((parties, issues, OPTIONS), np.bool_)
    for p in range(parties):
        reserve, size = 0.3 + 0.5 * luck(case, slot), 0.1 * (luck(case, slot) - 0.5)
        for level in range(3):
            peace = 0.5 + 0.1 * level + 0.1 * luck(case, slot)
            base[p, level] = int(-1e6 * peace * reserve) + 200_000
            link[p, level, 0] = int(1e6 * peace * size)
        for j in range(issues):
            for k in range(OPTIONS):
                worth = luck(case, slot) / issues
                red[p, j, k] = luck(case, slot) < 0.08
                for level in range(3):
                    coef[p, level, j, k] = int(1e6 * worth * (0.55 + 0.1 * level))
    return coef, base, link, red


@rule
def value(coef, base, link, red, table):
    """Return the range, micro-util, by the solver; ALL where it does not prove it."""
    parties, issues = red.shape[0], red.shape[1]
    others = parties - 2
    text, bounds = np.zeros(issues, np.int64), np.zeros((1 << others, base.shape[1]), np.int64)
    best, _ = solve(coef, base, link, red, table, True, LEAST, ALL, NODES, text, bounds)
    for turn in range(bounds.shape[0]):
        for level in range(bounds.shape[1]):
            if bounds[turn, level] > best:
                return ALL
    return best


@rule
def gain(text, p, coef, base, link, table):
    """Return a party's surplus of a text."""
    level = 0
    for j in range(len(text)):
        level += table.enforcement[j, text[j]]
    total = base[p, level]
    for j in range(len(text)):
        total += coef[p, level, j, text[j]]
    pair = table.links[0]
    if text[pair[0]] == pair[1] and text[pair[2]] == pair[3]:
        total += link[p, level, 0]
    return total


@rule
def least_gain_of(text, coef, base, link, red, table):
    """Return the smallest surplus of those who must sign; LEAST where the text is not allowed."""
    for r in range(len(table.rule_then)):
        triggered = text[table.rule_if[r, 0]] == table.rule_if[r, 1]
        if triggered and not table.rule_ok[r, text[table.rule_then[r]]]:
            return LEAST
    least = ALL
    for p in range(red.shape[0]):
        signs = table.belligerent[p]
        for j in range(len(text)):
            signs = signs or table.needs[j, text[j], p]
        if signs:
            for j in range(len(text)):
                if red[p, j, text[j]]:
                    return LEAST
            least = min(least, gain(text, p, coef, base, link, table))
    return least


@rule
def listed(coef, base, link, red, table):
    """Return the range by listing, and the gains of both sides in every acceptable text."""
    issues = red.shape[1]
    total = 1
    for j in range(issues):
        total *= table.n_options[j]
    gains, found, best = np.zeros((total, 2), np.int64), 0, LEAST
    text = np.zeros(issues, np.int64)
    for n in range(total):
        rest = n
        for j in range(issues):
            text[j] = rest % table.n_options[j]
            rest //= table.n_options[j]
        least = least_gain_of(text, coef, base, link, red, table)
        best = max(best, least)
        if least >= 0:
            for p in range(2):
                gains[found, p] = gain(text, p, coef, base, link, table)
            found += 1
    return best, gains[:found]


@rule
def undominated(gains):
    """Return the gains that no other beats, the first side's rising, none twice."""
    kept, count, at, done = np.zeros_like(gains), 0, -ALL, False
    while not done:
        x = ALL  # the next larger gain of the first side, with the other's best there
        for i in range(len(gains)):
            if at < gains[i, 0] < x:
                x = gains[i, 0]
        done = x == ALL
        y, beaten = -ALL, False
        for i in range(len(gains)):
            if gains[i, 0] == x:
                y = max(y, gains[i, 1])
        for i in range(len(gains)):
            beaten = beaten or (gains[i, 0] > x and gains[i, 1] >= y)
        if not done and not beaten:
            kept[count, 0], kept[count, 1], count = x, y, count + 1
        at = x
    return kept[:count]


@rule
def duplicated(j, coef, red, table):
    """Return coefficients, red lines and table with a point split in two, tied by rules."""
    parties, levels, issues, options = coef.shape
    more, lines = (
        np.zeros((parties, levels, issues + 1, options), np.int64),
        np.zeros((parties, issues + 1, options), np.bool_),
    )
    more[:, :, :issues], lines[:, :issues] = coef, red
    more[:, :, issues] = coef[:, :, j] - coef[:, :, j] // 2
    more[:, :, j] = coef[:, :, j] // 2
    lines[:, issues] = red[:, j]
    counts, points = np.zeros(issues + 1, np.int64), np.zeros((issues + 1, options), np.int64)
    needs = np.zeros((issues + 1, options, parties), np.bool_)
    counts[:issues], points[:issues], needs[:issues] = (
        table.n_options, table.enforcement, table.needs,
    )  # fmt: skip
    counts[issues], needs[issues] = table.n_options[j], table.needs[j]
    old, ties = len(table.rule_then), 2 * table.n_options[j]
    rule_if, rule_then = np.zeros((old + ties, 2), np.int64), np.zeros(old + ties, np.int64)
    rule_ok = np.zeros((old + ties, options), np.bool_)
    rule_if[:old], rule_then[:old], rule_ok[:old] = table.rule_if, table.rule_then, table.rule_ok
    for n in range(ties):
        k = n // 2
        one, other = (j, issues) if n % 2 == 0 else (issues, j)
        rule_if[old + n, 0], rule_if[old + n, 1], rule_then[old + n] = one, k, other
        rule_ok[old + n, k] = True
    hot = np.zeros(issues + 1, np.bool_)
    return more, lines, counts, points, needs, rule_if, rule_then, rule_ok, hot


@rule
def renumbered(coef, base, link, red, table):
    """Return the problem with points and the two sides in the opposite order."""
    parties, _, issues, _ = coef.shape
    other, lines = np.zeros_like(coef), np.zeros_like(red)
    counts, points, needs = (
        np.zeros_like(table.n_options), np.zeros_like(table.enforcement),
        np.zeros_like(table.needs),
    )  # fmt: skip
    constants, pairs = base.copy(), link.copy()
    for q in range(parties):
        p = 1 - q if q < 2 else q
        constants[q], pairs[q] = base[p], link[p]
        for i in range(issues):
            j = issues - 1 - i
            other[q, :, i], lines[q, i] = coef[p, :, j], red[p, j]
            needs[i, :, q] = table.needs[j, :, p]
            counts[i], points[i] = table.n_options[j], table.enforcement[j]
    rule_if, rule_then, links = table.rule_if.copy(), table.rule_then.copy(), table.links.copy()
    for r in range(len(rule_then)):
        rule_if[r, 0], rule_then[r] = issues - 1 - rule_if[r, 0], issues - 1 - rule_then[r]
    links[0, 0], links[0, 2] = issues - 1 - links[0, 0], issues - 1 - links[0, 2]
    new = Table(counts, points, needs, table.belligerent, rule_if, rule_then, table.rule_ok,
                links, table.hot)  # fmt: skip
    return other, constants, pairs, lines, new


@rule
def of_the_range(case, slot, coef, base, link, red, table, broken):
    """Check what must happen to the range; count what does not."""
    parties, issues = red.shape[0], red.shape[1]
    kept = value(coef, base, link, red, table)
    best, before = listed(coef, base, link, red, table)
    broken[0] += kept != best
    p, by = whole(case, slot, parties), 1 + whole(case, slot, 150_000)
    poor = base.copy()
    poor[p] -= by
    best, after = listed(coef, poor, link, red, table)
    broken[1] += value(coef, poor, link, red, table) > kept
    if p < 2 and len(after) > 0:
        broken[1] += after[:, p].min() + by < before[:, p].min() or len(after) > len(before)
    lines = red.copy()
    lines[p, whole(case, slot, issues), whole(case, slot, 2)] = True
    broken[2] += value(coef, base, link, lines, table) > kept
    if parties > 2:
        needs = table.needs.copy()
        needs[whole(case, slot, issues), whole(case, slot, 2), 2] = True
        asked = Table(table.n_options, table.enforcement, needs, table.belligerent, table.rule_if,
                      table.rule_then, table.rule_ok, table.links, table.hot)  # fmt: skip
        broken[3] += value(coef, base, link, red, asked) > kept
    factor = 2 + whole(case, slot, 7)
    unit, constants, pairs = coef.copy(), base.copy(), link.copy()
    unit[p], constants[p], pairs[p] = coef[p] * factor, base[p] * factor, link[p] * factor
    broken[4] += (value(unit, constants, pairs, red, table) >= 0) != (kept >= 0)
    a, b, c, d, turned = renumbered(coef, base, link, red, table)
    broken[5] += value(a, b, c, d, turned) != kept
    j = whole(case, slot, issues)
    more, lines, counts, points, needs, r_if, r_then, r_ok, hot = duplicated(j, coef, red, table)
    tied = Table(counts, points, needs, table.belligerent, r_if, r_then, r_ok, table.links, hot)
    broken[6] += value(more, base, link, lines, tied) != kept
    old = len(table.rule_then)
    loose = Table(counts, points, needs, table.belligerent, r_if[:old].copy(), r_then[:old].copy(),
                  r_ok[:old].copy(), table.links, hot)  # fmt: skip
    broken[6] += value(more, base, link, lines, loose) < kept


@rule
def of_the_solutions(case, slot, coef, base, link, red, table, broken):
    """Check what must happen to the four solutions of two; count what does not."""
    one, two = np.ones(2, np.int64), np.ones(2, np.int64)
    _, gains = listed(coef, base, link, red, table)
    before = undominated(gains)
    p, by = whole(case, slot, 2), 1 + whole(case, slot, 150_000)
    poor = base.copy()
    poor[p] -= by
    _, gains = listed(coef, poor, link, red, table)
    after = undominated(gains)
    if len(after) > 0:
        old, new = pick(before, one), pick(after, one)
        for n in range(4):
            broken[7] += after[new[n], p] + by < before[old[n], p]
            broken[7] += after[new[n], 1 - p] > before[old[n], 1 - p]
    if len(before) > 0:
        factor = 2 + whole(case, slot, 7)
        scaled = before.copy()
        scaled[:, p] *= factor
        old, new = pick(before, one), pick(scaled, two)
        for n in range(2):
            broken[8] += old[n] != new[n]


@rule
def check_all(first, last, broken, met):
    """Check cases ``first`` .. ``last - 1``; ``met`` counts open ranges and deals of two."""
    for case in range(first, last):
        slot = np.zeros(1, np.int64)
        parties, issues = 2 + case % 2, 2 + case % 3
        table = small_table(case, slot, parties, issues)
        coef, base, link, red = small_stakes(case, slot, parties, issues)
        of_the_range(case, slot, coef, base, link, red, table, broken)
        met[0] += value(coef, base, link, red, table) >= 0
        met[1] += value(coef, base, link, red, table) < 0
        if parties == 2:
            of_the_solutions(case, slot, coef, base, link, red, table, broken)


def violations(first, last):
    """Return how often each property failed, and how many ranges were open and closed."""
    broken, met = np.zeros(len(PROPERTIES), np.int64), np.zeros(2, np.int64)
    compiled(check_all)(first, last, broken, met)
    return dict(zip(PROPERTIES, broken.tolist(), strict=True)), met.tolist()
