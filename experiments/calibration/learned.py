"""What a calibration came to: do the chains agree, how far did the record narrow each number."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.calibration.forward import VARIANTS
from experiments.config import Config
from experiments.findings import Finding, Findings, exactly, finding, middle
from experiments.ranges import Range
from experiments.switches import settings_of
from sim.case import Case
from sim.ensemble import posterior_ensemble, prior_ensemble
from sim.latent import Frame, layout, meaning
from sim.posterior import learned_of
from sim.worth import Floats
from sim.zopa import zopa

LEARNED = 0.2
"""Contraction below which a number counts as not learned and is greyed (theory 6.8)."""
SLOW = {
    "ideal": "an ideal may lie on either side of what a party refused: two modes, between which a "
    "chain moves seldom",
    "level": "level and thresholds of a party move together",
    "scatter": "centre, scatter and ideals of a party move together",
    "centre": "centre, scatter and ideals of a party move together",
}
"""Why some numbers mix slowly, by block."""
PRIOR_DRAWS = 2000
HEADLINE_WORLDS = 200


def agreement(z: Floats, frame: Frame, diverged: int) -> Findings:
    """Return split R-hat and effective sample sizes of every number learned; ``z`` (C, S, D)."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    chains = {"r_hat": split_gelman_rubin(z), "ess": effective_sample_size(z)}
    worst, least = float(np.max(chains["r_hat"])), float(np.min(chains["ess"]))
    n = z.shape[0] * z.shape[1]
    name = block_of(int(np.argmax(chains["r_hat"])), frame)
    share = float((chains["r_hat"] < 1.01).mean())
    why = f" ({SLOW[name]})" if name in SLOW else ""
    return {
        "r_hat": finding(
            Range(worst, None, None, n=n), "1",
            f"Largest split R-hat over {z.shape[2]} numbers: {worst:.3f} ({name}); below 1.01 in "
            f"{100 * share:.1f} % of them, {z.shape[0]} chains of {z.shape[1]}{why}.",
        ),
        "ess": finding(
            Range(least, None, None, n=n), "draws",
            f"Smallest effective sample size: {least:.0f} of {n} draws.",
        ),
        "divergences": finding(
            exactly(float(diverged), n), "draws", f"Divergent trajectories: {diverged} of {n}."
        ),
    }  # fmt: skip


def block_of(index: int, frame: Frame) -> str:
    """Return the block a number stands in."""
    for name, mask in layout(frame).items():
        if index < mask.sum():
            return name
        index -= int(mask.sum())
    raise IndexError(index)


def narrowed(z: Floats, frame: Frame) -> dict[str, Floats]:
    """Return contraction, 1 - var posterior / var prior, of what worlds take (theory 6.8).

    ``z`` (S, D); weights on the log scale (P, J), values of middle options (P, J, K) nan where
    there is none, thresholds (P, J), and the numbers of the response.
    """
    rng = np.random.default_rng(0)
    before = _stacked(rng.normal(size=(PRIOR_DRAWS, z.shape[1])), frame)
    after = _stacked(z, frame)
    out = {}
    for name, prior in before.items():
        spread = prior.var(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            out[name] = np.where(spread > 1e-9, 1.0 - after[name].var(axis=0) / spread, np.nan)
    return out


def _stacked(z: Floats, frame: Frame) -> dict[str, Floats]:
    draws = [meaning(row, frame, np) for row in z]
    names = ("value", "threshold", "level", "beta", "xi", "posture", "mention", "holdout")
    found = {name: np.array([getattr(d, name) for d in draws]) for name in names}
    return {"weight": np.log([d.weight for d in draws])} | found


def contraction(z: Floats, frame: Frame) -> Findings:
    """Say how much of each kind of number the record taught."""
    share = narrowed(z.reshape(-1, z.shape[-1]), frame)
    words = {
        "weight": "weights", "value": "values of options", "threshold": "thresholds",
    }  # fmt: skip
    found = {}
    for name, said in words.items():
        known = share[name][~np.isnan(share[name])]
        part = float((known >= LEARNED).mean())
        found[f"{said.split()[0]}_learned"] = finding(
            middle(known) if known.size else exactly(0.0, 0), "share of variance",
            f"Of the variance of {said} the record takes {100 * np.median(known):.0f} % at the "
            f"median; {100 * part:.0f} % of {known.size} lose at least {100 * LEARNED:.0f} % and "
            "count as learned, the others are the analyst's.",
        )  # fmt: skip
    return found


def headlines(case: Case, config: Config, frame: Frame, readings: Mapping[str, Floats]) -> Findings:
    """Say what each reading of the record makes of the bargaining range, beside the prior's."""
    settings, stakes = settings_of(config, case), VARIANTS[config.calibrate.rule].stakes
    found = {
        "reading_prior": _headline("the prior alone", prior_ensemble(case, settings, config.seed))
    }
    for name, z in readings.items():
        picked = z[np.linspace(0, len(z) - 1, min(len(z), 2 * HEADLINE_WORLDS)).astype(int)]
        worlds = posterior_ensemble(case, settings, config.seed, learned_of(picked, frame, stakes))
        found[f"reading_{name}"] = _headline(f"reading: {name.replace('_', ' ')}", worlds)
    return found


def _headline(name: str, ensemble: Any) -> Finding:
    """Return the median best gain of the worst-off signer under one ensemble."""
    n = HEADLINE_WORLDS
    gains = np.array(
        [zopa(ensemble.world(i), ensemble.table, unit="months").value for i in range(n)]
    )
    share = float((gains >= 0).mean())
    return finding(
        middle(gains), "own war-months",
        f"{name[0].upper() + name[1:]}: a text every signer prefers to fighting on in "
        f"{100 * share:.0f} % of {n} worlds, best gain of the worst-off signer "
        f"{np.median(gains):+.1f} own war-months at the median.",
    ) | {"share": share}  # fmt: skip
