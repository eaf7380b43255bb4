r"""The prior ensemble: evidence and priors in, any number of addressed worlds out.

Preferences (theory 1.1, 5.2): log-weights are normal around log salience, with the spread a
Dirichlet of the case's concentration has at its mean share; values rise or fall along the option
order by softmax increments whose shape the two sides share, so that

.. math:: v_P(k) + v_Q(k) \approx 1

at middle options (constant-sum prior: independent curvature would smuggle in a compromise);
single-peaked :math:`1-|pos-ideal|` for parties without direction and for issues without order.
Red lines are Bernoulli draws of their evidence (1.2). War and belief numbers are drawn over their
ranges (8.3).
"""

import math
from dataclasses import dataclass

import numpy as np
from numba.extending import register_jitable
from scipy.special import polygamma

from sim import rng
from sim.case import Case, Param
from sim.compiled import compiled
from sim.evidence import ideal_positions, positions, red_line_probability
from sim.settings import Settings
from sim.world import World
from sim.worth import Bools, Floats, Ints, Table, break_hazard, micro, peace_factor
from sim.worth import value_of_fighting as closed_form_value


@dataclass(frozen=True)
class Ensemble:
    """A distribution over worlds; ``world(i)`` draws the i-th one, alone or in any order."""

    case: Case
    settings: Settings
    seed: int
    table: Table
    ideal: Floats
    red_chance: Floats
    position: Floats
    weight_sd: float

    def world(self, i: int) -> World:
        """Draw world ``i`` (>= 0)."""
        return _assemble(self, i)

    def number(self, i: int, name: str, slot: int) -> float:
        """Draw the uncertain number ``name`` for world ``i``; ``slot`` is its address."""
        return sample(self.case.priors.params[name], self.seed, i, rng.WAR_PRIORS, slot)


def prior_ensemble(case: Case, settings: Settings, seed: int) -> Ensemble:
    """Build the prior ensemble of a case."""
    share = case.priors.salience_concentration / case.agenda.n_issues
    chance = red_line_probability(case)
    return Ensemble(
        case=case,
        settings=settings,
        seed=seed,
        table=negotiation_table(case, settings),
        ideal=ideal_positions(case),
        red_chance=chance if settings.red_lines else np.zeros_like(chance),
        position=positions(case),
        weight_sd=math.sqrt(float(polygamma(1, share))),
    )


def consent_needs(case: Case, mode: str) -> Bools:
    """Return whose act each option needs, (J, K, P); the status quo needs nobody's (0b e)."""
    priors = case.priors
    needs = np.zeros_like(priors.consent_options)
    if mode in ("union", "options"):
        needs |= priors.consent_options
    if mode in ("union", "issues"):
        needs |= priors.consent_issues[:, None, :]
    needs[np.arange(case.agenda.n_issues), priors.status_quo] = False
    return needs


def hot_issues(case: Case, count: int) -> Bools:
    """Return the ``count`` issues of largest mean prior weight of the belligerents (3.2)."""
    salience = case.priors.salience
    share = salience / salience.sum(axis=1, keepdims=True)
    mean = share[list(case.belligerents)].mean(axis=0)
    hot = np.zeros(case.agenda.n_issues, dtype=np.bool_)
    hot[np.argsort(-mean, kind="stable")[:count]] = True
    return hot


def negotiation_table(case: Case, settings: Settings) -> Table:
    """Return what everybody at the table knows (see :class:`~sim.worth.Table`)."""
    rules = case.priors.rules
    rule_ok = np.zeros((len(rules), case.agenda.max_options), dtype=np.bool_)
    for r, rule in enumerate(rules):
        rule_ok[r, list(rule.then_options)] = True
    belligerent = np.zeros(len(case.parties), dtype=np.bool_)
    belligerent[list(case.belligerents)] = True
    return Table(
        n_options=np.asarray(case.agenda.n_options, dtype=np.int64),
        enforcement=case.priors.enforcement,
        needs=consent_needs(case, settings.consent),
        belligerent=belligerent,
        rule_if=np.array([(r.issue, r.option) for r in rules], dtype=np.int64).reshape(-1, 2),
        rule_then=np.array([r.then_issue for r in rules], dtype=np.int64),
        rule_ok=rule_ok,
        hot=hot_issues(case, settings.calendar.hot_points),
    )


def sample(param: Param, seed: int, world: int, stream: int, slot: int) -> float:
    """Draw one uncertain number; normals are clipped to their range (a NaN never gets here)."""
    if param.law == "fixed":
        return param.value
    if param.law in ("uniform", "loguniform"):
        u = rng.draw(seed, world, stream, 1, slot)
        if param.law == "uniform":
            return param.low + u * (param.high - param.low)
        return param.low * math.exp(u * math.log(param.high / param.low))
    sd = param.sd or 0.0
    z = rng.normal(seed, world, stream, 0, slot)
    if param.law == "lognormal":
        z = param.value * math.exp(sd * z)
    else:
        z = abs(sd * z) if param.law == "halfnormal" else param.value + sd * z
    return min(max(z, param.low), param.high)


