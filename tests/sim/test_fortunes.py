"""The days between two contacts: the war, its worth, waiting, deadlines, and who may end it."""

import math

import numpy as np
import pytest

from sim import rng
from sim.compiled import compiled
from sim.fighting import worth_of_fighting
from sim.fortunes import fight_on, forecast, open_talks, reckon, wait_for, watch_front
from sim.negotiation import Negotiation
from sim.round import mediator_leaves_within, wait, war_ends_within
from sim.state import DAY, END, KNOT, KNOTS, MEDIATOR_LEFT, MISSED, RUNNING, WAR_ENDED
from sim.waiting import waiting_value
from sim.war import GAIN, MONTH, RATIO, STATE, hazards, start
from sim.worth import micro
from tests.sim.talks import opened, stubborn, turned


class TestWar:
    def test_at_the_start_fighting_is_worth_what_the_world_says(self, rules, worlds):
        for world in worlds:
            state = np.zeros(STATE)
            start(world.fighting.law, state)
            talks = opened(rules, world)
            for p in range(4):
                assert worth_of_fighting(world.fighting, state, p) == world.reserve[p]
            assert np.array_equal(talks.fortunes.reserve, world.reserve)
            assert np.array_equal(talks.fortunes.base, world.base)
            assert (talks.fortunes.moved == 0.0).all()

    def test_contact_after_contact_it_moves_reserve_base_and_holdout(self, ensemble, rules):
        endless, calm = stubborn(ensemble, rules, 52)
        record, talks = turned(endless, calm, 0)
        gains = [turn.war[GAIN] for turn in record.turns]
        assert len(set(gains)) == len(gains) > 20
        for p in range(4):
            worth = [turn.reserve[p] for turn in record.turns]
            assert len(set(worth)) > len(worth) / 2
        waits = np.array([turn.holdout for turn in record.turns])
        assert (waits[:, :2].std(axis=0) > 0).all()
        assert (waits[:, 2:] == 0).all()
        worth, peace = talks.fortunes.reserve, Negotiation(endless, 0, calm).world.peace
        assert talks.fortunes.base.tolist() == [
            [micro(-peace[p, level] * worth[p]) for level in range(peace.shape[1])]
            for p in range(4)
        ]

    def test_a_war_that_stands_still_changes_nothing_at_all(self, rules, worlds):
        still = worlds[0].fighting.law._replace(
            drift=0.0, front_noise=0.0, ratio_noise=0.0, economy_noise=np.zeros(2),
            shock_rate=np.zeros(2),
        )  # fmt: skip
        world = worlds[0]._replace(fighting=worlds[0].fighting._replace(law=still))
        talks = opened(rules, world)
        before = talks.fortunes.reserve.copy(), talks.fortunes.base.copy()
        for n in range(4):
            fight_on(rules, world, 0, talks, n, 30.0)
        assert np.array_equal(talks.fortunes.reserve, before[0])
        assert np.array_equal(talks.fortunes.base, before[1])
        assert (talks.fortunes.moved == 0.0).all()

    def test_what_moves_publicly_is_the_public_table(self, rules, worlds):
        talks, public = opened(rules, worlds[0]), rules.public
        before = [worth_of_fighting(public.fighting, talks.fortunes.state, p) for p in range(4)]
        fight_on(rules, worlds[0], 0, talks, 0, 60.0)
        for p in range(4):
            now = worth_of_fighting(public.fighting, talks.fortunes.state, p)
            assert talks.fortunes.moved[p] == now - before[p]
        assert (talks.fortunes.moved != 0.0).all()

    def test_the_drift_is_learnt_from_the_front_less_what_strength_explains(self, rules, worlds):
        world, fortunes = worlds[0], opened(rules, worlds[0]).fortunes
        law, before = world.fighting.law, fortunes.drift.copy()
        fortunes.state[RATIO] = 0.2
        as_believed = (before[0] + law.push * 0.2) * 30.0 / MONTH
        watch_front(rules, world, fortunes, as_believed, 30.0)
        assert fortunes.drift[0] == pytest.approx(before[0])
        assert fortunes.drift[1] != before[1]
        watch_front(rules, world, fortunes, as_believed + 500.0, 30.0)
        assert fortunes.drift[0] > before[0] + 1.0

    def test_no_days_no_change(self, rules, worlds):
        talks = opened(rules, worlds[0])
        before = talks.fortunes.state.copy(), talks.fortunes.drift.copy()
        fight_on(rules, worlds[0], 0, talks, 0, 0.0)
        assert np.array_equal(talks.fortunes.state, before[0])
        assert np.array_equal(talks.fortunes.drift, before[1])


