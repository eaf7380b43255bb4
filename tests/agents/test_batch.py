"""One world and a million share one step: the compiled batch is Mesa's trace, bit for bit."""

import ast
import inspect
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numba import typeof

from agents import batch
from agents.batch import play, play_worlds
from agents.seating import ASK, REDRAFT, RESPOND, SIGN, VISIT
from sim import rng
from sim.case import load_case
from sim.compiled import compiled
from sim.ensemble import prior_ensemble
from sim.fortunes import open_talks
from sim.negotiation import Negotiation, PartyAgent, end_name, prepared
from sim.round import ROUND, mediator_view
from sim.seats import find_rule
from sim.settings import Calendar, MediatorManner, Seat, Settings
from sim.state import DAY
from tests.toys import toy_view

NO = Seat("always_no", RESPOND[1], SIGN[1], ASK[1])
FEW = 40


@pytest.fixture(scope="module")
def hot_war():
    """Draw the large case over twelve weeks."""
    ensemble = prior_ensemble(
        load_case("ukraine_2025"), Settings(calendar=Calendar(horizon_weeks=12)), seed=2026
    )
    return ensemble, prepared(ensemble, FEW)


@pytest.fixture(scope="module")
def standoff():
    """Draw the small case over five weeks, quick in plain Python."""
    ensemble = prior_ensemble(
        load_case("camp_david"), Settings(calendar=Calendar(horizon_weeks=5)), seed=1978
    )
    return ensemble, prepared(ensemble, FEW)


def seats(ensemble, stubborn=None, pen=(0, 0)):
    manners = np.zeros((3, len(ensemble.case.parties)), dtype=np.int64)
    if stubborn is not None:
        manners[:, stubborn] = 1
    return manners, np.array(pen, dtype=np.int64)


def opened(rules, world):
    return compiled(open_talks)(rules, world)


def ended(rule, ensemble, rules, i, *numbers):
    """Play one world to its end by this twin of ``play``; return the talks."""
    world = ensemble.world(i)
    talks = opened(rules, world)
    rule(rules, world, i, talks, *(numbers or seats(ensemble)))
    return talks


def leaves(found):
    """List every array of nested records."""
    if isinstance(found, tuple):
        return [leaf for part in found for leaf in leaves(part)]
    return [found]


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(leaves(a), leaves(b), strict=True))


def test_every_numbered_manner_is_a_rule():
    for dotted in (*RESPOND, *SIGN, *ASK, *REDRAFT, *VISIT):
        assert callable(find_rule(dotted))


def test_made_up_views_are_of_the_types_that_talks_make(standoff):
    """Else every rule they are handed to would be compiled a second time."""
    ensemble, rules = standoff
    world = ensemble.world(0)
    talks, every = opened(rules, world), np.ones(ensemble.case.agenda.n_issues, dtype=np.bool_)
    assert typeof(toy_view()) == typeof(mediator_view(rules, world, 0, talks, 0, every, 2))


def test_the_batch_spells_out_the_one_list_that_orders_a_round():
    """What play calls, in order, is the list Mesa steps through."""
    tree = ast.parse(inspect.getsource(batch.play))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    own = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id.startswith("_")]
    own.sort(key=lambda call: call.lineno)
    assert tuple(call.func.id.removeprefix("_") for call in own) == ROUND


def test_the_batch_is_mesas_trace(hot_war):
    """All of the state at the end: text, answers, beliefs, the war; 20 worlds over 12 weeks."""
    ensemble, rules = hot_war
    ends = Counter()
    for i in range(20):
        model = Negotiation(ensemble, i, rules)
        record = model.run()
        assert equal(ended(compiled(play), ensemble, rules, i), model.talks)
        ends[record.end] += 1
    assert len(ends) > 1


@pytest.mark.thorough
@pytest.mark.parametrize(("stubborn", "weeks", "n"), [(None, 104, 200), (0, 104, 60), (1, 104, 60)])
def test_rows_of_the_batch_are_mesas_traces(stubborn, weeks, n):
    """End, day, text, reported answers and h, row by row; always_no for either side too."""
    case = load_case("ukraine_2025")
    chairs = {} if stubborn is None else {case.parties[case.belligerents[stubborn]]: NO}
    settings = Settings(seats=chairs, calendar=Calendar(horizon_weeks=weeks))
    ensemble = prior_ensemble(case, settings, 2026)
    rules = prepared(ensemble)
    numbers = seats(ensemble, None if stubborn is None else case.belligerents[stubborn])
    issues, ends = case.agenda.n_issues, np.zeros((n, 2), dtype=np.int64)
    texts, reports = np.zeros((2, n, issues), dtype=np.int64)
    holdouts = np.zeros((n, len(case.parties)))
    play_worlds(ensemble.prior, rules, *numbers, 0, ends, texts, reports, holdouts)
    names = set()
    for i in range(n):
        model = Negotiation(ensemble, i, rules)
        record = model.run()
        assert (end_name(ensemble, ends[i, 0]), ends[i, 1]) == (record.end, record.days)
        assert np.array_equal(texts[i], record.text)
        assert np.array_equal(holdouts[i], model.talks.fortunes.holdout)
        told = [t for t in record.turns if (t.contact.day, t.contact.place) == case.report_after]
        answers = next(iter(told[0].statuses.values())) if told else np.full(issues, -9)
        assert np.array_equal(reports[i], answers)
        names.add(record.end)
    assert ("agreed" in names) == (stubborn is None)


