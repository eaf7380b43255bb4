"""Arms beside one another: how soon the same worlds agree, and how the talks end."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from experiments.figures import ends, style
from experiments.figures.source import Run, numbers
from experiments.figures.style import Page
from sim.case import Case
from sim.record import AGREED

LINES = (
    ("#332288", "-", 3.2),
    ("#DD7733", "--", 1.8),
    ("#117733", ":", 2.2),
    ("#882255", "-.", 1.6),
)

LEFT, ACROSS, CURVE, BAR = 2.1, 7.9, 2.9, 0.42
"""Inches: names of arms, axes, height of the curves, height of an arm's bar."""


def draw(run: Run) -> list[Path]:
    """Draw the cumulative share agreed by week, and the shares of ends, per arm."""
    names = ends.ends_of(run)
    legend, bars = 0.22 * len(names), BAR * len(run.arms)
    page = Page(_title(run), _caption(run), LEFT + ACROSS + 0.3, CURVE + bars + legend + 1.5)
    _curves(page.axes(LEFT, legend + bars + 1.35, ACROSS, CURVE), run)
    _bars(page.axes(LEFT, legend + 0.65, ACROSS, bars), run, names)
    _legend(page.axes(LEFT, 0.05, ACROSS, legend), run.case, names)
    return page.save(run.figures, "arms")


def agreed_by(worlds: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return weeks and the cumulative share of worlds that agreed by then, from (0, 0)."""
    agreed = np.array(worlds["end"].to_pylist()) == AGREED
    weeks = np.sort(numbers(worlds, "week")[agreed])
    shares = np.arange(1, len(weeks) + 1) / len(worlds)
    return np.concatenate([[0.0], weeks]), np.concatenate([[0.0], shares])


def _curves(ax: Axes, run: Run) -> None:
    last = run.config.protocol.horizon_weeks
    for n, (name, worlds) in enumerate(run.arms.items()):
        colour, dash, width = LINES[n % len(LINES)]
        weeks, shares = agreed_by(worlds)
        said = f"{_name(name)}: {style.percent(shares[-1])} agree"
        line = np.append(weeks, last), np.append(shares, shares[-1])
        ax.step(*line, where="post", color=colour, ls=dash, lw=width, label=said)
    ax.set_xlim(0, last)
    ax.set_ylim(0, 1.03)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.set_ylabel("share of worlds agreed by then")
    ax.set_xlabel("calendar weeks from the start")
    ax.grid(color=style.GRID, lw=0.6)
    ax.legend(loc="best", handlelength=3.2)


def _bars(ax: Axes, run: Run, names: list[str]) -> None:
    for y, worlds in enumerate(run.arms.values()):
        told, left = np.array(worlds["end"].to_pylist()), 0.0
        for end in names:
            share = 100 * float((told == end).mean())
            ax.barh(y, share, 0.78, left, color=ends.colour(run.case, end), ec="white", lw=0.5)
            if share >= 5:
                ax.text(left + share / 2, y, f"{share:.0f} %", size=style.SMALL, ha="center",
                        va="center", color="white" if end == AGREED else style.INK)  # fmt: skip
            left += share
    ax.set_xlim(0, 100)
    ax.set_ylim(len(run.arms) - 0.5, -0.5)
    ax.set_yticks(range(len(run.arms)), [_name(arm) for arm in run.arms])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("share of worlds by how the talks end, %")


def _legend(ax: Axes, case: Case, names: list[str]) -> None:
    ax.axis("off")
    marks = [Patch(fc=ends.colour(case, end)) for end in names]
    ax.legend(marks, [ends.sentence(case, end) for end in names], loc="center left", borderpad=0,
              bbox_to_anchor=(0, 0.5), labelspacing=0.45)  # fmt: skip


def _name(arm: str) -> str:
    return arm.replace("_", " ").capitalize()


def _title(run: Run) -> str:
    shares = [agreed_by(worlds)[1][-1] for worlds in run.arms.values()]
    said = [f"{_name(a)}: {style.percent(s)}" for a, s in zip(run.arms, shares, strict=True)]
    return f"How many of the same worlds agree. {'; '.join(said)}"


def _caption(run: Run) -> str:
    return (
        f"{run.config.question} The arms share their worlds and their luck. No forecast: what is "
        "compared is the arms, not the height of the curves.\n" + run.conditions()
    )
