"""The talks: who may speak when, whom the mediator visits, and the reference ones for honesty."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.ensemble import prior_ensemble
from sim.negotiation import Negotiation, end_name, negotiate, prepared
from sim.protocol import contacts
from sim.record import AGREED
from sim.round import ROUND
from sim.settings import Calendar, MediatorManner, Settings
from sim.state import MEDIATOR_LEFT, NO_TEXT, RUNNING, WAR_ENDED
from sim.worth import broken_rules, is_signer
from sim.zopa import Stakes, zopa
from tests.sim.talks import NO, other_settings, stubborn

WORLDS = range(12)


@pytest.fixture(scope="module")
def runs(ensemble, rules):
    """Run the first worlds to their end, each with the model that ran it."""
    models = [Negotiation(ensemble, i, rules) for i in WORLDS]
    return [(model, model.run()) for model in models]


def test_the_record_comes_first_and_the_plan_after(ukraine):
    schedule = contacts(ukraine, Calendar())
    recorded = [c for c in schedule if c.recorded]
    assert [c.place for c in recorded] == [
        "Kyiv", "Johannesburg", "Geneva", "Abu Dhabi", "online", "Hallandale Beach", "Moscow",
        "Miami",
    ]  # fmt: skip
    assert schedule[: len(recorded)] == recorded
    assert recorded[0].day == date(2025, 11, 20)
    days = [c.day for c in schedule]
    assert days == sorted(days)
    assert days[-1] <= date(2025, 11, 20).fromordinal(date(2025, 11, 20).toordinal() + 7 * 104)


class TestDeals:
    def test_a_deal_is_complete_lawful_and_in_the_range_as_the_war_then_stood(self, ensemble, runs):
        agreed = 0
        for model, record in runs:
            if record.end == AGREED:
                text, table, world = record.text, ensemble.table, model.world
                assert (text >= 0).all()
                assert broken_rules(text, table) == 0
                base = model.talks.fortunes.base
                now = Stakes(world.coef, base, world.link, world.red, world.month)
                assert zopa(now, table).value >= 0
                agreed += 1
        assert agreed

    @pytest.mark.parametrize("side", [0, 1])
    def test_a_side_that_always_says_no_never_agrees(self, ukraine, ensemble, rules, runs, side):
        party = ukraine.parties[ukraine.belligerents[side]]
        deaf, same = other_settings(ensemble, rules, seats={party: NO})
        assert all(negotiate(deaf, i, same).end != AGREED for i in WORLDS)
        assert any(record.end == AGREED for _, record in runs)

    def test_always_no_leaves_the_worlds_and_the_war_untouched(self, ukraine, ensemble, rules):
        seats = {p: NO for p in ukraine.parties}
        deaf, same = other_settings(ensemble, rules, seats=seats)
        for i in (1, 3):
            turns = zip(
                negotiate(ensemble, i, rules).turns, negotiate(deaf, i, same).turns, strict=False
            )
            for plain, refused in turns:
                assert np.array_equal(plain.war, refused.war)
                assert np.array_equal(plain.reserve, refused.reserve)

    def test_a_horizon_without_hazards_ends_without_a_text(self, ukraine):
        calm = tuple(
            replace(e, hazard=replace(e.hazard, value=0.0, low=0.0, high=0.0, law="fixed"))
            for e in ukraine.priors.endings
        )
        case = replace(ukraine, priors=replace(ukraine.priors, endings=calm))
        settings = Settings(
            seats={p: NO for p in case.parties},
            calendar=Calendar(horizon_weeks=8, mediator_exit_per_week=0.0),
        )
        quiet = prior_ensemble(case, settings, 1)
        record = negotiate(quiet, 0, prepared(quiet, 4))
        assert record.end == "no_text"
        assert record.week == 8
        assert "without a text" in record.sentence

    def test_every_end_has_its_name(self, ensemble):
        ends = {end_name(ensemble, end) for end in range(NO_TEXT, WAR_ENDED + 3)}
        assert ends == {
            "no_text", "mediator_left", "armistice_outside", "war_decided_russia",
            "war_decided_ukraine",
        }  # fmt: skip
        assert end_name(ensemble, MEDIATOR_LEFT) == "mediator_left"
        with pytest.raises(ValueError, match="not over"):
            end_name(ensemble, RUNNING)


class TestTurns:
    def test_only_the_mediators_contacts_edit_and_envoys_leave_hot_points_alone(
        self, ensemble, runs
    ):
        hot, edited = ensemble.table.hot, {True: 0, False: 0}
        for _, record in runs:
            for turn in record.turns:
                moved = (turn.text != turn.tabled) & (turn.text >= 0)
                if not turn.contact.mediated:
                    assert not moved.any()
                    assert not turn.asked
                    continue
                edited[turn.is_leader] += moved.any()
                if turn.is_leader:
                    assert moved.sum() <= 6
                else:
                    assert moved.sum() <= 3
                    assert not moved[hot].any()
                    assert not turn.asked
        assert min(edited.values()) > 0

    def test_who_is_present_answers_and_the_mediator_never_does(self, ensemble, runs):
        for _, record in runs:
            for turn in record.turns:
                assert set(turn.statuses) == set(turn.parties) - {ensemble.case.mediator}
                if turn.contact.recorded:
                    assert turn.parties == turn.contact.parties

    def test_asks_are_for_better_and_clear_points_and_few(self, rules, runs):
        asked, published = 0, int(np.searchsorted(rules.schedule.day, rules.counters.day[0]))
        for model, record in runs[:4]:
            world = model.world
            for turn in record.turns:
                for p, wanted in turn.asks.items():
                    if turn.number == published and p == rules.counters.party[0]:
                        continue  # what the record says it asked for
                    points = np.flatnonzero(wanted >= 0)
                    fights = rules.table.belligerent[p]
                    assert len(points) <= (rules.asks if fights else rules.asks + 6)
                    for j in points:
                        k, now = wanted[j], turn.tabled[j]
                        assert not world.red[p, j, k]
                        crossed = world.red[p, j, now]
                        assert world.value[p, j, k] > world.value[p, j, now] or crossed
                        asked += 1
        assert asked > 50

    def test_a_published_counter_draft_is_in_the_record(self, rules, runs):
        published = int(np.searchsorted(rules.schedule.day, rules.counters.day[0]))
        turn, text = runs[1][1].turns[published], rules.counters.text[0]
        differs = (text >= 0) & (text != turn.tabled)
        asks = turn.asks[int(rules.counters.party[0])]
        assert differs.sum() > rules.asks + rules.counter_edits
        assert (asks[differs] >= 0).all()

    def test_the_same_world_is_told_the_same_way_twice(self, ensemble, rules, runs):
        again = negotiate(ensemble, 5, rules)
        record = runs[5][1]
        assert (again.end, again.days) == (record.end, record.days)
        assert np.array_equal(again.text, record.text)
        for a, b in zip(again.turns, record.turns, strict=True):
            assert np.array_equal(a.text, b.text)

    def test_the_answers_at_the_reported_contact_are_kept(self, ensemble, runs):
        day, place = ensemble.case.report_after
        kept = 0
        for model, record in runs:
            told = [t for t in record.turns if (t.contact.day, t.contact.place) == (day, place)]
            if told:
                party, answers = next(iter(told[0].statuses.items()))
                assert np.array_equal(model.talks.report, answers)
                assert model.talks.clock[6] == party
                kept += 1
            else:
                assert (model.talks.report == -9).all()
                assert model.talks.clock[6] == -1
        assert kept


class TestVisits:
    def guests(self, record, ensemble):
        """List (guest, leader) of the planned contacts, and whether a text had been signed."""
        found, signed = [], set()
        for turn in record.turns:
            if not turn.contact.recorded:
                guest = next(p for p in turn.parties if p != ensemble.case.mediator)
                found.append((guest, turn.is_leader, turn.contact.is_leader, set(signed)))
            signed = set() if turn.refusals else signed | set(turn.signed)
        return found

    def test_leaders_of_the_plan_meet_the_belligerents(self, ensemble, runs):
        seen = set()
        for _, record in runs:
            for guest, leader, planned_leader, _ in self.guests(record, ensemble):
                assert leader >= planned_leader
                if planned_leader:
                    assert guest in ensemble.case.belligerents
                    seen.add(guest)
        assert seen == set(ensemble.case.belligerents)

    def test_in_turn_means_who_waited_longest(self, ensemble, rules):
        """Envoys see all others one after the other, however long it goes on."""
        manner = MediatorManner(visits="agents.visit:visit_in_turn")
        endless, calm = stubborn(ensemble, rules, 26)
        turning, same = other_settings(endless, calm, mediator=manner)
        model = Negotiation(turning, 0, same)
        last = {p: 0 for p in range(4) if p != ensemble.case.mediator}
        envoys = 0
        while model.running:
            model.step()
            if not model.running:
                break
            turn, day = model.turn, int(same.schedule.day[model.round])
            here = [p for p in turn.parties if p in last]
            if not turn.contact.recorded and not turn.is_leader:
                assert last[here[0]] == min(last.values())
                envoys += 1
            last |= dict.fromkeys(here, day)
        assert envoys > 8

    def test_at_random_means_anybody_and_another_week_another_one(self, ensemble, rules):
        manner = MediatorManner(visits="agents.visit:visit_at_random")
        endless, calm = stubborn(ensemble, rules)
        random, same = other_settings(endless, calm, mediator=manner)
        envoys, pairs = [], 0
        for i in range(4):
            found = self.guests(Negotiation(random, i, same).run(), ensemble)
            order = [guest for guest, leader, *_ in found if not leader]
            envoys += order
            pairs += sum(a == b for a, b in itertools.pairwise(order))
        assert pairs
        counts = np.array([envoys.count(p) for p in (0, 1, 3)])
        third = len(envoys) / 3
        assert ((counts - third) ** 2 / third).sum() < 18.4  # chi squared, 2 df, alpha 1e-4

    def test_a_fixed_order_is_followed_whatever_the_mediator_thinks(self, ensemble, rules):
        order = ("europe", "ukraine", "russia")
        endless, calm = stubborn(ensemble, rules, 26)
        calendar = replace(endless.settings.calendar, visit_order=order)
        fixed, same = other_settings(endless, calm, calendar=calendar)
        assert not same.schedule.planned.any()
        record = Negotiation(fixed, 0, same).run()
        envoys = [
            guest for guest, leader, *_ in self.guests(record, ensemble) if not leader
        ]  # fmt: skip
        numbers = [ensemble.case.party_index(name) for name in order]
        assert len(envoys) > 6
        assert envoys == (numbers * 20)[: len(envoys)]

    def test_plans_change_the_talks(self, ensemble, rules):
        arms = []
        for plan in ("visit", "visit_in_turn", "visit_at_random"):
            manner = MediatorManner(visits=f"agents.visit:{plan}")
            arm, same = other_settings(ensemble, rules, mediator=manner)
            arms.append([self.guests(negotiate(arm, i, same), ensemble) for i in (1, 4)])
        assert arms[0] != arms[1] != arms[2] != arms[0]


class TestMediator:
    @pytest.mark.parametrize(
        "changes",
        [{"weight_accept": 0.1}, {"bias": np.array([3.0, 0.0, 0.0, 0.0])}, {"edits_expert": 0}],
    )
    def test_what_it_wants_changes_its_drafts_and_nobodys_luck(self, ensemble, rules, changes):
        other, drafts = rules._replace(**changes), 0
        for i in (1, 4):
            a, b = negotiate(ensemble, i, rules), negotiate(ensemble, i, other)
            assert np.array_equal(a.turns[0].statuses[1], b.turns[0].statuses[1])
            drafts += any(
                not np.array_equal(x.text, y.text) for x, y in zip(a.turns, b.turns, strict=False)
            )
        assert drafts

    def test_a_bias_of_nothing_changes_nothing(self, ensemble, rules):
        same = rules._replace(bias=np.zeros(4))
        a, b = negotiate(ensemble, 1, rules), negotiate(ensemble, 1, same)
        assert np.array_equal(a.text, b.text)
        assert a.days == b.days

    def test_a_deal_at_once_is_worth_something_only_if_speed_is(self, ensemble, rules):
        """v_speed tilts drafts toward what all may sign; at 0 the rest of J_M decides alone."""
        arms = [
            [negotiate(ensemble, i, rules._replace(speed=v, weight_accept=0.0)) for i in (1, 4)]
            for v in (0.0, 5.0)
        ]
        assert any(
            not np.array_equal(x.text, y.text)
            for a, b in zip(*arms, strict=True)
            for x, y in zip(a.turns, b.turns, strict=False)
        )


def test_signers_of_a_text_depend_on_consent(ukraine, ensemble, runs):
    """A party that is not needed is no constraint; a veto holder is asked."""
    free = prior_ensemble(ukraine, Settings(consent="none"), 2026).table
    asked = 0
    for _, record in runs:
        if record.end == AGREED:
            assert [p for p in range(4) if is_signer(record.text, free, p)] == [0, 1]
            asked += sum(is_signer(record.text, ensemble.table, p) for p in (2, 3))
    assert asked


def test_every_part_of_a_round_is_a_method():
    assert all(callable(getattr(Negotiation, f"_{part}")) for part in ROUND)
