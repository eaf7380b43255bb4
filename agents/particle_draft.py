"""Redrafts judged by composites: whole parties drawn from the belief (:mod:`sim.composite`)."""

import math

import numpy as np

from agents.objective import best_change, count_moved, is_linked, objective
from sim.compiled import rule
from sim.composite import Composite, change, open_composite, willing
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
    chance, worth, signs = np.zeros(parties), np.zeros(parties), np.zeros(parties, np.bool_)
    linked = linked_pairs(text, table.links)
    shift = shift_of(text, view.particles.power_shift)
    is_tabled = count_moved(text, view.text) == 0
    for p in range(parties):
        if p != view.mediator:
            share, worth[p] = willing(
                composite, view.particles, p, j, old, text[j], level, shift, linked,
                view.moved[p], view.bar[p],
            )  # fmt: skip
            signs[p] = is_signer(text, table, p)
            certain = is_tabled and view.signed[p]
            chance[p] = 0.0 if certain else math.log(max(share, LEAST_SHARE))
    own = surplus(text, view.own_coef, view.own_base, view.own_link, table.links, level) / MICRO
    score = objective(
        chance, worth, signs, own, view.mediator, view.weight_accept, view.bias, view.speed
    )
    return score - broken_rules(text, table) - brackets(text)


@rule
def linked_pairs(text: Ints, links: Ints) -> np.ndarray:
    """Return which pairs of options the text holds, (Q,) bool."""
    out = np.zeros(len(links), np.bool_)
    for q in range(len(links)):
        out[q] = is_linked(text, links, q)
    return out


@rule
def shift_of(text: Ints, power_shift: Floats) -> float:
    """Return the power-shift points of a text (2.3)."""
    total = 0.0
    for j in range(len(text)):
        if text[j] >= 0:
            total += power_shift[j, text[j]]
    return total


@rule
def best_prefix(view: MediatorView, edits: Ints, count: int) -> int:
    """Return after how many of the edits the particles like the draft best; the fewest if equal."""
    text = view.text.copy()
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    best, kept = particle_score(composite, view, text, 0, text[0]), 0
    for b in range(count):
        j, old = edits[b, 0], text[edits[b, 0]]
        text[j] = edits[b, 1]
        score = particle_score(composite, view, text, j, old)
        change(composite, view.particles, j, old, text[j])
        if score > best:
            best, kept = score, b + 1
    return kept


@rule
def greedy_particles(view: MediatorView, edits: Ints) -> int:
    """Fill ``edits`` (budget, 2), issue and option, with the best changes; return how many."""
    text = view.text.copy()
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    scores = np.zeros((len(text), view.belief.mean.shape[2] + 1))
    for b in range(len(edits)):
        score_all_particles(composite, view, text, scores)
        at, to = best_change(scores, text, view.table.n_options, view.editable)
        if at < 0:
            return b
        change(composite, view.particles, at, text[at], to)
        text[at] = to
        edits[b, 0], edits[b, 1] = at, to
    return len(edits)


@rule
def score_all_particles(
    composite: Composite, view: MediatorView, text: Ints, scores: Floats
) -> None:
    """Fill J_M (J, K + 1) with every option of every editable issue; the present one for open."""
    for j in range(len(text)):
        if view.editable[j]:
            old, n = text[j], view.table.n_options[j]
            for k in range(n):
                text[j] = k
                scores[j, k] = particle_score(composite, view, text, j, old)
            text[j] = old
            if old < 0:
                scores[j, n] = particle_score(composite, view, text, j, old)
