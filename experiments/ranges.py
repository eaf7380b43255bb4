"""Shares and medians as ranges over what no evidence teaches, with the end that attains each.

The prior worlds are split into thirds along every drawn number of the unlearned box (patience,
costs, hazards, optimism, break hazard); a headline's range runs from its lowest to its highest
value among those thirds. A third of 200 worlds is 67, so part of the width is sampling noise:
each sentence also gives the number of worlds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]

PREFIX = "draw_"
MIN_WORLDS = 30
"""Fewer worlds than this are not split into thirds."""


@dataclass(frozen=True)
class Range:
    """A headline value, its range, and the third that attains each end."""

    value: float
    low: float
    high: float
    low_where: str = ""
    high_where: str = ""
    n: int = 0

    def words(self, form: Callable[[float], str]) -> str:
        """Say the range in words, for instance ``20 % where ... is low, to 41 % where ...``."""
        if not self.low_where:
            return f"{form(self.low)} to {form(self.high)}"
        return f"{form(self.low)} {self.low_where} to {form(self.high)} {self.high_where}"


def name_of(column: str) -> str:
    """Return a drawn number's name in plain words.

    >>> name_of("draw_cost_egypt")
    'the cost of fighting to egypt'
    """
    name = column.removeprefix(PREFIX)
    words = {"delta": "patience", "rho0": "the hazard that a deal breaks"}
    for start, phrase in (
        ("cost_", "the cost of fighting to "),
        ("optimism_", "the optimism of "),
        ("hazard_", "the hazard of "),
    ):
        if name.startswith(start):
            return phrase + name.removeprefix(start).replace("_", " of ", 1)
    return words.get(name, name)


def over_thirds(sample: Floats, draws: dict[str, Floats], statistic: Statistic) -> Range:
    """Return a statistic of ``sample`` (n,) and its range over thirds of every draw (n,)."""
    value = statistic(sample)
    if len(sample) < MIN_WORLDS:
        return Range(value, value, value, n=len(sample))
    ends = [(value, ""), (value, "")]
    for column, draw in draws.items():
        if draw.min() == draw.max():
            continue
        cuts = np.quantile(draw, [1 / 3, 2 / 3])
        for third, end in ((draw <= cuts[0], "low"), (draw >= cuts[1], "high")):
            here = (statistic(sample[third]), f"where {name_of(column)} is {end}")
            ends = [min(ends[0], here), max(ends[1], here)]
    (low, low_where), (high, high_where) = ends
    return Range(value, low, high, low_where, high_where, len(sample))


def quantile(sample: Floats, q: float) -> float:
    """Return an observed quantile; infinities are values like any other."""
    ordered: Sequence[float] = np.sort(sample)
    return float(ordered[min(int(q * len(ordered)), len(ordered) - 1)])


def median(sample: Floats) -> float:
    """Return the observed median."""
    return quantile(sample, 0.5)


def share(flags: Floats) -> float:
    """Return the share of true flags."""
    return float(flags.mean())
