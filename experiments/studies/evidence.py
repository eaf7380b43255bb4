"""Evidence: which statements carry the bargaining range, and which answer would be worth hearing.

Its unit of work is a world solved, not negotiated; each takes one draw of the posterior. Strike a
statement, flip it or add one (``evidence.strike``, ``flip``, ``add``) and the headline moves by
importance reweighting, with the Pareto k that says whether to trust it (:mod:`.trail`).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.calibration import trail as trails
from experiments.calibration.fit import draws_of
from experiments.calibration.forward import VARIANTS
from experiments.calibration.trail import TRUSTED, Headline, Moved, Trail
from experiments.columns import Column
from experiments.config import Config
from experiments.findings import Finding, Findings, column, exactly, finding
from experiments.ranges import BoxRange, Range
from experiments.silence import log_chance_by_draw, weeks_of
from experiments.switches import settings_of
from experiments.worker import ready
from sim.case import Case
from sim.errors import BadInput, Fault, FaultList, nearest
from sim.learned import draw_of
from sim.posterior import HOME, ensemble_of, manifest_of, read_normals
from sim.ripeness import ripe_at_start
from sim.worth import Floats
from sim.zopa import zopa

FIRST = ("mean_zopa_months", "share_learned", "no_agreement", "changed", "row_01", "row_02",
         "row_03", "ask_01")  # fmt: skip
"""The findings that come first."""
BOXED = False
TOLD = 10
"""Rows and questions told, those that move the headline most."""
STANCES = ("rejects", "conditional", "accepts")


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns of a solved world."""
    return {
        "world": (pa.int64(), "number from 0"),
        "draw": (pa.int64(), "draw of the posterior"),
        "zopa_util": (pa.float64(), "util"),
        "zopa_months": (pa.float64(), "own war-months"),
        "ripe_util": (pa.float64(), "util, RIPE at the start; null unless no agreement counts"),
    }


def inputs(config: Config) -> Iterable[Path]:
    """Return the kept draws."""
    place = HOME / f"{config.case_section['name']}.npz"
    return [place] if place.exists() else []


def units(case: Case, config: Config) -> int:
    """Return how many worlds are solved; every fault of the changes asked for comes first.

    Raises
    ------
    BadInput
        If the case has no posterior, or a change names what is not there.
    """
    if manifest_of(HOME, case) is None:
        found = f"no draws from the evidence of {case.name}"
        raise BadInput(Fault("ensemble.kind", found, "a case with a posterior"))
    faults, known = FaultList(), [s.statement_id for s in case.tables.statements]
    for key in ("strike", "flip"):
        for name in getattr(config.evidence, key):
            if name not in known:
                faults.add(f"evidence.{key}", name, "a statement id", nearest(name, known))
    for words in config.evidence.add:
        _answer(case, words, faults)
    faults.raise_if_any()
    return config.worlds


def _answer(case: Case, words: str, faults: FaultList) -> tuple[int, int, int, int] | None:
    """Read ``party:issue=option:stance``; (party, issue, option, status)."""
    party, _, rest = words.partition(":")
    text, _, stance = rest.rpartition(":")
    issue, _, code = text.partition("=")
    issues = case.agenda.issue_ids
    codes = case.agenda.issues[issues.index(issue)].codes if issue in issues else ()
    checks = (("party", party, case.parties), ("issue", issue, issues), ("option", code, codes),
              ("stance", stance, STANCES))  # fmt: skip
    wrong = [c for c in checks if c[1] not in c[2] and not (c[0] == "option" and not codes)]
    for what, found, allowed in wrong:
        faults.add(
            f"evidence.add {what}", found or words, ", ".join(allowed), nearest(found, allowed)
        )
    if wrong:
        return None
    j = issues.index(issue)
    return case.party_index(party), j, codes.index(code), STANCES.index(stance)


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    settings = settings_of(config, case)
    ensemble = ensemble_of(case, settings, config.seed)
    counts = config.ensemble.non_agreement != "off"
    rules = ready(case, settings, config.seed)[1] if counts else None
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    draws = len(ensemble.prior.learned.weight)
    for i in range(first, last):
        world = ensemble.world(i)
        row = {
            "world": i, "draw": draw_of(i, draws),
            "zopa_util": zopa(world, ensemble.table).value,
            "zopa_months": zopa(world, ensemble.table, unit="months").value,
            "ripe_util": ripe_at_start(ensemble, rules, world) if rules else None,
        }  # fmt: skip
        for name, value in row.items():
            rows[name].append(value)
    return rows


def read_trail(case: Case) -> tuple[Trail, Floats]:
    """Return the trail of a case and the numbers of its draws."""
    z, frame = read_normals(HOME, case)
    rule = VARIANTS[str((manifest_of(HOME, case) or {})["rule"])]
    return trails.trail_of(case, draws_of(z, frame), frame, rule), np.arange(len(z))


