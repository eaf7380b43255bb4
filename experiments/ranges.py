"""Shares and medians as ranges over what no evidence teaches, with the end that attains each.

A run with a box takes the ends of its headlines from there (:mod:`experiments.box`). A run without
one has this poorer look at the same question: the prior worlds are split into thirds along every
drawn number of the unlearned box (patience, costs, hazards, optimism, break hazard). If the spread
between those thirds is wider than chance makes it (outcomes shuffled over the draws, 95 %), the
range runs from the lowest to the highest third and both are named. Otherwise no driver is shown
and the range is the 95 % sampling interval: Wilson's for shares, a bootstrap for medians. The
words of a range say which of these it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

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


SAMPLING, THIRDS, BOX = "sampling", "thirds", "box"
NAMED = 3
"""Numbers of a corner that a sentence names; the rest it counts."""

Corner = dict[str, float]
"""Numbers of the case and the values they are held at, strongest first."""


@dataclass(frozen=True)
class BoxRange:
    """The range of one headline over the box.

    ``low_corner`` holds what attains the low end; it is empty where nothing simulated lies below
    the central value. ``low_inside`` says that the corner meant to lower the headline came out
    above its central value. The same for ``high``; ``worlds`` were simulated at each corner.
    """

    low: float
    high: float
    low_corner: Corner
    high_corner: Corner
    low_inside: bool
    high_inside: bool
    worlds: int


@dataclass(frozen=True)
class Range:
    """A headline value, its range, and what attains each end.

    Attributes
    ----------
    value : float
    low, high : float or None
        None where there are too few worlds for any range.
    low_where, high_where : str
        What attains the ends, in words; empty if nothing is shown to.
    n : int
        Worlds behind the value.
    how : str
        What the range is over: sampling, thirds of the worlds, or the box.
    corners : pair of Corner, or None
        Where in the box the ends were found.
    """

    value: float
    low: float | None
    high: float | None
    low_where: str = ""
    high_where: str = ""
    n: int = 0
    how: str = SAMPLING
    corners: tuple[Corner, Corner] | None = None

    def words(self, form: Callable[[float], str]) -> str:
        """Say the range in words, for instance ``box: 20 % at delta=0.97 to 41 % at ...``."""
        if self.low is None or self.high is None:
            return "too few worlds for a range"
        if not (self.low_where or self.high_where):
            why = {THIRDS: "; no driver shown by thirds", BOX: "; no number of the box moves it"}
            return f"95 % sampling: {form(self.low)} to {form(self.high)}{why.get(self.how, '')}"
        low, high = form(self.low), form(self.high)
        if self.how == BOX and low == high:
            return f"box: {low} at both corners"
        return f"{self.how}: {low} {self.low_where} to {high} {self.high_where}"


def boxed(sample: Floats, statistic: Statistic, found: BoxRange) -> Range:
    """Return a statistic of ``sample`` (n,) with the range that the box gave it."""
    if not (found.low_corner or found.high_corner):
        return replace(sampling(sample, statistic), how=BOX, corners=({}, {}))
    return Range(
        statistic(sample),
        found.low,
        found.high,
        where(found.low_corner, found.low_inside),
        where(found.high_corner, found.high_inside),
        len(sample),
        BOX,
        (found.low_corner, found.high_corner),
    )


def where(corner: Corner, inside: bool) -> str:
    """Name a corner: its three strongest numbers, and how many more.

    >>> where({"delta": 0.97, "rho0": 0.004, "optimism": 0.7, "kE.us": 0.02}, False)
    '(delta=0.97, rho0=0.004, optimism=0.7 and 1 more)'
    >>> where({"delta": 0.97}, True)
    '(delta=0.97; its corner came out inside)'
    """
    pairs = [f"{name}={value:.4g}" for name, value in corner.items()]
    said = ", ".join(pairs[:NAMED]) or "nothing simulated lies beyond the middle"
    more = f" and {len(pairs) - NAMED} more" if len(pairs) > NAMED else ""
    return f"({said}{more}{'; its corner came out inside' if inside else ''})"


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
    thirds = _thirds(draws) if n >= MIN_WORLDS else []
    if not thirds:
        return sampling(sample, statistic)
    found = [(statistic(sample[mask]), where) for where, mask in thirds]
    low, high = min(found, key=lambda f: f[0]), max(found, key=lambda f: f[0])
    if not high[0] - low[0] > _width_by_chance(sample, thirds, statistic):
        return replace(sampling(sample, statistic), how=THIRDS)
    return Range(value, min(low[0], value), max(high[0], value), low[1], high[1], n, THIRDS)


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
