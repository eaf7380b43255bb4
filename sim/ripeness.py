r"""When is a deal ripe? The exact range along the war's own path, as nobody had yet spoken (2.5).

.. math:: MEO(t) = \max_x \min_P S_P(x) / month_P, \qquad
          RIPE(t) = \max_x \min_P (S_P(x) - h_P(t)) / month_P, \qquad
          MHS(t) = \min_{P\ fighting} S_P(armistice) / month_P

solved at the knots of 0b m (weeks 0, 13, 26, 52, 78, 104) and linear between. The path of the war
does not depend on the talks; h is what each side would hold out for with the beliefs it had at
the start. So ripeness is known before any agreement and can be scored as its predictor.
"""

from dataclasses import dataclass

import numpy as np

from sim.compiled import compiled, rule
from sim.ensemble import Ensemble
from sim.fighting import jump_chance, neutral_worth_of_fighting
from sim.fortunes import fight_on, open_talks
from sim.proof import Stakes
from sim.round import war_ends_within
from sim.state import DAY, KNOTS, Rules
from sim.war import GAIN, STATE, fill_responses, front_mean, hazards
from sim.world import World
from sim.worth import MICRO, Floats, Ints, enforcement_level, micro, surplus
from sim.zopa import zopa

AHEAD = 6.0
"""Months over which stalemate and sudden ends are looked at (2.5)."""


@dataclass(frozen=True)
class Moment:
    """What is possible at one day of the war's path; months are own war-months.

    Attributes
    ----------
    week : int
        0, 13, 26, 52, 78 or 104; the contact nearest after it, or the last one.
    zopa, ripe : float
        MEO and RIPE, months.
    ripe_util : float
        RIPE with every party's surplus counted in util.
    hurting, hurting_neutral : float
        MHS by the sides' own beliefs and by the neutral law, months.
    stale : float
        1 less the share of the contested region the front is expected to cross in six months.
    jump : float
        Chance that an exhaustion of either side ends the war within six months.
    holdout : (P,) float64
        h, util.
    proven : bool
    """

    week: int
    zopa: float
    ripe: float
    ripe_util: float
    hurting: float
    hurting_neutral: float
    stale: float
    jump: float
    holdout: Floats
    proven: bool


def knot_contacts(rules: Rules) -> list[int]:
    """Return the contact at which every knot is looked at: the first on its day or after."""
    days = rules.schedule.day
    return [min(int(np.searchsorted(days, day)), len(days) - 1) for day in KNOTS]


@rule
def walk(
    rules: Rules, world: World, i: int, wanted: Ints, states: Floats, bases: Ints, holds: Floats
) -> int:
    """Follow the war without talks; return how many of the ``wanted`` contacts it reaches.

    Fills the war's state (M, 8), the constants of the surplus (M, P, L) and h (M, P) at those
    contacts, util; hazards and luck are those of the talks themselves.
    """
    talks = open_talks(rules, world)
    reached, day = 0, 0
    for n in range(len(rules.schedule.day)):
        days = rules.schedule.day[n] - day
        first, _ = war_ends_within(rules, world, i, talks, n)
        if first < days:
            return reached
        day = rules.schedule.day[n]
        talks.clock[DAY] = day
        fight_on(rules, world, i, talks, n, float(days))
        while reached < len(wanted) and wanted[reached] == n:
            keep(talks.fortunes.state, states[reached])
            for p in range(holds.shape[1]):
                holds[reached, p] = talks.fortunes.holdout[p]
                for level in range(bases.shape[2]):
                    bases[reached, p, level] = talks.fortunes.base[p, level]
            reached += 1
        if reached == len(wanted):
            return reached
    return reached


@rule
def keep(source: Floats, target: Floats) -> None:
    """Copy a row."""
    for i in range(len(source)):
        target[i] = source[i]


