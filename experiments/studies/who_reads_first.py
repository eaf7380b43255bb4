"""Two arms, the same worlds and luck: what differs is told as paired differences.

Who reads first asks whether it matters which belligerent the first draft is carried to (theory 3.2
expects a draft to tilt to the side visited last); another preset switches learning off.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import t as student

from experiments.config import Config
from experiments.findings import SHARE, Finding, Findings, column, finding, not_built, percent
from experiments.headlines import YEAR_WEEKS
from experiments.ranges import BoxRange, Floats, Range, sampling, share
from experiments.studies import baseline
from sim.case import Case
from sim.record import AGREED

MIN_PAIRS = 10
COMPARISONS = 3
"""Paired differences told at once: deals, and the agreed text's worth to either side."""


FIRST = (
    "paired_deal_12m",
    "share_text_week_26_differs",
    "pr_zopa",
    "median_zopa_months",
    "pr_ripe",
)
"""The findings that come first."""

DIFFERENT = (("text_week_26", "the text at week 26"), ("end", "how the talks end"))
"""Columns compared world by world, and what they hold."""

BOXED = False
"""Differences between arms are paired by world; no box is run."""


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return each arm's headline and the paired differences between the first two arms."""
    arms = worlds["arm"].unique().to_pylist()
    tables = {arm: worlds.filter(pc.equal(worlds["arm"], arm)) for arm in arms}
    found = _common(tables[arms[0]], case, config)
    for arm in arms:
        deal = baseline.findings(tables[arm], None, case, config, box)["pr_deal_12m"]
        found[f"pr_deal_12m_{arm}"] = deal | {"sentence": f"{arm}: {deal['sentence']}"}
    first, second = tables[arms[0]], tables[arms[1]]
    found["paired_deal_12m"] = _difference(
        _early(first) - _early(second),
        SHARE,
        f"Agreements within 12 months, {arms[0]} less {arms[1]}, same worlds and luck",
    )
    for name, what in DIFFERENT:
        found[f"share_{name}_differs"] = _share_differs(first[name], second[name], what)
    for party in (case.parties[p] for p in case.belligerents):
        found[f"paired_surplus_{party}"] = _surplus_difference(first, second, party, arms)
    return found


def _common(worlds: pa.Table, case: Case, config: Config) -> Findings:
    """Return what does not depend on the order of visits: what is possible at all."""
    every = baseline.findings(worlds, None, case, config, {})
    names = ("pr_zopa", "pr_ripe", "median_zopa_months", "share_unproven")
    return {name: every[name] for name in names}


def _early(worlds: pa.Table) -> Floats:
    agreed = np.array(worlds["end"].to_pylist()) == AGREED
    return (agreed & (column(worlds, "week") <= YEAR_WEEKS)).astype(float)


def _share_differs(one: pa.ChunkedArray, other: pa.ChunkedArray, what: str) -> Finding:
    """Return the share of worlds in which two arms differ in a column."""
    differs = np.array(one.to_pylist()) != np.array(other.to_pylist())
    value = sampling(differs.astype(float), share)
    spread = f"95 %: {percent(value.low)} to {percent(value.high)}"
    sentence = f"Between the arms {what} differs in {percent(value.value)} of worlds ({spread})."
    return finding(value, SHARE, sentence)


def _difference(paired: Floats, unit: str, what: str) -> Finding:
    """Return a mean paired difference; 95 % for all three comparisons together (Bonferroni)."""
    n = len(paired)
    if n < MIN_PAIRS:
        return not_built(f"{what}: {n} pairs are too few to compare.")
    mean = float(paired.mean())
    half = float(student.ppf(1 - 0.025 / COMPARISONS, n - 1) * paired.std(ddof=1) / np.sqrt(n))
    value = Range(mean, mean - half, mean + half, n=n)
    sign = "no difference shown" if mean - half <= 0 <= mean + half else "a difference"
    sentence = f"{what}: {mean:+.3f} {unit} (95 %: {mean - half:+.3f} to {mean + half:+.3f}; "
    return finding(value, unit, f"{sentence}{n} pairs): {sign}.")


def _surplus_difference(first: pa.Table, second: pa.Table, party: str, arms: list[str]) -> Finding:
    """Compare one side's gain where both arms ended in an agreement."""
    name = f"surplus_{party}_util"
    agreed = [np.array(t["end"].to_pylist()) == AGREED for t in (first, second)]
    both = agreed[0] & agreed[1]
    paired = (column(first, name) - column(second, name))[both]
    what = f"Worth of the agreed text to {party}, {arms[0]} less {arms[1]}, where both agree"
    return _difference(paired, "util", what)


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw how the two arms end."""
    from experiments.figures import draw_arms

    return draw_arms(run_dir, case, config)
