"""Cumulative incidence: hand examples, the empirical curve, and everything sums to one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.incidence import CENSORED, band, incidence


def test_a_hand_example_with_censoring_and_a_tie():
    """Times 1 (agreed), 2 (censored), 2 (left), 3 (agreed), 4 (censored): worked by hand.

    At 1: S- = 1, 1 of 5. At 2: S- = 4/5, 1 of 4 (the censored world of week 2 still counts).
    At 3: S- = 3/5, 1 of 2.
    """
    time = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
    cause = np.array([0, CENSORED, 1, 0, CENSORED])
    found = incidence(time, cause, 2)
    assert found.time.tolist() == [1.0, 2.0, 3.0]
    assert found.share[0] == pytest.approx([0.2, 0.2, 0.5])
    assert found.share[1] == pytest.approx([0.0, 0.2, 0.2])
    assert found.at(np.array([0.0, 2.5, 9.0]))[0] == pytest.approx([0.0, 0.2, 0.5])


def test_one_minus_kaplan_meier_would_say_more():
    time = np.array([1.0, 2.0, 3.0, 4.0])
    cause = np.array([1, 0, 1, 0])
    agreed = incidence(time, cause, 2).share[0, -1]
    alone = incidence(time, np.where(cause == 0, 0, CENSORED), 1).share[0, -1]
    assert agreed == pytest.approx(0.5)
    assert alone == pytest.approx(1.0)


worlds = st.lists(st.tuples(st.integers(0, 12), st.integers(-1, 2)), min_size=1, max_size=40).map(
    lambda rows: np.array(rows)
)


@given(worlds)
def test_incidences_and_still_talking_sum_to_one(rows):
    time, cause = rows[:, 0].astype(float), rows[:, 1]
    found = incidence(time, cause, 3)
    going = 1.0
    for n, step in enumerate(found.time):
        risk = (time >= step).sum()
        going *= 1.0 - ((time == step) & (cause >= 0)).sum() / risk
        assert found.share[:, n].sum() + going == pytest.approx(1.0)
    assert (np.diff(found.share, axis=1) >= 0).all()


@given(worlds)
def test_without_censoring_it_is_the_share_of_worlds(rows):
    time, cause = rows[:, 0].astype(float), np.abs(rows[:, 1])
    when = np.arange(14.0)
    found = incidence(time, cause, 3).at(when)
    plain = [[((time <= t) & (cause == c)).mean() for t in when] for c in range(3)]
    assert found == pytest.approx(np.array(plain))


@given(worlds, st.integers(1, 3))
def test_a_world_counted_twice_is_two_worlds(rows, times):
    time, cause = rows[:, 0].astype(float), rows[:, 1]
    weight = np.full(len(time), 1.0)
    weight[0] = times
    more = np.r_[np.repeat(0, times - 1), np.arange(len(time))]
    when = np.arange(14.0)
    one = incidence(time, cause, 3, weight).at(when)
    assert one == pytest.approx(incidence(time[more], cause[more], 3).at(when))


def test_the_band_holds_the_estimate_and_narrows_with_more_worlds():
    generator = np.random.default_rng(4)
    width = {}
    for n in (50, 800):
        time, cause = generator.exponential(30.0, n), generator.integers(0, 2, n)
        when = np.array([20.0])
        low, high = band(time, cause, 2, when)
        middle = incidence(time, cause, 2).at(when)
        assert (low <= middle).all()
        assert (middle <= high).all()
        width[n] = float((high - low)[0, 0])
    assert width[800] < width[50] / 2


def test_no_end_at_all_is_zero_everywhere():
    found = incidence(np.array([104.0, 104.0]), np.array([CENSORED, CENSORED]), 2)
    assert found.at(np.array([0.0, 104.0])).tolist() == [[0.0, 0.0], [0.0, 0.0]]
