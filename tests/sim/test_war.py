"""The war between contacts: moments in closed form, cuts that do not matter, two equal sides."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from sim import rng
from sim.compiled import compiled
from sim.war import (
    AID,
    COHESION,
    ECONOMY,
    GAIN,
    MONTH,
    RATIO,
    STATE,
    WarLaw,
    advance,
    cholesky,
    favoured_side,
    fill_responses,
    front_covariance,
    front_mean,
    hazards,
    remaining,
    resting_ratio,
    start,
    war_numbers,
)
from sim.war import law_of as law_of_numbers
from tests.sim.case_copies import mapping, refuse
from tests.sim.laws import law_of, mirrored, state_of

months = st.floats(0.03, 60.0)


def linear_system(law: WarLaw):
    """Write (e_0, e_1, m, Z, 1) as dx = A x dt + S dB, for the matrix exponential."""
    k, q = law.pull, law.fade
    a = np.zeros((5, 5))
    a[0, 0] = a[1, 1] = -q
    a[2, :3] = k * law.economy_effect, -k * law.economy_effect, -k
    a[3, 2], a[3, 4] = law.push, law.drift
    return a, np.diag([*law.economy_noise, law.ratio_noise, law.front_noise, 0.0])


def covariance_by_exponential(law: WarLaw, t: float):
    """Van Loan's block exponential: shares no formula with the rule."""
    a, s = linear_system(law)
    a, s = a[:4, :4], s[:4, :4]
    block = np.zeros((8, 8))
    block[:4, :4], block[:4, 4:], block[4:, 4:] = -a, s @ s.T, a.T
    parts = expm(block * t)
    return parts[4:, 4:].T @ parts[:4, 4:]


@given(st.integers(0, 10**6), months)
def test_mean_and_covariance_are_those_of_the_linear_system(pick, t):
    law, state = law_of(pick), state_of(pick)
    rate, response = np.zeros(3), np.zeros((4, 3, 4))
    fill_responses(law, rate, response)
    mean, cov = np.zeros(4), np.zeros((4, 4))
    front_mean(law, rate, response, state, t, mean)
    front_covariance(law, rate, response, t, cov)
    a, _ = linear_system(law)
    x = np.array([state[ECONOMY], state[ECONOMY + 1], state[RATIO], state[GAIN], 1.0])
    np.testing.assert_allclose(mean, (expm(a * t) @ x)[:4], rtol=1e-7, atol=1e-7)
    scale = np.array([law.economy_noise[0], law.economy_noise[1], law.ratio_noise, 100.0])
    exact = covariance_by_exponential(law, t)
    np.testing.assert_allclose(cov / np.outer(scale, scale), exact / np.outer(scale, scale),
                               rtol=1e-6, atol=1e-6)  # fmt: skip


def test_lost_aid_moves_the_front_as_the_equations_say():
    law, state = law_of(3)._replace(economy_effect=0.0), np.zeros(STATE)
    start(law, state)
    state[AID + 1] = 0.0
    assert resting_ratio(law, state) == law.aid[1]  # side 1 without aid: side 0 gains strength
    rate, response, mean = np.zeros(3), np.zeros((4, 3, 4)), np.zeros(4)
    fill_responses(law, rate, response)
    front_mean(law, rate, response, state, 12.0, mean)
    steps, ratio, gain = 100_000, 0.0, 0.0
    for _ in range(steps):
        gain += (law.drift + law.push * ratio) * 12.0 / steps
        ratio += law.pull * (law.aid[1] - ratio) * 12.0 / steps
    assert mean[2:] == pytest.approx([ratio, gain], rel=1e-4)


def sample_of(law, cuts, n=4000):
    """Advance n worlds over the same 60 days, cut into ``cuts`` contacts."""
    run = compiled(advance)
    out = np.empty((n, STATE))
    for world in range(n):
        start(law, out[world])
        for round_ in range(cuts):
            run(law, out[world], 60.0 / cuts, 5, world, round_)
    return out


