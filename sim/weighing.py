"""Weighing draws: sums, moments and Bayes over weighted particles, the same plain and compiled.

Sums run in a few lanes: the order of additions is fixed, so plain and compiled agree bit for bit,
and a processor adds the lanes side by side.
"""

import math

import numpy as np

from sim.compiled import rule
from sim.particles import LEAST_CLEAR
from sim.worth import Bools, Floats, Ints

DOUBT = 1e-6
"""Far above the rounding of a cumulated weight, counted in places."""

EDGE, STEPS = 32, 64
"""Where the tabled curves of this file end on either side; their nodes per unit."""


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
def moments_of_two(weight: Floats, x: Floats, y: Floats) -> tuple[float, float, float, float]:
    """Return mean and variance of ``x`` and of ``y``: the same sums, side by side."""
    a, b, aa, bb = 0.0, 0.0, 0.0, 0.0
    c, d, cc, dd = 0.0, 0.0, 0.0, 0.0
    whole = len(x) - len(x) % 2
    for n in range(0, whole, 2):
        one, two = weight[n] * x[n], weight[n + 1] * x[n + 1]
        a += one
        b += two
        aa += one * x[n]
        bb += two * x[n + 1]
        one, two = weight[n] * y[n], weight[n + 1] * y[n + 1]
        c += one
        d += two
        cc += one * y[n]
        dd += two * y[n + 1]
    for n in range(whole, len(x)):
        a += weight[n] * x[n]
        aa += weight[n] * x[n] * x[n]
        c += weight[n] * y[n]
        cc += weight[n] * y[n] * y[n]
    left, right = a + b, c + d
    return (left, max(aa + bb - left * left, 0.0), right, max(cc + dd - right * right, 0.0))


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
def update_worth(
    weight: Floats, worth: Floats, spread: Floats, share: float, mean: Floats, variance: Floats
) -> None:
    """Recompute what each option is worth, ``worth`` (K, N), times ``share``.

    Where ``spread`` is 0 all draws agree, and nothing changes.
    """
    waits = -1
    for k in range(len(spread)):
        if spread[k] > 0.0:
            if waits < 0:
                waits = k
            else:
                a, b, c, d = moments_of_two(weight, worth[waits], worth[k])
                mean[waits], variance[waits] = share * a, share * share * b
                mean[k], variance[k] = share * c, share * share * d
                waits = -1
    if waits >= 0:
        a, b = moments(weight, worth[waits])
        mean[waits], variance[waits] = share * a, share * share * b


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


CURVE = np.array([log_sigmoid(i / STEPS - EDGE) for i in range(2 * EDGE * STEPS + 1)])


@rule
def rough_log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) within 8e-6, by interpolation and without the exp."""
    inside = min(max(x, -EDGE), EDGE - 1.0 / STEPS)
    at = (inside + EDGE) * STEPS
    i = int(at)
    return float(CURVE[i] + (at - i) * (CURVE[i + 1] - CURVE[i]) + min(x - inside, 0.0))


POWERS = np.array([math.exp(-i / STEPS) for i in range(EDGE * STEPS + 1)])


@rule
def rough_exp(x: float) -> float:
    """Return exp(x) within 1e-6 of itself, -32 < x <= 0, from a table and a short series."""
    i = int(-x * STEPS)
    d = x + i / STEPS
    return float(POWERS[i] * (1.0 + d * (1.0 + 0.5 * d)))


@rule
def effective(weight: Floats) -> float:
    """Return the effective number of draws, 1 / sum of squared weights."""
    return 1.0 / weighted(weight, weight)


@rule
def places_below(mass: float, size: int) -> int:
    """Return how many of the quantiles (n + 1/2) / ``size`` a cumulated weight has reached."""
    guess = mass * size + 0.5
    count = int(guess)
    if abs(guess - count - 0.5) > 0.5 - DOUBT:  # so near a quantile that rounding could decide
        while count > 0 and (count - 0.5) / size > mass:
            count -= 1
        while count < size and (count + 0.5) / size <= mass:
            count += 1
    return min(count, size)


@rule
def resample(weight: Floats, out: Ints) -> None:
    """Fill ``out`` with the particle at quantile (n + 1/2) / N of the weights, for every n.

    Every particle is counted at the first place it would stand at, and a place holds the last of
    those counted so far: no step waits for a comparison that could go either way.
    """
    size = len(weight)
    for n in range(size):
        out[n] = 0
    first, mass = 0, 0.0
    for at in range(size):
        if first < size:
            out[first] += 1
        mass += weight[at]
        first = places_below(mass, size)
    last = -1
    for n in range(size):
        last += out[n]
        out[n] = last
