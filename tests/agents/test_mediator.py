"""The redraft: its running sums against plain ones, its limits, and what it may not see."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import mediator
from agents.mediator import redraft, redraft_particles
from agents.moment_draft import exact_score, fill_gains, new_gains, rough_scores
from agents.objective import LEAST_RISE, NEAR
from agents.particle_draft import (
    add_wants,
    best_prefix,
    draw_out,
    exact_prefix,
    particle_score,
    rough_party,
)
from agents.seating import REDRAFT
from agents.sums import fill_changes, new_changes, open_sums
from sim.belief import log_acceptance, open_belief
from sim.compiled import compiled
from sim.composite import TAU, open_composite
from sim.rough import fill_will, new_will
from sim.worth import MICRO, brackets, broken_rules, enforcement_level, is_signer, surplus
from tests.toys import toy_view

seeds = st.integers(0, 10_000)


def plain_objective(text, view):
    """Write J_M (3.1) down once more, sum by sum, without running sums."""
    logs = tilt = 0.0
    table = view.table
    for p in range(len(view.bar)):
        if p == view.mediator:
            continue
        args = (view.belief, view.particles, table, text, p, view.moved[p], view.bar[p])
        tilt += view.bias[p] * mediator_mean(args)
        done = view.signed[p] and np.array_equal(text, view.text)
        if is_signer(text, table, p) and not done:
            logs += log_acceptance(*args)
    level = enforcement_level(text, table.enforcement)
    own = surplus(text, view.own_coef, view.own_base, view.own_link, table.links, level) / MICRO
    score = view.weight_accept * logs + (1 - view.weight_accept) * own + tilt
    return score + view.speed * math.exp(logs) - broken_rules(text, table) - brackets(text)


def mediator_mean(args):
    """Return the believed mean surplus, from the draws' moments."""
    belief, particles, table, text, p, moved, bar = args
    chosen = [(j, k) for j, k in enumerate(text) if k >= 0]
    u = sum(belief.mean[p, j, k] for j, k in chosen)
    for q, (a, b, c, d) in enumerate(table.links):
        if text[a] == b and text[c] == d:
            u += particles.link_mean[p, q]
    a = particles.peace_mean[p, enforcement_level(text, table.enforcement)]
    shift = sum(particles.power_shift[j, k] for j, k in chosen)
    bound = a * (u - belief.reserve[p] - moved)
    return bound + (1 - a) * particles.omega_mean[p] * shift - bar


def plain_particle_objective(text, view):
    """Write the particles' J_M down once more over resampled draws, whole arrays at a time."""
    logs = tilt = 0.0
    table, particles = view.table, view.particles
    composite = open_composite(view.belief, particles, text, view.mediator)
    level = enforcement_level(text, table.enforcement)
    chosen = [(j, k) for j, k in enumerate(text) if k >= 0]
    shift = sum(particles.power_shift[j, k] for j, k in chosen)
    for p in range(len(view.bar)):
        if p == view.mediator:
            continue
        place = composite.place[p]
        i = composite.shared[p]
        total = sum(particles.traits.weight[p, j][place[j]] for j in range(len(text)))
        u = sum(particles.worth[p, j, k][place[j]] for j, k in chosen) / total
        u = u - particles.reserve[p][i]
        for q, (a, b, c, d) in enumerate(table.links):
            if text[a] == b and text[c] == d:
                u = u + particles.link[p, q][i]
        a = particles.peace[p, level][i]
        s = a * (u - view.moved[p]) + (1 - a) * particles.omega[p][i] * shift - view.bar[p]
        tilt += view.bias[p] * s.mean()
        red = np.any([particles.red[p, j, k][place[j]] for j, k in chosen], axis=0)
        will = np.where(red, 1e-3, 1.0) / (1.0 + np.exp(-s / TAU))
        done = view.signed[p] and np.array_equal(text, view.text)
        if is_signer(text, table, p) and not done:
            logs += math.log(will.mean())
    own = surplus(text, view.own_coef, view.own_base, view.own_link, table.links, level) / MICRO
    score = view.weight_accept * logs + (1 - view.weight_accept) * own + tilt
    return score + view.speed * math.exp(logs) - broken_rules(text, table) - brackets(text)


