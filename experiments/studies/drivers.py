"""Drivers: which part of what the record teaches moves the headlines, one part at a time.

A chain of arms over the same worlds and luck: the prior, then learned values, thresholds, weights,
answers, each on top of those before it; the last arm is the posterior. What one step changes is its
driver, so the drivers sum to the whole change exactly. The order matters and is one of several.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.calibration import kept
from experiments.calibration.parts import PARTS, partly_learned
from experiments.columns import Column
from experiments.config import Config
from experiments.ensembles import BASIS
from experiments.findings import Finding, Findings, exactly, finding
from experiments.headlines import HEADLINES, agreed_within
from experiments.ranges import BoxRange, Floats, Range, Statistic, share
from experiments.switches import settings_of
from experiments.worker import negotiated, seat_numbers
from sim.case import Case
from sim.ensemble import Ensemble, prior_ensemble
from sim.negotiation import end_name, prepared
from sim.posterior import HOME, learned_from
from sim.ripeness import ripeness
from sim.state import DAY, END, Rules
from sim.zopa import zopa

FIRST: tuple[str, ...] = ()
"""The findings that come first: all in the order of the chain."""
BOXED = False
UNIT = "world"
STEPS = ("prior", *PARTS)
"""The arms: the prior, then one part more of what is learned in each."""
NAMES = {
    "median_zopa_months": "median best gain of the worst-off signer, own war-months",
    "pr_zopa": "share of worlds with an acceptable text",
    "pr_ripe": "share with one worth not waiting for",
    "pr_deal_12m": "share agreed within 12 months",
    "pr_deal_by_cutoff": "share agreed by the cut-off",
}
RESAMPLED = 400
"""Resamples of the paired worlds behind an interval (ours)."""
WORDS = {"value": "values", "threshold": "thresholds", "weight": "weights", "response": "answers"}


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns of a world of an arm."""
    return {
        "step": (pa.int64(), "parts learned"),
        "world": (pa.int64(), "number from 0"),
        "end": (pa.string(), "name"),
        "week": (pa.float64(), "weeks"),
        "zopa_util": (pa.float64(), "util"),
        "zopa_months": (pa.float64(), "own war-months"),
        "ripe_util": (pa.float64(), "util"),
    }


def inputs(config: Config) -> Iterable[Path]:
    """Return the kept draws."""
    return kept.files(config)


def units(case: Case, config: Config) -> int:
    """Return how many worlds are played, every arm's.

    Raises
    ------
    BadInput
        If the case has no posterior.
    """
    kept.need(case)
    return config.worlds * len(STEPS)


_READY: dict[tuple[str, str, int], tuple[Ensemble, Rules]] = {}


def ready(case: Case, config: Config, step: int) -> tuple[Ensemble, Rules]:
    """Return the ensemble of an arm and the rules of its rounds, one arm at a time per process."""
    settings = settings_of(config, case)
    key = (case.sha256, f"{config.seed} {config.worlds} {settings}", step)
    if key not in _READY:
        if step == 0:
            ensemble = prior_ensemble(case, settings, config.seed)
        else:
            learned, parts = learned_from(HOME, case), PARTS[:step]
            ensemble = partly_learned(case, settings, config.seed, learned, parts, config.worlds)
        _READY.clear()  # the beliefs of one arm are 20 MB
        _READY[key] = (ensemble, prepared(ensemble))
    return _READY[key]


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Play units ``first`` .. ``last - 1``: unit u is world u % worlds of arm u // worlds."""
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    seats = seat_numbers(case, settings_of(config, case))
    for unit in range(first, last):
        step, i = divmod(unit, config.worlds)
        ensemble, rules = ready(case, config, step)
        world, talks, _ = negotiated(ensemble, rules, i, seats)
        moments = ripeness(ensemble, rules, i, world)
        row = {
            "step": step, "world": i,
            "end": end_name(ensemble, int(talks.clock[END])),
            "week": float(talks.clock[DAY]) / 7.0,
            "zopa_util": zopa(world, ensemble.table).value,
            "zopa_months": zopa(world, ensemble.table, unit="months").value,
            "ripe_util": moments[0].ripe_util if moments else None,
        }  # fmt: skip
        for name, value in row.items():
            rows[name].append(value)
    return rows


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return every headline under the prior, each step's change, and under the posterior."""
    weeks = (case.cutoff - case.start).days / 7.0
    counted = {name: (h.sample, h.statistic) for name, h in HEADLINES.items()}
    counted["pr_deal_by_cutoff"] = (agreed_within(weeks), share)
    tables = [worlds.filter(pc.equal(worlds["step"], n)) for n in range(len(STEPS))]
    columns = [{n: t[n].to_pylist() for n in t.column_names} for t in tables]
    found: Findings = {}
    for name in NAMES:
        sample, statistic = counted[name]
        found |= _chain(name, [sample(c) for c in columns], statistic, config.seed)
    return found


def _chain(name: str, samples: list[Floats], statistic: Statistic, seed: int) -> Findings:
    """Return one headline at both ends of the chain and the change of every step, paired."""
    rng, n = np.random.default_rng(seed), len(samples[0])
    values = [float(statistic(s)) for s in samples]
    picks = rng.integers(0, n, (RESAMPLED, n))
    unit = "own war-months" if "months" in name else "share of worlds"
    found: Findings = {}
    for step, part in enumerate(PARTS, 1):
        by = values[step] - values[step - 1]
        moved = [statistic(samples[step][p]) - statistic(samples[step - 1][p]) for p in picks]
        low, high = (float(q) for q in np.quantile(moved, [0.05, 0.95]))
        said = (
            f"{NAMES[name]}, learned {WORDS[part]} on top: {by:+.3g} ({low:+.3g} to {high:+.3g}, "
            f"{n} paired worlds)."
        )
        found[f"{name}_{part}"] = finding(Range(by, low, high, n=n), unit, said)
    return _ends(name, values, unit, n) | found


def _ends(name: str, values: list[float], unit: str, n: int) -> Findings:
    """Return a headline before anything is learned and after everything is."""
    said = (
        f"{NAMES[name][0].upper() + NAMES[name][1:]}: {values[0]:.3g} before the record is read, "
        f"{values[-1]:.3g} after; the drivers sum to {values[-1] - values[0]:+.3g}."
    )
    before: Finding = finding(exactly(values[0], n), unit, said) | {"quiet": True}
    if name == "pr_zopa":
        said = f"{said[:-1]}; conditional on the model: {BASIS['posterior']}."
    return {
        f"{name}_prior": before,
        f"{name}_posterior": finding(exactly(values[-1], n), unit, said),
    }


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the chain of every headline."""
    from experiments.figures import drivers as picture

    return picture.draw(run_dir, case, config)