class TestEnds:
    def test_the_first_of_the_competing_clocks_ends_the_war(self, rules, worlds):
        world, talks, n = worlds[0], opened(rules, worlds[0]), 3
        hazard = np.zeros(len(world.hazard))
        hazards(world.fighting.law, talks.fortunes.state, hazard)
        clocks = [
            math.log(rng.draw(rules.seed, 0, rng.WAR_ENDS, n, e)) * MONTH / math.log1p(-hazard[e])
            for e in range(len(hazard))
        ]
        days, which = war_ends_within(rules, world, 0, talks, n)
        assert days == pytest.approx(min(clocks))
        assert which == int(np.argmin(clocks))

    def test_an_end_within_the_interval_ends_the_talks_on_its_day(self, rules, worlds):
        for i, world in enumerate(worlds):
            talks = opened(rules, world)
            days, which = war_ends_within(rules, world, i, talks, 0)
            leaves = mediator_leaves_within(rules, world, i, talks, 0)
            horizon = int(min(days, leaves)) + 1
            wait(rules, world, i, talks, 0, horizon - 1)
            assert talks.clock[END] == RUNNING
            assert talks.clock[DAY] == horizon - 1
            talks = opened(rules, world)
            wait(rules, world, i, talks, 0, horizon + 9)
            assert talks.clock[END] == (MEDIATOR_LEFT if leaves < days else WAR_ENDED + which)
            assert talks.clock[DAY] == math.ceil(min(days, leaves))

    def test_a_missed_deadline_raises_the_chance_that_the_mediator_leaves(self, rules, worlds):
        """Twice the weekly chance, so about half the days; at 1 nothing changes."""
        world, talks = worlds[0], opened(rules, worlds[0])
        for factor in (1.0, 2.0, 5.0):
            pressed = rules._replace(exit_after_deadline=factor)
            talks.clock[MISSED] = 0
            before = mediator_leaves_within(pressed, world, 0, talks, 2)
            talks.clock[MISSED] = 1
            after = mediator_leaves_within(pressed, world, 0, talks, 2)
            chance = math.log1p(-rules.exit_per_week) / math.log1p(-factor * rules.exit_per_week)
            assert after == pytest.approx(before * chance)
        assert mediator_leaves_within(rules._replace(exit_per_week=0.0), world, 0, talks, 2) == (
            math.inf
        )

    @pytest.mark.parametrize(("deadline", "missed"), [(-1, False), (7, True), (10, False)])
    def test_the_deadline_is_missed_the_day_after(self, rules, worlds, deadline, missed):
        talks = opened(rules, worlds[2])
        calm = rules._replace(deadline_day=deadline, exit_per_week=0.0)
        wait(calm, worlds[2], 2, talks, 0, 7)
        assert not talks.clock[MISSED]
        wait(calm, worlds[2], 2, talks, 1, 10)
        assert bool(talks.clock[MISSED]) == missed

    def test_a_deadline_that_presses_ends_more_talks_after_its_day_and_none_before(
        self, ensemble, rules
    ):
        week = 7
        pressed = rules._replace(deadline_day=7 * week, exit_after_deadline=40.0)
        late = rules._replace(deadline_day=7 * week)
        without = rules._replace(deadline_day=-1, exit_after_deadline=40.0)
        ends = []
        for r in (late, pressed, without):
            endless, _ = stubborn(ensemble, rules)
            ends.append(
                [(record.end, record.days) for record in
                 (Negotiation(endless, i, r).run() for i in range(8))]
            )  # fmt: skip
        assert ends[0] == ends[2]  # a factor of 1, or no deadline: nothing changes
        left = [sum(end == "mediator_left" for end, _ in arm) for arm in ends]
        assert left[1] > left[0]
        for plain, hard in zip(ends[0], ends[1], strict=True):
            assert hard[1] <= plain[1]
            if plain[1] <= 7 * week or hard[1] <= 7 * week:
                assert plain == hard