@rule
def expected_gain(world: World, state: Floats, months: float) -> float:
    """Return how far the front is expected to move, km2 (2.1)."""
    rate, response, mean = np.zeros(3), np.zeros((4, 3, 4)), np.zeros(4)
    fill_responses(world.fighting.law, rate, response)
    front_mean(world.fighting.law, rate, response, state, months, mean)
    return float(mean[3] - state[GAIN])


@rule
def jump_at(world: World, state: Floats, months: float) -> float:
    """Return the chance of a sudden end within ``months`` at a state (2.5)."""
    now = np.zeros(len(world.hazard))
    hazards(world.fighting.law, state, now)
    return jump_chance(now, world.fighting.law.favours, months)


@rule
def neutral_base(world: World, state: Floats, base: Ints) -> None:
    """Fill the constants (P, L) the surpluses would have by the neutral law, micro-util."""
    for p in range(base.shape[0]):
        worth = neutral_worth_of_fighting(world.fighting, world.delta, state, p)
        for level in range(base.shape[1]):
            base[p, level] = micro(-world.peace[p, level] * worth)


def hurting(ensemble: Ensemble, world: World, base: Ints) -> float:
    """Return MHS (2.5): what an armistice on today's line brings the side it helps less, months.

    nan for a case whose war cannot end by an armistice.
    """
    case, table = ensemble.case, ensemble.table
    truces = [e.text for e in case.priors.endings if e.end == "armistice_outside"]
    if not truces:
        return float("nan")
    level = enforcement_level(truces[0], table.enforcement)
    worth = [
        surplus(truces[0], world.coef[p], base[p], world.link[p], table.links, level)
        / (MICRO * world.month[p])
        for p in case.belligerents
    ]
    return float(min(worth))


def ripeness(ensemble: Ensemble, rules: Rules, i: int, world: World) -> list[Moment]:
    """Return the moments of a world, as many as its war lasts."""
    wanted = np.array(knot_contacts(rules), dtype=np.int64)
    states = np.zeros((len(KNOTS), STATE))
    bases = np.zeros((len(KNOTS), *world.base.shape), dtype=np.int64)
    holds = np.zeros((len(KNOTS), len(world.month)))
    reached = compiled(walk)(rules, world, i, wanted, states, bases, holds)
    return [
        _moment(ensemble, world, KNOTS[m] // 7, states[m], bases[m], holds[m])
        for m in range(reached)
    ]


def waiting_bar(rules: Rules, world: World) -> Floats:
    """Return h (P,) before anybody has spoken, util (2.4)."""
    hold: Floats = compiled(open_talks)(rules, world).fortunes.holdout
    return hold


def ripe_at_start(ensemble: Ensemble, rules: Rules, world: World) -> float:
    """Return RIPE before anybody has spoken, every party's surplus counted in util (2.5)."""
    return float(zopa(world, ensemble.table, bar=waiting_bar(rules, world)).value)


def _moment(
    ensemble: Ensemble, world: World, week: int, state: Floats, base: Ints, hold: Floats
) -> Moment:
    table, law = ensemble.table, world.fighting.law
    stakes = Stakes(world.coef, base, world.link, world.red, world.month)
    best = zopa(stakes, table, unit="months")
    ripe = zopa(stakes, table, unit="months", bar=hold)
    ripe_util = zopa(stakes, table, bar=hold)
    neutral = np.zeros_like(base)
    compiled(neutral_base)(world, state, neutral)
    moved = compiled(expected_gain)(world, state, AHEAD)
    return Moment(
        week=week,
        zopa=best.value,
        ripe=ripe.value,
        ripe_util=ripe_util.value,
        hurting=hurting(ensemble, world, base),
        hurting_neutral=hurting(ensemble, world, neutral),
        stale=1.0 - abs(moved) * law.contested / law.region,
        jump=float(compiled(jump_at)(world, state, AHEAD)),
        holdout=hold,
        proven=best.proven and ripe.proven and ripe_util.proven,
    )
