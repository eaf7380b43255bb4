"""Randomness with an address: golden values, equal in plain Python and compiled."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from sim import rng

GOLDEN = {
    (2026, 0, 0, 0, 0): 0.7098036858690564,
    (2**62, 81237, 3, 104, 9999): 0.6441487515395639,
    (0, 0, 0, 0, 1): 0.7247520786262143,
}
_draw = njit(lambda s, w, t, r, i: rng.draw(s, w, t, r, i))
_normal = njit(rng.normal)
address = st.tuples(*[st.integers(0, 2**62)] * 5)


@pytest.mark.parametrize(("where", "value"), GOLDEN.items())
def test_draws_keep_their_golden_values(where, value):
    assert rng.draw(*where) == value


@given(address)
def test_compiled_and_plain_draws_are_equal_to_the_bit(where):
    assert _draw(*where) == rng.draw(*where)
    assert 0.0 < rng.draw(*where) < 1.0


@given(st.tuples(*[st.integers(0, 2**40)] * 5))
def test_compiled_and_plain_normals_are_equal_to_the_bit(where):
    assert _normal(*where) == rng.normal(*where)


@pytest.mark.parametrize("axis", range(5))
def test_draws_along_every_coordinate_are_uniform(axis):
    """Kolmogorov-Smirnov on 2,000 neighbours along each coordinate of the address."""
    where = [7, 7, 7, 7, 7]
    sample = []
    for n in range(2000):
        where[axis] = n
        sample.append(rng.draw(*where))
    assert stats.kstest(sample, "uniform").pvalue > 1e-4


def test_normals_have_mean_zero_and_unit_variance():
    sample = np.array([rng.normal(1, w, 2, 3, 4) for w in range(4000)])
    assert abs(sample.mean()) < 4 / math.sqrt(4000)
    assert stats.kstest(sample, "norm").pvalue > 1e-4


def test_streams_are_distinct_numbers():
    streams = [v for k, v in vars(rng).items() if k.isupper() and not k.startswith("_")]
    assert sorted(streams) == list(range(len(streams)))
