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
def rough_scores(
    sums: Sums, text: Ints, view: MediatorView, changes: Changes, scores: Floats
) -> None:
    """Fill J_M (J, K) of every option of every editable issue, the log chances interpolated."""
    parties, mediator, options = len(view.bar), view.mediator, view.table.n_options
    editable, bar, signed, bias = view.editable, view.bar, view.signed, view.bias
    weight_accept, speed = view.weight_accept, view.speed
    mean_0, variance_0, clear_0, asked = sums.mean, sums.variance, sums.clear, sums.asked
    mean, variance, clear = view.belief.mean, view.belief.variance, view.belief.clear
    particles, needs, belligerent = view.particles, view.table.needs, view.table.belligerent
    peace, omega = particles.peace_mean, particles.omega_mean
    link_mean, link_variance = particles.link_mean, particles.link_variance
    levels, shifts, pairs, own = changes.level, changes.shift, changes.pairs, changes.own
    faults, tabled = changes.faults, changes.tabled
    accepted = np.zeros(scores.shape[1])
    for j in range(len(text)):
        old, n = text[j], options[j] if editable[j] else 0
        for k in range(n):
            accepted[k], scores[j, k] = 0.0, 0.0
        for p in range(parties if n > 0 else 0):
            if p == mediator:
                continue
            m_0, v_0, c_0, acts = mean_0[p], variance_0[p], clear_0[p], asked[p]
            if old >= 0:
                m_0, v_0 = m_0 - mean[p, j, old], v_0 - variance[p, j, old]
                c_0, acts = c_0 - clear[p, j, old], acts - int(needs[j, old, p])
            for k in range(n):
                m, v = m_0 + mean[p, j, k], v_0 + variance[p, j, k]
                if pairs[j, k]:
                    for q in range(link_mean.shape[1]):
                        if pairs[j, k] >> q & 1:
                            m, v = m + link_mean[p, q], v + link_variance[p, q]
                a = peace[p, levels[j, k]]
                worth = a * m + (1.0 - a) * omega[p] * shifts[j, k] - bar[p]
                scores[j, k] += bias[p] * worth
                decides = belligerent[p] or acts + int(needs[j, k, p]) > 0
                if decides and not (tabled[j, k] and signed[p]):
                    spread = math.sqrt(max(a * a * v, LEAST_VARIANCE))
                    accepted[k] += rough_log_sigmoid(np.divide(LOGISTIC * worth, spread))
                    accepted[k] += c_0 + clear[p, j, k]
        for k in range(n):
            soon = speed * math.exp(accepted[k]) if accepted[k] > NEVER else 0.0
            score = weight_accept * accepted[k] + (1.0 - weight_accept) * own[j, k] + soon
            scores[j, k] += score - faults[j, k]


@rule
def greedy(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    before = text.copy()
    shape = view.belief.mean.shape[1:]
    sums, changes, scores = open_sums(text, view), new_changes(shape[0], shape[1]), np.zeros(shape)
    for b in range(len(edits)):
        fill_changes(sums, text, view, changes)
        rough_scores(sums, text, view, changes, scores)
        at, to = best_change(sums, text, view, scores)
        if at < 0:
            return b
        text[at] = to
        enter(sums, view, before, text)
        before[at] = to
        edits[b, 0], edits[b, 1] = at, to
    return len(edits)


@rule
def best_change(sums: Sums, text: Ints, view: MediatorView, scores: Floats) -> tuple[int, int]:
    """Return the one change of an editable issue that raises J_M most; (-1, -1) if none does.

    Only changes whose rough score comes near the best are scored exactly.
    """
    now, best, at, to = exact_score(sums, text, view, 0, text[0]), LEAST_RISE, -1, -1
    least = max(most_of(scores, view.table.n_options, view.editable), now) - NEAR
    for j in range(len(text)):
        for k in range(view.table.n_options[j] if view.editable[j] else 0):
            if scores[j, k] >= least and k != text[j]:
                rise = exact_score(sums, text, view, j, k) - now
                if rise > best:
                    best, at, to = rise, j, k
    return at, to
