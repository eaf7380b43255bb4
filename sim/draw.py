r"""Draw one world: every rule of the prior, compiled, each number at its own address.

Preferences (theory 1.1, 5.2): log-weights are normal around log salience; values rise or fall
along the option order by softmax increments whose shape the two sides share, so that

.. math:: v_P(k) + v_Q(k) \approx 1

at middle options (constant-sum prior: independent curvature would smuggle in a compromise);
single-peaked :math:`1-|pos-ideal|` for parties without direction and for issues without order.
Red lines are Bernoulli draws of their evidence (1.2). War and belief numbers are drawn over their
ranges (8.3).
"""

import math
from typing import NamedTuple

import numpy as np

from sim import rng
from sim.compiled import rule
from sim.fighting import Fighting, fill_fighting, new_fighting, worth_of_fighting
from sim.learned import Learned, draw_of
from sim.records import record
from sim.war import STATE, law_of, start
from sim.world import World
from sim.worth import (
    Bools,
    Floats,
    Ints,
    fill_party,
)

# The laws of sim.params.LAWS, in its order.
FIXED, UNIFORM, LOGUNIFORM, NORMAL, LOGNORMAL, HALFNORMAL = range(6)

INDIFFERENT = 0.25
"""Range of closeness below which a single-peaked party has less than a full swing (ours). Only an
issue of two options has so small a range: there the better one would else jump from 0 to 1."""


@record
class Numbers(NamedTuple):
    """Uncertain numbers in rows: law, value, low, high, sd, and where their luck lives, (M,)."""

    law: Ints
    value: Floats
    low: Floats
    high: Floats
    sd: Floats
    stream: Ints
    slot: Ints


@record
class Rows(NamedTuple):
    """Which row of :class:`Numbers` holds what; arrays are per party or per ending.

    ``war`` follows :func:`sim.war.war_numbers`, -1 where the case is silent; ``hope`` is the fall
    of the other side's value of fighting that a belligerent expects; ``link`` is (P, Q).
    """

    delta: int
    rho0: int
    cost: Ints
    k_e: Ints
    omega: Ints
    optimism: Ints
    hazard: Ints
    response: Ints
    war: Ints
    holdout: int
    hope: Ints
    link: Ints


@record
class Prior(NamedTuple):
    """All that the prior needs to draw a world, as arrays (shapes as in :class:`World`).

    ``learned`` replaces weights, values, thresholds and the response where it holds draws;
    ``sds`` = (weight log, shape, party shape, ideal logit, threshold); ``ending_side`` (N, P) is
    1 where an ending is on that party's terms, -1 where on its opponent's, else 0; ``side`` (P,) is
    0 or 1 for the belligerents, else -1; ``delta`` is nan unless it is held fixed; options of
    ``only_means`` (J, K) are worth what the issue's status quo is, in themselves.
    """

    seed: int
    salience: Floats
    direction: Ints
    monotone: Bools
    ideal: Floats
    position: Floats
    red_chance: Floats
    n_options: Ints
    power_shift: Floats
    only_means: Bools
    levels: int
    status_quo: Ints
    ending_text: Ints
    ending_side: Floats
    front_lost: Ints
    side: Ints
    favours: Ints
    war_absent: Floats
    drift_believed: float
    links: Ints
    cost_scale: Floats
    delta: float
    sds: Floats
    numbers: Numbers
    rows: Rows
    learned: Learned


@rule
def number(prior: Prior, world: int, row: int) -> float:
    """Draw one uncertain number; normals are clipped to their range."""
    n = prior.numbers
    law, low, high = n.law[row], n.low[row], n.high[row]
    if law == FIXED:
        return float(n.value[row])
    if law <= LOGUNIFORM:
        u = rng.draw(prior.seed, world, n.stream[row], 1, n.slot[row])
        if law == UNIFORM:
            return float(low + u * (high - low))
        return float(low * math.exp(u * math.log(high / low)))
    z = n.sd[row] * rng.normal(prior.seed, world, n.stream[row], 0, n.slot[row])
    if law == NORMAL:
        z += n.value[row]
    elif law == LOGNORMAL:
        z = n.value[row] * math.exp(z)
    else:
        z = abs(z)
    return float(min(max(z, low), high))


