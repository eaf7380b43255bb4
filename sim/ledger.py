"""Who gains and who bears what in a text, point by point (6.4).

Against fighting on, the surplus of a text is exactly the sum of its points, of the war's cost that
is saved, and of what pairs of options add (:mod:`sim.standing`). Against another text, the
difference of two options at the text's own enforcement level is what choosing one over the other
brings.
"""

from dataclasses import dataclass

import numpy as np

from sim.ensemble import Ensemble
from sim.standing import Standing
from sim.worth import MICRO, Floats, Ints


@dataclass(frozen=True)
class Ledger:
    """One party's account of a text; util, arrays over worlds (W,) and points (J,).

    Attributes
    ----------
    points : (W, J) float64
        What each point brings beyond what fighting on holds there.
    war : (W,) float64
        The cost of fighting that is saved.
    pairs : (W,) float64
        What pairs of options add beyond the same mix.
    month : (W,) float64
        One own war-month, util.
    """

    points: Floats
    war: Floats
    pairs: Floats
    month: Floats


def ledger(ensemble: Ensemble, standing: Standing, text: Ints) -> Ledger:
    """Return a party's account of the text it stands to; its parts add up to S."""
    s, a = standing, standing.peace
    shift = ensemble.prior.power_shift[np.arange(len(text)), text]
    points = a[:, None] * s.weight * s.edge + ((1 - a) * s.omega)[:, None] * shift
    war = a * s.at_war * s.cost
    month = np.array([w.month[s.party] for w in s.worlds])
    whole = a * s.gain + (1 - a) * s.shift
    return Ledger(points, war, whole - points.sum(axis=1) - war, month)


def against(standing: Standing, text: Ints, other: Ints) -> Floats:
    """Return what each point brings beyond the same point of another text, util, (W, J)."""
    at, p = np.arange(len(text)), standing.party
    coef = np.array([w.coef[p, standing.level] for w in standing.worlds])
    difference: Floats = (coef[:, at, text] - coef[:, at, other]) / MICRO
    return difference
