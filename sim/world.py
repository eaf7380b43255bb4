"""World: one draw of all we are unsure of, as arrays a compiled rule can read."""

from typing import NamedTuple

from sim.fighting import Fighting
from sim.records import record
from sim.worth import Bools, Floats, Ints


@record
class World(NamedTuple):
    """One draw of preferences, red lines, beliefs and the value of fighting on.

    P parties, J issues, K options (padded), L enforcement levels, N ways the war can end.

    Attributes
    ----------
    weight : (P, J) float64
        Swing weights; each party's sum to 1 (theory 1.1).
    value : (P, J, K) float64
        Value of each option, worst 0 to best 1.
    red : (P, J, K) bool
        Options refused whatever else is offered (1.2).
    threshold : (P, J) float64
        Level a_Pj below which an option is criticised (4.1), in value units.
    reserve : (P,) float64
        W_P, value of fighting on at the start, util (2.2).
    month : (P,) float64
        One own war-month, (1 - delta) c_P, util (1.3).
    coef : (P, L, J, K) int64
        Surplus coefficients per enforcement level, micro-util (2.3).
    base : (P, L) int64
        Their constants, micro-util.
    link : (P, L, Q) int64
        What each pair of options adds when chosen together (1.1), micro-util.
    peace : (P, L) float64
        A_P(E), the discounted share of peace at each enforcement level (2.3).
    hazard : (N,) float64
        Neutral monthly hazard of every end of the war outside the talks, at the start.
    fighting : Fighting
        The law of the war and what fighting on is worth to everybody (:mod:`sim.fighting`).
    holdout : (P, 2) float64
        Hold-out phi, and the monthly fall of the other side's W it expects at first, util (2.4).
    delta : float
        Monthly discount factor.
    beta, xi, lapse : float
        Response function: steepness, how stakes sharpen stances, chance of a random answer.
    posture : (3,) float64
        Overstatement by leaders, spokespersons and unnamed officials, value units.
    """

    weight: Floats
    value: Floats
    red: Bools
    threshold: Floats
    reserve: Floats
    month: Floats
    coef: Ints
    base: Ints
    link: Ints
    peace: Floats
    hazard: Floats
    fighting: Fighting
    holdout: Floats
    delta: float
    beta: float
    xi: float
    lapse: float
    posture: Floats
