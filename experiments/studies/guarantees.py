"""Guarantees: how strong must they be for either side to accept one text?

The options that carry enforcement points are free, the rest of the text stays. For every strength E
each belligerent picks the package it likes best, and one is picked for the less content of the two;
under each of the three readings of what a guarantee is worth (theory 0b g). Beside it the rest of
the text is not the document's but chosen too, exactly, with some points held: is there any text of
strength E that both sign? Law, stated conditions and the consent of others are set aside: the
question is what the two that fight would accept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments import held
from experiments.columns import Column
from experiments.config import Config
from experiments.findings import (
    SHARE,
    Finding,
    Findings,
    exactly,
    finding,
    left_out,
    middle,
    percent,
    unsettled,
)
from experiments.ranges import BoxRange, Floats, Range, sampling, share
from experiments.referendum import Referendum, referendums
from experiments.switches import settings_of
from sim.case import Case
from sim.commitment import READINGS
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.errors import BadInput, Fault, FaultList, nearest
from sim.guarantees import best_packages, texts_of_strength
from sim.posterior import ensemble_of
from sim.standing import utility_of
from sim.world import World
from sim.worth import MICRO, Bools, Ints, crosses_red_line, surplus

BOTH = "both_sides"
"""Who picks the package that serves the less content of the two."""
OPTIMISED = "rest_optimised"
"""The solver, who picks every point that is not held."""
FIRST = tuple(f"reading_{name}" for name in READINGS)
"""The findings that come first."""
BOXED = False
"""Every range of rho0 and kE is in the figure itself."""

WORDS = {
    "intrinsic": "for themselves only",
    "hazard": "for the lower risk of renewed war only",
    "both": "for both",
}
"""What guarantees are worth, in words."""


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns: one row per world, reading, chooser and enforcement level."""
    real, text, whole = pa.float64(), pa.string(), pa.int64()
    found: dict[str, Column] = {
        "world": (whole, "number from 0"),
        "reading": (text, "what a guarantee is worth"),
        "chooser": (text, f"a belligerent, {BOTH} or {OPTIMISED}"),
        "level": (whole, "enforcement points E"),
        "text": (text, "issue=option;...; null where every package is refused"),
        "draw_delta": (real, "per month"),
        "draw_rho0": (real, "per month"),
        "proven": (pa.bool_(), "false where the solver left open whether there is a text"),
    }
    for side in sides(case):
        found |= {
            f"surplus_{side}_util": (real, "util"),
            f"red_{side}": (pa.bool_(), "true where the text crosses a red line"),
            f"gain_{side}_util": (real, "util, u - W"),
            f"shift_{side}_util": (real, "util, Delta"),
            f"kE_{side}": (real, "per point, as the party believes"),
        }
    return found


def sides(case: Case) -> list[str]:
    """Return the belligerents, in the case's order."""
    return [case.parties[p] for p in case.belligerents]


def units(case: Case, config: Config) -> int:
    """Return how many worlds there are; raise what is wrong with the document and what is held."""
    subject(case, config)
    held_points(case, config)
    return config.worlds


def subject(case: Case, config: Config) -> str:
    """Return the id of the document asked about: the study's, or the case's opening text."""
    name = config.study.text or case.opening_text
    if name not in case.document_ids:
        near = nearest(name, case.document_ids)
        raise BadInput(Fault("study.text", name, ", ".join(case.document_ids), near))
    return name


def fixed_text(case: Case, config: Config) -> Ints:
    """Return the document as a text; a point it leaves open is read as silence."""
    text = text_of(case, subject(case, config)).text
    return np.ascontiguousarray(np.where(text < 0, case.priors.treaty_default, text))


