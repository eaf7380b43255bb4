"""Visits: missing signers first, then expected gain; in turn; at random, each as likely."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.seating import VISIT
from agents.visit import gain_of, visit, visit_at_random, visit_in_turn
from sim.belief import log_acceptance
from sim.compiled import compiled
from sim.seats import find_rule
from sim.worth import is_signer
from tests.toys import toy_view

seeds = st.integers(0, 10_000)
rules = pytest.mark.parametrize("rule", [visit, visit_in_turn, visit_at_random])


@given(seeds, st.floats(0.0, 30.0))
def test_the_gain_is_its_equation(seed, weeks):
    view = toy_view(seed, weeks_since=np.full(3, weeks))
    for p in range(2):
        args = (view.belief, view.particles, view.table, view.text, p, view.moved[p], view.bar[p])
        chance = math.exp(log_acceptance(*args))
        taught = sum(view.belief.variance[p, j, k] for j, k in enumerate(view.text) if k >= 0)
        share = math.sqrt(taught / (taught + view.belief.reserve_variance[p]))
        by_hand = (1 - chance) * share * (1 - 2 ** (-weeks / 4))
        needed = is_signer(view.text, view.table, p)
        assert gain_of(view, p) == pytest.approx(by_hand if needed else 0.0, abs=1e-12)


@rules
@given(seed=seeds, welcome=st.lists(st.booleans(), min_size=3, max_size=3))
def test_only_the_welcome_are_visited_and_never_the_mediator_itself(rule, seed, welcome):
    view = toy_view(seed, welcome=np.array(welcome), luck=(seed + 0.5) / 10_001)
    to = rule(view)
    if any(welcome[:2]):
        assert welcome[to]
        assert to != view.mediator
    else:
        assert to == -1


@given(seeds)
def test_a_missing_signature_comes_before_any_gain(seed):
    view = toy_view(seed, weeks_since=np.array([30.0, 0.0, 30.0]))
    assert visit(view._replace(signed=np.array([True, False, False]))) == 1
    view = view._replace(weeks_since=np.array([0.0, 30.0, 30.0]))
    assert visit(view._replace(signed=np.array([False, True, False]))) == 0


def test_who_answered_a_moment_ago_can_wait():
    for seed in range(10):
        view = toy_view(seed)
        for fresh in (0, 1):
            weeks = np.full(3, 6.0)
            weeks[fresh] = 0.0
            assert visit(view._replace(weeks_since=weeks)) == 1 - fresh


def test_who_would_surely_sign_is_not_asked_again():
    """With equal waits the party that doubts more is visited; the bar makes the doubt."""
    for seed in range(10):
        for doubter in (0, 1):
            bar = np.full(3, -5.0)
            bar[doubter] = 0.3
            assert visit(toy_view(seed, bar=bar)) == doubter


def test_in_turn_is_whoever_waited_longest_ties_in_party_order():
    view = toy_view(1)
    assert visit_in_turn(view._replace(weeks_since=np.array([2.0, 5.0, 9.0]))) == 1
    assert visit_in_turn(view._replace(weeks_since=np.array([5.0, 5.0, 9.0]))) == 0
    assert visit_in_turn(view._replace(weeks_since=np.array([math.inf, 5.0, 9.0]))) == 0


def test_at_random_each_is_as_likely():
    view = toy_view(1)
    visits = [visit_at_random(view._replace(luck=(i + 0.5) / 1000)) for i in range(1000)]
    assert visits.count(0) == visits.count(1) == 500


@given(seeds)
def test_a_visit_reads_nothing_believed_of_the_mediator(seed):
    view = toy_view(seed)
    before = visit(view)
    for array in view.belief:
        array[view.mediator] = -9.0
    view.own_coef[:] = 10**6
    assert visit(view) == before


def test_plain_and_compiled_visit_the_same():
    for rule in (visit, visit_in_turn, visit_at_random):
        for seed in range(6):
            view = toy_view(seed)
            assert rule(view) == compiled(rule)(view)


def test_every_numbered_visit_is_a_rule():
    assert [find_rule(dotted) for dotted in VISIT] == [visit, visit_in_turn, visit_at_random]
