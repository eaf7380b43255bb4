"""Is there any text that every required signer prefers to fighting on, and how sure are we?

Every world is solved, none is negotiated. Its *sign* is proven by the exact solver: a text that
everybody signs, or an integer bound below zero for every level and every set of signers. The
*size* of the range is solved in the first worlds. The same with conditions lifted: red lines,
implications, other readings of whose consent is needed (0b e). A range that is open stays open
when a condition is lifted, so that only closed ones are asked again.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.columns import Column, drawn_columns
from experiments.config import Config
from experiments.ensembles import basis
from experiments.findings import (
    MONTHS,
    SHARE,
    Findings,
    column,
    draws,
    exactly,
    filled,
    finding,
    middle,
    months,
    not_built,
)
from experiments.ranges import BoxRange, median, over_thirds, sampling, share
from experiments.switches import settings_of
from experiments.worker import drawn
from sim.case import Case
from sim.conditions import binding_names
from sim.ensemble import consent_needs
from sim.posterior import ensemble_of
from sim.terms import Terms, terms_of
from sim.worth import Table
from sim.zopa import exists, zopa

FIRST = ("pr_zopa", "median_zopa_months", "closed_per_million")
"""The findings that come first."""

BOXED = False
"""The box negotiates; here nobody does."""

READINGS = ("options", "issues", "none")
"""Whose consent is needed, beside the reading of the run."""

LIFTED = {
    "nored": "no red line",
    "nolaw": "no law or stated condition",
    **{f"consent_{name}": f"consent read as {name}" for name in READINGS},
    "free": "none of these conditions",
}
"""What is lifted, in the words of the findings."""

SIZED = ("nored", "nolaw", "free")
"""Of these the size is solved too."""


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns of a world: signs, their proof, sizes, draws of the sized worlds."""
    flag, real, text = pa.bool_(), pa.float64(), pa.string()
    size = "own war-months; null where only the sign was solved"
    return {
        "world": (pa.int64(), "number from 0"),
        "exists": (flag, "true when some text is signed by all"),
        **{f"exists_{name}": (flag, f"the same with {words}") for name, words in LIFTED.items()},
        "proven": (flag, "true when every sign is proven"),
        "binding": (text, "condition;... that alone keep the range closed; empty if it is open"),
        "zopa_months": (real, size),
        **{f"zopa_{name}_months": (real, size) for name in SIZED},
        **drawn_columns(case),
    }


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    ensemble = ensemble_of(case, settings_of(config, case), config.seed)
    needs = {name: consent_needs(case, name) for name in READINGS}
    fewer = fewer_asked(ensemble.table, needs)
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    for i in range(first, last):
        world = ensemble.world(i)
        terms = terms_of(world, ensemble.table)
        row = _signs(terms, needs, fewer)
        row |= {"world": i, "binding": ""}
        if not row["exists"]:
            row["binding"] = binding_names(terms, case)
        if i < config.possible.maximum:
            row |= _sizes(terms, needs) | drawn(ensemble, i, world)
        for name, cells in rows.items():
            cells.append(row.get(name))
    return rows


def lift(terms: Terms, what: str, needs: dict[str, np.ndarray]) -> Terms:
    """Return the terms with conditions lifted; ``needs`` are the readings of consent (J, K, P)."""
    stakes, table, law = terms.stakes, terms.table, terms.law
    if what in ("nored", "free"):
        stakes = stakes._replace(red=np.zeros_like(stakes.red))
    if what in ("nolaw", "free"):
        law = False
    reading = "none" if what == "free" else what.removeprefix("consent_")
    if reading in needs:
        table = table._replace(needs=needs[reading])
    return Terms(stakes, table, law)


def fewer_asked(table: Table, needs: dict[str, np.ndarray]) -> dict[str, bool]:
    """Say of which variants it is sure that nobody more is asked: an open range stays open."""
    return {
        name: name in ("nored", "nolaw")
        or bool((needs[name.removeprefix("consent_").replace("free", "none")] <= table.needs).all())
        for name in LIFTED
    }


def _signs(terms: Terms, needs: dict[str, np.ndarray], fewer: dict[str, bool]) -> dict[str, Any]:
    """Say whether the range is open, as it stands and with conditions lifted."""
    found = exists(terms.stakes, terms.table)
    row: dict[str, Any] = {"exists": found.exists, "proven": found.proven}
    for name in LIFTED:
        if found.exists and fewer[name]:
            row[f"exists_{name}"] = True
            continue
        lifted = lift(terms, name, needs)
        answer = exists(lifted.stakes, lifted.table, law=lifted.law)
        row[f"exists_{name}"] = answer.exists
        row["proven"] = row["proven"] and answer.proven
    return row


