"""What is possible today: the size of the range over worlds, and what lifting conditions adds."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.figures import style
from experiments.figures.source import Run, numbers
from experiments.figures.style import Page, percent
from experiments.figures.zopa import COLOUR, bins_of, panel, tallest, where

LEFT, WIDTH, PANEL, ROW, APART, BELOW = 3.2, 7.4, 2.6, 0.55, 0.75, 0.6
"""Inches: room for names, axes, height of the histogram and of a row below it, space between
them, space for the axis label."""

KINDS = {
    "": "Every condition is kept",
    "nored": "If nobody had a red line",
    "nolaw": "If no law or stated condition had to be kept",
    "free": "If neither bound, and nobody but the belligerents had to consent",
}
"""What is lifted, the order of the rows."""


def draw(run: Run) -> list[Path]:
    """Draw the worlds with every condition kept; below them the middle 90 % of each kind."""
    rows = ROW * len(KINDS)
    page = Page(_title(run), _caption(run), LEFT + WIDTH + 0.1, PANEL + APART + rows + BELOW + 0.4)
    samples = [_sized(run, f"zopa_{name}_months".replace("__", "_")) for name in KINDS]
    bins = bins_of(np.concatenate(samples))
    top = page.axes(LEFT, BELOW + rows + APART, WIDTH, PANEL)
    panel(top, samples[0], bins, KINDS[""], where(samples[0]))
    top.set_ylim(0, 1.25 * tallest(samples[0], bins))
    below = page.axes(LEFT, BELOW, WIDTH, rows)
    _rows(below, samples)
    below.set_xlim(top.get_xlim())
    below.set_xlabel("Gain of the worst-off signer from the best text, in its own war-months")
    return page.save(run.figures, "possible")


def _rows(ax: Axes, samples: list[np.ndarray]) -> None:
    """Draw median and middle 90 % of every sample, the first on top."""
    ax.axvline(0, color=style.INK, lw=1.4)
    for y, sample in enumerate(samples):
        middle, low, high = style.middle_and_90(sample)
        if not np.isfinite(middle):
            continue
        low = max(low, sample[np.isfinite(sample)].min())
        ax.plot([low, high], [y, y], color=COLOUR, lw=5, solid_capstyle="butt", alpha=0.45)
        ax.plot(middle, y, "o", color=COLOUR, ms=8)
        ax.annotate(f"{middle:+.1f}", (middle, y), (0, 7), textcoords="offset points",
                    ha="center", size=style.BODY, weight="bold")  # fmt: skip
    names = ["\n".join(style.wrap(words, style.BODY, LEFT - 0.2)) for words in KINDS.values()]
    ax.set_yticks(range(len(samples)), names, size=style.BODY)
    ax.set_ylim(len(samples) - 0.5, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


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
        f"the range in the first {sized}. Above: how many of them. Below: their median and middle "
        "90 %, as it stands and with conditions lifted, which can only widen the range. That a "
        "text exists does not mean that talks find it, nor that waiting for a better one would "
        "not pay, nor that it would hold.\n" + run.conditions()
    )
