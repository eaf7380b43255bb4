"""What every document says on every issue, and how good that is for each party.

Three kinds of absence look different: left to the leaders (hatched), silent in a fully known text
(the treaty default, dotted), unknown in an unpublished one (grey).
"""

from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from sim.agenda import BRACKETED, UNKNOWN
from sim.documents import DocumentText, text_of
from sim.rows import Document

CELLS = "cividis"
ROW, COLUMN, GAP = 0.205, 0.72, 0.35
"""Height of an issue and width of a document, inches; space between baskets, in rows."""

LEFT, HEADER, OVERHANG, BELOW = 3.95, 2.05, 1.3, 0.1
"""Inches: the issues' names, the slanted headings, what the last overhangs, below the grid."""

FILLED = 0.92
"""Share of a document's column that its cells fill."""


def shown(run: Run) -> list[Document]:
    """Return the documents that are positions of the time of the talks, in order of date."""
    background = run.case.background_documents
    rows = [d for d in run.case.tables.documents if d.document_id not in background]
    return sorted(rows, key=lambda d: d.date)


def draw(run: Run) -> list[Path]:
    """Draw how good each document's option is for each party, issue by issue."""
    documents, places = shown(run), row_places(run)
    value = np.median([world.value for world in run.drawn], axis=0)
    width, height = COLUMN * len(documents), ROW * (places[-1] + 1)
    page = Page(
        _points_title(run), _points_caption(run), LEFT + width + OVERHANG, height + HEADER + BELOW
    )
    ax = page.axes(LEFT, BELOW, width, height)
    for d, document in enumerate(documents):
        _column(ax, d, text_of(run.case, document.document_id), value, places)
    _frame_points(ax, run, documents, places)
    _points_legend(page, BELOW + height)
    return page.save(run.figures, "documents_points")


def row_places(run: Run) -> np.ndarray:
    """Return where each issue stands, in rows from the top, with a gap between baskets."""
    baskets = [issue.basket for issue in run.case.agenda.issues]
    new = [0, *(a != b for a, b in pairwise(baskets))]
    return np.arange(len(baskets)) + GAP * np.cumsum(new)


def _column(
    ax: Axes, d: int, document: DocumentText, value: np.ndarray, places: np.ndarray
) -> None:
    """Draw one document: a cell per issue and party, or its kind of absence."""
    parties = len(value)
    edges = d + FILLED * np.arange(parties + 1) / parties
    for j, (k, y) in enumerate(zip(document.text, places, strict=True)):
        if k in (BRACKETED, UNKNOWN):
            ax.add_patch(_absent(k == BRACKETED, d, y))
            continue
        cells = value[None, :, j, k]
        ax.pcolormesh(edges, [y + 0.05, y + 0.95], cells, cmap=CELLS, vmin=0, vmax=1)
        if document.silent[j]:
            ax.plot(d + FILLED / 2, y + 0.5, "o", ms=3.2, mfc="white", mec=style.INK, mew=0.6)


def _absent(bracketed: bool, d: float, y: float) -> Rectangle:
    look = {"fc": "white", "hatch": "//////"} if bracketed else {"fc": style.UNKNOWN_GREY}
    edge = style.QUIET if bracketed else style.UNKNOWN_GREY
    return Rectangle((d, y + 0.05), FILLED, 0.9, ec=edge, lw=0.5, **look)


def _frame_points(ax: Axes, run: Run, documents: list[Document], places: np.ndarray) -> None:
    """Name rows, baskets, documents and parties."""
    ax.set_xlim(0, len(documents))
    ax.set_ylim(places[-1] + 1, 0)
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks(places + 0.5, [issue.title for issue in run.case.agenda.issues])
    ax.tick_params(length=0, pad=5)
    _name_baskets(ax, run, places)
    for d, document in enumerate(documents):
        _name_parties(ax, d, run.case.parties)
        _name_document(ax, d, document)


def _name_baskets(ax: Axes, run: Run, places: np.ndarray) -> None:
    issues = run.case.agenda.issues
    for basket, group in groupby(range(len(issues)), key=lambda j: issues[j].basket):
        x = -LEFT / COLUMN
        y = places[next(group)] + 0.5
        ax.text(x, y, basket.capitalize(), size=style.SMALL, weight="bold", va="center")


def _name_parties(ax: Axes, d: int, parties: tuple[str, ...]) -> None:
    for p, short in enumerate(style.short_labels(parties)):
        x = d + FILLED * (p + 0.5) / len(parties)
        ax.text(x, -0.12, short, size=6.8, ha="center", va="bottom", color=style.colour(p),
                weight="bold")  # fmt: skip


def _name_document(ax: Axes, d: int, document: Document) -> None:
    lines = style.wrap(f"{document.title} ({style.day(document.date)})", 8, 2.2)
    ax.text(
        d + 0.4, -1.9, "\n".join(lines), size=8, rotation=45, rotation_mode="anchor",
        ha="left", va="center", linespacing=1.1,
    )  # fmt: skip


def _points_legend(page: Page, height: float) -> None:
    """Put scale and marks into the empty corner above the issues' names."""
    scale = page.axes(0.05, height + 1.3, 2.6, 0.14)
    scale.imshow(np.linspace(0, 1, 256)[None], aspect="auto", cmap=CELLS, extent=(0, 1, 0, 1))
    scale.set_xticks([0, 0.5, 1], ["0 worst", "0.5", "1 best"])
    scale.get_xticklabels()[0].set_ha("left")
    scale.get_xticklabels()[2].set_ha("right")
    scale.set_yticks([])
    scale.tick_params(length=2, pad=2)
    scale.set_title("Value of the text's option to the party", size=style.SMALL, loc="left", pad=4)
    ax = page.axes(0, height + 0.4, 2.6, 0.6)
    ax.axis("off")
    marks = [
        Patch(fc="white", ec=style.QUIET, hatch="//////", lw=0.5),
        Patch(fc=style.UNKNOWN_GREY),
        ax.plot([], [], "o", ms=3.2, mfc="white", mec=style.INK, mew=0.6)[0],
    ]
    words = ["left to the leaders", "not reported: unknown", "text is silent: usual treaty default"]
    ax.legend(marks, words, loc="center left", bbox_to_anchor=(0, 0.5), borderpad=0,
              labelspacing=0.35)  # fmt: skip


def _points_title(run: Run) -> str:
    parties = [style.label(party) for party in run.case.parties]
    names = f"{', '.join(parties[:-1])} and {parties[-1]}"
    return f"Point by point, how good each document is for {names}"


def _points_caption(run: Run) -> str:
    shorts = style.short_labels(run.case.parties)
    pairs = zip(shorts, run.case.parties, strict=True)
    key = ", ".join(f"{short} = {style.label(party)}" for short, party in pairs)
    n = len(run.drawn)
    return (
        f"Columns: {key}. Colour: the median over worlds of how good the option in the text is "
        "for that party among the options of that issue; it does not say how much the issue "
        "matters to the party.\n" + run.conditions(n)
    )
