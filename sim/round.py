"""The parts of a round: each a rule over plain arrays that every engine calls in the same order.

Mesa drives them for a world that is watched, :mod:`agents.batch` in a loop over worlds. A part
changes :class:`~sim.state.Talks` in place; what a party or the mediator decides comes from its
own rule, which sees a View only.

What a party says is in :mod:`sim.speaking`, signing in :mod:`sim.signing`.
"""

import math

import numpy as np

from sim import rng
from sim.agenda import BRACKETED
from sim.compiled import rule
from sim.fortunes import fight_on
from sim.respond import ACCEPT, OPEN, UNACCEPTABLE
from sim.signing import adopt, is_locked
from sim.state import (
    ASKED,
    DAY,
    END,
    HALF_YEAR,
    HALFWAY,
    LEADER,
    MEDIATOR_LEFT,
    MISSED,
    NEWS,
    NO_TEXT,
    NOT_ASKED,
    RUNNING,
    WAR_ENDED,
    Rules,
    Talks,
)
from sim.view import MediatorView
from sim.war import MONTH, hazards
from sim.world import World
from sim.worth import (
    Bools,
    breaks_rule,
    broken_rules,
    is_signer,
)

ROUND = ("wait", "meet", "table", "answer", "counter", "redraft", "sign")
"""The order of a round; every engine reads this list."""

# --- wait: the days before the contact ---------------------------------------------------------


@rule
def war_ends_within(rules: Rules, world: World, i: int, talks: Talks, n: int) -> tuple[float, int]:
    """Return after how many days the war itself would end, and how: competing exponential clocks.

    Hazards are those of the state the interval starts in; contact ``n`` is their address. inf
    and -1 if nothing could end it.
    """
    first, which = math.inf, -1
    hazard = np.zeros(len(world.hazard))
    hazards(world.fighting.law, talks.fortunes.state, hazard)
    for e in range(len(hazard)):
        rate = -math.log1p(-min(hazard[e], 1.0 - 1e-12)) / MONTH
        luck = rng.draw(rules.seed, i, rng.WAR_ENDS, n, e)
        if rate > 0.0 and -math.log(luck) / rate < first:
            first, which = -math.log(luck) / rate, e
    return first, which


@rule
def mediator_leaves_within(rules: Rules, world: World, i: int, talks: Talks, n: int) -> float:
    """Return after how many days the mediator would leave; a missed deadline moves its hazard."""
    chance = rules.exit_per_week
    chance *= rules.exit_after_deadline if talks.clock[MISSED] else 1.0
    rate = -math.log1p(-min(chance, 1.0 - 1e-12)) / 7.0
    luck = rng.draw(rules.seed, i, rng.MEDIATOR_EXIT, n, len(world.hazard))
    return -math.log(luck) / rate if rate > 0.0 else math.inf


@rule
def wait(rules: Rules, world: World, i: int, talks: Talks, n: int, day: int) -> None:
    """Let the days to the next contact pass: the war or the mediator may end the talks.

    What comes first ends them. Else the war moves on, and everybody reckons anew.
    """
    first, which = war_ends_within(rules, world, i, talks, n)
    leaves = mediator_leaves_within(rules, world, i, talks, n)
    if leaves < first:
        first, which = leaves, -1
    days = day - talks.clock[DAY]
    keep_midway(talks, day)
    if first < days:
        talks.clock[DAY] += math.ceil(first)
        talks.clock[END] = MEDIATOR_LEFT if which < 0 else WAR_ENDED + which
        return
    talks.clock[DAY] = day
    talks.clock[MISSED] = 0 <= rules.deadline_day < day
    fight_on(rules, world, i, talks, n, float(days))


@rule
def keep_midway(talks: Talks, day: int) -> None:
    """Keep the text with which the talks go past week 26."""
    if talks.clock[HALFWAY] == 0 and day > HALF_YEAR:
        talks.clock[HALFWAY] = 1
        for j in range(len(talks.text)):
            talks.midway[j] = talks.text[j]


@rule
def begin(rules: Rules, talks: Talks, n: int) -> None:
    """Clear what belongs to the contact before; seat those whose place is fixed."""
    statuses, asks, seated = talks.statuses, talks.asks, rules.schedule.present[n]
    talks.clock[ASKED] = 0
    talks.clock[LEADER] = rules.schedule.leader[n]
    for p in range(statuses.shape[0]):
        talks.verdict[p] = NOT_ASKED
        talks.present[p] = seated[p]
        for j in range(statuses.shape[1]):
            statuses[p, j], asks[p, j] = OPEN, -1


# --- meet: who is there ------------------------------------------------------------------------


