"""Signing: who is asked, what a mandate allows, what undoes a signature, where a text goes next."""

import itertools

import numpy as np
import pytest

from sim.belief import believed_surplus
from sim.negotiation import Negotiation
from sim.respond import ACCEPT, NEEDS_WORK
from sim.round import leave_hot_points, may_edit, may_visit
from sim.signing import adopt, conclude, is_asked, is_locked, note_verdict, put_up, verdict
from sim.speaking import hear, view_of
from sim.state import (
    AGREED,
    END,
    LEADER,
    MANNER,
    NEWS,
    NOT_WORTH,
    RED_LINE,
    RUNNING,
    SIGNS,
    WAITS,
)
from sim.view import own_surplus
from sim.worth import MICRO, crosses_red_line, enforcement_level, is_signer, micro, surplus
from tests.sim.talks import at_leaders, first, lawful_text

RUN = range(12)


@pytest.fixture
def table(ensemble, rules, worlds):
    """Leaders of all parties at a table, a lawful text on it, in world 1."""
    return at_leaders(rules, worlds[1], lawful_text(ensemble, worlds[1]))


def test_any_change_of_the_text_undoes_every_signature_and_none_undoes_none(table):
    table.signed[:] = [1, 1, -1, 0]
    adopt(table, table.text.copy())
    assert table.signed.tolist() == [1, 1, -1, 0]
    draft = table.text.copy()
    draft[5] = (draft[5] + 1) % 2
    adopt(table, draft)
    assert table.signed.tolist() == [0, 0, 0, 0]
    assert np.array_equal(table.text, draft)


@pytest.mark.parametrize(
    ("signed", "locked"),
    [([0, 0, 0, 0], False), ([1, 0, 0, 0], True), ([1, 1, 0, 1], True), ([1, -1, 0, 0], False)],
)
def test_a_text_is_locked_while_some_have_signed_and_none_has_refused(table, signed, locked):
    table.signed[:] = signed
    assert is_locked(table) == locked


def test_a_locked_text_is_neither_redrafted_nor_bracketed(rules, table):
    table.statuses[:] = 0
    for n in (first(rules, leader=True), first(rules, leader=False)):
        for signed in (0, 1):
            table.clock[LEADER] = rules.schedule.leader[n]
            table.signed[0], table.clock[NEWS] = signed, 1
            table.heard[1, 0, table.text[0]] = 0
            editable = np.zeros(len(table.text), dtype=np.bool_)
            assert (may_edit(rules, table, n, editable) == 0) == bool(signed)
    before = table.text.copy()
    leave_hot_points(rules, table, n)
    assert np.array_equal(table.text, before)
    table.signed[0] = 0
    leave_hot_points(rules, table, n)
    assert np.array_equal(table.text < 0, rules.table.hot)


def test_a_mediator_that_has_heard_nothing_new_leaves_its_text_alone(rules, table):
    """The same answers again are no news; another answer or a refusal to sign is."""
    n, editable = first(rules, leader=True), np.zeros(len(table.text), dtype=np.bool_)
    given = np.full(len(table.text), NEEDS_WORK)
    for answer, budget in ((NEEDS_WORK, rules.edits_leader), (NEEDS_WORK, 0), (ACCEPT, 6)):
        given[0] = answer
        hear(rules, 1, table, n, 1, given)
        assert may_edit(rules, table, n, editable) == budget
        assert may_edit(rules, table, n, editable) == 0
    note_verdict(table, 0, SIGNS)
    table.signed[0] = 0
    assert may_edit(rules, table, n, editable) == 0
    note_verdict(table, 0, WAITS)
    assert may_edit(rules, table, n, editable) == rules.edits_leader


def test_a_text_goes_to_its_signers_when_leaders_have_it_complete_and_lawful(rules, table):
    leaders, envoys = first(rules, leader=True), first(rules, leader=False)
    alone = first(rules, leader=True, mediated=False)
    assert put_up(rules, table, leaders)
    assert not put_up(rules, table, alone)
    whole = table.text.copy()
    table.text[3] = -1
    assert not put_up(rules, table, leaders)
    table.text[:] = whole
    table.text[rules.table.rule_if[0, 0]] = rules.table.rule_if[0, 1]
    bad = np.flatnonzero(~rules.table.rule_ok[0])[0]
    table.text[rules.table.rule_then[0]] = bad
    assert not put_up(rules, table, leaders)
    table.text[:] = whole
    table.clock[LEADER] = 0
    assert not put_up(rules, table, envoys)


