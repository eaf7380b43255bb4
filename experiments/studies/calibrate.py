"""Calibrate: what the record teaches about weights, values, thresholds and answers, and what not.

Its unit of work is a fit: the chains of the posterior first, then every variant of the model fitted
forward in time (for ``experiment=backtest``), then other readings of the record, then the publics
that were polled. The draws are kept in the run folder; with ``calibrate.keep=true`` they also
become the posterior of the case.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.calibration import keep, learned, polls
from experiments.calibration.fit import Laplace, Reading, evidence, need_sampler, problem_of, sample
from experiments.calibration.forward import VARIANTS, predictions
from experiments.calibration.opinion import polled
from experiments.calibration.rows import answers_of
from experiments.columns import Column
from experiments.config import Config
from experiments.findings import Findings
from experiments.ranges import BoxRange
from sim.case import Case
from sim.latent import frame_of
from sim.worth import Floats

FIRST = ("r_hat", "weights_learned", "values_learned", "reading_strict", "reading_no_leaders")
"""The findings that come first."""
BOXED = False
UNIT = "fit"
READINGS = {
    "strict": Reading(strict=True),
    "no_leaders": Reading(leaders=False),
    "observers": Reading(salience="observers"),
    "mentions": Reading(salience="mentions"),
    "equal": Reading(salience="equal"),
}
"""Other readings of the record; each is fitted by a normal around its peak, which is quick."""
READING_DRAWS = 200
PUBLIC = (300, 400)
"""Draws of warm-up and kept, of every chain of a public at most: it is a small problem."""
Rows = dict[str, list[Any]]


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns of a fit: draws of the normals, or chances of rows not yet seen."""
    text, real, whole = pa.string(), pa.float64(), pa.int64()
    return {
        "fit": (text, "name"),
        "kind": (text, "chain, forward, reading or public"),
        "number": (whole, "draw, or block of the forward chain"),
        "steps": (real, "leapfrog steps"),
        "diverged": (real, "1 where the trajectory diverged"),
        "normals": (text, "standard normals, float32 little-endian, base64"),
        "statement_id": (text, "row predicted"),
        "reject": (real, "chance"),
        "conditional": (real, "chance"),
        "accept": (real, "chance"),
    }


def tasks(config: Config) -> list[tuple[str, str]]:
    """Return what has to be fitted of every case: (kind, name); publics come after these."""
    chains = [("chain", str(n)) for n in range(config.calibrate.chains)]
    forward = [("forward", name) for name in config.backtest.variants]
    return chains + forward + [("reading", name) for name in READINGS]


def units(case: Case, config: Config) -> int:
    """Return the number of fits."""
    need_sampler()
    return len(every_task(case, config))


def every_task(case: Case, config: Config) -> list[tuple[str, str]]:
    """Return what has to be fitted, the publics that were polled last."""
    return tasks(config) + [("public", party) for party in polled(case)]


def inputs(config: Config) -> Iterable[Path]:
    """Return files read beside the case: none."""
    return ()


def simulate(case: Case, config: Config, first: int, last: int) -> Rows:
    """Fit units ``first`` .. ``last - 1``."""
    rows: Rows = {name: [] for name in columns(case, config)}
    kinds = {"chain": _chain, "forward": _forward, "reading": _reading, "public": _public}
    for kind, name in every_task(case, config)[first:last]:
        fit = kinds[kind]
        for row in fit(case, config, name):
            for column, values in rows.items():
                values.append(({"fit": name, "kind": kind} | row).get(column))
    return rows


def _chain(case: Case, config: Config, name: str) -> list[dict[str, Any]]:
    """Sample one chain of the posterior with the reading the configuration asks for."""
    c = config.calibrate
    how = Reading(VARIANTS[c.rule], c.salience, c.reading == "strict", c.leaders)
    chain = sample(problem_of(case, how), config.seed, int(name), c.warmup, c.draws)
    return [
        {"number": n, "normals": packed(z), "steps": s, "diverged": d}
        for n, (z, s, d) in enumerate(zip(chain.z, chain.steps, chain.diverged, strict=True))
    ]


