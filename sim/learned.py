"""What is learned from the record, as a world takes it: one draw, everything together."""

from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.records import record
from sim.worth import Floats

BELIEFS = 1 << 40
"""Worlds numbered from here are draws behind somebody's beliefs (:mod:`sim.particles`)."""


@record
class Learned(NamedTuple):
    """What is learned, by draw; no draws at all in a prior ensemble.

    Attributes
    ----------
    weight : (D, P, J) float64
    value : (D, P, J, K) float64
    threshold : (D, P, J) float64
    response : (D, 6) float64
        beta, xi, lapse, posture of leaders, spokespeople, unnamed officials.
    """

    weight: Floats
    value: Floats
    threshold: Floats
    response: Floats


def nothing_learned(parties: int, issues: int, options: int) -> Learned:
    """Return the learned part of a prior: none."""
    return Learned(
        np.zeros((0, parties, issues)),
        np.zeros((0, parties, issues, options)),
        np.zeros((0, parties, issues)),
        np.zeros((0, 6)),
    )


@rule
def draw_of(world: int, draws: int) -> int:
    """Return which draw a world takes: worlds the even ones in turn, beliefs the odd ones.

    So nobody's beliefs ever hold the very draw that is true.
    """
    half = draws // 2
    return 2 * (world % half) + (1 if world >= BELIEFS else 0)
