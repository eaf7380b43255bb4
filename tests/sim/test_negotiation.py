"""The talks: who may speak when, what a mandate forbids, and the reference ones for honesty."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.ensemble import prior_ensemble
from sim.negotiation import Negotiation, negotiate, prior_beliefs, round_rules
from sim.protocol import contacts
from sim.record import AGREED
from sim.round import ROUND
from sim.settings import Calendar, Seat, Settings
from sim.worth import broken_rules, crosses_red_line, enforcement_level, is_signer, surplus
from sim.zopa import zopa

WORLDS = range(12)
NO = Seat("always_no", "agents.always_no:respond", "agents.always_no:sign")


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


def test_leaders_visit_both_belligerents_in_turn(ukraine):
    planned = [c for c in contacts(ukraine, Calendar()) if not c.recorded and c.is_leader]
    hosts = [next(p for p in c.parties if p != ukraine.mediator) for c in planned]
    assert set(hosts) == set(ukraine.belligerents)
    assert hosts[0] != hosts[1]


def test_an_agreement_is_signed_by_all_it_needs_and_within_every_mandate(ensemble, rules):
    agreed = 0
    for i in WORLDS:
        talks = Negotiation(ensemble, i, rules)
        record, world, table = talks.run(), talks.world, ensemble.table
        if record.end != AGREED:
            continue
        agreed += 1
        text = record.text
        assert (text >= 0).all()
        assert broken_rules(text, table) == 0
        level = enforcement_level(text, table.enforcement)
        signers = [p for p in range(len(ensemble.case.parties)) if is_signer(text, table, p)]
        worth = [
            surplus(text, world.coef[p], world.base[p], world.link[p], ensemble.table.links, level)
            for p in signers
        ]
        assert min(worth) >= 0
        assert not any(crosses_red_line(text, world.red[p]) for p in signers)
        assert zopa(world, table).value >= min(worth) / 1e6
    assert agreed


@pytest.mark.parametrize("side", [0, 1])
def test_a_side_that_always_says_no_never_agrees(ukraine, side):
    party = ukraine.parties[ukraine.belligerents[side]]
    stubborn = prior_ensemble(ukraine, Settings(seats={party: NO}), 2026)
    known = round_rules(stubborn, prior_beliefs(stubborn, worlds=5))
    assert all(negotiate(stubborn, i, known).end != AGREED for i in WORLDS)


def test_always_no_leaves_the_worlds_untouched(ukraine, ensemble):
    seats = {p: NO for p in ukraine.parties}
    other = prior_ensemble(ukraine, Settings(seats=seats), 2026)
    for a, b in zip(ensemble.world(3), other.world(3), strict=True):
        assert np.array_equal(a, b)


def test_only_the_mediators_contacts_edit_and_envoys_leave_hot_points_alone(ensemble, rules):
    hot = ensemble.table.hot
    for i in WORLDS:
        for turn in Negotiation(ensemble, i, rules).run().turns:
            moved = (turn.text != turn.tabled) & (turn.text >= 0)
            if not turn.contact.mediated:
                assert not moved.any()
                assert not turn.asked
            elif not turn.contact.is_leader:
                assert moved.sum() <= 3
                assert not moved[hot].any()
                assert not turn.asked
            else:
                assert moved.sum() <= 6


def test_absent_parties_do_not_answer_and_the_mediator_never_does(ensemble, rules):
    for turn in Negotiation(ensemble, 1, rules).run().turns:
        assert set(turn.statuses) == set(turn.contact.parties) - {ensemble.case.mediator}


def test_the_same_world_is_told_the_same_way_twice(ensemble, rules):
    a, b = negotiate(ensemble, 5, rules), negotiate(ensemble, 5, rules)
    assert (a.end, a.days) == (b.end, b.days)
    assert np.array_equal(a.text, b.text)


def test_a_horizon_without_hazards_ends_in_agreement_or_no_text(ukraine):
    calm = tuple(
        replace(e, hazard=replace(e.hazard, value=0.0, low=0.0, high=0.0, law="fixed"))
        for e in ukraine.priors.endings
    )
    case = replace(ukraine, priors=replace(ukraine.priors, endings=calm))
    settings = Settings(
        seats={p: NO for p in case.parties},
        calendar=Calendar(horizon_weeks=8, mediator_exit_per_week=0.0),
    )
    calm_ensemble = prior_ensemble(case, settings, 1)
    record = negotiate(
        calm_ensemble, 0, round_rules(calm_ensemble, prior_beliefs(calm_ensemble, 2))
    )
    assert record.end == "no_text"
    assert record.week == 8
    assert "without a text" in record.sentence


def test_learning_off_ignores_what_was_heard_but_moves_nobodys_luck(ukraine, ensemble, rules):
    deaf = prior_ensemble(ukraine, Settings(learning=False), 2026)
    deaf_rules = round_rules(deaf, rules.beliefs)
    pairs = ((ensemble, rules), (deaf, deaf_rules))
    turns = [Negotiation(e, 2, r).run().turns[0] for e, r in pairs]
    for party, statuses in turns[0].statuses.items():
        assert np.array_equal(statuses, turns[1].statuses[party])
    differing = [
        i
        for i in WORLDS
        if not np.array_equal(
            negotiate(ensemble, i, rules).text, negotiate(deaf, i, deaf_rules).text
        )
    ]
    assert differing


def test_every_part_of_a_round_is_a_method():
    assert all(callable(getattr(Negotiation, f"_{part}")) for part in ROUND)
