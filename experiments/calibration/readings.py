"""Other readings of the record, kept as a table: strict rows, no leaders, each source of salience.

Each needs a fit of its own and so the sampler; ``experiment=calibrate calibrate.keep=true`` keeps
what they came to beside the draws. A table made from other evidence is not read.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.case import Case
from sim.posterior import HOME, evidence_sha256

COLUMNS = ("reading", "pr_zopa", "median", "low", "high", "worlds", "fit")
FIT = {"posterior": "NUTS", "prior": "none"}
OTHERWISE = "normal around the peak"
PREFIX = "reading_"
LATER = "not recomputed here: tango experiment=calibrate calibrate.keep=true"


@dataclass(frozen=True)
class Reading:
    """What one reading makes of the best gain: share of worlds with a text, own war-months."""

    reading: str
    pr_zopa: float
    median: float
    low: float
    high: float
    worlds: int
    fit: str


def place(folder: Path, case: Case) -> Path:
    """Return where the readings of a case are kept."""
    return folder / f"{case.name}_readings.csv"


def written(findings: Mapping[str, Mapping[str, Any]], case: Case) -> str:
    """Return the readings among the findings of a calibration as a table, its evidence on top."""
    out = io.StringIO()
    out.write(f"# evidence {evidence_sha256(case)}, experiment=calibrate\n")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for name, found in findings.items():
        if name.startswith(PREFIX):
            reading = name.removeprefix(PREFIX)
            numbers = (found["share"], found["value"], found["low"], found["high"])
            fit = FIT.get(reading, OTHERWISE)
            rows.writerow([reading, *(f"{x:.4f}" for x in numbers), found["n"], fit])
    return out.getvalue()


def read(case: Case, folder: Path = HOME) -> list[Reading]:
    """Return the kept readings of a case, none if there are none from its evidence."""
    file = place(folder, case)
    if not file.is_file():
        return []
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    if evidence_sha256(case) not in first:
        return []
    return [
        Reading(
            row["reading"], *(float(row[name]) for name in COLUMNS[1:5]), int(row["worlds"]),
            row["fit"],
        )
        for row in csv.DictReader(io.StringIO(rest))
    ]  # fmt: skip
