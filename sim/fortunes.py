r"""What the days between two contacts change: the war, what it is worth, what waiting is worth.

After every interval the value of fighting on is read off each party's table (2.2), the constants
of its surplus follow, the belief about the drift is updated (4.3), and the two sides reckon anew
what they would give up by signing now (2.4). A side's forecast of its best surplus is solved at
the knots of 0b m and moves with the two values of fighting on in between, at the prices of the
last solution.
"""

import numpy as np

from sim.compiled import rule
from sim.fighting import (
    expected_ratio_change,
    slopes,
    worth_of_fighting,
)
from sim.hope import hoped, keep_possible
from sim.state import DAY, KNOT, KNOTS, Fortunes, Rules, Talks, blank_talks
from sim.waiting import (
    believed_drift,
    expected_change,
    surplus_trend,
    waiting_discount,
    waiting_value,
)
from sim.war import GAIN, MONTH, RATIO, advance, believed_total, resting_ratio
from sim.world import World
from sim.worth import MICRO, micro


@rule
def open_talks(rules: Rules, world: World) -> Talks:
    """Return the state before the first contact."""
    talks = blank_talks(rules, world)
    fortunes, public = talks.fortunes, rules.public
    for p in range(len(fortunes.public)):
        fortunes.public[p] = worth_of_fighting(public.fighting, fortunes.state, p)
    reckon(rules, world, talks)
    for p in range(len(fortunes.anchor)):
        a = world.peace[p, public.level]
        fortunes.anchor[p] = fortunes.reserve[p] + fortunes.holdout[p] / a
    return talks


@rule
def fight_on(rules: Rules, world: World, i: int, talks: Talks, n: int, days: float) -> None:
    """Let the war go on for ``days`` before contact ``n``, and reckon what that changes."""
    if days > 0.0:
        fortunes = talks.fortunes
        before = fortunes.state[GAIN]
        advance(world.fighting.law, fortunes.state, days, rules.seed, i, n)
        watch_front(rules, world, fortunes, fortunes.state[GAIN] - before, days)
    reckon(rules, world, talks)


@rule
def watch_front(rules: Rules, world: World, fortunes: Fortunes, gain: float, days: float) -> None:
    """Update the drift all sides believe in from the gain of these days, km2 (4.3)."""
    law = world.fighting.law
    seen = gain * MONTH / days - law.push * fortunes.state[RATIO]
    fortunes.drift[0], fortunes.drift[1] = believed_drift(
        fortunes.drift[0], fortunes.drift[1], seen, days, law.front_noise, rules.drift_change
    )


@rule
def reckon(rules: Rules, world: World, talks: Talks) -> None:
    """Bring everybody's value of fighting on, and what it holds out for, up to this day."""
    fortunes, public = talks.fortunes, rules.public
    for p in range(len(fortunes.reserve)):
        fortunes.reserve[p] = worth_of_fighting(world.fighting, fortunes.state, p)
        for level in range(fortunes.base.shape[1]):
            fortunes.base[p, level] = micro(-world.peace[p, level] * fortunes.reserve[p])
        now = worth_of_fighting(public.fighting, fortunes.state, p)
        fortunes.moved[p] = now - fortunes.public[p]
    knot = talks.clock[KNOT]
    at_knot = knot < len(KNOTS) and talks.clock[DAY] >= KNOTS[knot]
    while knot < len(KNOTS) and talks.clock[DAY] >= KNOTS[knot]:
        knot += 1
    talks.clock[KNOT] = knot
    for p in range(len(fortunes.reserve)):
        if world.holdout[p, 0] > 0.0:
            if at_knot:
                forecast(rules, world, talks, p)
            fortunes.holdout[p] = wait_for(rules, world, talks, p)


@rule
def other_side(rules: Rules, p: int) -> int:
    """Return the belligerent that party ``p`` fights."""
    for q in range(len(rules.table.belligerent)):
        if q != p and rules.table.belligerent[q]:
            return q
    return p


@rule
def forecast(rules: Rules, world: World, talks: Talks, p: int) -> None:
    """Solve a side's forecast of its best surplus now, and keep its slopes (:mod:`sim.hope`)."""
    fortunes, particles, belief = talks.fortunes, talks.particles, talks.belief
    level, power, points = rules.public.level, particles.power_shift, rules.table.n_options
    parties, issues, options = belief.mean.shape
    gain, base = np.zeros((parties, issues, options)), np.zeros(parties)
    for q in range(parties):
        own, a = q == p, particles.peace_mean[q, level]
        omega = particles.omega_mean[q]
        base[q] = -a * (belief.reserve[q] + fortunes.moved[q])
        if own:
            base[q] = fortunes.base[q, level] / MICRO
        for j in range(issues):
            for k in range(points[j]):
                if own:
                    gain[q, j, k] = world.coef[q, level, j, k] / MICRO
                else:
                    gain[q, j, k] = a * belief.mean[q, j, k] + (1.0 - a) * omega * power[j, k]
    allowed, share, mean = (
        np.zeros((issues, options), np.bool_),
        np.zeros(parties),
        np.zeros(parties),
    )
    keep_possible(world.red[p], belief.clear, points, p, allowed)
    hoped(gain, base, allowed, share, mean)
    q = other_side(rules, p)
    hope = fortunes.hope[p]
    hope[0] = mean[p]
    hope[1], hope[2] = share[p] * world.peace[p, level], share[q] * particles.peace_mean[q, level]
    hope[3], hope[4] = fortunes.reserve[p], fortunes.moved[q]


@rule
def wait_for(rules: Rules, world: World, talks: Talks, p: int) -> float:
    """Return h_P, what a side gives up by signing now (2.4), util."""
    fortunes, fighting = talks.fortunes, world.fighting
    law, state, hope = fighting.law, fortunes.state, fortunes.hope[p]
    q = other_side(rules, p)
    s = (
        hope[0]
        - hope[1] * (fortunes.reserve[p] - hope[3])
        - hope[2] * (fortunes.moved[q] - hope[4])
    )
    ratio_change = expected_ratio_change(law, state, resting_ratio(law, state))
    drift = fortunes.drift[0] + law.push * state[RATIO]
    weeks = talks.clock[DAY] / 7.0
    own_ratio, own_gain = slopes(fighting, state, p)
    its_ratio, its_gain = slopes(rules.public.fighting, state, q)
    own = expected_change(own_ratio, ratio_change, own_gain, drift, 0.0, weeks)
    its = expected_change(its_ratio, ratio_change, its_gain, drift, world.holdout[p, 1], weeks)
    both = hope[1] + hope[2]
    trend = both * surplus_trend(hope[1] / both, own, its) if both > 0.0 else 0.0
    total = believed_total(law, fighting.hazard[p], state)
    return waiting_value(world.holdout[p, 0], waiting_discount(world.delta, total), s, trend)
