r"""Belief: what everybody at the table has learnt about a party from its answers (4.3).

Every answer reaches all and priors are common, so there is one belief per party, shared by the
mediator and the other sides. Each issue's particles are weighted on their own (a block particle
filter [RebeschiniVanHandel2015]_): 29 answers at once would leave one of 200 joint particles.

.. math:: \omega_{Pjn} \propto \omega_{Pjn}\,\Pr(status \mid n)

Blocks alone would learn sums badly, in two ways that are mended here (ours). A side that refuses
much may stand high, W + posture, on every issue at once: that height has weights of its own over
the draws, moved by the chance of each status at five heights, other traits averaged out; the r-th
answer on an issue counts 1/r, for answers on one issue share its weight and values. And weights
that are learnt one by one no longer sum to 1: worth is divided by their believed sum.

.. math:: c_{Pn} \propto c_{Pn} \prod \Pr(status \mid W_n + \pi_n)^{1/r} \qquad
          S_P(x) \approx A\,[\textstyle\sum_j m_{Pj}(x_j) + L - E W] + (1-A)\,\omega\,sh - bar

Steepness and xi are shared by all issues too; what is learnt of them stays within the issue.
Acceptance treats S as normal, its tail as logistic (1.702 brings the two within 0.0095):

.. math:: \log \hat P = \sum_j \log \Pr(\text{no red line}) + \log\sigma(1.702\,E S / sd\,S)

.. [RebeschiniVanHandel2015] Can local particle filters beat the curse of dimensionality?,
   Annals of Applied Probability 25(5), 2015.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.particles import (
    BELIEF_WORLDS,
    PARTICLES,
    Particles,
    draw_particles,
    fill_said,
    fill_wanted,
)
from sim.records import record
from sim.respond import OPEN
from sim.weighing import (
    log_sigmoid,
    moments,
    resample,
    reweigh,
    update_clear,
    update_worth,
    weighted,
)
from sim.worth import Bools, Floats, Ints, Table, enforcement_level

__all__ = ["BELIEF_WORLDS", "PARTICLES", "Belief", "Particles", "draw_particles"]

LOGISTIC = 1.702
"""Scale at which the logistic curve lies within 0.0095 of the normal one."""

LEAST_VARIANCE = 1e-12
"""Of a believed surplus, util squared: the rounding of an integer coefficient (ours)."""


@record
class Belief(NamedTuple):
    """What is believed of every party in one negotiation; changed in place.

    Attributes
    ----------
    weight : (P, J, N)
        Weights of the draws, issue by issue; each row sums to 1.
    stake : (P, J)
        Mean swing weight of each issue, before they are made to sum to 1.
    mean, variance : (P, J, K)
        Moments of what an option is worth to the party, util.
    clear : (P, J, K)
        Log chance that the option is no red line of its, floored at log 0.001.
    common : (P, N)
        Weights of the draws for what its answers on all issues share: W and posture.
    reserve, reserve_variance : (P,)
        Moments of W at the start, util.
    heard : (P, J)
        Answers heard.
    place : (P, J, N) int64
        Which draw stands at place n once an issue's draws are resampled by weight.
    shared : (P, N) int64
        The same for the weights of what all issues share.
    stake_at : (P, N)
        1 over the sum of the swing weights that then stand at place n.
    stale : (P, J + 1) bool
        Rows whose weights have moved since they were resampled; last, what all issues share.
    """

    weight: Floats
    stake: Floats
    mean: Floats
    variance: Floats
    clear: Floats
    common: Floats
    reserve: Floats
    reserve_variance: Floats
    heard: Floats
    place: Ints
    shared: Ints
    stake_at: Floats
    stale: Bools


@rule
def open_belief(particles: Particles) -> Belief:
    """Return the prior: every draw weighs the same."""
    parties, issues, _, size = particles.worth.shape
    place = np.zeros((parties, issues, size), np.int64)
    shared, stake_at = np.zeros((parties, size), np.int64), np.zeros((parties, size))
    for p in range(parties):
        for n in range(size):
            shared[p, n] = n
        for j in range(issues):
            for n in range(size):
                place[p, j, n] = n
        fill_stakes(particles.traits.weight[p], place[p], stake_at[p])
    return Belief(
        np.full((parties, issues, size), 1.0 / size),
        particles.stake.copy(),
        particles.mean.copy(),
        particles.variance.copy(),
        particles.clear.copy(),
        np.full((parties, size), 1.0 / size),
        particles.reserve_mean.copy(),
        particles.reserve_variance.copy(),
        np.zeros((parties, issues)),
        place,
        shared,
        stake_at,
        np.zeros((parties, issues + 1), np.bool_),
    )


@rule
def copy_belief(belief: Belief) -> Belief:
    """Return a belief of one's own, to learn with."""
    b = belief
    return Belief(
        b.weight.copy(), b.stake.copy(), b.mean.copy(), b.variance.copy(), b.clear.copy(),
        b.common.copy(), b.reserve.copy(), b.reserve_variance.copy(), b.heard.copy(),
        b.place.copy(), b.shared.copy(), b.stake_at.copy(), b.stale.copy(),
    )  # fmt: skip


