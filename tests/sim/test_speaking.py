"""Speaking: stances last, envoys may relay rosily, camps discount, counter-drafts appear once."""

import numpy as np
import pytest

from agents.responsive import respond
from sim import rng
from sim.negotiation import Negotiation
from sim.respond import ACCEPT, NEEDS_WORK, OPEN, UNACCEPTABLE
from sim.round import begin
from sim.speaking import (
    fill_discount,
    fill_luck,
    hear,
    note_asks,
    period_of,
    recorded_counters,
    relayed,
    view_of,
)
from sim.state import DAY, LEADER, Counters
from sim.view import own_surplus
from tests.sim.talks import at_contact, at_leaders, counters, first, lawful_text, opened

EUROPE = 3


@pytest.fixture
def table(ensemble, rules, worlds):
    return at_leaders(rules, worlds[1], lawful_text(ensemble, worlds[1]))


def without_counters(rules):
    """Return the rules of a record in which nobody published anything."""
    return rules._replace(counters=Counters(*(column[:0] for column in rules.counters)))


def luck_of(rules, talks, p):
    out = np.zeros((3, len(talks.text)))
    fill_luck(rules, 1, talks, p, out)
    return out


class TestStances:
    def test_a_side_answers_alike_until_its_stance_period_is_over(self, rules, table):
        table.clock[DAY] = 0
        before = luck_of(rules, table, 1)
        table.clock[DAY] = rules.stance_days - 1
        assert np.array_equal(luck_of(rules, table, 1), before)
        table.clock[DAY] = rules.stance_days
        assert not (luck_of(rules, table, 1) == before).any()

    def test_leaders_and_envoys_speak_apart(self, rules, table):
        leader = period_of(rules, table), luck_of(rules, table, 1)
        table.clock[LEADER] = 0
        assert period_of(rules, table) != leader[0]
        assert not (luck_of(rules, table, 1) == leader[1]).any()

    def test_luck_belongs_to_party_and_option(self, rules, table):
        before = luck_of(rules, table, 1)
        assert not (luck_of(rules, table, 0) == before).any()
        table.text[4] = (table.text[4] + 1) % 2
        after = luck_of(rules, table, 1)
        assert np.flatnonzero((after != before).any(axis=0)).tolist() == [4]

    def test_the_same_answer_again_teaches_nothing_new(self, rules, table):
        given = np.full(len(table.text), NEEDS_WORK)
        n = first(rules, leader=True)
        hear(rules, 1, table, n, 1, given)
        once = table.belief.mean.copy()
        hear(rules, 1, table, n, 1, given)
        assert np.array_equal(table.belief.mean, once)
        given[2] = ACCEPT
        hear(rules, 1, table, n, 1, given)
        assert not np.array_equal(table.belief.mean[1], once[1])
        assert np.array_equal(np.delete(table.belief.mean, 1, 0), np.delete(once, 1, 0))

    def test_only_the_mediators_contacts_are_heard(self, rules, table):
        before = table.belief.mean.copy()
        given = np.full(len(table.text), UNACCEPTABLE)
        hear(rules, 1, table, first(rules, leader=True, mediated=False), 1, given)
        assert (table.heard == -1).all()
        assert np.array_equal(table.belief.mean, before)
        assert np.array_equal(table.statuses[1], given)

    def test_thresholds_move_with_the_value_of_fighting_and_of_waiting(self, rules, worlds, table):
        a = worlds[1].peace[0, rules.public.level]
        before = view_of(rules, worlds[1], 1, table, 0, 0).threshold
        table.fortunes.reserve[0] += 0.05
        table.fortunes.holdout[0] += 0.02
        after = view_of(rules, worlds[1], 1, table, 0, 0).threshold
        np.testing.assert_allclose(after - before, 0.05 + 0.02 / a, atol=1e-12)


