r"""Cumulative incidence of every end of the talks under competing risks (theory 6.5, 6.8).

The Aalen-Johansen estimator [AalenJohansen1978]_. With n_i worlds still talking just before t_i,
of which d_ci end there by cause c,

.. math:: F_c(t) = \sum_{t_i \le t} S(t_i-)\, \frac{d_{ci}}{n_i}, \qquad
          S(t) = \prod_{t_i \le t} \Big(1 - \frac{\sum_c d_{ci}}{n_i}\Big)

S is the Kaplan-Meier estimate of still talking, whatever the end; :math:`S + \sum_c F_c = 1`. One
minus the Kaplan-Meier curve of one cause alone would overstate it, because a world that ended
otherwise is not a world that may still agree [Satagopan2004]_. Bands are by bootstrap over worlds.

.. [AalenJohansen1978] Scandinavian Journal of Statistics 5(3), 1978.
.. [Satagopan2004] British Journal of Cancer 91(7), 2004.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.ranges import Floats

CENSORED = -1
"""Cause of a world that was still talking when it was last seen."""

RESAMPLES = 400

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Incidence:
    """Steps of C cumulative incidences at the T distinct times at which anything ends.

    Attributes
    ----------
    time : (T,) float64
        Increasing.
    share : (C, T) float64
        F_c from that time on; 0 before the first.
    """

    time: Floats
    share: Floats

    def at(self, when: Floats) -> Floats:
        """Return F_c at given times, (C, len(when))."""
        place = np.searchsorted(self.time, when, side="right")
        return np.pad(self.share, ((0, 0), (1, 0)))[:, place]


def incidence(time: Floats, cause: Ints, causes: int, weight: Floats | None = None) -> Incidence:
    """Return the Aalen-Johansen estimate.

    Parameters
    ----------
    time : (n,) float64
        When each world was last seen talking.
    cause : (n,) int64
        How it ended, 0 .. causes - 1, or `CENSORED`. Who is censored at a time is still counted
        among those who might have ended at it.
    causes : int
        C.
    weight : (n,) float64, optional
        How often a world counts; once each if not given.

    Examples
    --------
    >>> found = incidence(np.array([1.0, 2.0, 3.0]), np.array([0, CENSORED, 1]), 2)
    >>> found.at(np.array([0.5, 1.0, 3.0])).round(3).tolist()
    [[0.0, 0.333, 0.333], [0.0, 0.0, 0.667]]
    """
    weight = np.ones(len(time)) if weight is None else weight
    steps, place = np.unique(time[cause >= 0], return_inverse=True)
    ended, weights = cause[cause >= 0], weight[cause >= 0]
    deaths = np.zeros((causes, len(steps)))
    np.add.at(deaths, (ended, place), weights)
    order = np.argsort(time, kind="stable")
    gone = np.concatenate([[0.0], np.cumsum(weight[order])])
    risk = weight.sum() - gone[np.searchsorted(time[order], steps, side="left")]
    rate = np.divide(deaths, risk, out=np.zeros_like(deaths), where=risk > 0)
    going = np.cumprod(1.0 - rate.sum(axis=0))
    before = np.concatenate([[1.0], going[:-1]]) if len(steps) else going
    return Incidence(steps, np.cumsum(before * rate, axis=1))


def band(
    time: Floats, cause: Ints, causes: int, when: Floats, level: float = 0.9
) -> tuple[Floats, Floats]:
    """Return the ends of a pointwise bootstrap band over worlds at given times, each (C, len)."""
    generator, n = np.random.default_rng(0), len(time)
    again = np.array(
        [
            incidence(
                time,
                cause,
                causes,
                np.bincount(generator.integers(0, n, n), minlength=n).astype(float),
            ).at(when)
            for _ in range(RESAMPLES)
        ]
    )
    tail = (1.0 - level) / 2.0
    return np.quantile(again, tail, axis=0), np.quantile(again, 1.0 - tail, axis=0)
