"""Numbers held at a value: every name, nobody else's luck."""

import math

import pytest

from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.errors import BadInput
from sim.fixed import allowed, hold, uncertain
from sim.settings import Settings
from tests.sim.talks import same

CASE = load_case("camp_david")
WAR = {"fighting", "reserve", "threshold", "base"}
"""What the value of fighting on moves: its tables, W, and all that is read off W."""


def world(i=3, **fixed):
    names = {name.replace("__", "."): x for name, x in fixed.items()}
    return prior_ensemble(CASE, Settings(fixed=names), 1978).world(i)


def differing(one, other):
    pairs = zip(one._fields, one, other, strict=True)
    return {name for name, a, b in pairs if not same(a, b)}


def test_fixing_nothing_changes_nothing():
    assert not differing(world(), world())
    assert hold(CASE, {}) is CASE


@pytest.mark.parametrize(
    ("name", "value", "moved"),
    [
        ("delta", 0.99, {"delta", "month", "peace", "coef", *WAR}),
        ("cost_flow.egypt", 0.15, {"month", *WAR}),
        ("hazard.armistice", 0.02, {"hazard", *WAR}),
        ("kE.israel", 0.1, {"peace", "coef", "base"}),
        ("omega.us", 0.01, {"coef"}),
        ("optimism", 0.3, WAR),
        ("holdout", 0.75, {"holdout"}),
        ("response.xi", 0.7, {"xi"}),
        ("response.sd_threshold", 0.3, {"threshold"}),
    ],
)
def test_one_number_moves_what_depends_on_it_and_no_other_draw(name, value, moved):
    held = world(**{name.replace(".", "__"): value})
    assert differing(world(), held) == moved


def test_the_held_number_is_the_same_in_every_world():
    costs = [world(i, cost_flow__egypt=0.15, delta=0.99).month[0] for i in range(5)]
    assert costs == pytest.approx([(1 - 0.99) * 0.15] * 5, rel=1e-12)
    assert world(hazard__armistice=0.02).hazard[0] == 0.02


def test_every_number_can_be_held_at_both_ends_of_its_range():
    for name in uncertain(CASE):
        for end in allowed(CASE, name):
            if math.isfinite(end):
                assert uncertain(hold(CASE, {name: end}))[name].value == end


def test_a_fixed_number_of_the_case_is_held_within_its_meaning():
    assert allowed(CASE, "war.chi") == (-math.inf, math.inf)
    assert allowed(CASE, "response.lapse") == (0.0, 1.0)


def test_wrong_names_and_values_are_faults_all_at_once():
    with pytest.raises(BadInput) as caught:
        hold(CASE, {"cost_flow.egpyt": 0.1, "delta": 0.5, "rho0": math.nan})
    assert [fault.nearest for fault in caught.value.faults] == ["cost_flow.egypt", "0.97", "0.02"]