@given(seeds)
def test_running_sums_score_as_plain_sums_do(seed):
    view = toy_view(seed, signed=np.array([True, False, False]))
    text = view.text.copy()
    sums = open_sums(text, view)
    changes = new_changes(view)
    rough = np.zeros(len(changes.issue))
    gains = new_gains(view, len(rough))
    fill_changes(sums, text, view, changes)
    fill_gains(gains, text, view, changes)
    rough_scores(sums, gains, view, changes, np.zeros((4, len(rough))), rough)
    told = dict(zip(zip(changes.issue, changes.option, strict=True), rough, strict=True))
    editable = np.flatnonzero(view.editable)
    assert len(told) == view.table.n_options[editable].sum()
    for j in editable:
        for k in range(-1, view.table.n_options[j]):
            trial = text.copy()
            trial[j] = k
            exact = exact_score(sums, text, view, j, k)
            assert exact == pytest.approx(plain_objective(trial, view))
            assert k < 0 or abs(told[j, k] - exact) < NEAR / 2
    assert np.array_equal(text, view.text)


@given(seeds)
def test_composites_score_as_plain_sums_do(seed):
    view = toy_view(seed, signed=np.array([True, False, False]))
    composite = open_composite(view.belief, view.particles, view.text, view.mediator)
    for j in range(len(view.text)):
        for k in range(view.table.n_options[j]):
            trial = view.text.copy()
            trial[j] = k
            got = particle_score(composite, view, trial, j, view.text[j])
            assert got == pytest.approx(plain_particle_objective(trial, view))


@given(seeds)
def test_rough_shares_come_near_the_exact_scores(seed):
    """Of every change a search looks at; what it makes is decided by the exact ones."""
    view = toy_view(seed, signed=np.array([True, False, False]))
    text, size = view.text.copy(), view.belief.weight.shape[2]
    composite = open_composite(view.belief, view.particles, text, view.mediator)
    sums, changes = open_sums(text, view), new_changes(view)
    drawn, accepted = draw_out(composite, view), np.zeros(len(changes.issue))
    rough = accepted.copy()
    fill_changes(sums, text, view, changes)
    for p in (0, 1):
        args = (drawn[p], view, text, changes, sums.asked[p], p, accepted, rough)
        rough_party(new_will(size), composite, *args)
    add_wants(view, changes, accepted, rough)
    assert len(rough) > 0
    for j, k, score in zip(changes.issue, changes.option, rough, strict=True):
        text[j] = k
        exact = particle_score(composite, view, text, j, view.text[j])
        assert abs(score - exact) < NEAR / 2
        text[j] = view.text[j]


def test_the_rough_curve_keeps_to_its_bound():
    x = np.linspace(-100, 40, 4001)
    zero, one, out = np.zeros(x.size), np.ones(x.size), np.zeros(x.size)
    compiled(fill_will)(zero, x, zero, zero, one, out)
    assert np.abs(out * (1 + np.exp(-x)) - 1).max() < 3e-6


@given(seeds, st.booleans())
def test_a_redraft_keeps_to_its_budget_and_its_points_and_never_worsens(seed, leader):
    view = toy_view(seed, leader=leader)
    after = redraft(view)
    moved = view.text != after
    assert moved.sum() <= view.budget
    assert not (moved & ~view.editable).any()
    assert plain_objective(after, view) >= plain_objective(view.text, view) - 1e-9
    if leader and brackets(after) + broken_rules(after, view.table) == 0:
        before = plain_particle_objective(view.text, view)
        assert plain_particle_objective(after, view) >= before - 1e-9


@given(seeds)
def test_a_redraft_by_particles_keeps_to_the_same_limits(seed):
    view = toy_view(seed)
    after = redraft_particles(view)
    moved = view.text != after
    assert moved.sum() <= view.budget
    assert not (moved & ~view.editable).any()
    before = plain_particle_objective(view.text, view)
    assert plain_particle_objective(after, view) >= before - 1e-9


