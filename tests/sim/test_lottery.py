"""The value of fighting on: closed form, Monte Carlo of the continuous war, invariants."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy.linalg import expm

from sim.compiled import compiled
from sim.front import SLICES, SWEEPS, fill_held
from sim.grid import factorise, fill_chain, place, solve
from sim.lottery import (
    COHESIONS,
    Axes,
    fill_axes,
    fill_prospects,
    fill_share,
    fill_steps,
    fill_table,
    foreseen,
    mean_cohesion,
    new_prospects,
    value_at,
)
from sim.war import AID, COHESION, GAIN, MONTH, RATIO, STATE, advance, hazards, remaining, start
from tests.sim.laws import law_of, state_of, value_of_fighting

PATHS = 4000
GRID = 0.0005
"""Cost of the grid, util: a quarter of the standard error of 4,000 wars drawn to their end."""

picks = st.integers(0, 10**6)


def prospects_of(law, delta, cohesions=COHESIONS, rule=None):
    prospects = new_prospects(len(law.hazard), cohesions)
    (rule or compiled(fill_prospects))(law, delta, prospects)
    return prospects


def party_of(pick):
    """Draw (now, gone, cost, ends, delta)."""
    gen = np.random.default_rng(pick + 2)
    now, gone = gen.uniform(0.3, 0.7), gen.uniform(0.2, 0.8)
    return now, gone, gen.uniform(0.1, 0.7), gen.uniform(0, 1, 3), gen.uniform(0.97, 0.995)


def worth(prospects, now, gone, cost, ends):
    table = np.zeros(prospects.held.shape)
    compiled(fill_table)(prospects, now, gone, cost, ends, table)
    return table


def monte_carlo(law, start_at, now, gone, cost, ends, delta, paths, seed, fading=False):
    """Return mean and standard error of W over simulated wars; no formula shared with the rule.

    (m, Z) steps by the month with its exact joint normal law (Van Loan's exponential); the chance
    that the war has ended is carried along, not drawn, which only lowers the noise. Cohesion stays
    at ``start_at`` or fades to rest.
    """
    cohesion = np.array(start_at[:2])
    a = np.array([[-law.pull, 0.0], [law.push, 0.0]])
    noise = np.diag([law.ratio_noise**2, law.front_noise**2])
    block = expm(np.block([[-a, noise], [np.zeros((2, 2)), a.T]]))
    step = block[2:, 2:].T
    root = np.linalg.cholesky(step @ block[:2, 2:] + 1e-15 * np.eye(2))
    gen = np.random.default_rng(seed)
    x = np.tile(np.array([start_at[2], start_at[3]]), (paths, 1))
    total, live, discount = np.zeros(paths), np.ones(paths), 1.0
    while discount * live.max() > 1e-9:
        share = np.clip(1 - law.contested * x[:, 1] / law.region, 0, 1)
        hazard = np.tile(law.hazard, (paths, 1))
        for n, (tired, sign) in {1: (1, 1), 2: (0, -1)}.items():
            strain = sign * law.slope_ratio * x[:, 0]
            strain -= law.slope_cohesion * (cohesion[tired] - law.rest[tired])
            hazard[:, n] *= np.exp(strain)
        hazard /= np.maximum(hazard.sum(axis=1), 1.0)[:, None]
        flow = gone + share * (now - gone) - cost
        total += live * discount * ((1 - delta) * flow + delta * hazard @ ends)
        live *= 1 - hazard.sum(axis=1)
        discount *= delta
        x = x @ step.T + gen.normal(size=x.shape) @ root.T
        x[:, 1] += law.drift
        if fading:
            cohesion = law.rest + (cohesion - law.rest) * math.exp(-law.recovery)
    return total.mean(), total.std() / math.sqrt(paths)


def check_against_monte_carlo(pick):
    law = law_of(pick)
    now, gone, cost, ends, delta = party_of(pick)
    prospects = prospects_of(law, delta)
    axes, table = prospects.axes, worth(prospects, now, gone, cost, ends)
    point = np.array([axes.cohesion_0[pick % 2], axes.cohesion_1[pick // 2 % 2], 0.0, 0.0])
    mean, error = monte_carlo(law, point, now, gone, cost, ends, delta, PATHS, pick)
    assert abs(value_at(table, *axes, point) - mean) < GRID + 4.9 * error, pick


@pytest.mark.parametrize("pick", range(5))
def test_fighting_is_worth_what_simulated_wars_are_worth(pick):
    check_against_monte_carlo(pick)


@pytest.mark.thorough
@pytest.mark.parametrize("pick", range(5, 105))
def test_fighting_is_worth_what_simulated_wars_are_worth_on_100_laws(pick):
    check_against_monte_carlo(pick)


@given(picks)
def test_a_war_that_stands_still_is_the_closed_form(pick):
    law = law_of(pick)._replace(
        drift=0.0, push=0.0, front_noise=0.0, ratio_noise=0.0, slope_ratio=0.0, slope_cohesion=0.0
    )
    now, gone, cost, ends, delta = party_of(pick)
    prospects = prospects_of(law, delta)
    table = worth(prospects, now, gone, cost, ends)
    point = np.array([0.3, 0.9, 0.2, 0.0])
    exact = value_of_fighting(now, cost, ends, law.hazard, delta)
    assert value_at(table, *prospects.axes, point) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("levels", [(0.1, 0.6), (0.6, 0.1), (0.9, 0.3)])
def test_a_side_foresees_that_a_scandal_passes(levels):
    """The table read at the foreseen point against wars in which cohesion recovers."""
    law = law_of(1)._replace(shock_rate=np.zeros(2), rest=np.array([0.6, 0.6]))
    now, gone, cost, ends, delta = 0.55, 0.48, 0.35, np.array([0.5, 0.1, 0.8]), 0.985
    prospects = prospects_of(law, delta)
    state = np.zeros(STATE)
    start(law, state)
    state[COHESION], state[COHESION + 1] = levels
    table, point = worth(prospects, now, gone, cost, ends), foreseen(law, delta, state)
    value = value_at(table, *prospects.axes, point)
    begin = np.array([*levels, 0.0, 0.0])
    mean, error = monte_carlo(law, begin, now, gone, cost, ends, delta, PATHS, 1, fading=True)
    assert abs(value - mean) < 0.0015 + 4.9 * error


def simulate_all(law, delta, state, now, gone, cost, ends, paths):
    """Simulate the whole war by its own rule: shocks, economies, aid; compiled for speed."""
    step, rates, share = compiled(advance), compiled(hazards), compiled(remaining)

    @njit
    def run(law, delta, first, now, gone, cost, ends, paths, out):
        hazard, state = np.zeros(len(ends)), np.zeros(STATE)
        for path in range(paths):
            for i in range(STATE):
                state[i] = first[i]
            live = 1.0
            for month in range(400):
                total = rates(law, state, hazard)
                flow = (1.0 - delta) * (gone + share(law, state[GAIN]) * (now - gone) - cost)
                for n in range(len(ends)):
                    flow += delta * hazard[n] * ends[n]
                out[path] += live * flow
                live *= delta * (1.0 - total)
                if live < 1e-7:
                    break
                step(law, state, MONTH, 1, path, month)

    out = np.zeros(paths)
    run(law, delta, state, now, gone, cost, ends, paths, out)
    return out.mean(), out.std() / math.sqrt(paths)


SCENES = {
    "at the start": {},
    "after a scandal": {COHESION: -0.3, COHESION + 1: -0.15},
    "aid of one side halved": {AID + 1: -0.5},
    "one economy down": {4: -0.15},
    "a strong side 1": {RATIO: -0.4, GAIN: 3000.0},
}


@pytest.mark.thorough
def test_what_is_off_the_grid_is_foreseen():
    """The table read at the foreseen point against the war in full: within 0.0015 util."""
    law = law_of(0)._replace(drift=490.0, contested=0.35, rest=np.array([0.6, 0.6]))
    delta, now, gone, cost, ends = 0.985, 0.55, 0.48, 0.35, np.array([0.5, 0.1, 0.8])
    prospects = prospects_of(law, delta)
    table = worth(prospects, now, gone, cost, ends)
    for scene, moved in SCENES.items():
        state = np.zeros(STATE)
        start(law, state)
        for i, by in moved.items():
            state[i] += by
        point = foreseen(law, delta, state)
        mean, error = simulate_all(law, delta, state, now, gone, cost, ends, 3000)
        gap = value_at(table, *prospects.axes, point) - mean
        assert abs(gap) < 0.0015 + 4.9 * error, scene


@given(picks)
def test_prospects_are_discounted_chances(pick):
    law = law_of(pick)
    prospects = prospects_of(law, party_of(pick)[-1])
    war = 1.0 - prospects.end.sum(axis=-1)
    assert np.all(prospects.end > 0.0)
    assert np.all(war > 0.0)
    assert np.all(prospects.held > -1e-9)
    assert np.all(prospects.held < war[..., None] + 1e-9)
    assert np.all(np.diff(prospects.held, axis=-1) < 1e-9)  # the more is lost, the less is held
    ends = [n for n in range(2) if law.favours[n + 1] == 0]
    assert np.all(np.diff(prospects.end[..., 1 + ends[0]], axis=2) > 0.0)  # strength decides


@given(picks)
def test_a_faster_front_holds_less(pick):
    law = law_of(pick)
    slow = prospects_of(law._replace(drift=300.0), 0.985).held
    fast = prospects_of(law._replace(drift=600.0), 0.985).held
    assert np.all(fast <= slow + 1e-9)


@given(st.floats(0.3, 0.999), st.integers(2, 9))
def test_the_chain_keeps_mean_and_variance(rho, n):
    chain, nodes = np.zeros((n, n)), np.linspace(-1.0, 1.0, n) * math.sqrt(n - 1.0)
    fill_chain(rho, chain)
    np.testing.assert_allclose(chain.sum(axis=1), 1.0, atol=1e-12)
    assert np.all(chain >= 0.0)
    np.testing.assert_allclose(chain @ nodes, rho * nodes, atol=1e-12)
    variance = chain @ nodes**2 - (chain @ nodes) ** 2
    np.testing.assert_allclose(variance, 1.0 - rho**2, atol=1e-12)


@given(picks, st.floats(-3000, 3000))
def test_a_month_takes_the_front_where_it_should(pick, drift):
    law = law_of(pick)._replace(drift=drift)
    axes, first, weight = new_prospects(3, 2).axes, np.zeros(7, dtype=np.int64), np.zeros((7, 3))
    fill_axes(law, 0.985, axes)
    fill_steps(law, axes, first, weight)
    assert np.all(weight >= -1e-12)
    np.testing.assert_allclose(weight.sum(axis=1), 1.0, atol=1e-12)
    cell = axes.gain[1] - axes.gain[0]
    mean = (weight * (first[:, None] + np.arange(3))).sum(axis=1) * cell
    lag = (1.0 - math.exp(-law.pull)) / law.pull
    np.testing.assert_allclose(mean, drift + law.push * axes.ratio * lag, atol=1e-6)


def test_the_front_is_solved_whichever_way_it_moves():
    """Marching on, back, or to and fro: the equations hold, in a few sweeps."""
    for drift in (-500.0, -50.0, 0.0, 50.0, 500.0, 2500.0):
        law = law_of(3)._replace(drift=drift)
        prospects = new_prospects(3, 2)
        axes, four = prospects.axes, np.zeros((7, prospects.held.shape[3], SLICES))
        fill_axes(law, 0.985, axes)
        chain, first, weight = np.zeros((7, 7)), np.zeros(7, dtype=np.int64), np.zeros((7, 3))
        share, sweeps = np.zeros(four.shape[1]), np.zeros(SLICES, dtype=np.int64)
        stays = np.full((7, 1), 0.985) * (0.965, 0.5, 0.999, 0.965)
        fill_chain(math.exp(-law.pull), chain)
        fill_steps(law, axes, first, weight)
        fill_share(law, axes, share)
        compiled(fill_held)(stays, chain, first, weight, share, 0.985, four, sweeps)
        assert (sweeps > 0).all()
        assert sweeps.max() < 100 < SWEEPS
        assert np.array_equal(four[..., 0], four[..., 3])
        assert sweeps[0] == sweeps[3]
        for n in range(SLICES):
            held, stay, ahead = four[..., n], stays[:, n], np.zeros(four.shape[:2])
            for i in range(7):
                for z in range(held.shape[1]):
                    for s in range(3):
                        to = min(max(z + first[i] + s, 0), held.shape[1] - 1)
                        ahead[i, z] += weight[i, s] * (chain[i] @ held[:, to])
            residual = held - (0.015 * share[None, :] + stay[:, None] * ahead)
            assert np.abs(residual).max() < 1e-9


@given(picks, st.integers(1, 8))
def test_the_small_solver_solves(pick, n):
    gen = np.random.default_rng(pick)
    a = np.eye(n) - 0.95 * gen.dirichlet(np.ones(n), n)
    x = gen.normal(size=n)
    lu, b = a.copy(), x.copy()
    factorise(lu)
    solve(lu, b)
    np.testing.assert_allclose(b, np.linalg.solve(a, x), rtol=1e-9, atol=1e-12)


@given(picks)
def test_a_table_is_read_between_its_nodes(pick):
    gen = np.random.default_rng(pick)
    axes = Axes(*(np.sort(gen.uniform(0, 1, n)) + np.arange(n) for n in (2, 3, 7, 9)))
    slope = gen.normal(size=4)
    table = sum(
        s * axis.reshape([-1 if i == j else 1 for j in range(4)])
        for i, (s, axis) in enumerate(zip(slope, axes, strict=True))
    )
    point = np.array([gen.uniform(axis[0], axis[-1]) for axis in axes])
    assert value_at(table, *axes, point) == pytest.approx(slope @ point, abs=1e-9)
    beyond = np.array([axis[-1] + 5.0 for axis in axes])
    assert value_at(table, *axes, beyond) == pytest.approx(table[-1, -1, -1, -1])
    assert place(axes.ratio, axes.ratio[0] - 1.0) == (0, 0.0)


def test_rest_is_foreseen_as_rest():
    law = law_of(6)
    state = np.zeros(STATE)
    start(law, state)
    state[COHESION], state[COHESION + 1] = mean_cohesion(law, 0), mean_cohesion(law, 1)
    point = foreseen(law, 0.985, state)
    np.testing.assert_allclose(point, [state[COHESION], state[COHESION + 1], 0, 0], atol=1e-12)


@pytest.mark.parametrize("pick", range(3))
def test_plain_and_compiled_are_equal_to_the_bit(pick):
    law, (now, gone, cost, ends, delta) = law_of(pick), party_of(pick)
    plain = prospects_of(law, delta, 2, fill_prospects)
    twin = prospects_of(law, delta, 2)
    np.testing.assert_array_equal(plain.end, twin.end)
    np.testing.assert_array_equal(plain.held, twin.held)
    table, state = np.zeros(plain.held.shape), state_of(pick)
    fill_table(plain, now, gone, cost, ends, table)
    np.testing.assert_array_equal(table, worth(twin, now, gone, cost, ends))
    point = foreseen(law, delta, state)
    assert point == compiled(foreseen)(law, delta, state)
    here = compiled(value_at)(table, *twin.axes, point)
    assert value_at(table, *plain.axes, point) == here
