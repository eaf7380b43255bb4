"""The compiled batch: the parts of :mod:`sim.round` in a loop over worlds, off the GIL.

Compiled code cannot call by name, so :func:`play` spells out :data:`sim.round.ROUND`; a test reads
its source and holds it to that list, another to Mesa's trace, bit for bit. Threads or processes
share the worlds out: Numba's own parallel loop does not take the nested tuples that keep the
rules readable.
"""

import numpy as np
from numba import njit

from agents import seating
from sim import round as parts
from sim import signing, speaking
from sim.compiled import rule
from sim.draw import Prior, draw_world
from sim.fortunes import open_talks
from sim.linking import EntryCompiler
from sim.state import DAY, END, RUNNING, Rules, Talks
from sim.view import is_acceptable
from sim.world import World
from sim.worth import Floats, Ints


@rule
def _wait(rules: Rules, world: World, i: int, talks: Talks, n: int) -> None:
    parts.wait(rules, world, i, talks, n, rules.schedule.day[n])
    if talks.clock[END] == RUNNING:
        parts.begin(rules, talks, n)


@rule
def _meet(rules: Rules, world: World, i: int, talks: Talks, n: int, pen: Ints) -> None:
    welcome = np.zeros(len(talks.signed), np.bool_)
    if parts.may_visit(rules, talks, n, welcome):
        view = parts.mediator_view(rules, world, i, talks, n, welcome, 0)
        parts.seat(rules, talks, seating.visit(pen[1], view))


@rule
def _edit(
    rules: Rules, world: World, i: int, talks: Talks, n: int, pen: Ints, editable: np.ndarray,
    budget: int,
) -> None:  # fmt: skip
    if budget > 0:
        view = parts.mediator_view(rules, world, i, talks, n, editable, budget)
        signing.adopt(talks, seating.redraft(pen[0], view))


@rule
def _table(rules: Rules, world: World, i: int, talks: Talks, n: int, pen: Ints) -> None:
    editable = np.zeros(len(talks.text), np.bool_)
    budget = parts.needs_filling(rules, talks, n, editable)
    _edit(rules, world, i, talks, n, pen, editable, budget)
    text, tabled = talks.text, talks.tabled
    for j in range(len(text)):
        tabled[j] = text[j]


@rule
def _answer(rules: Rules, world: World, i: int, talks: Talks, n: int, manners: Ints) -> None:
    for p in range(len(talks.verdict)):
        if speaking.answers(rules, talks, p):
            view = speaking.view_of(rules, world, i, talks, p, rules.asks)
            speaking.hear(rules, i, talks, n, p, seating.respond(manners[0, p], view))
            speaking.note_asks(rules, talks, p, seating.ask(manners[2, p], view))


@rule
def _counter(rules: Rules, world: World, i: int, talks: Talks, n: int, manners: Ints) -> None:
    speaking.recorded_counters(rules, talks, n)
    for p in range(len(talks.verdict)):
        if speaking.may_counter(rules, talks, p):
            view = speaking.view_of(rules, world, i, talks, p, rules.counter_edits)
            if not is_acceptable(view):
                speaking.note_asks(rules, talks, p, seating.ask(manners[2, p], view))


@rule
def _redraft(rules: Rules, world: World, i: int, talks: Talks, n: int, pen: Ints) -> None:
    editable = np.zeros(len(talks.text), np.bool_)
    budget = parts.may_edit(rules, talks, n, editable)
    _edit(rules, world, i, talks, n, pen, editable, budget)
    parts.leave_hot_points(rules, talks, n)


@rule
def _sign(rules: Rules, world: World, i: int, talks: Talks, n: int, manners: Ints) -> None:
    if signing.put_up(rules, talks, n):
        for p in range(len(talks.verdict)):
            if signing.is_asked(rules, talks, p):
                view = speaking.view_of(rules, world, i, talks, p, 0)
                said = signing.verdict(view, seating.sign(manners[1, p], view))
                signing.note_verdict(talks, p, said)
        signing.conclude(rules, talks)


@rule
def play(rules: Rules, world: World, i: int, talks: Talks, manners: Ints, pen: Ints) -> None:
    """Play one world to its end.

    ``manners`` (3, P): numbers of the response, signing and asking rules, ``pen`` (2,): of the
    mediator's redrafting and visiting rules (:mod:`agents.seating`).
    """
    contacts = len(rules.schedule.day)
    for n in range(contacts):
        _wait(rules, world, i, talks, n)
        if talks.clock[END] == RUNNING:
            _meet(rules, world, i, talks, n, pen)
            _table(rules, world, i, talks, n, pen)
            _answer(rules, world, i, talks, n, manners)
            _counter(rules, world, i, talks, n, manners)
            _redraft(rules, world, i, talks, n, pen)
            _sign(rules, world, i, talks, n, manners)
        if talks.clock[END] != RUNNING:
            return
    parts.wait(rules, world, i, talks, contacts, rules.horizon)
    parts.run_out(talks)


@njit(nogil=True, cache=True, pipeline_class=EntryCompiler)
def play_worlds(
    prior: Prior,
    rules: Rules,
    manners: Ints,
    pen: Ints,
    first: int,
    ends: Ints,
    texts: Ints,
    reports: Ints,
    holdouts: Floats,
) -> None:
    """Play ``len(ends)`` worlds from ``first`` on; world order is row order.

    Parameters
    ----------
    ends : (n, 2) int64, filled
        End and day.
    texts, reports : (n, J) int64, filled
        The text each ended with, and the answers at the contact the case asks to be reported;
        -9 where it was not reached.
    holdouts : (n, P) float64, filled
        h_P at the end, util.
    """
    for row in range(len(ends)):
        world = draw_world(prior, first + row)
        talks = open_talks(rules, world)
        play(rules, world, first + row, talks, manners, pen)
        ends[row, 0], ends[row, 1] = talks.clock[END], talks.clock[DAY]
        text, report, held = talks.text, talks.report, talks.fortunes.holdout
        for j in range(len(text)):
            texts[row, j], reports[row, j] = text[j], report[j]
        for p in range(len(held)):
            holdouts[row, p] = held[p]
