r"""No agreement to date as evidence: worlds that would long have agreed weigh less (theory 5.1 e).

.. math:: w_i \propto \exp\Big(-\lambda_0 \sum_{weeks} \Phi(ripe_i / \sigma_R)\Big)

A cheap surrogate: ripeness at the start stands for the whole window, so the longer window leans on
it more than it should. Off by default, and never part of Pr(zopa): it is told beside. As evidence
on what is learned (``experiment=evidence``) the term of a draw is the mean over its worlds,

.. math:: L_d = \frac{1}{n_d} \sum_{i \in d}
          \exp\Big(-\lambda_0 \sum_{weeks} \Phi(ripe_i / \sigma_R)\Big)

by which the draws are reweighted, with the Pareto k that says whether that can stand for a refit.
"""

from datetime import date

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from experiments.findings import SHARE, Findings, column, exactly, finding
from experiments.headlines import YEAR_WEEKS, agreed_within
from experiments.ranges import Floats
from sim.case import Case
from sim.worth import Ints

WINDOWS = ("off", "2025-11-20", "2025-02-18")
"""From when no agreement counts: the leaked draft, or the first contact of February 2025."""
RATE, SOFT = 0.1, 0.02
"""Agreements a week where a text is worth not waiting for; softness of that bar, util (ours)."""


def chance(ripe: Floats, weeks: float) -> Floats:
    """Return the chance that nobody agreed in so many weeks, (N,); ``ripe`` in util."""
    told: Floats = np.exp(-RATE * weeks * norm.cdf(ripe / SOFT))
    return told


def weights(ripe: Floats, weeks: float) -> Floats:
    """Return the weight of every world, (N,), mean 1; ``ripe`` in util.

    >>> weights(np.array([0.5, -0.5]), 10.0).round(2).tolist()
    [0.54, 1.46]
    """
    told = chance(ripe, weeks)
    mean: Floats = told / told.mean()
    return mean


def weeks_of(window: str, case: Case) -> float:
    """Return how long nobody has agreed at the cut-off, weeks."""
    return (case.cutoff - date.fromisoformat(window)).days / 7.0


def log_chance_by_draw(ripe: Floats, draw: Ints, weeks: float) -> Floats:
    """Return log L (S,) of every draw in rising order, the mean over its worlds; ``draw`` (N,).

    >>> log_chance_by_draw(np.array([0.5, -0.5, 0.5]), np.array([0, 0, 1]), 10.0).round(2).tolist()
    [-0.38, -1.0]
    """
    at, place = np.unique(draw, return_inverse=True)
    total = np.bincount(place, chance(ripe, weeks), len(at))
    found: Floats = np.log(total / np.bincount(place, minlength=len(at)))
    return found


def findings(worlds: pa.Table, case: Case, window: str) -> Findings:
    """Return ripeness and the best gain with no agreement since the window's start as evidence."""
    if window == "off":
        return {}
    ripe, gain = column(worlds, "ripe_util"), column(worlds, "zopa_months")
    known = ~np.isnan(ripe) & np.isfinite(gain)
    weight = weights(ripe[known], weeks_of(window, case))
    order = np.argsort(gain[known])
    half = np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())
    middle = float(gain[known][order][half])
    share, plain = float((weight * (ripe[known] >= 0)).mean()), float((ripe[known] >= 0).mean())
    size = float(weight.sum() ** 2 / np.square(weight).sum())
    agreed = agreed_within(YEAR_WEEKS)({n: worlds[n].to_pylist() for n in ("end", "week")})[known]
    deal, before = float((weight * agreed).mean()), float(agreed.mean())
    said = f"If no agreement since {window} counts as evidence"
    return {
        "pr_ripe_no_agreement": finding(
            exactly(share, int(known.sum())), SHARE,
            f"{said}: worth not waiting for in {100 * share:.0f} % of worlds (without: "
            f"{100 * plain:.0f} %; {size:.0f} of {known.sum()} worlds left in effect).",
        ),
        "pr_deal_12m_no_agreement": finding(
            exactly(deal, int(known.sum())), SHARE,
            f"{said}: agreed within 12 months in {100 * deal:.0f} % of worlds (without: "
            f"{100 * before:.0f} %).",
        ),
        "median_zopa_no_agreement": finding(
            exactly(middle, int(known.sum())), "own war-months",
            f"{said}: best gain of the worst-off signer {middle:+.1f} own war-months (median).",
        ),
    }  # fmt: skip
