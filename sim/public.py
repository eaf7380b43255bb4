"""What is set up once per run: the schedule, the public estimates, the rules of a round."""

from collections.abc import Sequence

import numpy as np

from sim.belief import open_belief
from sim.case import Case
from sim.compiled import compiled
from sim.documents import text_of
from sim.draw import lean_hazards, utility
from sim.ensemble import Ensemble
from sim.fighting import Fighting, fill_fighting, new_fighting
from sim.fortunes import open_talks
from sim.hope import hoped, keep_possible
from sim.particles import BELIEF_WORLDS, Particles
from sim.protocol import Contact, contacts
from sim.state import Counters, Public, Rules, Schedule
from sim.war import law_of, war_numbers
from sim.worth import Ints

BAR_WORLDS = 40
"""Fresh draws behind the mean surplus a party is believed to hold out for."""


def schedule_of(found: Sequence[Contact], case: Case, free: bool) -> Schedule:
    """Return the contacts as arrays; with ``free`` the mediator chooses guests of planned ones."""
    parties = range(len(case.parties))
    return Schedule(
        day=np.array([(c.day - case.start).days for c in found], dtype=np.int64),
        leader=np.array([c.is_leader for c in found], dtype=np.bool_),
        mediated=np.array([c.mediated for c in found], dtype=np.bool_),
        present=np.array([[p in c.parties for p in parties] for c in found], dtype=np.bool_),
        planned=np.array([free and not c.recorded for c in found], dtype=np.bool_),
    )


def counters_of(case: Case) -> Counters:
    """Return the record's published counter-drafts from the case's start on."""
    dates = {document.document_id: document.date for document in case.tables.documents}
    found = [(dates[name], p, name) for name, p in case.ties.counter_drafts]
    kept = [(day, p, name) for day, p, name in found if day >= case.start]
    texts = [text_of(case, name).text for _, _, name in kept]
    return Counters(
        day=np.array([(day - case.start).days for day, _, _ in kept], dtype=np.int64),
        party=np.array([p for _, p, _ in kept], dtype=np.int64),
        text=np.array(texts, dtype=np.int64).reshape(-1, case.agenda.n_issues),
    )


def public_fighting(ensemble: Ensemble, particles: Particles) -> tuple[Fighting, float]:
    """Return the value of fighting on at mean utilities and middle parameters, and delta."""
    case, prior, settings = ensemble.case, ensemble.prior, ensemble.settings
    params = case.priors.params
    delta = params["delta"].value if settings.war_delta is None else settings.war_delta
    names = [(f"war.{name}", absent) for name, _, absent in war_numbers(case)]
    x = np.array([params[n].value if n in params else absent for n, absent in names])
    hazard = np.array([ending.hazard.value for ending in case.priors.endings])
    fighting = new_fighting(
        law_of(x, hazard, prior.favours), len(case.parties), prior.drift_believed
    )
    optimism = params["optimism"].value
    for p in range(len(case.parties)):
        own = optimism if p in case.belligerents else 0.0
        lean_hazards(hazard, own, prior.ending_side[:, p], fighting.hazard[p])
    cost = np.array([params[f"cost_flow.{party}"].value for party in case.parties])
    texts = [prior.status_quo, prior.front_lost, *prior.ending_text]
    worth = np.array(
        [[_mean_utility(particles, prior.links, p, t) for t in texts] for p in range(len(cost))]
    )
    compiled(fill_fighting)(
        fighting, delta, worth[:, 0].copy(), worth[:, 1].copy(), cost * prior.cost_scale,
        worth[:, 2:].copy(), prior.side,
    )  # fmt: skip
    return fighting, float(delta)


def _mean_utility(particles: Particles, links: Ints, p: int, text: Ints) -> float:
    ones = np.ones(len(text))
    return float(utility(ones, particles.mean[p], particles.link_mean[p], links, text))


def forecast_level(ensemble: Ensemble, particles: Particles) -> int:
    """Return the enforcement level at which the mean parties' best smallest surplus is largest."""
    table, power = ensemble.table, particles.power_shift
    parties, issues, options = particles.mean.shape
    allowed = np.zeros((issues, options), dtype=np.bool_)
    none = np.zeros((issues, options), dtype=np.bool_)
    compiled(keep_possible)(none, particles.clear, table.n_options, -1, allowed)
    best, at = -np.inf, 0
    for level in range(particles.peace_mean.shape[1]):
        a = particles.peace_mean[:, level]
        shift = (1.0 - a)[:, None, None] * particles.omega_mean[:, None, None] * power
        gain = a[:, None, None] * particles.mean + shift
        share, mean = np.zeros(parties), np.zeros(parties)
        compiled(hoped)(gain, -a * particles.reserve_mean, allowed, share, mean)
        if mean.min() > best + 1e-9 and level <= _reachable(table.enforcement, allowed):
            best, at = float(mean.min()), level
    return at


def _reachable(points: Ints, allowed: np.ndarray) -> int:
    return int(np.where(allowed, points, 0).max(axis=1).sum())


def round_rules(ensemble: Ensemble, particles: Particles) -> Rules:
    """Return what is the same in every world of a run."""
    fighting, delta = public_fighting(ensemble, particles)
    level = forecast_level(ensemble, particles)
    blank = Public(fighting, delta, level, np.zeros(len(ensemble.case.parties)))
    rules = _rules(ensemble, particles, blank)
    held = [
        compiled(open_talks)(rules, ensemble.world(BELIEF_WORLDS + n)).fortunes.holdout
        for n in range(BAR_WORLDS)
    ]
    return rules._replace(public=blank._replace(bar=np.mean(held, axis=0)))


def _rules(ensemble: Ensemble, particles: Particles, public: Public) -> Rules:
    case, settings = ensemble.case, ensemble.settings
    calendar, manner, voice = settings.calendar, settings.mediator, settings.response
    found = contacts(case, calendar)
    params = case.priors.params
    drift = [
        params[n].value if n in params else 0.0 for n in ("drift_belief.sd", "drift_belief.change")
    ]
    reported = [n for n, c in enumerate(found) if (c.day, c.place) == case.report_after]
    return Rules(
        seed=ensemble.seed,
        mediator=case.mediator,
        horizon=7 * calendar.horizon_weeks,
        edits_expert=calendar.edits_expert,
        edits_leader=calendar.edits_leader,
        exit_per_week=calendar.mediator_exit_per_week,
        deadline_day=-1 if manner.deadline_days is None else manner.deadline_days,
        exit_after_deadline=manner.exit_after_deadline,
        weight_accept=manner.weight_accept,
        speed=manner.speed,
        bias=np.array([manner.bias.get(party, 0.0) for party in case.parties]),
        relay_bias=manner.relay_bias,
        reward=manner.reward,
        learning=settings.learning,
        renews=settings.learning and manner.renews,
        stance_days=voice.stance_days,
        asks=voice.asks,
        counter_edits=voice.counter_edits,
        trade=voice.trade,
        devaluation=voice.devaluation,
        camp=np.array(case.ties.camp, dtype=np.int64),
        drift_sd=drift[0],
        drift_change=drift[1],
        report=reported[0] if reported else -1,
        opening=text_of(case, case.opening_text).text,
        schedule=schedule_of(found, case, not calendar.visit_order),
        counters=counters_of(case),
        table=ensemble.table,
        public=public,
        particles=particles,
        belief=open_belief(particles),
    )
