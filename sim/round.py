"""The parts of a round: each a rule over plain arrays that every engine calls in the same order.

Mesa drives them for a world that is watched, :mod:`agents.batch` in a loop over worlds. A part
changes :class:`Talks` in place; what a party or the mediator decides comes from its own rule,
which sees a View only.
"""

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from sim import rng
from sim.agenda import BRACKETED
from sim.respond import ACCEPT, OPEN
from sim.view import MediatorView, View, mandate_allows
from sim.war import MONTH
from sim.world import World
from sim.worth import (
    Bools,
    Floats,
    Ints,
    Table,
    brackets,
    breaks_rule,
    broken_rules,
    crosses_red_line,
    is_signer,
)

ROUND = ("wait", "table", "answer", "redraft", "sign")
"""The order of a round; every engine reads this list."""

RUNNING, AGREED, NO_TEXT, MEDIATOR_LEFT, WAR_ENDED = -1, 0, 1, 2, 3
"""Ends of the talks; ``WAR_ENDED + n`` is the n-th ending of the case."""

NOT_ASKED, SIGNS, NOT_WORTH, RED_LINE, MANNER = 0, 1, 2, 3, 4
"""What a party said when it was asked to sign."""

DAY, END, ASKED = 0, 1, 2


class Schedule(NamedTuple):
    """Every contact: its day from the start, its level, who is there, (C,) and (C, P)."""

    day: Ints
    leader: Bools
    mediated: Bools
    present: Bools


class Beliefs(NamedTuple):
    """What the mediator expects of everybody: mean surplus coefficients and weights."""

    coef: Ints
    base: Ints
    weight: Floats


class Rules(NamedTuple):
    """What is the same in every world of a run."""

    seed: int
    mediator: int
    horizon: int
    edits_expert: int
    edits_leader: int
    exit_per_week: float
    weight_accept: float
    temperature: float
    status_shift: float
    opening: Ints
    schedule: Schedule
    table: Table
    beliefs: Beliefs


class Talks(NamedTuple):
    """The state of one negotiation; all arrays, changed in place.

    Attributes
    ----------
    text, tabled : (J,) int64
        The single text now, and as the parties saw it at this contact.
    heard : (P, J, K) int64
        The last status each party gave each option, -1 if never asked.
    statuses : (P, J) int64
        Answers at this contact (OPEN where none).
    verdict : (P,) int64
        NOT_ASKED, SIGNS or why not, at this contact.
    clock : (3,) int64
        Day, end (RUNNING while it goes on), whether the text was put up for signature.
    """

    text: Ints
    tabled: Ints
    heard: Ints
    statuses: Ints
    verdict: Ints
    clock: Ints


@register_jitable
def open_talks(rules: Rules) -> Talks:
    """Return the state before the first contact."""
    issues, options, parties = rules.table.needs.shape
    talks = Talks(
        rules.opening.copy(),
        rules.opening.copy(),
        np.full((parties, issues, options), -1),
        np.full((parties, issues), OPEN),
        np.zeros(parties, np.int64),
        np.zeros(3, np.int64),
    )
    talks.clock[END] = RUNNING
    return talks


@register_jitable
def wait(rules: Rules, world: World, i: int, talks: Talks, n: int, day: int) -> None:
    """Let the days to the next contact pass: the war or the mediator may end the talks.

    Competing exponential clocks, hazards constant within the interval; ``n`` is the contact's
    number, the address of their luck.
    """
    first, which = math.inf, -1
    endings = len(world.hazard)
    for e in range(endings + 1):
        if e < endings:
            rate = -math.log1p(-world.hazard[e]) / MONTH
            luck = rng.draw(rules.seed, i, rng.WAR_ENDS, n, e)
        else:
            rate = -math.log1p(-rules.exit_per_week) / 7.0
            luck = rng.draw(rules.seed, i, rng.MEDIATOR_EXIT, n, e)
        if rate > 0.0 and -math.log(luck) / rate < first:
            first, which = -math.log(luck) / rate, e
    if first < day - talks.clock[DAY]:
        talks.clock[DAY] += math.ceil(first)
        talks.clock[END] = MEDIATOR_LEFT if which == endings else WAR_ENDED + which
    else:
        talks.clock[DAY] = day


@register_jitable
def begin(talks: Talks) -> None:
    """Clear what belongs to the contact before."""
    talks.statuses[:, :] = OPEN
    talks.verdict[:] = NOT_ASKED
    talks.clock[ASKED] = 0


@register_jitable
def posture_of(rules: Rules, world: World, n: int) -> float:
    """Return the overstatement at this contact's level: leaders', or unnamed officials'."""
    return float(world.posture[0] if rules.schedule.leader[n] else world.posture[2])


@register_jitable
def fill_luck(seed: int, world: int, round_: int, party: int, out: Floats) -> None:
    """Fill ``out`` (3, J) with the uniform numbers of one answer."""
    issues = out.shape[1]
    for j in range(issues):
        slot = party * issues + j
        out[0, j] = rng.draw(seed, world, rng.STATUSES, round_, slot)
        out[1, j] = rng.draw(seed, world, rng.LAPSES, round_, slot)
        out[2, j] = rng.draw(seed, world, rng.LAPSE_STATUSES, round_, slot)


