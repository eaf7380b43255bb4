"""What a side would have to get: its gain from every pair of options, and the least that do."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.patches import Rectangle

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.findings import left_out
from experiments.held import Side
from experiments.studies.q04_freeze_for_what import (
    CEILING,
    DOCUMENT,
    Gains,
    direction,
    gains,
    least_pairs,
    sides,
)

CELL, ROW, LABELS, HEADS, APART, GAP, RIGHT = 0.74, 0.36, 2.7, 1.5, 0.9, 0.35, 1.9
"""Inches: a cell, its height, space for row names, for column names, between sides,
between panels, and for column names that lean out to the right."""

LEAST = 10.0
"""Width of the page at least, inches."""

FRAME = "#EBCB76"

PANELS = (
    (DOCUMENT, "every other point as in the document"),
    (CEILING, "every other point free"),
)


def draw(run: Run) -> list[Path]:
    """Draw a row of two panels for each side, the sides in the fixed order of the parties."""
    asked = sides(run.case, run.config)
    counts = [[run.case.agenda.n_options[j] for j in side.points] for side in asked]
    width = LABELS + 2 * max(c[0] for c in counts) * CELL + GAP + RIGHT
    heights = [c[1] * ROW + HEADS + APART for c in counts]
    page = Page(_title(run, asked), _caption(run), max(width, LEAST), sum(heights))
    top = sum(heights)
    for side, (across, down), height in zip(asked, counts, heights, strict=True):
        top -= height
        told = style.wrap(_held(run, side), style.BODY, 0.97 * max(width, LEAST), bold=True)
        page.words(told, page.foot + top + height - 0.05, style.BODY, weight="bold")
        for n, (column, words) in enumerate(PANELS):
            left = LABELS + n * (across * CELL + GAP)
            ax, cells = (
                page.axes(left, top + 0.45, across * CELL, down * ROW),
                _cells(run, side, column),
            )
            _panel(ax, cells, side, run)
            ax.set_xlabel(f"{words}:\nenough in {_enough(cells)}", size=style.SMALL)
            if n:
                ax.set_yticklabels([])
    return page.save(run.figures, "compensation")


def _cells(run: Run, side: Side, column: str) -> Gains:
    worlds = run.worlds.filter(pc.equal(run.worlds["side"], side.name))
    return gains(worlds, column, side, run.case)


def _panel(ax: Axes, cells: Gains, side: Side, run: Run) -> None:
    """Draw the median gain of every pair; frame the least pairs that will do in half of worlds."""
    count = cells.months.shape[2]
    if not count:
        ax.text(0.5, 0.5, "unproven\nin every world", ha="center", va="center",
                transform=ax.transAxes)  # fmt: skip
        ax.set(xticks=[], yticks=[], facecolor=style.UNKNOWN_GREY)
        return
    median = np.sort(cells.months, axis=2)[:, :, count // 2]
    shown = np.ma.masked_invalid(median)
    ax.set_facecolor(style.UNKNOWN_GREY)
    ax.imshow(shown.T, cmap="RdBu", norm=TwoSlopeNorm(0, -60, 60), aspect="auto")
    for i, j in np.ndindex(median.shape):
        words = f"{median[i, j]:+.0f}" if np.isfinite(median[i, j]) else "none"
        dark = np.isfinite(median[i, j]) and abs(median[i, j]) > 35
        ax.text(i, j, words, ha="center", va="center", size=style.SMALL,
                color="white" if dark else style.INK)  # fmt: skip
    for i, j in least_pairs(cells.enough >= 0.5, direction(run.case, side)):
        ax.add_patch(Rectangle((i - 0.46, j - 0.44), 0.92, 0.88, fill=False, lw=2.6, ec=FRAME))
    issues = [run.case.agenda.issues[j] for j in side.points]
    ax.set_xticks(range(len(median)), [o.label for o in issues[0].options],
                  rotation=28, ha="left", rotation_mode="anchor")  # fmt: skip
    ax.xaxis.tick_top()
    ax.set_yticks(range(median.shape[1]), [o.label for o in issues[1].options])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _held(run: Run, side: Side) -> str:
    """Say what goes against a side, and which two points are asked about."""
    issues = run.case.agenda.issues
    held = "; ".join(
        f"{issues[j].title}: {issues[j].options[k].label}" for j, k in side.held.items()
    )
    across, down = (issues[j].title for j in side.points)
    return f"{style.label(side.name)}, with {held}. Across: {across}. Down: {down}."


def _enough(cells: Gains) -> str:
    """Say in what share of pairs and worlds the side is no worse off than fighting on."""
    return style.percent(float(cells.enough.mean())) if cells.months.size else "unproven"


def _title(run: Run, asked: list[Side]) -> str:
    shares = (
        f"{_enough(_cells(run, side, CEILING))} for {style.label(side.name)}" for side in asked
    )
    return (
        "How often two other points make up for one that goes the other side's way, all else "
        "free: " + ", ".join(shares)
    )


def _caption(run: Run) -> str:
    document = run.title_of(run.config.compensation.document)
    n = len(set(run.numbers))
    unproven = max(_cells(run, side, CEILING).unproven for side in sides(run.case, run.config))
    return (
        f"Median gain of the side over fighting on, in its own war-months, for every pair of "
        f"options of two points. Left: every other point as in: {document}; nobody else is "
        "asked. Right: every other point chosen for the side, with every other signer no worse "
        f"than fighting on{left_out(unproven)}. Enough: share of pairs and worlds that leave the "
        "side no worse than fighting on. None: in half of worlds the pair crosses its red line, "
        "or no text with it is signed by the others. Framed: enough in half of worlds, and no "
        "pair is that gives the side less on both points. The same question is put to each side; "
        "nothing here says which of them should accept.\n" + run.conditions(n)
    )
