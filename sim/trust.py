r"""Guarantees as an instrument: what P would have to believe of a point of enforcement (2.3).

At a level E of enforcement the sign of a surplus is that of
:math:`(1-\delta)(u-W) + \delta\rho\Delta`, linear in P's hazard :math:`\rho`. So what the best text
of that level leaves P, everybody else served, is convex in :math:`\rho` and closes the range on one
interval at most. Where the range is closed it therefore opens, as trust grows, once and stays open:
the least trust that opens it is found by bisection, exact but for the rounding of coefficients.

More points for all than any text holds (a guarantee from outside it) move everybody at once; there
every whole number is tried.
"""

import math

import numpy as np

from sim.compiled import compiled
from sim.draw import fill_party
from sim.ensemble import Ensemble
from sim.openings import Asked, as_it_stands, first_that_opens, opens
from sim.terms import Terms, terms_of
from sim.world import World

GRAIN = 1e-4
"""Per point: how finely trust is told."""


def own_trust(ensemble: Ensemble, i: int, party: int) -> float:
    """Return k_E of a party in world ``i``, per point."""
    return ensemble.number(i, ensemble.prior.rows.k_e[party])


def at_trust(
    ensemble: Ensemble, i: int, world: World, trust: dict[int, float], extra: int = 0
) -> Terms:
    """Return the terms of world ``i`` in which some parties trust a point otherwise.

    Parameters
    ----------
    trust : {party: k_E}
        Per point of enforcement.
    extra : int
        Points that count for these parties beside those of any text.
    """
    prior, rows, fill = ensemble.prior, ensemble.prior.rows, compiled(fill_party)
    peace, base = world.peace.copy(), world.base.copy()
    coef, link = world.coef.copy(), world.link.copy()
    rho0 = ensemble.number(i, rows.rho0)
    for p, k_e in trust.items():
        size = np.array([ensemble.number(i, row) for row in rows.link[p]])
        omega = ensemble.number(i, rows.omega[p])
        fill(
            world.weight[p], world.value[p], size, prior.n_options, prior.power_shift,
            float(world.reserve[p]), world.delta, rho0, k_e, omega, extra,
            peace[p], coef[p], base[p], link[p],
        )  # fmt: skip
    changed = world._replace(peace=peace, coef=coef, base=base, link=link)
    return terms_of(changed, ensemble.table)


def least_trust(
    ensemble: Ensemble, i: int, world: World, party: int, asked: Asked = as_it_stands
) -> float | None:
    """Return the least k_E of a party that opens a closed range, per point, to `GRAIN`.

    Its own k_E if the range is open; None if the largest the case holds possible is not enough.
    """
    own = own_trust(ensemble, i, party)
    most = ensemble.case.priors.params[f"kE.{ensemble.case.parties[party]}"].high

    def enough(steps: int) -> bool:
        trust = {party: min(own + steps * GRAIN, max(most, own))}
        return opens(asked(at_trust(ensemble, i, world, trust)))

    low, high = 0, max(math.ceil((most - own) / GRAIN), 0)
    if enough(low):
        return own
    if not enough(high):
        return None
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return min(own + high * GRAIN, most)


def least_points(
    ensemble: Ensemble, i: int, world: World, asked: Asked = as_it_stands
) -> int | None:
    """Return the fewest further points, counted by everybody, that open the range; None: none do.

    As many are tried as the strongest text holds.
    """
    trust = {p: own_trust(ensemble, i, p) for p in range(len(world.reserve))}
    tried = range(world.base.shape[1])
    found = first_that_opens(
        lambda n: asked(at_trust(ensemble, i, world, trust, int(n))), [*map(float, tried)]
    )
    return None if found is None else int(found)
