r"""One response function: how a side's worth of an option turns into what it says about it.

.. math:: \eta_{Pjk} = \beta\,(J w_{Pj})^{\xi}\,\big(v_{Pj}(k) - a_{Pj} - \pi_l\big)   \qquad (4.1)

The latent eta plus logistic noise falls into seven ordered categories R3 < R2 < R1 < C < A1 < A2
< A3 with symmetric cutpoints; a status is *unacceptable* (R), *needs work* (C) or *accept* (A).
A red line always answers R3; with chance ``lapse`` the answer is any category. Agents, the
mediator's beliefs and the calibration likelihood all use these functions.
"""

import math

from numba.extending import register_jitable

OPEN, UNACCEPTABLE, NEEDS_WORK, ACCEPT = -1, 0, 1, 2
STATUS_NAMES = {OPEN: "open", 0: "unacceptable", 1: "needs work", 2: "accept"}
CATEGORIES = 7
MIDDLE = 3
"""Category C; below it the three refusals, above it the three accepts."""


@register_jitable
def eta(
    value: float, threshold: float, posture: float, weight: float, issues: int,
    beta: float, xi: float,
) -> float:  # fmt: skip
    """Return the latent of equation 4.1 (pi1 = 0 until calibrated)."""
    return beta * math.pow(issues * weight, xi) * (value - threshold - posture)


@register_jitable
def category(latent: float) -> int:
    """Return the ordered category 0 (R3) .. 6 (A3); cutpoints -2.5, -1.5, -0.5, 0.5, 1.5, 2.5."""
    return int(min(max(math.floor(latent + 3.5), 0.0), CATEGORIES - 1.0))


@register_jitable
def status_of(category_: int) -> int:
    """Return the status a category is reported as."""
    if category_ < MIDDLE:
        return UNACCEPTABLE
    return NEEDS_WORK if category_ == MIDDLE else ACCEPT


@register_jitable
def answer(
    latent: float, red: bool, lapse: float, luck: float, lapse_luck: float, which: float
) -> int:
    """Return the status a side gives one option; the last three are uniform numbers."""
    if red:
        return UNACCEPTABLE
    if lapse_luck < lapse:
        return status_of(int(which * CATEGORIES))
    return status_of(category(latent + math.log(luck / (1.0 - luck))))
