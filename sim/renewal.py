r"""Renewal: where few draws of an issue carry the belief, new ones are made near them (4.3).

When the effective number of draws of a block, :math:`1/\sum\omega^2`, falls under half, its draws
are resampled and log weight, threshold and values are jittered by the kernel of [LiuWest2001]_,
which keeps mean and variance of what it smooths:

.. math:: \theta' = a\,\theta + (1-a)\,\bar\theta + \sqrt{1-a^2}\;s_\theta\,\varepsilon

Values are bent, :math:`v' = v^{\exp(b\varepsilon)}`, which leaves worst 0, best 1 and their order
(ours). Red lines, steepness, xi, lapse and posture are inherited from the draw resampled. The full
likelihood of new draws is reckoned when an answer asks for it: most is never asked for. Only
``mediator=particles`` does this, on its own copy of the draws.

.. [LiuWest2001] Combined parameter and state estimation in simulation-based filtering, in
   Sequential Monte Carlo Methods in Practice, Springer 2001.
"""

import math

import numpy as np

from sim import rng
from sim.belief import Belief, rescale, total_stake
from sim.compiled import rule
from sim.particles import Particles, Traits
from sim.weighing import (
    effective,
    moments,
    resample,
    update_clear,
    update_worth,
    weighted,
)
from sim.worth import Bools, Floats, Ints

KEEP = 0.98
"""a of the kernel: how far a draw stays itself (Liu and West use 0.974 to 0.995)."""

BEND = 0.05
"""Spread of the bending of values, log exponent (ours: a sixth of the prior's increments)."""

KINDS = 3
"""Jittered numbers per draw: log weight, threshold, bend."""


@rule
def own_particles(particles: Particles) -> Particles:
    """Return particles whose draws may be renewed; prior tables are shared, draws are copies."""
    q, t = particles, particles.traits
    traits = Traits(
        t.weight.copy(), t.threshold.copy(), t.value.copy(), t.beta, t.xi, t.lapse, t.posture,
        t.origin.copy(), t.zeta,
    )  # fmt: skip
    return Particles(
        q.worth.copy(), q.red.copy(), q.say, q.want, q.at_height, q.lowest, q.step,
        q.height, q.stake, q.mean, q.variance, q.clear, q.link, q.link_mean, q.link_variance,
        q.peace, q.peace_mean, q.omega, q.omega_mean, q.reserve, q.reserve_mean,
        q.reserve_variance, q.power_shift, q.n_options, q.risky,
        q.renewed.copy(), traits,
    )  # fmt: skip


@rule
def renew(belief: Belief, particles: Particles, p: int, seed: int, world: int, round_: int) -> int:
    """Renew the worn blocks of party ``p`` in place; return how many.

    ``seed``, ``world`` and ``round_`` (the contact) are the address of the luck.
    """
    issues, size = belief.weight.shape[1], belief.weight.shape[2]
    luck, before, count = np.zeros((KINDS, size)), total_stake(belief, p), 0
    for j in range(issues):
        if effective(belief.weight[p, j]) < 0.5 * size:
            for i in range(KINDS):
                for n in range(size):
                    slot = ((p * issues + j) * KINDS + i) * size + n
                    luck[i, n] = rng.normal(seed, world, rng.PARTICLES, round_, slot)
            renew_block(belief, particles, p, j, luck, before)
            count += 1
    rescale(belief, p, before)
    return count


@rule
def renew_block(
    belief: Belief, particles: Particles, p: int, j: int, luck: Floats, total: float
) -> None:
    """Resample, jitter and table anew the draws of one issue; worths are kept over ``total``."""
    t, weight, n = particles.traits, belief.weight[p, j], particles.n_options[j]
    place = np.zeros(len(weight), np.int64)
    resample(weight, place)
    jitter_log(weight, t.weight[p, j], place, luck[0])
    jitter(weight, t.threshold[p, j], place, luck[1])
    inherit(t.origin[p, j], place)
    for k in range(n):
        move(t.value[p, j, k], place)
        inherit_lines(particles.red[p, j, k], place)
    bend(t.value, p, j, n, luck[2])
    weigh_anew(particles, p, j)
    particles.renewed[p, j] = True
    for i in range(len(weight)):
        weight[i] = 1.0 / len(weight)
    belief.stale[p, j] = True
    belief.stake[p, j] = weighted(weight, t.weight[p, j])
    worth, spread = particles.worth[p, j], particles.variance[p, j]
    update_worth(weight, worth, spread, 1.0 / total, belief.mean[p, j], belief.variance[p, j])
    update_clear(weight, particles.red[p, j], particles.risky[p, j], belief.clear[p, j])


@rule
def jitter(weight: Floats, x: Floats, place: Ints, luck: Floats) -> None:
    """Resample ``x`` and smooth it by the kernel; ``weight`` are those before resampling."""
    mean, variance = moments(weight, x)
    noise = math.sqrt((1.0 - KEEP * KEEP) * variance)
    move(x, place)
    for n in range(len(x)):
        x[n] = KEEP * x[n] + (1.0 - KEEP) * mean + noise * luck[n]


@rule
def jitter_log(weight: Floats, x: Floats, place: Ints, luck: Floats) -> None:
    """Do the same on the log scale, for numbers above 0."""
    logs = np.zeros(len(x))
    for n in range(len(x)):
        logs[n] = math.log(x[n])
    jitter(weight, logs, place, luck)
    for n in range(len(x)):
        x[n] = math.exp(logs[n])


@rule
def bend(value: Floats, p: int, j: int, n_options: int, luck: Floats) -> None:
    """Bend the values of one issue, ``value`` (P, J, K, N)."""
    for n in range(len(luck)):
        power = math.exp(BEND * luck[n])
        for k in range(n_options):
            if 0.0 < value[p, j, k, n] < 1.0:  # worst and best stay where they are
                value[p, j, k, n] = math.pow(value[p, j, k, n], power)


@rule
def move(x: Floats, place: Ints) -> None:
    """Put in every place the number of the draw resampled there."""
    old = x.copy()
    for n in range(len(x)):
        x[n] = old[place[n]]


@rule
def inherit(x: Ints, place: Ints) -> None:
    """Do the same for the number of the draw a particle descends from."""
    old = x.copy()
    for n in range(len(x)):
        x[n] = old[place[n]]


@rule
def inherit_lines(x: Bools, place: Ints) -> None:
    """Do the same for red lines."""
    old = x.copy()
    for n in range(len(x)):
        x[n] = old[place[n]]


@rule
def weigh_anew(particles: Particles, p: int, j: int) -> None:
    """Fill what the options of one issue are worth to its new draws."""
    weight, value, worth = particles.traits.weight, particles.traits.value, particles.worth
    for k in range(particles.n_options[j]):
        for n in range(worth.shape[3]):
            worth[p, j, k, n] = weight[p, j, n] * value[p, j, k, n]
