"""The exact solver on easy and hard worlds, everything switched on, world by world.

Everything: every issue, linkages, law, consent, red lines, fifteen levels of enforcement. A *hard*
world is a drawn one whose parties' constants are all shifted alike, so that its best smallest
surplus lies within 0.003 util of zero: there the sign of the range is not settled by a rough bound.
Told are median and mean CPU milliseconds of a world, and the share of worlds that the search left
to HiGHS, and that stayed open after it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.ensemble import Ensemble
from sim.proof import Stakes
from sim.terms import terms_of
from sim.worth import MICRO, Floats, Table
from sim.zopa import exists, left_open, zopa

NEAR = 3000
"""Micro-util within which a hard world's range lies of zero."""

Rows = dict[str, dict[str, Any]]

NOTES = """\
Everything on: 29 points in the default case, linkages, law, consent, red lines, levels of
enforcement. Hard: all constants of a world shifted alike so that its range lies within 0.003 util
of zero. CPU ms a world in one process; open: per cent of worlds the search left to HiGHS, and that
HiGHS left open too."""


@dataclass(frozen=True)
class Worlds:
    """The first worlds of an ensemble, as drawn or made hard: drawn anew whenever they are read."""

    ensemble: Ensemble
    count: int
    hard: bool

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Stakes]:
        table = self.ensemble.table
        for i in range(self.count):
            stakes = terms_of(self.ensemble.world(i), table).stakes
            yield hardened(stakes, table, i) if self.hard else stakes


def hardened(stakes: Stakes, table: Table, i: int) -> Stakes:
    """Return the world with its range shifted to within `NEAR` of zero, to either side in turn."""
    best = round(zopa(stakes, table).value * MICRO)
    wanted = int(np.random.default_rng(i).integers(1, NEAR)) * (1 if i % 2 else -1)
    return stakes._replace(base=stakes.base - best + wanted)


def rows(sets: dict[str, Worlds], where: str) -> Rows:
    """Return the rows of ``bench.json`` for sets of worlds by name."""
    found: Rows = {}
    for name, worlds in sets.items():
        for what, told in _measured(worlds).items():
            for label, (value, unit) in told.items():
                found[f"{what}_{name}_{label}"] = {
                    "ours": value, "rival": None, "ratio": None, "unit": unit, "machine": where,
                }  # fmt: skip
    return found


def _measured(worlds: Worlds) -> dict[str, dict[str, tuple[float, str]]]:
    """Ask both questions of every world; return what is told of each."""
    table = worlds.ensemble.table
    asked: dict[str, Callable[[Stakes], bool]] = {
        "sign": lambda s: exists(s, table).proven,
        "maximum": lambda s: zopa(s, table).proven,
    }
    for ask in asked.values():
        ask(next(iter(worlds)))  # compiles, which is not counted
    seen = np.zeros((len(asked), len(worlds), 3))
    for i, stakes in enumerate(worlds):
        for n, (what, ask) in enumerate(asked.items()):
            began = time.process_time_ns()
            proven = ask(stakes)
            ms = (time.process_time_ns() - began) / 1e6
            seen[n, i] = ms, left_open(stakes, table, sign=what == "sign") > 0, not proven
    return {what: _told(*seen[n].T) for n, what in enumerate(asked)}


def _told(ms: Floats, before: Floats, after: Floats) -> dict[str, tuple[float, str]]:
    """Return median and mean time, and the share of worlds open before and after HiGHS."""
    return {
        "median": (float(np.median(ms)), "CPU ms a world"),
        "mean": (float(ms.mean()), "CPU ms a world"),
        "open_before_highs": (100 * float(before.mean()), "% of worlds"),
        "open_after_highs": (100 * float(after.mean()), "% of worlds"),
    }


def table_of(found: Rows, sets: dict[str, Worlds]) -> str:
    """Return the rows as a table, a line per question and set."""
    heads = ("median", "mean", "open_before_highs", "open_after_highs")
    lines = [f"{'':<28}{'worlds':>8}{'median ms':>11}{'mean ms':>10}{'open, %':>10}{'after':>8}"]
    for what in ("sign", "maximum"):
        for name, worlds in sets.items():
            values = [found[f"{what}_{name}_{head}"]["ours"] for head in heads]
            cells = f"{values[0]:>11.2f}{values[1]:>10.2f}{values[2]:>10.3g}{values[3]:>8.3g}"
            lines.append(f"{f'{what}, {name}':<28}{len(worlds):>8}{cells}")
    return "\n".join([*lines, "", NOTES])


def sets_of(ensembles: dict[str, Ensemble], count: int) -> dict[str, Worlds]:
    """Return easy worlds of every ensemble, and as many hard ones made of each."""
    easy = {name: Worlds(ensemble, count, hard=False) for name, ensemble in ensembles.items()}
    return easy | {f"hard_{name}": Worlds(e, count, hard=True) for name, e in ensembles.items()}
