"""Studies: what is asked of the worlds. One module per study, found by its name.

A study has two functions, ``findings(worlds, rounds, case, config, box)`` and
``figures(run_dir, case, config)``, and two constants: ``FIRST``, the findings that are told first,
and ``BOXED``, whether its headlines are ranges over the unlearned box.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from experiments.config import Config
from experiments.findings import Findings
from experiments.ranges import BoxRange
from sim.case import Case
from sim.errors import BadInput, Fault, nearest


@dataclass(frozen=True)
class Study:
    """What a study module holds."""

    findings: Callable[[pa.Table, pa.Table | None, Case, Config, dict[str, BoxRange]], Findings]
    figures: Callable[[Path, Case, Config], list[Path]]
    first: tuple[str, ...]
    boxed: bool


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
    return Study(module.findings, module.figures, module.FIRST, module.BOXED)
