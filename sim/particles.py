r"""Particles: fresh draws of everybody, what all at the table believe before a word is said (4.3).

Priors are common and every answer reaches all, so what others believe about a party is one
belief, over N draws of the prior that no run ever plays. For each draw the tables here say what
an option is worth to the party, and how likely each status and each demand would be:

.. math:: \Pr(\text{ask for } k \mid j) = \mathrm{softmax}_k(\zeta\, v_{Pj}(k)) \qquad (5.1b)

so that learning (:mod:`sim.belief`) is a look-up and a product.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.compiled import compiled, rule
from sim.learned import BELIEFS
from sim.records import record
from sim.respond import eta, status_chance
from sim.worth import MICRO, Bools, Floats, Ints

if TYPE_CHECKING:
    from sim.ensemble import Ensemble
    from sim.world import World

BELIEF_WORLDS = BELIEFS
"""First of the worlds that beliefs are made of; no run ever reaches it."""

PARTICLES = 200
"""Draws behind every belief (theory 4.3)."""

LEAST_CLEAR = 1e-3
"""Least believed chance that an option is no red line: finitely many draws prove nothing (ours)."""

POSTURE_OF_LEVEL = (2, 0)
"""Whose overstatement is heard at envoy level (0) and at leader level (1)."""

LEAST_STEP = 1e-6
"""Between heights, value units: where all draws agree there is nothing to learn."""

LEAST_CHANCE = 1e-9
"""Of a status, so that its log exists."""

STATUSES = 3

HEIGHTS = 5
"""Heights W + posture at which answers are tabled (ours: nine tell no more)."""


@record
class Traits(NamedTuple):
    """What a draw of a party is like, for the full likelihood.

    Attributes
    ----------
    weight, threshold : (P, J, N), swing weights and thresholds a_Pj (1.1, 4.1)
    value : (P, J, K, N), worst 0 to best 1
    beta, xi, lapse : (N,), the response function; posture : (2, N) by level, value units
    origin : (P, J, N) int64, which of these the draw of an issue has; its own number until renewed
    zeta : float, sharpness of demands (5.1b)
    """

    weight: Floats
    threshold: Floats
    value: Floats
    beta: Floats
    xi: Floats
    lapse: Floats
    posture: Floats
    origin: Ints
    zeta: float


@record
class Particles(NamedTuple):
    """N fresh draws of everybody; the same in every world of a run, read only.

    Attributes
    ----------
    worth : (P, J, K, N)
        w v of every option, util.
    red : (P, J, K, N) bool
        Red lines.
    say : (2, 3, P, J, K, N)
        Chance of each status, at envoy level and at leader level.
    want : (P, J, K, N)
        Chance that the party asks for this option on this issue.
    at_height : (3, P, J, K, G)
        Log chance of each status of a party whose W + posture is at height ``lowest`` + g
        ``step``, everything else averaged out; lowest, step : (P,), value units.
    height : (2, P, N)
        W + posture at envoy level and at leader level.
    stake : (P, J)
        Prior mean of the swing weights.
    mean, variance, clear : (P, J, K)
        Prior moments of worth and log chance of no red line (see :class:`~sim.belief.Belief`).
    link : (P, Q, N)
        What pairs of options add, util; link_mean, link_variance : (P, Q).
    peace : (P, L, N)
        A_P(E), the share of peace (2.3); peace_mean : (P, L).
    omega : (P, N)
        Util per power-shift point; omega_mean : (P,).
    reserve : (P, N)
        W at the start, util; reserve_mean, reserve_variance : (P,).
    power_shift : (J, K)
        Shift points of every option.
    n_options : (J,) int64
    risky : (P, J, K) bool
        Options that some draw holds a red line.
    renewed : (P, J) bool
        Issues whose draws are no longer those ``say`` and ``want`` were tabled for.
    traits : Traits
    """

    worth: Floats
    red: Bools
    say: Floats
    want: Floats
    at_height: Floats
    lowest: Floats
    step: Floats
    height: Floats
    stake: Floats
    mean: Floats
    variance: Floats
    clear: Floats
    link: Floats
    link_mean: Floats
    link_variance: Floats
    peace: Floats
    peace_mean: Floats
    omega: Floats
    omega_mean: Floats
    reserve: Floats
    reserve_mean: Floats
    reserve_variance: Floats
    power_shift: Floats
    n_options: Ints
    risky: Bools
    renewed: Bools
    traits: Traits


@rule
def fill_chances(
    traits: Traits, red: Bools, n_options: Ints, worth: Floats, say: Floats, want: Floats
) -> None:
    """Fill worth, the chance of every status (4.1) and of every demand (5.1b)."""
    parties, issues, _, size = red.shape
    for p in range(parties):
        for j in range(issues):
            for n in range(size):
                for k in range(n_options[j]):
                    worth[p, j, k, n] = traits.weight[p, j, n] * traits.value[p, j, k, n]
                    fill_say(traits, red, p, j, k, n, say)
                fill_want(traits.value, traits.zeta, n_options[j], p, j, n, want)


@rule
def fill_say(traits: Traits, red: Bools, p: int, j: int, k: int, n: int, say: Floats) -> None:
    """Fill the chance of each status of one option of one draw, at both levels."""
    o = traits.origin[p, j, n]
    for level in range(2):
        latent = eta(
            traits.value[p, j, k, n], traits.threshold[p, j, n], traits.posture[level, o],
            traits.weight[p, j, n], traits.weight.shape[1], traits.beta[o], traits.xi[o],
        )  # fmt: skip
        for status in range(STATUSES):
            chance = status_chance(latent, red[p, j, k, n], traits.lapse[o], status)
            say[level, status, p, j, k, n] = chance


@rule
def fill_said(
    particles: Particles, level: int, status: int, p: int, j: int, k: int, out: Floats
) -> None:
    """Fill the chance of a status by every draw (N,), as ``say`` has it until they are renewed."""
    t = particles.traits
    value, threshold, weight = t.value[p, j, k], t.threshold[p, j], t.weight[p, j]
    origin, red, issues = t.origin[p, j], particles.red[p, j, k], t.weight.shape[1]
    posture, beta, xi, lapse = t.posture[level], t.beta, t.xi, t.lapse
    for n in range(len(out)):
        o = origin[n]
        latent = eta(value[n], threshold[n], posture[o], weight[n], issues, beta[o], xi[o])
        out[n] = status_chance(latent, red[n], lapse[o], status)


@rule
def fill_wanted(particles: Particles, p: int, j: int, k: int, out: Floats) -> None:
    """Fill the chance of a demand by every draw (N,), as ``want`` has it until they are renewed."""
    t, n_options = particles.traits, particles.n_options[j]
    for n in range(len(out)):
        out[n] = want_of(t.value, t.zeta, n_options, p, j, k, n)


@rule
def want_of(value: Floats, zeta: float, n_options: int, p: int, j: int, k: int, n: int) -> float:
    """Return the softmax of one option of one draw (5.1b)."""
    total = 0.0
    for other in range(n_options):
        total += math.exp(zeta * value[p, j, other, n])
    return math.exp(zeta * value[p, j, k, n]) / total


@rule
def fill_want(
    value: Floats, zeta: float, n_options: int, p: int, j: int, n: int, want: Floats
) -> None:
    """Fill the softmax of one issue of one draw (5.1b)."""
    for k in range(n_options):
        want[p, j, k, n] = want_of(value, zeta, n_options, p, j, k, n)


def grid_of(height: Floats) -> tuple[Floats, Floats]:
    """Return lowest height and step of a grid over all draws and levels, (P,); (2, P, N)."""
    low, high = height.min(axis=(0, 2)), height.max(axis=(0, 2))
    step: Floats = np.maximum((high - low) / (HEIGHTS - 1), LEAST_STEP)
    return low, step


@rule
def fill_heights(
    traits: Traits, red: Bools, n_options: Ints, reserve: Floats, lowest: Floats, step: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Fill the log of the mean chance of every status at every height, (3, P, J, K, G)."""
    _, parties, issues, _, heights = out.shape
    for p in range(parties):
        for j in range(issues):
            for k in range(n_options[j]):
                for g in range(heights):
                    at = lowest[p] + g * step[p]
                    fill_height(traits, red, reserve, p, j, k, at, out[:, p, j, k, g])


