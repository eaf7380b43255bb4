r"""The value of fighting on as a costly lottery: who gets what if nobody signs (2.2).

.. math:: W(s) = (1-\delta)\,(u^{SQ}(g) - c) + \delta\,\Big[\sum_e h_e(s)\,u_e
          + \big(1 - \sum_e h_e(s)\big)\,E\,W(s')\Big]

month after month, without end, under one party's own :class:`~sim.war.WarLaw`: its drift, its
hazards. The status quo slides with the front, :math:`u^{SQ}(g) = u_{gone} + g\,(u_{now} -
u_{gone})`, from the text of today (g = 1) to the same text with the contested issue lost (g = 0).

W is linear in what the party wants, and what it wants is not a matter of belief. So the solver
knows no utility. It computes three *prospects* of a belief, and W is their mix:

.. math:: W = L\,(u_{gone} - c) + B\,(u_{now} - u_{gone}) + \sum_e Q_e\,u_e, \qquad
          L + \sum_e Q_e = 1

L, the discounted share of time at war; B, the part of it in which the contested region is held;
Q_e, the discounted chance of each end. Parties with equal beliefs share them, and L and Q know
no front: the hazards do not depend on it.

Grid: m on Rouwenhorst's chain (`sim.grid`), which keeps its conditional mean and variance; Z on
equal cells, its monthly step spread over the three nearest nodes with the exact mean; cohesion on
fixed levels. Cohesion, economies and aid off the grid are read at the point that foresees their
fading to first order (:func:`foreseen`), so two levels per side do.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.front import SLICES, fill_held
from sim.grid import factorise, fill_chain, place, solve
from sim.records import record
from sim.war import (
    COHESION,
    ECONOMY,
    GAIN,
    RATIO,
    STATE,
    WarLaw,
    aided_ratio,
    fade_rate,
    hazards,
    remaining,
)
from sim.worth import Floats, Ints

RATIOS, GAINS, COHESIONS = 7, 21, 2
"""Nodes of m, of Z and of the cohesion of each side."""

BELOW, ABOVE = 1, 1
"""Cells of Z below no gain and beyond all gone: the front may move back over either edge."""

Point = tuple[float, float, float, float]
"""Where a table is read: H_0, H_1, m, Z."""

SIGHT = 3
"""Numbers a belief about hazards adds to the law when a state is foreseen."""


@record
class Axes(NamedTuple):
    """Where the nodes of a table lie: cohesion of both sides, m, Z (km2), each increasing."""

    cohesion_0: Floats
    cohesion_1: Floats
    ratio: Floats
    gain: Floats


@record
class Prospects(NamedTuple):
    """What a belief expects of fighting on, whatever is wanted.

    Attributes
    ----------
    axes : Axes
    end : (C, C, M, N) float64
        Q_e, discounted chance that the war ends in each way.
    held : (C, C, M, Z) float64
        B, discounted share of time at war, times the contested share side 1 then holds.
    """

    axes: Axes
    end: Floats
    held: Floats


# --- the grid ----------------------------------------------------------------------------------


@rule
def discount_at_rest(hazard: Floats, delta: float) -> float:
    r"""Return :math:`\delta (1 - \sum_e h_e)` at even strength and cohesion at rest."""
    total = 0.0
    for n in range(len(hazard)):
        total += hazard[n]
    return delta * (1.0 - min(total, 1.0))


@rule
def weight_of_passing(rate: float, dd: float) -> float:
    r"""Return :math:`(1-dd)/(1-dd\,e^{-k})`, what a deviation that fades is worth of a lasting one.

    Both count their discounted expected months; ``rate`` k is per month.
    """
    return (1.0 - dd) / (1.0 - dd * math.exp(-rate))


@rule
def mean_cohesion(law: WarLaw, side: int) -> float:
    """Return the level cohesion swings about, shocks included."""
    return float(law.rest[side] + law.shock_rate[side] * law.shock[side] / law.recovery)


@rule
def fill_axes(law: WarLaw, delta: float, axes: Axes) -> None:
    """Place the nodes: all of [0, 1] for cohesion as foreseen, sqrt(n - 1) sd for m."""
    worth = weight_of_passing(law.recovery, discount_at_rest(law.hazard, delta))
    for side in range(2):
        nodes = axes.cohesion_0 if side == 0 else axes.cohesion_1
        mean = mean_cohesion(law, side)
        for i in range(len(nodes)):
            nodes[i] = mean + worth * (i / (len(nodes) - 1) - mean)
    n = len(axes.ratio)
    spread = max(law.ratio_noise / math.sqrt(2.0 * law.pull), 1e-3) * math.sqrt(n - 1.0)
    for i in range(n):
        axes.ratio[i] = spread * (2.0 * i / (n - 1) - 1.0)
    cell = law.region / max(law.contested, 1e-6) / (len(axes.gain) - 1 - BELOW - ABOVE)
    for i in range(len(axes.gain)):
        axes.gain[i] = (i - BELOW) * cell


@rule
def fill_steps(law: WarLaw, axes: Axes, first: Ints, weight: Floats) -> None:
    r"""Fill where a month at each m takes Z: three cells from ``first`` on, with ``weight``.

    ``first`` (M,) is relative to the present cell; ``weight`` is (M, 3). With the expected step a
    and the remainder r = a - n of the nearest whole number of cells n, in cells,

    .. math:: p_{n \pm 1} = (r^2 + v \pm r)/2, \qquad p_n = 1 - r^2 - v

    keep mean a and variance v exactly. Where v is below :math:`|r| - r^2`, the least three
    nodes can carry, that is taken: linear interpolation between two of them. Cells near the
    usual step keep this smear near the war's own noise; on 7 nodes it would be ten times that.
    """
    cell = axes.gain[1] - axes.gain[0]
    k = law.pull
    lag = (1.0 - math.exp(-k)) / k
    swing = law.push * law.ratio_noise / k
    spare = 1.0 - 2.0 * lag + (1.0 - math.exp(-2.0 * k)) / (2.0 * k)
    v = (law.front_noise**2 + swing * swing * spare) / cell**2
    for i in range(len(axes.ratio)):
        step = (law.drift + law.push * axes.ratio[i] * lag) / cell
        whole = math.floor(step + 0.5)
        r = step - whole
        first[i] = int(whole) - 1
        square = max(r * r + min(v, 1.0 - r * r), abs(r))
        weight[i, 0], weight[i, 2] = (square - r) / 2.0, (square + r) / 2.0
        weight[i, 1] = 1.0 - square


# --- the prospects of one belief ---------------------------------------------------------------


@rule
def fill_ends(stay: Floats, hazard: Floats, chain: Floats, delta: float, end: Floats) -> None:
    r"""Solve :math:`Q_e = \delta h_e + \delta (1 - \sum h) P Q_e` for every end; ``end`` (M, N)."""
    nodes, ends = hazard.shape
    lu, x = np.zeros((nodes, nodes)), np.zeros(nodes)
    for i in range(nodes):
        for j in range(nodes):
            lu[i, j] = (1.0 if i == j else 0.0) - stay[i] * chain[i, j]
    factorise(lu)
    for n in range(ends):
        for i in range(nodes):
            x[i] = delta * hazard[i, n]
        solve(lu, x)
        for i in range(nodes):
            end[i, n] = x[i]


@rule
def fill_share(law: WarLaw, axes: Axes, share: Floats) -> None:
    """Fill g at the nodes of Z."""
    for z in range(len(share)):
        share[z] = remaining(law, axes.gain[z])


@rule
def fill_prospects(law: WarLaw, delta: float, prospects: Prospects) -> None:
    """Fill the prospects of one belief at the start's aid, with economies even.

    ``law`` is the *believed* law (own drift, own hazards); ``prospects`` holds arrays of zeros of
    the wanted shape and gets its axes here too.
    """
    axes, end, held = prospects.axes, prospects.end, prospects.held
    fill_axes(law, delta, axes)
    nodes, ends = end.shape[2], end.shape[3]
    chain, hazard, one = np.zeros((nodes, nodes)), np.zeros((nodes, ends)), np.zeros(nodes)
    stay = np.zeros((nodes, SLICES))
    first, weight = np.zeros(nodes, dtype=np.int64), np.zeros((nodes, 3))
    share, state = np.zeros(len(axes.gain)), np.zeros(STATE)
    fill_chain(math.exp(-law.pull), chain)
    fill_steps(law, axes, first, weight)
    fill_share(law, axes, share)
    four, at = np.zeros((nodes, len(axes.gain), SLICES)), len(axes.cohesion_0)
    slices = at * len(axes.cohesion_1)
    for t in range(0, slices, SLICES):
        for s in range(SLICES):
            a, b = min(t + s, slices - 1) // at, min(t + s, slices - 1) % at
            state[COHESION], state[COHESION + 1] = axes.cohesion_0[a], axes.cohesion_1[b]
            for i in range(nodes):
                state[RATIO] = axes.ratio[i]
                one[i] = delta * (1.0 - hazards(law, state, hazard[i]))
                stay[i, s] = one[i]
            fill_ends(one, hazard, chain, delta, end[a, b])
        fill_held(stay, chain, first, weight, share, delta, four, np.zeros(SLICES, np.int64))
        for s in range(min(SLICES, slices - t)):
            a, b = (t + s) // at, (t + s) % at
            for i in range(nodes):
                for z in range(len(axes.gain)):
                    held[a, b, i, z] = four[i, z, s]


# --- what they are worth to a party ------------------------------------------------------------


@rule
def fill_table(
    prospects: Prospects, now: float, gone: float, cost: float, ends: Floats, table: Floats
) -> None:
    """Fill W (C, C, M, Z), util, of a party that holds this belief.

    Parameters
    ----------
    now, gone : float
        Utility of the status quo, and of the status quo with the contested issue lost, util.
    cost : float
        Flow cost of fighting, share of the whole stake.
    ends : (N,) float64
        Utility of every way the war can end without a deal, util.
    """
    end, held = prospects.end, prospects.held
    for a in range(table.shape[0]):
        for b in range(table.shape[1]):
            for i in range(table.shape[2]):
                worth, war = 0.0, 1.0
                for n in range(len(ends)):
                    worth += end[a, b, i, n] * ends[n]
                    war -= end[a, b, i, n]
                worth += war * (gone - cost)
                for z in range(table.shape[3]):
                    table[a, b, i, z] = worth + held[a, b, i, z] * (now - gone)


@rule
def foreseen(law: WarLaw, delta: float, state: Floats) -> Point:
    r"""Return the point of the table that stands for a state.

    The table keeps cohesion for ever and aid and economies at their start. A state's cohesion
    fades to its mean, so only the part :func:`weight_of_passing` counts as lasting; economies and
    aid bend the expected path of m, so m is moved by what bends it as much in discounted months.
    Exact to first order, and no table need be filled again when aid moves.
    """
    sight = np.zeros(SIGHT)
    fill_sight(law, law.hazard, delta, sight)
    return see_ahead(law, sight, state)


@rule
def fill_sight(law: WarLaw, hazard: Floats, delta: float, sight: Floats) -> None:
    """Fill what :func:`foreseen` takes from the law and a belief about hazards alone, (3,).

    How much a passing cohesion counts, and by how much economies and aid move m.
    """
    dd, k, q = discount_at_rest(hazard, delta), law.pull, fade_rate(law)
    own = 1.0 - dd * math.exp(-k)
    sight[0] = weight_of_passing(law.recovery, dd)
    sight[1] = own / (1.0 - dd * math.exp(-q)) - 1.0
    sight[2] = own / (1.0 - dd) - 1.0


@rule
def see_ahead(law: WarLaw, sight: Floats, state: Floats) -> Point:
    """Return the point of :func:`foreseen` with a sight that is known."""
    k, q = law.pull, fade_rate(law)
    gap = law.economy_effect * (state[ECONOMY] - state[ECONOMY + 1])
    bend = gap * k / (k - q) * sight[1]
    aided = aided_ratio(law, state) * sight[2]
    return (
        lasting_cohesion(law, sight, state, 0),
        lasting_cohesion(law, sight, state, 1),
        state[RATIO] + bend + aided,
        state[GAIN],
    )


@rule
def lasting_cohesion(law: WarLaw, sight: Floats, state: Floats, side: int) -> float:
    """Return the cohesion that, held for ever, counts as much as the state's, which fades."""
    mean = mean_cohesion(law, side)
    return float(mean + sight[0] * (state[COHESION + side] - mean))


