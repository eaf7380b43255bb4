"""What a text is worth: closed forms against Monte Carlo, corollaries of the commitment term."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compiled import compiled
from sim.worth import (
    MICRO,
    break_hazard,
    broken_rules,
    enforcement_level,
    is_signer,
    micro,
    peace_factor,
    surplus,
)
from tests.sim.laws import value_of_fighting
from tests.strategies import smalls

chance = st.floats(0.001, 0.1)


def test_value_of_fighting_equals_monte_carlo_in_the_constant_state():
    """The lottery of 2.2 simulated month by month, 20,000 wars (V5)."""
    delta, cost, now = 0.985, 0.3, 0.55
    ends, hazards = np.array([0.6, 0.2, 0.9]), np.array([0.028, 0.006, 0.004])
    rng = np.random.default_rng(11)
    total = hazards.sum()
    months = rng.geometric(total, 20_000)  # the war ends at the close of its last month
    which = rng.choice(3, p=hazards / total, size=months.size)
    peace = delta**months
    worth = (1 - peace) * (now - cost) + peace * ends[which]
    exact = value_of_fighting(now, cost, ends, hazards, delta)
    assert abs(worth.mean() - exact) < 4.9 * worth.std() / math.sqrt(worth.size)


@given(st.floats(0, 1), st.floats(0, 1), chance, chance, st.floats(0.9, 0.999))
def test_fighting_is_worth_its_flow_when_every_end_is_worth_the_flow(now, cost, a, b, delta):
    ends = np.full(2, now - cost)
    value = value_of_fighting(now, cost, ends, np.array([a, b]), delta)
    assert value == pytest.approx(now - cost, abs=1e-9)


@given(st.floats(0.9, 0.999), st.floats(0.001, 0.05), st.floats(0.01, 0.2), st.integers(0, 13))
def test_more_enforcement_means_more_peace(delta, rho0, k_e, level):
    weak = peace_factor(delta, break_hazard(rho0, k_e, level))
    strong = peace_factor(delta, break_hazard(rho0, k_e, level + 1))
    assert 0 < weak < strong < 1


@given(st.floats(0.97, 0.995), st.floats(0.3, 0.9), st.floats(0.1, 0.29), st.floats(0.01, 0.3))
def test_the_break_hazard_of_indifference_is_the_closed_form(delta, utility, reserve, loss):
    """Solving S = 0 for the hazard gives rho* = (1 - delta)/delta (u - W)/|Delta| (2.3, V4)."""

    def worth(rho):
        a = peace_factor(delta, rho)
        return a * (utility - reserve) - (1 - a) * loss

    low, high = 0.0, 1e3
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > 0 else (low, middle)
    exact = (1 - delta) / delta * (utility - reserve) / loss
    assert low == pytest.approx(exact, rel=1e-6, abs=1e-6)


@given(st.floats(0.97, 0.995), st.floats(0.03, 0.2), st.integers(0, 9))
def test_the_integer_surplus_turns_at_the_same_hazard(delta, k_e, level):
    """A text worth 0.2 util more than fighting on, that costs 0.1 if it breaks (2.3)."""
    rho_star = (1 - delta) / delta * 0.2 / 0.1
    signs = []
    for rho0 in (0.99, 1.01):
        rho = break_hazard(rho_star * rho0 / math.exp(-k_e * level), k_e, level)
        a = peace_factor(delta, rho)
        coef = np.array([[[micro(a * 0.7 - (1.0 - a) * 0.1)]]])
        base, none = np.array([micro(-a * 0.5)]), np.zeros((1, 0), dtype=np.int64)
        links = np.zeros((0, 4), dtype=np.int64)
        signs.append(surplus(np.array([0]), coef, base, none, links, 0) > 0)
    assert signs == [True, False]


@given(st.floats(-2, 2, allow_nan=False))
def test_micro_rounds_to_the_nearest_integer(x):
    assert abs(micro(x) / MICRO - x) <= 0.5 / MICRO + 1e-12
    assert compiled(micro)(x) == micro(x)


@given(smalls(), st.integers(0, 10**9))
def test_surplus_signers_and_rules_agree_with_the_oracle(small, pick):
    texts = list(small.texts())
    choice = texts[pick % len(texts)]
    text, table, world = np.array(choice), small.table(), small.world()
    level = enforcement_level(text, table.enforcement)
    for p, worth in small.gains(choice):
        assert is_signer(text, table, p)
        assert (
            surplus(text, world.coef[p], world.base[p], world.link[p], table.links, level) == worth
        )
        assert (
            compiled(surplus)(text, world.coef[p], world.base[p], world.link[p], table.links, level)
            == worth
        )
    assert (broken_rules(text, table) == 0) == small.lawful(choice)


def test_an_open_issue_triggers_no_rule_and_adds_nothing():
    from tests.strategies import small_of

    small = small_of(5, 3, 4)
    text = np.full(4, -1)
    assert broken_rules(text, small.table()) == 0
    assert enforcement_level(text, small.enforcement) == 0
