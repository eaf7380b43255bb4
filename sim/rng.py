"""Randomness with an address: every random number is a pure function of where it is used.

``draw(seed, world, stream, round_, index)`` always returns the same number, whoever asks, in
whatever order, in plain Python or compiled. World 81,237 is therefore the same alone or in a
batch, and switching one module off moves nobody else's luck (common random numbers).

The counter is mixed by the splitmix64 finaliser [Steele2014]_. Plain Python masks its unbounded
integers to 64 bits; compiled code uses ``uint64``. The two agree bit for bit (tested).

.. [Steele2014] Steele, Lea & Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

import math

import numpy as np
from numba.extending import overload

from sim.compiled import rule

# Streams: one per decision that uses luck. Never renumber; add at the end.
WEIGHTS, SHAPES, PARTY_SHAPES, IDEALS, RED_LINES, THRESHOLDS, WAR_PRIORS, RESPONSE_PRIORS = range(8)
STATUSES, LAPSES, LAPSE_STATUSES, WAR_ENDS, MEDIATOR_EXIT, UNKNOWN_POINTS = range(8, 14)
WAR_NOISE, COHESION, ECONOMY, PARTICLES, BELIEF_MIX, LINKS, RELAY, VISITS = range(14, 22)
DRAFTS = 22

_MASK = 0xFFFFFFFFFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_TO_UNIT = 2.0**-53


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * _MIX_1) & _MASK
    z = ((z ^ (z >> 27)) * _MIX_2) & _MASK
    return z ^ (z >> 31)


def draw(seed: int, world: int, stream: int, round_: int, index: int) -> float:
    """Return the uniform number in (0, 1) that lives at this address.

    Parameters
    ----------
    seed, world, stream, round_, index : int
        The address, each >= 0. ``round_`` is the contact (or the party, for a preference
        draw) and ``index`` counts within it.

    Examples
    --------
    >>> draw(2026, 0, WEIGHTS, 0, 0) == draw(2026, 0, WEIGHTS, 0, 0)
    True
    >>> draw(2026, 0, WEIGHTS, 0, 0) == draw(2026, 1, WEIGHTS, 0, 0)
    False
    """
    z = _mix((int(seed) + _GOLDEN) & _MASK)
    for part in (world, stream, round_, index):
        z = _mix((z + ((int(part) + 1) * _GOLDEN & _MASK)) & _MASK)
    return ((z >> 11) + 0.5) * _TO_UNIT


@overload(draw)
def _draw_compiled(seed, world, stream, round_, index):  # type: ignore[no-untyped-def]
    golden, mix_1, mix_2 = np.uint64(_GOLDEN), np.uint64(_MIX_1), np.uint64(_MIX_2)
    s30, s27, s31, s11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
    one = np.uint64(1)

    def implementation(seed, world, stream, round_, index):  # type: ignore[no-untyped-def]
        z = np.uint64(seed) + golden
        parts = (np.uint64(world), np.uint64(stream), np.uint64(round_), np.uint64(index))
        for step in range(5):
            if step > 0:
                z = z + (parts[step - 1] + one) * golden
            z = (z ^ (z >> s30)) * mix_1
            z = (z ^ (z >> s27)) * mix_2
            z = z ^ (z >> s31)
        return (np.float64(z >> s11) + 0.5) * _TO_UNIT

    return implementation


@rule
def normal(seed: int, world: int, stream: int, round_: int, index: int) -> float:
    """Return the standard normal number at this address (Box-Muller on two uniforms).

    It uses the uniforms ``2 * index`` and ``2 * index + 1`` of the stream; a stream holds either
    uniforms or normals, never both.
    """
    radius = math.sqrt(-2.0 * math.log(draw(seed, world, stream, round_, 2 * index)))
    return radius * math.cos(2.0 * math.pi * draw(seed, world, stream, round_, 2 * index + 1))