@rule
def settle(belief: Belief, particles: Particles, skipped: int) -> None:
    """Resample the draws of every row whose weights have moved; not those of party ``skipped``."""
    issues = belief.weight.shape[1]
    for p in range(belief.stale.shape[0]):
        if p == skipped:
            continue
        moved = False
        for j in range(issues):
            if belief.stale[p, j]:
                resample(belief.weight[p, j], belief.place[p, j])
                belief.stale[p, j] = False
                moved = True
        if moved:
            fill_stakes(particles.traits.weight[p], belief.place[p], belief.stake_at[p])
        if belief.stale[p, issues]:
            resample(belief.common[p], belief.shared[p])
            belief.stale[p, issues] = False


@rule
def fill_stakes(weight: Floats, place: Ints, out: Floats) -> None:
    """Fill 1 over the sum of the swing weights (J, N) that stand at each place, (J, N)."""
    for n in range(len(out)):
        out[n] = 0.0
    for j in range(weight.shape[0]):
        for n in range(len(out)):
            out[n] += weight[j, place[j, n]]
    for n in range(len(out)):
        out[n] = 1.0 / out[n]


@rule
def learn_answer(
    belief: Belief, particles: Particles, level: int, p: int, text: Ints, statuses: Ints,
    rise: float = 0.0,
) -> None:  # fmt: skip
    """Learn all that party ``p`` said of a text, issue by issue; OPEN teaches nothing.

    ``level`` is 0 before envoys, 1 before leaders (whose overstatement differs, 4.1); ``rise`` is
    how far its thresholds have publicly risen since the start, value units.
    """
    chance, room = np.zeros(particles.at_height.shape[4]), np.zeros(belief.weight.shape[2])
    at_height, heard, before = particles.at_height, belief.heard, total_stake(belief, p)
    for j in range(len(text)):
        if statuses[j] != OPEN:
            heard[p, j] += 1.0
            told, times = at_height[statuses[j], p, j, text[j]], heard[p, j]
            for g in range(len(chance)):
                chance[g] += told[g] / times
            learn_status(belief, particles, level, statuses[j], p, j, text[j], room, before)
    rescale(belief, p, before)
    learn_common(belief, particles, level, p, chance, rise)


@rule
def learn_ask(belief: Belief, particles: Particles, p: int, j: int, k: int) -> None:
    """Learn that party ``p`` asked for option ``k`` on issue ``j`` (5.1b)."""
    before = total_stake(belief, p)
    if particles.renewed[p, j]:
        room = np.zeros(belief.weight.shape[2])
        fill_wanted(particles, p, j, k, room)
        learn_issue(belief, particles, p, j, room, before)
    else:
        learn_issue(belief, particles, p, j, particles.want[p, j, k], before)
    rescale(belief, p, before)


@rule
def learn_status(
    belief: Belief, particles: Particles, level: int, status: int, p: int, j: int, k: int,
    room: Floats, total: float,
) -> None:  # fmt: skip
    """Learn one status from its chance by every draw, as tabled, or of new draws in ``room``."""
    if particles.renewed[p, j]:
        fill_said(particles, level, status, p, j, k, room)
        learn_issue(belief, particles, p, j, room, total)
    else:
        learn_issue(belief, particles, p, j, particles.say[level, status, p, j, k], total)


