r"""Is it worth waiting? The hold-out premium h, and the drift a side believes in (2.4, 4.3).

A side signs only if its surplus beats what it hopes to get by waiting: S >= h, with

.. math:: h = \varphi \max_{n = 0..24} dd^n \max(0, s + n\,\nu), \qquad
          dd = \delta\,(1 - \sum_e h_e)

s is its forecast of the surplus a deal would bring it today, nu how much that grows a month. Two
sides that both expect the other to weaken both wait: delay without irrationality [SmithStam2004]_.

.. [SmithStam2004] Journal of Conflict Resolution 48(6), 2004.
"""

import math

from sim.compiled import rule
from sim.war import MONTH

MONTHS_AHEAD = 24
"""How far ahead a side looks (2.4)."""

WEEKS_TO_HALVE = 26.0
"""Weeks after which half of the initial optimism has met the facts (4.3)."""

WEEK = 7.0
"""Days in a week."""


@rule
def waiting_discount(delta: float, hazard: float) -> float:
    r"""Return :math:`dd = \delta (1 - \sum_e h_e)`, per month; the talks live while the war does.

    ``hazard`` is the sum of the monthly hazards a side believes in.
    """
    return delta * (1.0 - hazard)


@rule
def waiting_value(phi: float, dd: float, s: float, nu: float) -> float:
    r"""Return h, the surplus a side gives up by signing now instead of waiting (2.4), util.

    Parameters
    ----------
    phi : float
        Hold-out, the share of the hoped-for surplus a side insists on, 0..1.
    dd : float
        Monthly discount with the chance that the war is over before (:func:`waiting_discount`).
    s : float
        Forecast of its surplus from a deal today, util.
    nu : float
        Growth of that surplus, util per month (:func:`surplus_trend`).

    Examples
    --------
    >>> waiting_value(0.8, 0.95, 0.1, 0.0)
    0.08000000000000002
    >>> waiting_value(0.8, 0.95, -0.1, 0.0)
    0.0
    """
    best, discount = 0.0, 1.0
    for n in range(MONTHS_AHEAD + 1):
        best = max(best, discount * (s + n * nu))
        discount *= dd
    return phi * best


@rule
def expected_change(
    slope_ratio: float,
    ratio_change: float,
    slope_gain: float,
    drift: float,
    optimism: float,
    weeks: float,
) -> float:
    r"""Return how a side expects W of itself or of the other to move, util per month (4.3).

    .. math:: E\,\dot W = \partial_m W\; E\,\dot m + \partial_Z W\; \hat\mu - o\,2^{-t/26}

    The first two terms are what its table says. The last is the belief, shrinking as weeks pass,
    that the other side is about to weaken; for its own W it is 0.

    Parameters
    ----------
    slope_ratio, slope_gain : float
        Slopes of the table, util per unit of m and util per km2.
    ratio_change, drift : float
        Expected change of m per month and of Z, km2 per month (:func:`believed_drift`).
    optimism : float
        o >= 0, util per month at the start.
    weeks : float
        Weeks since the start.
    """
    fading = optimism * math.exp(-math.log(2.0) * weeks / WEEKS_TO_HALVE)
    return slope_ratio * ratio_change + slope_gain * drift - fading


@rule
def surplus_trend(share: float, own_change: float, other_change: float) -> float:
    r"""Return :math:`\nu_P = -(\lambda_P E\,\dot W_P + \lambda_Q E\,\dot W_Q)` (2.4), util a month.

    ``share`` is lambda_P and lambda_Q = 1 - lambda_P: the surplus of the best text moves by these
    shares when the values of fighting on move (about 1/2 each).
    """
    return -(share * own_change + (1.0 - share) * other_change)


@rule
def believed_drift(
    mean: float, variance: float, seen: float, days: float, front_noise: float, change: float
) -> tuple[float, float]:
    r"""Return mean and variance of the believed drift after watching the front (4.3).

    A scalar Kalman filter on the gain per month o of the days gone by:

    .. math:: V \leftarrow V + q^2\,\frac{days}{7},\quad K = \frac{V}{V + R},\quad
              \hat\mu \leftarrow \hat\mu + K\,(o - \hat\mu),\quad V \leftarrow (1 - K)\,V,
              \qquad R = \frac{\sigma_Z^2}{days / 30.4}

    Parameters
    ----------
    mean, variance : float
        Belief before, km2 per month and its square.
    seen : float
        Gain of the interval per month, less chi m if the strength ratio is known, km2 per month.
    days : float
        Length of the interval; nothing is learnt from none.
    front_noise : float
        sigma_Z, km2 per sqrt(month).
    change : float
        q, how far the true drift may move, km2 per month per sqrt(week).
    """
    if days <= 0.0:
        return mean, variance
    variance += change * change * days / WEEK
    noise = front_noise * front_noise * MONTH / days
    if variance + noise <= 0.0:
        return mean, variance
    gain = variance / (variance + noise)
    return mean + gain * (seen - mean), (1.0 - gain) * variance
