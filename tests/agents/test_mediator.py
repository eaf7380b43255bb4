"""The redraft: its running sums against plain ones, its limits, and what it may not see."""

import math

import numpy as np
import pytest

from agents import mediator
from agents.mediator import LEAST_RISE, log_sigmoid, open_ledger, redraft, score_options
from sim import round as parts
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import prior_beliefs, round_rules
from sim.settings import Settings
from sim.worth import MICRO, brackets, broken_rules, enforcement_level, is_signer, surplus

NONE = np.zeros((100, 0), dtype=np.int64)


@pytest.fixture(scope="module")
def view():
    """A drafter's view of the opening text after some answers."""
    ensemble = prior_ensemble(load_case("ukraine_2025"), Settings(), seed=3)
    rules = round_rules(ensemble, prior_beliefs(ensemble, worlds=5))
    talks, world = parts.open_talks(rules), ensemble.world(0)
    generator = np.random.default_rng(0)
    talks.heard[:] = generator.integers(-1, 3, talks.heard.shape)
    talks.text[[0, 5]] = -1
    editable = generator.random(len(talks.text)) < 0.5
    return parts.mediator_view(rules, world, talks, editable, 4)


def plain_objective(text, view):
    """Write J_M (3.1) down once more, sum by sum, without the ledger."""
    level = enforcement_level(text, view.table.enforcement)
    acceptance = own = 0.0
    for p in range(len(view.base)):
        if p == view.mediator:
            own = surplus(text, view.own_coef, view.own_base, NONE, view.table.links, level) / MICRO
        elif is_signer(text, view.table, p):
            moved = sum(
                view.weight[p, j] * (view.heard[p, j, k] - 1)
                for j, k in enumerate(text)
                if k >= 0 and view.heard[p, j, k] >= 0
            )
            worth = surplus(text, view.coef[p], view.base[p], NONE, view.table.links, level) / MICRO
            acceptance += log_sigmoid((worth + view.status_shift * moved) / view.temperature)
    total = view.weight_accept * acceptance + (1 - view.weight_accept) * own
    return total - broken_rules(text, view.table) - brackets(text)


def test_the_ledger_scores_as_plain_sums_do(view):
    text, ledger = view.text.copy(), open_ledger(view.text, view)
    for j, n in enumerate(view.table.n_options):
        scores = np.zeros(view.heard.shape[2] + 1)
        score_options(ledger, text, view, j, n, scores)
        assert np.array_equal(text, view.text)
        for k in [*range(n), -1]:
            trial = text.copy()
            trial[j] = k
            assert scores[k if k >= 0 else n] == pytest.approx(plain_objective(trial, view))


def test_a_redraft_keeps_to_its_budget_and_its_points_and_never_worsens(view):
    before, after = view.text, redraft(view)
    moved = before != after
    assert 0 < moved.sum() <= view.budget
    assert not (moved & ~view.editable).any()
    assert plain_objective(after, view) > plain_objective(before, view) + LEAST_RISE


def test_a_redraft_stops_where_no_single_change_helps(view):
    best = redraft(view._replace(budget=200))
    score = plain_objective(best, view)
    for j in np.flatnonzero(view.editable):
        for k in range(view.table.n_options[j]):
            trial = best.copy()
            trial[j] = k
            assert plain_objective(trial, view) <= score + 1e-6


def test_the_drafter_sees_nobody_elses_private_arrays():
    """Its view is the same whatever the others privately want."""
    ensemble = prior_ensemble(load_case("camp_david"), Settings(), seed=3)
    rules = round_rules(ensemble, prior_beliefs(ensemble, worlds=5))
    talks, world = parts.open_talks(rules), ensemble.world(0)
    others = [p for p in range(len(world.base)) if p != rules.mediator]
    spoiled = world._replace(coef=world.coef.copy(), base=world.base.copy())
    spoiled.coef[others] = 10**9
    spoiled.base[others] = -(10**9)
    editable = np.ones(len(talks.text), dtype=bool)
    drafts = [
        mediator.redraft(parts.mediator_view(rules, w, talks, editable, 4))
        for w in (world, spoiled)
    ]
    assert np.array_equal(*drafts)


def test_log_sigmoid_is_exact_and_never_overflows():
    assert log_sigmoid(0.0) == pytest.approx(-math.log(2))
    assert log_sigmoid(-1000.0) == -1000.0
    assert log_sigmoid(1000.0) == 0.0