@rule
def value_at(
    table: Floats, cohesion_0: Floats, cohesion_1: Floats, ratio: Floats, gain: Floats, point: Point
) -> float:
    """Return W at a point by multilinear interpolation between the nodes of its axes, util."""
    a, pa = place(cohesion_0, point[0])
    b, pb = place(cohesion_1, point[1])
    i, pi = place(ratio, point[2])
    z, pz = place(gain, point[3])
    total = 0.0
    for corner in range(16):
        da, db, di, dz = corner & 1, corner >> 1 & 1, corner >> 2 & 1, corner >> 3
        part = (pa if da else 1.0 - pa) * (pb if db else 1.0 - pb)
        part *= (pi if di else 1.0 - pi) * (pz if dz else 1.0 - pz)
        total += part * table[a + da, b + db, i + di, z + dz]
    return total


@rule
def new_prospects(ends: int, cohesions: int) -> Prospects:
    """Return prospects of zeros for ``ends`` ways the war can end, ``cohesions`` levels a side."""
    axes = Axes(np.zeros(cohesions), np.zeros(cohesions), np.zeros(RATIOS), np.zeros(GAINS))
    return Prospects(
        axes,
        np.zeros((cohesions, cohesions, RATIOS, ends)),
        np.zeros((cohesions, cohesions, RATIOS, GAINS)),
    )
