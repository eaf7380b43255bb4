"""Whole texts of a later folder: the terms a party put into a text of its own, and verdicts.

Terms are scored as a choice among the options of their issue, against equal chances; verdicts as
four ordered classes, against the shares of the case's own verdicts.
"""

from collections.abc import Callable

import numpy as np

from experiments.calibration.fit import draws_of
from experiments.calibration.scores import by_row
from experiments.findings import Finding, Findings, finding, not_built
from experiments.ranges import Range
from sim.case import Case
from sim.latent import Frame, Latent
from sim.likelihood import demands, verdict_chances
from sim.observed import VERDICTS, observe
from sim.posterior import HOME, is_calibrated, read_normals
from sim.worth import Floats


def findings(case: Case, after: Case) -> Findings:
    """Score the terms and verdicts of a later folder by the posterior of the case."""
    seen = observe(after, fade=False)
    if not is_calibrated(case):
        blank = not_built("No posterior of this case, so later texts are not scored.")
        return {"terms_log_score_model": blank, "verdicts_log_score_model": blank}
    z, frame = read_normals(HOME, case)
    draws = draws_of(z, frame)
    texts = np.array(["/" in name for name in seen.demand_ids], dtype=np.bool_)
    told = _averaged(draws, lambda draw: np.exp(demands(draw, seen, frame, np)))
    equal = 1.0 / frame.n_options[seen.demand_issue]
    found = {
        "terms_log_score_model": _mean(np.log(told[texts]), "terms of later texts, model"),
        "terms_log_score_uniform": _mean(
            np.log(equal[texts]), "terms of later texts, equal chances"
        ),
    }
    return found | _verdicts(case, after, draws, frame)


def _averaged(draws: list[Latent], of: Callable[[Latent], Floats]) -> Floats:
    total: Floats = sum(of(draw) for draw in draws) / len(draws)  # type: ignore[assignment]
    return total


def _verdicts(case: Case, after: Case, draws: list[Latent], frame: Frame) -> Findings:
    """Score later verdicts on texts."""
    seen, before = observe(after, fade=False), observe(case, fade=False)
    model = _averaged(draws, lambda draw: verdict_chances(draw, seen, frame, np))
    counts = np.bincount(before.verdict_category, minlength=len(VERDICTS)) + 0.5
    shares = np.tile(counts / counts.sum(), (len(seen.verdict_ids), 1))
    found = {}
    for name, chance in {"model": model, "frequency": shares}.items():
        scored = by_row(chance, seen.verdict_category) if len(chance) else {}
        for score in ("log_score", "rps"):
            rows = scored.get(score, np.zeros(0))
            found[f"verdicts_{score}_{name}"] = _mean(rows, f"{score} of later verdicts, {name}")
    return found


def _mean(rows: Floats, what: str) -> Finding:
    """Return a mean over rows with its standard error as range."""
    if not len(rows):
        return not_built(f"{what[0].upper() + what[1:]}: none to score.")
    value, half = float(rows.mean()), float(1.645 * rows.std() / np.sqrt(len(rows)))
    low, high = value - half, value + half
    said = f"Mean score, {what}: {value:.3f} ({low:.3f} to {high:.3f}), {len(rows)} rows."
    return finding(Range(value, low, high, n=len(rows)), "log chance", said)