class TestRelay:
    def test_envoys_report_one_step_rosier_and_leaders_as_it_was_said(self, rules):
        rosy, dark = rules._replace(relay_bias=1.0), rules._replace(relay_bias=-1.0)
        statuses = (UNACCEPTABLE, NEEDS_WORK, ACCEPT)
        for given, up, down in zip(statuses, (1, 2, 2), (0, 0, 1), strict=True):
            assert relayed(rosy, 0, 3, 1, 4, given, 0) == up
            assert relayed(dark, 0, 3, 1, 4, given, 0) == down
            assert relayed(rules, 0, 3, 1, 4, given, 0) == given
            assert relayed(rosy, 0, 3, 1, 4, given, 1) == given

    def test_the_chance_is_the_bias(self, rules):
        half = rules._replace(relay_bias=0.5)
        rosier = sum(relayed(half, 0, n, 1, j, 0, 0) for n in range(40) for j in range(29))
        assert abs(rosier - 580) < 3.9 * np.sqrt(1160 * 0.25)  # alpha 1e-4

    @pytest.mark.parametrize("bias", [0.5, -0.5])
    def test_a_bias_changes_what_is_heard_and_not_what_is_said(self, ensemble, rules, bias):
        pair = [Negotiation(ensemble, 4, r) for r in (rules, rules._replace(relay_bias=bias))]
        for model in pair:
            model.step()
        plain, biased = pair
        said = [model.turn.statuses[1] for model in pair]
        assert np.array_equal(*said)
        moved = biased.talks.heard - plain.talks.heard
        assert set(np.unique(moved)) == {0, int(np.sign(bias))}
        assert not np.array_equal(plain.talks.belief.mean, biased.talks.belief.mean)


class TestDevaluation:
    @pytest.mark.parametrize(("by", "pays"), [(0, {1, 3}), (1, {0}), (3, {0}), (2, set())])
    def test_a_side_discounts_what_the_other_camp_proposed(self, rules, table, by, pays):
        """Parties are 0 and 1, at war; 3 in the camp of 1; the mediator, 2, in neither."""
        table.proposed[6, table.text[6]] = by
        for size in (0.0, 0.2):
            some = rules._replace(devaluation=size)
            for p in range(4):
                out = np.zeros(len(table.text))
                fill_discount(some, table, p, out)
                want = np.zeros(len(out))
                want[6] = size if p in pays else 0.0
                assert np.array_equal(out, want)

    def test_a_discounted_point_is_never_answered_better(self, rules, worlds, table):
        table.proposed[np.arange(29), table.text] = 0
        free, dear = (
            respond(view_of(rules._replace(devaluation=d), worlds[1], 1, table, 1, 0))
            for d in (0.0, 0.3)
        )
        assert (dear <= free).all()
        assert (dear < free).any()
        own = [
            respond(view_of(rules._replace(devaluation=d), worlds[1], 1, table, 0, 0))
            for d in (0.0, 0.3)
        ]
        assert np.array_equal(*own)

    def test_it_changes_answers_only_once_the_other_side_has_proposed(self, ensemble, rules):
        plain = Negotiation(ensemble, 1, rules).run().turns
        dear = Negotiation(ensemble, 1, rules._replace(devaluation=0.4)).run().turns
        assert np.array_equal(plain[0].statuses[1], dear[0].statuses[1])
        pairs = zip(plain, dear, strict=False)
        assert any(
            not np.array_equal(a.statuses[p], b.statuses[p])
            for a, b in pairs
            for p in set(a.statuses) & set(b.statuses)
        )