def held_points(case: Case, config: Config) -> dict[int, int]:
    """Return the points held where the rest is chosen too, {issue: option}.

    Raises
    ------
    BadInput
        With every issue and option the case does not have.
    """
    faults = FaultList()
    found = held.held_points(case, "guarantees.held", config.guarantees.held, faults)
    faults.raise_if_any()
    return found


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Return the rows of worlds ``first`` .. ``last - 1``."""
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    text, settings = fixed_text(case, config), settings_of(config, case)
    fixed = held_points(case, config)
    ensembles = {
        reading: ensemble_of(case, replace(settings, enforcement_value=reading), config.seed)
        for reading in READINGS
    }
    for i in range(first, last):
        for reading, ensemble in ensembles.items():
            for row in chain(_rows(ensemble, i, text), _free_rows(ensemble, i, fixed)):
                for name, column in rows.items():
                    column.append(reading if name == "reading" else row[name])
    return rows


def _rows(ensemble: Ensemble, i: int, text: Ints) -> Iterator[dict[str, Any]]:
    """Yield one row per chooser and level of one world."""
    case, world = ensemble.case, ensemble.world(i)
    one, two = case.belligerents
    found = best_packages(world, ensemble.table, (one, two), text)
    drawn = {"world": i, "draw_delta": world.delta}
    drawn["draw_rho0"] = ensemble.number(i, ensemble.prior.rows.rho0)
    for c, chooser in enumerate((*sides(case), BOTH)):
        for level, package in enumerate(found[c]):
            row = {**drawn, "chooser": chooser, "level": level, "text": None, "proven": True}
            there = package[0] >= 0
            if there:
                row["text"] = case.agenda.codes(package)
            for p in case.belligerents:
                row |= _side(ensemble, i, world, package if there else None, level, p)
            yield row


def _free_rows(ensemble: Ensemble, i: int, fixed: dict[int, int]) -> Iterator[dict[str, Any]]:
    """Yield one row per level: some text of that strength which both sides sign, or none."""
    case, world = ensemble.case, ensemble.world(i)
    drawn = {"world": i, "draw_delta": world.delta}
    drawn["draw_rho0"] = ensemble.number(i, ensemble.prior.rows.rho0)
    for level, (text, proven) in enumerate(texts_of_strength(world, ensemble.table, fixed)):
        row = {**drawn, "chooser": OPTIMISED, "level": level, "proven": proven}
        row["text"] = None if text is None else case.agenda.codes(text)
        for p in case.belligerents:
            row |= _side(ensemble, i, world, text, level, p)
        yield row


def _side(
    ensemble: Ensemble, i: int, world: World, text: Ints | None, level: int, p: int
) -> dict[str, Any]:
    """Return what one belligerent makes of a text; nulls where there is none."""
    side, prior, table = ensemble.case.parties[p], ensemble.prior, ensemble.table
    row: dict[str, Any] = {f"kE_{side}": ensemble.number(i, prior.rows.k_e[p])}
    parts = (f"surplus_{side}_util", f"red_{side}", f"gain_{side}_util", f"shift_{side}_util")
    if text is None:
        return row | dict.fromkeys(parts)
    worth = surplus(text, world.coef[p], world.base[p], world.link[p], table.links, level)
    points = float(prior.power_shift[np.arange(len(text)), text].sum())
    values = (
        float(worth) / MICRO,
        crosses_red_line(text, world.red[p]),
        utility_of(ensemble, world, text, p) - float(world.reserve[p]),
        ensemble.number(i, prior.rows.omega[p]) * points,
    )
    return row | dict(zip(parts, values, strict=True))


@dataclass(frozen=True)
class Answers:
    """One reading and one chooser: arrays (W, L), or (W, 1) for what a world drew.

    ``gain``, ``shift``, ``signs`` and ``red`` hold one array per side, in the case's order; nan and
    False where every package is refused. Of all worlds, ``unproven`` are left out because the
    solver left a level open.
    """

    delta: Floats
    rho0: Floats
    k_e: tuple[Floats, ...]
    gain: tuple[Floats, ...]
    shift: tuple[Floats, ...]
    signs: tuple[Bools, ...]
    red: tuple[Bools, ...]
    unproven: int

    @property
    def together(self) -> Bools:
        """Where both sides sign, (W, L)."""
        both: Bools = self.signs[0] & self.signs[1]
        return both

    def accepts_at(self, s: int, rho0: float, k_e: float) -> Bools:
        """Say where side ``s`` accepts with rho0 and kE held at a value everywhere (2.3)."""
        levels = np.arange(self.gain[s].shape[1])
        rho = rho0 * np.exp(-k_e * levels)
        with np.errstate(invalid="ignore"):
            form = (1 - self.delta) * self.gain[s] + self.delta * rho * self.shift[s] >= 0
        return form & ~self.red[s]


def answers(worlds: pa.Table, case: Case, reading: str, chooser: str) -> Answers:
    """Return the answers under one reading to the packages of one chooser."""
    names = sides(case)
    is_here = pc.and_(pc.equal(worlds["reading"], reading), pc.equal(worlds["chooser"], chooser))
    part = worlds.filter(is_here)
    levels = len(set(part["level"].to_pylist()))
    left = pc.unique(part.filter(pc.invert(part["proven"]))["world"])
    part = part.filter(pc.invert(pc.is_in(part["world"], left)))

    def grid(name: str) -> Floats:
        cells = [np.nan if x is None else float(x) for x in part[name].to_pylist()]
        return np.array(cells).reshape(-1, levels)

    red = tuple(grid(f"red_{s}") == 1 for s in names)
    signs = tuple(grid(f"surplus_{s}_util") >= 0 for s in names)
    return Answers(
        grid("draw_delta")[:, :1],
        grid("draw_rho0")[:, :1],
        tuple(grid(f"kE_{s}")[:, :1] for s in names),
        tuple(grid(f"gain_{s}_util") for s in names),
        tuple(grid(f"shift_{s}_util") for s in names),
        tuple(yes & ~no for yes, no in zip(signs, red, strict=True)),
        red,
        len(left),
    )


def findings(
    worlds: pa.Table, rounds: pa.Table | None, case: Case, config: Config, box: dict[str, BoxRange]
) -> Findings:
    """Return what strength each side asks for or bears, under every reading."""
    found: Findings = {}
    for reading in READINGS:
        found |= _of_reading(worlds, case, config, reading)
    for s, side in enumerate(sides(case)):
        found[f"prefers_weak_{side}"] = _prefers_weak(worlds, case, s)
    for vote in referendums(case, fixed_text(case, config)):
        found |= _referendum(vote, subject(case, config))
    return found


def _referendum(vote: Referendum, document: str) -> Findings:
    """Say what share of a polled public accepts the text without guarantees and with the best."""
    shares, chances, found = vote.shares(), vote.chances(), {}
    best = int(shares.mean(axis=0).argmax())
    for label, n in (("none", 0), ("best", best)):
        spread = middle(shares[:, n])
        value = Range(float(shares[:, n].mean()), spread.low, spread.high, n=len(shares))
        found[f"public_{vote.party}_{label}"] = finding(
            value,
            "share of the public",
            f"Of the public of {title(vote.party)}, as the polls teach it, {percent(value.value)} "
            f"accept {document} with the package of E = {vote.levels[n]} it likes best (mean; 90 % "
            f"of draws {percent(spread.low)} to {percent(spread.high)}); a referendum passes with "
            f"a chance of {percent(float(chances[:, n].mean()))}.",
        )
    return found


def _of_reading(worlds: pa.Table, case: Case, config: Config, reading: str) -> Findings:
    """Return the shares at both ends and at the best strength, for either side and for both."""
    found, said = {}, []
    for s, side in enumerate(sides(case)):
        signs = answers(worlds, case, reading, side).signs[s]
        found |= _shares(signs, f"{side}_{reading}", f"{title(side)} accepts")
        said.append(f"{title(side)} {told(signs)}")
    together = answers(worlds, case, reading, BOTH).together
    found |= _shares(together, f"{BOTH}_{reading}", "One package suits both sides")
    found[f"optimised_{reading}"] = _optimised(worlds, case, config, reading)
    best = int(together.mean(axis=0).argmax())
    sentence = (
        f"Guarantees valued {WORDS[reading]}, added to {subject(case, config)}: accepted by "
        f"{'; by '.join(said)}; one package suits both sides in at most "
        f"{percent(together.mean(axis=0)[best])} of worlds (E = {best})."
    )
    top = sampling(together[:, best].astype(float), share)
    return {f"reading_{reading}": finding(top, SHARE, sentence)} | found


def _optimised(worlds: pa.Table, case: Case, config: Config, reading: str) -> Finding:
    """Say how often a text of each strength suits both sides when the rest is chosen too."""
    found = answers(worlds, case, reading, OPTIMISED)
    together = found.together
    fixed = ", ".join(f"{issue}={option}" for issue, option in config.guarantees.held.items())
    with_it = f"With {fixed} and every" if fixed else "With every"
    asked = f"{with_it} other point chosen freely, guarantees valued {WORDS[reading]}"
    if not len(together):
        return unsettled(f"{asked}: whether both sides sign some text", found.unproven)
    best = sampling(together.any(axis=1).astype(float), share)
    sentence = (
        f"{asked}: both sides sign some text {told(together)}; of some strength or other in "
        f"{percent(best.value)}{left_out(found.unproven)}."
    )
    return finding(best, SHARE, sentence) | {"n_unproven": found.unproven}


def told(signs: Bools) -> str:
    """Say the shares without guarantees, at the middle and in full, and where half accept.

    >>> told(np.array([[False, True, True], [False, False, True]]))
    'in 0 % of worlds at E = 0, 50 % at 1, 100 % at 2 (half of them from 1 on)'
    """
    shares, last = signs.mean(axis=0), signs.shape[1] - 1
    half = np.flatnonzero(shares >= 0.5)
    where = "never half of them"
    if len(half):
        where = f"half of them from {half[0]} on"
        if half[-1] < last:
            where = f"half of them from {half[0]} to {half[-1]}"
    parts = [f"{percent(shares[e])} at {e}" for e in (last // 2, last)]
    return f"in {percent(shares[0])} of worlds at E = 0, {', '.join(parts)} ({where})"


def _shares(signs: Bools, name: str, words: str) -> Findings:
    """Return the share that accepts at no, middle and full strength."""
    last, found = signs.shape[1] - 1, {}
    for label, e in (("none", 0), ("middle", last // 2), ("full", last)):
        value = sampling(signs[:, e].astype(float), share)
        reading = name.rpartition("_")[2]
        sentence = (
            f"{words} at E = {e}, guarantees valued {WORDS[reading]}: {percent(value.value)} of "
            f"worlds ({value.words(percent)})."
        )
        found[f"pr_{name}_{label}"] = finding(value, SHARE, sentence)
    return found


def _prefers_weak(worlds: pa.Table, case: Case, s: int) -> Finding:
    """Say how often a side gains from a likelier break: Delta > u - W, u held (corollary b)."""
    side = sides(case)[s]
    here = answers(worlds, case, "hazard", side)
    e = here.gain[s].shape[1] // 2
    known = ~np.isnan(here.gain[s][:, e])
    weak = (here.shift[s][:, e] > here.gain[s][:, e])[known]
    if not len(weak):
        return finding(exactly(0.0, 0), SHARE, f"{title(side)} refuses every package.")
    value = sampling(weak.astype(float), share)
    sentence = (
        f"With what it gets held fixed, {title(side)} is better off with a deal easier to break in "
        f"{percent(value.value)} of worlds ({value.words(percent)})."
    )
    return finding(value, SHARE, sentence)


def title(party: str) -> str:
    """Return a party's name as it is written in a sentence."""
    return party.upper() if len(party) <= 3 else party.replace("_", " ").title()


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the iso-acceptance maps of either side, the polled public's, and the rest chosen too."""
    from experiments.figures import guarantees, referendum, source, style

    run = source.read(run_dir, case, config)
    with style.look():
        return guarantees.draw(run) + referendum.draw(run)
