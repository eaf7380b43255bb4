r"""What the mediator wants of a text, whatever it believes with (3.1).

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\hat P(P \text{ signs } x)
          + (1-\lambda_M)\,S_M(x) + \sum_P b_P\,E S_P(x) + v_{speed}\,\hat P(\text{all sign } x)
          - \#\{broken\ implications,\ open\ points\}

A broken implication or an open point costs one unit (ours).
"""

import math

from sim.compiled import rule
from sim.worth import Floats, Ints

LEAST_RISE = 1e-9
"""A change that raises J_M by less is none: float sums may not decide."""

NEAR = 1e-4
"""Twice as far as a rough score may lie from the exact one: what comes nearer the best is
scored exactly, so the rough ones decide nothing."""


@rule
def objective(
    acceptance: float, tilt: float, own: float, weight_accept: float, speed: float
) -> float:
    """Return J_M (3.1) before faults, from the log chance that all sign; ``tilt``, ``own`` util."""
    score = weight_accept * acceptance + (1.0 - weight_accept) * own + tilt
    return score + speed * math.exp(acceptance)


@rule
def count_moved(text: Ints, tabled: Ints) -> int:
    """Count the issues on which a draft differs from the text on the table."""
    moved = 0
    for j in range(len(text)):
        moved += text[j] != tabled[j]
    return moved


@rule
def most_of(scores: Floats) -> float:
    """Return the largest score, minus infinity of none."""
    most = -math.inf
    for c in range(len(scores)):
        most = max(most, scores[c])
    return most
