"""Ripeness follows the talks' own war; waiting narrows what is possible and never widens it."""

import numpy as np
import pytest

from sim.compiled import compiled
from sim.negotiation import Negotiation
from sim.ripeness import (
    AHEAD,
    expected_gain,
    hurting,
    jump_at,
    knot_contacts,
    neutral_base,
    ripeness,
    walk,
)
from sim.state import KNOTS
from sim.war import COHESION, GAIN, STATE, advance, start
from sim.worth import MICRO, surplus
from sim.zopa import Stakes, zopa
from tests.sim.talks import stubborn

RUN = range(6)


@pytest.fixture(scope="module")
def endless(ensemble, rules):
    """Nobody ever signs and the mediator stays; nobody learns."""
    other, calm = stubborn(ensemble, rules)
    return other, calm._replace(learning=False)


@pytest.fixture(scope="module")
def moments(endless, worlds):
    return [ripeness(*endless, i, worlds[i]) for i in RUN]


def walked(rules, world, i, wanted):
    states = np.zeros((len(wanted), STATE))
    bases = np.zeros((len(wanted), *world.base.shape), dtype=np.int64)
    holds = np.zeros((len(wanted), len(world.month)))
    at = np.array(wanted, dtype=np.int64)
    reached = compiled(walk)(rules, world, i, at, states, bases, holds)
    return reached, states, bases, holds


def test_the_walk_is_the_talks_own_war_contact_by_contact(endless, worlds):
    """The same states, W and h at the same contacts, as far as the war goes."""
    ensemble, rules = endless
    cut = 0
    for i in RUN:
        every = range(len(rules.schedule.day))
        reached, states, _, holds = walked(rules, worlds[i], i, every)
        record = Negotiation(ensemble, i, rules).run()
        assert reached == len(record.turns)
        cut += reached < len(every)
        for turn, state, hold in zip(record.turns, states, holds, strict=False):
            assert np.array_equal(turn.war, state)
            assert np.array_equal(turn.holdout, hold)
    assert 0 < cut < len(RUN)


def test_it_stops_at_the_last_knot_and_keeps_the_constants(endless, worlds):
    ensemble, rules = endless
    wanted = knot_contacts(rules)
    _, states, bases, _ = walked(rules, worlds[0], 0, wanted)
    model = Negotiation(ensemble, 0, rules)
    for m, n in enumerate(wanted):
        while model.running and model.round < n:
            model.step()
        if model.running:
            assert np.array_equal(model.talks.fortunes.base, bases[m])
            assert np.array_equal(model.talks.fortunes.state, states[m])


def test_knots_are_looked_at_at_the_first_contact_from_their_day_on(rules):
    days = rules.schedule.day
    for knot, n in zip(KNOTS, knot_contacts(rules), strict=True):
        assert days[n] >= knot or n == len(days) - 1
        assert n == 0 or days[n - 1] < knot


def test_the_learning_talks_have_the_same_war_and_the_mediator_does_not_end_it(rules, worlds):
    """Ripeness is scored against agreements, so it may not know of them."""
    for i in RUN:
        plain = walked(rules, worlds[i], i, knot_contacts(rules))
        deaf = walked(
            rules._replace(learning=False, exit_per_week=0.9), worlds[i], i, knot_contacts(rules)
        )
        assert plain[0] == deaf[0]
        for a, b in zip(plain[1:], deaf[1:], strict=True):
            assert np.array_equal(a, b)


def test_what_is_ripe_is_possible(moments):
    both = [(m.ripe, m.zopa) for found in moments for m in found]
    assert all(ripe <= best for ripe, best in both)
    assert any(ripe < best for ripe, best in both)
    assert all(m.proven for found in moments for m in found)


def test_at_week_0_it_is_the_range_with_a_bar(ensemble, moments, worlds):
    for found, world in zip(moments, worlds, strict=False):
        now = found[0]
        assert now.week == 0
        assert now.zopa == zopa(world, ensemble.table, unit="months").value
        assert now.ripe == zopa(world, ensemble.table, unit="months", bar=now.holdout).value
        assert now.ripe_util == zopa(world, ensemble.table, bar=now.holdout).value


def test_later_it_is_the_range_of_the_moved_war(ensemble, endless, moments, worlds):
    i = max(RUN, key=lambda i: len(moments[i]))
    wanted, world = knot_contacts(endless[1]), worlds[i]
    _, _, bases, holds = walked(endless[1], world, i, wanted)
    for m in range(1, min(len(moments[i]), 3)):
        stakes = Stakes(world.coef, bases[m], world.link, world.red, world.month)
        found = zopa(stakes, ensemble.table, unit="months", bar=holds[m])
        assert moments[i][m].ripe == found.value
        assert not np.array_equal(bases[m], bases[0])


def test_who_waits_for_more_leaves_less_ripe(ensemble, worlds, moments):
    for i in (0, 1):
        h = moments[i][0].holdout
        values = [zopa(worlds[i], ensemble.table, bar=h * f).value for f in (0.0, 0.5, 1.0, 2.0)]
        assert values == sorted(values, reverse=True)
        assert values[-1] < values[0]


def test_mhs_is_what_todays_line_brings_the_side_it_helps_less(ensemble, worlds):
    case, table = ensemble.case, ensemble.table
    truce = next(e.text for e in case.priors.endings if e.end == "armistice_outside")
    for world in worlds[:3]:
        level = sum(int(table.enforcement[j, k]) for j, k in enumerate(truce))
        months = [
            surplus(truce, world.coef[p], world.base[p], world.link[p], table.links, level)
            / MICRO / world.month[p]
            for p in case.belligerents
        ]  # fmt: skip
        assert hurting(ensemble, world, world.base) == pytest.approx(min(months))
        dearer = world.base + 10_000
        assert hurting(ensemble, world, dearer) > hurting(ensemble, world, world.base)


def test_without_optimism_both_laws_hurt_alike(worlds):
    world = worlds[0]
    neutral = np.zeros_like(world.base)
    fighting = world.fighting._replace(
        table=world.fighting.neutral, cohesion=np.array([world.fighting.neutral_cohesion] * 4)
    )
    state = np.zeros(STATE)
    start(world.fighting.law, state)
    neutral_base(world._replace(fighting=fighting), state, neutral)
    assert not np.array_equal(neutral[:2], world.base[:2])
    assert np.array_equal(neutral[2:], world.base[2:])  # outsiders read the neutral law


def test_the_expected_gain_is_the_mean_of_simulated_fronts(worlds):
    world, state = worlds[1], np.zeros(STATE)
    start(world.fighting.law, state)
    got = compiled(expected_gain)(world, state, AHEAD)
    gains = []
    for i in range(400):
        later = state.copy()
        advance(world.fighting.law, later, AHEAD * 30.4375, 5, i, 0)
        gains.append(later[GAIN])
    error = np.std(gains) / np.sqrt(len(gains))
    assert abs(np.mean(gains) - got) < 3.9 * error


def test_a_sudden_end_is_likelier_for_longer_and_for_the_tired(worlds):
    world, state = worlds[1], np.zeros(STATE)
    start(world.fighting.law, state)
    chances = [compiled(jump_at)(world, state, months) for months in (0.0, 3.0, 6.0, 24.0)]
    assert chances[0] == 0.0
    assert chances == sorted(chances)
    assert 0.0 < chances[2] < 1.0
    tired = state.copy()
    tired[COHESION] -= 0.3
    assert compiled(jump_at)(world, tired, 6.0) > chances[2]
