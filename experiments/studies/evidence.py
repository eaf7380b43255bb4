"""Evidence: what does the record teach, which statements carry the bargaining range, what to ask?

Its unit of work is a world solved, not negotiated; each takes one draw of the posterior. Strike a
statement, flip it or add one (``evidence.strike``, ``flip``, ``add``; in under a second by ``tango
what-if``) and the headlines move by importance reweighting, with the Pareto k that says whether to
trust it (:mod:`experiments.calibration.trail`). Its report holds what was learned, too.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.calibration import bands, changes, kept
from experiments.calibration import trail as trails
from experiments.calibration.bands import MEASURES
from experiments.calibration.changes import Changes
from experiments.calibration.fit import draws_of
from experiments.calibration.forward import VARIANTS
from experiments.calibration.trail import TRUSTED, Headline, Moved, Trail
from experiments.columns import Column
from experiments.config import Config
from experiments.ensembles import BASIS
from experiments.findings import SHARE, Finding, Findings, column, exactly, finding, percent
from experiments.ranges import BoxRange, Range
from experiments.silence import WINDOWS, log_chance_by_draw, weeks_of
from experiments.switches import settings_of
from experiments.worker import ready
from sim.case import Case
from sim.errors import BadInput, Fault, FaultList
from sim.learned import draw_of
from sim.posterior import HOME, ensemble_of, manifest_of, read_normals
from sim.ripeness import ripe_at_start
from sim.zopa import zopa

FIRST = (
    "pr_zopa", "mean_zopa_months", "pr_ripe", "share_learned", "no_agreement", "changed",
    "row_01", "row_02", "row_03", "row_pr_zopa", "ask_01", "ask_pr_zopa",
)  # fmt: skip
"""The findings that come first."""
BOXED = False
TOLD = 10
"""Rows and questions told, those that move the headline most."""


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns of a solved world."""
    return {
        "world": (pa.int64(), "number from 0"),
        "draw": (pa.int64(), "draw of the posterior"),
        "zopa_util": (pa.float64(), "util"),
        "zopa_months": (pa.float64(), "own war-months"),
        "ripe_util": (pa.float64(), "util, RIPE at the start"),
    }


def inputs(config: Config) -> Iterable[Path]:
    """Return the kept draws."""
    return kept.files(config)


def units(case: Case, config: Config) -> int:
    """Return how many worlds are solved; every fault of the changes asked for comes first.

    Raises
    ------
    BadInput
        If the case has no posterior or it was not asked for, or a change names what is not there.
    """
    kept.need(case)
    if config.ensemble.kind == "prior":  # whose worlds take no draw that could be reweighted
        raise BadInput(Fault("ensemble.kind", "prior", "posterior", "posterior"))
    asked(case, config)
    return config.worlds


def asked(case: Case, config: Config) -> Changes:
    """Return the changes a configuration asks about; raise `BadInput` with every fault."""
    faults = FaultList()
    e = config.evidence
    words = {"strike": e.strike, "flip": e.flip, "add": e.add}
    found = changes.read(case, words, faults, "evidence.")
    faults.raise_if_any()
    return found


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    settings = settings_of(config, case)
    ensemble = ensemble_of(case, settings, config.seed)
    _, rules = ready(case, settings, config.seed)
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    draws = len(ensemble.prior.learned.weight)
    for i in range(first, last):
        world = ensemble.world(i)
        row = {
            "world": i, "draw": draw_of(i, draws),
            "zopa_util": zopa(world, ensemble.table).value,
            "zopa_months": zopa(world, ensemble.table, unit="months").value,
            "ripe_util": ripe_at_start(ensemble, rules, world),
        }  # fmt: skip
        for name, value in row.items():
            rows[name].append(value)
    return rows


