r"""Whom to visit next: by expected gain, in turn, or at random (3.2, 8.1).

Once somebody has signed, the signers still missing come first. Else the mediator goes where an
answer may raise its objective most (ours):

.. math:: g_P = (1-\hat P_P)\,\sqrt{\frac{\sum_j s^2_{Pj}(x_j)}{\sum_j s^2_{Pj}(x_j) + var\,W_P}}
          \,\big(1 - 2^{-weeks_P/4}\big)

Why: log acceptance rises by 1.702 (1 - P^) per standard deviation of the believed surplus (the
slope of log sigma); answers can resolve the share of that deviation which lies in the points and
not in W, which no status tells; and a side that has just answered would say the same of the same
text. A party whose signature the text does not need has no gain. Ties go to who waited longest.
"""

import math

import numpy as np

from sim.belief import log_acceptance
from sim.compiled import rule
from sim.view import MediatorView
from sim.worth import Floats, is_signer

WEEKS_TO_HALF = 4.0
"""Weeks after which half of what a side could tell anew counts again (ours)."""

LEAST_GAIN = 1e-12
"""Gains closer than this are a tie: float sums may not decide."""


@rule
def gain_of(view: MediatorView, p: int) -> float:
    """Return g_P of the module's equation; 0 if the text does not need the party."""
    if not is_signer(view.text, view.table, p):
        return 0.0
    chance = math.exp(
        log_acceptance(
            view.belief, view.particles, view.table, view.text, p, view.moved[p], view.bar[p]
        )
    )
    taught, text, variance = 0.0, view.text, view.belief.variance
    for j in range(len(text)):
        if text[j] >= 0:
            taught += variance[p, j, text[j]]
    if taught <= 0.0:
        return 0.0
    share = math.sqrt(taught / (taught + view.belief.reserve_variance[p]))
    fresh = 1.0 - math.pow(2.0, -view.weeks_since[p] / WEEKS_TO_HALF)
    return (1.0 - chance) * share * fresh


@rule
def is_missing(view: MediatorView, p: int) -> bool:
    """Say whether somebody has signed this text and ``p`` still must."""
    begun = False
    for q in range(len(view.signed)):
        begun = begun or (view.signed[q] and q != view.mediator)
    return begun and not view.signed[p] and is_signer(view.text, view.table, p)


@rule
def first_of(view: MediatorView, gain: Floats) -> int:
    """Return the welcome party of largest gain, then longest unheard, then first; -1 if none."""
    best = -1
    for p in range(len(gain)):
        if view.welcome[p] and p != view.mediator:
            rise = gain[p] - gain[best] if best >= 0 else math.inf
            waited = best >= 0 and view.weeks_since[p] > view.weeks_since[best]
            if rise > LEAST_GAIN or (rise >= -LEAST_GAIN and waited):
                best = p
    return best


@rule
def visit(view: MediatorView) -> int:
    """Return the party to visit next, by expected gain; -1 if nobody is welcome."""
    gain = np.zeros(len(view.welcome))
    for p in range(len(gain)):
        if view.welcome[p] and p != view.mediator:
            gain[p] = gain_of(view, p)
            if is_missing(view, p):
                gain[p] += 2.0  # above any gain without a signature, which is below 1
    return first_of(view, gain)


@rule
def visit_in_turn(view: MediatorView) -> int:
    """Return the welcome party that has waited longest, ties in party order."""
    return first_of(view, np.zeros(len(view.welcome)))


@rule
def visit_at_random(view: MediatorView) -> int:
    """Return any welcome party, each as likely."""
    count = 0
    for p in range(len(view.welcome)):
        count += view.welcome[p] and p != view.mediator
    at = int(view.luck * count)
    for p in range(len(view.welcome)):
        if view.welcome[p] and p != view.mediator:
            if at == 0:
                return p
            at -= 1
    return -1
