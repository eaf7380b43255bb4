"""Keep a calibration: in its run folder always, as the posterior of the case if asked to.

Every tenth or so draw of each chain is kept, so that the file stays small and draws hardly depend
on one another; the chances of the forward chain and what other readings came to go into tables
beside it.
"""

import csv
import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments import identity, store
from experiments.calibration import polls, readings
from experiments.calibration.forward import VARIANTS
from experiments.config import Config
from sim.case import Case
from sim.latent import Frame
from sim.posterior import HOME, evidence_sha256, write_posterior
from sim.worth import Floats

KEPT = 800
"""Draws kept of all chains together."""
COLUMNS = ("variant", "block", "statement_id", "reject", "conditional", "accept")


def thinned(chains: Mapping[str, Floats], kept: int = KEPT) -> Floats:
    """Return evenly spaced draws of every chain, chain after chain in turn, (D, n)."""
    each = max(1, kept // len(chains))
    picked = []
    for z in chains.values():
        picked.append(z[np.linspace(0, len(z) - 1, min(each, len(z))).astype(int)])
    return np.array([z for group in zip(*picked, strict=True) for z in group])


def write(
    run_dir: Path,
    worlds: pa.Table,
    chains: Mapping[str, Floats],
    publics: Mapping[str, Floats],
    frame: Frame,
    case: Case,
    config: Config,
) -> None:
    """Write posterior, forward chances and readings into the run folder; keep them if asked to."""
    libraries = {name: identity.version_of(name) for name in ("numpyro", "jax", "numpy")}
    notes: dict[str, Any] = {
        "sampler": "NUTS", "chains": len(chains), "seed": config.seed, "libraries": libraries,
        "warmup": config.calibrate.warmup, "draws_per_chain": config.calibrate.draws,
        "rule": config.calibrate.rule, "stakes": VARIANTS[config.calibrate.rule].stakes,
        "salience": config.calibrate.salience,
        "reading": config.calibrate.reading, "leaders": config.calibrate.leaders,
    }  # fmt: skip
    place = write_posterior(run_dir / "posterior", case, frame, thinned(chains), notes)
    table = forward_place(run_dir / "posterior", case)
    store.write_text(table, forward_text(worlds, case))
    other = readings.place(run_dir / "posterior", case)
    store.write_text(other, readings.written(store.read_json(run_dir / "findings.json"), case))
    kept = [place, place.with_suffix(".json"), table, other]
    if publics:
        asked = polls.write(
            run_dir / "posterior", case, publics, {"seed": config.seed, **libraries}
        )
        kept += [asked, asked.with_suffix(".json")]
    if config.calibrate.keep:
        for file in kept:
            shutil.copyfile(file, HOME / file.name)


def forward_place(folder: Path, case: Case) -> Path:
    """Return where the forward chances of a case are kept."""
    return folder / f"{case.name}_forward.csv"


def forward_text(worlds: pa.Table, case: Case) -> str:
    """Return the forward chances as a table whose first line names the evidence."""
    rows = worlds.filter(pc.equal(worlds["kind"], "forward")).to_pylist()
    out = io.StringIO()
    out.write(f"# evidence {evidence_sha256(case)}\n")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for r in rows:
        chances = [f"{r[name]:.6f}" for name in COLUMNS[3:]]
        table.writerow([r["fit"], r["number"], r["statement_id"], *chances])
    return out.getvalue()


def read_forward(case: Case, folder: Path = HOME) -> dict[str, dict[str, Floats]] | None:
    """Return {variant: {statement: chances (3,)}}, None if none are kept for this evidence."""
    place = forward_place(folder, case)
    if not place.is_file():
        return None
    first, _, rest = place.read_text(encoding="utf-8").partition("\n")
    if first != f"# evidence {evidence_sha256(case)}":
        return None
    found: dict[str, dict[str, Floats]] = {}
    for row in csv.DictReader(io.StringIO(rest)):
        chances = np.array([float(row[name]) for name in COLUMNS[3:]])
        found.setdefault(row["variant"], {})[row["statement_id"]] = chances
    return found
