"""The prior ensemble: evidence and priors in, any number of addressed worlds out.

Here a case becomes the arrays that :mod:`sim.draw` draws worlds from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import polygamma

from sim import rng
from sim.case import Case, Param
from sim.commitment import instruments, read_intrinsically
from sim.compiled import compiled
from sim.draw import Numbers, Prior, Rows, draw_world, number
from sim.evidence import ideal_positions, positions, red_line_probability
from sim.fixed import hold
from sim.learned import Learned, nothing_learned
from sim.params import LAWS
from sim.settings import Settings
from sim.ties import MOST_PAIRS
from sim.war import SLOT, favoured_side, war_numbers
from sim.world import World
from sim.worth import Bools, Floats, Table

RESPONSE = ("beta", "xi", "lapse", "posture.leader", "posture.spokes", "posture.unnamed")
DECIDED = "war_decided_"


@dataclass(frozen=True)
class Ensemble:
    """A distribution over worlds; ``world(i)`` draws the i-th one, alone or in any order."""

    case: Case
    settings: Settings
    seed: int
    learned: Learned | None = None

    @cached_property
    def table(self) -> Table:
        """What everybody at the table knows."""
        return negotiation_table(self.case, self.settings)

    @cached_property
    def prior(self) -> Prior:
        """The arrays that worlds are drawn from."""
        return _prior_arrays(self.case, self.settings, self.seed, self.learned)

    def world(self, i: int) -> World:
        """Draw world ``i`` (>= 0)."""
        world: World = compiled(draw_world)(self.prior, i)
        return world

    def number(self, i: int, row: int) -> float:
        """Draw one uncertain number of world ``i``; rows are those of ``prior.rows``."""
        return float(compiled(number)(self.prior, i, row))


def prior_ensemble(case: Case, settings: Settings, seed: int) -> Ensemble:
    """Return the prior ensemble of a case, with the numbers the settings hold."""
    return Ensemble(_held(case, settings), settings, seed)


def posterior_ensemble(case: Case, settings: Settings, seed: int, learned: Learned) -> Ensemble:
    """Return the ensemble whose weights, values, thresholds and response were learned (5)."""
    return Ensemble(_held(case, settings), settings, seed, learned)


def _held(case: Case, settings: Settings) -> Case:
    held = hold(case, settings.fixed)
    return read_intrinsically(held) if settings.enforcement_value == "intrinsic" else held


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
        n_options=np.array(case.agenda.n_options, dtype=np.int64),
        enforcement=np.array(case.priors.enforcement, dtype=np.int64),
        needs=consent_needs(case, settings.consent),
        belligerent=belligerent,
        rule_if=np.array([(r.issue, r.option) for r in rules], dtype=np.int64).reshape(-1, 2),
        rule_then=np.array([r.then_issue for r in rules], dtype=np.int64),
        rule_ok=rule_ok,
        links=np.array(case.ties.links, dtype=np.int64),
        hot=hot_issues(case, settings.calendar.hot_points),
    )


class _Rows:
    """Collects uncertain numbers row by row; every row keeps its own address."""

    def __init__(self) -> None:
        self.params: list[tuple[Param, int, int]] = []

    def add(self, param: Param, stream: int, slot: int) -> int:
        """Append a number and return its row."""
        self.params.append((param, stream, slot))
        return len(self.params) - 1

    def arrays(self) -> Numbers:
        """Return the rows as arrays."""
        rows = self.params
        return Numbers(
            law=np.array([LAWS.index(p.law) for p, _, _ in rows], dtype=np.int64),
            value=np.array([p.value for p, _, _ in rows], dtype=float),
            low=np.array([p.low for p, _, _ in rows], dtype=float),
            high=np.array([p.high for p, _, _ in rows], dtype=float),
            sd=np.array([p.sd or 0.0 for p, _, _ in rows], dtype=float),
            stream=np.array([stream for _, stream, _ in rows], dtype=np.int64),
            slot=np.array([slot for _, _, slot in rows], dtype=np.int64),
        )


def _number_rows(case: Case) -> tuple[Numbers, Rows]:
    """Return every uncertain number of a world and where each stands."""
    params, rows, war = case.priors.params, _Rows(), rng.WAR_PRIORS
    parties = range(len(case.parties))

    def of_party(start: int, found: Sequence[Param]) -> np.ndarray:
        return np.array([rows.add(param, war, start + p) for p, param in enumerate(found)])

    places = Rows(
        delta=rows.add(params["delta"], war, 0),
        rho0=rows.add(params["rho0"], war, 1),
        cost=of_party(10, [params[f"cost_flow.{name}"] for name in case.parties]),
        k_e=of_party(40, [params[f"kE.{name}"] for name in case.parties]),
        omega=of_party(60, case.priors.omega),
        optimism=np.array(
            [
                rows.add(params["optimism"], war, 100 + p) if p in case.belligerents else -1
                for p in parties
            ]
        ),
        hazard=of_party(20, [ending.hazard for ending in case.priors.endings]),
        war=_war_rows(case, rows),
        holdout=rows.add(params["holdout"], war, 2) if "holdout" in params else -1,
        hope=np.array([_hope(case, p, rows) for p in parties]),
        link=_link_rows(case, rows),
        response=np.array(
            [
                rows.add(params[f"response.{name}"], rng.RESPONSE_PRIORS, slot)
                for slot, name in enumerate(RESPONSE)
            ]
        ),
    )
    return rows.arrays(), places


def _war_rows(case: Case, rows: _Rows) -> np.ndarray:
    """Return the rows of the war's numbers, -1 where the case is silent."""
    known = {name: case.priors.params.get(f"war.{name}") for name, _, _ in war_numbers(case)}
    found = ((known[name], slot) for name, slot, _ in war_numbers(case))
    return np.array([rows.add(p, rng.WAR_PRIORS, SLOT + s) if p else -1 for p, s in found])