def headline_of(worlds: pa.Table, draws: int) -> tuple[np.ndarray, Headline]:
    """Return the draws that worlds took and their mean best gain, months, in draw order."""
    drawn, gain = column(worlds, "draw").astype(int), column(worlds, "zopa_months")
    gain = np.where(np.isfinite(gain), gain, 0.0)
    count = np.bincount(drawn, minlength=draws)
    at = np.flatnonzero(count)
    mean = np.bincount(drawn, gain, draws)[at] / count[at]
    spread = np.bincount(drawn, gain**2, draws)[at] / count[at] - mean**2
    within = float(spread.sum() / max(count[at].sum() - len(at), 1) * count[at].mean())
    return at, Headline(mean, np.sqrt(within / count[at]))


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Say the headline, the change asked for, the rows that carry it and what to ask next."""
    trail, every = read_trail(case)
    at, gain = headline_of(worlds, len(every))
    trail = trails.only(trail, at)
    base = float(gain.value.mean())
    half = 1.96 * float(gain.value.std()) / np.sqrt(len(gain.value))
    found: Findings = {
        "mean_zopa_months": finding(
            Range(base, base - half, base + half, n=len(worlds)), "own war-months",
            f"Best gain of the worst-off signer, mean over {len(at)} draws of the posterior: "
            f"{base:+.1f} own war-months.",
        ),
        "changed": _changed(trail, gain, case, config),
        "share_learned": _layers(worlds, gain),
        "no_agreement": _silent(worlds, gain, case, config.ensemble.non_agreement),
    }  # fmt: skip
    for n, (name, struck, flipped) in enumerate(trails.influence(trail, gain)[:TOLD], 1):
        found[f"row_{n:02d}"] = _row(case, name, struck, flipped)
    for n, told in enumerate(trails.what_to_ask(trail, gain.value)[:TOLD], 1):
        r, c, a = (100 * share for share in told.chances)
        found[f"ask_{n:02d}"] = finding(
            exactly(told.worth, len(at)), "own war-months",
            f"Worth hearing: {told.party} on {told.issue} = {told.option} (the model expects "
            f"reject {r:.0f} %, conditional {c:.0f} %, accept {a:.0f} %): it would move the mean "
            f"best gain by {told.worth:.2f} own war-months on average.",
        )  # fmt: skip
    return found


def _layers(worlds: pa.Table, gain: Headline) -> Finding:
    """Say how much of the spread between worlds is due to what the record teaches about."""
    inner = max(float(gain.value.var() - np.square(gain.error).mean()), 0.0)
    outer = float(np.nanvar(column(worlds, "zopa_months")))
    share = inner / outer if outer > 0 else 0.0
    return finding(
        exactly(share, len(worlds)), "share of variance",
        f"Of the spread of the best gain between worlds {100 * share:.0f} % is due to preferences, "
        "on which the record bears (inner band); the rest to patience, the cost of war, hazards "
        "and linkages, on which it does not (outer box).",
    )  # fmt: skip


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
        f"{after.by:+.1f} to {after.value:+.1f} own war-months{_trust(after)}; Pr(zopa) is never "
        "told with it.",
    ) | {"pareto_k": after.k}  # fmt: skip


def _changed(trail: Trail, gain: Headline, case: Case, config: Config) -> Finding:
    """Return the headline after the changes asked for."""
    asked, change = config.evidence, np.zeros(len(gain.value))
    for name in asked.strike:
        change = change + trail.struck(name)
    for name in asked.flip:
        change = change + trail.flipped(name)
    for words in asked.add:
        party, issue, option, status = _answer(case, words, FaultList()) or (0, 0, 0, 0)
        change = change + trail.added(party, issue, option, 0, status)
    after, count = trails.moved(gain, change), len([*asked.strike, *asked.flip, *asked.add])
    said = f"Changes asked for ({count}): {after.value:+.1f} own war-months{_trust(after)}."
    if not count:
        said = (
            "No change to the record was asked for (evidence.strike, evidence.flip, evidence.add)."
        )
    return finding(exactly(after.value, len(gain.value)), "own war-months", said) | {
        "pareto_k": after.k
    }


def _trust(found: Moved) -> str:
    if found.k <= TRUSTED:
        return f" (Pareto k {found.k:.2f})"
    return f" (Pareto k {found.k:.2f}: too far to reweight, refit with experiment=calibrate)"


def _row(case: Case, name: str, struck: Moved, flipped: Moved) -> Finding:
    """Return one statement and what striking or flipping it does."""
    s = next(s for s in case.tables.statements if s.statement_id == name)
    opposite = (
        f"{flipped.by:+.2f}{_trust(flipped)}" if flipped.by else "a condition has no opposite"
    )
    said = (
        f"{name} ({s.speaker}, {s.source_outlet} {s.source_date}: {s.stance} {s.issue} = "
        f"{s.option}): without it {struck.by:+.2f} own war-months, give or take "
        f"{2 * struck.error:.2f}{_trust(struck)}; flipped: {opposite}."
    )
    low, high = struck.by - 2 * struck.error, struck.by + 2 * struck.error
    entry = finding(Range(struck.by, low, high, n=1), "own war-months", said)
    return entry | {"statement_id": name, "pareto_k": struck.k, "flipped": flipped.by}


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the rows that carry the headline."""
    from experiments.figures import evidence as picture

    return picture.draw(run_dir, case, config)
