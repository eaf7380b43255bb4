"""Baseline: is there a text that both sides prefer to fighting on, and do these talks find it?

The four questions come first and are kept apart: acceptable, worth not waiting for, findable,
durable. The first three are ranges over the unlearned box if the run has one.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from experiments import silence
from experiments.config import Config
from experiments.ensembles import basis
from experiments.findings import (
    MONTHS,
    SHARE,
    Finding,
    Findings,
    column,
    draws,
    exactly,
    filled,
    finding,
    middle,
    months,
    not_built,
    percent,
)
from experiments.headlines import HEADLINES, YEAR_WEEKS, agreed_within
from experiments.ranges import (
    MIN_WORLDS,
    BoxRange,
    Floats,
    Range,
    boxed,
    median,
    over_thirds,
    sampling,
    share,
)
from experiments.story import pairs
from experiments.switches import settings_of
from sim.case import Case
from sim.documents import BrokenRule, broken_by, text_of
from sim.ensemble import negotiation_table
from sim.record import AGREED, end_sentence

FIRST = ("pr_zopa", "median_zopa_months", "pr_ripe", "pr_ripe_w26", "pr_deal_12m", "pr_durable")
"""The findings that come first; the others are told shorter."""

BOXED = True
"""The headlines of this study are ranges over the box."""

STATUS_WORDS = {
    "accept": "acceptable",
    "needs_work": "in need of work",
    "unacceptable": "unacceptable",
}

TOO_EASY = 0.1
"""Share of worlds agreed by the cut-off beyond which the text says: too easily (ours)."""

ARMISTICE = "armistice_outside"

Box = dict[str, BoxRange]


def findings(
    worlds: pa.Table, rounds: pa.Table | None, case: Case, config: Config, box: Box
) -> Findings:
    """Return the findings of a baseline run; ``rounds`` is not needed."""
    unproven = len(worlds) - int(share(column(worlds, "zopa_proven")) * len(worlds) + 0.5)
    found = (
        _possible(worlds, box, basis(config, case)) | _ripe(worlds, box) | _talks(worlds, case, box)
    )
    found["pr_durable"] = not_built("Durable: whether a text would hold is not built yet.")
    found |= _waiting(worlds, case) | _early(worlds, case) | _ends(worlds, case)
    found |= {"pr_zopa_nolaw": _lawless(worlds), "patience": _patience(worlds)}
    found |= _report(worlds, case) | _documents(case, config)
    found |= silence.findings(worlds, case, config.ensemble.non_agreement)
    found["share_unproven"] = finding(
        exactly(unproven / len(worlds), len(worlds)),
        "share",
        f"In {unproven} of {len(worlds)} worlds the bargaining range is not proven.",
    )
    for entry in found.values():
        entry["n_unproven"] = unproven
    return {name: found[name] for name in dict.fromkeys([*FIRST, *found])}


def headline(name: str, worlds: pa.Table, box: Box) -> Range:
    """Return a headline with its range over the box, or over thirds where no box was run."""
    what = HEADLINES[name]
    sample = what.sample({n: worlds[n].to_pylist() for n in worlds.column_names})
    if name in box:
        return boxed(sample, what.statistic, box[name])
    return over_thirds(sample, draws(worlds), what.statistic)


def _possible(worlds: pa.Table, box: Box, rests_on: str) -> Findings:
    """Answer: is there a text that every signer prefers to fighting on?"""
    exists, gain = headline("pr_zopa", worlds, box), headline("median_zopa_months", worlds, box)
    spread = middle(column(worlds, "zopa_months"))
    return {
        "pr_zopa": finding(
            exists,
            SHARE,
            f"Acceptable: in {percent(exists.value)} of {exists.n} worlds some text is better than "
            f"fighting on for every signer ({exists.words(percent)}); conditional on the "
            f"model: {rests_on}.",
        ),
        "median_zopa_months": finding(
            gain,
            MONTHS,
            f"What the best text gives its worst-off signer beyond fighting on, in own war-months: "
            f"{months(gain.value)} (median; {gain.words(months)}); 90 % of worlds: "
            f"{months(spread.low)} to {months(spread.high)}.",
        ),
    }


def _ripe(worlds: pa.Table, box: Box) -> Findings:
    """Answer: is there a text that beats holding out, now and half a year on?"""
    if not len(filled(worlds, "ripe_util")):
        said = "Worth not waiting for: the value of holding out is not built yet."
        return {name: not_built(said) for name in ("pr_ripe", "pr_ripe_w26")}
    now = headline("pr_ripe", worlds, box)
    sentence = (
        f"Worth not waiting for: at the start some text also beats holding out in "
        f"{percent(now.value)} of {now.n} worlds ({now.words(percent)})."
    )
    return {"pr_ripe": finding(now, SHARE, sentence), "pr_ripe_w26": _ripe_later(worlds)}


def _ripe_later(worlds: pa.Table) -> Finding:
    later = filled(worlds, "ripe_w26_util")
    if not len(later):
        return not_built("Half a year on no world's war goes on: nothing to wait for.")
    value = sampling((later >= 0).astype(float), share)
    return finding(
        value,
        SHARE,
        f"Half a year on it does in {percent(value.value)} of the {value.n} worlds whose war then "
        f"still goes on ({value.words(percent)}).",
    )


def _talks(worlds: pa.Table, case: Case, box: Box) -> Findings:
    """Answer: do these talks find it, and how often is an armistice made elsewhere?"""
    year = headline("pr_deal_12m", worlds, box)
    found = {
        "pr_deal_12m": finding(
            year,
            SHARE,
            f"Findable: these talks agree within 12 months in {percent(year.value)} of {year.n} "
            f"worlds ({year.words(percent)}){_beside(worlds, 12)}; no forecast.",
        )
    }
    for n in (6, 24):
        value = sampling(_by(worlds, n), share)
        sentence = f"Agreed within {n} months: {percent(value.value)} ({value.words(percent)})"
        found[f"pr_deal_{n}m"] = finding(value, SHARE, f"{sentence}{_beside(worlds, n)}.")
    return found


def _by(worlds: pa.Table, months_on: int) -> Floats:
    columns = {name: worlds[name].to_pylist() for name in ("end", "week")}
    return agreed_within(YEAR_WEEKS * months_on / 12)(columns)


def _beside(worlds: pa.Table, months_on: int) -> str:
    """Say how often an armistice outside the talks had come about by then (0b f)."""
    outside = np.array(worlds["end"].to_pylist()) == ARMISTICE
    early = outside & (column(worlds, "week") <= YEAR_WEEKS * months_on / 12)
    return f"; armistice outside the mediation: {percent(share(early))}"


def _early(worlds: pa.Table, case: Case) -> Findings:
    """Hold the model's early agreements against the record, which has none by its cut-off."""
    weeks = (case.cutoff - case.start).days / 7.0
    columns = {name: worlds[name].to_pylist() for name in ("end", "week")}
    early = sampling(agreed_within(weeks)(columns), share)
    sentence = (
        f"Agreed by the record's cut-off, {case.cutoff}: {percent(early.value)} "
        f"({early.words(percent)}); in the record nobody had"
    )
    if early.value > TOO_EASY:
        sentence += ". The model agrees too easily; that is said, not tuned away"
    return {"pr_deal_by_cutoff": finding(early, SHARE, f"{sentence}.")}


