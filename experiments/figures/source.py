"""What the figures are drawn from: the worlds of a run folder, read once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments import store
from experiments.config import Config
from experiments.figures import style
from experiments.switches import settings_of
from experiments.worker import simulate_chunk
from sim.case import Case
from sim.ensemble import Ensemble
from sim.posterior import ensemble_of
from sim.world import World

DRAWN = 100
"""Worlds drawn again for what a document is worth: enough for a median and 90 %."""


@dataclass(frozen=True)
class Run:
    """A run folder with its case, its configuration and the table of its worlds.

    ``table`` holds every arm; the other members speak of the first.
    """

    folder: Path
    case: Case
    config: Config
    table: pa.Table

    @property
    def figures(self) -> Path:
        """Where pictures go."""
        return self.folder / "figures"

    @cached_property
    def arms(self) -> dict[str, pa.Table]:
        """The worlds of every arm, in order."""
        names = self.table["arm"].unique().to_pylist()
        return {name: self.table.filter(pc.equal(self.table["arm"], name)) for name in names}

    @cached_property
    def worlds(self) -> pa.Table:
        """The worlds of the first arm."""
        return next(iter(self.arms.values()))

    @property
    def numbers(self) -> list[int]:
        """Numbers of the worlds."""
        return [int(i) for i in self.worlds["world"].to_pylist()]

    def title_of(self, document: str) -> str:
        """Return the title of a document of the case."""
        return next(d.title for d in self.case.tables.documents if d.document_id == document)

    def conditions(self, n: int | None = None) -> str:
        """Return the line that says what ``n`` worlds (all of them) are conditional on."""
        return style.conditions(self.case, self.config, len(self.worlds) if n is None else n)

    @cached_property
    def arm_config(self) -> Config:
        """The configuration of the first arm."""
        return next(iter(self.config.arms().values()))

    @cached_property
    def ensemble(self) -> Ensemble:
        """The ensemble of the first arm."""
        settings = settings_of(self.arm_config, self.case)
        return ensemble_of(self.case, settings, self.config.seed)

    @cached_property
    def drawn(self) -> list[World]:
        """The first worlds of the run, drawn again from their addresses."""
        return [self.ensemble.world(i) for i in self.numbers[:DRAWN]]

    def contacts(self, world: int) -> list[dict[str, Any]]:
        """Return the contacts of one world: from its trace, or simulated again."""
        rounds = store.read_table(self.folder / "rounds")
        if rounds is not None:
            arm = next(iter(self.arms))
            here = pc.and_(pc.equal(rounds["arm"], arm), pc.equal(rounds["world"], world))
            return rounds.filter(here).to_pylist()
        settings = settings_of(self.arm_config, self.case)
        _, rows = simulate_chunk(self.case, settings, self.config.seed, world, world + 1, True)
        return [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)]


def read(run_dir: Path, case: Case, config: Config) -> Run:
    """Read the worlds of a run folder.

    Raises
    ------
    FileNotFoundError
        If it holds none.
    """
    table = store.read_table(run_dir / "worlds")
    if table is None:
        raise FileNotFoundError(f"{run_dir / 'worlds'} holds no worlds to draw")
    return Run(run_dir, case, config, table)


def numbers(table: pa.Table, name: str) -> np.ndarray:
    """Return a column as floats; null becomes nan."""
    return np.array([np.nan if x is None else x for x in table[name].to_pylist()], dtype=float)
