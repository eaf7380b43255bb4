"""The state of one negotiation, and what is the same in every world of a run: arrays only."""

from typing import NamedTuple

import numpy as np

from sim.belief import Belief, copy_belief
from sim.compiled import rule
from sim.fighting import Fighting
from sim.particles import Particles
from sim.records import record
from sim.renewal import own_particles
from sim.respond import OPEN
from sim.war import STATE, start
from sim.world import World
from sim.worth import Bools, Floats, Ints, Table

RUNNING, AGREED, NO_TEXT, MEDIATOR_LEFT, WAR_ENDED = -1, 0, 1, 2, 3
"""Ends of the talks; ``WAR_ENDED + n`` is the n-th ending of the case."""

NOT_ASKED, SIGNS, NOT_WORTH, RED_LINE, MANNER, WAITS = 0, 1, 2, 3, 4, 5
"""What a party said when it was asked to sign."""

DAY, END, ASKED, LEADER, KNOT, MISSED, REPORTER, NEWS, HALFWAY, CLOCK = range(10)
"""Where the clock holds the day, the end, whether the text was put up, whether leaders sit at the
table, the next day of a forecast (its number), whether the deadline was missed, who gave the
reported answers, whether the mediator has heard anything new since it last looked at its text,
whether week 26 has passed; its length."""

HALF_YEAR = 182
"""Day at which the text is kept once more, to compare arms: week 26."""

KNOTS = (0, 91, 182, 364, 546, 728)
"""Days at which forecasts and the exact ripeness are solved anew (0b m): weeks 0 to 104."""


@record
class Schedule(NamedTuple):
    """Every contact: its day from the start, its level, who is there, (C,) and (C, P).

    ``planned`` marks those whose guests the mediator chooses when the time comes.
    """

    day: Ints
    leader: Bools
    mediated: Bools
    present: Bools
    planned: Bools


@record
class Public(NamedTuple):
    """What everybody reads in the papers about everybody's alternative to signing.

    Attributes
    ----------
    fighting : Fighting
        The value of fighting on at mean utilities and the middle of every prior.
    delta : float
    level : int
        Enforcement level the forecasts are made at.
    bar : (P,) float64
        Mean surplus a party holds out for at the start, util.
    """

    fighting: Fighting
    delta: float
    level: int
    bar: Floats


@record
class Counters(NamedTuple):
    """Texts of the record that parties published against the draft: day (D,), who, text (D, J)."""

    day: Ints
    party: Ints
    text: Ints


@record
class Rules(NamedTuple):
    """What is the same in every world of a run; numbers are those of :mod:`sim.settings`.

    ``belief`` is what everybody believes before a word is said; talks without learning share it.
    """

    seed: int
    mediator: int
    horizon: int
    edits_expert: int
    edits_leader: int
    exit_per_week: float
    deadline_day: int
    exit_after_deadline: float
    weight_accept: float
    speed: float
    bias: Floats
    relay_bias: float
    reward: float
    learning: bool
    renews: bool
    stance_days: int
    asks: int
    counter_edits: int
    trade: float
    devaluation: float
    camp: Ints
    drift_sd: float
    drift_change: float
    report: int
    opening: Ints
    schedule: Schedule
    counters: Counters
    table: Table
    public: Public
    particles: Particles
    belief: Belief


@record
class Fortunes(NamedTuple):
    """Where the war stands and what that does to everybody; all arrays, changed in place.

    Attributes
    ----------
    state : (8,) float64
        The war (:mod:`sim.war`).
    drift : (2,) float64
        Mean and variance of the drift all sides believe in, km2 per month and its square.
    reserve : (P,) float64
        W_P now, util.
    base : (P, L) int64
        Constants of the surplus now, micro-util.
    moved, public : (P,) float64
        Public estimate of how far W_P has moved since the start, and of W_P at the start, util.
    holdout : (P,) float64
        h_P now, util (2.4).
    anchor : (P,) float64
        W_P + h_P / A at the start, util: thresholds move with the difference (4.1).
    hope : (P, 5) float64
        Forecast of a belligerent at the last knot: s, its slopes in its own and the other's W,
        and both W then, util.
    """

    state: Floats
    drift: Floats
    reserve: Floats
    base: Ints
    moved: Floats
    public: Floats
    holdout: Floats
    anchor: Floats
    hope: Floats


