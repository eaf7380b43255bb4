r"""The war between two contacts: front, balance of strength, cohesion, economies, ends (2.1).

Side 0 is the first belligerent of the case, side 1 the second; gain and strength count in favour
of side 0. Time t in months, A_b the aid of side b (1 = its level at the start of the talks):

.. math::
    dZ   &= (\mu + \chi m)\,dt + \sigma_Z\,dB_1 \\
    dm   &= \kappa_m(\bar m - m)\,dt + \sigma_m\,dB_2, \qquad
    \bar m = k_{F0}(A_0 - 1) - k_{F1}(A_1 - 1) + k_E(e_0 - e_1) \\
    dH_b &= \kappa_H(\bar H_b - H_b)\,dt + J_b\,dN_b \\
    de_b &= -\kappa_e\,e_b\,dt + \sigma_{e,b}\,dB_{3+b}

The first three lines are theory 2.1 with every term given to both sides. Ours, because the theory
leaves them open (0b k, 0b m): the form of :math:`\bar m`, linear as the smallest form in which
losing all aid moves the balance by :math:`k_F` and an economy that shrinks against the other's by
one log point moves it by :math:`k_E`; shocks to cohesion come at random, with one rate and size
per side; an economy is a log-deviation that fades. Aid moves only when somebody moves it.

The state is one float64 array, so that plain and compiled code share it: see the indices below.
"""

import math
from typing import NamedTuple

import numpy as np

from sim import rng
from sim.case import Case
from sim.compiled import rule
from sim.records import record
from sim.worth import Floats, Ints

GAIN, RATIO, COHESION, ECONOMY, AID, STATE = 0, 1, 2, 4, 6, 8
"""Where the state holds Z (km2), m (log), H_0 H_1 (0..1), e_0 e_1 (log), A_0 A_1; its length."""

MONTH = 30.4375
"""Days in a month."""

MAX_SHOCKS = 1000
"""More shocks than any interval holds: one address each."""


@record
class WarLaw(NamedTuple):
    """How the war moves in one world, or how one party believes it moves.

    Rates are per month. A pair (2,) is one number for each belligerent, in the case's order.

    Attributes
    ----------
    drift : float
        mu, net gain of side 0 at even strength, km2 per month.
    push : float
        chi, km2 per month per unit of m.
    front_noise : float
        sigma_Z, km2 per sqrt(month).
    contested : float
        phi, share of gains made in the contested region, 0..1.
    region : float
        G_0, what side 1 still held there at the start, km2.
    pull, ratio_noise : float
        kappa_m and sigma_m of the log strength ratio.
    aid : (2,) float64
        k_F, log strength a side loses with all its aid.
    economy_effect, fade : float
        k_E and kappa_e.
    economy_noise : (2,) float64
        sigma_e, per sqrt(month).
    rest : (2,) float64
        Cohesion without shocks, 0..1; also the start.
    recovery : float
        kappa_H.
    shock_rate, shock : (2,) float64
        Shocks per month and the size of one, share of cohesion (below 0 for a scandal).
    hazard : (N,) float64
        Monthly hazard of every end of the war at m = 0 and cohesion at rest.
    favours : (N,) int64
        Whose terms the end brings: side 0, side 1, or -1 for nobody's.
    slope_ratio, slope_cohesion : float
        Log hazard per unit of m and of cohesion.
    """

    drift: float
    push: float
    front_noise: float
    contested: float
    region: float
    pull: float
    ratio_noise: float
    aid: Floats
    economy_effect: float
    fade: float
    economy_noise: Floats
    rest: Floats
    recovery: float
    shock_rate: Floats
    shock: Floats
    hazard: Floats
    favours: Ints
    slope_ratio: float
    slope_cohesion: float


# --- rules -------------------------------------------------------------------------------------


@rule
def aided_ratio(law: WarLaw, state: Floats) -> float:
    """Return the part of the resting strength ratio that aid makes; 0 at the start's aid."""
    return float(law.aid[0] * (state[AID] - 1.0) - law.aid[1] * (state[AID + 1] - 1.0))


@rule
def resting_ratio(law: WarLaw, state: Floats) -> float:
    r"""Return :math:`\bar m`, where aid and economies pull the log strength ratio."""
    gap = state[ECONOMY] - state[ECONOMY + 1]
    return float(aided_ratio(law, state) + law.economy_effect * gap)


@rule
def remaining(law: WarLaw, gain: float) -> float:
    r"""Return :math:`g = clip(1 - \phi Z / G_0, 0, 1)`, the contested share side 1 holds (2.1)."""
    return float(min(max(1.0 - law.contested * gain / law.region, 0.0), 1.0))


@rule
def hazards(law: WarLaw, state: Floats, out: Floats) -> float:
    r"""Fill the monthly hazard (N,) of every end of the war at a state; return their sum.

    .. math:: h_e = \bar h_e\, \exp(\pm b_m m - b_H (H_b - \bar H_b))

    where b is the side that is exhausted and the sign is + when that is side 1 (2.1, mirrored);
    an end on nobody's terms keeps its hazard. If the sum passes 1 all are scaled down to it.
    """
    return believed_hazards(law, law.hazard, state, out)