def _link_rows(case: Case, rows: _Rows) -> np.ndarray:
    """Return the rows of what every pair of options is worth to every party, (P, Q)."""
    size, parties, pairs = case.ties.link_size, len(case.parties), len(case.ties.links)
    if size is None:
        return np.zeros((parties, 0), dtype=np.int64)
    found = [
        rows.add(size, rng.LINKS, p * MOST_PAIRS + q) for p in range(parties) for q in range(pairs)
    ]
    return np.array(found, dtype=np.int64).reshape(parties, pairs)


def _hope(case: Case, p: int, rows: _Rows) -> int:
    """Return the row of a belligerent's hope that the other side weakens, -1 for the others."""
    param = case.priors.params.get(f"holdout_optimism.{case.parties[p]}")
    if param is None or "holdout" not in case.priors.params:
        return -1
    return rows.add(param, rng.WAR_PRIORS, 120 + p)


def _side(case: Case) -> np.ndarray:
    """Return which belligerent a party is, -1 for none, (P,)."""
    side = np.full(len(case.parties), -1)
    for b, p in enumerate(case.belligerents):
        side[p] = b
    return side


def _ending_sides(case: Case) -> Floats:
    """Return +1 where an ending is on a belligerent's terms, -1 on its opponent's, (N, P)."""
    sides = np.zeros((len(case.priors.endings), len(case.parties)))
    for n, ending in enumerate(case.priors.endings):
        if ending.end.startswith(DECIDED):
            for p in case.belligerents:
                sides[n, p] = 1.0 if ending.end == DECIDED + case.parties[p] else -1.0
    return sides


def log_weight_sd(case: Case) -> float:
    """Return the sd of a log weight that a Dirichlet has at the mean share (5.2)."""
    share = case.priors.salience_concentration / case.agenda.n_issues
    return math.sqrt(float(polygamma(1, share)))


def refusals(case: Case, settings: Settings, chance: Floats) -> Floats:
    """Return the chance that a party refuses an option whatever else is offered, (P, J, K).

    Without late options, those that became public only after the cut-off are off the table: the
    belligerents refuse them in every world.
    """
    asked = chance.copy() if settings.red_lines else np.zeros_like(chance)
    if not settings.late_options:
        for p in case.belligerents:
            asked[p][case.agenda.late] = 1.0
    return asked


def _prior_arrays(case: Case, settings: Settings, seed: int, learned: Learned | None) -> Prior:
    priors = case.priors
    response = [priors.params[f"response.sd_{n}"].value for n in (
        "increment_logit", "party_increment", "ideal_logit", "threshold")]  # fmt: skip
    chance = red_line_probability(case)
    numbers, rows = _number_rows(case)
    return Prior(
        seed=seed,
        salience=np.array(priors.salience, dtype=float),
        direction=np.array(priors.direction, dtype=np.int64),
        monotone=np.array(priors.monotone, dtype=np.bool_),
        ideal=ideal_positions(case),
        position=positions(case),
        red_chance=refusals(case, settings, chance),
        n_options=np.array(case.agenda.n_options, dtype=np.int64),
        power_shift=np.array(priors.power_shift, dtype=float),
        only_means=instruments(priors) & (settings.enforcement_value == "hazard"),
        levels=int(priors.enforcement.max(axis=1).sum()) + 1,
        status_quo=np.array(priors.status_quo, dtype=np.int64),
        ending_text=np.array([e.text for e in priors.endings], dtype=np.int64),
        ending_side=_ending_sides(case),
        front_lost=np.array(priors.front_lost, dtype=np.int64),
        side=_side(case),
        favours=favoured_side(case),
        war_absent=np.array([absent for _, _, absent in war_numbers(case)]),
        drift_believed=priors.params["war.mu"].value if "war.mu" in priors.params else 0.0,
        links=np.array(case.ties.links, dtype=np.int64),
        cost_scale=np.array([settings.war_cost_scale.get(p, 1.0) for p in case.parties]),
        delta=math.nan if settings.war_delta is None else settings.war_delta,
        sds=np.array([log_weight_sd(case), *response]),
        numbers=numbers,
        rows=rows,
        learned=learned or nothing_learned(*chance.shape),
    )