@record
class Talks(NamedTuple):
    """The state of one negotiation; all arrays, changed in place.

    Attributes
    ----------
    text, tabled : (J,) int64
        The single text now, and as the parties saw it at this contact.
    heard, period : (P, J, K) int64
        The last status each party gave each option (-1: never asked), and the stance period in
        which it was heard.
    wished : (P, J, K) int64
        The stance period in which a party last asked for an option; -1: never.
    statuses, asks : (P, J) int64
        Answers at this contact (OPEN where none), and the options asked for (-1 where none).
    proposed : (J, K) int64
        Who first proposed an option against the mediator's draft, -1 for nobody.
    verdict, signed : (P,) int64
        What was said at this contact when asked to sign; and whether a party has signed this very
        text (1), refused it (-1) or was never asked (0).
    present : (P,) bool
        Who is at this contact.
    seen : (P,) int64
        Day each party last answered.
    offer : (P,) int64
        Reward the principal pays on signature of this text, micro-util.
    clock : (9,) int64
        See :data:`DAY` and its neighbours.
    report : (J,) int64
        The answers at the contact the case asks to be reported; -9 where it was not reached.
    midway : (J,) int64
        The text as it stood at week 26, once that has passed.
    fortunes : Fortunes
    belief : Belief
        What everybody else believes about each party.
    particles : Particles
        The draws behind it: the run's own, or a copy whose worn draws are renewed (4.3).
    """

    text: Ints
    tabled: Ints
    heard: Ints
    period: Ints
    wished: Ints
    statuses: Ints
    asks: Ints
    proposed: Ints
    verdict: Ints
    signed: Ints
    present: Bools
    seen: Ints
    offer: Ints
    clock: Ints
    report: Ints
    midway: Ints
    fortunes: Fortunes
    belief: Belief
    particles: Particles


@rule
def open_fortunes(world: World, drift_sd: float) -> Fortunes:
    """Return the start of the war, before anything is reckoned from it."""
    parties, levels = world.base.shape
    state, drift = np.zeros(STATE), np.zeros(2)
    start(world.fighting.law, state)
    drift[0], drift[1] = world.fighting.drift, drift_sd * drift_sd
    return Fortunes(
        state, drift, np.zeros(parties), np.zeros((parties, levels), np.int64),
        np.zeros(parties), np.zeros(parties), np.zeros(parties), np.zeros(parties),
        np.zeros((parties, 5)),
    )  # fmt: skip


@rule
def blank_talks(rules: Rules, world: World) -> Talks:
    """Return the state before the first contact, fortunes not yet reckoned."""
    issues, options, parties = rules.table.needs.shape
    talks = Talks(
        rules.opening.copy(), rules.opening.copy(),
        np.full((parties, issues, options), -1), np.full((parties, issues, options), -1),
        np.full((parties, issues, options), -1),
        np.full((parties, issues), OPEN), np.full((parties, issues), -1),
        np.full((issues, options), -1),
        np.zeros(parties, np.int64), np.zeros(parties, np.int64), np.zeros(parties, np.bool_),
        np.zeros(parties, np.int64), np.zeros(parties, np.int64), np.zeros(CLOCK, np.int64),
        np.full(issues, -9), rules.opening.copy(), open_fortunes(world, rules.drift_sd),
        copy_belief(rules.belief) if rules.learning else rules.belief,
        own_particles(rules.particles) if rules.renews else rules.particles,
    )  # fmt: skip
    talks.clock[END] = RUNNING
    talks.clock[REPORTER] = -1
    return talks