def test_how_the_days_are_cut_does_not_matter():
    """Mean and spread of every part of the state, 60 days at once or in six contacts."""
    law = law_of(11)._replace(shock_rate=np.array([0.3, 0.5]))
    once, often = sample_of(law, 1), sample_of(law, 6)
    for i in range(AID):
        a, b = once[:, i], often[:, i]
        error = math.sqrt((a.var() + b.var()) / len(a))
        assert abs(a.mean() - b.mean()) < 4.9 * error
        spread = [((x - x.mean()) ** 2) for x in (a, b)]
        error = math.sqrt((spread[0].var() + spread[1].var()) / len(a))
        assert abs(spread[0].mean() - spread[1].mean()) < 4.9 * error


def test_cohesion_forgets_a_shock_by_its_half_life():
    law = law_of(1)._replace(shock_rate=np.zeros(2))
    state = np.zeros(STATE)
    start(law, state)
    state[COHESION] -= 0.15
    advance(law, state, MONTH * math.log(2.0) / law.recovery, 1, 1, 1)
    assert state[COHESION] == pytest.approx(law.rest[0] - 0.075, abs=1e-12)
    assert state[COHESION + 1] == pytest.approx(law.rest[1], abs=1e-12)


def test_shocks_come_at_their_rate():
    law = law_of(1)._replace(
        shock_rate=np.array([2.0, 0.5]), shock=np.array([-0.001, -0.001]), recovery=1e-9
    )
    after = sample_of(law, 1, 3000)[:, COHESION : COHESION + 2]
    count = (law.rest - after) / 0.001
    expected = law.shock_rate * 60.0 / MONTH
    assert np.all(np.abs(count.mean(axis=0) - expected) < 4.9 * np.sqrt(expected / 3000))


@given(st.integers(0, 10**6))
def test_the_two_sides_are_one_law(pick):
    """Seen from the other side, the same state has the mirrored hazards and resting ratio."""
    law, state = law_of(pick), state_of(pick)
    other, seen = mirrored(law), state.copy()
    seen[[GAIN, RATIO]] *= -1.0
    for i in (COHESION, ECONOMY, AID):
        seen[[i, i + 1]] = state[[i + 1, i]]
    a, b = np.zeros(3), np.zeros(3)
    assert hazards(law, state, a) == pytest.approx(hazards(other, seen, b), rel=1e-12)
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert resting_ratio(law, state) == pytest.approx(-resting_ratio(other, seen), abs=1e-12)


def test_hazards_are_the_formulas_of_the_theory():
    law, state, out = law_of(2), np.zeros(STATE), np.zeros(3)
    start(law, state)
    assert hazards(law, state, out) == pytest.approx(law.hazard.sum())
    np.testing.assert_array_equal(out, law.hazard)
    state[RATIO], state[COHESION], state[COHESION + 1] = 0.3, 0.5, 0.2
    hazards(law, state, out)
    strain = law.slope_ratio * 0.3
    assert out[0] == law.hazard[0]  # nobody's terms
    assert out[1] == pytest.approx(  # side 1 is exhausted
        law.hazard[1] * math.exp(strain - law.slope_cohesion * (0.2 - law.rest[1]))
    )
    assert out[2] == pytest.approx(
        law.hazard[2] * math.exp(-strain - law.slope_cohesion * (0.5 - law.rest[0]))
    )
    state[COHESION] = -100.0
    assert hazards(law, state, out) == 1.0
    assert out.sum() == pytest.approx(1.0)


def test_what_remains_runs_from_all_to_nothing():
    law, state = law_of(4), np.zeros(STATE)
    assert remaining(law, state[GAIN]) == 1.0
    state[GAIN] = 0.25 * law.region / law.contested
    assert remaining(law, state[GAIN]) == pytest.approx(0.75)
    state[GAIN] = 2.0 * law.region / law.contested
    assert remaining(law, state[GAIN]) == 0.0


@given(st.integers(0, 10**6))
def test_the_root_is_a_root(pick):
    gen = np.random.default_rng(pick)
    b = gen.normal(size=(4, 4))
    b[2] = b[1]  # singular
    a = b @ b.T
    root = a.copy()
    cholesky(root)
    lower = np.tril(root)
    np.testing.assert_allclose(lower @ lower.T, a, atol=1e-6)