@rule
def may_visit(rules: Rules, talks: Talks, n: int, welcome: Bools) -> bool:
    """Mark whom the mediator may visit; say whether it is free to choose.

    Envoys go to anybody, leaders to the belligerents and, once a text has been signed, to
    whoever must still sign it: that contact is raised to leader level.
    """
    if not rules.schedule.planned[n]:
        return False
    locked = is_locked(talks)
    if locked:
        talks.clock[LEADER] = 1
    some = False
    for p in range(len(welcome)):
        welcome[p] = p != rules.mediator
        if locked:
            welcome[p] = welcome[p] and talks.signed[p] == 0
            welcome[p] = welcome[p] and is_signer(talks.text, rules.table, p)
        elif talks.clock[LEADER]:
            welcome[p] = welcome[p] and rules.table.belligerent[p]
        some = some or welcome[p]
    if not some:
        for p in range(len(welcome)):
            welcome[p] = p != rules.mediator
    return True


@rule
def seat(rules: Rules, talks: Talks, guest: int) -> None:
    """Seat the mediator and its guest."""
    for p in range(len(talks.present)):
        talks.present[p] = p == rules.mediator or p == guest


# --- table and redraft: what the mediator may change -------------------------------------------


@rule
def needs_filling(rules: Rules, talks: Talks, n: int, editable: Bools) -> int:
    """Mark the open points the mediator fills before leaders; return the budget (0: not now)."""
    if not (talks.clock[LEADER] and rules.schedule.mediated[n]):
        return 0
    text = talks.text
    for j in range(len(editable)):
        editable[j] = text[j] == BRACKETED
    return len(editable)


@rule
def may_edit(rules: Rules, talks: Talks, n: int, editable: Bools) -> int:
    """Mark the points the mediator may redraft after the answers; return its budget (3.2).

    A mediator that has heard nothing new leaves its text alone (ours).
    """
    if not rules.schedule.mediated[n] or is_locked(talks) or not talks.clock[NEWS]:
        return 0
    talks.clock[NEWS] = 0
    mark_criticised(rules, talks, editable)
    if talks.clock[LEADER]:
        return rules.edits_leader
    hot = rules.table.hot
    for j in range(len(editable)):
        editable[j] = editable[j] and not hot[j]
    return rules.edits_expert


@rule
def mark_criticised(rules: Rules, talks: Talks, out: Bools) -> None:
    """Mark points somebody last criticised or asked to change, or that break a rule."""
    table, text, heard, asks = rules.table, talks.text, talks.heard, talks.asks
    for j in range(len(out)):
        out[j] = False
        k = text[j]
        for p in range(heard.shape[0] if k >= 0 else 0):
            if UNACCEPTABLE <= heard[p, j, k] < ACCEPT:
                out[j] = True
            if asks[p, j] >= 0 and asks[p, j] != k:
                out[j] = True
    if broken_rules(text, table) > 0:
        for r in range(len(table.rule_then)):
            if breaks_rule(text, table, r):
                out[table.rule_if[r, 0]] = True
                out[table.rule_then[r]] = True


@rule
def leave_hot_points(rules: Rules, talks: Talks, n: int) -> None:
    """Bracket the hot points somebody criticised before envoys; leaders will settle them (3.2)."""
    if talks.clock[LEADER] or not rules.schedule.mediated[n] or is_locked(talks):
        return
    draft, hot, statuses = talks.text.copy(), rules.table.hot, talks.statuses
    for j in range(len(draft)):
        if hot[j]:
            for p in range(statuses.shape[0]):
                if statuses[p, j] != OPEN and statuses[p, j] != ACCEPT:
                    draft[j] = BRACKETED
    adopt(talks, draft)


@rule
def mediator_view(
    rules: Rules, world: World, i: int, talks: Talks, n: int, marked: Bools, budget: int
) -> MediatorView:
    """Return what the mediator sees: its own surplus exactly, of everybody else the belief.

    ``marked`` is (J,) points it may edit, or (P,) parties it may visit when ``budget`` is 0.
    """
    m, fortunes = rules.mediator, talks.fortunes
    editable, welcome = np.zeros(len(talks.text), np.bool_), np.zeros(len(talks.signed), np.bool_)
    since, signed = np.zeros(len(talks.signed)), np.zeros(len(talks.signed), np.bool_)
    for p in range(len(since)):
        since[p] = (talks.clock[DAY] - talks.seen[p]) / 7.0
        signed[p] = talks.signed[p] > 0
        welcome[p] = budget == 0 and marked[p]
    for j in range(len(editable)):
        editable[j] = budget > 0 and marked[j]
    return MediatorView(
        talks.text, m, world.coef[m], fortunes.base[m], world.link[m], talks.belief,
        talks.particles, fortunes.moved, rules.public.bar, signed, since, welcome, editable,
        budget, talks.clock[LEADER] == 1,
        rng.draw(rules.seed, i, rng.VISITS, n, 0), rules.weight_accept, rules.speed, rules.bias,
        rules.table,
    )  # fmt: skip


@rule
def run_out(talks: Talks) -> None:
    """End the talks without a text if nothing has ended them by the horizon."""
    if talks.clock[END] == RUNNING:
        talks.clock[END] = NO_TEXT
