"""Which party, point, red line, consent or implication narrows the range, and what would open it?

Every world is solved, none is negotiated. A condition's shadow value is the range without it less
the range with it, in own war-months, exact. Where a range is closed and opens without one
condition, that condition binds. In the first worlds the least change that opens a closed range is
solved too, for every party and instrument apart, and of the documents named the fewest points to
change (:mod:`experiments.openings`). What is asked is what each condition costs, not who is to give
way.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments import opened as what_opens
from experiments.columns import Column
from experiments.config import Config
from experiments.ensembles import basis
from experiments.findings import MONTHS, SHARE, Finding, Findings, finding, months, not_built
from experiments.openings import documents, rows_of
from experiments.ranges import BoxRange, Floats, median, quantile, sampling, share
from experiments.switches import settings_of
from sim.case import Case
from sim.conditions import CONSENT, LAW, PARTY, POINT, RED, shadows
from sim.posterior import ensemble_of
from sim.terms import Terms, terms_of
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
    """Return the columns: a row per world and condition that matters, first one without any.

    Then, in the first worlds, a row per range, party and instrument.
    """
    text, real = pa.string(), pa.float64()
    return {
        "world": (pa.int64(), "number from 0"),
        "kind": (text, f"{' | '.join(WORDS)} or an instrument; empty for the range itself"),
        "condition": (text, "kind:whose:where; empty for the range itself"),
        "kept_months": (real, "own war-months, the range with every condition"),
        "lifted_months": (real, "own war-months, the range without this one"),
        "range": (text, "which range an instrument is to open; null for a condition"),
        "amount": (real, what_opens.UNITS),
        "proven": (pa.bool_(), "false where the question was left open; null for a condition"),
        "second": (real, "own war-months, the carrot for the second belligerent beside the first"),
        "changed": (text, "issue;... of every smallest set of changes, a set after each |"),
    }


def units(case: Case, config: Config) -> int:
    """Return how many worlds there are; raise what is wrong with the documents asked about."""
    documents(case, config.openings.documents)
    return config.worlds


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    settings = settings_of(config, case)
    ensemble = ensemble_of(case, settings, config.seed)
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    for i in range(first, last):
        found = list(_conditions(terms_of(ensemble.world(i), ensemble.table), case))
        if i < config.openings.worlds:
            found += rows_of(case, settings, config.seed, i, config.openings.documents)
        for row in found:
            for name, cells in rows.items():
                cells.append(i if name == "world" else row.get(name))
    return rows


def _conditions(terms: Terms, case: Case) -> Iterator[dict[str, Any]]:
    """Yield the range itself, then every condition that narrows it."""
    kept = zopa(terms.stakes, terms.table, unit="months").value
    yield {"kind": "", "condition": "", "kept_months": kept, "lifted_months": kept}
    for s in shadows(terms, "months"):
        yield {
            "kind": s.condition.kind,
            "condition": s.condition.name(case),
            "kept_months": s.kept,
            "lifted_months": s.lifted,
        }


def values(worlds: pa.Table) -> dict[str, Floats]:
    """Return every condition's shadow value in every world, zeros included, in months.

    Conditions that never matter are not there; those that do come in the order of their mean.
    """
    table = worlds.to_pydict()
    number = {world: n for n, world in enumerate(dict.fromkeys(table["world"]))}
    found: dict[str, Floats] = {}
    wanted = ("world", "kind", "condition", "kept_months", "lifted_months")
    rows = zip(*(table[n] for n in wanted), strict=True)
    for world, kind, name, kept, lifted in rows:
        if kind in WORDS:
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
            opened,
            SHARE,
            f"The range is open in {100 * opened.value:.6g} % of {opened.n} worlds; conditional on "
            f"the model: {basis(config, case)}.",
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
    return found | what_opens.findings(worlds, case, config)


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
    """Draw the tornado of shadow values, and what would open the ranges that are closed."""
    from experiments.figures import openings, source, style, tornado

    run = source.read(run_dir, case, config)
    with style.look():
        drawn = tornado.draw(run)
        return drawn + openings.draw(run) if config.openings.worlds else drawn
