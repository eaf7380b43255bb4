"""The parts of a round: each a rule over plain arrays that every engine calls in the same order.

Mesa drives them for a world that is watched, :mod:`agents.batch` in a loop over worlds. A part
changes :class:`~sim.state.Talks` in place; what a party or the mediator decides comes from its
own rule, which sees a View only.

Signing, ours: leaders at the table are asked; whoever signs has signed *this* text. It then
stays as it is and is carried to the other signers, until all have signed or one refuses; any
change of the text undoes every signature.
"""

import math

import numpy as np

from sim import rng
from sim.agenda import BRACKETED
from sim.belief import learn_answer, learn_ask
from sim.compiled import rule
from sim.fortunes import fight_on
from sim.respond import ACCEPT, OPEN, UNACCEPTABLE
from sim.state import (
    AGREED,
    ASKED,
    DAY,
    END,
    LEADER,
    MANNER,
    MEDIATOR_LEFT,
    MISSED,
    NO_TEXT,
    NOT_ASKED,
    NOT_WORTH,
    RED_LINE,
    REPORTER,
    RUNNING,
    SIGNS,
    WAITS,
    WAR_ENDED,
    Rules,
    Talks,
)
from sim.view import MediatorView, View, is_acceptable, mandate_allows
from sim.war import MONTH, hazards
from sim.world import World
from sim.worth import (
    Bools,
    Floats,
    Ints,
    brackets,
    breaks_rule,
    broken_rules,
    crosses_red_line,
    is_signer,
    micro,
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
    if first < days:
        talks.clock[DAY] += math.ceil(first)
        talks.clock[END] = MEDIATOR_LEFT if which < 0 else WAR_ENDED + which
        return
    talks.clock[DAY] = day
    talks.clock[MISSED] = 0 <= rules.deadline_day < day
    fight_on(rules, world, i, talks, n, float(days))


@rule
def begin(rules: Rules, talks: Talks, n: int) -> None:
    """Clear what belongs to the contact before; seat those whose place is fixed."""
    parties, issues = talks.statuses.shape
    talks.clock[ASKED] = 0
    talks.clock[LEADER] = rules.schedule.leader[n]
    for p in range(parties):
        talks.verdict[p] = NOT_ASKED
        talks.present[p] = rules.schedule.present[n, p]
        for j in range(issues):
            talks.statuses[p, j], talks.asks[p, j] = OPEN, -1


# --- meet: who is there ------------------------------------------------------------------------


@rule
def is_locked(talks: Talks) -> bool:
    """Say whether the text may not change: somebody has signed it and nobody has refused it."""
    some = False
    for p in range(len(talks.signed)):
        if talks.signed[p] < 0:
            return False
        some = some or talks.signed[p] > 0
    return some


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
    for j in range(len(editable)):
        editable[j] = talks.text[j] == BRACKETED
    return len(editable)


@rule
def may_edit(rules: Rules, talks: Talks, n: int, editable: Bools) -> int:
    """Mark the points the mediator may redraft after the answers; return its budget (3.2)."""
    if not rules.schedule.mediated[n] or is_locked(talks):
        return 0
    mark_criticised(rules, talks, editable)
    if talks.clock[LEADER]:
        return rules.edits_leader
    for j in range(len(editable)):
        editable[j] = editable[j] and not rules.table.hot[j]
    return rules.edits_expert


@rule
def mark_criticised(rules: Rules, talks: Talks, out: Bools) -> None:
    """Mark points somebody last criticised or asked to change, or that break a rule."""
    table = rules.table
    for j in range(len(out)):
        out[j] = False
        k = talks.text[j]
        for p in range(talks.heard.shape[0]):
            if k >= 0 and UNACCEPTABLE <= talks.heard[p, j, k] < ACCEPT:
                out[j] = True
            if talks.asks[p, j] >= 0 and talks.asks[p, j] != k and k >= 0:
                out[j] = True
    for r in range(len(table.rule_then)):
        if breaks_rule(talks.text, table, r):
            out[table.rule_if[r, 0]] = True
            out[table.rule_then[r]] = True


@rule
def adopt(talks: Talks, draft: Ints) -> None:
    """Put a draft on the table; any change undoes every signature and reward."""
    changed = False
    for j in range(len(draft)):
        changed = changed or talks.text[j] != draft[j]
        talks.text[j] = draft[j]
    if changed:
        for p in range(len(talks.signed)):
            talks.signed[p] = 0


@rule
def leave_hot_points(rules: Rules, talks: Talks, n: int) -> None:
    """Bracket the hot points somebody criticised before envoys; leaders will settle them (3.2)."""
    if talks.clock[LEADER] or not rules.schedule.mediated[n] or is_locked(talks):
        return
    draft = talks.text.copy()
    for j in range(len(draft)):
        if rules.table.hot[j]:
            for p in range(talks.statuses.shape[0]):
                if talks.statuses[p, j] != OPEN and talks.statuses[p, j] != ACCEPT:
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
        rules.particles, fortunes.moved, rules.public.bar, signed, since, welcome, editable,
        budget, talks.clock[LEADER] == 1,
        rng.draw(rules.seed, i, rng.VISITS, n, 0), rules.weight_accept, rules.speed, rules.bias,
        rules.table,
    )  # fmt: skip