@rule
def draw_weights(seed: int, world: int, salience: Floats, sd: float, out: Floats) -> None:
    """Fill ``out`` (P, J) with normalised log-normal weights around salience (5.2)."""
    for p in range(out.shape[0]):
        total = 0.0
        for j in range(out.shape[1]):
            z = rng.normal(seed, world, rng.WEIGHTS, p, j)
            out[p, j] = salience[p, j] * math.exp(sd * z)
            total += out[p, j]
        for j in range(out.shape[1]):
            out[p, j] /= total


@rule
def along_the_order(
    seed: int, world: int, p: int, j: int, n: int, shape_sd: float, party_sd: float, out: Floats
) -> None:
    """Fill ``out[:n]`` with values rising 0 to 1 by softmax increments (1.1, 5.2)."""
    out[0] = 0.0
    for k in range(1, n):
        slot = j * out.shape[0] + k
        step = shape_sd * rng.normal(seed, world, rng.SHAPES, 0, slot)
        step += party_sd * rng.normal(seed, world, rng.PARTY_SHAPES, p, slot)
        out[k] = out[k - 1] + math.exp(step)
    total = out[n - 1]
    for k in range(n):
        out[k] /= total


@rule
def around_an_ideal(ideal: float, place: Floats, n: int, out: Floats) -> None:
    """Fill ``out[:n]`` with 1 - abs(position - ideal), rescaled to worst 0, best 1 (1.1).

    A party whose ideal leaves its options nearly alike has a smaller best: see `INDIFFERENT`.
    """
    low, high = 1.0, 0.0
    for k in range(n):
        out[k] = 1.0 - abs(place[k] - ideal)
        low, high = min(low, out[k]), max(high, out[k])
    for k in range(n):
        out[k] = (out[k] - low) / max(high - low, INDIFFERENT)


@rule
def shift_logit(x: float, by: float) -> float:
    """Move a share by ``by`` on the logit scale."""
    return 1.0 / (1.0 + math.exp(-math.log(x / (1.0 - x)) - by))


@rule
def draw_values(prior: Prior, world: int, out: Floats) -> None:
    """Fill ``out`` (P, J, K) with option values (1.1)."""
    for p in range(out.shape[0]):
        for j in range(out.shape[1]):
            n, row = prior.n_options[j], out[p, j]
            if prior.direction[p] != 0 and prior.monotone[j]:
                along_the_order(prior.seed, world, p, j, n, prior.sds[1], prior.sds[2], row)
                if prior.direction[p] < 0:
                    for k in range(n):
                        row[k] = 1.0 - row[k]
            else:
                z = prior.sds[3] * rng.normal(prior.seed, world, rng.IDEALS, p, j)
                around_an_ideal(shift_logit(prior.ideal[p, j], z), prior.position[j], n, row)


@rule
def keep_only_means(prior: Prior, out: Floats) -> None:
    """Let options that are only means be worth what the status quo is, in ``out`` (P, J, K)."""
    for j in range(out.shape[1]):
        for k in range(prior.n_options[j]):
            if prior.only_means[j, k]:
                for p in range(out.shape[0]):
                    out[p, j, k] = out[p, j, prior.status_quo[j]]


@rule
def draw_red_lines(seed: int, world: int, chance: Floats, out: Bools) -> None:
    """Fill ``out`` (P, J, K) with Bernoulli(q) red lines (1.2)."""
    parties, issues, options = chance.shape
    for p in range(parties):
        for j in range(issues):
            for k in range(options):
                q = chance[p, j, k]
                if q > 0.0:
                    out[p, j, k] = rng.draw(seed, world, rng.RED_LINES, p, j * options + k) < q


