"""Baseline: is there a text that both sides prefer to fighting on, and do these talks find it?"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.config import Config
from experiments.ranges import (
    MIN_WORLDS,
    PREFIX,
    Floats,
    Range,
    median,
    over_thirds,
    quantile,
    share,
)
from experiments.story import pairs
from experiments.worker import settings_of
from sim.case import Case
from sim.documents import BrokenRule, broken_by, text_of
from sim.ensemble import negotiation_table
from sim.record import AGREED, end_sentence

YEAR_WEEKS = 52
STATUS_WORDS = {
    "accept": "acceptable",
    "needs_work": "in need of work",
    "unacceptable": "unacceptable",
}

TOO_EASY = 0.1
"""Share of worlds agreed by the cut-off beyond which the text says: too easily (ours)."""

CAVEAT = "conditional on the model, whose numbers are priors, not data"


def percent(x: float) -> str:
    """Write a share.

    >>> percent(0.125)
    '12 %'
    """
    return f"{100 * x:.0f} %"


def months(x: float) -> str:
    """Write war-months; a range that no text reaches is said in words."""
    return "no text at all" if x == -np.inf else f"{x:+.1f}"


def column(worlds: pa.Table, name: str) -> Floats:
    """Return a column as floats; null becomes nan."""
    return np.array([np.nan if x is None else x for x in worlds[name].to_pylist()], dtype=float)


def draws(worlds: pa.Table) -> dict[str, Floats]:
    """Return the drawn numbers that no evidence teaches."""
    return {n: column(worlds, n) for n in worlds.column_names if n.startswith(PREFIX)}


def findings(
    worlds: pa.Table, rounds: pa.Table | None, case: Case, config: Config
) -> dict[str, dict[str, Any]]:
    """Return the findings of a baseline run; ``rounds`` is not needed."""
    unproven = len(worlds) - int(share(column(worlds, "zopa_proven")) * len(worlds) + 0.5)
    found = _possible(worlds) | _talks(worlds, case) | _report(worlds, case)
    found["share_unproven"] = finding(
        exactly(unproven / len(worlds), len(worlds)),
        "share",
        f"In {unproven} of {len(worlds)} worlds the bargaining range is not proven.",
    )
    found["pr_ripe"] = not_built("pr_ripe: the value of holding out is not built yet.")
    found["patience"] = _patience(worlds)
    found |= _documents(case, config)
    for entry in found.values():
        entry["n_unproven"] = unproven
    return found


def exactly(value: float, n: int) -> Range:
    """Return a number that no sampling blurs."""
    return Range(value, value, value, n=n)


def finding(value: Range, unit: str, sentence: str) -> dict[str, Any]:
    """Return one entry of findings.json."""
    return {
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "unit": unit,
        "n": value.n,
        "n_unproven": 0,
        "sentence": sentence,
    }


def not_built(sentence: str) -> dict[str, Any]:
    """Return the entry of a finding that a later stage fills."""
    blank = {"value": None, "low": None, "high": None, "unit": None, "n": 0, "n_unproven": 0}
    return blank | {"sentence": sentence}


def _possible(worlds: pa.Table) -> dict[str, dict[str, Any]]:
    """Answer: is there a text that every signer prefers to fighting on?"""
    n, drawn = len(worlds), draws(worlds)
    zopa, free = column(worlds, "zopa_util"), column(worlds, "zopa_nolaw_util")
    exists = over_thirds((zopa >= 0).astype(float), drawn, share)
    lawless = over_thirds((free >= 0).astype(float), drawn, share)
    gain = column(worlds, "zopa_months")
    middle = over_thirds(gain, drawn, median)
    spread = f"{months(quantile(gain, 0.05))} to {months(quantile(gain, 0.95))}"
    return {
        "pr_zopa": finding(
            exists,
            "share of worlds",
            f"A text that every signer prefers to fighting on exists in {percent(exists.value)} "
            f"of {n} worlds ({exists.words(percent)}); {CAVEAT}.",
        ),
        "pr_zopa_nolaw": finding(
            lawless,
            "share of worlds",
            f"If no law or stated condition had to be kept it would exist in "
            f"{percent(lawless.value)} ({lawless.words(percent)}).",
        ),
        "median_zopa_months": finding(
            middle,
            "own war-months",
            f"The best text leaves the worst-off signer {months(middle.value)} own war-months "
            f"beyond fighting on (median; {middle.words(months)}); 90 % of worlds: {spread}.",
        ),
    }


def _patience(worlds: pa.Table) -> dict[str, Any]:
    """Say what patience does to the best text's gain, whatever its sign."""
    delta, gain = column(worlds, "draw_delta"), column(worlds, "zopa_util")
    if len(delta) < MIN_WORLDS or delta.min() == delta.max():
        return not_built("patience: it was held fixed, or there are too few worlds to compare.")
    cuts = np.quantile(delta, [1 / 3, 2 / 3])
    low, high = median(gain[delta <= cuts[0]]), median(gain[delta >= cuts[1]])
    change = high - low if np.isfinite(high - low) else 0.0
    sentence = (
        f"Patience: the best text's smallest gain is {low:+.3f} util (median) in the least patient "
        f"third of worlds and {high:+.3f} in the most patient."
    )
    return finding(exactly(change, len(worlds)), "util", sentence)


