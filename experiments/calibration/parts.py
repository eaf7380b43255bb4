"""A posterior of which only some parts are learned: the rest as the prior draws it, world by world.

So the way from prior to posterior can be walked one part at a time in the same worlds and with the
same luck. A world takes draw :func:`sim.learned.draw_of`; here every world has draws of its own,
so that the parts that are not learned are just those its prior would have drawn.
"""

from collections.abc import Sequence

import numpy as np

from sim.case import Case
from sim.ensemble import Ensemble, posterior_ensemble, prior_ensemble
from sim.learned import BELIEFS, Learned
from sim.settings import Settings
from sim.worth import Ints

PARTS = ("value", "threshold", "weight", "response")
"""What is learned, in the order it is switched on; names of :class:`sim.learned.Learned`."""


def partly_learned(
    case: Case, settings: Settings, seed: int, learned: Learned, parts: Sequence[str], worlds: int
) -> Ensemble:
    """Return the ensemble in which only ``parts`` are learned, for worlds 0 .. ``worlds - 1``.

    With all of `PARTS` it is the posterior, with none the prior, world by world.
    """
    before = prior_ensemble(case, settings, seed)
    numbers, taken = _worlds(len(learned.weight) // 2, worlds)
    drawn = [before.world(int(n)) for n in numbers]
    mixed = Learned(*(np.array(array)[taken] for array in learned))
    if "value" not in parts:
        mixed = mixed._replace(value=np.array([w.value for w in drawn]))
    if "weight" not in parts:
        mixed = mixed._replace(weight=np.array([w.weight for w in drawn]))
    if "response" not in parts:
        told = [[w.beta, w.xi, w.lapse, *w.posture] for w in drawn]
        mixed = mixed._replace(response=np.array(told))
    if "threshold" not in parts:  # around the value of fighting on, which the others may have moved
        after = posterior_ensemble(case, settings, seed, mixed)
        off = np.array([w.threshold - w.reserve[:, None] for w in drawn])
        level = np.array([after.world(int(n)).reserve for n in numbers])
        mixed = mixed._replace(threshold=level[:, :, None] + off)
    return posterior_ensemble(case, settings, seed, mixed)


def _worlds(half: int, worlds: int) -> tuple[Ints, Ints]:
    """Return the world that draws each row of a mixed posterior, and the row it learns from.

    Even rows are those of worlds, odd ones those of beliefs; their number is a multiple of the
    kept half, so that each takes the very draw it would take of the kept posterior.
    """
    size = half * -(-max(worlds, half) // half)
    i = np.arange(size)
    belief = BELIEFS + (i - BELIEFS) % size
    numbers = np.column_stack([i, belief]).ravel()
    taken = np.column_stack([2 * (i % half), 2 * (i % half) + 1]).ravel()
    return numbers, taken
