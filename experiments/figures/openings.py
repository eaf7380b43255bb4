"""What would open a closed range: a table of parties and instruments, and pairs of carrots."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.opened import SUFFIX, Opened, parties_of
from experiments.openings import (
    ALL,
    ANY,
    CARROT,
    INSTRUMENTS,
    OPEN,
    PAIR,
    POINTS,
    STICK,
    TRUST,
    WAITING,
    WAR,
    ranges,
)
from experiments.ranges import median

LABELS, CELL, ROW, HEAD = 3.55, 1.75, 0.37, 1.0
"""Inches: names of rows, width and height of a cell, room for names of columns."""

PANEL, GAP, LEFT = 2.9, 0.95, 0.75
"""Inches: a panel of the pairs, space between panels, room for labels."""

SHADES = LinearSegmentedColormap.from_list("opens", ["#F4F1EA", "#7FA7C9", "#17406B"])
WORDS = {
    CARROT: "Carrot, paid on signature to",
    STICK: "Stick, fighting on worth less to",
    TRUST: "Guarantee, each point trusted more by",
    POINTS: "Guarantee, further points for",
    WAR: "War state, ratio of strength moved for",
}
SHARES = ((0.5, "-"), (0.9, "--"))
FEWEST = 2
"""Closed worlds below which a share of them says nothing."""


def draw(run: Run) -> list[Path]:
    """Draw the table of all ranges closed in some world, and the pairs of carrots for them."""
    every = [Opened(run.worlds, n) for n in ranges(run.case, run.config.openings.documents)]
    closed = [of for of in every if int((~of.open).sum()) >= FEWEST]
    return [*_table(run, every, closed), *_pairs(run, closed)] if closed else []


def _table(run: Run, every: list[Opened], closed: list[Opened]) -> list[Path]:
    rows = [(kind, party) for kind in INSTRUMENTS for party in parties_of(run.case, kind)]
    cells, words = _cells(closed, rows)
    height = ROW * len(rows)
    width = LABELS + CELL * len(closed)
    page = Page(_title(closed), _caption(run, every), max(width, 10.0), height + HEAD)
    ax = page.axes(LABELS, 0.05, CELL * len(closed), height)
    ax.imshow(cells, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
    for (i, j), share in np.ndenumerate(cells):
        ax.text(j, i, words[i][j], ha="center", va="center", size=style.SMALL,
                color="white" if share > 0.55 else style.INK)  # fmt: skip
    ax.set_yticks(range(len(rows)), [f"{WORDS[k]} {_whom(p)}" for k, p in rows])
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(closed)), [_head(run, of) for of in closed])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for i in range(1, len(rows)):
        new = rows[i][0] != rows[i - 1][0]
        ax.axhline(i - 0.5, color="white", lw=4.0 if new else 0.8)
    return page.save(run.figures, "openings")


def _whom(party: str) -> str:
    return "all" if party == ALL else style.label(party)


def _cells(closed: list[Opened], rows: list[tuple[str, str]]) -> tuple[np.ndarray, list[list[str]]]:
    """Return the share of closed worlds each instrument alone opens, and what a cell says."""
    cells, words = np.zeros((len(rows), len(closed))), []
    for i, (kind, party) in enumerate(rows):
        said = []
        for j, of in enumerate(closed):
            needed = of.needed(kind, party)
            amounts = needed[~np.isnan(needed)]
            cells[i, j] = len(amounts) / max(len(needed), 1)
            digits = 1 if kind == TRUST else 0
            told = f": {median(amounts):.{digits}f}{SUFFIX[kind]}" if len(amounts) else ""
            said.append(style.unbroken(f"{style.percent(cells[i, j])}{told}"))
        words.append(said)
    return cells, words


def name_of(run: Run, name: str) -> str:
    """Return a range's name as a figure says it."""
    if name in (ANY, WAITING):
        return {ANY: "any text", WAITING: "any text worth not waiting for"}[name]
    titles = {d.document_id: d.title for d in run.case.tables.documents}
    return titles[name].partition(" (")[0].partition(",")[0]


def _head(run: Run, of: Opened) -> str:
    lines = style.wrap(name_of(run, of.name), style.SMALL, CELL - 0.15)
    return "\n".join([*lines, f"closed in {int((~of.open).sum())} of {len(of.open)}"])


def _title(closed: list[Opened]) -> str:
    alone = [_best(of) for of in closed]
    never = sum(share == 0.0 for share in alone)
    return (
        "How often one instrument used on one party alone opens a range that is closed, and the "
        f"amount it takes: {never} of {len(closed)} such ranges opened by none"
    )


def _best(of: Opened) -> float:
    """Return the largest share of closed worlds that any single instrument and party opens."""
    kinds = {row["condition"] for row in of.rows if row["kind"] in INSTRUMENTS}
    each = [of.needed(*condition.split(":", 1)) for condition in kinds]
    return max((float((~np.isnan(x)).mean()) for x in each if len(x)), default=0.0)