@given(seeds, st.sampled_from([(redraft, plain_objective),
                               (redraft_particles, plain_particle_objective)]))  # fmt: skip
def test_a_redraft_stops_where_no_single_change_helps(seed, pair):
    rule, objective = pair
    view = toy_view(seed, budget=100)
    best = rule(view)
    score = objective(best, view)
    for j in np.flatnonzero(view.editable):
        for k in range(view.table.n_options[j]):
            trial = best.copy()
            trial[j] = k
            assert objective(trial, view) <= score + LEAST_RISE + 1e-9


def test_drafts_move_at_all():
    """The limits above are not kept by doing nothing."""
    drafts = [(toy_view(seed), rule) for seed in range(20) for rule in (redraft, redraft_particles)]
    assert sum((rule(view) != view.text).any() for view, rule in drafts) > 20


def test_leaders_get_the_draft_the_particles_like_best():
    """Of the old text and every draft on the way, if the last could be signed; not always it."""
    fewer = hopeless = 0
    for seed in range(40):
        view = toy_view(seed, budget=6)
        edits = np.zeros((6, 2), dtype=np.int64)
        count = mediator.greedy(view, edits)
        drafts = [mediator.with_edits(view.text, edits, n) for n in range(count + 1)]
        likes = [plain_particle_objective(draft, view) for draft in drafts]
        kept = best_prefix(view, edits, count)
        assert likes[kept] == pytest.approx(max(likes))
        assert exact_prefix(view, edits, count) == kept
        if brackets(drafts[-1]) + broken_rules(drafts[-1], view.table) > 0:
            hopeless, kept = hopeless + 1, count
        fewer += kept < count
        assert np.array_equal(redraft(view._replace(leader=True)), drafts[kept])
    assert fewer
    assert hopeless


def test_a_signature_on_the_table_holds_the_text_together():
    """With both belligerents' names under the text, no change promises more."""
    view = toy_view(3, text=np.array([0, 1, 1, 0, 0, 0]), bias=np.zeros(3))
    signed = view._replace(signed=np.array([True, True, False]), weight_accept=1.0)
    assert broken_rules(view.text, view.table) == 0
    assert np.array_equal(redraft(signed), view.text)
    assert not np.array_equal(redraft(signed._replace(signed=np.zeros(3, dtype=bool))), view.text)


@pytest.mark.parametrize("rule", [redraft, redraft_particles])
def test_the_drafter_reads_its_own_surplus_and_no_row_of_belief_about_itself(rule):
    """Nobody's private array is in the view; the belief about the mediator is not read either."""
    views = [toy_view(seed, weight_accept=0.1) for seed in range(8)]
    own = [view._replace(own_coef=view.own_coef[:, :, ::-1].copy()) for view in views]
    assert any(not np.array_equal(rule(a), rule(b)) for a, b in zip(views, own, strict=True))
    for view in views:
        before = rule(view)
        for array in view.belief:
            array[view.mediator] = -9.0
        view.particles.worth[view.mediator] = -9.0
        view.moved[view.mediator] = view.bar[view.mediator] = 9.0
        assert np.array_equal(rule(view), before)


def test_with_learning_off_the_belief_is_the_prior_and_the_rule_the_same():
    view = toy_view(1)
    prior = view._replace(belief=open_belief(view.particles))
    assert plain_objective(redraft(prior), prior) >= plain_objective(prior.text, prior)


def test_plain_and_compiled_draft_the_same():
    for seed in range(6):
        for leader in (False, True):
            view = toy_view(seed, leader=leader, budget=4)
            assert np.array_equal(redraft(view), compiled(redraft)(view))
            assert np.array_equal(redraft_particles(view), compiled(redraft_particles)(view))


def test_both_redrafts_are_numbered():
    assert REDRAFT == ("agents.mediator:redraft", "agents.mediator:redraft_particles")
