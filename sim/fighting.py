r"""What fighting on is worth to everybody while the war moves: drawn with the world (2.1, 2.2).

Every belligerent holds its own beliefs: its hazards, raised and lowered by its optimism, and the
drift of the front as it reads it at the start. Everybody else reads the neutral law. Under each
belief the value of fighting on is a table over the state of the war (:mod:`sim.lottery`), filled
once per world; a state is then worth one interpolation.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import rule
from sim.lottery import (
    COHESIONS,
    GAINS,
    RATIOS,
    SIGHT,
    Axes,
    Point,
    fill_prospects,
    fill_sight,
    fill_table,
    foreseen,
    new_prospects,
    see_ahead,
    value_at,
)
from sim.records import record
from sim.war import RATIO, WarLaw
from sim.worth import Floats, Ints

RATIO_STEP, GAIN_STEP = 0.01, 50.0
"""Steps of the slopes of a table: log strength ratio and km2."""


@record
class Fighting(NamedTuple):
    """The war of one world and what it is worth to every party, as each sees it.

    P parties, N ends; a table has the axes cohesion of either side, strength ratio, gain.

    Attributes
    ----------
    law : WarLaw
        How the war really moves.
    hazard : (P, N) float64
        Monthly hazards each party believes in, at the start's state.
    drift : float
        Drift every side believes in at the start, km2 per month.
    cohesion : (P, 2, C) float64
        Cohesion axes of each party's table.
    ratio, gain : (M,), (Z,) float64
        Axes all tables share.
    table : (P, C, C, M, Z) float64
        W_P by the party's own beliefs, util.
    neutral_cohesion : (2, C) float64
    neutral : (P, C, C, M, Z) float64
        W_P by the neutral law, util.
    sight : (P, 3) float64
        How each party foresees a state of the war (:func:`sim.lottery.fill_sight`).
    """

    law: WarLaw
    hazard: Floats
    drift: float
    cohesion: Floats
    ratio: Floats
    gain: Floats
    table: Floats
    neutral_cohesion: Floats
    neutral: Floats
    sight: Floats


@rule
def believed_law(law: WarLaw, drift: float, hazard: Floats) -> WarLaw:
    """Return the law as one believes it: own drift, own hazards, all else common."""
    return WarLaw(
        drift, law.push, law.front_noise, law.contested, law.region, law.pull, law.ratio_noise,
        law.aid, law.economy_effect, law.fade, law.economy_noise, law.rest, law.recovery,
        law.shock_rate, law.shock, hazard, law.favours, law.slope_ratio, law.slope_cohesion,
    )  # fmt: skip


@rule
def new_fighting(law: WarLaw, parties: int, drift: float) -> Fighting:
    """Return the tables of a world, empty."""
    ends, shape = len(law.hazard), (parties, COHESIONS, COHESIONS, RATIOS, GAINS)
    return Fighting(
        law, np.zeros((parties, ends)), drift, np.zeros((parties, 2, COHESIONS)),
        np.zeros(RATIOS), np.zeros(GAINS), np.zeros(shape),
        np.zeros((2, COHESIONS)), np.zeros(shape), np.zeros((parties, SIGHT)),
    )  # fmt: skip


@rule
def fill_fighting(
    fighting: Fighting, delta: float, now: Floats, gone: Floats, cost: Floats, ends: Floats,
    side: Ints,
) -> None:  # fmt: skip
    """Fill every table; parties without a side of their own share the neutral belief.

    Parameters
    ----------
    now, gone : (P,) float64
        Utility of the status quo today, and with the contested issue lost, util.
    cost : (P,) float64
        Flow cost of fighting, share of the whole stake.
    ends : (P, N) float64
        Utility of every way the war can end without a text, util.
    side : (P,) int64
        Which belligerent a party is (0, 1), -1 for none. ``fighting.hazard`` is filled already.
    """
    law, drift = fighting.law, fighting.drift
    prospects = new_prospects(len(law.hazard), COHESIONS)
    fill_prospects(believed_law(law, drift, law.hazard), delta, prospects)
    copy_axes(prospects.axes, fighting.neutral_cohesion, fighting.ratio, fighting.gain)
    for p in range(len(side)):
        fill_table(prospects, now[p], gone[p], cost[p], ends[p], fighting.neutral[p])
    for p in range(len(side)):
        own = prospects
        if side[p] >= 0:
            own = new_prospects(len(law.hazard), COHESIONS)
            fill_prospects(believed_law(law, drift, fighting.hazard[p]), delta, own)
        copy_axes(own.axes, fighting.cohesion[p], fighting.ratio, fighting.gain)
        fill_table(own, now[p], gone[p], cost[p], ends[p], fighting.table[p])
        fill_sight(law, fighting.hazard[p], delta, fighting.sight[p])


@rule
def copy_axes(axes: Axes, cohesion: Floats, ratio: Floats, gain: Floats) -> None:
    """Copy the nodes of a table."""
    for i in range(len(ratio)):
        ratio[i] = axes.ratio[i]
    for i in range(len(gain)):
        gain[i] = axes.gain[i]
    for c in range(cohesion.shape[1]):
        cohesion[0, c], cohesion[1, c] = axes.cohesion_0[c], axes.cohesion_1[c]


@rule
def own_value_at(fighting: Fighting, p: int, point: Point) -> float:
    """Return W_P at a point of the party's own table, util."""
    nodes = fighting.cohesion[p]
    return value_at(fighting.table[p], nodes[0], nodes[1], fighting.ratio, fighting.gain, point)


@rule
def worth_of_fighting(fighting: Fighting, state: Floats, p: int) -> float:
    """Return W_P at a state of the war by the party's own beliefs, util (2.2)."""
    return own_value_at(fighting, p, see_ahead(fighting.law, fighting.sight[p], state))


@rule
def neutral_worth_of_fighting(fighting: Fighting, delta: float, state: Floats, p: int) -> float:
    """Return W_P at a state by the neutral law, util."""
    nodes, point = fighting.neutral_cohesion, foreseen(fighting.law, delta, state)
    return value_at(fighting.neutral[p], nodes[0], nodes[1], fighting.ratio, fighting.gain, point)


@rule
def slopes(fighting: Fighting, state: Floats, p: int) -> tuple[float, float]:
    """Return the slopes of W_P at a state: util per unit of m, and per km2 (4.3)."""
    a, b, m, z = see_ahead(fighting.law, fighting.sight[p], state)
    here, ahead = own_value_at(fighting, p, (a, b, m, z)), m + RATIO_STEP
    stronger = own_value_at(fighting, p, (a, b, ahead, z))
    further = own_value_at(fighting, p, (a, b, ahead - RATIO_STEP, z + GAIN_STEP))
    return (stronger - here) / RATIO_STEP, (further - here) / GAIN_STEP


@rule
def expected_ratio_change(law: WarLaw, state: Floats, resting: float) -> float:
    r"""Return :math:`E\,\dot m = \kappa_m (\bar m - m)`, per month (2.1)."""
    return float(law.pull * (resting - state[RATIO]))


@rule
def jump_chance(hazard: Floats, favours: Ints, months: float) -> float:
    """Return the chance that an exhaustion of either side ends the war within ``months`` (2.5).

    Competing risks at hazards that stay as they are; an end on nobody's terms is no jump.
    """
    total, jump = 0.0, 0.0
    for n in range(len(hazard)):
        rate = -math.log1p(-min(hazard[n], 0.999999))
        total += rate
        jump += rate if favours[n] >= 0 else 0.0
    return jump / total * -math.expm1(-total * months) if total > 0.0 else 0.0