@rule
def value_of_text(weight: Floats, value: Floats, text: Ints) -> float:
    """Return u_P(x) of a complete text without linkages, util; (J,), (J, K)."""
    total = 0.0
    for j in range(len(text)):
        total += weight[j] * value[j, text[j]]
    return total


@rule
def linked_value(size: Floats, links: Ints, text: Ints) -> float:
    """Return what the linkages add to u_P(x) (1.1), util; ``size`` (Q,), ``links`` (Q, 4)."""
    total = 0.0
    for q in range(len(links)):
        if text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3]:
            total += size[q]
    return total


@rule
def utility(weight: Floats, value: Floats, size: Floats, links: Ints, text: Ints) -> float:
    """Return u_P(x) of a complete text (1.1), util."""
    return value_of_text(weight, value, text) + linked_value(size, links, text)


@rule
def fill_links(prior: Prior, world: int, out: Floats) -> None:
    """Fill I (P, Q), what a pair of options adds when both are chosen (1.1), util."""
    for p in range(out.shape[0]):
        for q in range(out.shape[1]):
            out[p, q] = number(prior, world, prior.rows.link[p, q])


@rule
def lean_hazards(hazard: Floats, optimism: float, side: Floats, out: Floats) -> None:
    """Fill hazards as an optimist sees them; ``side`` (N,) is 1 on its terms, -1 on the other's."""
    for n in range(len(hazard)):
        out[n] = hazard[n] * math.exp(optimism * side[n])


@rule
def believed_hazards(prior: Prior, world: int, party: int, hazard: Floats, out: Floats) -> None:
    """Fill the party's own hazards: optimism raises ends on its terms, lowers others'.

    Mutual optimism (2.2, 0b i): a belligerent multiplies the monthly hazard of the war ending on
    its own terms by exp(o), of its own exhaustion by exp(-o); form ours.
    """
    row = prior.rows.optimism[party]
    optimism = number(prior, world, row) if row >= 0 else 0.0
    lean_hazards(hazard, optimism, prior.ending_side[:, party], out)


@rule
def draw_fighting(
    prior: Prior, world: int, weight: Floats, value: Floats, link: Floats, delta: float,
    cost: Floats,
) -> Fighting:  # fmt: skip
    """Draw the law of war and fill what fighting on is worth to everybody (2.1, 2.2)."""
    rows, parties = prior.rows, len(cost)
    hazard, x = np.zeros(len(rows.hazard)), np.zeros(len(rows.war))
    for n in range(len(hazard)):
        hazard[n] = number(prior, world, rows.hazard[n])
    for n in range(len(x)):
        known = rows.war[n] >= 0
        x[n] = number(prior, world, rows.war[n]) if known else prior.war_absent[n]
    fighting = new_fighting(law_of(x, hazard, prior.favours), parties, prior.drift_believed)
    now, gone, ends = np.zeros(parties), np.zeros(parties), np.zeros((parties, len(hazard)))
    for p in range(parties):
        now[p] = utility(weight[p], value[p], link[p], prior.links, prior.status_quo)
        gone[p] = utility(weight[p], value[p], link[p], prior.links, prior.front_lost)
        for n in range(len(hazard)):
            text = prior.ending_text[n]
            ends[p, n] = utility(weight[p], value[p], link[p], prior.links, text)
        believed_hazards(prior, world, p, hazard, fighting.hazard[p])
    fill_fighting(fighting, delta, now, gone, cost, ends, prior.side)
    return fighting


@rule
def fill_coefficients(
    prior: Prior, world: int, weight: Floats, value: Floats, size: Floats, reserve: Floats,
    delta: float, peace: Floats, coef: Ints, base: Ints, link: Ints,
) -> None:  # fmt: skip
    """Fill the integer surplus coefficients of every party and level (2.3)."""
    rho0 = number(prior, world, prior.rows.rho0)
    for p in range(len(reserve)):
        omega = number(prior, world, prior.rows.omega[p])
        k_e = number(prior, world, prior.rows.k_e[p])
        fill_party(
            weight[p], value[p], size[p], prior.n_options, prior.power_shift, reserve[p], delta,
            rho0, k_e, omega, 0, peace[p], coef[p], base[p], link[p],
        )  # fmt: skip


