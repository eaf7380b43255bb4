"""Which party, point, red line, consent or implication narrows the range, and by how much?

Every world is solved, none is negotiated. A condition's shadow value is the range without it less
the range with it, in own war-months, exact. Where a range is closed and opens without one
condition, that condition binds. What is asked is what each condition costs, not who is to give way.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.columns import Column
from experiments.config import Config
from experiments.findings import MONTHS, SHARE, Finding, Findings, finding, months, not_built
from experiments.ranges import BoxRange, Floats, median, quantile, sampling, share
from experiments.worker import settings_of
from sim.case import Case
from sim.conditions import CONSENT, LAW, PARTY, POINT, RED, shadows
from sim.posterior import ensemble_of
from sim.terms import terms_of
from sim.zopa import zopa

FIRST = ("pr_zopa", "median_zopa_months")
"""The findings that come first."""

BOXED = False
"""The box negotiates; here nobody does."""

WORDS = {
    PARTY: "participation",
    POINT: "point (all that hangs on it)",
    RED: "red line",
    CONSENT: "consent",
    LAW: "implication",
}
"""Kinds of conditions in the words of the findings."""


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns: a row per world and condition that matters, first one without any."""
    return {
        "world": (pa.int64(), "number from 0"),
        "kind": (pa.string(), f"{' | '.join(WORDS)}; empty for the range itself"),
        "condition": (pa.string(), "kind:whose:where; empty for the range itself"),
        "kept_months": (pa.float64(), "own war-months, the range with every condition"),
        "lifted_months": (pa.float64(), "own war-months, the range without this one"),
    }


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    ensemble = ensemble_of(case, settings_of(config, case), config.seed)
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    for i in range(first, last):
        terms = terms_of(ensemble.world(i), ensemble.table)
        kept = zopa(terms.stakes, terms.table, unit="months").value
        found = [(i, "", "", kept, kept)]
        found += [
            (i, s.condition.kind, s.condition.name(case), s.kept, s.lifted)
            for s in shadows(terms, "months")
        ]
        for name, cells in zip(rows, zip(*found, strict=True), strict=True):
            rows[name] += cells
    return rows


def values(worlds: pa.Table) -> dict[str, Floats]:
    """Return every condition's shadow value in every world, zeros included, in months.

    Conditions that never matter are not there; those that do come in the order of their mean.
    """
    table = worlds.to_pydict()
    number = {world: n for n, world in enumerate(dict.fromkeys(table["world"]))}
    found: dict[str, Floats] = {}
    wanted = ("world", "condition", "kept_months", "lifted_months")
    rows = zip(*(table[n] for n in wanted), strict=True)
    for world, name, kept, lifted in rows:
        if name:
            column = found.setdefault(name, np.zeros(len(number)))
            column[number[world]] = lifted - kept
    return dict(sorted(found.items(), key=lambda item: (-item[1].mean(), item[0])))


def ranges(worlds: pa.Table) -> Floats:
    """Return the range of every world with every condition kept, own war-months."""
    table = worlds.to_pydict()
    rows = zip(table["condition"], table["kept_months"], strict=True)
    return np.array([kept for name, kept in rows if not name])


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return what each party's participation costs the range, and the costliest of each kind."""
    kept, shadow = ranges(worlds), values(worlds)
    opened, size = sampling((kept >= 0).astype(float), share), sampling(kept, median)
    found = {
        "pr_zopa": finding(
            opened, SHARE, f"The range is open in {100 * opened.value:.6g} % of {opened.n} worlds."
        ),
        "median_zopa_months": finding(
            size,
            MONTHS,
            f"The best text gives its worst-off signer {months(size.value)} own war-months "
            f"(median, {size.words(months)}), with every condition kept.",
        ),
    }
    for party in case.parties:
        name = f"{PARTY}:{party}"
        found[f"shadow_{PARTY}_{party}"] = _shadow(name, shadow.get(name, np.zeros(len(kept))))
    for kind in (POINT, RED, CONSENT, LAW):
        first = next((n for n in shadow if n.startswith(f"{kind}:")), None)
        found[f"shadow_{kind}_first"] = (
            not_built(f"No {WORDS[kind]} narrows the range in any world.")
            if first is None
            else _shadow(first, shadow[first], kind)
        )
    return found


def _shadow(name: str, sample: Floats, kind: str = "") -> Finding:
    """Return the mean shadow value of a condition, how often it matters, where 90 % lie."""
    value, often = sampling(sample, lambda x: float(x.mean())), float((sample > 0).mean())
    lead = f"Of every {WORDS[kind]} the costliest, on average, is {name}" if kind else name
    sentence = (
        f"{lead}: without it the range is {value.value:.2f} own war-months wider (mean, "
        f"{value.words(lambda x: f'{x:.2f}')}); it matters in {100 * often:.0f} % of worlds, 90 % "
        f"of worlds {quantile(sample, 0.05):.2f} to {quantile(sample, 0.95):.2f}."
    )
    return finding(value, MONTHS, sentence)


def of_kind(shadow: Mapping[str, Floats], *kinds: str) -> dict[str, Floats]:
    """Return the conditions of some kinds, in the order given."""
    return {name: x for name, x in shadow.items() if name.split(":")[0] in kinds}


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the tornado of shadow values."""
    from experiments.figures import source, style, tornado

    with style.look():
        return tornado.draw(source.read(run_dir, case, config))
