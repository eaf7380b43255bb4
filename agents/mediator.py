r"""The mediator's redraft: what it believes everybody will sign, what it wants itself (3.1, 3.2).

It edits at most ``budget`` editable issues, each time the one change that raises most

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\hat P(P \text{ signs } x)
          + (1-\lambda_M)\,S_M(x) + \sum_P b_P\,E S_P(x) + v_{speed}\,\hat P(\text{all sign } x)
          - \#\{broken\ implications,\ open\ points\}

S_M is its own surplus, exact; the others' are beliefs (:mod:`sim.belief`); whoever has signed this
very text signs it for certain. A broken implication or an open point costs one unit (ours). With
learning off the belief is the prior and the rule is the same.

``redraft`` works on means and variances and, before leaders, takes of all the drafts on its way
the one that the particles like best; ``redraft_particles`` asks the particles at every step.
"""

from typing import NamedTuple

import numpy as np

from agents.objective import best_change, count_moved, is_linked, objective
from agents.particle_draft import best_prefix, greedy_particles
from sim.agenda import BRACKETED
from sim.belief import log_chance
from sim.compiled import rule
from sim.records import record
from sim.view import MediatorView
from sim.worth import MICRO, Floats, Ints, brackets, broken_rules, count_broken


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


@rule
def score_all(sums: Sums, text: Ints, view: MediatorView, scores: Floats) -> None:
    """Fill J_M (J, K + 1) of the text with every option of every editable issue, last left open.

    Arrays are taken out of their tuples once: to pass a tuple costs more than to score an option.
    """
    parties, mediator = len(view.bar), view.mediator
    linked = np.zeros(len(view.table.links), np.int64)
    chance, worth, signs = np.zeros(parties), np.zeros(parties), np.zeros(parties, np.bool_)
    mean_0, variance_0, clear_0, asked = sums.mean, sums.variance, sums.clear, sums.asked
    own_0, level, shift = sums.own, sums.points[0], sums.shift[0]
    n_open, n_away = sums.points[1], count_moved(text, view.text)
    mean, variance, clear = view.belief.mean, view.belief.variance, view.belief.clear
    own_coef, own_link, tabled, editable = view.own_coef, view.own_link, view.text, view.editable
    bar, signed, bias = view.bar, view.signed, view.bias
    weight_accept, speed = view.weight_accept, view.speed
    p_ = view.particles
    peace, omega, power = p_.peace_mean, p_.omega_mean, p_.power_shift
    link_mean, link_variance = p_.link_mean, p_.link_variance
    t = view.table
    n_options, points, needs, belligerent = t.n_options, t.enforcement, t.needs, t.belligerent
    links, rule_if, rule_then, rule_ok = t.links, t.rule_if, t.rule_then, t.rule_ok
    for j in range(len(text)):
        if not editable[j]:
            continue
        old, n = text[j], n_options[j]
        for k in range(-1, n):
            text[j] = k
            at = level + swap_count(points, j, old, k)
            sh = shift + swap(power, j, old, k)
            is_tabled = n_away - int(old != tabled[j]) + int(k != tabled[j]) == 0
            n_linked = 0
            for q in range(len(links)):
                if is_linked(text, links, q):
                    linked[n_linked] = q
                    n_linked += 1
            for p in range(parties):
                if p == mediator:
                    continue
                m = mean_0[p] + swap_of(mean, p, j, old, k)
                v = variance_0[p] + swap_of(variance, p, j, old, k)
                for q in range(n_linked):
                    m, v = m + link_mean[p, linked[q]], v + link_variance[p, linked[q]]
                a = peace[p, at]
                worth[p] = a * m + (1.0 - a) * omega[p] * sh - bar[p]
                acts = asked[p] + int(k >= 0 and needs[j, k, p])
                acts -= int(old >= 0 and needs[j, old, p])
                signs[p] = belligerent[p] or acts > 0
                if is_tabled and signed[p]:
                    chance[p] = 0.0
                else:
                    c = clear_0[p] + swap_of(clear, p, j, old, k)
                    chance[p] = log_chance(worth[p], a * a * v, c)
            own = own_0[at] + swap_own(own_coef, at, j, old, k)
            for q in range(n_linked):
                own += own_link[at, linked[q]]
            faults = count_broken(text, rule_if, rule_then, rule_ok)
            faults += n_open - int(old < 0) + int(k < 0)
            score = objective(
                chance, worth, signs, own / MICRO, mediator, weight_accept, bias, speed
            )
            scores[j, k if k >= 0 else n] = score - faults
        text[j] = old


@rule
def greedy(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    before = text.copy()
    sums = open_sums(text, view)
    scores = np.zeros((len(text), view.belief.mean.shape[2] + 1))
    for b in range(len(edits)):
        score_all(sums, text, view, scores)
        at, to = best_change(scores, text, view.table.n_options, view.editable)
        if at < 0:
            return b
        text[at] = to
        enter(sums, view, before, text)
        before[at] = to
        edits[b, 0], edits[b, 1] = at, to
    return len(edits)


@rule
def with_edits(text: Ints, edits: Ints, count: int) -> Ints:
    """Return the text with the first ``count`` edits made."""
    out = text.copy()
    for b in range(count):
        out[edits[b, 0]] = edits[b, 1]
    return out


@rule
def redraft(view: MediatorView) -> Ints:
    """Return the redrafted text: greedy best changes among the editable issues.

    Before leaders, if the draft could be signed, the drafts on the way, from the old text to the
    last, are scored once more on the particles, and the best of them stands.
    """
    edits = np.zeros((view.budget, 2), np.int64)
    count = greedy(view, edits)
    draft = with_edits(view.text, edits, count)
    if view.leader and count > 0 and brackets(draft) + broken_rules(draft, view.table) == 0:
        return with_edits(view.text, edits, best_prefix(view, edits, count))
    return draft


@rule
def redraft_particles(view: MediatorView) -> Ints:
    """Return the redrafted text, every change judged by the particles (200 composites, 4.3)."""
    edits = np.zeros((view.budget, 2), np.int64)
    return with_edits(view.text, edits, greedy_particles(view, edits))