# --- preferences: one rule per array, compiled -------------------------------------------------


@register_jitable
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


@register_jitable
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


@register_jitable
def around_an_ideal(ideal: float, place: Floats, n: int, out: Floats) -> None:
    """Fill ``out[:n]`` with 1 - abs(position - ideal), rescaled to worst 0, best 1 (1.1)."""
    low, high = 1.0, 0.0
    for k in range(n):
        out[k] = 1.0 - abs(place[k] - ideal)
        low, high = min(low, out[k]), max(high, out[k])
    for k in range(n):
        out[k] = (out[k] - low) / (high - low) if high > low else 1.0


@register_jitable
def shift_logit(x: float, by: float) -> float:
    """Move a share by ``by`` on the logit scale."""
    return 1.0 / (1.0 + math.exp(-math.log(x / (1.0 - x)) - by))


@register_jitable
def draw_values(
    seed: int,
    world: int,
    n_options: Ints,
    direction: Ints,
    monotone: Bools,
    ideal: Floats,
    place: Floats,
    sds: Floats,
    out: Floats,
) -> None:
    """Fill ``out`` (P, J, K) with option values; ``sds`` = (shape, party shape, ideal logit)."""
    for p in range(out.shape[0]):
        for j in range(out.shape[1]):
            n, row = n_options[j], out[p, j]
            if direction[p] != 0 and monotone[j]:
                along_the_order(seed, world, p, j, n, sds[0], sds[1], row)
                if direction[p] < 0:
                    for k in range(n):
                        row[k] = 1.0 - row[k]
            else:
                z = sds[2] * rng.normal(seed, world, rng.IDEALS, p, j)
                around_an_ideal(shift_logit(ideal[p, j], z), place[j], n, row)


@register_jitable
def draw_red_lines(seed: int, world: int, chance: Floats, out: Bools) -> None:
    """Fill ``out`` (P, J, K) with Bernoulli(q) red lines (1.2)."""
    parties, issues, options = chance.shape
    for p in range(parties):
        for j in range(issues):
            for k in range(options):
                q = chance[p, j, k]
                luck = rng.draw(seed, world, rng.RED_LINES, p, j * options + k)
                out[p, j, k] = q > 0.0 and luck < q


@register_jitable
def fill_coefficients(
    weight: Floats,
    value: Floats,
    shift: Floats,
    reserve: Floats,
    omega: Floats,
    peace: Floats,
    coef: Ints,
    base: Ints,
) -> None:
    """Fill the integer surplus coefficients of every party and level, each rounded once (2.3).

    ``peace`` is A_P(E), (P, L); ``shift`` (J, K) the power shift of an option, in points.
    """
    parties, levels, issues, options = coef.shape
    for p in range(parties):
        for level in range(levels):
            a = peace[p, level]
            base[p, level] = micro(-a * reserve[p])
            for j in range(issues):
                for k in range(options):
                    u = weight[p, j] * value[p, j, k]
                    coef[p, level, j, k] = micro(a * u + (1.0 - a) * omega[p] * shift[j, k])


def _believed(ensemble: Ensemble, i: int, party: int, hazard: Floats) -> Floats:
    """Return the party's own hazards: optimism raises ends on its terms, lowers others'.

    Mutual optimism (theory 2.2, 0b i): a belligerent multiplies the monthly hazard of the war
    ending on its own terms by exp(o), of its own exhaustion by exp(-o); form ours.
    """
    case = ensemble.case
    if party not in case.belligerents:
        return hazard
    o = ensemble.number(i, "optimism", 100 + party)
    sign = [0.0] * len(hazard)
    for n, ending in enumerate(case.priors.endings):
        if ending.end.startswith("war_decided_"):
            sign[n] = 1.0 if ending.end == f"war_decided_{case.parties[party]}" else -1.0
    return np.array([h * math.exp(o * s) for h, s in zip(hazard, sign, strict=True)])


def _value_of_text(weight: Floats, value: Floats, text: Ints) -> float:
    return math.fsum(weight[j] * value[j, k] for j, k in enumerate(text))


