"""Studies: what is asked of the worlds. One module per study, found by its name.

A study has two functions, ``findings(worlds, rounds, case, config, box)`` and
``figures(run_dir, case, config)``, and two constants: ``FIRST``, the findings that are told first,
and ``BOXED``, whether its headlines are ranges over the unlearned box.

Unless it says otherwise every world is negotiated. A study with a unit of work of its own declares

* ``simulate(case, config, first, last)``: rows of units ``first`` .. ``last - 1`` by column, each
  unit depending on its number and the seed only;
* ``columns(case, config)``: those columns, {name: (type, unit)};
* ``units(case, config)``: how many there are (default ``config.worlds``), and ``UNIT``, the word
  for one (default "world");
* ``sections(run_dir, case, config)``: HTML that its report holds beyond findings and pictures;
* ``inputs(config)``: files it reads beside the case, e.g. ``case.later``; they enter the run id.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.columns import Column, round_columns, world_columns
from experiments.config import Config
from experiments.findings import Findings
from experiments.ranges import BoxRange
from sim.case import Case
from sim.errors import BadInput, Fault, nearest

NEGOTIATE = "experiments.worker:simulate"
"""What computes a chunk of a study that has no work of its own."""


@dataclass(frozen=True)
class Study:
    """What a study module holds; ``simulate`` names a function as ``module:function``."""

    findings: Callable[[pa.Table, pa.Table | None, Case, Config, dict[str, BoxRange]], Findings]
    figures: Callable[[Path, Case, Config], list[Path]]
    first: tuple[str, ...]
    boxed: bool
    simulate: str
    columns: Callable[[Case, Config], dict[str, Column]]
    rounds: Callable[[Case], dict[str, Column]]
    units: Callable[[Case, Config], int]
    unit: str
    inputs: Callable[[Config], Iterable[Path]]
    sections: Callable[[Path, Case, Config], str]


def names() -> list[str]:
    """Return every study there is."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Study:
    """Return a study by name.

    Raises
    ------
    BadInput
        If there is no such study.
    """
    if name not in names():
        raise BadInput(Fault("study.module", name, ", ".join(names()), nearest(name, names())))
    module = importlib.import_module(f"{__name__}.{name}")
    return Study(module.findings, module.figures, module.FIRST, module.BOXED, **_work(module))


def _work(module: Any) -> dict[str, Any]:
    """Return what a study does with a unit: work of its own, or negotiate a world."""
    is_own = hasattr(module, "simulate")
    return {
        "simulate": f"{module.__name__}:simulate" if is_own else NEGOTIATE,
        "columns": module.columns if is_own else lambda case, _: world_columns(case),
        "rounds": (lambda _: {}) if is_own else round_columns,
        "units": getattr(module, "units", lambda _, config: config.worlds),
        "unit": getattr(module, "UNIT", "world"),
        "inputs": getattr(module, "inputs", lambda _: ()),
        "sections": getattr(module, "sections", lambda *_: ""),
    }