@register_jitable
def view_of(rules: Rules, world: World, i: int, talks: Talks, n: int, p: int) -> View:
    """Return all that party ``p`` sees of the text on the table at contact ``n``."""
    luck = np.zeros((3, len(talks.text)))
    fill_luck(rules.seed, i, n, p, luck)
    return View(
        talks.text, p, world.weight[p], world.value[p], world.red[p], world.threshold[p],
        world.coef[p], world.base[p], world.link[p], world.beta, world.xi, world.lapse,
        posture_of(rules, world, n), luck, rules.table,
    )  # fmt: skip


@register_jitable
def answers(rules: Rules, n: int, p: int) -> bool:
    """Say whether party ``p`` answers at contact ``n``: present, and not the mediator."""
    return bool(rules.schedule.present[n, p]) and p != rules.mediator


@register_jitable
def hear(rules: Rules, talks: Talks, n: int, p: int, given: Ints) -> None:
    """Take down a party's answers; a mediator who is there remembers the last one per option."""
    for j in range(len(given)):
        talks.statuses[p, j] = given[j]
        if given[j] != OPEN and rules.schedule.mediated[n]:
            talks.heard[p, j, talks.text[j]] = given[j]


@register_jitable
def needs_filling(rules: Rules, talks: Talks, n: int, editable: Bools) -> int:
    """Mark the open points the mediator fills before leaders; return the budget (0: not now)."""
    if not (rules.schedule.leader[n] and rules.schedule.mediated[n]):
        return 0
    for j in range(len(editable)):
        editable[j] = talks.text[j] == BRACKETED
    return len(editable)


@register_jitable
def may_edit(rules: Rules, talks: Talks, n: int, editable: Bools) -> int:
    """Mark the points the mediator may redraft after the answers; return its budget (3.2)."""
    if not rules.schedule.mediated[n]:
        return 0
    mark_criticised(rules, talks, editable)
    if rules.schedule.leader[n]:
        return rules.edits_leader
    for j in range(len(editable)):
        editable[j] = editable[j] and not rules.table.hot[j]
    return rules.edits_expert


@register_jitable
def mark_criticised(rules: Rules, talks: Talks, out: Bools) -> None:
    """Mark points whose present option somebody last criticised, or that break a rule."""
    table = rules.table
    for j in range(len(out)):
        out[j] = False
        k = talks.text[j]
        for p in range(talks.heard.shape[0]):
            if k >= 0 and 0 <= talks.heard[p, j, k] < ACCEPT:
                out[j] = True
    for r in range(len(table.rule_then)):
        if breaks_rule(talks.text, table, r):
            out[table.rule_if[r, 0]] = True
            out[table.rule_then[r]] = True


@register_jitable
def leave_hot_points(rules: Rules, talks: Talks, n: int) -> None:
    """Bracket the hot points somebody criticised before envoys; leaders will settle them (3.2)."""
    if rules.schedule.leader[n] or not rules.schedule.mediated[n]:
        return
    for j in range(len(talks.text)):
        if rules.table.hot[j]:
            for p in range(talks.statuses.shape[0]):
                if talks.statuses[p, j] != OPEN and talks.statuses[p, j] != ACCEPT:
                    talks.text[j] = BRACKETED


@register_jitable
def mediator_view(
    rules: Rules, world: World, talks: Talks, editable: Bools, budget: int
) -> MediatorView:
    """Return what the mediator sees: its own surplus exactly, everybody else's prior mean."""
    m = rules.mediator
    return MediatorView(
        talks.text, m, world.coef[m], world.base[m], rules.beliefs.coef, rules.beliefs.base,
        rules.beliefs.weight, talks.heard, editable, budget, rules.weight_accept,
        rules.temperature, rules.status_shift, rules.table,
    )  # fmt: skip


@register_jitable
def put_up(rules: Rules, talks: Talks, n: int) -> bool:
    """Say whether the text goes to its signers: leaders, complete, lawful."""
    if not (rules.schedule.leader[n] and rules.schedule.mediated[n]):
        return False
    ready = brackets(talks.text) == 0 and broken_rules(talks.text, rules.table) == 0
    talks.clock[ASKED] = ready
    return ready


@register_jitable
def verdict(view: View, willing: bool) -> int:
    """Return what a signer says: the mandate first, then its manner's own will (0b b)."""
    if mandate_allows(view):
        return SIGNS if willing else MANNER
    return RED_LINE if crosses_red_line(view.text, view.red) else NOT_WORTH


@register_jitable
def is_asked(rules: Rules, talks: Talks, p: int) -> bool:
    """Say whether the text on the table needs this party's signature."""
    return is_signer(talks.text, rules.table, p)


@register_jitable
def conclude(talks: Talks) -> None:
    """End in agreement if everybody asked signed."""
    for p in range(len(talks.verdict)):
        if talks.verdict[p] > SIGNS:
            return
    talks.clock[END] = AGREED


@register_jitable
def run_out(rules: Rules, world: World, i: int, talks: Talks, n: int) -> None:
    """Let the days to the horizon pass; if nothing ended the talks, they end without a text."""
    wait(rules, world, i, talks, n, rules.horizon)
    if talks.clock[END] == RUNNING:
        talks.clock[END] = NO_TEXT