@rule
def fill_height(
    traits: Traits, red: Bools, reserve: Floats, p: int, j: int, k: int, at: float, out: Floats
) -> None:
    """Fill the log of the mean chance of each status of one option at one height, (3,)."""
    size, issues = red.shape[3], traits.weight.shape[1]
    for status in range(STATUSES):
        total = 0.0
        for n in range(size):
            own = traits.threshold[p, j, n] - reserve[p, n]
            latent = eta(
                traits.value[p, j, k, n], own, at, traits.weight[p, j, n], issues,
                traits.beta[n], traits.xi[n],
            )  # fmt: skip
            total += status_chance(latent, red[p, j, k, n], traits.lapse[n], status)
        out[status] = math.log(max(total / size, LEAST_CHANCE))


def draw_particles(ensemble: "Ensemble", n: int = PARTICLES) -> Particles:
    """Draw ``n`` fresh worlds and table what they say; the same for every world of a run."""
    worlds = [ensemble.world(BELIEF_WORLDS + i) for i in range(n)]
    traits, red = traits_of(worlds, ensemble), _stack([w.red for w in worlds])
    n_options = ensemble.table.n_options
    parties, issues, options = red.shape[:3]
    worth, want = np.zeros(red.shape), np.zeros(red.shape)
    say = np.zeros((2, STATUSES, parties, issues, options, n))
    compiled(fill_chances)(traits, red, n_options, worth, say, want)
    reserve = _stack([w.reserve for w in worlds])
    height = reserve[None] + traits.posture[:, None, :]
    lowest, step = grid_of(height)
    at_height = np.zeros((STATUSES, parties, issues, options, HEIGHTS))
    compiled(fill_heights)(traits, red, n_options, reserve, lowest, step, at_height)
    peace, omega = _stack([w.peace for w in worlds]), _omega(ensemble, n)
    link = _links(worlds, peace)
    return Particles(
        worth, red, say, want, at_height, lowest, step, height, traits.weight.mean(axis=-1),
        worth.mean(axis=-1), worth.var(axis=-1), log_clear(red),
        link, link.mean(axis=-1), link.var(axis=-1), peace, peace.mean(axis=-1),
        omega, omega.mean(axis=-1), reserve, reserve.mean(axis=-1), reserve.var(axis=-1),
        ensemble.prior.power_shift.copy(), n_options, np.array(red.any(axis=-1)),
        np.zeros((parties, issues), dtype=np.bool_), traits,
    )  # fmt: skip