@rule
def learn_issue(
    belief: Belief, particles: Particles, p: int, j: int, chance: Floats, total: float
) -> None:
    """Weigh the draws of one issue by a likelihood (N,); worths are kept over ``total``."""
    weight = belief.weight[p, j]
    if reweigh(weight, chance):
        belief.stale[p, j] = True
        belief.stake[p, j] = weighted(weight, particles.traits.weight[p, j])
        worth, spread = particles.worth[p, j], particles.variance[p, j]
        update_worth(weight, worth, spread, 1.0 / total, belief.mean[p, j], belief.variance[p, j])
        update_clear(weight, particles.red[p, j], particles.risky[p, j], belief.clear[p, j])


@rule
def total_stake(belief: Belief, p: int) -> float:
    """Return the sum of a party's believed weights."""
    total = 0.0
    for j in range(belief.stake.shape[1]):
        total += belief.stake[p, j]
    return total


@rule
def rescale(belief: Belief, p: int, before: float) -> None:
    """Divide worths by the sum of weights now believed, where they were over ``before``."""
    mean, variance, share = belief.mean, belief.variance, before / total_stake(belief, p)
    for j in range(mean.shape[1]):
        for k in range(mean.shape[2]):
            mean[p, j, k] *= share
            variance[p, j, k] *= share * share


@rule
def learn_common(
    belief: Belief, particles: Particles, level: int, p: int, chance: Floats, rise: float
) -> None:
    """Weigh the draws of W and posture by the log chance (G,) of an answer at each height."""
    common, height, last = belief.common[p], particles.height[level, p], len(chance) - 1
    low, step, most = particles.lowest[p], particles.step[p], chance[0]
    for g in range(len(chance)):
        most = max(most, chance[g])
    likely = np.zeros(len(common))
    for n in range(len(common)):
        x = min(max((height[n] + rise - low) / step, 0.0), float(last))
        g = min(int(x), last - 1)
        likely[n] = math.exp(chance[g] + (x - g) * (chance[g + 1] - chance[g]) - most)
    if reweigh(common, likely):
        belief.stale[p, belief.weight.shape[1]] = True
        found = moments(common, particles.reserve[p])
        belief.reserve[p], belief.reserve_variance[p] = found[0], found[1]


@rule
def log_chance(mean: float, variance: float, clear: float) -> float:
    """Return the log chance of acceptance of a surplus with these moments, util."""
    return clear + log_sigmoid(LOGISTIC * mean / math.sqrt(max(variance, LEAST_VARIANCE)))


@rule
def believed_surplus(
    belief: Belief, particles: Particles, table: Table, text: Ints, p: int, moved: float, bar: float
) -> tuple[float, float, float]:
    """Return mean and variance of S_P(x) less the bar, and the log chance of no red line.

    ``moved`` is the public estimate of how far W has moved since the start, ``bar`` what the
    party is believed to hold out for, both util. A bracketed issue adds nothing.
    """
    mean, variance = -belief.reserve[p] - moved, belief.reserve_variance[p]
    clear, shift, power = 0.0, 0.0, particles.power_shift
    means, variances, clears = belief.mean, belief.variance, belief.clear
    for j in range(len(text)):
        k = text[j]
        if k >= 0:
            mean += means[p, j, k]
            variance += variances[p, j, k]
            clear += clears[p, j, k]
            shift += power[j, k]
    links = table.links
    for q in range(len(links)):
        if text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3]:
            mean += particles.link_mean[p, q]
            variance += particles.link_variance[p, q]
    a = particles.peace_mean[p, enforcement_level(text, table.enforcement)]
    mean = a * mean + (1.0 - a) * particles.omega_mean[p] * shift - bar
    return mean, a * a * variance, clear


@rule
def log_acceptance(
    belief: Belief, particles: Particles, table: Table, text: Ints, p: int, moved: float, bar: float
) -> float:
    """Return the believed log chance that party ``p`` would sign the text."""
    mean, variance, clear = believed_surplus(belief, particles, table, text, p, moved, bar)
    return log_chance(mean, variance, clear)
