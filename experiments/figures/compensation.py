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
    said,
    sides,
)

CELL, ROW, LABELS, HEADS, APART, GAP, RIGHT = 0.74, 0.36, 2.7, 1.45, 0.75, 0.35, 1.3
"""Inches: a cell, its height, space for row names, for column names, between sides,
between panels, and for column names that lean out to the right."""

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
    page = Page(_title(run, asked), _caption(run), max(width, 10.0), sum(heights))
    top = sum(heights)
    for side, (across, down), height in zip(asked, counts, heights, strict=True):
        top -= height
        across_is, down_is = (_plain(run.case.agenda.issues[j].id) for j in side.points)
        head = f"{style.label(side.name)}, with {_plain(said(run.case, side))}; "
        page.words([f"{head}across: {across_is}, down: {down_is}"],
                   page.foot + top + height - 0.05, style.BODY, weight="bold")  # fmt: skip
        for n, (column, words) in enumerate(PANELS):
            left = LABELS + n * (across * CELL + GAP)
            ax = page.axes(left, top + 0.3, across * CELL, down * ROW)
            _panel(ax, _cells(run, side, column), side, run)
            ax.set_xlabel(words, size=style.SMALL)
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
    ax.set_xticks(range(len(median)), [_plain(o.code) for o in issues[0].options],
                  rotation=28, ha="left", rotation_mode="anchor")  # fmt: skip
    ax.xaxis.tick_top()
    ax.set_yticks(range(median.shape[1]), [_plain(o.code) for o in issues[1].options])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _plain(code: str) -> str:
    return code.replace("=", " = ").replace("_", " ")


def _title(run: Run, asked: list[Side]) -> str:
    parts = []
    for side in asked:
        rest = [_cells(run, side, name) for name, _ in PANELS]
        told = " and ".join(
            style.percent(float(r.enough.mean())) if r.months.size else "unproven" for r in rest
        )
        parts.append(f"{style.label(side.name)} {told}")
    return (
        "With one point the other side's way, pairs of two other points that leave a side no worse "
        "than fighting on, the rest as in the document and free: " + "; ".join(parts)
    )


def _caption(run: Run) -> str:
    document = run.config.compensation.document
    n = len(set(run.numbers))
    unproven = max(_cells(run, side, CEILING).unproven for side in sides(run.case, run.config))
    return (
        f"Median gain of the side over fighting on, in its own war-months, for every pair of "
        f"options of two points. Left: every other point as in {document}. Right: every other "
        "point chosen for the side, with every other signer no worse than fighting on"
        f"{left_out(unproven)}. The title "
        "counts pairs and worlds of either panel. None: in half of worlds the pair crosses a red "
        "line, or no text with it is signed by the others. Framed: the least pairs that leave the "
        "side no worse than fighting on in half of worlds. The same question is put to each side; "
        "nothing here says which of them should accept.\n" + run.conditions(n)
    )
