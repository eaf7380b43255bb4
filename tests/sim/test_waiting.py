"""Waiting is worth more the more one hopes for; the drift belief is a Kalman filter."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compiled import compiled
from sim.waiting import (
    believed_drift,
    expected_change,
    surplus_trend,
    waiting_discount,
    waiting_value,
)

share = st.floats(0.0, 1.0)
discount = st.floats(0.5, 1.0)
util = st.floats(-0.5, 0.5)
trend = st.floats(-0.05, 0.05)
more = st.floats(0.0, 0.3)


@given(share, discount, util, trend, more)
def test_h_rises_with_surplus_trend_patience_and_holdout(phi, dd, s, nu, by):
    h = waiting_value(phi, dd, s, nu)
    assert h >= 0.0
    assert waiting_value(phi, dd, s + by, nu) >= h
    assert waiting_value(phi, dd, s, nu + by) >= h
    assert waiting_value(min(phi + by, 1.0), dd, s, nu) >= h
    assert waiting_value(phi, min(dd + by, 1.0), s, nu) >= h


@given(share, discount, st.floats(-0.5, 0.0), st.floats(-0.05, 0.0))
def test_who_hopes_for_nothing_does_not_wait(phi, dd, s, nu):
    assert waiting_value(phi, dd, s, nu) == 0.0


@given(share, discount, util, trend)
def test_h_is_the_formula(phi, dd, s, nu):
    best = max(dd**n * max(0.0, s + n * nu) for n in range(25))
    assert waiting_value(phi, dd, s, nu) == pytest.approx(phi * best, abs=1e-12)
    assert compiled(waiting_value)(phi, dd, s, nu) == waiting_value(phi, dd, s, nu)


def test_optimism_alone_makes_a_side_wait_about_20_months():
    """s = 0: the best month is -1/ln dd = 20, and h = phi nu 20/e."""
    dd = waiting_discount(0.985, 0.028 + 0.004 + 0.003)
    for optimism in (0.010, 0.005):
        h = 0.8 * optimism / 2 / (-math.log(dd) * math.e)
        nu = surplus_trend(0.5, 0.0, expected_change(0.0, 0.0, 0.0, 0.0, optimism, 0.0))
        assert waiting_value(0.8, dd, 0.0, nu) == pytest.approx(h, rel=1e-3)


@given(trend, trend, share)
def test_the_surplus_grows_as_fighting_loses_its_worth(own, other, lam):
    assert surplus_trend(lam, own, other) == pytest.approx(-(lam * own + (1 - lam) * other))


def test_optimism_halves_in_26_weeks():
    slopes = (0.1, -0.02, 1e-5, -300.0)
    table = 0.1 * -0.02 + 1e-5 * -300.0
    assert expected_change(*slopes, 0.01, 0.0) == pytest.approx(table - 0.01)
    assert expected_change(*slopes, 0.01, 26.0) == pytest.approx(table - 0.005)
    assert expected_change(*slopes, 0.0, 3.0) == pytest.approx(table)


@given(st.floats(-500, 500), st.floats(1, 1e5), st.floats(-900, 900), st.floats(1, 365))
def test_one_look_is_the_normal_posterior(mean, variance, seen, days):
    """Precisions add, means mix by precision."""
    noise = 130.0**2 / (days / 30.4375)
    after, left = believed_drift(mean, variance, seen, days, 130.0, 0.0)
    assert 1.0 / left == pytest.approx(1.0 / variance + 1.0 / noise, rel=1e-9)
    mixed = left * (mean / variance + seen / noise)
    assert after == pytest.approx(mixed, abs=1e-6)
    assert compiled(believed_drift)(mean, variance, seen, days, 130.0, 0.0) == (after, left)


def test_the_gain_settles_at_its_closed_form():
    """Weekly looks at a moving drift: V* solves V (V + q^2) = q^2 R, the scalar Riccati root."""
    q, noise = 10.0, 130.0**2 / (7 / 30.4375)
    prior = q * q / 2 + math.sqrt(q**4 / 4 + q * q * noise)
    mean, variance = 0.0, 120.0**2
    for _ in range(2000):
        mean, variance = believed_drift(mean, variance, 490.0, 7.0, 130.0, q)
    gain = prior / (prior + noise)
    assert variance == pytest.approx((1 - gain) * prior, rel=1e-9)
    assert mean == pytest.approx(490.0)
    moved, _ = believed_drift(mean, variance, 590.0, 7.0, 130.0, q)
    assert moved - mean == pytest.approx(100.0 * gain, rel=1e-9)


@given(st.floats(-500, 500), st.floats(0, 1e5))
def test_nothing_is_learnt_from_no_time(mean, variance):
    assert believed_drift(mean, variance, 900.0, 0.0, 130.0, 10.0) == (mean, variance)
    assert believed_drift(mean, 0.0, 900.0, 7.0, 0.0, 0.0) == (mean, 0.0)
