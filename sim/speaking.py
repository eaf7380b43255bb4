"""Speaking: answers point by point, asks, published counter-drafts, and who learns from them."""

import numpy as np

from sim import rng
from sim.belief import learn_answer, learn_ask
from sim.compiled import rule
from sim.renewal import renew
from sim.respond import ACCEPT, OPEN, UNACCEPTABLE
from sim.state import DAY, LEADER, NEWS, REPORTER, Rules, Talks
from sim.view import View
from sim.world import World
from sim.worth import Floats, Ints, brackets, micro


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
    text, options, seed = talks.text, talks.proposed.shape[1], rules.seed
    period = period_of(rules, talks)
    for j in range(len(text)):
        slot = (p * len(text) + j) * options + max(text[j], 0)
        out[0, j] = rng.draw(seed, i, rng.STATUSES, period, slot)
        out[1, j] = rng.draw(seed, i, rng.LAPSES, period, slot)
        out[2, j] = rng.draw(seed, i, rng.LAPSE_STATUSES, period, slot)


@rule
def fill_discount(rules: Rules, talks: Talks, p: int, out: Floats) -> None:
    """Fill the value (J,) a party takes off points the other camp proposed (swept, ours)."""
    text, proposed, camp, devaluation = talks.text, talks.proposed, rules.camp, rules.devaluation
    for j in range(len(out)):
        k = text[j]
        by = proposed[j, k] if k >= 0 else -1
        if by >= 0 and camp[p] >= 0 and camp[by] >= 0:
            out[j] = devaluation if camp[by] != camp[p] else 0.0


@rule
def view_of(rules: Rules, world: World, i: int, talks: Talks, p: int, asks: int) -> View:
    """Return all that party ``p`` sees of the text on the table; it may ask for ``asks`` points."""
    issues, fortunes, usual = len(talks.text), talks.fortunes, world.threshold
    luck, threshold, discount = np.zeros((3, issues)), np.zeros(issues), np.zeros(issues)
    fill_luck(rules, i, talks, p, luck)
    fill_discount(rules, talks, p, discount)
    a = world.peace[p, rules.public.level]
    shift = fortunes.reserve[p] + fortunes.holdout[p] / a - fortunes.anchor[p]
    for j in range(issues):
        threshold[j] = usual[p, j] + shift
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
    fresh, mediated = np.full(len(given), OPEN), rules.schedule.mediated[n]
    text, statuses, heard, when = talks.text, talks.statuses[p], talks.heard[p], talks.period[p]
    news = False
    for j in range(len(given)):
        statuses[j] = given[j]
        if given[j] != OPEN and mediated:
            k = text[j]
            said = given[j]
            if rules.relay_bias != 0.0:
                said = relayed(rules, i, n, p, j, said, level)
            if when[j, k] != period or heard[j, k] != said:
                fresh[j] = said
                news = True
            heard[j, k], when[j, k] = said, period
    if news:
        talks.clock[NEWS] = 1
    if rules.learning and mediated:
        rise = talks.fortunes.moved[p]
        learn_answer(talks.belief, talks.particles, level, p, talks.text, fresh, rise)
        if rules.renews:
            renew(talks.belief, talks.particles, p, rules.seed, i, n)
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
    """Take down which options a party wants instead; they are its own proposals from now on.

    Asking for the same again within a stance period teaches nothing new, as with answers.
    """
    asks, proposed, opening, learning = talks.asks, talks.proposed, rules.opening, rules.learning
    wished, period = talks.wished, period_of(rules, talks)
    for j in range(len(wanted)):
        k = wanted[j]
        if k >= 0:
            asks[p, j] = k
            if proposed[j, k] < 0 and k != opening[j]:
                proposed[j, k] = p
            if learning and wished[p, j, k] != period:
                wished[p, j, k] = period
                learn_ask(talks.belief, talks.particles, p, j, k)


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
            talks.clock[NEWS] = 1


@rule
def may_counter(rules: Rules, talks: Talks, p: int) -> bool:
    """Say whether a party may publish a counter-draft: no side in the war, and the draft is here.

    It does if it is not content with the text (:func:`sim.view.is_acceptable`).
    """
    reached = answers(rules, talks, p) and brackets(talks.text) == 0
    return bool(reached and not rules.table.belligerent[p])
