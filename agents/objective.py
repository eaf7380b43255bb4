r"""What the mediator wants of a text, whatever it believes with (3.1).

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\hat P(P \text{ signs } x)
          + (1-\lambda_M)\,S_M(x) + \sum_P b_P\,E S_P(x) + v_{speed}\,\hat P(\text{all sign } x)
          - \#\{broken\ implications,\ open\ points\}

A broken implication or an open point costs one unit (ours).
"""

import math

from sim.compiled import rule
from sim.worth import Bools, Floats, Ints

LEAST_RISE = 1e-9
"""A change that raises J_M by less is none: float sums may not decide."""

NEAR = 1e-4
"""Twice as far as a rough score may lie from the exact one: what comes nearer the best is
scored exactly, so the rough ones decide nothing."""


@rule
def objective(
    chance: Floats, mean: Floats, signs: Bools, own: float, mediator: int,
    weight_accept: float, bias: Floats, speed: float,
) -> float:  # fmt: skip
    """Return J_M (3.1) before faults; ``chance`` (P,) are logs, ``mean`` and ``own`` util."""
    acceptance, tilt = 0.0, 0.0
    for p in range(len(chance)):
        if p != mediator:
            tilt += bias[p] * mean[p]
            if signs[p]:
                acceptance += chance[p]
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
def is_linked(text: Ints, links: Ints, q: int) -> bool:
    """Say whether both options of pair ``q`` are chosen."""
    return bool(text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3])


@rule
def most_of(scores: Floats) -> float:
    """Return the largest score, minus infinity of none."""
    most = -math.inf
    for c in range(len(scores)):
        most = max(most, scores[c])
    return most
