"""The compiled batch: the parts of :mod:`sim.round` in a loop over worlds, off the GIL.

Compiled code cannot call by name, so :func:`play` spells out :data:`sim.round.ROUND`; a test reads
its source and holds it to that list, another to Mesa's trace, bit for bit. Threads or processes
share the worlds out: Numba's own parallel loop does not take the nested tuples that keep the
rules readable. No run uses this yet (``engine=compiled`` says so).
"""

import numpy as np
from numba import njit
from numba.extending import register_jitable

from agents import seating
from sim import round as parts
from sim.draw import Prior, draw_world
from sim.round import DAY, END, RUNNING, Rules, Talks
from sim.world import World
from sim.worth import Ints


@register_jitable
def _wait(rules: Rules, world: World, i: int, talks: Talks, n: int) -> None:
    parts.wait(rules, world, i, talks, n, rules.schedule.day[n])
    if talks.clock[END] == RUNNING:
        parts.begin(talks)


@register_jitable
def _edit(rules: Rules, world: World, talks: Talks, editable: np.ndarray, budget: int) -> None:
    if budget > 0:
        view = parts.mediator_view(rules, world, talks, editable, budget)
        talks.text[:] = seating.redraft(0, view)


@register_jitable
def _table(rules: Rules, world: World, talks: Talks, n: int) -> None:
    editable = np.zeros(len(talks.text), np.bool_)
    _edit(rules, world, talks, editable, parts.needs_filling(rules, talks, n, editable))
    talks.tabled[:] = talks.text


@register_jitable
def _answer(rules: Rules, world: World, i: int, talks: Talks, n: int, manners: Ints) -> None:
    for p in range(len(talks.verdict)):
        if parts.answers(rules, n, p):
            view = parts.view_of(rules, world, i, talks, n, p)
            parts.hear(rules, talks, n, p, seating.respond(manners[0, p], view))


@register_jitable
def _redraft(rules: Rules, world: World, talks: Talks, n: int) -> None:
    editable = np.zeros(len(talks.text), np.bool_)
    _edit(rules, world, talks, editable, parts.may_edit(rules, talks, n, editable))
    parts.leave_hot_points(rules, talks, n)


@register_jitable
def _sign(rules: Rules, world: World, i: int, talks: Talks, n: int, manners: Ints) -> None:
    if parts.put_up(rules, talks, n):
        for p in range(len(talks.verdict)):
            if parts.is_asked(rules, talks, p):
                view = parts.view_of(rules, world, i, talks, n, p)
                talks.verdict[p] = parts.verdict(view, seating.sign(manners[1, p], view))
        parts.conclude(talks)


@register_jitable
def play(
    rules: Rules, world: World, i: int, talks: Talks, manners: Ints, report: int, reported: Ints
) -> None:
    """Play one world to its end; keep the answers at contact ``report`` (-1: none).

    ``manners`` (2, P): numbers of the response and signing rules (:mod:`agents.seating`).
    """
    contacts = len(rules.schedule.day)
    for n in range(contacts):
        _wait(rules, world, i, talks, n)
        if talks.clock[END] == RUNNING:
            _table(rules, world, talks, n)
            _answer(rules, world, i, talks, n, manners)
            _redraft(rules, world, talks, n)
            _sign(rules, world, i, talks, n, manners)
            if n == report:
                keep_report(rules, talks, n, reported)
        if talks.clock[END] != RUNNING:
            return
    parts.run_out(rules, world, i, talks, contacts)


@njit(nogil=True, cache=True)
def play_worlds(
    prior: Prior,
    rules: Rules,
    manners: Ints,
    first: int,
    report: int,
    ends: Ints,
    texts: Ints,
    reports: Ints,
) -> None:
    """Play ``len(ends)`` worlds from ``first`` on; world order is row order.

    Parameters
    ----------
    report : int
        Contact whose answers are kept, -1 for none.
    ends : (n, 2) int64, filled
        End and day.
    texts : (n, J) int64, filled
        The text each ended with.
    reports : (n, J) int64, filled
        Answers at the reported contact by the first party there; -9 where it was not reached.
    """
    for row in range(len(ends)):
        world = draw_world(prior, first + row)
        talks = parts.open_talks(rules)
        play(rules, world, first + row, talks, manners, report, reports[row])
        ends[row, 0], ends[row, 1] = talks.clock[END], talks.clock[DAY]
        for j in range(len(talks.text)):
            texts[row, j] = talks.text[j]


@register_jitable
def keep_report(rules: Rules, talks: Talks, n: int, out: Ints) -> None:
    """Copy the answers of the first party that answered at contact ``n``."""
    for p in range(len(talks.verdict)):
        if parts.answers(rules, n, p):
            for j in range(len(out)):
                out[j] = talks.statuses[p, j]
            return
