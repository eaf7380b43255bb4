r"""Headlines by draw of the posterior, and how much of their spread the record could narrow.

A world takes one draw of what is learned and numbers of its own for what is not. So a headline is a
mean over draws, and its spread has two layers (theory 5, Report):

.. math:: Var(g) = Var_d E[g \mid d] + E_d Var[g \mid d]

the first the inner band, on which the record bears; the second the outer box, on which it does not.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from experiments.calibration.trail import Headline
from experiments.findings import column
from experiments.ranges import Floats
from sim.worth import Ints

MEASURES = {
    "zopa_months": "mean best gain of the worst-off signer, own war-months",
    "pr_zopa": "share of worlds with an acceptable text",
    "pr_ripe": "share of worlds with one worth not waiting for",
}
"""What is told of every draw; the first ranks rows and questions."""


class Layers(NamedTuple):
    """Middle 90 % of a headline over worlds (outer) and over draws without noise (inner)."""

    mid: float
    inner: tuple[float, float]
    outer: tuple[float, float]
    share: float

    @property
    def width(self) -> float:
        """Share of the outer interval's width that the inner one has."""
        outer = self.outer[1] - self.outer[0]
        return (self.inner[1] - self.inner[0]) / outer if outer > 0 else 0.0


def samples(worlds: pa.Table) -> dict[str, Floats]:
    """Return every measure of every world, (N,)."""
    gain = column(worlds, "zopa_months")
    return {
        "zopa_months": np.where(np.isfinite(gain), gain, 0.0),
        "pr_zopa": (column(worlds, "zopa_util") >= 0).astype(float),
        "pr_ripe": (column(worlds, "ripe_util") >= 0).astype(float),
    }


def by_draw(worlds: pa.Table, draws: int) -> tuple[Ints, dict[str, Headline]]:
    """Return the draws that worlds took, and every measure by draw in that order."""
    drawn = column(worlds, "draw").astype(int)
    count = np.bincount(drawn, minlength=draws)
    at = np.flatnonzero(count)
    return at, {name: _of(sample, drawn, count, at) for name, sample in samples(worlds).items()}


def _of(sample: Floats, drawn: Ints, count: Ints, at: Ints) -> Headline:
    """Return the mean of every draw, and its standard error by the spread within all draws."""
    draws = len(count)
    mean = np.bincount(drawn, sample, draws)[at] / count[at]
    spread = np.bincount(drawn, sample**2, draws)[at] / count[at] - mean**2
    within = float((spread * count[at]).sum() / max(count[at].sum() - len(at), 1))
    return Headline(mean, np.sqrt(max(within, 0.0) / count[at]))


def layers(worlds: pa.Table, headline: Headline) -> Layers:
    """Return both layers of the best gain; the noise of finitely many worlds is taken out."""
    gain = column(worlds, "zopa_months")
    gain = gain[np.isfinite(gain)]
    seen = float(headline.value.var())
    inner = max(seen - float(np.square(headline.error).mean()), 0.0)
    mean, outer = float(headline.value.mean()), float(gain.var())
    still = mean + (headline.value - mean) * (np.sqrt(inner / seen) if seen > 0 else 0.0)
    low, high = (float(q) for q in np.quantile(still, [0.05, 0.95]))
    ends = (float(np.quantile(gain, 0.05)), float(np.quantile(gain, 0.95)))
    return Layers(mean, (low, high), ends, inner / outer if outer > 0 else 0.0)
