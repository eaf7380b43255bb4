"""Redrafts judged by moments: what is believed of the parties' means and variances (3.2, 4.3)."""

import math

import numpy as np

from agents.objective import LEAST_RISE, NEAR, count_moved, is_linked, most_of, objective
from agents.sums import (
    Changes,
    Sums,
    enter,
    fill_changes,
    new_changes,
    open_sums,
    swap,
    swap_count,
    swap_of,
    swap_own,
)
from sim.belief import LEAST_VARIANCE, LOGISTIC, log_chance
from sim.compiled import rule
from sim.view import MediatorView
from sim.weighing import rough_log_sigmoid
from sim.worth import MICRO, Floats, Ints, count_broken

NEVER = -15.0
"""Log chance so low that what speed adds is far below what rough scores tell apart."""


@rule
def exact_score(sums: Sums, text: Ints, view: MediatorView, j: int, k: int) -> float:
    """Return J_M of the text with option ``k`` on issue ``j``, -1 for left open."""
    parties, t, particles, belief = len(view.bar), view.table, view.particles, view.belief
    chance, worth, signs = np.zeros(parties), np.zeros(parties), np.zeros(parties, np.bool_)
    old, links = text[j], t.links
    level = sums.points[0] + swap_count(t.enforcement, j, old, k)
    shift = sums.shift[0] + swap(particles.power_shift, j, old, k)
    text[j] = k
    tabled = count_moved(text, view.text) == 0
    faults = count_broken(text, t.rule_if, t.rule_then, t.rule_ok)
    faults += sums.points[1] - int(old < 0) + int(k < 0)
    own = sums.own[level] + swap_own(view.own_coef, level, j, old, k)
    for p in range(parties):
        if p == view.mediator:
            continue
        m = sums.mean[p] + swap_of(belief.mean, p, j, old, k)
        v = sums.variance[p] + swap_of(belief.variance, p, j, old, k)
        for q in range(len(links)):
            if is_linked(text, links, q):
                m, v = m + particles.link_mean[p, q], v + particles.link_variance[p, q]
        a = particles.peace_mean[p, level]
        worth[p] = a * m + (1.0 - a) * particles.omega_mean[p] * shift - view.bar[p]
        acts = sums.asked[p] + int(k >= 0 and t.needs[j, k, p])
        signs[p] = t.belligerent[p] or acts - int(old >= 0 and t.needs[j, old, p]) > 0
        if not (tabled and view.signed[p]):
            c = sums.clear[p] + swap_of(belief.clear, p, j, old, k)
            chance[p] = log_chance(worth[p], a * a * v, c)
    for q in range(len(links)):
        if is_linked(text, links, q):
            own += view.own_link[level, q]
    text[j] = old
    score = objective(
        chance, worth, signs, own / MICRO, view.mediator, view.weight_accept, view.bias, view.speed
    )
    return float(score - faults)


@rule
def fill_odds(
    sums: Sums,
    text: Ints,
    view: MediatorView,
    changes: Changes,
    p: int,
    worth: Floats,
    odds: Floats,
) -> None:
    """Fill party ``p``'s believed surplus (C,), util, and the argument (C,) of its log chance."""
    mean, variance, particles = view.belief.mean, view.belief.variance, view.particles
    link_mean, link_variance, peace = (
        particles.link_mean,
        particles.link_variance,
        particles.peace_mean,
    )
    issue, option, level, pairs = changes.issue, changes.option, changes.level, changes.pairs
    shift, omega, bar = changes.shift, particles.omega_mean[p], view.bar[p]
    for c in range(len(worth)):
        j, k = issue[c], option[c]
        old, m, v = text[j], sums.mean[p], sums.variance[p]
        if old >= 0:
            m, v = m - mean[p, j, old], v - variance[p, j, old]
        m, v = m + mean[p, j, k], v + variance[p, j, k]
        if pairs[c]:
            for q in range(link_mean.shape[1]):
                if pairs[c] >> q & 1:
                    m, v = m + link_mean[p, q], v + link_variance[p, q]
        a = peace[p, level[c]]
        worth[c] = a * m + (1.0 - a) * omega * shift[c] - bar
        odds[c] = a * a * v
    for c in range(len(worth)):  # by itself, so that a processor takes four at a time
        odds[c] = LOGISTIC * worth[c] / math.sqrt(max(odds[c], LEAST_VARIANCE))


@rule
def add_party(
    sums: Sums, text: Ints, view: MediatorView, changes: Changes, p: int, odds: Floats,
    accepted: Floats,
) -> None:  # fmt: skip
    """Add party ``p``'s log chances, interpolated, to those of every change (C,)."""
    needs, clear, belligerent = view.table.needs, view.belief.clear, view.table.belligerent[p]
    issue, option, tabled, signed = changes.issue, changes.option, changes.tabled, view.signed[p]
    for c in range(len(odds)):
        j, k = issue[c], option[c]
        old, lines, acts = text[j], sums.clear[p], sums.asked[p]
        if old >= 0:
            lines, acts = lines - clear[p, j, old], acts - int(needs[j, old, p])
        decides = belligerent or acts + int(needs[j, k, p]) > 0
        if decides and not (tabled[c] and signed):
            accepted[c] += rough_log_sigmoid(odds[c])
            accepted[c] += lines + clear[p, j, k]


@rule
def rough_scores(
    sums: Sums, text: Ints, view: MediatorView, changes: Changes, room: Floats, scores: Floats
) -> None:
    """Fill J_M (C,) of every change, the log chances interpolated; ``room`` is (3, C)."""
    worth, odds, accepted, bias = room[0], room[1], room[2], view.bias
    weight, speed, own, faults = view.weight_accept, view.speed, changes.own, changes.faults
    for c in range(len(scores)):
        accepted[c], scores[c] = 0.0, 0.0
    for p in range(len(bias)):
        if p != view.mediator:
            fill_odds(sums, text, view, changes, p, worth, odds)
            add_party(sums, text, view, changes, p, odds, accepted)
            for c in range(len(scores)):
                scores[c] += bias[p] * worth[c]
    for c in range(len(scores)):
        soon = speed * math.exp(accepted[c]) if accepted[c] > NEVER else 0.0
        score = weight * accepted[c] + (1.0 - weight) * own[c] + soon
        scores[c] += score - faults[c]


@rule
def greedy(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    before = text.copy()
    sums, changes = open_sums(text, view), new_changes(view)
    room, scores = np.zeros((3, len(changes.issue))), np.zeros(len(changes.issue))
    for b in range(len(edits)):
        fill_changes(sums, text, view, changes)
        rough_scores(sums, text, view, changes, room, scores)
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