class TestWaiting:
    @pytest.fixture
    def side(self, rules, worlds):
        return worlds[3], opened(rules, worlds[3])

    def h(self, rules, world, talks, p=1):
        forecast(rules, world, talks, p)
        return wait_for(rules, world, talks, p)

    @pytest.mark.parametrize("p", [0, 1])
    def test_it_rises_with_holdout_and_with_the_hope_that_the_other_weakens(self, rules, side, p):
        world, talks = side
        for column, steps in ((0, (0.0, 0.3, 0.6, 1.0)), (1, (-0.02, 0.0, 0.02, 0.06))):
            found = []
            for x in steps:
                holdout = world.holdout.copy()
                holdout[p, column] = x
                found.append(self.h(rules, world._replace(holdout=holdout), talks, p))
            assert found == sorted(found)
            assert found[0] < found[-1]
        half = world._replace(holdout=world.holdout * [0.5, 1.0])
        assert self.h(rules, half, talks, p) == pytest.approx(self.h(rules, world, talks, p) / 2)

    def test_it_rises_with_patience_at_the_same_forecast(self):
        values = [waiting_value(0.8, dd, 0.1, 0.004) for dd in (0.9, 0.95, 0.98, 0.995)]
        assert values == sorted(values)
        assert values[0] < values[-1]

    def test_forecasts_are_solved_at_the_knots_and_move_with_fighting_between(self, rules, side):
        world, talks = side
        fortunes = talks.fortunes
        assert talks.clock[KNOT] == 1
        first = fortunes.hope.copy()
        talks.clock[DAY] = KNOTS[1] - 1
        fight_on(rules, world, 3, talks, 0, float(KNOTS[1] - 1))
        assert talks.clock[KNOT] == 1
        assert np.array_equal(fortunes.hope, first)
        talks.clock[DAY] = KNOTS[1]
        fight_on(rules, world, 3, talks, 1, 1.0)
        assert talks.clock[KNOT] == 2
        assert (fortunes.hope[:2, 3] == fortunes.reserve[:2]).all()
        assert not np.array_equal(fortunes.hope[:2], first[:2])
        assert (fortunes.hope[2:] == 0.0).all()
        talks.clock[DAY] = KNOTS[-1] + 7
        reckon(rules, world, talks)
        assert talks.clock[KNOT] == len(KNOTS)

    def test_between_knots_the_forecast_falls_by_its_prices(self, rules, side):
        """A small move of either W: the solved forecast moves by about the kept slope."""
        world, talks = side
        p, step = 1, 1e-3
        forecast(rules, world, talks, p)
        before, slope_own, slope_other = talks.fortunes.hope[p, :3].copy()
        talks.fortunes.base[p] -= np.array([micro(a * step) for a in world.peace[p]])
        forecast(rules, world, talks, p)
        assert talks.fortunes.hope[p, 0] - before == pytest.approx(-slope_own * step, abs=2e-4)
        assert slope_own > 0.05
        reckon(rules, world, talks)
        forecast(rules, world, talks, p)
        before = talks.fortunes.hope[p, 0]
        talks.fortunes.moved[0] += step
        forecast(rules, world, talks, p)
        assert talks.fortunes.hope[p, 0] - before == pytest.approx(-slope_other * step, abs=2e-4)

    def test_what_a_side_hopes_for_bends_to_what_it_believes(self, rules, side):
        """If all the other wants is worth nothing to it, less is left to hope for."""
        world, talks = side
        hopeful = self.h(rules, world, talks, 1)
        talks.belief.mean[0] *= 0.0
        assert self.h(rules, world, talks, 1) < hopeful


def test_the_compiled_start_is_the_plain_one(rules, worlds):
    for i in (0, 1):
        plain, twin = open_talks(rules, worlds[i]), compiled(open_talks)(rules, worlds[i])
        for a, b in zip(plain.fortunes, twin.fortunes, strict=True):
            assert np.array_equal(a, b)
        assert np.array_equal(plain.clock, twin.clock)
