"""Redrafts judged by moments: what is believed of the parties' means and variances (3.2, 4.3)."""

import math
from typing import NamedTuple

import numpy as np

from agents.objective import LEAST_RISE, NEAR, count_moved, most_of, objective
from agents.sums import (
    Changes,
    Sums,
    any_of,
    enter,
    fill_changes,
    new_changes,
    open_sums,
    pairs_held,
    swap,
    swap_count,
    swap_of,
    swap_own,
)
from sim.belief import LEAST_VARIANCE, LOGISTIC, log_chance
from sim.compiled import rule
from sim.records import record
from sim.view import MediatorView
from sim.weighing import rough_exp, rough_log_sigmoid
from sim.worth import MICRO, Bools, Floats, Ints, count_broken

NEVER = -15.0
"""Log chance so low that what speed adds is far below what rough scores tell apart."""


@rule
def exact_score(sums: Sums, text: Ints, view: MediatorView, j: int, k: int) -> float:
    """Return J_M of the text with option ``k`` on issue ``j``, -1 for left open."""
    t, old = view.table, text[j]
    level = sums.points[0] + swap_count(t.enforcement, j, old, k)
    shift = sums.shift[0] + swap(view.particles.power_shift, j, old, k)
    text[j] = k
    tabled, pairs = count_moved(text, view.text) == 0, pairs_held(text, t.links)
    faults = count_broken(text, t.rule_if, t.rule_then, t.rule_ok)
    text[j] = old
    faults += sums.points[1] - int(old < 0) + int(k < 0)
    own = sums.own[level] + swap_own(view.own_coef, level, j, old, k)
    for q in range(len(t.links)):
        if pairs >> q & 1:
            own += view.own_link[level, q]
    acceptance, tilt = 0.0, 0.0
    for p in range(len(view.bar)):
        if p != view.mediator:
            mean, variance = believed(sums, view, p, j, old, k, level, shift, pairs)
            tilt += view.bias[p] * mean
            acts = sums.asked[p] + int(k >= 0 and t.needs[j, k, p])
            signs = t.belligerent[p] or acts - int(old >= 0 and t.needs[j, old, p]) > 0
            if signs and not (tabled and view.signed[p]):
                clear = sums.clear[p] + swap_of(view.belief.clear, p, j, old, k)
                acceptance += log_chance(mean, variance, clear)
    score = objective(acceptance, tilt, own / MICRO, view.weight_accept, view.speed)
    return float(score - faults)


@rule
def believed(
    sums: Sums, view: MediatorView, p: int, j: int, old: int, new: int, level: int, shift: float,
    pairs: int,
) -> tuple[float, float]:  # fmt: skip
    """Return mean and variance of party ``p``'s surplus, less its bar, once a point is changed.

    The text then has enforcement ``level``, power-shift points ``shift`` and holds ``pairs``.
    """
    belief, particles = view.belief, view.particles
    m = sums.mean[p] + swap_of(belief.mean, p, j, old, new)
    v = sums.variance[p] + swap_of(belief.variance, p, j, old, new)
    for q in range(particles.link_mean.shape[1]):
        if pairs >> q & 1:
            m, v = m + particles.link_mean[p, q], v + particles.link_variance[p, q]
    a = particles.peace_mean[p, level]
    mean = a * m + (1.0 - a) * particles.omega_mean[p] * shift - view.bar[p]
    return mean, a * a * v


# --- every change of one point, roughly ---------------------------------------------------------


@record
class Gains(NamedTuple):
    """What every change adds to the running sums of every party, (P, C) each.

    ``mean``, ``variance``, ``clear``; ``acts`` int64: options that need the party's act; ``old``
    (J,) int64: the options of the text that all this is reckoned from, -2 before it is.
    """

    mean: Floats
    variance: Floats
    clear: Floats
    acts: Ints
    old: Ints


@rule
def new_gains(view: MediatorView, count: int) -> Gains:
    """Return room for the gains of so many changes."""
    shape = (len(view.bar), count)
    return Gains(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int64),
        np.full(len(view.text), -2),
    )  # fmt: skip


@rule
def fill_gains(gains: Gains, text: Ints, view: MediatorView, changes: Changes) -> None:
    """Fill the gains of the issues whose option has changed since they were filled."""
    belief, start = view.belief, changes.start
    for j in range(len(text)):
        if gains.old[j] != text[j]:
            gains.old[j] = text[j]
            first, last = start[j], start[j + 1]
            for p in range(len(view.bar)):
                if first < last and p != view.mediator:
                    fill_swaps(belief.mean[p, j], text[j], gains.mean[p, first:last])
                    fill_swaps(belief.variance[p, j], text[j], gains.variance[p, first:last])
                    fill_swaps(belief.clear[p, j], text[j], gains.clear[p, first:last])
                    fill_acts(view.table.needs[j], p, text[j], gains.acts[p, first:last])


@rule
def fill_swaps(row: Floats, old: int, out: Floats) -> None:
    """Fill what a sum gains when an issue goes from ``old`` to each of its options."""
    less = row[old] if old >= 0 else 0.0
    for k in range(len(out)):
        out[k] = row[k] - less


