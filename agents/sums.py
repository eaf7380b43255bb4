"""Running sums of a draft, and what every change of one point would do to its text.

Nothing here is believed: levels, pairs, acts, faults and the mediator's own surplus are the same
whether acceptance is then judged by moments (:mod:`agents.moment_draft`) or by composites
(:mod:`agents.particle_draft`).
"""

from typing import NamedTuple

import numpy as np

from agents.objective import count_moved
from sim.agenda import BRACKETED
from sim.compiled import rule
from sim.records import record
from sim.view import MediatorView
from sim.worth import MICRO, Bools, Floats, Ints, count_broken


@record
class Sums(NamedTuple):
    """Running sums of a draft, so that one change of one point costs no new sum.

    ``mean``, ``variance`` (P,): of u - W, util; ``clear`` (P,): log chance of no red line;
    ``asked`` (P,) int64: chosen options that need the party's act; ``own`` (L,) int64: the
    mediator's surplus at every level, micro-util; ``shift`` (1,): power-shift points; ``points``
    (2,) int64: enforcement points, open issues.
    """

    mean: Floats
    variance: Floats
    clear: Floats
    asked: Ints
    own: Ints
    shift: Floats
    points: Ints


@rule
def open_sums(text: Ints, view: MediatorView) -> Sums:
    """Return the running sums of a text."""
    parties = len(view.bar)
    sums = Sums(
        -view.belief.reserve - view.moved,
        view.belief.reserve_variance.copy(),
        np.zeros(parties),
        np.zeros(parties, np.int64),
        view.own_base.copy(),
        np.zeros(1),
        np.zeros(2, np.int64),
    )
    sums.points[1] = len(text)
    enter(sums, view, np.full(len(text), BRACKETED), text)
    return sums


@rule
def enter(sums: Sums, view: MediatorView, old: Ints, new: Ints) -> None:
    """Move the sums from text ``old`` to text ``new``; an open issue adds nothing."""
    mean, variance, clear = view.belief.mean, view.belief.variance, view.belief.clear
    means, variances, clears, asked = sums.mean, sums.variance, sums.clear, sums.asked
    needs, coef, own = view.table.needs, view.own_coef, sums.own
    points, power = view.table.enforcement, view.particles.power_shift
    for j in range(len(new)):
        a, b = old[j], new[j]
        if a == b:
            continue
        sums.points[0] += swap_count(points, j, a, b)
        sums.shift[0] += swap(power, j, a, b)
        sums.points[1] += int(b < 0) - int(a < 0)
        for p in range(len(means)):
            means[p] += swap_of(mean, p, j, a, b)
            variances[p] += swap_of(variance, p, j, a, b)
            clears[p] += swap_of(clear, p, j, a, b)
            asked[p] += int(b >= 0 and needs[j, b, p]) - int(a >= 0 and needs[j, a, p])
        for level in range(len(own)):
            own[level] += swap_own(coef, level, j, a, b)


@rule
def swap(rows: Floats, j: int, old: int, new: int) -> float:
    """Return what a sum gains when issue ``j`` goes from ``old`` to ``new`` (-1: open)."""
    gain = rows[j, new] if new >= 0 else 0.0
    return float(gain - rows[j, old] if old >= 0 else gain)


@rule
def swap_of(rows: Floats, p: int, j: int, old: int, new: int) -> float:
    """Return what party ``p``'s sum gains by the same change; ``rows`` (P, J, K)."""
    gain = rows[p, j, new] if new >= 0 else 0.0
    return float(gain - rows[p, j, old] if old >= 0 else gain)


@rule
def swap_count(rows: Ints, j: int, old: int, new: int) -> int:
    """Return what a count gains by the same change; ``rows`` (J, K)."""
    gain = rows[j, new] if new >= 0 else 0
    return int(gain - rows[j, old] if old >= 0 else gain)


@rule
def swap_own(rows: Ints, level: int, j: int, old: int, new: int) -> int:
    """Return what the mediator's own surplus gains by the same change, micro-util."""
    gain = rows[level, j, new] if new >= 0 else 0
    return int(gain - rows[level, j, old] if old >= 0 else gain)


