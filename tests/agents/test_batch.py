"""One world and a million share one step: the compiled batch is Mesa's trace, bit for bit."""

import ast
import inspect

import numpy as np
import pytest

from agents import batch
from agents.batch import play_worlds
from agents.seating import REDRAFT, RESPOND, SIGN
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import Negotiation, end_name, prior_beliefs, round_rules
from sim.round import ROUND
from sim.seats import find_rule
from sim.settings import Calendar, Seat, Settings

MOSCOW = 6


def test_every_numbered_manner_is_a_rule():
    for dotted in (*RESPOND, *SIGN, *REDRAFT):
        assert callable(find_rule(dotted))


def test_the_batch_spells_out_the_one_list_that_orders_a_round():
    """What play calls, in order, is the list Mesa steps through."""
    tree = ast.parse(inspect.getsource(batch.play))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    own = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id.startswith("_")]
    own.sort(key=lambda call: call.lineno)
    assert tuple(call.func.id.removeprefix("_") for call in own) == ROUND


@pytest.mark.thorough
@pytest.mark.parametrize(("stubborn", "weeks", "n"), [(False, 104, 200), (True, 12, 20)])
def test_the_batch_is_mesas_trace(stubborn, weeks, n):
    case = load_case("ukraine_2025")
    party = case.belligerents[1]
    seats = {case.parties[party]: Seat("always_no", RESPOND[1], SIGN[1])} if stubborn else {}
    settings = Settings(seats=seats, calendar=Calendar(horizon_weeks=weeks))
    ensemble = prior_ensemble(case, settings, 2026)
    rules = round_rules(ensemble, prior_beliefs(ensemble, 20))
    manners = np.zeros((2, len(case.parties)), dtype=np.int64)
    manners[:, party] = stubborn
    issues = case.agenda.n_issues
    ends = np.zeros((n, 2), dtype=np.int64)
    texts, reports = np.zeros((n, issues), dtype=np.int64), np.full((n, issues), -9)
    play_worlds(ensemble.prior, rules, manners, 0, MOSCOW, ends, texts, reports)
    for i in range(n):
        record = Negotiation(ensemble, i, rules).run()
        assert (end_name(ensemble, ends[i, 0]), ends[i, 1]) == (record.end, record.days)
        assert np.array_equal(texts[i], record.text)
        told = [turn for turn in record.turns if turn.number == MOSCOW]
        answers = next(iter(told[0].statuses.values())) if told else np.full(issues, -9)
        assert np.array_equal(reports[i], answers)
