"""`tango agreement SECOND`: how far does a second coding of the same material agree with the case?

Units are paired by id: a statement, a document and issue, a verdict. Krippendorff's alpha is
nominal for issue and option, ordinal for stance and strength, confidence left out (theory 5.5;
Hayes & Krippendorff 2007): at 0.80 or more use, from 0.667 report as tentative, below recode.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.compose import composed
from experiments.config import read_config
from experiments.extras import NotInstalled
from experiments.words import check
from sim.beside import second_coding
from sim.case import Case, load_case
from sim.errors import BadInput, Fault, FaultList, nearest
from sim.observed import VERDICTS
from sim.tables import Tables

USE, TENTATIVE = 0.80, 0.667
"""Alpha from which a coding is used, and from which it is reported as tentative."""
RECODED = 0.15
"""Share of the rows that ought to be coded twice (theory 5.5)."""
STANCES = ("rejects", "conditional", "accepts", "demands")
RESAMPLED = 400
ALLOWED = "agreement FOLDER, and case=NAME or case.dir=PATH"
Units = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Column:
    """One column of one table: how its units are named, what was coded, and on which scale."""

    table: str
    name: str
    level: str
    key: Callable[[Any], str]
    code: Callable[[Any], int | str]


def _statement(row: Any) -> str:
    return str(row.statement_id)


def _term(row: Any) -> str:
    return f"{row.document_id}/{row.issue}"


def _verdict(row: Any) -> str:
    return f"{row.party}/{row.date}/{row.document_id}/{row.speaker}"


COLUMNS = (
    Column("statements", "issue", "nominal", _statement, lambda s: s.issue),
    Column("statements", "option", "nominal", _statement, lambda s: f"{s.issue}={s.option}"),
    Column("statements", "stance", "ordinal", _statement, lambda s: STANCES.index(s.stance)),
    Column("statements", "strength", "ordinal", _statement, lambda s: s.strength),
    Column("document_terms", "option", "nominal", _term, lambda t: f"{t.issue}={t.option}"),
    Column(
        "document_verdicts", "verdict", "ordinal", _verdict, lambda v: VERDICTS.index(v.verdict)
    ),
)
"""What is compared; what a second coding does not bring is not."""


@dataclass(frozen=True)
class Agreement:
    """Alpha of one column over the units both coded, with its 95 % interval over units."""

    column: Column
    alpha: float
    low: float
    high: float
    units: int
    of: int

    @property
    def verdict(self) -> str:
        """What the thresholds say."""
        if np.isnan(self.alpha):
            return "not defined: nothing varies"
        if self.alpha >= USE:
            return f"use (at least {USE:.2f})"
        if self.alpha >= TENTATIVE:
            return f"tentative ({TENTATIVE} to {USE:.2f})"
        return f"recode (below {TENTATIVE})"


def answer(words: Sequence[str]) -> int:
    """Answer a command line (without its first word) on stdout; return the exit code."""
    folders, rest = [w for w in words if "=" not in w], [w for w in words if "=" in w]
    if len(folders) != 1:
        raise BadInput(Fault("agreement", f"{len(folders)} folders", ALLOWED))
    check(rest, [], sweep=False)
    config = read_config(composed(rest))
    case = load_case(config.case_section, folder=config.case_folder)
    print(screen(case, compared(case, second_coding(case, Path(folders[0]))), folders[0]))
    return 0


def compared(case: Case, second: Tables) -> list[Agreement]:
    """Return the agreement of every column that the second coding brings.

    Raises
    ------
    BadInput
        If a unit of the second coding is none of the case, or no library for alpha is installed.
    """
    _alpha_of()
    faults, found = FaultList(), []
    for column in COLUMNS:
        ours, theirs = _units(case.tables, column), _units(second, column)
        if column.name in ("issue", "option", "verdict"):
            _check_units(column, ours, second, faults)
        both = [key for key in ours if key in theirs]
        if both:
            pairs = [(ours[key], theirs[key]) for key in both]
            found.append(_agreement(column, pairs, len(ours)))
    faults.raise_if_any()
    return found


def _units(tables: Tables, column: Column) -> dict[str, int | str]:
    return {column.key(row): column.code(row) for row in getattr(tables, column.table)}


def _check_units(column: Column, ours: Units, second: Tables, faults: FaultList) -> None:
    """Add a fault for every unit that the case does not hold, once a table."""
    for row in getattr(second, column.table):
        key = column.key(row)
        place = f"{column.table}.csv:{row.row} | unit"
        if key not in ours and not any(f.place == place for f in faults):
            faults.add(place, key, "a unit of the case", nearest(key, map(str, ours)))


def _agreement(column: Column, pairs: Sequence[tuple[Any, Any]], of: int) -> Agreement:
    """Return alpha over pairs of codes with a bootstrap interval over units."""
    names = sorted({code for pair in pairs for code in pair})
    data = np.array([[names.index(code) for code in pair] for pair in pairs], dtype=float).T
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(pairs), (RESAMPLED, len(pairs)))
    sample = np.array([alpha(data[:, pick], column.level) for pick in picks])
    sample = sample[~np.isnan(sample)]
    low, high = np.quantile(sample, [0.025, 0.975]) if len(sample) else (np.nan, np.nan)
    value = alpha(data, column.level)
    return Agreement(column, value, float(low), float(high), len(pairs), of)


def alpha(data: np.ndarray, level: str) -> float:
    """Return Krippendorff's alpha of codes (coders, units); nan where nothing varies."""
    if len(np.unique(data)) < 2:
        return float("nan")
    return float(_alpha_of()(reliability_data=data, level_of_measurement=level))


def _alpha_of() -> Callable[..., float]:
    """Return the library's function; raise `NotInstalled` without it."""
    try:
        from krippendorff import alpha as of
    except ImportError:
        allowed = "an environment with requirements.lock, or: pip install krippendorff"
        raise NotInstalled(Fault("agreement", "no library for alpha", allowed)) from None
    found: Callable[..., float] = of
    return found


def screen(case: Case, found: Sequence[Agreement], folder: str) -> str:
    """Return the whole answer, one screen of plain text."""
    lines = [
        f"Does {folder} agree with {case.name}? Krippendorff's alpha, 95 % interval over units.",
        f"{'table':<18} {'column':<9} {'scale':<8} {'alpha':>6} {'interval':>15} {'units':>12}  ",
    ]
    for a in found:
        told = "-" if np.isnan(a.alpha) else f"{a.alpha:.3f}"
        spread = "-" if np.isnan(a.low) else f"{a.low:.3f} to {a.high:.3f}"
        lines.append(
            f"{a.column.table:<18} {a.column.name:<9} {a.column.level:<8} {told:>6} {spread:>15} "
            f"{f'{a.units} of {a.of}':>12}  {a.verdict}"
        )
    few = [a for a in found if a.column.name == "stance" and a.units < RECODED * a.of]
    if few:
        need = int(np.ceil(RECODED * few[0].of))
        lines.append(
            f"Fewer than {100 * RECODED:.0f} % of the statements ({need}) are coded twice."
        )
    lines.append("A second coder ought to see neither the first codes nor the model's chances.")
    return "\n".join(lines)