@rule
def fill_acts(needs: Bools, p: int, old: int, out: Ints) -> None:
    """Fill how many more options need party ``p``'s act, ``needs`` (K, P), at the same changes."""
    fewer = int(old >= 0 and needs[old, p])
    for k in range(len(out)):
        out[k] = int(needs[k, p]) - fewer


@rule
def fill_odds(
    sums: Sums, gains: Gains, view: MediatorView, changes: Changes, p: int, share: Floats,
    worth: Floats, odds: Floats,
) -> None:  # fmt: skip
    """Fill party ``p``'s believed surplus (C,), util, and the argument (C,) of its log chance.

    Loop after loop of plain sums and products, so that a processor takes four at a time;
    ``share`` (C,) is room for the share of peace.
    """
    particles, level, shift, bar = view.particles, changes.level, changes.shift, view.bar[p]
    m, v, more_m, more_v = sums.mean[p], sums.variance[p], gains.mean[p], gains.variance[p]
    peace, omega = particles.peace_mean[p], particles.omega_mean[p]
    for c in range(len(worth)):
        share[c] = peace[level[c]]
    for c in range(len(worth)):
        worth[c], odds[c] = m + more_m[c], v + more_v[c]
    add_pairs(changes.pairs, particles.link_mean[p], worth)
    add_pairs(changes.pairs, particles.link_variance[p], odds)
    for c in range(len(worth)):
        a = share[c]
        worth[c] = a * worth[c] + (1.0 - a) * omega * shift[c] - bar
    for c in range(len(worth)):
        a = share[c]
        odds[c] = LOGISTIC * worth[c] / math.sqrt(max(a * a * odds[c], LEAST_VARIANCE))


@rule
def add_pairs(pairs: Ints, size: Floats, out: Floats) -> None:
    """Add what the pairs of options held, one bit each, are worth, ``size`` (Q,), to (C,)."""
    some = any_of(pairs)
    for q in range(len(size)):
        if some >> q & 1:
            for c in range(len(out)):
                out[c] += size[q] * float(pairs[c] >> q & 1)


@rule
def add_party(
    sums: Sums, gains: Gains, view: MediatorView, changes: Changes, p: int, odds: Floats,
    accepted: Floats,
) -> None:  # fmt: skip
    """Add party ``p``'s log chances, interpolated, to those of every change (C,)."""
    more, acts, clear, asked = gains.clear[p], gains.acts[p], sums.clear[p], sums.asked[p]
    belligerent, away, signed = view.table.belligerent[p], changes.away, view.signed[p]
    for c in range(len(odds)):
        if (belligerent or asked + acts[c] > 0) and not (signed and away[c] == 0):
            accepted[c] += rough_log_sigmoid(odds[c]) + (clear + more[c])


@rule
def rough_scores(
    sums: Sums, gains: Gains, view: MediatorView, changes: Changes, room: Floats, scores: Floats
) -> None:
    """Fill J_M (C,) of every change, the log chances interpolated; ``room`` is (4, C)."""
    share, worth, odds, accepted = room[0], room[1], room[2], room[3]
    bias, own, faults = view.bias, changes.own, changes.faults
    weight, speed = view.weight_accept, view.speed
    for c in range(len(scores)):
        accepted[c], scores[c] = 0.0, 0.0
    for p in range(len(bias)):
        if p != view.mediator:
            fill_odds(sums, gains, view, changes, p, share, worth, odds)
            add_party(sums, gains, view, changes, p, odds, accepted)
            if bias[p] != 0.0:
                for c in range(len(scores)):
                    scores[c] += bias[p] * worth[c]
    for c in range(len(scores)):
        soon = speed * rough_exp(accepted[c]) if accepted[c] > NEVER else 0.0
        score = weight * accepted[c] + (1.0 - weight) * own[c] + soon
        scores[c] += score - faults[c]


@rule
def greedy(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    before = text.copy()
    sums, changes = open_sums(text, view), new_changes(view)
    count = len(changes.issue)
    gains, room, scores = new_gains(view, count), np.empty((4, count)), np.empty(count)
    for b in range(len(edits)):
        fill_changes(sums, text, view, changes)
        fill_gains(gains, text, view, changes)
        rough_scores(sums, gains, view, changes, room, scores)
        at, to = best_change(sums, text, view, changes, scores)
        if at < 0:
            return b
        text[at] = to
        enter(sums, view, before, text)
        before[at] = to
        edits[b, 0], edits[b, 1] = at, to
    return len(edits)


@rule
def best_change(
    sums: Sums, text: Ints, view: MediatorView, changes: Changes, scores: Floats
) -> tuple[int, int]:
    """Return the one change that raises J_M most; (-1, -1) if none does.

    Only changes whose rough score comes near the best are scored exactly.
    """
    now, best, at, to = exact_score(sums, text, view, 0, text[0]), LEAST_RISE, -1, -1
    least = max(most_of(scores), now) - NEAR
    for c in range(len(scores)):
        j, k = changes.issue[c], changes.option[c]
        if scores[c] >= least and k != text[j]:
            rise = exact_score(sums, text, view, j, k) - now
            if rise > best:
                best, at, to = rise, j, k
    return at, to
