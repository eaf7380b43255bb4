"""What the whole of every document is worth to each party, in its own war-months.

A text with open or unknown points is drawn as a range over every way to complete it, never as one
number.
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from experiments.figures import style
from experiments.figures.documents import shown
from experiments.figures.source import Run
from experiments.figures.style import Page
from sim.documents import DocumentText, surplus_interval, text_of
from sim.rows import Document
from sim.world import World
from sim.worth import MICRO, Bools, Floats, crosses_red_line, enforcement_level, surplus

RANGED = 40
"""Worlds for the ranges of incomplete texts, which are slower to compute."""

Span = tuple[float, float, float, float]
"""Near low, near high, far low and far high end of a row, war-months."""

LEFT, ACROSS, GAP, ROW = 3.45, 9.2, 0.7, 0.44
"""Inches: names of documents, all panels, space between panels, height of a document."""


def draw(run: Run) -> list[Path]:
    """Draw one panel per party: what each document is worth to it beyond fighting on."""
    documents, parties = shown(run), len(run.case.parties)
    texts = [text_of(run.case, d.document_id) for d in documents]
    panel = (ACROSS - GAP * (parties - 1)) / parties
    height = ROW * len(documents)
    page = Page(_title(), _caption(run), LEFT + ACROSS + 0.55, height + 1.3)
    for p in range(parties):
        ax = page.axes(LEFT + p * (panel + GAP), 0.85, panel, height)
        spans = [_row(ax, d, text, run, p) for d, text in enumerate(texts)]
        _limit(ax, spans, style.colour(p))
        _frame(ax, run, p, documents)
    _legend(page)
    return page.save(run.figures, "documents_whole")


def months(text: DocumentText, run: Run, p: int) -> Floats:
    """Return the surplus of a complete text per drawn world, own war-months, (n,)."""
    table = run.ensemble.table
    level = enforcement_level(text.text, table.enforcement)
    gains = [
        surplus(text.text, w.coef[p], w.base[p], w.link[p], table.links, level) / MICRO
        for w in run.drawn
    ]
    return np.array(gains) / _month(run.drawn, p)


def months_range(text: DocumentText, run: Run, p: int) -> Floats:
    """Return the least and most surplus of an incomplete text, own war-months, (n, 2)."""
    worlds = run.drawn[:RANGED]
    pairs = [surplus_interval(text, world, run.ensemble.table, p) for world in worlds]
    return np.array(pairs) / _month(worlds, p)[:, None]


def red_share(text: DocumentText, run: Run, p: int) -> float:
    """Return the share of drawn worlds in which the text crosses a red line of the party."""
    flags: Bools = np.array([crosses_red_line(text.text, world.red[p]) for world in run.drawn])
    return float(flags.mean())


def _month(worlds: list[World], p: int) -> Floats:
    return np.array([world.month[p] for world in worlds])


def _row(ax: Axes, d: int, text: DocumentText, run: Run, p: int) -> Span:
    """Draw one document in a party's panel; return what of it must be seen, and its far ends."""
    red = f"{'≥ ' if text.interval else ''}{100 * red_share(text, run, p):.0f} %"
    ax.text(1.03, d, red, size=7.5, color=style.QUIET, va="center",
            transform=ax.get_yaxis_transform())  # fmt: skip
    if text.interval:
        return _range(ax, d, months_range(text, run, p), style.colour(p))
    mid, low, high = style.middle_and_90(months(text, run, p))
    ax.plot([low, high], [d, d], lw=2, color=style.colour(p), solid_capstyle="butt")
    ax.plot(mid, d, "o", ms=6, color=style.colour(p))
    return low, high, low, high


def _range(ax: Axes, d: int, ends: Floats, colour: str) -> Span:
    """Draw an incomplete text: no dot, because no number of it is known."""
    low, high = style.middle_and_90(ends[:, 0]), style.middle_and_90(ends[:, 1])
    ax.plot([low[1], high[2]], [d, d], lw=1, color=colour)
    box = (low[0], d - 0.2), high[0] - low[0], 0.4
    ax.add_patch(Rectangle(*box, fc="white", ec=colour, lw=1, zorder=3))
    return low[0], high[0], low[1], high[2]


def _limit(ax: Axes, spans: list[Span], colour: str) -> None:
    """Show the near ends of every row; an arrow at the edge says that a line goes on."""
    low, high = min(0.0, *(s[0] for s in spans)), max(0.0, *(s[1] for s in spans))
    room = 0.08 * (high - low)
    edges = low - room, high + room
    ax.set_xlim(*edges)
    for d, (_, _, far_low, far_high) in enumerate(spans):
        for beyond, edge, mark in (
            (far_low < edges[0], edges[0], "<"),
            (far_high > edges[1], edges[1], ">"),
        ):
            if beyond:
                ax.plot(edge, d, mark, ms=4, color=colour, clip_on=False)


def _frame(ax: Axes, run: Run, p: int, documents: list[Document]) -> None:
    ax.set_ylim(len(documents) - 0.4, -0.6)
    ax.axvline(0, color=style.INK, lw=1, zorder=0)
    ax.grid(axis="y", color=style.GRID, lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(length=2)
    ax.tick_params(axis="y", length=0, pad=8)
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=4)
    name = style.label(run.case.parties[p])
    ax.set_title(name, loc="left", size=style.BODY, weight="bold", color=style.colour(p))
    ax.text(1.02, 1.02, "crosses a\nred line", size=7, color=style.QUIET, transform=ax.transAxes)
    ax.set_xlabel(f"own war-months of {name}", size=style.SMALL)
    ax.set_yticks(range(len(documents)), [_name(d) for d in documents] if p == 0 else [])


def _name(document: Document) -> str:
    words = f"{document.title} ({style.day(document.date)})"
    return "\n".join(style.wrap(words, style.SMALL, LEFT - 0.2))


def _legend(page: Page) -> None:
    ax = page.axes(LEFT, 0, ACROSS, 0.3)
    ax.axis("off")
    marks = [
        Line2D([], [], marker="o", ms=6, lw=2, color=style.QUIET),
        Patch(fc="white", ec=style.QUIET),
        Line2D([], [], color=style.INK, lw=1),
    ]
    words = [
        "a complete text: median, 90 % of worlds",
        "open or unknown points: worst to best completion",
        "as good as fighting on",
    ]
    ax.legend(marks, words, loc="center", ncols=3, borderpad=0)


def _title() -> str:
    return "What each whole text is worth to each party, compared with fighting on"


def _caption(run: Run) -> str:
    n = len(run.drawn)
    ranged = f"{min(n, RANGED)} worlds"
    return (
        "Right of 0 the party prefers the text to fighting on; the unit is the party's own cost of "
        "one month of war, so panels do not compare. Law, consent and red lines are set aside "
        "here: the grey number says in how many worlds the text crosses a red line of the party "
        "(\u2265 where points are unknown). Box: from the median worst to the median best "
        f"completion (thin line: 90 % of worlds, an arrow where it goes on; {ranged}).\n"
        + run.conditions(n)
    )