def test_asked_are_the_signers_present_who_have_not_signed(rules, table):
    signers = [p for p in range(4) if is_signer(table.text, rules.table, p)]
    assert {0, 1} <= set(signers)
    assert [p for p in range(4) if is_asked(rules, table, p)] == signers
    table.present[0] = False
    table.signed[1] = 1
    assert [p for p in range(4) if is_asked(rules, table, p)] == [
        p for p in signers if p not in (0, 1)
    ]
    table.signed[1] = -1
    assert is_asked(rules, table, 1)  # who refused may have changed its mind


def test_a_verdict_names_the_first_condition_that_binds(rules, worlds, table):
    view = view_of(rules, worlds[1], 1, table, 0, 0)
    calm = view._replace(red=np.zeros_like(view.red), base=view.base + MICRO, holdout=0)
    worth = own_surplus(calm)
    j = 0
    red = np.zeros_like(view.red)
    red[j, view.text[j]] = True
    poor = calm._replace(base=calm.base - worth - 1)
    assert verdict(calm._replace(red=red, base=calm.base - 9 * MICRO), True) == RED_LINE
    assert verdict(poor, True) == NOT_WORTH
    assert verdict(poor._replace(offer=1), True) == SIGNS
    assert verdict(calm._replace(holdout=worth + 1), True) == WAITS
    assert verdict(calm._replace(holdout=worth + 1, offer=1), True) == SIGNS
    assert verdict(calm._replace(holdout=worth), True) == SIGNS
    assert verdict(calm, False) == MANNER
    crossed_elsewhere = np.ones_like(view.red)
    crossed_elsewhere[np.arange(len(view.text)), view.text] = False
    assert verdict(calm._replace(red=crossed_elsewhere), True) == SIGNS


def test_it_is_agreed_when_everybody_the_text_needs_has_signed(rules, table):
    signers = [p for p in range(4) if is_signer(table.text, rules.table, p)]
    for p in signers:
        assert table.clock[END] == RUNNING
        note_verdict(table, p, SIGNS)
        conclude(rules, table)
    assert table.clock[END] == AGREED


def test_one_refusal_is_enough_to_go_on(rules, table):
    table.signed[:] = 1
    note_verdict(table, 1, WAITS)
    conclude(rules, table)
    assert table.clock[END] == RUNNING
    assert table.signed.tolist() == [1, -1, 1, 1]


def test_the_missing_signer_is_visited_next_at_leader_level(rules, table):
    """An envoys' contact of the plan is raised once a text has been signed, and only then."""
    n = first(rules, leader=False, planned=True)
    welcome = np.zeros(4, dtype=np.bool_)
    table.clock[LEADER] = 0
    assert may_visit(rules, table, n, welcome)
    assert welcome.tolist() == [p != rules.mediator for p in range(4)]
    assert table.clock[LEADER] == 0
    table.signed[0] = 1
    assert may_visit(rules, table, n, welcome)
    missing = [p for p in (1, 3) if is_signer(table.text, rules.table, p)]
    assert np.flatnonzero(welcome).tolist() == missing
    assert table.clock[LEADER] == 1
    table.signed[1] = -1  # it refused: the text is open again, and envoys are enough
    table.clock[LEADER] = 0
    assert may_visit(rules, table, n, welcome)
    assert welcome.sum() == 3
    assert table.clock[LEADER] == 0


def test_leaders_of_the_plan_go_to_the_belligerents_and_the_record_seats_its_own(rules, table):
    welcome = np.zeros(4, dtype=np.bool_)
    assert may_visit(rules, table, first(rules, leader=True, planned=True), welcome)
    assert np.array_equal(welcome, rules.table.belligerent)
    assert not may_visit(rules, table, first(rules, leader=True, planned=False), welcome)


@pytest.fixture(scope="module")
def traces(ensemble, rules):
    """Step through worlds; keep of every turn the signatures before and after it."""
    found = []
    for i in RUN:
        model, steps = Negotiation(ensemble, i, rules), []
        while model.running:
            before = model.talks.signed.copy(), model.talks.text.copy()
            turns = len(model.record.turns)
            model.step()
            if len(model.record.turns) > turns:
                steps.append((model.turn, *before, model.talks.signed.copy()))
        found.append((model, steps))
    return found


