"""The headlines of a run: how each is counted over worlds, and what its share is a sign of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.ranges import Floats, Statistic, median, share
from sim.record import AGREED

YEAR_WEEKS = 52

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Headline:
    """One number over worlds.

    Attributes
    ----------
    sample : callable
        Columns of the worlds table to one number per world, (n,).
    statistic : callable
        From the sample to the headline.
    margin : callable
        What the headline's numbers count the sign of, (n,): a share that is 0 or 1 everywhere
        still has a margin that moves. The sample itself where there is none.
    margin_statistic : callable
        Its middle, to see which way a number of the model moves the headline.
    """

    sample: Callable[[Columns], Floats]
    statistic: Statistic
    margin: Callable[[Columns], Floats]
    margin_statistic: Statistic

    def value(self, columns: Columns) -> float:
        """Return the headline; nan where a column it needs is not filled."""
        sample = self.sample(columns)
        return float("nan") if np.isnan(sample).any() or not len(sample) else self.statistic(sample)


def floats(column: Sequence[Any]) -> Floats:
    """Return a column as floats; null becomes nan."""
    return np.array([np.nan if x is None else x for x in column], dtype=float)


def at_least_zero(name: str) -> Callable[[Columns], Floats]:
    """Return how worlds with a column of at least zero are counted; null stays nan."""

    def sample(columns: Columns) -> Floats:
        column = floats(columns[name])
        return np.where(np.isnan(column), np.nan, column >= 0)

    return sample


def agreed_within(weeks: float) -> Callable[[Columns], Floats]:
    """Return how worlds that agree within so many calendar weeks are counted."""

    def sample(columns: Columns) -> Floats:
        agreed = np.array([end == AGREED for end in columns["end"]])
        return (agreed & (floats(columns["week"]) <= weeks)).astype(float)

    return sample


def plain(name: str) -> Callable[[Columns], Floats]:
    """Return a column as it is."""
    return lambda columns: floats(columns[name])


_DEALS = agreed_within(YEAR_WEEKS)

HEADLINES: Mapping[str, Headline] = {
    "pr_zopa": Headline(at_least_zero("zopa_util"), share, plain("zopa_util"), median),
    "pr_ripe": Headline(at_least_zero("ripe_util"), share, plain("ripe_util"), median),
    "pr_deal_12m": Headline(_DEALS, share, _DEALS, share),
    "median_zopa_months": Headline(plain("zopa_months"), median, plain("zopa_months"), median),
}
