r"""One response function: how a side's worth of an option turns into what it says about it.

.. math:: \eta_{Pjk} = \beta\,(J w_{Pj})^{\xi}\,\big(v_{Pj}(k) - a_{Pj} - \pi_l\big)   \qquad (4.1)

The latent eta plus logistic noise falls into seven ordered categories R3 < R2 < R1 < C < A1 < A2
< A3 with symmetric cutpoints; a status is *unacceptable* (R), *needs work* (C) or *accept* (A).
A red line always answers R3; with chance ``lapse`` the answer is any category. Agents, the
mediator's beliefs and the calibration likelihood all use these functions.
"""

import math

from sim.compiled import rule

OPEN, UNACCEPTABLE, NEEDS_WORK, ACCEPT = -1, 0, 1, 2
STATUS_NAMES = {OPEN: "open", 0: "unacceptable", 1: "needs work", 2: "accept"}
CATEGORIES = 7
MIDDLE = 3
"""Category C; below it the three refusals, above it the three accepts."""


@rule
def eta(
    value: float, threshold: float, posture: float, weight: float, issues: int,
    beta: float, xi: float,
) -> float:  # fmt: skip
    """Return the latent of equation 4.1 (pi1 = 0 until calibrated)."""
    return beta * math.pow(issues * weight, xi) * (value - threshold - posture)


@rule
def category(latent: float) -> int:
    """Return the ordered category 0 (R3) .. 6 (A3); cutpoints -2.5, -1.5, -0.5, 0.5, 1.5, 2.5."""
    return int(min(max(math.floor(latent + 3.5), 0.0), CATEGORIES - 1.0))


@rule
def status_of(category_: int) -> int:
    """Return the status a category is reported as."""
    if category_ < MIDDLE:
        return UNACCEPTABLE
    return NEEDS_WORK if category_ == MIDDLE else ACCEPT


@rule
def answer(
    latent: float, red: bool, lapse: float, luck: float, lapse_luck: float, which: float
) -> int:
    """Return the status a side gives one option; the last three are uniform numbers."""
    if red:
        return UNACCEPTABLE
    if lapse_luck < lapse:
        return status_of(int(which * CATEGORIES))
    return status_of(category(latent + math.log(luck / (1.0 - luck))))


@rule
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), at least 1e-304, without overflow and without a branch."""
    return 1.0 / (1.0 + math.exp(min(-x, 700.0)))


@rule
def status_chance(latent: float, red: bool, lapse: float, status: int) -> float:
    r"""Return the chance that :func:`answer` gives this status (the likelihood of 4.1).

    .. math:: \Pr(R) = (1-\ell)\,\sigma(-\tfrac12-\eta) + \tfrac37\ell, \quad
              \Pr(A) = (1-\ell)\,\sigma(\eta-\tfrac12) + \tfrac37\ell

    and C has the rest: noise is logistic, three of the seven categories refuse, three accept. A
    red line is unacceptable for certain, before any lapse.

    Examples
    --------
    >>> [round(status_chance(0.0, False, 0.0, status), 4) for status in (0, 1, 2)]
    [0.3775, 0.2449, 0.3775]
    >>> status_chance(9.0, True, 0.05, UNACCEPTABLE)
    1.0
    """
    if red:
        return 1.0 if status == UNACCEPTABLE else 0.0
    refused, accepted = logistic(-0.5 - latent), logistic(latent - 0.5)
    if status == NEEDS_WORK:
        return (1.0 - lapse) * max(1.0 - refused - accepted, 0.0) + lapse / CATEGORIES
    told = refused if status == UNACCEPTABLE else accepted
    return (1.0 - lapse) * told + lapse * MIDDLE / CATEGORIES


@rule
def category_chance(latent: float, lapse: float, category_: int) -> float:
    r"""Return the chance of one of the seven categories (the likelihood of a coded strength).

    .. math:: \Pr(c) = (1-\ell)\,[\sigma(\kappa_{c+1}-\eta) - \sigma(\kappa_c-\eta)] + \ell/7

    with cutpoints :math:`\kappa_c = c - 3.5` between category c - 1 and c. Summed over the
    categories of a status it is :func:`status_chance`.

    Examples
    --------
    >>> round(sum(category_chance(0.3, 0.05, c) for c in (0, 1, 2)), 6)
    0.315953
    >>> round(status_chance(0.3, False, 0.05, UNACCEPTABLE), 6)
    0.315953
    """
    below = logistic(category_ - 3.5 - latent) if category_ > 0 else 0.0
    up_to = logistic(category_ - 2.5 - latent) if category_ < CATEGORIES - 1 else 1.0
    return (1.0 - lapse) * (up_to - below) + lapse / CATEGORIES