def _assemble(ensemble: Ensemble, i: int) -> World:
    case, seed = ensemble.case, ensemble.seed
    priors, table = case.priors, ensemble.table
    parties, issues = len(case.parties), case.agenda.n_issues
    options = case.agenda.max_options
    weight, value = np.zeros((parties, issues)), np.zeros((parties, issues, options))
    red = np.zeros(value.shape, dtype=np.bool_)
    compiled(draw_weights)(seed, i, priors.salience, ensemble.weight_sd, weight)
    names = ("sd_increment_logit", "sd_party_increment", "sd_ideal_logit")
    sds = np.array([priors.params[f"response.{n}"].value for n in names])
    direction = np.asarray(priors.direction, dtype=np.int64)
    compiled(draw_values)(
        seed, i, table.n_options, direction, priors.monotone, ensemble.ideal,
        ensemble.position, sds, value,
    )  # fmt: skip
    compiled(draw_red_lines)(seed, i, ensemble.red_chance, red)
    war = _war(ensemble, i, weight, value)
    coef, base = _coefficients(ensemble, i, weight, value, war)
    beta, xi, lapse, posture = _response(ensemble, i)
    return World(
        weight=weight,
        value=value,
        red=red,
        threshold=_thresholds(ensemble, i, war.reserve),
        reserve=war.reserve,
        month=(1.0 - war.delta) * war.cost,
        coef=coef,
        base=base,
        hazard=war.hazard,
        delta=war.delta,
        beta=beta,
        xi=xi,
        lapse=lapse,
        posture=posture,
    )


@dataclass(frozen=True)
class _War:
    delta: float
    cost: Floats
    hazard: Floats
    reserve: Floats


def _war(ensemble: Ensemble, i: int, weight: Floats, value: Floats) -> _War:
    """Draw the war numbers and value fighting on for every party (2.2, constant state)."""
    case, settings = ensemble.case, ensemble.settings
    delta = ensemble.number(i, "delta", 0) if settings.war_delta is None else settings.war_delta
    cost = np.array(
        [
            ensemble.number(i, f"cost_flow.{name}", 10 + p) * settings.war_cost_scale.get(name, 1.0)
            for p, name in enumerate(case.parties)
        ]
    )
    endings = case.priors.endings
    hazard = np.array(
        [sample(e.hazard, ensemble.seed, i, rng.WAR_PRIORS, 20 + n) for n, e in enumerate(endings)]
    )
    reserve = np.zeros(len(case.parties))
    for p in range(len(case.parties)):
        now = _value_of_text(weight[p], value[p], case.priors.status_quo)
        ends = np.array([_value_of_text(weight[p], value[p], e.text) for e in endings])
        believed = _believed(ensemble, i, p, hazard)
        reserve[p] = closed_form_value(now, float(cost[p]), ends, believed, delta)
    return _War(delta, cost, hazard, reserve)


def _coefficients(
    ensemble: Ensemble, i: int, weight: Floats, value: Floats, war: _War
) -> tuple[Ints, Ints]:
    case, priors = ensemble.case, ensemble.case.priors
    levels = int(priors.enforcement.max(axis=1).sum()) + 1
    rho0 = ensemble.number(i, "rho0", 1)
    peace, omega = np.zeros((len(case.parties), levels)), np.zeros(len(case.parties))
    for p, name in enumerate(case.parties):
        k_e = ensemble.number(i, f"kE.{name}", 40 + p)
        peace[p] = [
            peace_factor(war.delta, break_hazard(rho0, k_e, level)) for level in range(levels)
        ]
        omega[p] = sample(priors.omega[p], ensemble.seed, i, rng.WAR_PRIORS, 60 + p)
    shape = (len(case.parties), levels, case.agenda.n_issues, case.agenda.max_options)
    coef, base = np.zeros(shape, dtype=np.int64), np.zeros(shape[:2], dtype=np.int64)
    compiled(fill_coefficients)(
        weight, value, priors.power_shift, war.reserve, omega, peace, coef, base
    )
    return coef, base


def _thresholds(ensemble: Ensemble, i: int, reserve: Floats) -> Floats:
    """Draw theta_Pj ~ N(a_P, sd) with a_P = W_P(t0) (0b n, 5.2)."""
    sd = ensemble.case.priors.params["response.sd_threshold"].value
    issues = ensemble.case.agenda.n_issues
    return np.array(
        [
            [a + sd * rng.normal(ensemble.seed, i, rng.THRESHOLDS, p, j) for j in range(issues)]
            for p, a in enumerate(reserve)
        ]
    )


def _response(ensemble: Ensemble, i: int) -> tuple[float, float, float, Floats]:
    """Draw beta, xi, the lapse rate and the postures of the response function (4.1, 8.3)."""

    def number(name: str, slot: int) -> float:
        param = ensemble.case.priors.params[f"response.{name}"]
        return sample(param, ensemble.seed, i, rng.RESPONSE_PRIORS, slot)

    levels = ("leader", "spokes", "unnamed")
    posture = np.array([number(f"posture.{name}", 10 + n) for n, name in enumerate(levels)])
    return number("beta", 0), number("xi", 1), number("lapse", 2), posture
