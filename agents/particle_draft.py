"""Redrafts judged by composites: whole parties drawn from the belief (:mod:`sim.composite`)."""

import math

import numpy as np

from agents.objective import LEAST_RISE, NEAR, count_moved, most_of, objective
from agents.sums import Changes, enter, fill_changes, listed, new_changes, open_sums, pairs_held
from sim.compiled import rule
from sim.composite import Composite, change, open_composite, willing
from sim.rough import (
    LEAST_ROUGH,
    Will,
    fill_will,
    mean_of,
    new_will,
    set_clear,
    set_line,
    total_of,
)
from sim.view import MediatorView
from sim.worth import (
    MICRO,
    Floats,
    Ints,
    brackets,
    broken_rules,
    enforcement_level,
    is_signer,
    surplus,
)

LEAST_SHARE = 1e-300
"""Of willing composites, so that its log exists."""


@rule
def particle_score(composite: Composite, view: MediatorView, text: Ints, j: int, old: int) -> float:
    """Return J_M (3.1) of a text whose issue ``j`` the sums still hold at ``old``."""
    parties, table = len(view.bar), view.table
    level = enforcement_level(text, table.enforcement)
    acceptance, tilt = 0.0, 0.0
    linked = listed(pairs_held(text, table.links), len(table.links))
    shift = shift_of(text, view.particles.power_shift)
    is_tabled = count_moved(text, view.text) == 0
    for p in range(parties):
        if p != view.mediator:
            share, worth = willing(
                composite, view.particles, p, j, old, text[j], level, shift, linked,
                view.moved[p], view.bar[p],
            )  # fmt: skip
            tilt += view.bias[p] * worth
            if is_signer(text, table, p) and not (is_tabled and view.signed[p]):
                acceptance += log_share(share)
    own = surplus(text, view.own_coef, view.own_base, view.own_link, table.links, level) / MICRO
    score = objective(acceptance, tilt, own, view.weight_accept, view.speed)
    return score - broken_rules(text, table) - brackets(text)


@rule
def shift_of(text: Ints, power_shift: Floats) -> float:
    """Return the power-shift points of a text (2.3)."""
    total = 0.0
    for j in range(len(text)):
        if text[j] >= 0:
            total += power_shift[j, text[j]]
    return total


@rule
def log_share(share: float) -> float:
    """Return the log chance that a share of willing composites stands for."""
    return math.log(max(share, LEAST_SHARE))


# --- every change of one point, roughly, then the best exactly ---------------------------------


@rule
def draw_out(composite: Composite, view: MediatorView) -> Floats:
    """Return what every option of an editable issue is worth to every composite, (P, J, K, N)."""
    worth, place, options = view.particles.worth, composite.place, view.table.n_options
    out = np.empty(worth.shape)
    for p in range(worth.shape[0]):
        for j in range(worth.shape[1]):
            if p != view.mediator and view.editable[j]:
                for k in range(options[j]):
                    row, whose, to = worth[p, j, k], place[p, j], out[p, j, k]
                    for n in range(len(to)):
                        to[n] = row[whose[n]]
    return out


@rule
def rough_party(
    will: Will, composite: Composite, drawn: Floats, view: MediatorView, text: Ints,
    changes: Changes, asked: int, p: int, accepted: Floats, tilt: Floats,
) -> None:  # fmt: skip
    """Add party ``p``'s log chances and its weighted surplus to those of every change, (C,).

    ``drawn`` (J, K, N) are its :func:`draw_out`, ``asked`` the options that need its act now.
    """
    particles, t, bias = view.particles, view.table, view.bias[p]
    levels, shifts, pairs, away = changes.level, changes.shift, changes.pairs, changes.away
    total, base, risky = composite.total[p], will.base, particles.risky[p]
    level, shift, held, plain, last = -1, 0.0, -1, False, -1
    for c in range(len(accepted)):
        j, k = changes.issue[c], changes.option[c]
        old = text[j]
        if j != last:
            last = j
            for n in range(len(base)):
                base[n] = total[n] - drawn[j, old, n] if old >= 0 else total[n]
        acts = asked + int(t.needs[j, k, p]) - int(old >= 0 and t.needs[j, old, p])
        decides = t.belligerent[p] or acts > 0
        if (not decides or (away[c] == 0 and view.signed[p])) and bias == 0.0:
            continue
        if levels[c] != level or shifts[c] != shift or pairs[c] != held:
            level, shift, held = levels[c], shifts[c], pairs[c]
            linked = listed(held, len(t.links))
            set_line(
                will, composite, particles, p, level, shift, linked, view.moved[p], view.bar[p]
            )
        lined = risky[j, k] or (old >= 0 and risky[j, old])
        if lined or not plain:
            red = particles.red[p, j]
            set_clear(
                will, composite.crossed[p], red, composite.place[p, j], old, k if lined else old
            )
            plain = not lined
        if bias != 0.0:
            tilt[c] += bias * mean_of(will, base, drawn[j, k])
        if decides and not (away[c] == 0 and view.signed[p]):
            fill_will(will.slope, will.height, base, drawn[j, k], will.clear, will.out)
            share = total_of(will.out) / len(will.out)
            if share < LEAST_ROUGH:
                share, _ = willing(
                    composite, particles, p, j, old, k, level, shift,
                    listed(held, len(t.links)), view.moved[p], view.bar[p],
                )  # fmt: skip
            accepted[c] += log_share(share)


