r"""How strong must guarantees be? The commitment problem in closed form (2.3).

With the gain g = u - W over fighting on and the shift :math:`\Delta` of what fighting on is worth
after the deal breaks, the surplus of a text is

.. math:: S(\rho) = A(\rho)\,g + (1 - A(\rho))\,\Delta, \qquad
          \frac{1-\delta}{A(\rho)}\,S(\rho) = (1-\delta)\,g + \delta\,\rho\,\Delta

so its sign changes once in the hazard of breaking, at

.. math:: \rho^* = \frac{1-\delta}{\delta}\,\frac{g}{-\Delta}, \qquad
          E^* = \frac{\ln(\rho_0 / \rho^*)}{k_E}

A party that the break would weaken (g > 0 > :math:`\Delta`) signs below :math:`\rho^*`, so it
needs at least E*. One that the break would strengthen (g < 0 < :math:`\Delta`) signs above it and
can bear at most E*. With both of one sign no guarantee changes whether it signs [Powell2006]_.

.. [Powell2006] War as a Commitment Problem, International Organization 60(1), 2006.
"""

import math
from dataclasses import replace

import numpy as np

from sim.case import Case
from sim.compiled import rule
from sim.priors import Priors
from sim.worth import Bools

READINGS = ("intrinsic", "hazard", "both")
"""What a guarantee is worth: its option's own value, a lower hazard of renewed war, or both."""


@rule
def rho_star(delta: float, gain: float, shift: float) -> float:
    r"""Return :math:`\rho^*`, the monthly hazard of breaking at which S = 0 (2.3).

    Parameters
    ----------
    delta : float
        Monthly discount factor in (0, 1).
    gain, shift : float
        u - W and :math:`\Delta`, util.

    Returns
    -------
    float
        Per month; may exceed 1, where no hazard reaches it. 0 where fighting on is as good and
        the shift speaks against signing; nan where the sign of S never changes.
    """
    if gain * shift < 0.0 or (gain == 0.0 and shift != 0.0):
        return (1.0 - delta) / delta * gain / -shift
    return math.nan


@rule
def e_star(rho0: float, k_e: float, rho: float) -> float:
    r"""Return :math:`E^*`, the enforcement points that bring the hazard to ``rho`` (2.3).

    Below 0 no guarantee is needed; inf where none suffices (``rho`` = 0, or points that do not
    lower a hazard which is too high), -inf where points do not move a hazard low enough already.
    """
    if rho <= 0.0:
        return math.inf
    gap = math.log(rho0 / rho)
    if k_e == 0.0:
        return math.inf if gap > 0.0 else -math.inf
    return gap / k_e


@rule
def commits(delta: float, gain: float, shift: float, rho: float) -> bool:
    r"""Say whether :math:`S(\rho) \ge 0`, by the form without A: exact where S is flat (2.3)."""
    return (1.0 - delta) * gain + delta * rho * shift >= 0.0


def instruments(priors: Priors) -> Bools:
    """Return the options that carry enforcement points, the status quo aside, (J, K)."""
    found: Bools = np.array(priors.enforcement) > 0
    found[np.arange(len(found)), priors.status_quo] = False
    return found


def read_intrinsically(case: Case) -> Case:
    """Return the case in which no enforcement point lowers the hazard: kE is 0 for everybody."""
    params = dict(case.priors.params)
    for name in (f"kE.{party}" for party in case.parties):
        params[name] = replace(params[name], value=0.0, low=0.0, high=0.0, law="fixed", sd=None)
    return replace(case, priors=replace(case.priors, params=params))