def _caption(run: Run, every: list[Opened]) -> str:
    wide = "".join(
        f" Not shown, as it is closed in {int((~of.open).sum())} worlds: {name_of(run, of.name)}."
        for of in every
        if int((~of.open).sum()) < FEWEST
    )
    wide += _left_out(run, every, OPEN, *INSTRUMENTS)
    return (
        "Each cell: the share of the worlds in which the range is closed that would open if this "
        "instrument alone were used on this party alone, and the median of the least amounts where "
        "it does (carrots and sticks in the party's own war-months; trust in multiples of its "
        "own, up to the largest the case holds possible; strength up to 172 %). Of a document "
        "every settled point is held as it stands, red lines and law set aside: only worth "
        "decides. Often two or more parties fall short, and nothing given to one alone will do. "
        "Amounts in different instruments and to different parties are not compared."
        f"{wide} None of this says which should be used.\n" + run.conditions(len(every[0].open))
    )


def _left_out(run: Run, shown: list[Opened], *kinds: str) -> str:
    """Say of which ranges worlds are missing because a question stayed unproven."""
    missing = {name_of(run, of.name): of.n_unproven(*kinds) for of in shown}
    said = [f"{name} {n}" for name, n in missing.items() if n]
    return f" Left out as unproven, worlds: {', '.join(said)}." if said else ""


def _pairs(run: Run, closed: list[Opened]) -> list[Path]:
    """Draw, for each range, the pairs of carrots for the belligerents that open it in a share."""
    shown = [of for of in closed if any(of.pairs.values())]
    if not shown:
        return []
    across = min(len(shown), 2)
    down = -(-len(shown) // across)
    width = LEFT + across * (PANEL + GAP)
    page = Page(_pairs_title(run), _pairs_caption(run, shown), width, down * (PANEL + 1.05))
    for n, of in enumerate(shown):
        left = LEFT + (n % across) * (PANEL + GAP)
        bottom = 0.55 + (down - 1 - n // across) * (PANEL + 1.05)
        _panel(page.axes(left, bottom, PANEL, PANEL), run, of)
    return page.save(run.figures, "carrots")


def _panel(ax: Axes, run: Run, of: Opened) -> None:
    """Draw every world's least pairs, and what suffices in half and nine tenths of worlds."""
    points = np.array([pair for pairs in of.pairs.values() for pair in pairs])
    most = max(5.0, 1.15 * float(np.quantile(points, 0.97)))
    grid = np.linspace(0.0, most, 160)
    total = of.opened_by_both(grid, grid)
    for level, dash in SHARES:
        if total.min() < level <= total.max():
            ax.contour(grid, grid, total.T, [level - 1e-9], colors="#CC3311", linestyles=dash,
                       linewidths=1.4)  # fmt: skip
    ax.scatter(*points.T, s=14, color=style.QUIET, alpha=0.55, lw=0, zorder=3)
    ax.set_xlim(-0.03 * most, most)
    ax.set_ylim(-0.03 * most, most)
    one, two = (style.label(run.case.parties[p]) for p in run.case.belligerents)
    ax.set_xlabel(f"carrot to {one}, own war-months", size=style.SMALL)
    ax.set_ylabel(f"carrot to {two}, own war-months", size=style.SMALL)
    head = style.wrap(name_of(run, of.name), style.SMALL, PANEL, bold=True)
    nothing = style.percent(float(total[0, 0]))
    least = [min(pairs, default=(0.0, 0.0)) for pairs in of.pairs.values()]
    x, y = (median(np.array([pair[i] for pair in least])) for i in range(2))
    told = f"nothing needed in {nothing} of worlds; medians {x:.0f} and {y:.0f}"
    ax.set_title("\n".join([*head, told]), loc="left", size=style.SMALL)


def _pairs_title(run: Run) -> str:
    one, two = (style.label(run.case.parties[p]) for p in run.case.belligerents)
    return f"The least payments on signature with which {one} and {two} would both sign"


def _pairs_caption(run: Run, shown: list[Opened]) -> str:
    is_document = any(of.name not in (ANY, WAITING) for of in shown)
    also = "; for a document as it stands also red lines and law" if is_document else ""
    return (
        "Dots: worlds, at the least pair of payments on signature with which both belligerents "
        "sign; where a range has several such pairs, none smaller for both, all are drawn. Red: "
        "pairs that suffice in half of all worlds (full line) and in nine tenths (dashed, where it "
        "lies inside). A few worlds lie outside the panels. The signatures of others are set aside"
        f"{also}. A war-month of one is not that of the other.{_left_out(run, shown, OPEN, PAIR)}\n"
        + run.conditions(len(shown[0].open))
    )
