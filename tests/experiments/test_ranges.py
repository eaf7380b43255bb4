"""Ranges: a driver is named only when chance would not make one so often."""

import numpy as np
import pytest

from experiments.ranges import MIN_WORLDS, median, over_thirds, quantile, sampling, share


@pytest.fixture
def draws():
    generator = np.random.default_rng(5)
    return {f"draw_hazard_{name}": generator.random(200) for name in ("a", "b", "c")}


def test_a_real_driver_is_named_at_both_ends(draws):
    flags = (draws["draw_hazard_b"] > 0.5).astype(float)
    found = over_thirds(flags, draws, share)
    assert found.low_where == "where the hazard of b is low"
    assert found.high_where == "where the hazard of b is high"
    assert found.low == 0.0
    assert found.high == 1.0
    assert found.words(str).startswith("thirds: 0.0 where the hazard of b is low to 1.0 where")


def test_noise_names_no_driver_in_most_samples(draws):
    generator = np.random.default_rng(6)
    named = [
        over_thirds((generator.random(200) < 0.5).astype(float), draws, share).low_where != ""
        for _ in range(40)
    ]
    assert sum(named) <= 8  # 5 % expected; more than 8 of 40 has probability below 1e-4


def test_an_outcome_that_never_varies_names_no_driver(draws):
    found = over_thirds(np.ones(200), draws, share)
    assert found.low_where == ""
    assert 0.97 < found.low < 1.0 == found.high
    assert "no driver shown" in found.words(str)


def test_few_worlds_get_a_sampling_interval_and_one_world_none(draws):
    few = {name: draw[: MIN_WORLDS - 1] for name, draw in draws.items()}
    found = over_thirds(np.r_[np.zeros(14), np.ones(15)], few, share)
    assert 0.3 < found.low < found.value < found.high < 0.7
    alone = sampling(np.ones(1), share)
    assert alone.low is None
    assert alone.words(str) == "too few worlds for a range"


def test_medians_are_observed_values_even_if_some_are_infinite():
    sample = np.array([-np.inf, -np.inf, 1.0, 2.0, 3.0])
    assert median(sample) == 1.0
    assert quantile(sample, 0.0) == -np.inf
    assert sampling(sample, median).low == -np.inf
