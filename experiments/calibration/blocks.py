"""Chances of answers nobody had seen yet, by predictor: forward in time, or of a later folder.

Forward, every block is predicted from the rows before it; the model's chances come from the kept
forward chain, and which variant counts as *the model* in a block is decided on earlier blocks.
A later folder is predicted once, from everything up to the cut-off of the case, by the posterior.
"""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from experiments.calibration import keep
from experiments.calibration.forward import VARIANTS, chances
from experiments.calibration.rivals import RULES
from experiments.calibration.rows import Answers, answers_of
from experiments.calibration.scores import by_row
from experiments.config import Config
from sim.case import Case
from sim.evidence import red_line_probability
from sim.observed import evidence_until
from sim.posterior import HOME, is_calibrated, manifest_of, read_normals
from sim.worth import Floats

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of the model in the average with the simple rule that did best so far."""


@dataclass(frozen=True)
class Blocks:
    """Answers of every block with each predictor's chances, (N, 3); nan where it has none.

    ``chosen`` says per block which variant is the model, and what it is averaged with.
    """

    answers: Answers
    block: np.ndarray
    chance: dict[str, Floats]
    chosen: tuple[str, ...]


def days_of(config: Config) -> list[date]:
    """Return the boundaries; the first block only serves to choose."""
    return [date.fromisoformat(day) for day in config.backtest.days]


def forward(case: Case, config: Config) -> Blocks:
    """Return the chances of every block after the first."""
    days, answers = days_of(config), answers_of(case)
    parts = [answers.between(a, b) for a, b in itertools.pairwise(days)]
    told = [_rules(case, first, rows) for first, rows in zip(days, parts, strict=False)]
    kept = keep.read_forward(case) or {}
    for rows, chance in zip(parts, told, strict=True):
        for name in config.backtest.variants:
            found = kept.get(name, {})
            blank = np.full(3, np.nan)
            chance[name] = np.array([found.get(i, blank) for i in rows.ids]).reshape(-1, 3)
    chosen = [_choose(parts[:n], told[:n], config) for n in range(1, len(parts))]
    for (variant, rule, share), chance in zip(chosen, told[1:], strict=True):
        chance["model"] = chance[variant]
        chance["average"] = share * chance[variant] + (1.0 - share) * chance[rule]
    every = answers.between(days[1], days[-1])
    block = np.repeat(np.arange(1, len(parts)), [len(p) for p in parts[1:]])
    names = list(told[1])
    joined = {name: np.concatenate([t[name] for t in told[1:]]) for name in names}
    words = tuple(f"{v}, averaged {100 * s:.0f} % with {r}" for v, r, s in chosen)
    return Blocks(every, block, joined, words)


def _rules(case: Case, first: date, rows: Answers) -> dict[str, Floats]:
    """Return what every simple rule, fitted before a day, says of rows."""
    known = evidence_until(case, first)
    return {name: rule(known, answers_of(known))(rows) for name, rule in RULES.items()}


def _choose(
    parts: list[Answers], told: list[dict[str, Floats]], config: Config
) -> tuple[str, str, float]:
    """Return the variant, the simple rule and the variant's share that did best so far."""
    status = np.concatenate([rows.status for rows in parts])
    joined = {n: np.concatenate([t[n] for t in told]) for n in told[0]}

    def score(chance: Floats) -> float:
        value = by_row(chance, status)[config.backtest.metric].mean()
        return -np.inf if np.isnan(value) else float(value)

    variant = max(config.backtest.variants, key=lambda n: score(joined[n]))
    rule = max(RULES, key=lambda n: score(joined[n]))
    mixed = {s: s * joined[variant] + (1.0 - s) * joined[rule] for s in SHARES}
    return variant, rule, max(SHARES, key=lambda s: score(mixed[s]))


def later(case: Case, after: Case, config: Config) -> Blocks:
    """Return the chances of a later folder's answers from all that was known at the cut-off."""
    rows, day = answers_of(after), case.cutoff + timedelta(days=1)
    chance = _rules(case, day, rows)
    chance["model"] = posterior_chances(case, rows)
    past = forward_choice(case, config)
    chance["average"] = past[1] * chance["model"] + (1.0 - past[1]) * chance[past[0]]
    words = (f"posterior, averaged {100 * past[1]:.0f} % with {past[0]}",)
    return Blocks(rows, np.zeros(len(rows), dtype=np.int64), chance, words)


def forward_choice(case: Case, config: Config) -> tuple[str, float]:
    """Return what the posterior is averaged with, chosen on every block before the cut-off."""
    days, answers = days_of(config), answers_of(case)
    parts = [answers.between(a, b) for a, b in itertools.pairwise(days)]
    told = [_rules(case, first, rows) for first, rows in zip(days, parts, strict=False)]
    kept = (keep.read_forward(case) or {}).get(_variant(case), {})
    for rows, chance in zip(parts, told, strict=True):
        blank = np.full(3, np.nan)
        for name in config.backtest.variants:
            chance[name] = np.array([kept.get(i, blank) for i in rows.ids]).reshape(-1, 3)
    _, rule, share = _choose(parts, told, config)
    return rule, share


def _variant(case: Case) -> str:
    """Return the variant the posterior of a case was fitted with."""
    found = manifest_of(HOME, case)
    return str(found["rule"]) if found else "m2"


def posterior_chances(case: Case, rows: Answers) -> Floats:
    """Return what the posterior of a case says of rows; nan if there is none."""
    if not is_calibrated(case):
        return np.full((len(rows), 3), np.nan)
    z, frame = read_normals(HOME, case)
    return chances(z, frame, red_line_probability(case), VARIANTS[_variant(case)], rows)