class TestReward:
    """What the principal pays on signature: off by default (3.1)."""

    def test_it_is_what_a_present_belligerent_is_believed_to_lack_up_to_the_reward(
        self, rules, table
    ):
        n, parties = first(rules, leader=True), range(4)
        lacks = [
            max(0.0, -believed_surplus(table.belief, rules.particles, rules.table, table.text, p,
                                       table.fortunes.moved[p], rules.public.bar[p])[0])
            for p in parties
        ]  # fmt: skip
        table.belief.reserve[1] += max(lacks) + 0.5  # now side 1 is believed to lack a lot
        for most in (0.0, 0.03):
            assert put_up(rules._replace(reward=most), table, n)
            want = min(lacks[0], most)
            assert table.offer.tolist() == [micro(want), micro(most), 0, 0]
        table.present[1] = False
        table.offer[:] = 0
        put_up(rules._replace(reward=0.03), table, n)
        assert table.offer[1] == 0

    def test_it_goes_with_the_text(self, table):
        table.offer[:] = 7
        adopt(table, table.text.copy())
        assert (table.offer == 7).all()
        table.text[0] = (table.text[0] + 1) % 2
        adopt(table, (table.text + 1) % 2)
        assert (table.offer == 0).all()

    def test_paying_changes_what_is_signed_and_not_what_was_said_before(self, ensemble, rules):
        moved = 0
        for i in RUN:
            plain, paid = (
                Negotiation(ensemble, i, rules._replace(reward=r)).run() for r in (0.0, 0.2)
            )
            asked = [turn.number for turn in plain.turns if turn.asked]
            for a, b in zip(plain.turns, paid.turns, strict=False):
                if asked and a.number < asked[0]:
                    assert np.array_equal(a.text, b.text)
            moved += plain.days != paid.days
        assert moved


class TestTraces:
    """The same, watched from outside while whole worlds negotiate."""

    def test_nobody_signs_below_its_h_or_over_a_red_line(self, traces):
        signatures = refusals = 0
        for model, steps in traces:
            for turn, *_ in steps:
                said = {p: True for p in turn.signed} | {p: False for p in turn.refusals}
                for p, signs in said.items():
                    worth = surplus_now(model, turn, p)
                    crossed = crosses_red_line(turn.text, model.world.red[p])
                    assert signs == (worth >= max(micro(turn.holdout[p]), 0) and not crossed)
                    signatures, refusals = signatures + signs, refusals + (not signs)
        assert signatures > 10
        assert refusals > 10

    def test_all_four_reasons_are_told_apart(self, traces):
        told = [why for _, steps in traces for turn, *_ in steps for why in turn.refusals.values()]
        assert any(why.startswith("fighting on is worth") for why in told)
        assert any("but it waits for" in why for why in told)

    def test_only_fighting_parties_wait(self, traces, rules):
        for model, steps in traces:
            for turn, *_ in steps:
                assert (turn.holdout[~rules.table.belligerent] == 0.0).all()
            assert (model.talks.fortunes.holdout >= 0.0).all()

    def test_a_signature_stands_exactly_as_long_as_its_text(self, traces):
        undone = kept = 0
        for _, steps in traces:
            for turn, before, old_text, after in steps:
                if np.array_equal(old_text, turn.text):
                    assert (after[before == 1] == 1).all()
                    kept += (before == 1).any()
                else:
                    spoke = [*turn.signed, *turn.refusals]
                    silent = [p for p in range(4) if p not in spoke]
                    assert (after[silent] == 0).all()
                    undone += (before == 1).any()
        assert kept
        assert undone

    def test_a_locked_text_is_carried_as_it_is_to_who_must_still_sign(self, traces, rules):
        carried = 0
        for _, steps in traces:
            for (_, _, _, signed), (turn, _, text, _) in itertools.pairwise(steps):
                if (signed == 1).any() and not (signed == -1).any():
                    assert np.array_equal(turn.tabled, text)
                    assert np.array_equal(turn.text, text)
                    if not turn.contact.recorded:
                        guest = next(p for p in turn.parties if p != rules.mediator)
                        assert turn.is_leader
                        assert signed[guest] == 0
                        assert is_signer(text, rules.table, guest)
                        carried += 1
        assert carried

    def test_a_deal_has_every_signature_it_needs_under_one_text(self, traces, rules):
        agreed = 0
        for model, steps in traces:
            if model.talks.clock[END] == AGREED:
                turn, *_, signed = steps[-1]
                assert turn.asked
                for p in range(4):
                    assert signed[p] == 1 or not is_signer(turn.text, rules.table, p)
                agreed += 1
        assert agreed


def surplus_now(model, turn, p):
    """Work out S_P of a turn's text from the W it recorded, not from the talks' own constants."""
    world, table = model.world, model.rules.table
    level = enforcement_level(turn.text, table.enforcement)
    base = np.array([micro(-a * turn.reserve[p]) for a in world.peace[p]])
    return surplus(turn.text, world.coef[p], base, world.link[p], table.links, level)