@rule
def fill_thresholds(prior: Prior, world: int, reserve: Floats, out: Floats) -> None:
    """Fill theta_Pj ~ N(a_P, sd) with a_P = W_P(t0) (0b n, 5.2), (P, J)."""
    for p in range(out.shape[0]):
        for j in range(out.shape[1]):
            z = rng.normal(prior.seed, world, rng.THRESHOLDS, p, j)
            out[p, j] = reserve[p] + prior.sds[4] * z


@rule
def draw_response(prior: Prior, world: int, d: int) -> Floats:
    """Return beta, xi, lapse and postures (4.1); from the learned draw ``d`` where it is not -1."""
    rows = prior.rows.response
    out = np.zeros(len(rows))
    for n in range(len(out)):
        told = d >= 0 and prior.numbers.law[rows[n]] != FIXED
        out[n] = prior.learned.response[d, n] if told else number(prior, world, rows[n])
    return out


@rule
def draw_world(prior: Prior, world: int) -> World:
    """Draw world ``world`` (>= 0) of the prior."""
    parties, issues, options = prior.red_chance.shape
    rows, pairs = prior.rows, prior.rows.link.shape[1]
    red, threshold = np.zeros((parties, issues, options), np.bool_), np.zeros((parties, issues))
    draws = len(prior.learned.weight)
    d = draw_of(world, draws) if draws > 0 else -1
    if d >= 0:
        weight, value = prior.learned.weight[d].copy(), prior.learned.value[d].copy()
    else:
        weight, value = np.zeros((parties, issues)), np.zeros((parties, issues, options))
        draw_weights(prior.seed, world, prior.salience, prior.sds[0], weight)
        draw_values(prior, world, value)
    keep_only_means(prior, value)
    draw_red_lines(prior.seed, world, prior.red_chance, red)
    size = np.zeros((parties, pairs))
    fill_links(prior, world, size)
    delta = number(prior, world, rows.delta) if math.isnan(prior.delta) else prior.delta
    cost, month, reserve = np.zeros(parties), np.zeros(parties), np.zeros(parties)
    for p in range(parties):
        cost[p] = number(prior, world, rows.cost[p]) * prior.cost_scale[p]
        month[p] = (1.0 - delta) * cost[p]
    fighting = draw_fighting(prior, world, weight, value, size, delta, cost)
    state = np.zeros(STATE)
    start(fighting.law, state)
    for p in range(parties):
        reserve[p] = worth_of_fighting(fighting, state, p)
    coef = np.zeros((parties, prior.levels, issues, options), np.int64)
    base, link = (
        np.zeros((parties, prior.levels), np.int64),
        np.zeros((parties, prior.levels, pairs), np.int64),
    )
    peace = np.zeros((parties, prior.levels))
    fill_coefficients(prior, world, weight, value, size, reserve, delta, peace, coef, base, link)
    if d >= 0:
        threshold = prior.learned.threshold[d].copy()
    else:
        fill_thresholds(prior, world, reserve, threshold)
    response = draw_response(prior, world, d)
    return World(
        weight, value, red, threshold, reserve, month, coef, base, link, peace,
        fighting.law.hazard, fighting, holdout_of(prior, world), delta,
        response[0], response[1], response[2], response[3:],
    )  # fmt: skip


@rule
def holdout_of(prior: Prior, world: int) -> Floats:
    """Return (P, 2): hold-out phi and the fall of the other side a party expects, util a month.

    Both are 0 for parties that do not fight (2.4).
    """
    rows = prior.rows
    out = np.zeros((len(rows.optimism), 2))
    for p in range(len(out)):
        if rows.hope[p] >= 0:
            out[p, 0] = number(prior, world, rows.holdout)
            out[p, 1] = number(prior, world, rows.hope[p])
    return out
