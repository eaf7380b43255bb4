"""How good chances of ordered classes were, and how sure we are: proper scores, blocks of weeks.

Log score (mean log chance of what happened, higher is better), ranked probability score and Brier
score of accept (lower is better), area under the ROC curve of reject (higher). Answers of one week
hang together, so intervals resample whole weeks (theory 5.5).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from sim.worth import Bools, Floats, Ints

SCORES = ("log_score", "rps", "brier", "auc")
HIGHER = {"log_score": True, "rps": False, "brier": False, "auc": True}
REPLICATES = 400
"""Resampled records behind an interval (ours)."""


def by_row(chance: Floats, status: Ints) -> dict[str, Floats]:
    """Return log score, RPS and Brier score of every row, (N,) each.

    Examples
    --------
    >>> one = by_row(np.array([[0.25, 0.25, 0.5]]), np.array([2]))
    >>> [round(float(one[name][0]), 4) for name in ("log_score", "rps", "brier")]
    [-0.6931, 0.1562, 0.25]
    """
    happened = np.eye(chance.shape[1])[status]
    steps = np.cumsum(chance, axis=1) - np.cumsum(happened, axis=1)
    told = np.maximum(chance[np.arange(len(status)), status], 1e-12)
    return {
        "log_score": np.log(told),
        "rps": np.square(steps[:, :-1]).sum(axis=1) / (chance.shape[1] - 1),
        "brier": np.square(chance[:, -1] - happened[:, -1]),
    }


def auc(chance: Floats, is_so: Bools) -> float:
    """Return the chance that a row that is so was given more than one that is not; nan if none.

    >>> auc(np.array([0.9, 0.4, 0.6]), np.array([True, False, False]))
    1.0
    """
    yes, no = int(is_so.sum()), int((~is_so).sum())
    if yes == 0 or no == 0:
        return float("nan")
    ranks = rankdata(chance)
    return float((ranks[is_so].sum() - yes * (yes + 1) / 2) / (yes * no))


def scored(name: str, chance: Floats, status: Ints) -> float:
    """Return one score over all rows."""
    if name == "auc":
        return auc(chance[:, 0], status == 0)
    return float(by_row(chance, status)[name].mean()) if len(status) else float("nan")


def weeks_of(days: Sequence[date]) -> Ints:
    """Return a number for the calendar week of every row."""
    return np.array([day.toordinal() // 7 for day in days], dtype=np.int64)


def resampled(weeks: Ints, seed: int, replicates: int = REPLICATES) -> list[Ints]:
    """Return row numbers of bootstrap samples of whole weeks; none of no rows."""
    if not len(weeks):
        return []
    rng = np.random.default_rng(seed)
    names = np.unique(weeks)
    rows = [np.flatnonzero(weeks == name) for name in names]
    picks = rng.integers(0, len(names), (replicates, len(names)))
    return [np.concatenate([rows[i] for i in pick]) for pick in picks]


class Replicated(NamedTuple):
    """A score over all rows, and over every bootstrap sample of whole weeks, (R,)."""

    value: float
    sample: Floats


def replicated(name: str, chance: Floats, status: Ints, times: Floats) -> Replicated:
    """Return a score with its bootstrap sample, nan where it is not defined.

    ``times`` (R, N) says how often each sample holds a row (`times_drawn`).
    """
    if not len(status):
        return Replicated(float("nan"), np.full(len(times), np.nan))
    if name == "auc":
        told = _auc_each(chance[:, 0], status == 0, times)
    else:
        told = times @ by_row(chance, status)[name] / times.sum(axis=1)
    return Replicated(scored(name, chance, status), told)


def times_drawn(samples: Sequence[Ints], n: int) -> Floats:
    """Return how often every sample holds each of n rows, (R, n)."""
    counts = [np.bincount(rows, minlength=n) for rows in samples]
    return np.array(counts, dtype=float).reshape(len(counts), n)


def _auc_each(chance: Floats, is_so: Bools, times: Floats) -> Floats:
    """Return `auc` of every sample, (R,): the share of its pairs that are told in order."""
    yes, no = chance[is_so][:, None], chance[~is_so]
    right = (yes > no) + 0.5 * (yes == no)
    so, not_so = times[:, is_so], times[:, ~is_so]
    pairs = so.sum(axis=1) * not_so.sum(axis=1)
    told = ((so @ right) * not_so).sum(axis=1)
    return np.where(pairs > 0, told / np.maximum(pairs, 1.0), np.nan)


def interval(sample: Floats) -> tuple[float, float]:
    """Return the middle 90 % of a bootstrap sample; nan if it is never defined."""
    found = sample[~np.isnan(sample)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.05, 0.95])
    return float(low), float(high)


def calibration(chance: Floats, is_so: Bools, bins: int = 5) -> list[tuple[float, float, int]]:
    """Return mean chance, share that was so, and rows, of equally filled bins of chance."""
    order = np.array_split(np.argsort(chance, kind="stable"), bins)
    return [(float(chance[at].mean()), float(is_so[at].mean()), len(at)) for at in order if len(at)]
