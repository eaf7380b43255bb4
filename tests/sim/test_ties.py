"""What ties options, parties and texts together: read as meant, or refused with the place."""

import numpy as np
import pytest

from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import prepared
from sim.settings import Settings
from sim.ties import MOST_PAIRS
from tests.sim.case_copies import mapping, refuse

SIZE = {"value": 0, "sd": 0.02, "law": "normal", "unit": "util", "source": "ours: a test"}
ONE = [["sinai_sovereignty", "divided_line"], ["settlements", "all_withdrawn"]]
TWO = [["sinai_demilitarisation", "no_limits"], ["normal_relations", "end_of_belligerency"]]


def with_ties(**ties):
    return {**mapping(), **ties}


def linked(*pairs, size=SIZE):
    return {"size": size, "pairs": [{"options": pair, "why": "a test"} for pair in pairs]}


def places(**ties):
    return {(f.place.removeprefix("case."), f.found) for f in refuse(with_ties(**ties))}


class TestLinkages:
    def test_pairs_are_read_as_issue_and_option_twice(self):
        case = load_case(with_ties(linkages=linked(ONE, TWO)))
        agenda = case.agenda
        want = [
            [n for issue, code in pair
             for n in (agenda.issue_index(issue), agenda.option_index(issue, code))]
            for pair in (ONE, TWO)
        ]  # fmt: skip
        assert case.ties.links.tolist() == want
        assert case.ties.link_size.sd == 0.02

    def test_a_case_that_names_none_has_none(self, camp_david):
        assert camp_david.ties.links.shape == (0, 4)
        assert camp_david.ties.link_size is None

    @pytest.mark.parametrize(
        ("pair", "place", "found"),
        [
            ([["sinai_sovereignty", "nowhere"], ONE[1]], "options.0.1", "nowhere"),
            ([["the_moon", "divided_line"], ONE[1]], "options.0.0", "the_moon"),
            ([ONE[0], ["sinai_sovereignty", "whole_sinai_to_egypt"]], "options", "one issue twice"),
        ],
    )
    def test_a_wrong_pair_is_named(self, pair, place, found):
        assert (f"linkages.pairs.0.{place}", found) in places(linkages=linked(pair))

    def test_a_pair_of_three_or_of_one_is_refused(self):
        for pair in ([*ONE, TWO[0]], [ONE[0]]):
            assert any(
                place.startswith("linkages.pairs.0.options")
                for place, _ in places(linkages=linked(pair))
            )

    def test_more_than_ten_are_no_correction(self):
        assert load_case(with_ties(linkages=linked(*[ONE] * MOST_PAIRS))).ties.links.shape[0] == 10
        found = places(linkages=linked(*[ONE] * (MOST_PAIRS + 1)))
        assert found == {("linkages.pairs", "11 pairs")}

    def test_a_size_without_a_source_or_a_reason_is_refused(self):
        assert any("linkages.size" in p for p, _ in places(linkages=linked(ONE, size={"value": 0})))
        nameless = {"size": SIZE, "pairs": [{"options": ONE}]}
        assert any("why" in place for place, _ in places(linkages=nameless))

    def test_two_faults_are_told_at_once(self):
        bad = [["the_moon", "x"], ["settlements", "y"]]
        assert len(places(linkages=linked(bad))) >= 2

    def test_they_move_no_other_draw_and_enter_every_surplus(self, camp_david):
        plain = prior_ensemble(camp_david, Settings(), 7)
        tied = prior_ensemble(load_case(with_ties(linkages=linked(ONE, TWO))), Settings(), 7)
        a, b = plain.world(4), tied.world(4)
        for name in ("weight", "value", "red", "peace", "holdout", "coef", "month"):
            assert np.array_equal(getattr(a, name), getattr(b, name)), name
        assert a.link.shape[2] == 0
        assert b.link.shape[2] == 2
        assert (np.abs(b.link) > 0).all()
        assert prepared(tied, 4).particles.link.shape == (3, 2, 4)


class TestCamps:
    def test_a_belligerent_is_its_own_camp_and_friends_join_it(self, ukraine, camp_david):
        assert ukraine.ties.camp.tolist() == [0, 1, -1, 1]
        assert camp_david.ties.camp.tolist() == [0, 1, -1]
        case = load_case(with_ties(camps={"israel": ["us"], "egypt": []}))
        assert case.ties.camp.tolist() == [0, 1, 1]

    def test_only_belligerents_lead_camps(self):
        assert ("camps.us", "no belligerent") in places(camps={"us": []})

    def test_nobody_joins_who_is_no_third_party(self):
        for friend in ("egypt", "libya"):
            assert any(found == friend for _, found in places(camps={"israel": [friend]}))


class TestCounterDrafts:
    def test_they_are_read_as_document_and_party(self, ukraine):
        assert ukraine.ties.counter_drafts == (("europe_counter", 3),)
        draft = {"document": "egypt_proposal_1978_09", "party": "egypt"}
        case = load_case(with_ties(counter_drafts=[draft]))
        assert case.ties.counter_drafts == (("egypt_proposal_1978_09", 0),)

    @pytest.mark.parametrize(
        ("draft", "place", "found"),
        [
            ({"document": "egypt_proposal", "party": "egypt"}, "document", "egypt_proposal"),
            ({"document": "egypt_proposal_1978_09", "party": "libya"}, "party", "libya"),
        ],
    )
    def test_an_unknown_one_is_refused(self, draft, place, found):
        assert (f"counter_drafts.0.{place}", found) in places(counter_drafts=[draft])

    def test_one_from_before_the_talks_is_no_answer_to_them(self, ensemble, rules):
        """Dates are those of the documents; only texts from the start on are published."""
        day = next(
            d.date for d in ensemble.case.tables.documents if d.document_id == "europe_counter"
        )
        assert rules.counters.day.tolist() == [(day - ensemble.case.start).days]
        draft = {"document": "egypt_proposal_1978_09", "party": "egypt"}
        early = prior_ensemble(load_case(with_ties(counter_drafts=[draft])), Settings(), 1)
        counters = prepared(early, 4).counters
        assert len(counters.day) == 0
        assert counters.text.shape == (0, 4)