def _sizes(terms: Terms, needs: dict[str, np.ndarray]) -> dict[str, float]:
    """Return the size of the range in own war-months, as it stands and with conditions lifted."""
    asked = {"zopa_months": terms} | {
        f"zopa_{name}_months": lift(terms, name, needs) for name in SIZED
    }
    return {
        name: zopa(t.stakes, t.table, law=t.law, unit="months").value for name, t in asked.items()
    }


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return how often the range is open, how large it is, and what lifting conditions does."""
    is_open = column(worlds, "exists")
    unproven = len(worlds) - int(column(worlds, "proven").sum())
    found = _open(worlds, is_open, basis(config, case)) | _size(worlds)
    for name, words in LIFTED.items():
        lifted = sampling(column(worlds, f"exists_{name}"), share)
        sentence = f"With {words}: open in {rare(lifted.value)} of worlds ({lifted.words(rare)})."
        found[f"pr_zopa_{name}"] = finding(lifted, SHARE, sentence)
    found["share_unproven"] = finding(
        exactly(unproven / len(worlds), len(worlds)), "share",
        f"In {unproven} of {len(worlds)} worlds some sign is not proven.",
    )  # fmt: skip
    for entry in found.values():
        entry["n_unproven"] = unproven
    return found


def rare(x: float) -> str:
    """Write a share to the last world that differs.

    >>> [rare(x) for x in (1.0, 0.99987, 0.5, 0.0)]
    ['100 %', '99.987 %', '50 %', '0 %']
    """
    return f"{100 * x:.6g} %"


def _open(worlds: pa.Table, is_open: np.ndarray, rests_on: str) -> Findings:
    """Answer the question, and count the worlds in which the answer is no."""
    value, closed = sampling(is_open, share), int((is_open == 0).sum())
    names = Counter(
        name for said in worlds["binding"].to_pylist() if said for name in said.split(";")
    )
    most = ", ".join(f"{name} ({count})" for name, count in names.most_common(3))
    per_million = sampling(1 - is_open, share)
    scaled = [None if x is None else 1e6 * x for x in (per_million.low, per_million.high)]
    return {
        "pr_zopa": finding(
            value,
            SHARE,
            f"Acceptable: in {rare(value.value)} of {value.n} worlds some text is better than "
            f"fighting on for every signer ({value.words(rare)}), conditional on the model "
            f"({rests_on}); that anybody finds it is another question.",
        ),
        "closed_per_million": finding(
            exactly(1e6 * per_million.value, len(worlds)),
            "worlds per million",
            f"No such text: {closed} of {value.n} worlds"
            + (f"; one condition lifted opens it, most often {most}." if most else "."),
        )
        | {"low": scaled[0], "high": scaled[1]},
    }


def _size(worlds: pa.Table) -> Findings:
    """Say how large the range is where it was solved, as it stands and with conditions lifted."""
    sized = worlds.filter(pc.is_valid(worlds["zopa_months"]))
    names = ("median_zopa_months", *(f"median_zopa_{name}_months" for name in SIZED))
    if not len(sized):
        return {name: not_built("The size of the range was not solved.") for name in names}
    gain, spread = column(sized, "zopa_months"), middle(column(sized, "zopa_months"))
    value = over_thirds(gain, draws(sized), median)
    found = {
        "median_zopa_months": finding(
            value,
            MONTHS,
            f"What the best text gives its worst-off signer: {months(value.value)} own war-months "
            f"(median of {value.n} worlds; {value.words(months)}); 90 % of worlds: "
            f"{months(spread.low)} to {months(spread.high)}.",
        )
    }
    for name in SIZED:
        other = sampling(filled(sized, f"zopa_{name}_months"), median)
        sentence = f"With {LIFTED[name]}: {months(other.value)} own war-months (median)."
        found[f"median_zopa_{name}_months"] = finding(other, MONTHS, sentence)
    return found


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the size of the range over worlds, as it stands and with conditions lifted."""
    from experiments.figures import possible, source, style

    with style.look():
        return possible.draw(source.read(run_dir, case, config))
