"""From prior to posterior one part at a time: both ends are what they claim, and steps sum."""

import numpy as np
import pyarrow as pa
import pytest

from experiments.calibration.parts import PARTS, partly_learned
from experiments.compose import composed
from experiments.config import read_config
from experiments.studies import drivers
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.learned import BELIEFS
from sim.posterior import HOME, ensemble_of, learned_from
from sim.settings import Settings

CASE = load_case("ukraine_2025")
NUMBERS = (0, 3, BELIEFS, BELIEFS + 7)
SETTINGS = Settings(ensemble="posterior")


def partly(parts):
    return partly_learned(CASE, SETTINGS, 5, learned_from(HOME, CASE), parts, 4)


def same(a, b):
    for name in ("weight", "value", "threshold", "beta", "xi", "posture", "coef", "base", "red"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=1e-12, err_msg=name)


def test_nothing_learned_is_the_prior_and_everything_the_posterior():
    """World by world and belief by belief."""
    before, after = prior_ensemble(CASE, SETTINGS, 5), ensemble_of(CASE, SETTINGS, 5)
    none, every = partly(()), partly(PARTS)
    for i in NUMBERS:
        same(none.world(i), before.world(i))
        same(every.world(i), after.world(i))


def test_a_part_that_is_learned_leaves_the_others_as_the_prior_drew_them():
    before, after = prior_ensemble(CASE, SETTINGS, 5), ensemble_of(CASE, SETTINGS, 5)
    world = partly(("value",)).world(3)
    np.testing.assert_array_equal(world.value, after.world(3).value)
    np.testing.assert_array_equal(world.weight, before.world(3).weight)
    off = [w.threshold - w.reserve[:, None] for w in (world, before.world(3))]
    np.testing.assert_allclose(*off, atol=1e-12)


def test_the_drivers_sum_to_the_change():
    config = read_config(composed(["experiment=drivers"]))
    steps, n, rng = len(PARTS) + 1, 6, np.random.default_rng(2)
    worlds = pa.table({
        "step": np.repeat(np.arange(steps), n), "world": np.tile(np.arange(n), steps),
        "end": rng.choice(["agreed", "no_text"], steps * n),
        "week": rng.choice([1.0, 30.0, 70.0], steps * n),
        "zopa_util": rng.normal(size=steps * n), "zopa_months": rng.normal(size=steps * n),
        "ripe_util": rng.normal(size=steps * n),
    })  # fmt: skip
    found = drivers.findings(worlds, None, CASE, config, {})
    moved = []
    for name in drivers.NAMES:
        change = found[f"{name}_posterior"]["value"] - found[f"{name}_prior"]["value"]
        assert sum(found[f"{name}_{p}"]["value"] for p in PARTS) == pytest.approx(change)
        moved += [found[f"{name}_{p}"]["value"] for p in PARTS]
    assert np.count_nonzero(moved) > len(PARTS)
