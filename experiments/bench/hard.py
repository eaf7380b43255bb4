"""The exact solver on easy and hard worlds, everything switched on, world by world.

Everything: every issue, linkages, law, consent, red lines, fifteen levels of enforcement. A *hard*
world is a drawn one whose parties' constants are all shifted alike, so that its best smallest
surplus lies within 0.003 util of zero: there the sign of the range is not settled by a rough bound.
Told are median and mean CPU milliseconds of a world, and the share of worlds that the search left
to HiGHS, and that stayed open after it.
"""

import time
from collections.abc import Callable
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


def worlds_of(ensemble: Ensemble, count: int) -> list[Stakes]:
    """Return what the solver reads of the first worlds."""
    return [terms_of(ensemble.world(i), ensemble.table).stakes for i in range(count)]


def hardened(stakes: Stakes, table: Table, i: int) -> Stakes:
    """Return the world with its range shifted to within `NEAR` of zero, to either side in turn."""
    best = round(zopa(stakes, table).value * MICRO)
    wanted = int(np.random.default_rng(i).integers(1, NEAR)) * (1 if i % 2 else -1)
    return stakes._replace(base=stakes.base - best + wanted)


def rows(sets: dict[str, list[Stakes]], table: Table, where: str) -> Rows:
    """Return the rows of ``bench.json`` for sets of worlds by name."""
    found: Rows = {}
    asked: dict[str, Callable[[Stakes], bool]] = {
        "sign": lambda s: exists(s, table).proven,
        "maximum": lambda s: zopa(s, table).proven,
    }
    for name, worlds in sets.items():
        for what, ask in asked.items():
            ask(worlds[0])  # compiles, which is not counted
            ms, proven = _each(worlds, ask)
            sign = what == "sign"
            before = np.mean([left_open(s, table, sign=sign) > 0 for s in worlds])
            told = {
                "median": (float(np.median(ms)), "CPU ms a world"),
                "mean": (float(ms.mean()), "CPU ms a world"),
                "open_before_highs": (100 * float(before), "% of worlds"),
                "open_after_highs": (100 * float(1 - proven.mean()), "% of worlds"),
            }
            for label, (value, unit) in told.items():
                found[f"{what}_{name}_{label}"] = {
                    "ours": value, "rival": None, "ratio": None, "unit": unit, "machine": where,
                }  # fmt: skip
    return found


def _each(worlds: list[Stakes], ask: Callable[[Stakes], bool]) -> tuple[Floats, Floats]:
    """Return the CPU milliseconds of every world, and whether its answer is proven."""
    ms, proven = np.zeros(len(worlds)), np.zeros(len(worlds))
    for i, stakes in enumerate(worlds):
        began = time.process_time_ns()
        proven[i] = ask(stakes)
        ms[i] = (time.process_time_ns() - began) / 1e6
    return ms, proven


def table_of(found: Rows, sets: dict[str, list[Stakes]]) -> str:
    """Return the rows as a table, a line per question and set."""
    heads = ("median", "mean", "open_before_highs", "open_after_highs")
    lines = [f"{'':<28}{'worlds':>8}{'median ms':>11}{'mean ms':>10}{'open, %':>10}{'after':>8}"]
    for what in ("sign", "maximum"):
        for name, worlds in sets.items():
            values = [found[f"{what}_{name}_{head}"]["ours"] for head in heads]
            cells = f"{values[0]:>11.2f}{values[1]:>10.2f}{values[2]:>10.2f}{values[3]:>8.2f}"
            lines.append(f"{f'{what}, {name}':<28}{len(worlds):>8}{cells}")
    return "\n".join([*lines, "", NOTES])


def sets_of(ensembles: dict[str, Ensemble], count: int) -> dict[str, list[Stakes]]:
    """Return easy worlds of every ensemble, and as many hard ones made of each."""
    found = {name: worlds_of(ensemble, count) for name, ensemble in ensembles.items()}
    for name, ensemble in ensembles.items():
        easy = enumerate(found[name])
        found[f"hard_{name}"] = [hardened(s, ensemble.table, i) for i, s in easy]
    return found