@given(st.integers(0, 10**6), st.floats(0.0, 400.0))
def test_plain_and_compiled_are_equal_to_the_bit(pick, days):
    law, plain = law_of(pick), state_of(pick)
    twin, a, b = plain.copy(), np.zeros(3), np.zeros(3)
    advance(law, plain, days, pick, 7, 3)
    compiled(advance)(law, twin, days, pick, 7, 3)
    np.testing.assert_array_equal(plain, twin)
    assert hazards(law, plain, a) == compiled(hazards)(law, twin, b)
    np.testing.assert_array_equal(a, b)


def test_each_kind_of_luck_has_its_own_stream():
    """Without shocks, economies or front noise the other parts move as before."""
    law = law_of(8)._replace(economy_effect=0.0)
    full, bare = state_of(8), state_of(8)
    advance(law, full, 30.0, 1, 2, 3)
    none = np.zeros(2)
    advance(law._replace(shock_rate=none, economy_noise=none), bare, 30.0, 1, 2, 3)
    np.testing.assert_allclose(full[:2], bare[:2], rtol=1e-12)
    assert len({rng.WAR_NOISE, rng.COHESION, rng.ECONOMY, rng.UNKNOWN_POINTS}) == 4


def test_no_day_no_change():
    state = state_of(5)
    before = state.copy()
    advance(law_of(5), state, 0.0, 1, 2, 3)
    np.testing.assert_array_equal(state, before)


@pytest.mark.parametrize("name", ["ukraine", "camp_david"])
def test_a_case_gives_a_law(name, request):
    case = request.getfixturevalue(name)
    hazard = np.array([ending.hazard.value for ending in case.priors.endings])
    values = [case.priors.params[f"war.{name}"].value for name, _, _ in war_numbers(case)]
    law = law_of_numbers(np.array(values), hazard, favoured_side(case))
    assert sorted(favoured_side(case)) == [-1, 0, 1]
    assert law.drift == case.priors.params["war.mu"].value
    assert law.pull == pytest.approx(math.log(2) / case.priors.params["war.m_halflife"].value)
    state = np.zeros(STATE)
    start(law, state)
    compiled(advance)(law, state, 30.0, 1, 1, 1)
    assert np.isfinite(state).all()


def test_every_number_of_the_war_has_its_own_address(ukraine):
    numbers = war_numbers(ukraine)
    assert len({slot for _, slot, _ in numbers}) == len(numbers)
    known = {name for name in ukraine.priors.params if name.startswith("war.")}
    assert known - {f"war.{name}" for name, _, _ in numbers} == {"war.Z0"}


def test_a_case_that_says_nothing_of_the_war_has_one_that_stands_still(ukraine):
    absent = np.array([silent for _, _, silent in war_numbers(ukraine)])
    law = law_of_numbers(absent, np.full(3, 0.01), favoured_side(ukraine))
    state = np.zeros(STATE)
    start(law, state)
    before = state.copy()
    advance(law, state, 500.0, 1, 1, 1)
    np.testing.assert_array_equal(state, before)


def test_the_front_takes_one_issue_of_the_status_quo(ukraine, camp_david):
    priors, j = ukraine.priors, ukraine.agenda.issue_index("donetsk_withdrawal")
    changed = np.flatnonzero(priors.front_lost != priors.status_quo)
    assert list(changed) == [j]
    assert ukraine.agenda.issues[j].codes[priors.front_lost[j]] == "full_handover_to_russia"
    np.testing.assert_array_equal(camp_david.priors.front_lost, camp_david.priors.status_quo)


@pytest.mark.parametrize(
    ("front", "key"),
    [
        ({"issue": "sinai", "lost": "divided_line"}, "front.issue"),
        ({"issue": "sinai_sovereignty", "lost": "divided"}, "front.lost"),
        ({"issue": "sinai_sovereignty"}, "front.lost"),
    ],
)
def test_a_front_that_is_no_option_is_a_fault(front, key):
    assert [fault for fault in refuse(mapping() | {"front": front}) if key in fault.place]