def _talks(worlds: pa.Table, case: Case) -> dict[str, dict[str, Any]]:
    """Answer: do these talks end in an agreement, or how else?"""
    n, drawn = len(worlds), draws(worlds)
    end, week = np.array(worlds["end"].to_pylist()), column(worlds, "week")
    found = {"pr_deal_by_cutoff": _too_easy(case, end, week, drawn)}
    early = over_thirds(((end == AGREED) & (week <= YEAR_WEEKS)).astype(float), drawn, share)
    found["pr_deal_12m"] = finding(
        early,
        "share of worlds",
        f"These talks end in an agreement within 12 months in {percent(early.value)} of {n} "
        f"worlds ({early.words(percent)}); no forecast.",
    )
    for name in [AGREED, "no_text", "mediator_left", *(e.end for e in case.priors.endings)]:
        here = over_thirds((end == name).astype(float), drawn, share)
        found[f"pr_end_{name}"] = finding(
            here,
            "share of worlds",
            f"End: {percent(here.value)} ({here.words(percent)}): {end_sentence(name)}",
        )
    return found


def _too_easy(
    case: Case, end: NDArray[np.str_], week: Floats, drawn: dict[str, Floats]
) -> dict[str, Any]:
    """Hold the model's early agreements against the record, which has none by its cut-off."""
    weeks = (case.cutoff - case.start).days / 7.0
    early = over_thirds(((end == AGREED) & (week <= weeks)).astype(float), drawn, share)
    sentence = (
        f"By the record's cut-off on {case.cutoff} the model has agreed in {percent(early.value)} "
        f"of {len(end)} worlds ({early.words(percent)}); the record has no agreement by then."
    )
    if early.value > TOO_EASY:
        sentence += (
            " Not calibrated, and with absent leaders asked by telephone, it agrees too easily; "
            "that is said here, not tuned away."
        )
    return finding(early, "share of worlds", sentence)


def _report(worlds: pa.Table, case: Case) -> dict[str, dict[str, Any]]:
    """Count the answers at the contact the case asks to be reported: median and 90 %."""
    day, place = case.report_after
    who = next((party for party in worlds["report_party"].to_pylist() if party), "nobody")
    found = {}
    for name in ("accept", "needs_work", "unacceptable"):
        counts = column(worlds, f"report_{name}")
        counts = counts[~np.isnan(counts)]
        if not len(counts):
            found[f"report_{name}"] = not_built(f"No world was still talking at {place} on {day}.")
            continue
        low, high = quantile(counts, 0.05), quantile(counts, 0.95)
        value = Range(median(counts), low, high, n=len(counts))
        found[f"report_{name}"] = finding(
            value,
            "points",
            f"{place} on {day}, {len(counts)} of {len(worlds)} worlds still talking: {who} calls "
            f"{value.value:.0f} points {STATUS_WORDS[name]} (90 % of them: {low:.0f} to "
            f"{high:.0f}){_which(worlds, name)}.",
        )
    return found


def _which(worlds: pa.Table, name: str) -> str:
    """Name the three points most often given a status at the reported contact."""
    told = [pairs(text) for text in worlds["report_statuses"].to_pylist() if text]
    wanted = name.replace("_", " ")
    counts = Counter(issue for answers in told for issue in answers if answers[issue] == wanted)
    most = [f"{issue} ({percent(count / len(told))})" for issue, count in counts.most_common(3)]
    return f", most often {', '.join(most)}" if most else ""


def _documents(case: Case, config: Config) -> dict[str, dict[str, Any]]:
    """Count the implications each fully known document breaks as it stands (0b a)."""
    table = negotiation_table(case, settings_of(config, case))
    found = {}
    for document in case.tables.documents:
        text = text_of(case, document.document_id)
        if text.interval or document.document_id in case.background_documents:
            continue
        broken = broken_by(text, case, table)
        value = exactly(len(broken), 1)
        sentence = f"{document.title}: {_broken_words(broken)}."
        found[f"broken_{document.document_id}"] = finding(value, "implications", sentence)
    return found


def _broken_words(broken: list[BrokenRule]) -> str:
    if not broken:
        return "breaks no law or condition as it stands"
    kinds = Counter(b.kind + (" by silence" if b.by_silence else "") for b in broken)
    parts = ", ".join(f"{n} of {kind}" for kind, n in kinds.items())
    return f"breaks {len(broken)} as it stands ({parts}), to be cured before it binds"


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the figures of a baseline run."""
    from experiments.figures import draw_baseline

    return draw_baseline(run_dir, case, config)