@rule
def believed_hazards(law: WarLaw, hazard: Floats, state: Floats, out: Floats) -> float:
    """Do the same for one's own belief about the hazards at even strength and cohesion at rest."""
    total = 0.0
    for n in range(len(out)):
        out[n] = strained(law, hazard, state, n)
        total += out[n]
    if total > 1.0:
        for n in range(len(out)):
            out[n] /= total
    return min(total, 1.0)


@rule
def strained(law: WarLaw, hazard: Floats, state: Floats, n: int) -> float:
    """Return one hazard at a state, before all are scaled down to a sum of 1."""
    if law.favours[n] < 0:
        return float(hazard[n])
    tired = 1 - law.favours[n]
    strain = law.slope_ratio * state[RATIO] * (2 * tired - 1)
    strain -= law.slope_cohesion * (state[COHESION + tired] - law.rest[tired])
    return float(hazard[n] * math.exp(strain))


@rule
def believed_total(law: WarLaw, hazard: Floats, state: Floats) -> float:
    """Return the sum of :func:`believed_hazards` alone."""
    total = 0.0
    for n in range(len(hazard)):
        total += strained(law, hazard, state, n)
    return min(total, 1.0)


@rule
def start(law: WarLaw, state: Floats) -> None:
    """Fill the state (8,) at the start of the talks: no gain, even, cohesion at rest, full aid."""
    for i in range(STATE):
        state[i] = 0.0
    for b in range(2):
        state[COHESION + b] = law.rest[b]
        state[AID + b] = 1.0


@rule
def advance(law: WarLaw, state: Floats, days: float, seed: int, world: int, round_: int) -> None:
    """Let ``days`` pass in place; exact in law, however the days are cut into contacts.

    Luck: ``WAR_NOISE`` (m, Z), ``ECONOMY`` (one normal per side), ``COHESION`` (arrival times).
    """
    if days <= 0.0:
        return
    months = days / MONTH
    _advance_front(law, state, months, seed, world, round_)
    for b in range(2):
        _advance_cohesion(law, state, b, months, seed, world, round_)


@rule
def _advance_front(
    law: WarLaw, state: Floats, months: float, seed: int, world: int, round_: int
) -> None:
    """Draw (e_0, e_1, m, Z) from its joint normal law after ``months``."""
    rate, response = np.zeros(3), np.zeros((4, 3, 4))
    fill_responses(law, rate, response)
    mean, root = np.zeros(4), np.zeros((4, 4))
    front_mean(law, rate, response, state, months, mean)
    front_covariance(law, rate, response, months, root)
    cholesky(root)
    luck = np.zeros(4)
    for b in range(2):
        luck[b] = rng.normal(seed, world, rng.ECONOMY, round_, b)
        luck[2 + b] = rng.normal(seed, world, rng.WAR_NOISE, round_, b)
    for i in range(4):
        for s in range(i + 1):
            mean[i] += root[i, s] * luck[s]
    state[ECONOMY], state[ECONOMY + 1] = mean[0], mean[1]
    state[RATIO], state[GAIN] = mean[2], mean[3]


@rule
def _advance_cohesion(
    law: WarLaw, state: Floats, b: int, months: float, seed: int, world: int, round_: int
) -> None:
    """Relax to rest and add every shock, faded since its arrival; shocks come as a Poisson flow."""
    level = state[COHESION + b] - law.rest[b]
    level = law.rest[b] + level * math.exp(-law.recovery * months)
    left = months
    for n in range(MAX_SHOCKS if law.shock_rate[b] > 0.0 else 0):
        luck = rng.draw(seed, world, rng.COHESION, round_, b * MAX_SHOCKS + n)
        left += math.log(luck) / law.shock_rate[b]
        if left <= 0.0:
            break
        level += law.shock[b] * math.exp(-law.recovery * left)
    state[COHESION + b] = min(max(level, 0.0), 1.0)


# --- the linear part in closed form ------------------------------------------------------------


@rule
def fade_rate(law: WarLaw) -> float:
    """Return kappa_e, moved a little off kappa_m, where the closed forms would divide by zero."""
    near = abs(law.fade - law.pull) < 1e-3 * law.pull
    return 1.001 * law.pull if near else law.fade


@rule
def fill_responses(law: WarLaw, rate: Floats, response: Floats) -> None:
    r"""Fill how (e_0, e_1, m, Z) answer a unit push on each, as sums of exponentials.

    .. math:: R_{si}(u) = \sum_b r_{sib}\, e^{-a_b u}, \qquad a = (0, \kappa_m, \kappa_e)

    ``response`` is (4 pushed, 3, 4 answering), zero on entry; ``rate`` is (3,).
    """
    k, q = law.pull, fade_rate(law)
    rate[0], rate[1], rate[2] = 0.0, k, q
    for b in range(2):
        strength = (1 - 2 * b) * law.economy_effect * k / (k - q)
        response[b, 2, b] = 1.0
        response[b, 1, 2], response[b, 2, 2] = -strength, strength
        response[b, 0, 3] = law.push * strength * (1.0 / q - 1.0 / k)
        response[b, 1, 3] = law.push * strength / k
        response[b, 2, 3] = -law.push * strength / q
    response[2, 1, 2] = 1.0
    response[2, 0, 3], response[2, 1, 3] = law.push / k, -law.push / k
    response[3, 0, 3] = 1.0


