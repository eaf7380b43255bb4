"""The response function: monotone, lapsing, and the same wherever it is used."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import rng
from sim.respond import (
    ACCEPT,
    NEEDS_WORK,
    UNACCEPTABLE,
    answer,
    category,
    eta,
    logistic,
    status_chance,
    status_of,
)

share = st.floats(0.001, 0.999)


@given(st.floats(-20, 20))
def test_categories_are_ordered_between_their_cutpoints(latent):
    cutpoints = (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)
    assert category(latent) == sum(latent >= c for c in cutpoints)


def test_three_refusals_one_condition_three_accepts():
    assert [status_of(c) for c in range(7)] == [UNACCEPTABLE] * 3 + [NEEDS_WORK] + [ACCEPT] * 3


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.2), st.floats(0.1, 9), st.floats(0, 1))
def test_a_better_option_is_never_answered_worse(low, high, weight, beta, xi):
    low, high = min(low, high), max(low, high)
    worse = eta(low, 0.4, 0.1, weight, 29, beta, xi)
    assert eta(high, 0.4, 0.1, weight, 29, beta, xi) >= worse


@given(st.floats(-9, 9), share, share, share)
def test_a_red_line_is_unacceptable_whatever_the_luck(latent, lapse, luck, which):
    assert answer(latent, True, lapse, luck, 0.5, which) == UNACCEPTABLE


@given(st.floats(-9, 9), share, share)
def test_a_lapse_ignores_the_worth_of_the_option(latent, luck, which):
    assert answer(latent, False, 1.0, luck, 0.5, which) == status_of(int(7 * which))


def test_status_shares_are_those_of_the_ordered_logit():
    """With evenly spread luck the share of refusals is the logistic CDF at the cutpoint."""
    n, latent = 4000, 0.3
    got = [answer(latent, False, 0.0, (i + 0.5) / n, 0.5, 0.5) for i in range(n)]
    refused = 1 / (1 + math.exp(-(-0.5 - latent)))
    accepted = 1 - 1 / (1 + math.exp(-(0.5 - latent)))
    assert got.count(UNACCEPTABLE) / n == pytest.approx(refused, abs=1e-3)
    assert got.count(ACCEPT) / n == pytest.approx(accepted, abs=1e-3)


@given(st.floats(-900, 900), st.booleans(), st.floats(0, 1))
def test_the_chances_of_the_three_statuses_sum_to_one(latent, red, lapse):
    chances = [status_chance(latent, red, lapse, status) for status in range(3)]
    assert sum(chances) == pytest.approx(1.0)
    assert min(chances) >= 0.0


@pytest.mark.parametrize(("latent", "lapse"), [(-1.3, 0.0), (0.2, 0.05), (1.7, 0.3)])
def test_statuses_come_as_often_as_their_chance_says(latent, lapse):
    """30,000 answers; 3.9 standard errors are exceeded once in 10,000 times."""
    n = 30_000
    luck = [[rng.draw(7, 0, stream, 0, i) for i in range(n)] for stream in range(3)]
    got = [answer(latent, False, lapse, *each) for each in zip(*luck, strict=True)]
    for status in range(3):
        chance = status_chance(latent, False, lapse, status)
        error = math.sqrt(chance * (1 - chance) / n)
        assert abs(got.count(status) / n - chance) < 3.9 * error


@given(st.floats(-9, 9), st.floats(0, 1))
def test_a_red_line_is_unacceptable_for_certain(latent, lapse):
    assert [status_chance(latent, True, lapse, status) for status in range(3)] == [1.0, 0.0, 0.0]


def test_the_logistic_curve_never_overflows():
    assert logistic(0.0) == 0.5
    assert 0.0 < logistic(-1000.0) < 1e-300
    assert logistic(-20.0) == pytest.approx(math.exp(-20.0), rel=1e-8)
    assert logistic(1000.0) == 1.0