@rule
def greedy_particles(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    before = text.copy()
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    sums, changes = open_sums(text, view), new_changes(view)
    drawn, will = draw_out(composite, view), new_will(view.belief.weight.shape[2])
    for b in range(len(edits)):
        fill_changes(sums, text, view, changes)
        accepted, scores = np.zeros(len(changes.issue)), np.zeros(len(changes.issue))
        for p in range(len(view.bar)):
            if p != view.mediator:
                rough_party(
                    will, composite, drawn[p], view, text, changes, sums.asked[p], p, accepted,
                    scores,
                )  # fmt: skip
        add_wants(view, changes, accepted, scores)
        at, to = best_change(composite, view, text, changes, scores)
        if at < 0:
            return b
        change(composite, view.particles, at, text[at], to)
        text[at] = to
        enter(sums, view, before, text)
        before[at] = to
        edits[b, 0], edits[b, 1] = at, to
    return len(edits)


@rule
def add_wants(view: MediatorView, changes: Changes, accepted: Floats, scores: Floats) -> None:
    """Add all that J_M holds besides the tilt, which ``scores`` (C,) hold already."""
    own, faults, weight = changes.own, changes.faults, view.weight_accept
    for c in range(len(scores)):
        wants = weight * accepted[c] + (1.0 - weight) * own[c]
        scores[c] += wants + view.speed * math.exp(accepted[c]) - faults[c]


@rule
def best_change(
    composite: Composite, view: MediatorView, text: Ints, changes: Changes, scores: Floats
) -> tuple[int, int]:
    """Return the one change that raises J_M most; (-1, -1) if none does.

    Only changes whose rough score comes near the best are scored exactly.
    """
    now, best = particle_score(composite, view, text, 0, text[0]), LEAST_RISE
    at, to, least = -1, -1, max(most_of(scores), now) - NEAR
    for c in range(len(scores)):
        j, k = changes.issue[c], changes.option[c]
        old = text[j]
        if scores[c] >= least and k != old:
            text[j] = k
            rise = particle_score(composite, view, text, j, old) - now
            text[j] = old
            if rise > best:
                best, at, to = rise, j, k
    return at, to


# --- of the drafts on the way, the best ---------------------------------------------------------


@rule
def rough_score(will: Will, composite: Composite, view: MediatorView, text: Ints) -> float:
    """Return J_M (3.1) of the text the sums stand at, shares reckoned roughly."""
    parties, table, particles = len(view.bar), view.table, view.particles
    level, acceptance, tilt = enforcement_level(text, table.enforcement), 0.0, 0.0
    linked = listed(pairs_held(text, table.links), len(table.links))
    shift = shift_of(text, particles.power_shift)
    is_tabled = count_moved(text, view.text) == 0
    for p in range(parties):
        signs, bias = p != view.mediator and is_signer(text, table, p), view.bias[p]
        if p != view.mediator and (signs or bias != 0.0):
            total, crossed = composite.total[p], composite.crossed[p]
            moved, bar = view.moved[p], view.bar[p]
            set_line(will, composite, particles, p, level, shift, linked, moved, bar)
            set_clear(will, crossed, particles.red[p, 0], composite.place[p, 0], -1, -1)
            if bias != 0.0:
                tilt += bias * mean_of(will, total, will.none)
            if signs and not (is_tabled and view.signed[p]):
                fill_will(will.slope, will.height, total, will.none, will.clear, will.out)
                share = total_of(will.out) / len(total)
                if share < LEAST_ROUGH:
                    share, _ = willing(
                        composite, particles, p, 0, -1, -1, level, shift, linked, moved, bar
                    )
                acceptance += log_share(share)
    own = surplus(text, view.own_coef, view.own_base, view.own_link, table.links, level) / MICRO
    score = objective(acceptance, tilt, own, view.weight_accept, view.speed)
    return score - broken_rules(text, table) - brackets(text)


@rule
def best_prefix(view: MediatorView, edits: Ints, count: int) -> int:
    """Return after how many of the edits the particles like the draft best; the fewest if equal.

    Scored roughly, and exactly if two drafts come near each other.
    """
    text, will = view.text.copy(), new_will(view.belief.weight.shape[2])
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    best, kept, runner_up = rough_score(will, composite, view, text), 0, -math.inf
    for b in range(count):
        j, old = edits[b, 0], text[edits[b, 0]]
        text[j] = edits[b, 1]
        change(composite, view.particles, j, old, text[j])
        score = rough_score(will, composite, view, text)
        runner_up = max(runner_up, min(score, best))
        if score > best:
            best, kept = score, b + 1
    return exact_prefix(view, edits, count) if runner_up >= best - NEAR else kept


@rule
def exact_prefix(view: MediatorView, edits: Ints, count: int) -> int:
    """Do the same exactly."""
    text = view.text.copy()
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    best, kept = particle_score(composite, view, text, 0, text[0]), 0
    for b in range(count):
        j, old = edits[b, 0], text[edits[b, 0]]
        text[j] = edits[b, 1]
        change(composite, view.particles, j, old, text[j])
        score = particle_score(composite, view, text, j, text[j])
        if score > best:
            best, kept = score, b + 1
    return kept