def _ends(worlds: pa.Table, case: Case) -> Findings:
    end, found = np.array(worlds["end"].to_pylist()), {}
    for name in [AGREED, "no_text", "mediator_left", *(e.end for e in case.priors.endings)]:
        here = sampling((end == name).astype(float), share)
        sentence = f"End: {percent(here.value)} ({here.words(percent)}): {end_sentence(name)}"
        found[f"pr_end_{name}"] = finding(here, SHARE, sentence)
    return found


def _waiting(worlds: pa.Table, case: Case) -> Findings:
    """Say what each belligerent holds out for, in its own war-months (2.4)."""
    found = {}
    for party in (case.parties[p] for p in case.belligerents):
        month = (1.0 - column(worlds, "draw_delta")) * column(worlds, f"draw_cost_{party}")
        held = column(worlds, f"h_{party}_util") / month
        held = held[~np.isnan(held)]
        name = f"median_h_{party}_months"
        if not len(held):
            found[name] = not_built(f"What {party} holds out for is not built yet.")
            continue
        value = middle(held)
        found[name] = finding(
            value,
            MONTHS,
            f"What {party} holds out for beyond fighting on: {value.value:.1f} own war-months "
            f"(median; 90 % of worlds: {value.low:.1f} to {value.high:.1f}).",
        )
    return found


def _lawless(worlds: pa.Table) -> Finding:
    free = sampling((column(worlds, "zopa_nolaw_util") >= 0).astype(float), share)
    sentence = f"Acceptable if no law or stated condition had to be kept: {percent(free.value)}"
    return finding(free, SHARE, f"{sentence} ({free.words(percent)}).")


def _patience(worlds: pa.Table) -> Finding:
    """Say what patience does to the best text's gain, whatever its sign."""
    delta, gain = column(worlds, "draw_delta"), column(worlds, "zopa_util")
    if len(delta) < MIN_WORLDS or delta.min() == delta.max():
        return not_built("Patience was held fixed, or there are too few worlds to compare.")
    cuts = np.quantile(delta, [1 / 3, 2 / 3])
    low, high = median(gain[delta <= cuts[0]]), median(gain[delta >= cuts[1]])
    change = high - low if np.isfinite(high - low) else 0.0
    sentence = (
        f"Patience: the best text's smallest gain is {low:+.3f} util (median) in the least patient "
        f"third of worlds and {high:+.3f} in the most patient."
    )
    return finding(exactly(change, len(worlds)), "util", sentence)


def _report(worlds: pa.Table, case: Case) -> Findings:
    """Count the answers at the contact the case asks to be reported: median and 90 %."""
    day, place = case.report_after
    who = next((party for party in worlds["report_party"].to_pylist() if party), "nobody")
    found = {}
    for name in ("accept", "needs_work", "unacceptable"):
        counts = filled(worlds, f"report_{name}")
        if not len(counts):
            found[f"report_{name}"] = not_built(f"No world was still talking at {place} on {day}.")
            continue
        value = middle(counts)
        found[f"report_{name}"] = finding(
            value,
            "points",
            f"{place}, {day}: {who} calls {value.value:.0f} points {STATUS_WORDS[name]} (90 % of "
            f"the {value.n} worlds still talking: {value.low:.0f} to {value.high:.0f})"
            f"{_which(worlds, name)}.",
        )
    return found


def _which(worlds: pa.Table, name: str) -> str:
    """Name the three points most often given a status at the reported contact."""
    told = [pairs(text) for text in worlds["report_statuses"].to_pylist() if text]
    wanted = name.replace("_", " ")
    counts = Counter(issue for answers in told for issue in answers if answers[issue] == wanted)
    most = [f"{issue} ({percent(count / len(told))})" for issue, count in counts.most_common(3)]
    return f", most often {', '.join(most)}" if most else ""


def _documents(case: Case, config: Config) -> Findings:
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
