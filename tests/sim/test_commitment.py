"""Commitment (2.3): closed forms against bisection, the corollaries, what a guarantee is worth."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.commitment import READINGS, commits, e_star, instruments, rho_star
from sim.documents import text_of
from sim.draw import linked_value, value_of_text
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.worth import break_hazard, peace_factor

patience, rate = st.floats(0.9, 0.999), st.floats(1e-4, 0.2)
util = st.floats(-0.3, 0.3).filter(lambda x: abs(x) > 1e-6)


def surplus(delta, gain, shift, rho):
    """S of 2.3, term by term."""
    a = peace_factor(delta, rho)
    return a * gain + (1.0 - a) * shift


def sign_change(f, low, high):
    """Bisect for where ``f`` changes sign."""
    up = f(high) > 0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if (f(middle) > 0) == up else (middle, high)
    return low


@given(patience, util, util)
def test_rho_star_is_where_bisection_finds_the_sign_change(delta, gain, shift):
    star = rho_star(delta, gain, shift)
    if math.isnan(star):
        assert gain * shift > 0
        assert surplus(delta, gain, shift, 1e-9) * surplus(delta, gain, shift, 1.0) > 0
    elif star < 1.0:
        found = sign_change(lambda rho: surplus(delta, gain, shift, rho), 0.0, 1.0)
        assert found == pytest.approx(star, abs=1e-6)


@given(patience, util, util, rate, st.floats(0.01, 0.3), st.integers(0, 14))
def test_enough_guarantees_are_those_on_the_right_side_of_e_star(delta, gain, shift, rho0, k_e, e):
    """One side needs at least E*, the other bears at most E*: the same rule for both."""
    star = rho_star(delta, gain, shift)
    signs = surplus(delta, gain, shift, break_hazard(rho0, k_e, e)) >= 0
    assert signs == commits(delta, gain, shift, break_hazard(rho0, k_e, e))
    if math.isnan(star):
        assert signs == (gain > 0)
        return
    needed = e_star(rho0, k_e, star)
    if abs(e - needed) > 1e-6:
        assert signs == ((e > needed) if gain > 0 else (e < needed))


def test_e_star_where_points_do_nothing():
    assert e_star(0.01, 0.0, 0.02) == -math.inf
    assert e_star(0.01, 0.0, 0.005) == math.inf
    assert e_star(0.01, 0.05, 0.0) == math.inf
    assert e_star(0.01, 0.05, 0.0095) == pytest.approx(1.026, abs=1e-3)  # the example of 2.3


@given(patience, util, rate, st.floats(0.01, 0.3))
def test_without_a_shift_of_power_guarantees_never_decide_whether(delta, gain, rho0, k_e):
    """Corollary (a), u held fixed: only by how much."""
    worth = [surplus(delta, gain, 0.0, break_hazard(rho0, k_e, e)) for e in range(15)]
    assert {s > 0 for s in worth} == {gain > 0}
    assert all(abs(b) > abs(a) for a, b in itertools.pairwise(worth))


@given(patience, util, util, rate, st.floats(0.01, 0.3))
def test_whom_the_break_would_strengthen_prefers_weak_enforcement(delta, gain, shift, rho0, k_e):
    """Corollary (b), u held fixed: S falls with E if and only if the shift exceeds u - W."""
    worth = [surplus(delta, gain, shift, break_hazard(rho0, k_e, e)) for e in range(15)]
    falls = all(b < a for a, b in itertools.pairwise(worth))
    if abs(shift - gain) > 1e-3:
        assert falls == (shift > gain)


@given(patience, st.floats(0.2, 0.8), st.floats(0.2, 0.8), util, rate, st.floats(0.0, 0.2))
def test_a_stick_moves_the_signature_and_not_what_is_signed(delta, u, w, shift, rho, stick):
    """Corollary (c): a lower W raises S by A times as much; u, A and the shift stay."""
    before = surplus(delta, u - w, shift, rho)
    after = surplus(delta, u - (w - stick), shift, rho)
    assert after - before == pytest.approx(peace_factor(delta, rho) * stick, abs=1e-12)
    opened = before < 0 <= after
    assert not opened or u - (w - stick) > u - w


def parts(ensemble, i, text, p):
    """Return delta, u - W, the shift, rho0 and kE of one world."""
    world, prior = ensemble.world(i), ensemble.prior
    size = world.link[p, 0] / 1e6 / world.peace[p, 0]
    u = value_of_text(world.weight[p], world.value[p], text)
    u += linked_value(size, ensemble.table.links, text)
    points = sum(prior.power_shift[j, k] for j, k in enumerate(text))
    shift = ensemble.number(i, prior.rows.omega[p]) * points
    rho0, k_e = (ensemble.number(i, r) for r in (prior.rows.rho0, prior.rows.k_e[p]))
    return world.delta, u - world.reserve[p], shift, rho0, k_e


@pytest.mark.parametrize("side", [0, 1])
def test_the_worlds_of_a_case_obey_the_closed_form(ensemble, side):
    """V4 on drawn worlds: the integer surplus has the sign that rho* gives it."""
    text = text_of(ensemble.case, "us_28_point").text
    level = sum(int(ensemble.table.enforcement[j, k]) for j, k in enumerate(text))
    for i in range(12):
        world = ensemble.world(i)
        delta, gain, shift, rho0, k_e = parts(ensemble, i, text, side)
        exact = surplus(delta, gain, shift, break_hazard(rho0, k_e, level))
        total = int(world.base[side, level]) + int(world.link[side, level] @ [
            text[a] == b and text[c] == d for a, b, c, d in ensemble.table.links
        ])  # fmt: skip
        total += sum(int(world.coef[side, level, j, k]) for j, k in enumerate(text))
        assert total / 1e6 == pytest.approx(exact, abs=3e-5)
        assert (total > 0) == commits(delta, gain, shift, break_hazard(rho0, k_e, level))


def test_read_intrinsically_all_levels_are_alike(ukraine):
    ensemble = prior_ensemble(ukraine, Settings(enforcement_value="intrinsic"), 2026)
    world = ensemble.world(3)
    assert (world.coef == world.coef[:, :1]).all()
    assert (world.peace == world.peace[:, :1]).all()


def test_read_as_a_hazard_a_guarantee_is_worth_what_the_status_quo_is(ukraine, ensemble):
    """Only the options with points change, the status quo's own aside; nobody's luck moves."""
    read = prior_ensemble(ukraine, Settings(enforcement_value="hazard"), 2026)
    world, plain, means = read.world(3), ensemble.world(3), instruments(ukraine.priors)
    assert means.sum() > 10
    for j, k in zip(*np.nonzero(means), strict=True):
        assert (world.value[:, j, k] == plain.value[:, j, ukraine.priors.status_quo[j]]).all()
    assert (world.value[:, ~means] == plain.value[:, ~means]).all()
    assert (world.weight == plain.weight).all()
    assert (world.peace == plain.peace).all()


def test_both_is_the_default(ukraine, ensemble):
    both = prior_ensemble(ukraine, Settings(enforcement_value="both"), 2026).world(1)
    assert READINGS[-1] == Settings().enforcement_value
    assert (both.coef == ensemble.world(1).coef).all()
