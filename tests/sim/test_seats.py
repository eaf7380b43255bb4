"""Seats: a rule sees a copy of its own view, and what it answers is checked."""

import numpy as np
import pytest

from sim import seats
from sim.errors import BadInput
from sim.negotiation import Negotiation
from sim.round import view_of
from sim.seats import checked_answer, checked_draft, find_rule, own_copy, seat_rule
from sim.settings import Seat

SENTINEL = 10**9


def greedy(view):
    """Try to buy an agreement: rewrite one's worth and the text in place."""
    statuses = np.where(view.text >= 0, 2, -1)
    view.base[:] = SENTINEL
    view.coef[:] = SENTINEL
    view.text[:] = 0
    view.table.needs[:] = False
    return statuses


def broken(view):
    """Answer with a status that does not exist."""
    return np.full(len(view.text), 7)


def formatted(view):
    """Use what Numba cannot compile."""
    return np.where(view.text >= 0, int(f"{2.0:.0f}"), -1)


@pytest.fixture
def seated(ensemble, rules, monkeypatch):
    """Run world 1 with one side's response rule replaced."""

    def run(rule):
        found = seats.find_rule
        monkeypatch.setattr(seats, "find_rule", lambda d: rule if d == "test:rule" else found(d))
        seat_rule.cache_clear()
        party = ensemble.case.belligerents[0]
        talks = Negotiation(ensemble, 1, rules)
        agent = talks.party_agents[party]
        agent.respond_rule = seat_rule("test:rule")
        return talks

    yield run
    seat_rule.cache_clear()


def test_a_rule_that_rewrites_its_view_changes_nobodys_arrays(seated, ensemble):
    talks = seated(greedy)
    talks.run()
    for now, drawn in zip(talks.world, ensemble.world(1), strict=True):
        assert np.array_equal(now, drawn)
    assert talks.rules.table.needs.any()


def test_an_answer_that_is_no_status_is_bad_input(seated):
    with pytest.raises(BadInput, match="7 on issue 0"):
        seated(broken).run()


def test_what_numba_cannot_compile_runs_in_plain_python_with_one_warning(seated, capfd):
    seated(formatted).run()
    assert capfd.readouterr().err.count("Numba cannot compile") == 1


@pytest.mark.parametrize("party", range(4))
def test_a_view_holds_nothing_of_the_other_parties(ensemble, rules, party):
    """Fill everybody else's private arrays with a sentinel: the same view, the same answer."""
    talks, world = Negotiation(ensemble, 1, rules).talks, ensemble.world(1)
    others = [p for p in range(4) if p != party]
    spoiled = world._replace(
        **{name: getattr(world, name).copy() for name in ("weight", "value", "red", "threshold")},
        coef=world.coef.copy(), base=world.base.copy(), reserve=world.reserve.copy(),
        month=world.month.copy(),
    )  # fmt: skip
    for name in ("weight", "value", "threshold", "coef", "base", "reserve", "month"):
        getattr(spoiled, name)[others] = SENTINEL
    spoiled.red[others] = ~spoiled.red[others]
    plain, odd = (view_of(rules, w, 1, talks, 0, party) for w in (world, spoiled))
    for dotted in Seat().respond, "agents.always_no:respond":
        rule = find_rule(dotted)
        assert np.array_equal(rule(plain), rule(odd))
    for a, b in zip(own_copy(plain), own_copy(odd), strict=True):
        if isinstance(a, np.ndarray):
            assert np.array_equal(a, b)


def test_answers_and_drafts_are_held_to_their_form(ensemble, rules):
    text = np.array([0, -1, 2])
    assert checked_answer([2, -1, 0], text).tolist() == [2, -1, 0]
    for wrong in ([2, -1], [2, 1, 0], [-1, -1, 0]):
        with pytest.raises(BadInput, match="negotiator"):
            checked_answer(wrong, text)
    from sim.round import mediator_view, open_talks

    talks = open_talks(rules)
    editable = np.zeros(len(talks.text), dtype=bool)
    editable[:3] = True
    view = mediator_view(rules, ensemble.world(0), talks, editable, 1)
    other = (talks.text + 1) % view.table.n_options
    one, two, foreign = (talks.text.copy() for _ in range(3))
    one[0], two[:2], foreign[9] = other[0], other[:2], other[9]
    assert np.array_equal(checked_draft(one, talks.text, view), one)
    for wrong in (two, foreign, np.full_like(one, 99)):
        with pytest.raises(BadInput, match="mediator"):
            checked_draft(wrong, talks.text, view)