@record
class Changes(NamedTuple):
    """Every change of one point a draft may make, and what the text is then; (C,) each.

    ``issue``, ``option`` int64: the change; ``level`` int64: enforcement level; ``shift``:
    power-shift points; ``pairs`` int64: bit q is set where pair q of options is held; ``own``: the
    mediator's surplus, util; ``faults`` int64: broken implications and open issues; ``tabled``
    bool: the text is the one on the table.
    """

    issue: Ints
    option: Ints
    level: Ints
    shift: Floats
    pairs: Ints
    own: Floats
    faults: Ints
    tabled: Bools


@rule
def new_changes(view: MediatorView) -> Changes:
    """List every option of every editable issue, issue by issue."""
    editable, n_options, count = view.editable, view.table.n_options, 0
    for j in range(len(editable)):
        count += n_options[j] if editable[j] else 0
    changes = Changes(
        np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64),
        np.zeros(count), np.zeros(count, np.int64), np.zeros(count), np.zeros(count, np.int64),
        np.zeros(count, np.bool_),
    )  # fmt: skip
    c = 0
    for j in range(len(editable)):
        for k in range(n_options[j] if editable[j] else 0):
            changes.issue[c], changes.option[c] = j, k
            c += 1
    return changes


@rule
def pairs_held(text: Ints, links: Ints) -> int:
    """Return which pairs of options a text holds, one bit each."""
    held = 0
    for q in range(len(links)):
        both = text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3]
        held += int(both) << q
    return held


@rule
def pairs_of(links: Ints, j: int) -> int:
    """Return which pairs of options an issue is part of, one bit each."""
    found = 0
    for q in range(len(links)):
        if links[q, 0] == j or links[q, 2] == j:
            found += 1 << q
    return found


@rule
def listed(pairs: int, most: int) -> Ints:
    """Return the numbers of the pairs whose bits are set."""
    out, count = np.zeros(most, np.int64), 0
    for q in range(most):
        if pairs >> q & 1:
            out[count] = q
            count += 1
    return out[:count]


@rule
def fill_changes(sums: Sums, text: Ints, view: MediatorView, out: Changes) -> None:
    """Fill what every change would make of the text.

    Arrays are taken out of their records once: to pass a record costs more than to read an array.
    """
    level, shift, pairs, own = out.level, out.shift, out.pairs, out.own
    faults, tabled, t, before = out.faults, out.tabled, view.table, view.text
    points, links = t.enforcement, t.links
    rule_if, rule_then, rule_ok = t.rule_if, t.rule_then, t.rule_ok
    coef, link, power, own_0 = view.own_coef, view.own_link, view.particles.power_shift, sums.own
    level_0, shift_0, open_0 = sums.points[0], sums.shift[0], sums.points[1]
    held, broken = pairs_held(text, links), count_broken(text, rule_if, rule_then, rule_ok)
    away, last, linked, bound = count_moved(text, before), -1, 0, False
    for c in range(len(level)):
        j, k = out.issue[c], out.option[c]
        if j != last:
            last, linked, bound = j, pairs_of(links, j), is_bound(rule_if, rule_then, j)
        old = text[j]
        text[j] = k
        level[c] = level_0 + swap_count(points, j, old, k)
        shift[c] = shift_0 + swap(power, j, old, k)
        pairs[c] = pairs_held(text, links) if linked else held
        surplus = own_0[level[c]] + swap_own(coef, level[c], j, old, k)
        if pairs[c]:
            for q in range(len(links)):
                if pairs[c] >> q & 1:
                    surplus += link[level[c], q]
        own[c] = surplus / MICRO
        wrong = count_broken(text, rule_if, rule_then, rule_ok) if bound else broken
        faults[c] = wrong + open_0 - int(old < 0)
        tabled[c] = away - int(old != before[j]) + int(k != before[j]) == 0
        text[j] = old


@rule
def is_bound(rule_if: Ints, rule_then: Ints, j: int) -> bool:
    """Say whether any implication names the issue."""
    named = False
    for r in range(len(rule_then)):
        named = named or rule_if[r, 0] == j or rule_then[r] == j
    return named