class TestCounterDrafts:
    @pytest.mark.parametrize("day", [0, 1, 3, 4, 9, 200])
    def test_the_records_counter_draft_is_published_once_at_the_first_contact_from_its_date(
        self, rules, worlds, day
    ):
        counters = rules.counters
        one = Counters(np.array([day]), counters.party[:1], counters.text[:1])
        dated, talks = rules._replace(counters=one), opened(rules, worlds[0])
        published = []
        for n in range(len(rules.schedule.day)):
            talks.clock[DAY] = rules.schedule.day[n]
            begin(dated, talks, n)
            recorded_counters(dated._replace(learning=False), talks, n)
            if (talks.asks >= 0).any():
                published.append(n)
                assert np.flatnonzero((talks.asks >= 0).any(axis=1)).tolist() == [EUROPE]
        assert published == [int(np.searchsorted(rules.schedule.day, day))]

    def test_it_asks_for_its_own_points_where_they_differ_and_marks_them_as_its_own(
        self, rules, worlds
    ):
        n = int(np.searchsorted(rules.schedule.day, rules.counters.day[0]))
        talks, text = at_contact(rules, worlds[0], n), rules.counters.text[0]
        recorded_counters(rules, talks, n)
        differs = (text >= 0) & (text != talks.text)
        assert np.array_equal(talks.asks[EUROPE], np.where(differs, text, -1))
        mine = np.zeros_like(talks.proposed, dtype=bool)
        mine[np.flatnonzero(differs), text[differs]] = True
        mine[np.arange(29), rules.opening] = False
        assert np.array_equal(talks.proposed >= 0, mine)
        assert (talks.proposed[mine] == EUROPE).all()

    def test_in_the_case_it_is_out_before_the_contact_the_case_reports(self, ensemble, rules):
        arms = (rules, without_counters(rules))
        with_it, without = (Negotiation(ensemble, 0, r) for r in arms)
        marked = []
        for model in (with_it, without):
            while model.round < 2:
                model.step()
            marked.append((model.talks.proposed == EUROPE).sum())
        assert marked[0] > marked[1]

    def test_a_third_party_that_is_reached_and_not_content_counters(self, rules, worlds, table):
        world, content = worlds[1], []
        for lift in (0, 10**8):
            table.fortunes.base[EUROPE] += lift
            view = view_of(rules, world, 1, table, EUROPE, 6)
            content.append(own_surplus(view) >= 0)
            crossed = view.red[np.arange(29), view.text].any()
            assert counters(rules, world, table, EUROPE) == (not content[-1] or crossed)
        table.fortunes.base[EUROPE] -= 2 * 10**8
        assert counters(rules, world, table, EUROPE)
        for p in (0, 1, rules.mediator):
            table.fortunes.base[p] -= 10**8
            assert not counters(rules, world, table, p)
        table.text[0] = -1
        assert not counters(rules, world, table, EUROPE)
        table.text[0] = 0
        table.present[EUROPE] = False
        assert not counters(rules, world, table, EUROPE)

    def test_who_first_proposed_an_option_keeps_it_and_the_draft_is_nobodys(self, rules, table):
        wanted = np.full(29, -1)
        wanted[3], wanted[4] = (rules.opening[3] + 1) % 2, rules.opening[4]
        for p in (1, 0):
            note_asks(rules, table, p, wanted)
        assert table.proposed[3, wanted[3]] == 1
        assert (table.proposed[4] == -1).all()
        assert table.asks[0, 3] == wanted[3]


class TestLearningOff:
    def test_nothing_heard_or_asked_moves_a_belief(self, ensemble, rules):
        deaf = rules._replace(learning=False)
        for r, learns in ((rules, True), (deaf, False)):
            model = Negotiation(ensemble, 1, r)
            before = opened(r, model.world).belief
            model.run()
            pairs = zip(before, model.talks.belief, strict=True)
            assert all(np.array_equal(a, b) for a, b in pairs) != learns

    def test_it_moves_nobodys_luck(self, ensemble, rules):
        """The war, its end and the answers to the same text at the same contact stay."""
        texts = 0
        for i in range(6):
            deaf, plain = (
                Negotiation(ensemble, i, rules._replace(learning=on)).run() for on in (False, True)
            )
            for a, b in zip(deaf.turns, plain.turns, strict=False):
                assert np.array_equal(a.war, b.war)
                assert np.array_equal(a.reserve, b.reserve)
            first_two = deaf.turns[0], plain.turns[0]
            assert np.array_equal(first_two[0].statuses[1], first_two[1].statuses[1])
            texts += not np.array_equal(deaf.text, plain.text)
        assert texts


def test_with_open_points_a_party_leaves_them_open(rules, worlds):
    talks = at_contact(rules, worlds[0], first(rules, leader=False))
    talks.text[2] = -1
    given = respond(view_of(rules, worlds[0], 0, talks, 1, 3))
    assert given[2] == OPEN
    assert (np.delete(given, 2) != OPEN).all()


def test_streams_of_answers_are_read_at_one_address_each(rules, table):
    """The slot of an answer is the party's, the issue's and the option's own."""
    issues, options = table.proposed.shape
    luck = luck_of(rules, table, 1)
    period = period_of(rules, table)
    streams = (rng.STATUSES, rng.LAPSES, rng.LAPSE_STATUSES)
    for j in range(issues):
        slot = (issues + j) * options + table.text[j]
        for s, stream in enumerate(streams):
            assert luck[s, j] == rng.draw(rules.seed, 1, stream, period, slot)


def test_fewer_asks_or_none(ensemble, rules):
    quiet = without_counters(rules)._replace(counter_edits=0)
    for asks in (0, 1):
        model = Negotiation(ensemble, 1, quiet._replace(asks=asks))
        for turn in model.run().turns:
            assert all((wanted >= 0).sum() <= asks for wanted in turn.asks.values())
