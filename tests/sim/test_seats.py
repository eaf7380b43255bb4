"""Seats: a rule sees a copy of its own view, and what it answers is checked."""

import numpy as np
import pytest

from sim import seats
from sim.errors import BadInput
from sim.negotiation import Negotiation
from sim.seats import (
    checked_answer,
    checked_asks,
    checked_draft,
    checked_guest,
    find_rule,
    own_copy,
    seat_rule,
)
from tests.sim.talks import same

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
    assert same(talks.world, ensemble.world(1))
    assert talks.rules.table.needs.any()


def test_an_answer_that_is_no_status_is_bad_input(seated):
    with pytest.raises(BadInput, match="7 on issue 0"):
        seated(broken).run()


def test_what_numba_cannot_compile_runs_in_plain_python_with_one_warning(seated, capfd):
    seated(formatted).run()
    assert capfd.readouterr().err.count("Numba cannot compile") == 1


def test_a_rule_of_ones_own_gets_copies_and_the_shipped_ones_the_arrays(ensemble, rules):
    agent = Negotiation(ensemble, 1, rules).party_agents[0]
    view = agent.view()
    mine = own_copy(view, greedy)
    assert type(mine) is type(view)
    assert not np.shares_memory(mine.table.needs, view.table.needs)
    assert np.array_equal(mine.coef, view.coef)
    assert own_copy(view, agent.respond_rule) is view


class TestForm:
    """What a negotiator or a mediator says is held to its form."""

    @pytest.fixture
    def mediator(self, ensemble, rules):
        talks = Negotiation(ensemble, 0, rules)
        talks.step()
        return talks.mediator, talks.talks.text

    def test_answers(self):
        text = np.array([0, -1, 2])
        assert checked_answer([2, -1, 0], text).tolist() == [2, -1, 0]
        for wrong in ([2, -1], [2, 1, 0], [-1, -1, 0], [3, -1, 0]):
            with pytest.raises(BadInput, match="negotiator"):
                checked_answer(wrong, text)

    def test_asks(self, ensemble, rules):
        view = Negotiation(ensemble, 0, rules).party_agents[1].view(2)
        none = np.full(len(view.text), -1)
        one, three, foreign = (none.copy() for _ in range(3))
        one[3], three[:3], foreign[0] = 1, 0, view.table.n_options[0]
        assert np.array_equal(checked_asks(one, view), one)
        for wrong in (three, foreign, none[:4], none - 1):
            with pytest.raises(BadInput, match="negotiator"):
                checked_asks(wrong, view)

    def test_drafts(self, mediator):
        agent, text = mediator
        editable = np.zeros(len(text), dtype=np.bool_)
        editable[:3] = True
        view = agent.sees(editable, 1)
        other = (text + 1) % view.table.n_options
        one, two, foreign = (text.copy() for _ in range(3))
        one[0], two[:2], foreign[9] = other[0], other[:2], other[9]
        assert np.array_equal(checked_draft(one, text, view), one)
        for wrong in (two, foreign, np.full_like(one, 99)):
            with pytest.raises(BadInput, match="mediator"):
                checked_draft(wrong, text, view)

    def test_guests(self, mediator):
        agent, _ = mediator
        view = agent.sees(np.array([True, False, False, True]), 0)
        assert checked_guest(3, view) == 3
        for wrong in (1, 2, -1, 4, None):
            with pytest.raises(BadInput, match="mediator"):
                checked_guest(wrong, view)


def test_a_rule_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(BadInput, match="nearest respond"):
        find_rule("agents.responsive:respnd")
    with pytest.raises(BadInput, match="importable"):
        find_rule("agents.nobody:respond")