def _forward(case: Case, config: Config, name: str) -> list[dict[str, Any]]:
    """Predict every block with one variant fitted to what was known before it."""
    days = [date.fromisoformat(day) for day in config.backtest.days]
    answers, rows = answers_of(case), []
    for block, told in enumerate(predictions(case, name, days, config.seed)):
        ids = answers.between(days[block], days[block + 1]).ids
        rows += [
            {"number": block, "statement_id": i, "reject": r, "conditional": c, "accept": a}
            for i, (r, c, a) in zip(ids, told.tolist(), strict=True)
        ]
    return rows


def _reading(case: Case, config: Config, name: str) -> list[dict[str, Any]]:
    """Fit another reading of the record by a normal around its peak."""
    how = replace(READINGS[name], rule=VARIANTS[config.calibrate.rule])
    problem = problem_of(case, how)
    drawn = Laplace(problem).draws(evidence(problem), READING_DRAWS, config.seed)
    return [{"number": n, "normals": packed(z)} for n, z in enumerate(drawn)]


def _public(case: Case, config: Config, name: str) -> list[dict[str, Any]]:
    """Sample every chain of a polled public; the draws of a chain follow one another."""
    c, rows = config.calibrate, []
    for chain in range(c.chains):
        lengths = min(c.warmup, PUBLIC[0]), min(c.draws, PUBLIC[1])
        found = polls.sample(case, name, config.seed, chain, *lengths)
        rows += [
            {"number": chain, "normals": packed(z), "steps": s, "diverged": d}
            for z, s, d in zip(found.z, found.steps, found.diverged, strict=True)
        ]
    return rows


def publics_in(worlds: pa.Table, chains: int) -> dict[str, Floats]:
    """Return the draws (C, S, D) of every polled public."""
    found = normals_of(worlds, "public")
    return {party: z.reshape(chains, -1, z.shape[-1]) for party, z in found.items()}


def packed(z: Floats) -> str:
    """Write normals down as text."""
    return base64.b64encode(z.astype("<f4").tobytes()).decode()


def unpacked(texts: Iterable[str]) -> Floats:
    """Read normals written by `packed`, (S, D)."""
    return np.array([np.frombuffer(base64.b64decode(t), "<f4") for t in texts], dtype=np.float64)


def normals_of(worlds: pa.Table, kind: str) -> dict[str, Floats]:
    """Return the draws of every fit of a kind, by name."""
    rows = worlds.filter(pc.equal(worlds["kind"], kind))
    names = list(dict.fromkeys(rows["fit"].to_pylist()))
    return {
        name: unpacked(rows.filter(pc.equal(rows["fit"], name))["normals"].to_pylist())
        for name in names
    }


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Say how well the chains agree, what was learned, and what other readings would change."""
    chains = normals_of(worlds, "chain")
    z = np.array(list(chains.values()))
    steps = worlds.filter(pc.equal(worlds["kind"], "chain"))
    diverged = int(np.sum([d for d in steps["diverged"].to_pylist() if d]))
    frame = frame_of(case, config.calibrate.salience)
    found = learned.agreement(z, frame, diverged) | learned.contraction(z, frame)
    readings = {"posterior": z.reshape(-1, z.shape[-1])} | normals_of(worlds, "reading")
    found |= learned.headlines(case, config, frame, readings)
    return found | polls.findings(case, publics_in(worlds, len(chains)))


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Keep the draws and the forward chances, and draw what was learned."""
    from experiments import store
    from experiments.figures import learned as picture

    worlds = store.read_table(run_dir / "worlds")
    if worlds is None:
        return []
    chains = normals_of(worlds, "chain")
    frame = frame_of(case, config.calibrate.salience)
    keep.write(run_dir, worlds, chains, publics_in(worlds, len(chains)), frame, case, config)
    return picture.draw(run_dir, np.array(list(chains.values())), frame, case, config)
