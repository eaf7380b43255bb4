r"""Belief: what everybody at the table has learnt about a party from its answers (4.3).

Every answer reaches all and priors are common, so there is one belief per party, shared by the
mediator and the other sides. Each issue's particles are weighted on their own (a block particle
filter [RebeschiniVanHandel2015]_): 29 answers at once would leave one of 200 joint particles.
Weights, values and thresholds are independent between issues in the prior up to the sum of the
weights; steepness, posture and W are shared, and what one issue tells of them is not carried to
the others: an approximation.

.. math:: \omega_{Pjn} \propto \omega_{Pjn}\,\Pr(status \mid n) \qquad
          S_P(x) \approx A\,[\textstyle\sum_j m_{Pj}(x_j) + L - W] + (1-A)\,\omega\,sh - bar

Acceptance treats S as normal, its tail as logistic (ours; 1.702 brings the two within 0.0095):

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
    LEAST_CLEAR,
    PARTICLES,
    Particles,
    draw_particles,
)
from sim.records import record
from sim.respond import OPEN
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
    mean, variance : (P, J, K)
        Moments of what an option is worth to the party, util.
    clear : (P, J, K)
        Log chance that the option is no red line of its, floored at log 0.001.
    """

    weight: Floats
    mean: Floats
    variance: Floats
    clear: Floats


@rule
def open_belief(particles: Particles) -> Belief:
    """Return the prior: every draw weighs the same."""
    parties, issues, _, size = particles.worth.shape
    weight = np.full((parties, issues, size), 1.0 / size)
    return Belief(weight, particles.mean.copy(), particles.variance.copy(), particles.clear.copy())


@rule
def learn_answer(
    belief: Belief, particles: Particles, level: int, p: int, text: Ints, statuses: Ints
) -> None:
    """Learn all that party ``p`` said of a text, issue by issue; OPEN teaches nothing.

    ``level`` is 0 before envoys, 1 before leaders (whose overstatement differs, 4.1).
    """
    say = particles.say
    weight, n_options = belief.weight, particles.n_options
    worth, spread = particles.worth, particles.variance
    mean, variance, clear = belief.mean, belief.variance, belief.clear
    red, risky = particles.red, particles.risky
    for j in range(len(text)):
        if statuses[j] != OPEN and reweigh(weight[p, j], say[level, statuses[j], p, j, text[j]]):
            to = mean[p, j], variance[p, j]
            update_worth(weight[p, j], worth[p, j], spread[p, j], n_options[j], to[0], to[1])
            update_clear(weight[p, j], red[p, j], risky[p, j], clear[p, j])


@rule
def learn_status(
    belief: Belief, particles: Particles, level: int, p: int, j: int, k: int, status: int
) -> None:
    """Learn that party ``p`` gave option ``k`` of issue ``j`` this status."""
    if reweigh(belief.weight[p, j], particles.say[level, status, p, j, k]):
        update_moments(belief, particles, p, j)


@rule
def learn_ask(belief: Belief, particles: Particles, p: int, j: int, k: int) -> None:
    """Learn that party ``p`` asked for option ``k`` on issue ``j`` (5.1b)."""
    if reweigh(belief.weight[p, j], particles.want[p, j, k]):
        update_moments(belief, particles, p, j)


@rule
def predicted(
    belief: Belief, particles: Particles, level: int, p: int, j: int, k: int, status: int
) -> float:
    """Return the believed chance of a status not yet heard."""
    return weighted(belief.weight[p, j], particles.say[level, status, p, j, k])


@rule
def weighted(weight: Floats, x: Floats) -> float:
    """Return sum of weight times x, in four lanes: a fixed order of sums, and four at a time."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = len(x) - len(x) % 4
    for n in range(0, whole, 4):
        a += weight[n] * x[n]
        b += weight[n + 1] * x[n + 1]
        c += weight[n + 2] * x[n + 2]
        d += weight[n + 3] * x[n + 3]
    for n in range(whole, len(x)):
        a += weight[n] * x[n]
    return float((a + b) + (c + d))


@rule
def moments(weight: Floats, x: Floats) -> tuple[float, float]:
    """Return mean and variance of ``x``, in two lanes."""
    a, b, aa, bb = 0.0, 0.0, 0.0, 0.0
    whole = len(x) - len(x) % 2
    for n in range(0, whole, 2):
        one, two = weight[n] * x[n], weight[n + 1] * x[n + 1]
        a += one
        b += two
        aa += one * x[n]
        bb += two * x[n + 1]
    for n in range(whole, len(x)):
        a += weight[n] * x[n]
        aa += weight[n] * x[n] * x[n]
    mean = a + b
    return mean, max(aa + bb - mean * mean, 0.0)


@rule
def reweigh(weight: Floats, chance: Floats) -> bool:
    """Multiply the weights by a likelihood and let them sum to 1 again (Bayes).

    An answer that no draw could give teaches nothing: False, and the weights stay.
    """
    total = weighted(weight, chance)
    if total <= 0.0:
        return False
    share = 1.0 / total
    for n in range(len(weight)):
        weight[n] *= chance[n] * share
    return True


@rule
def update_moments(belief: Belief, particles: Particles, p: int, j: int) -> None:
    """Recompute what is believed of one party on one issue."""
    weight = belief.weight[p, j]
    worth, spread = particles.worth[p, j], particles.variance[p, j]
    mean, variance = belief.mean[p, j], belief.variance[p, j]
    update_worth(weight, worth, spread, particles.n_options[j], mean, variance)
    update_clear(weight, particles.red[p, j], particles.risky[p, j], belief.clear[p, j])


@rule
def update_worth(
    weight: Floats, worth: Floats, spread: Floats, n_options: int, mean: Floats, variance: Floats
) -> None:
    """Recompute what each option is worth, ``worth`` (K, N); ``spread`` 0: all draws agree."""
    for k in range(n_options):
        if spread[k] > 0.0:
            mean[k], variance[k] = moments(weight, worth[k])


@rule
def update_clear(weight: Floats, red: Bools, risky: Bools, clear: Floats) -> None:
    """Recompute the log chance that each option is no red line, floored; ``red`` (K, N)."""
    for k in range(len(risky)):
        if risky[k]:
            free = 0.0
            for n in range(len(weight)):
                if not red[k, n]:
                    free += weight[n]
            clear[k] = math.log(min(max(free, LEAST_CLEAR), 1.0))


@rule
def log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) without overflow."""
    return -math.log1p(math.exp(-x)) if x > 0.0 else x - math.log1p(math.exp(x))


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
    mean, variance = -particles.reserve_mean[p] - moved, particles.reserve_variance[p]
    clear, shift = 0.0, 0.0
    for j in range(len(text)):
        k = text[j]
        if k >= 0:
            mean += belief.mean[p, j, k]
            variance += belief.variance[p, j, k]
            clear += belief.clear[p, j, k]
            shift += particles.power_shift[j, k]
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
