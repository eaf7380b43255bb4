r"""How one party stands to one text in every world drawn, taken apart for what-if questions.

The surplus is split into what the party wants, what the war is worth to it and what guarantees
do, so that one number can be moved while every other keeps its draw:

.. math:: S = A\,\Big[\sum_j w_j\,(v_j(x_j) - \bar v_j) + \ell + L c\Big] + (1-A)\,\omega\,s(x)

with :math:`\bar v_j` what fighting on holds at issue j (its status quo and its ends, each with its
discounted share), L the discounted share of time at war, c the flow cost of fighting, and
:math:`\ell` what pairs of options add beyond the same mix (1.1, 2.2, 2.3).
"""

from dataclasses import dataclass

import numpy as np

from sim.compiled import compiled
from sim.draw import linked_value, value_of_text
from sim.ensemble import Ensemble
from sim.fighting import believed_law
from sim.grid import place
from sim.lottery import COHESIONS, Axes, fill_prospects, foreseen, new_prospects
from sim.war import STATE, start
from sim.world import World
from sim.worth import (
    MICRO,
    Bools,
    Floats,
    Ints,
    break_hazard,
    crosses_red_line,
    enforcement_level,
    peace_factor,
    surplus,
)


@dataclass(frozen=True)
class Standing:
    r"""A party, a text, and W worlds.

    Attributes
    ----------
    worlds : tuple of World
    numbers : tuple of int
    party, level : int
        The party and E(x).
    surplus : (W,) float64
        S, util, from the integers that decide.
    red : (W,) bool
        Whether the text crosses a red line of the party.
    utility, reserve, cost, at_war : (W,) float64
        u(x), W, c and L.
    delta, rho0, k_e, omega : (W,) float64
    points : float
        s(x), power-shift points.
    fought : (W, 2 + N) float64
        Utility of the status quo, of it with the contested issue lost, and of every end, util.
    edge : (W, J) float64
        :math:`v_j(x_j) - \bar v_j`.
    """

    worlds: tuple[World, ...]
    numbers: tuple[int, ...]
    party: int
    level: int
    surplus: Floats
    red: Bools
    utility: Floats
    reserve: Floats
    cost: Floats
    at_war: Floats
    delta: Floats
    rho0: Floats
    k_e: Floats
    omega: Floats
    points: float
    fought: Floats
    edge: Floats

    @property
    def gain(self) -> Floats:
        """What signing gives beyond fighting on, u - W, util."""
        return self.utility - self.reserve

    @property
    def shift(self) -> Floats:
        """Delta = omega s(x), util."""
        return self.omega * self.points

    @property
    def hazard(self) -> Floats:
        """The monthly hazard that the deal breaks, as the party sees it."""
        return self.rho0 * np.exp(-self.k_e * self.level)

    @property
    def peace(self) -> Floats:
        """A, the discounted share of peace."""
        return (1 - self.delta) / (1 - self.delta * (1 - self.hazard))

    @property
    def weight(self) -> Floats:
        """Swing weights of the party, (W, J)."""
        return np.array([w.weight[self.party] for w in self.worlds])


def shares_of(world: World, delta: float, hazard: Floats) -> Floats:
    """Return what fighting on from the start holds for one who believes these hazards (2.2).

    Discounted shares, (2 + N,): L of time at war, B of it with the contested issue held, and Q_e
    of every end.
    """
    fighting, state = world.fighting, np.zeros(STATE)
    law = believed_law(fighting.law, fighting.drift, hazard)
    prospects = new_prospects(len(hazard), COHESIONS)
    compiled(fill_prospects)(law, delta, prospects)
    start(fighting.law, state)
    point = np.array(foreseen(law, delta, state))
    ends = interpolated(prospects.end, prospects.axes, point[:3])
    held = interpolated(prospects.held, prospects.axes, point)
    return np.concatenate([[1.0 - ends.sum()], [held], ends])


def interpolated(table: Floats, axes: Axes, point: Floats) -> Floats:
    """Return a table at a point of its first axes, linear along each."""
    for nodes, x in zip(axes, point, strict=False):
        i, part = place(nodes, x)
        table = (1.0 - part) * table[i] + part * table[i + 1]
    return table


def mixed(shares: Floats, now: Floats | float, gone: Floats | float, ends: Floats) -> Floats:
    """Return what fighting on holds of anything that texts hold; ``ends`` has them first."""
    found: Floats = shares[0] * gone + shares[1] * (now - gone) + shares[2:] @ ends
    return found


def stand(ensemble: Ensemble, numbers: range, text: Ints, party: int) -> Standing:
    """Return how a party stands to a complete text in the worlds of these numbers."""
    table, prior = ensemble.table, ensemble.prior
    worlds = tuple(ensemble.world(i) for i in numbers)
    level = enforcement_level(text, table.enforcement)
    rows, at = prior.rows, np.arange(len(text))
    lots = (prior.status_quo, prior.front_lost, *prior.ending_text)

    def drawn(row: int) -> Floats:
        return np.array([ensemble.number(i, row) for i in numbers])

    shares = [shares_of(w, w.delta, w.fighting.hazard[party]) for w in worlds]
    whole = [
        surplus(text, w.coef[party], w.base[party], w.link[party], table.links, level)
        for w in worlds
    ]
    fought = [
        mixed(
            s,
            w.value[party, at, prior.status_quo],
            w.value[party, at, prior.front_lost],
            w.value[party, at, prior.ending_text],
        )
        for s, w in zip(shares, worlds, strict=True)
    ]
    return Standing(
        worlds,
        tuple(numbers),
        party,
        level,
        np.array(whole) / MICRO,
        np.array([crosses_red_line(text, w.red[party]) for w in worlds]),
        np.array([utility_of(ensemble, w, text, party) for w in worlds]),
        np.array([w.reserve[party] for w in worlds]),
        np.array([w.month[party] / (1 - w.delta) for w in worlds]),
        np.array([s[0] for s in shares]),
        np.array([w.delta for w in worlds]),
        drawn(rows.rho0),
        drawn(rows.k_e[party]),
        drawn(rows.omega[party]),
        float(prior.power_shift[at, text].sum()),
        np.array([[utility_of(ensemble, w, x, party) for x in lots] for w in worlds]),
        np.array([w.value[party, at, text] for w in worlds]) - np.array(fought),
    )


def utility_of(ensemble: Ensemble, world: World, text: Ints, party: int) -> float:
    """Return u(x), util; the size of a pair of options is read back from its surplus."""
    size = world.link[party, 0] / MICRO / world.peace[party, 0]
    own = value_of_text(world.weight[party], world.value[party], text)
    return own + linked_value(size, ensemble.table.links, text)


def worth_of_war(s: Standing, w: int, delta: float, hazard: Floats) -> float:
    """Return W in the w-th world at another patience or by other hazards, util (2.2)."""
    shares, worth = shares_of(s.worlds[w], delta, hazard), s.fought[w]
    return float(mixed(shares, worth[0], worth[1], worth[2:]) - shares[0] * s.cost[w])


def sign_of(gain: Floats, shift: Floats, delta: Floats, rho: Floats | float) -> Floats:
    r"""Return :math:`(1-\delta)(u-W) + \delta\rho\Delta`, which has the sign of S (2.3)."""
    return (1 - delta) * gain + delta * rho * shift


def surplus_of(gain: float, shift: float, delta: float, rho0: float, k_e: float, e: int) -> float:
    """Return S (2.3), util."""
    a = peace_factor(delta, break_hazard(rho0, k_e, e))
    return a * gain + (1 - a) * shift