@rule
def front_mean(
    law: WarLaw, rate: Floats, response: Floats, state: Floats, months: float, mean: Floats
) -> None:
    """Add the expected (e_0, e_1, m, Z) after ``months`` to ``mean``; aid stays as it is."""
    before = (state[ECONOMY], state[ECONOMY + 1], state[RATIO], state[GAIN])
    for b in range(3):
        left = math.exp(-rate[b] * months)
        for s in range(4):
            for i in range(4):
                mean[i] += before[s] * response[s, b, i] * left
    pulled = (1.0 - math.exp(-law.pull * months)) / law.pull
    aided = aided_ratio(law, state)
    mean[2] += aided * law.pull * pulled
    mean[3] += law.drift * months + law.push * aided * (months - pulled)


@rule
def front_covariance(
    law: WarLaw, rate: Floats, response: Floats, months: float, cov: Floats
) -> None:
    r"""Add the covariance (4, 4) of (e_0, e_1, m, Z) after ``months`` to ``cov``.

    .. math:: \Sigma_{ij} = \sum_s \sigma_s^2 \int_0^T R_{si}(u) R_{sj}(u)\,du
    """
    noise = (law.economy_noise[0], law.economy_noise[1], law.ratio_noise, law.front_noise)
    for b in range(3):
        for c in range(3):
            both = rate[b] + rate[c]
            area = -math.expm1(-both * months) / both if both > 0.0 else months
            for s in range(4):
                one, other, scale = response[s, b], response[s, c], noise[s] * noise[s] * area
                for i in range(4):
                    for j in range(4):
                        cov[i, j] += scale * (one[i] * other[j])


@rule
def cholesky(a: Floats) -> None:
    """Replace a covariance by its lower root in place; what rounding made negative is zero."""
    n = a.shape[0]
    for j in range(n):
        for i in range(j, n):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
        a[j, j] = math.sqrt(max(a[j, j], 0.0))
        for i in range(j + 1, n):
            a[i, j] = a[i, j] / a[j, j] if a[j, j] > 0.0 else 0.0


# --- one draw of the law -----------------------------------------------------------------------

SLOT = 200
"""First address of the war's numbers within the stream WAR_PRIORS."""

PAIRS = ("aid_effect", "economy_sigma", "cohesion", "cohesion_shock_rate")
NUMBERS: tuple[tuple[str, int, float], ...] = (
    ("mu", 0, 0.0), ("chi", 1, 0.0), ("sigma_Z", 2, 0.0), ("phi_contested_share", 3, 0.0),
    ("G0", 4, 1.0), ("m_halflife", 5, 12.0), ("m_sigma", 6, 0.0), ("economy_effect", 7, 0.0),
    ("economy_halflife", 8, 12.0), ("cohesion_halflife", 9, 3.0), ("cohesion_shock", 30, 0.0),
    ("hazard_slope_m", 31, 0.0), ("hazard_slope_cohesion", 32, 0.0),
)  # fmt: skip
"""Numbers of the war: name after ``war.``, address, and the value where a case is silent."""


def war_numbers(case: Case) -> list[tuple[str, int, float]]:
    """Return the war's numbers in the order :func:`law_of` reads them: the pairs come last.

    A case without ``war.*`` has a war state that stands still: what it omits is 0.
    """
    sides = [case.parties[p] for p in case.belligerents]
    pairs = [
        (f"{name}.{side}", 10 + 2 * n + b, 0.0)
        for n, name in enumerate(PAIRS)
        for b, side in enumerate(sides)
    ]
    return [*NUMBERS, *pairs]


@rule
def law_of(x: Floats, hazard: Floats, favours: Ints) -> WarLaw:
    """Return the law these numbers make, in the order of :func:`war_numbers`."""
    first = len(x) - 8
    shock = np.array([x[10], x[10]])
    return WarLaw(
        x[0], x[1], x[2], x[3], x[4], math.log(2.0) / x[5], x[6],
        x[first : first + 2].copy(), x[7], math.log(2.0) / x[8], x[first + 2 : first + 4].copy(),
        x[first + 4 : first + 6].copy(), math.log(2.0) / x[9], x[first + 6 : first + 8].copy(),
        shock, hazard, favours, x[11], x[12],
    )  # fmt: skip


def favoured_side(case: Case) -> Ints:
    """Return on whose terms each ending ends the war: 0, 1 (a belligerent) or -1, shape (N,)."""
    decided = [f"war_decided_{case.parties[p]}" for p in case.belligerents]
    ends = [ending.end for ending in case.priors.endings]
    return np.array([decided.index(e) if e in decided else -1 for e in ends], dtype=np.int64)
