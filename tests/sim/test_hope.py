"""The forecast of the best text against a linear programme over lotteries of texts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.compiled import compiled
from sim.hope import hoped, keep_possible

picks = st.integers(0, 10**6)
NEAR = 0.02


def problem(pick):
    """Make up surpluses of 2 to 4 parties over 3 to 9 issues, about a util in all."""
    g = np.random.default_rng(pick)
    parties, issues, options = int(g.integers(2, 5)), int(g.integers(3, 10)), 4
    weight = g.dirichlet(np.ones(issues), parties)
    gain = weight[:, :, None] * g.random((parties, issues, options))
    base = -g.uniform(0.2, 0.7, parties)
    allowed = g.random((issues, options)) < 0.7
    allowed[np.arange(issues), g.integers(0, options, issues)] = True
    return gain, base, allowed


def best_lottery(gain, base, allowed):
    """Return max over lotteries of the smallest surplus: t and x (J, K) by HiGHS."""
    parties, issues, options = gain.shape
    n = issues * options
    c = np.zeros(n + 1)
    c[-1] = -1.0
    less = np.hstack([-gain.reshape(parties, n), np.ones((parties, 1))])
    one = np.hstack([np.kron(np.eye(issues), np.ones(options)), np.zeros((issues, 1))])
    bounds = [(0.0, 1.0 if ok else 0.0) for ok in allowed.ravel()] + [(None, None)]
    found = linprog(c, less, base, one, np.ones(issues), bounds)
    assert found.status == 0
    return -found.fun


def solved(gain, base, allowed):
    share, mean = np.zeros(len(base)), np.zeros(len(base))
    compiled(hoped)(gain, base, allowed, share, mean)
    return share, mean


@given(picks)
def test_the_smallest_mean_surplus_is_that_of_the_best_lottery(pick):
    gain, base, allowed = problem(pick)
    share, mean = solved(gain, base, allowed)
    best = best_lottery(gain, base, allowed)
    assert best - NEAR <= mean.min() <= best + 1e-9
    assert share.sum() == pytest.approx(1.0)
    assert (share >= 0.0).all()


@given(picks)
def test_its_prices_bound_what_any_text_can_bring_all(pick):
    """Weak duality at any prices; at these ones, nearly tight."""
    gain, base, allowed = problem(pick)
    share, _ = solved(gain, base, allowed)
    priced = np.where(allowed, np.tensordot(share, gain, 1), -np.inf)
    bound = share @ base + priced.max(axis=1).sum()
    best = best_lottery(gain, base, allowed)
    assert best - 1e-9 <= bound <= best + NEAR


def test_a_common_interest_is_found_at_once():
    """All want the same options: the forecast is their common best, exactly."""
    g = np.random.default_rng(3)
    gain = np.tile(g.random((1, 6, 4)) / 6, (3, 1, 1))
    base, allowed = np.full(3, -0.5), np.ones((6, 4), dtype=np.bool_)
    _, mean = solved(gain, base, allowed)
    np.testing.assert_allclose(mean, gain[0].max(axis=1).sum() - 0.5, atol=1e-12)


def test_who_is_easily_pleased_carries_no_price():
    gain, base, allowed = problem(12)
    base = base.copy()
    base[0] += 9.0
    share, mean = solved(gain, base, allowed)
    assert share[0] < 1e-3
    assert mean[0] > mean.min() + 5.0


@given(picks)
def test_plain_and_compiled_are_equal_to_the_bit(pick):
    gain, base, allowed = problem(pick)
    share, mean = np.zeros(len(base)), np.zeros(len(base))
    hoped(gain, base, allowed, share, mean)
    twin = solved(gain, base, allowed)
    assert np.array_equal(share, twin[0])
    assert np.array_equal(mean, twin[1])


def possible(red, clear, n_options, own):
    allowed = np.zeros(red.shape, dtype=np.bool_)
    compiled(keep_possible)(red, clear, n_options, own, allowed)
    return allowed


@given(picks, st.floats(0.0, 1.0), st.integers(-1, 2))
def test_no_issue_is_left_without_an_option(pick, likely, own):
    g = np.random.default_rng(pick)
    n_options = g.integers(2, 5, 7)
    red = g.random((7, 4)) < likely
    clear = np.log(np.where(g.random((3, 7, 4)) < likely, 0.1, 0.9))
    allowed = possible(red, clear, n_options, own)
    there = np.arange(4)[None] < n_options[:, None]
    others = np.delete(clear, own, 0) if own >= 0 else clear
    free = there & ~red & (others > -math.log(2.0)).all(axis=0)
    assert allowed.any(axis=1).all()
    assert not (allowed & ~there).any()
    for j in range(7):
        wanted = next(x for x in (free[j], there[j] & ~red[j], there[j]) if x.any())
        assert np.array_equal(allowed[j], wanted)