@pytest.mark.parametrize("pen", [(0, 0), (0, 1), (0, 2), (1, 0)])
def test_plain_python_is_mesas_trace_whoever_holds_the_pen(standoff, pen):
    """The plain rules, step by step in Python, against the compiled parts Mesa drives."""
    ensemble, rules = standoff
    manner = MediatorManner(rule=REDRAFT[pen[0]], visits=VISIT[pen[1]])
    seated = replace(ensemble, settings=replace(ensemble.settings, mediator=manner))
    for i in range(3):
        model = Negotiation(seated, i, rules)
        model.run()
        plain = ended(play, ensemble, rules, i, *seats(ensemble, pen=pen))
        assert equal(plain, model.talks)


def test_plain_python_is_mesas_trace_when_a_side_always_says_no(standoff):
    ensemble, rules = standoff
    chairs = {ensemble.case.parties[0]: NO}
    seated = replace(ensemble, settings=replace(ensemble.settings, seats=chairs))
    for i in range(3):
        model = Negotiation(seated, i, rules)
        model.run()
        assert equal(ended(play, ensemble, rules, i, *seats(ensemble, 0)), model.talks)


def test_plain_python_is_the_batch_in_the_large_case(hot_war):
    """One world over the first contacts of the record."""
    ensemble, rules = hot_war
    schedule = type(rules.schedule)(*(column[:6].copy() for column in rules.schedule))
    short = rules._replace(schedule=schedule, horizon=14)
    plain, twin = (ended(rule, ensemble, short, 1) for rule in (play, compiled(play)))
    assert plain.clock[DAY] == 14
    assert equal(plain, twin)


def test_every_agent_steps_once_in_every_round(hot_war, monkeypatch):
    ensemble, rules = hot_war
    stepped = []
    step = PartyAgent.step

    def spy(agent):
        stepped.append((agent.model.round, agent.party))
        step(agent)

    monkeypatch.setattr(PartyAgent, "step", spy)
    record = Negotiation(ensemble, 1, rules).run()
    parties = range(len(ensemble.case.parties))
    assert stepped == [(turn.number, p) for turn in record.turns for p in parties]
    assert len(record.turns) > 10


@pytest.fixture
def addresses(monkeypatch):
    """Write down the address of every random number that plain Python draws."""
    found = []
    draw = rng.draw

    def spy(seed, world, stream, round_, index):
        found.append((stream, round_, index))
        return draw(seed, world, stream, round_, index)

    monkeypatch.setattr(rng, "draw", spy)
    return found


ANSWERS = (rng.STATUSES, rng.LAPSES, rng.LAPSE_STATUSES)


def test_learning_off_changes_no_address_of_any_other_stream(standoff, addresses):
    """The war's, the ends' and the visits' are the same; an answer's names party and option."""
    ensemble, rules = standoff
    deaf = rules._replace(learning=False)
    worlds = [ensemble.world(i) for i in range(4)]
    for i, world in enumerate(worlds):
        arms = []
        for r in (rules, deaf):
            addresses.clear()
            talks = open_talks(r, world)
            play(r, world, i, talks, *seats(ensemble))
            arms.append((Counter(a for a in addresses if a[0] not in ANSWERS), talks))
        (on, heard), (off, unheard) = arms
        assert not equal(heard.belief, unheard.belief)
        shorter = min(on, off, key=lambda arm: arm.total())
        assert not shorter - (off if shorter is on else on)  # a prefix: nothing drawn elsewhere
        if heard.clock[DAY] == unheard.clock[DAY]:
            assert on == off


def test_an_answer_is_drawn_at_the_address_of_what_is_on_the_table(standoff, addresses):
    ensemble, rules = standoff
    world = ensemble.world(0)
    issues, options, parties = rules.table.needs.shape
    play(rules, world, 0, open_talks(rules, world), *seats(ensemble))
    seen = {a for a in addresses if a[0] == rng.STATUSES}
    assert seen
    last = 2 * (rules.horizon // rules.stance_days) + 1
    for _, period, slot in seen:
        party, rest = divmod(slot, issues * options)
        assert 0 <= period <= last
        assert 0 <= party < parties
        assert rest % options < rules.table.n_options[rest // options]
