"""Is there a deal at all: the gain of the worst-off signer from the best text, over worlds."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figures import style
from experiments.figures.source import Run, numbers
from experiments.figures.style import Page
from sim.worth import Floats

COLOUR = "#3B76AF"
WIDTH, PANEL, APART, BELOW = 9.6, 2.0, 0.75, 0.6
"""Inches: axes, height of a panel, space between panels, space for the axis label."""

KINDS = (
    ("zopa_months", "Every law and stated condition is kept"),
    ("zopa_nolaw_months", "If no law or stated condition had to be kept"),
)


def draw(run: Run) -> list[Path]:
    """Draw the distribution over worlds, with implications and without."""
    page = Page(_title(run), _caption(run), WIDTH + 0.7, 2 * PANEL + 2 * APART + BELOW - 0.1)
    samples = [numbers(run.worlds, column) for column, _ in KINDS]
    bins = bins_of(np.concatenate(samples))
    top = max(tallest(sample, bins) for sample in samples)
    for n, (sample, (_, words)) in enumerate(zip(samples, KINDS, strict=True)):
        ax = page.axes(0.6, BELOW + (1 - n) * (PANEL + APART), WIDTH, PANEL)
        panel(ax, sample, bins, words, f"{_exists(sample)} {where(sample)}")
        ax.set_ylim(0, 1.25 * top)
    ax.set_xlabel("Gain of the worst-off signer beyond fighting on, in its own war-months")
    return page.save(run.figures, "zopa")


def bins_of(sample: Floats) -> Floats:
    """Return round, shared bins with a border at zero."""
    finite = sample[np.isfinite(sample)]
    low, high = min(finite.min(initial=0.0), 0.0), max(finite.max(initial=0.0), 1.0)
    step = _round_up((high - low) / 40)
    return step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)


def _round_up(x: float) -> float:
    """Return the next of 1, 2, 5, 10 ... times a power of ten."""
    scale = 10.0 ** np.floor(np.log10(x))
    return float(next(m for m in (1, 2, 5, 10) if m * scale >= x) * scale)


def tallest(sample: Floats, bins: Floats) -> float:
    """Return the largest share of worlds in one bin."""
    finite = sample[np.isfinite(sample)]
    return float(np.histogram(finite, bins)[0].max() / len(sample)) if len(finite) else 1.0


def panel(ax: Axes, sample: Floats, bins: Floats, words: str, said: str) -> None:
    """Draw one sample of gains under a heading and a sentence: how many worlds gain how much."""
    finite = sample[np.isfinite(sample)]
    weights = np.full(len(finite), 1 / len(sample))
    ax.hist(finite, bins, weights=weights, color=COLOUR, ec="white", lw=0.5)
    ax.axvline(0, color=style.INK, lw=1.4)
    # wide enough for the words left of zero, which is where they must stand
    ax.set_xlim(min(bins[0], -0.17 * bins[-1]), bins[-1])
    ax.annotate("indifferent to\nfighting on", (0, 0.72), (-5, 0), size=style.SMALL,
                xycoords=ax.get_xaxis_transform(), textcoords="offset points",
                ha="right", va="center")  # fmt: skip
    _spread(ax, sample)
    ax.set_title(words, loc="left", size=style.BODY, weight="bold", pad=20)
    ax.text(0, 1.04, said, transform=ax.transAxes, size=style.BODY)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.set_ylabel("share of worlds")


def _spread(ax: Axes, sample: Floats) -> None:
    """Mark the median and the middle 90 % above the bars."""
    mid, low, high = style.middle_and_90(sample)
    if not np.isfinite(mid):
        return
    y, across = 0.9, ax.get_xaxis_transform()
    ax.plot([max(low, ax.get_xlim()[0]), high], [y, y], color=style.QUIET, lw=1.5, transform=across)
    ax.plot(mid, y, "o", color=style.QUIET, ms=5, transform=across)


def _exists(sample: Floats) -> str:
    """Say the share of worlds with a deal."""
    share = style.percent(float((sample >= 0).mean()))
    return f"A text no signer finds worse than fighting on exists in {share} of worlds."


def where(sample: Floats) -> str:
    """Say where the gains lie, and count the worlds that no axis can show."""
    none, said = int((~np.isfinite(sample)).sum()), []
    mid, low, high = style.middle_and_90(sample)
    if np.isfinite(low):
        said.append(f"Median {mid:+.1f}; 90 % of worlds {low:+.1f} to {high:+.1f}.")
    if none:
        count = f"{none} of {len(sample)}"
        said.append(f"Not drawn: {count} worlds where every text crosses a red line.")
    return " ".join(said)


def _title(run: Run) -> str:
    gains = numbers(run.worlds, "zopa_months")
    share = style.percent(float((gains >= 0).mean()))
    return f"In {share} of worlds some text beats fighting on for every party that must sign"


def _caption(run: Run) -> str:
    proven = numbers(run.worlds, "zopa_proven")
    missing = int((proven != 1).sum())
    exact = "proven in every world" if not missing else f"unproven in {missing} worlds"
    return (
        "For each world, the text that leaves its worst-off signer best off, over every text of "
        f"the agenda ({exact}). That such a text exists does not mean that these talks find it, "
        "that waiting for a better one would not pay, or that it would hold.\n" + run.conditions()
    )