def log_clear(red: Bools) -> Floats:
    """Return the log share of draws in which an option is no red line, floored, (P, J, K)."""
    share: Floats = np.log(np.maximum(1.0 - red.mean(axis=-1), LEAST_CLEAR))
    return share


def traits_of(worlds: list["World"], ensemble: "Ensemble") -> Traits:
    """Gather the parameters of the response function, draws last."""
    return Traits(
        weight=_stack([w.weight for w in worlds]),
        threshold=_stack([w.threshold for w in worlds]),
        value=_stack([w.value for w in worlds]),
        beta=np.array([w.beta for w in worlds]),
        xi=np.array([w.xi for w in worlds]),
        lapse=np.array([w.lapse for w in worlds]),
        posture=np.array([[w.posture[at] for w in worlds] for at in POSTURE_OF_LEVEL]),
        origin=np.ascontiguousarray(
            np.broadcast_to(np.arange(len(worlds)), (*worlds[0].weight.shape, len(worlds)))
        ),
        zeta=float(ensemble.case.priors.params["response.demand_softmax"].value),
    )


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    """Stack draws along a new last axis, contiguous: a belief runs over draws."""
    return np.ascontiguousarray(np.moveaxis(np.array(arrays), 0, -1))


def _omega(ensemble: "Ensemble", n: int) -> Floats:
    """Return util per power-shift point of every draw, (P, N)."""
    rows = ensemble.prior.rows.omega
    return np.array([[ensemble.number(BELIEF_WORLDS + i, row) for i in range(n)] for row in rows])


def _links(worlds: list["World"], peace: Floats) -> Floats:
    """Return what pairs of options add to utility, (P, Q, N): their surplus over A at level 0."""
    at_zero = _stack([w.link[:, 0, :] for w in worlds]) / MICRO
    links: Floats = at_zero / peace[:, 0][:, None, :]
    return links
