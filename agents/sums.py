"""Running sums of a draft, and what every change of one point would do to its text.

Nothing here is believed: levels, pairs, acts, faults and the mediator's own surplus are the same
whether acceptance is then judged by moments (:mod:`agents.moment_draft`) or by composites
(:mod:`agents.particle_draft`).
"""

from typing import Any, NamedTuple

import numpy as np

from agents.objective import count_moved
from sim.agenda import BRACKETED
from sim.compiled import rule
from sim.records import record
from sim.view import MediatorView
from sim.worth import MICRO, Floats, Ints, count_broken, is_broken


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

    ``issue``, ``option`` int64: the change; ``start`` (J + 1,) int64: where an issue's changes
    begin. ``level`` int64: enforcement level; ``shift``: power-shift points; ``pairs`` int64: bit q
    is set where pair q of options is held; ``own``: the mediator's surplus, util; ``faults`` int64:
    broken implications and open issues; ``away`` int64: issues on which the text then differs from
    the tabled one.

    ``points``, ``power``, ``open``, ``moved`` are what the change adds to level, shift, open issues
    and ``away``, reckoned from the options ``old`` (J,) int64; -2 before they are.
    """

    issue: Ints
    option: Ints
    start: Ints
    level: Ints
    shift: Floats
    pairs: Ints
    own: Floats
    faults: Ints
    away: Ints
    points: Ints
    power: Floats
    open: Ints
    moved: Ints
    old: Ints


@rule
def new_changes(view: MediatorView) -> Changes:
    """List every option of every editable issue, issue by issue."""
    editable, n_options = view.editable, view.table.n_options
    start = np.zeros(len(editable) + 1, np.int64)
    for j in range(len(editable)):
        start[j + 1] = start[j] + (n_options[j] if editable[j] else 0)
    count = start[len(editable)]
    whole, real = np.empty((9, count), np.int64), np.empty((3, count))
    for j in range(len(editable)):
        for k in range(start[j + 1] - start[j]):
            whole[0, start[j] + k], whole[1, start[j] + k] = j, k
    return Changes(
        whole[0], whole[1], start, whole[2], real[0], whole[3], real[1], whole[4], whole[5],
        whole[6], real[2], whole[7], whole[8], np.full(len(editable), -2),
    )  # fmt: skip


@rule
def holds_pair(text: Ints, links: Ints, q: int) -> bool:
    """Say whether a text holds both options of pair ``q``."""
    return bool(text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3])


@rule
def pairs_held(text: Ints, links: Ints) -> int:
    """Return which pairs of options a text holds, one bit each."""
    held = 0
    for q in range(len(links)):
        held += int(holds_pair(text, links, q)) << q
    return held


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

    Loop after loop over all changes, so that a processor takes four at a time.
    """
    t, held = view.table, pairs_held(text, view.table.links)
    broken = count_broken(text, t.rule_if, t.rule_then, t.rule_ok)
    for j in range(len(text)):
        if out.old[j] != text[j]:
            reckon_from(text, view, j, out)
    offset(out.points, sums.points[0], out.level)
    offset(out.power, sums.shift[0], out.shift)
    offset(out.open, sums.points[1] + broken, out.faults)
    offset(out.moved, count_moved(text, view.text), out.away)
    for c in range(len(out.pairs)):
        out.pairs[c] = held
    for r in range(len(t.rule_then)):
        j, then = t.rule_if[r, 0], t.rule_then[r]
        fill_breaks(text, view, r, j, out)
        if then != j:
            fill_breaks(text, view, r, then, out)
    for q in range(len(t.links)):
        j, other = t.links[q, 0], t.links[q, 2]
        fill_pairs(text, t.links, q, j, out)
        if other != j:
            fill_pairs(text, t.links, q, other, out)
    fill_own(sums, text, view, out)


@rule
def offset(more: Any, by: float, out: Any) -> None:
    """Fill ``out`` (C,) with what every change adds, and a sum it is added to."""
    for c in range(len(out)):
        out[c] = by + more[c]


@rule
def reckon_from(text: Ints, view: MediatorView, j: int, out: Changes) -> None:
    """Fill what the changes of one issue add to the text as it is now."""
    points, power = view.table.enforcement[j], view.particles.power_shift[j]
    old, before, first = text[j], view.text[j], out.start[j]
    less, fewer = (points[old], power[old]) if old >= 0 else (0, 0.0)
    out.old[j] = old
    for c in range(first, out.start[j + 1]):
        k = c - first
        out.points[c], out.power[c] = points[k] - less, power[k] - fewer
        out.open[c], out.moved[c] = -int(old < 0), int(k != before) - int(old != before)


@rule
def fill_breaks(text: Ints, view: MediatorView, r: int, j: int, out: Changes) -> None:
    """Add to one issue's faults what its options change about implication ``r``."""
    t, old, first = view.table, text[j], out.start[j]
    now = int(is_broken(text, t.rule_if, t.rule_then, t.rule_ok, r))
    for c in range(first, out.start[j + 1]):
        text[j] = c - first
        out.faults[c] += int(is_broken(text, t.rule_if, t.rule_then, t.rule_ok, r)) - now
    text[j] = old


@rule
def fill_pairs(text: Ints, links: Ints, q: int, j: int, out: Changes) -> None:
    """Add to one issue's pairs what its options change about pair ``q``."""
    old, first, now = text[j], out.start[j], int(holds_pair(text, links, q))
    for c in range(first, out.start[j + 1]):
        text[j] = c - first
        out.pairs[c] += (int(holds_pair(text, links, q)) - now) << q
    text[j] = old


@rule
def fill_own(sums: Sums, text: Ints, view: MediatorView, out: Changes) -> None:
    """Fill the mediator's own surplus of every change."""
    coef, link, own_0, own = view.own_coef, view.own_link, sums.own, out.own
    issue, option, level, pairs = out.issue, out.option, out.level, out.pairs
    for c in range(len(own)):
        own[c] = own_0[level[c]] + swap_own(coef, level[c], issue[c], text[issue[c]], option[c])
    some = any_of(pairs)
    for q in range(link.shape[1]):
        if some >> q & 1:
            for c in range(len(own)):
                own[c] += (pairs[c] >> q & 1) * link[level[c], q]
    for c in range(len(own)):
        own[c] /= MICRO


@rule
def any_of(pairs: Ints) -> int:
    """Return which pairs of options are held after any change, one bit each."""
    some = 0
    for c in range(len(pairs)):
        some |= pairs[c]
    return some
