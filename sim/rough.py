r"""Rough acceptance: how many composites would sign, near enough to rule a change out.

A search looks at every change of one point and makes one. Here acceptance is reckoned in
arithmetic a processor does four draws at a time; whoever searches then looks exactly
(:func:`sim.composite.willing`) at the few changes that come near the best. The curve is

.. math:: \sigma(x) = \frac{1}{1+e^{-x}}, \qquad
          e^{y} = \Big(\sum_{i \le 6} \frac{(y/512)^i}{i!}\Big)^{512}

whose relative error is below 3e-6 for -100 < x < 40, where it ends.
"""

from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.composite import TAU, Composite, add_row
from sim.particles import LEAST_CLEAR, Particles
from sim.records import record
from sim.worth import Bools, Floats, Ints

LOWEST, HIGHEST = -100.0, 40.0
"""Beyond these the curve is held: above it is 1 to the last bit."""

THIRD, FOURTH, FIFTH, SIXTH = 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0
"""Coefficients of the series of e^y."""

LEAST_ROUGH = 1e-36
"""Below this share the held end could matter, and the exact one is taken."""


@record
class Will(NamedTuple):
    """The will of one party's composites as a line in u, and room to reckon in; (N,) each.

    ``slope`` and ``height``: S / tau = slope u + height; ``base``: u of the text without the
    issue at hand; ``clear``: 1, or the floor of a composite that crosses a red line; ``none``:
    zeros; ``out``: the will itself.
    """

    slope: Floats
    height: Floats
    base: Floats
    clear: Floats
    none: Floats
    out: Floats


@rule
def new_will(size: int) -> Will:
    """Return room for ``size`` composites."""
    return Will(
        np.zeros(size), np.zeros(size), np.zeros(size), np.ones(size), np.zeros(size),
        np.zeros(size),
    )  # fmt: skip


@rule
def set_line(
    will: Will, composite: Composite, particles: Particles, p: int, level: int, shift: float,
    linked: Ints, moved: float, bar: float,
) -> None:  # fmt: skip
    """Fill slope and height at a level, at power-shift points and with pairs of options."""
    shared, part, omega = composite.shared[p], composite.share[p], composite.omega[p]
    reserve, peace, slope, height = (
        composite.reserve[p],
        particles.peace[p, level],
        will.slope,
        will.height,
    )
    for n in range(len(height)):
        height[n] = -reserve[n] - moved
    for q in linked:
        add_row(height, particles.link[p, q], shared)
    for n in range(len(slope)):
        slope[n] = peace[shared[n]]
    for n in range(len(slope)):  # by itself, so that a processor takes four at a time
        a = slope[n]
        slope[n] = a * part[n] * (1.0 / TAU)
        height[n] = (a * height[n] + (1.0 - a) * omega[n] * shift - bar) * (1.0 / TAU)


@rule
def set_clear(will: Will, crossed: Ints, red: Bools, place: Ints, old: int, new: int) -> None:
    """Fill what crossing red lines leaves of the will once ``old`` gives way to ``new``.

    ``crossed`` (N,) counts the lines crossed now, ``red`` (K, N) are those of the issue.
    """
    clear = will.clear
    for n in range(len(clear)):
        lines = crossed[n]
        if old != new and old >= 0:
            lines -= red[old, place[n]]
        if old != new and new >= 0:
            lines += red[new, place[n]]
        clear[n] = 1.0 if lines == 0 else LEAST_CLEAR


@rule
def fill_will(
    slope: Floats, height: Floats, base: Floats, gain: Floats, clear: Floats, out: Floats
) -> None:
    """Fill the will of every composite: only sums and products, so several go at a time."""
    for n in range(len(out)):
        x = min(max(slope[n] * (base[n] + gain[n]) + height[n], LOWEST), HIGHEST)
        y = x * (-1.0 / 512.0)
        e = FOURTH + y * (FIFTH + y * SIXTH)
        e = 1.0 + y * (1.0 + y * (0.5 + y * (THIRD + y * e)))
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        out[n] = np.divide(clear[n], 1.0 + e)  # Python's own division looks for zeros


@rule
def total_of(x: Floats) -> float:
    """Return the sum, in four lanes."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = len(x) - len(x) % 4
    for n in range(0, whole, 4):
        a += x[n]
        b += x[n + 1]
        c += x[n + 2]
        d += x[n + 3]
    for n in range(whole, len(x)):
        a += x[n]
    return float((a + b) + (c + d))


@rule
def mean_of(will: Will, base: Floats, gain: Floats) -> float:
    """Return the mean surplus of the composites, util."""
    total = 0.0
    for n in range(len(base)):
        total += will.slope[n] * (base[n] + gain[n]) + will.height[n]
    return TAU * total / len(base)
