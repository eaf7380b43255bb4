"""What is possible today: the size of the range over worlds, with conditions kept and lifted."""

from pathlib import Path

import numpy as np

from experiments.figures.source import Run, numbers
from experiments.figures.style import Page, percent
from experiments.figures.zopa import WIDTH, bins_of, panel, tallest

PANEL, APART, BELOW = 1.35, 0.75, 0.6
"""Inches: height of a panel, space between panels, space for the axis label."""

KINDS = (
    ("zopa_months", "Every condition is kept"),
    ("zopa_nored_months", "If nobody had a red line"),
    ("zopa_nolaw_months", "If no law or stated condition had to be kept"),
    ("zopa_free_months", "If neither bound, and nobody but the belligerents had to consent"),
)


def draw(run: Run) -> list[Path]:
    """Draw one panel per kind, the same bins in all."""
    body = len(KINDS) * (PANEL + APART) + BELOW - 0.1
    page = Page(_title(run), _caption(run), WIDTH + 0.7, body)
    samples = [_sized(run, name) for name, _ in KINDS]
    bins = bins_of(np.concatenate(samples))
    top = max(tallest(sample, bins) for sample in samples)
    for n, (sample, (_, words)) in enumerate(zip(samples, KINDS, strict=True)):
        ax = page.axes(0.6, BELOW + (len(KINDS) - 1 - n) * (PANEL + APART), WIDTH, PANEL)
        panel(ax, sample, bins, words)
        ax.set_ylim(0, 1.25 * top)
    ax.set_xlabel("Gain of the worst-off signer from the best text, in its own war-months")
    return page.save(run.figures, "possible")


def _sized(run: Run, name: str) -> np.ndarray:
    sample = numbers(run.worlds, name)
    return sample[~np.isnan(sample)]


def _title(run: Run) -> str:
    share = percent(float(numbers(run.worlds, "exists").mean()))
    return f"In {share} of worlds some text beats fighting on for every party that must sign"


def _caption(run: Run) -> str:
    proven, sized = numbers(run.worlds, "proven"), len(_sized(run, "zopa_months"))
    missing = int((proven != 1).sum())
    exact = "proven in every world" if not missing else f"unproven in {missing} worlds"
    return (
        f"Whether such a text exists was solved in {len(run.worlds)} worlds ({exact}), the size of "
        f"the range in the first {sized}: bars, median and the middle 90 %. Lifting a condition "
        "can only widen the range. That a text exists does not mean that talks find it, nor that "
        "waiting for a better one would not pay, nor that it would hold.\n" + run.conditions()
    )
