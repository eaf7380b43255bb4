"""Forward in time: fit to what was known before a day, predict what was said after it.

Every variant of the model is fitted at every boundary (a normal around the peak of the posterior,
averaged over its draws). Which variant predicts a block is decided on earlier blocks only: nested
forward-chained selection. The boundaries, variants and the metric stand in conf/config.yaml and
were fixed before the final fit.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from experiments.calibration.fit import Laplace, Problem, Reading, draws_of, evidence, problem_of
from experiments.calibration.rows import Answers, answers_of
from sim.case import Case
from sim.latent import Frame
from sim.likelihood import Rule, Terms, category_chances, latents, row_weights
from sim.observed import Observations
from sim.respond import MIDDLE
from sim.worth import Floats

VARIANTS = {
    "m1": Rule(red=False),
    "m2": Rule(),
    "m3": Rule(heavy="half"),
    "m4": Rule(heavy="three"),
    "m5": Rule(spatial=True),
    "no_stakes": Rule(stakes=False),
    "no_demands": Rule(demands_accept=False),
    "no_fade": Rule(fade=False),
    "no_strength": Rule(strength=False),
    "free_level": Rule(free_level=True),
    "plain": Rule(strength=False, stakes=False),
    "plain_wide": Rule(strength=False, stakes=False, free_level=True),
    "drift": Rule(strength=False, stakes=False, free_level=True, fade=False, drift=True),
}
"""Rules of decision M1 to M5 (1.2) and readings of the rows, by the name of their cells."""
DRAWS = 200


def chances(z: Floats, frame: Frame, red: Floats, rule: Rule, rows: Answers) -> Floats:
    """Return the chance of reject, conditional, accept, averaged over draws, (N, 3)."""
    told = np.zeros((len(rows), 3))
    for draw in draws_of(z, frame):
        latent = latents(
            draw, rows.party, rows.issue, rows.option, rows.level, rule, np, rows.month
        )
        seven = category_chances(latent, frame.lapse, np)
        told[:, 0] += seven[:, :MIDDLE].sum(axis=1)
        told[:, 1] += seven[:, MIDDLE]
        told[:, 2] += seven[:, MIDDLE + 1 :].sum(axis=1)
    told /= len(z)
    q = red[rows.party, rows.issue, rows.option] if rule.red else np.zeros(len(rows))
    mixed: Floats = told * (1.0 - q)[:, None]
    mixed[:, 0] += q
    return mixed


def as_known(case: Case, problem: Problem, day: date) -> Problem:
    """Return a problem over the same rows, those from ``day`` on weighing nothing."""
    known = problem_of(case, Reading(problem.rule, until=day))
    weights = _at(row_weights(known.seen, problem.rule), known.seen, problem.seen)
    seen = replace(problem.seen, mentions=known.seen.mentions)
    return replace(problem, seen=seen, weights=weights, red=known.red)


def _at(weights: Terms, known: Observations, every: Observations) -> Terms:
    """Place the weights of the known rows among all rows; the others weigh nothing."""

    def spread(names: Sequence[str], values: Floats, wanted: Sequence[str]) -> Floats:
        pool: dict[str, list[float]] = {}
        for name, value in zip(names, values, strict=True):
            pool.setdefault(name, []).append(float(value))
        return np.array([pool[n].pop(0) if pool.get(n) else 0.0 for n in wanted])

    return Terms(
        spread(known.ids, weights.ratings, every.ids),
        spread(known.demand_ids, weights.demands, every.demand_ids),
        weights.mentions,
        spread(known.verdict_ids, weights.verdicts, every.verdict_ids),
    )


def predictions(
    case: Case, name: str, days: Sequence[date], seed: int, draws: int = DRAWS
) -> list[Floats]:
    """Return what one variant says of every block between successive days, (N, 3) each."""
    rule, answers = VARIANTS[name], answers_of(case)
    problem = problem_of(case, Reading(rule, until=case.cutoff + timedelta(days=1)))
    laplace, found = Laplace(problem), []
    for first, last in itertools.pairwise(days):
        known = as_known(case, problem, first)
        z = laplace.draws(evidence(known), draws, seed)
        rows = answers.between(first, last)
        found.append(chances(z, problem.frame, known.red, rule, rows))
    return found
