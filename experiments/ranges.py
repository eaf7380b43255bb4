"""Shares and medians as ranges over what no evidence teaches, with the end that attains each.

The prior worlds are split into thirds along every drawn number of the unlearned box (patience,
costs, hazards, optimism, break hazard). If the spread between those thirds is wider than chance
makes it (outcomes shuffled over the draws, 95 %), the headline's range runs from its lowest to
its highest third and both are named. Otherwise no driver is shown and the range is the 95 %
sampling interval: Wilson's for shares, a bootstrap for medians.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]

PREFIX = "draw_"
MIN_WORLDS = 30
"""Fewer worlds than this are not split into thirds."""

SHUFFLES = 200
RESAMPLES = 400


@dataclass(frozen=True)
class Range:
    """A headline value, its range, and the third that attains each end.

    ``low`` and ``high`` are None where there are too few worlds for any range.
    """

    value: float
    low: float | None
    high: float | None
    low_where: str = ""
    high_where: str = ""
    n: int = 0

    def words(self, form: Callable[[float], str]) -> str:
        """Say the range in words, for instance ``20 % where ... is low, to 41 % where ...``."""
        if self.low is None or self.high is None:
            return "too few worlds for a range"
        if not self.low_where:
            return f"sampling 95 %: {form(self.low)} to {form(self.high)}; no driver shown"
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
    value, n = statistic(sample), len(sample)
    if n < MIN_WORLDS:
        return sampling(sample, statistic)
    thirds = _thirds(draws)
    if not thirds:
        return sampling(sample, statistic)
    found = [(statistic(sample[mask]), where) for where, mask in thirds]
    low, high = min(found, key=lambda f: f[0]), max(found, key=lambda f: f[0])
    if not high[0] - low[0] > _width_by_chance(sample, thirds, statistic):
        return sampling(sample, statistic)
    return Range(value, min(low[0], value), max(high[0], value), low[1], high[1], n)


def _thirds(draws: dict[str, Floats]) -> list[tuple[str, NDArray[np.bool_]]]:
    """List the lowest and highest third of every number that was really drawn."""
    thirds = []
    for column, draw in draws.items():
        if draw.min() < draw.max():
            cuts = np.quantile(draw, [1 / 3, 2 / 3])
            thirds.append((f"where {name_of(column)} is low", draw <= cuts[0]))
            thirds.append((f"where {name_of(column)} is high", draw >= cuts[1]))
    return thirds


def _width_by_chance(
    sample: Floats, thirds: list[tuple[str, NDArray[np.bool_]]], statistic: Statistic
) -> float:
    """Return the spread between thirds that shuffled outcomes exceed in 5 % of cases."""
    generator = np.random.default_rng(0)
    widths = []
    for _ in range(SHUFFLES):
        shuffled = generator.permutation(sample)
        values = [statistic(shuffled[mask]) for _, mask in thirds]
        low, high = min(values), max(values)
        widths.append(0.0 if low == high else high - low)
    return float(np.quantile(widths, 0.95, method="higher"))


def sampling(sample: Floats, statistic: Statistic) -> Range:
    """Return a statistic with its 95 % sampling interval (none below two worlds)."""
    value, n = statistic(sample), len(sample)
    if n < 2:
        return Range(value, None, None, n=n)
    if statistic is share:
        interval = binomtest(int(sample.sum()), n).proportion_ci(method="wilson")
        return Range(value, float(interval.low), float(interval.high), n=n)
    generator = np.random.default_rng(0)
    again = np.sort([statistic(generator.choice(sample, n)) for _ in range(RESAMPLES)])
    low, high = again[int(0.025 * RESAMPLES)], again[int(0.975 * RESAMPLES)]
    return Range(value, float(low), float(high), n=n)


def quantile(sample: Floats, q: float) -> float:
    """Return an observed quantile; infinities are values like any other."""
    return float(np.sort(sample)[min(int(q * len(sample)), len(sample) - 1)])


def median(sample: Floats) -> float:
    """Return the observed median."""
    return quantile(sample, 0.5)


def share(flags: Floats) -> float:
    """Return the share of true flags (0 or 1)."""
    return float(flags.mean())