# --- answer and counter: what the parties say --------------------------------------------------


@rule
def answers(rules: Rules, talks: Talks, p: int) -> bool:
    """Say whether party ``p`` answers at this contact: present, and not the mediator."""
    return bool(talks.present[p]) and p != rules.mediator


@rule
def period_of(rules: Rules, talks: Talks) -> int:
    """Return the stance period: a side answers alike, at one level, for ``stance_days`` (ours)."""
    return int(2 * (talks.clock[DAY] // rules.stance_days) + talks.clock[LEADER])


@rule
def fill_luck(rules: Rules, i: int, talks: Talks, p: int, out: Floats) -> None:
    """Fill ``out`` (3, J) with the uniform numbers behind one answer.

    They belong to the party, the option and the stance period, so asking the same thing again
    next week brings the same answer, unless the party's threshold has moved.
    """
    issues, options = len(talks.text), talks.proposed.shape[1]
    period = period_of(rules, talks)
    for j in range(issues):
        slot = (p * issues + j) * options + max(talks.text[j], 0)
        out[0, j] = rng.draw(rules.seed, i, rng.STATUSES, period, slot)
        out[1, j] = rng.draw(rules.seed, i, rng.LAPSES, period, slot)
        out[2, j] = rng.draw(rules.seed, i, rng.LAPSE_STATUSES, period, slot)


@rule
def fill_discount(rules: Rules, talks: Talks, p: int, out: Floats) -> None:
    """Fill the value (J,) a party takes off points the other camp proposed (swept, ours)."""
    for j in range(len(out)):
        k = talks.text[j]
        by = talks.proposed[j, k] if k >= 0 else -1
        if by >= 0 and rules.camp[p] >= 0 and rules.camp[by] >= 0:
            out[j] = rules.devaluation if rules.camp[by] != rules.camp[p] else 0.0


@rule
def view_of(rules: Rules, world: World, i: int, talks: Talks, p: int, asks: int) -> View:
    """Return all that party ``p`` sees of the text on the table; it may ask for ``asks`` points."""
    issues, fortunes = len(talks.text), talks.fortunes
    luck, threshold, discount = np.zeros((3, issues)), np.zeros(issues), np.zeros(issues)
    fill_luck(rules, i, talks, p, luck)
    fill_discount(rules, talks, p, discount)
    a = world.peace[p, rules.public.level]
    shift = fortunes.reserve[p] + fortunes.holdout[p] / a - fortunes.anchor[p]
    for j in range(issues):
        threshold[j] = world.threshold[p, j] + shift
    return View(
        talks.text, p, world.weight[p], world.value[p], world.red[p], threshold,
        world.coef[p], fortunes.base[p], world.link[p], micro(fortunes.holdout[p]),
        talks.offer[p], world.beta, world.xi, world.lapse,
        float(world.posture[0] if talks.clock[LEADER] else world.posture[2]), discount, luck,
        talks.belief.mean, rules.trade, asks, rules.table,
    )  # fmt: skip


@rule
def hear(rules: Rules, i: int, talks: Talks, n: int, p: int, given: Ints) -> None:
    """Take down a party's answers; if the mediator is there, everybody learns from the new ones."""
    talks.seen[p] = talks.clock[DAY]
    period, level = period_of(rules, talks), talks.clock[LEADER]
    fresh = np.full(len(given), OPEN)
    for j in range(len(given)):
        talks.statuses[p, j] = given[j]
        if given[j] != OPEN and rules.schedule.mediated[n]:
            k = talks.text[j]
            said = relayed(rules, i, n, p, j, given[j], level)
            if talks.period[p, j, k] != period or talks.heard[p, j, k] != said:
                fresh[j] = said
            talks.heard[p, j, k], talks.period[p, j, k] = said, period
    if rules.learning and rules.schedule.mediated[n]:
        rise = talks.fortunes.moved[p]
        learn_answer(talks.belief, rules.particles, level, p, talks.text, fresh, rise)
    if n == rules.report and talks.clock[REPORTER] < 0:
        talks.clock[REPORTER] = p
        for j in range(len(given)):
            talks.report[j] = given[j]


@rule
def relayed(rules: Rules, i: int, n: int, p: int, j: int, status: int, level: int) -> int:
    """Return a status as envoys report it: with chance ``relay_bias`` one step rosier (ours)."""
    if level == 1 or rules.relay_bias == 0.0:
        return status
    slot = p * rules.table.needs.shape[0] + j
    if rng.draw(rules.seed, i, rng.RELAY, n, slot) >= abs(rules.relay_bias):
        return status
    return min(max(status + (1 if rules.relay_bias > 0.0 else -1), UNACCEPTABLE), ACCEPT)


@rule
def note_asks(rules: Rules, talks: Talks, p: int, wanted: Ints) -> None:
    """Take down which options a party wants instead; they are its own proposals from now on."""
    for j in range(len(wanted)):
        k = wanted[j]
        if k >= 0:
            talks.asks[p, j] = k
            if talks.proposed[j, k] < 0 and k != rules.opening[j]:
                talks.proposed[j, k] = p
            if rules.learning:
                learn_ask(talks.belief, rules.particles, p, j, k)


@rule
def recorded_counters(rules: Rules, talks: Talks, n: int) -> None:
    """Publish the record's counter-drafts dated since the contact before this one."""
    before = rules.schedule.day[n - 1] if n > 0 else -1
    counters = rules.counters
    for d in range(len(counters.day)):
        if before < counters.day[d] <= talks.clock[DAY]:
            wanted = np.full(len(talks.text), -1)
            for j in range(len(wanted)):
                if counters.text[d, j] >= 0 and counters.text[d, j] != talks.text[j]:
                    wanted[j] = counters.text[d, j]
            note_asks(rules, talks, counters.party[d], wanted)


@rule
def may_counter(rules: Rules, world: World, i: int, talks: Talks, p: int) -> bool:
    """Say whether a party publishes a counter-draft: no side in the war, reached, not content."""
    if rules.table.belligerent[p] or not answers(rules, talks, p) or brackets(talks.text) > 0:
        return False
    return not is_acceptable(view_of(rules, world, i, talks, p, rules.counter_edits))


# --- sign --------------------------------------------------------------------------------------


@rule
def put_up(rules: Rules, talks: Talks, n: int) -> bool:
    """Say whether the text goes to its signers: leaders, complete, lawful."""
    if not (talks.clock[LEADER] and rules.schedule.mediated[n]):
        return False
    ready = brackets(talks.text) == 0 and broken_rules(talks.text, rules.table) == 0
    talks.clock[ASKED] = ready
    return ready


@rule
def is_asked(rules: Rules, talks: Talks, p: int) -> bool:
    """Say whether this party is asked now: the text needs it, it is there, and has not signed."""
    here = talks.present[p] and talks.signed[p] <= 0
    return here and is_signer(talks.text, rules.table, p)


@rule
def verdict(view: View, willing: bool) -> int:
    """Return what a signer says: the mandate first, then its manner's own will (0b b, 2.4)."""
    if crosses_red_line(view.text, view.red):
        return RED_LINE
    if not is_acceptable(view):
        return NOT_WORTH
    if not mandate_allows(view):
        return WAITS
    return SIGNS if willing else MANNER


@rule
def note_verdict(talks: Talks, p: int, said: int) -> None:
    """Take down what a signer said."""
    talks.verdict[p] = said
    talks.signed[p] = 1 if said == SIGNS else -1


@rule
def conclude(rules: Rules, talks: Talks) -> None:
    """End in agreement if everybody the text needs has signed it."""
    for p in range(len(talks.signed)):
        if talks.signed[p] != 1 and is_signer(talks.text, rules.table, p):
            return
    talks.clock[END] = AGREED


@rule
def run_out(rules: Rules, world: World, i: int, talks: Talks, n: int) -> None:
    """Let the days to the horizon pass; if nothing ended the talks, they end without a text."""
    wait(rules, world, i, talks, n, rules.horizon)
    if talks.clock[END] == RUNNING:
        talks.clock[END] = NO_TEXT
