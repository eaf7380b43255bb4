"""The response function: monotone, lapsing, and the same wherever it is used."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.respond import ACCEPT, NEEDS_WORK, UNACCEPTABLE, answer, category, eta, status_of

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