def read_trail(case: Case) -> Trail:
    """Return the evidence trail of a case under all its kept draws."""
    z, frame = read_normals(HOME, case)
    rule = VARIANTS[str((manifest_of(HOME, case) or {})["rule"])]
    return trails.trail_of(case, draws_of(z, frame), frame, rule)


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Say the headlines, the change asked for, the rows that carry them and what to ask next."""
    trail = read_trail(case)
    at, measured = bands.by_draw(worlds, len(trail.draws))
    trail, gain = trails.only(trail, at), measured["zopa_months"]
    found = _headlines(worlds, measured) | {
        "changed": _changed(trail, measured, asked(case, config)),
        "share_learned": _layers(worlds, gain),
        "no_agreement": _silent(worlds, gain, case, config.ensemble.non_agreement),
    }
    for n, (name, struck, flipped) in enumerate(trails.influence(trail, gain)[:TOLD], 1):
        share = trails.moved(measured["pr_zopa"], trail.struck(name)).by
        found[f"row_{n:02d}"] = _row(case, trail, name, struck, flipped, share)
    for n, told in enumerate(trails.what_to_ask(trail, gain.value)[:TOLD], 1):
        found[f"ask_{n:02d}"] = _ask(told, trail, measured, case)
    found |= _zopa_moves(trail, measured["pr_zopa"])
    for window in WINDOWS[1:]:
        entry = _silent(worlds, gain, case, window)
        found[f"no_agreement_{window.replace('-', '')}"] = entry | {"quiet": True}
    return {name: found[name] for name in dict.fromkeys([*FIRST, *found]) if name in found}


def _headlines(worlds: pa.Table, measured: dict[str, Headline]) -> Findings:
    """Return every measure over all worlds, with the error its draws leave."""
    found: Findings = {}
    for name, words in MEASURES.items():
        value, is_share = measured[name].value, name.startswith("pr_")
        base, half = float(value.mean()), 1.645 * float(value.std()) / np.sqrt(len(value))
        ends = (base - half, base + half)
        if is_share:
            ends = (max(ends[0], 0.0), min(ends[1], 1.0))
        inside = Range(base, *ends, n=len(worlds))
        told, low, high = (percent(x) if is_share else f"{x:+.1f}" for x in (base, *ends))
        said = (
            f"{words[0].upper() + words[1:]}: {told} ({low} to {high} by the luck of its "
            f"{len(value)} draws)."
        )
        if name == "pr_zopa":
            said = f"{said[:-1]}; conditional on the model: {BASIS['posterior']}."
        unit = SHARE if is_share else "own war-months"
        found["mean_zopa_months" if name == "zopa_months" else name] = finding(inside, unit, said)
    return found


def _layers(worlds: pa.Table, gain: Headline) -> Finding:
    """Say how much of the spread between worlds is due to what the record teaches about."""
    two = bands.layers(worlds, gain)
    (low, high), (least, most) = two.inner, two.outer
    entry = finding(
        exactly(two.share, len(worlds)), "share of variance",
        f"Of the spread of the best gain between worlds {100 * two.share:.0f} % is due to "
        f"preferences, on which the record bears (inner band {low:+.0f} to {high:+.0f}); the rest "
        "to patience, the cost of war, hazards and linkages, on which it does not (outer box "
        f"{least:+.0f} to {most:+.0f} own war-months, 90 %).",
    )  # fmt: skip
    return entry | {"inner": two.inner, "outer": two.outer, "share_of_width": two.width}


def _silent(worlds: pa.Table, gain: Headline, case: Case, window: str) -> Finding:
    """Say what no agreement to date would teach about preferences, as more evidence."""
    if window == "off":
        said = "No agreement to date is not counted as evidence (ensemble.non_agreement=off)."
        return finding(exactly(0.0, len(gain.value)), "own war-months", said) | {"quiet": True}
    ripe = np.nan_to_num(column(worlds, "ripe_util"), neginf=-1.0)
    change = log_chance_by_draw(ripe, column(worlds, "draw").astype(int), weeks_of(window, case))
    after = trails.moved(gain, change)
    return finding(
        exactly(after.by, len(gain.value)), "own war-months",
        f"No agreement since {window} as evidence of the fit: the mean best gain moves by "
        f"{after.by:+.1f} to {after.value:+.1f} own war-months{trust(after)}; Pr(zopa) is never "
        "told with it.",
    ) | {"pareto_k": after.k}  # fmt: skip


def _changed(trail: Trail, measured: dict[str, Headline], wanted: Changes) -> Finding:
    """Return the headlines after the changes asked for."""
    change = changes.change_of(trail, wanted)
    after = {name: trails.moved(headline, change) for name, headline in measured.items()}
    gain = after["zopa_months"]
    said = (
        f"Changes asked for ({len(wanted)}): mean best gain {gain.value:+.1f} own war-months "
        f"({gain.by:+.2f}), acceptable in {percent(after['pr_zopa'].value)}, worth not waiting for "
        f"in {percent(after['pr_ripe'].value)} of worlds{trust(gain)}."
    )
    if not len(wanted):
        said = (
            "No change to the record was asked for (tango what-if strike=ID flip=ID "
            "add=party:issue=option:stance)."
        )
    entry = finding(exactly(gain.value, len(change)), "own war-months", said)
    return entry | {"pareto_k": gain.k, "pr_zopa": after["pr_zopa"].value}


def points(share: float) -> str:
    """Write a change of a share; what rounds to nothing has no sign.

    >>> points(-0.00001), points(0.0123)
    ('+0.00 points', '+1.23 points')
    """
    return f"{round(100 * share, 2) + 0.0:+.2f} points"


def trust(found: Moved) -> str:
    """Return the Pareto k in words, with the offer of a refit where it is too large."""
    if found.k <= TRUSTED:
        return f" (Pareto k {found.k:.2f})"
    return f" (Pareto k {found.k:.2f}: too far to reweight, refit with experiment=calibrate)"


def _row(
    case: Case, trail: Trail, name: str, struck: Moved, flipped: Moved, share: float
) -> Finding:
    """Return one statement and what striking or flipping it does."""
    s = next(s for s in case.tables.statements if s.statement_id == name)
    weight = float(trail.weight[trail.row(name)])
    opposite = f"{flipped.by:+.2f}{trust(flipped)}" if flipped.by else "a condition has no opposite"
    said = (
        f"{name} ({s.speaker}, {s.source_outlet} {s.source_date}: {s.stance} {s.issue} = "
        f"{s.option}, weight {weight:.2f}): without it {struck.by:+.2f} own war-months, give or "
        f"take {2 * struck.error:.2f}{trust(struck)}, Pr(zopa) {points(share)}; flipped: "
        f"{opposite}."
    )
    low, high = struck.by - 2 * struck.error, struck.by + 2 * struck.error
    entry = finding(Range(struck.by, low, high, n=1), "own war-months", said)
    return entry | {
        "statement_id": name, "pareto_k": struck.k, "flipped": flipped.by, "weight": weight,
        "by_pr_zopa": share,
    }  # fmt: skip


def _zopa_moves(trail: Trail, share: Headline) -> Findings:
    """Say which row and which next answer would move Pr(zopa) most, if any can."""
    n, now = len(trail.draws), percent(float(share.value.mean()))
    if not np.ptp(share.value):
        said = f"No row and no answer moves Pr(zopa), {now} in every draw."
        return {"row_pr_zopa": finding(exactly(0.0, n), SHARE, said)}
    name, struck, flipped = trails.influence(trail, share)[0]
    ask = trails.what_to_ask(trail, share.value)[0]
    said = (
        f"Of all rows {name} moves Pr(zopa), {now} as it stands, most surely: {points(struck.by)} "
        f"without it, {points(flipped.by)} flipped."
    )
    heard = (
        f"Of all answers that might come next, {ask.party} on {ask.issue} = {ask.option} would "
        f"move Pr(zopa) most: by {points(ask.worth)[1:]} on average."
    )
    return {
        "row_pr_zopa": finding(exactly(struck.by, n), SHARE, said) | {"statement_id": name},
        "ask_pr_zopa": finding(exactly(ask.worth, n), SHARE, heard),
    }


def _ask(told: trails.Told, trail: Trail, measured: dict[str, Headline], case: Case) -> Finding:
    """Return one answer that might be given next and what hearing it would be worth."""
    r, c, a = (100 * share for share in told.chances)
    issue = case.agenda.issue_index(told.issue)
    where = (case.party_index(told.party), issue, case.agenda.option_index(told.issue, told.option))
    three = trails.three_chances(trail.answered(*where, 0))
    share, _ = trails.expected_move(three, measured["pr_zopa"].value)
    said = (
        f"Worth hearing: {told.party} on {told.issue} = {told.option} (the model expects reject "
        f"{r:.0f} %, conditional {c:.0f} %, accept {a:.0f} %): it would move the mean best gain by "
        f"{told.worth:.2f} own war-months and Pr(zopa) by {points(share)[1:]} on average."
    )
    entry = finding(exactly(told.worth, len(trail.draws)), "own war-months", said)
    return entry | {"by_pr_zopa": share}


def sections(run_dir: Path, case: Case, config: Config) -> str:
    """Return the parts of the report beyond findings and figures."""
    from experiments.pages import learned as page

    return page.sections(run_dir, case, config)


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the rows that carry the headline, what was learned, and the check of fit."""
    from experiments.figures import evidence, learned, predictive
    from experiments.pages.learned import drawn_of

    kept = drawn_of(case)
    drawn = learned.draw_weights(run_dir, kept.draws, kept.frame, kept.shares["weight"], case,
                                 config)  # fmt: skip
    drawn += predictive.draw(run_dir, case, config)
    return drawn + evidence.draw(run_dir, case, config)
