"""What the most accepted texts share, how documents approach them, and who bears what.

Three figures: a map of the options held by the near-optimal texts, the share that accepts a
document as its points are changed, and the account of every party.
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from experiments.figures import style
from experiments.figures.guarantees import SHADES
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.studies.robust import Row, documents, of_kind, parsed
from sim.documents import text_of
from sim.robust import NEAR, inclusion
from sim.worth import Floats

CELL, NAME, TALL = 1.78, 2.75, 0.33
"""Inches: width of an option, of an issue's name, height of a row."""
LINE_COLOURS = ("#332288", "#CC3311", "#EE7733", "#117733", "#AA4499", "#777777")
MARKS = ("o", "s", "^", "D", "v", "P")


def draw(run: Run) -> list[Path]:
    """Draw the three figures."""
    return [*_options(run), *_path(run), *_account(run)]


# --- options -----------------------------------------------------------------------------------


def _options(run: Run) -> list[Path]:
    """Draw the share of near-optimal texts that hold each option."""
    agenda = run.case.agenda
    near = parsed(run.case, of_kind(run.table, "near"))
    best = parsed(run.case, of_kind(run.table, "best"))[0]
    opening = text_of(run.case, run.case.opening_text).text
    shares = inclusion(near, agenda.max_options)
    fixed = int((shares.max(axis=1) >= 0.95).sum())
    title = (
        f"{len(near)} texts are within {100 * NEAR:.0f} percentage points of the most accepted "
        f"one: {fixed} of {agenda.n_issues} points are settled alike in 95 % of them, others vary"
    )
    height = TALL * agenda.n_issues
    page = Page(
        style.unbroken(title),
        _options_caption(run),
        NAME + CELL * agenda.max_options + 0.1,
        height + 0.55,
    )
    ax = page.axes(NAME, 0.5, CELL * agenda.max_options, height)
    for j, issue in enumerate(agenda.issues):
        for k, option in enumerate(issue.options):
            _cell(ax, j, k, shares[j, k], option.label, k == best[j])
            if k == opening[j]:
                ax.plot(k + 0.955, j - 0.32, "o", ms=3.5, color="#CC3311", clip_on=False)
    ax.set_xlim(0, agenda.max_options)
    ax.set_ylim(agenda.n_issues - 0.5, -0.5)
    ax.set_yticks(range(agenda.n_issues), [agenda.title(j) for j in range(agenda.n_issues)])
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    _options_legend(page, run)
    return page.save(run.figures, "robust_options")


def _cell(ax: Axes, j: int, k: int, share: float, label: str, is_best: bool) -> None:
    """Draw one option: shade, share and label; framed if the most accepted text holds it."""
    edge, width = (style.INK, 1.6) if is_best else ("white", 1.0)
    box = Rectangle((k + 0.01, j - 0.45), 0.98, 0.9, fc=SHADES(share), ec=edge, lw=width,
                    zorder=3 if is_best else 2)  # fmt: skip
    ax.add_patch(box)
    ink = "white" if share > 0.55 else style.INK
    lines = style.wrap(label, 6.3, CELL - 0.42)[:2]
    ax.text(k + 0.03, j, "\n".join(lines), size=6.3, va="center", color=ink, zorder=4)
    ax.text(k + 0.93, j + 0.02, f"{100 * share:.0f}", size=7, va="center", ha="right", color=ink,
            weight="bold", zorder=4)  # fmt: skip


def _options_legend(page: Page, run: Run) -> None:
    ax = page.axes(NAME, 0.05, 8, 0.35)
    ax.axis("off")
    marks = [
        Patch(fc=SHADES(0.0), ec=style.GRID),
        Patch(fc=SHADES(1.0), ec=style.GRID),
        Patch(fc="white", ec=style.INK, lw=1.6),
        Line2D([], [], marker="o", ms=3.5, ls="", color="#CC3311"),
    ]
    words = ["held by none", "held by all (number: %)", "the most accepted text",
             _title_of(run, run.case.opening_text)]  # fmt: skip
    ax.legend(marks, words, loc="center left", ncols=4, bbox_to_anchor=(-0.01, 0.5))


def _options_caption(run: Run) -> str:
    return (
        "Rows are points, boxes their options; the shade and the number are the share of these "
        "texts that hold the option. The texts were reached by random walks from where the "
        "searches ended; there may be more. A text most worlds accept is neither a recommendation "
        "nor a just peace.\n" + _conditions(run)
    )


def _conditions(run: Run) -> str:
    return run.conditions(run.config.worlds)


def _title_of(run: Run, name: str) -> str:
    return next(d.title for d in run.case.tables.documents if d.document_id == name)


# --- paths from the documents ------------------------------------------------------------------


def _path(run: Run) -> list[Path]:
    """Draw the share of fresh worlds that accept, by points of a document changed."""
    best = of_kind(run.table, "best")[0]["share_fresh"]
    found = {d.document_id: _series(run, d.document_id) for d in documents(run.case)}
    page = Page(_path_title(run, found), _path_caption(run), 9.8, 4.6)
    ax = page.axes(0.6, 0.6, 5.9, 3.8)
    ax.axhline(100 * best, color=style.QUIET, lw=1, ls="--")
    ax.annotate(f"most accepted text: {style.percent(best)}", (0.0, 100 * best), (0, 4),
                textcoords="offset points", size=style.SMALL, color=style.QUIET)  # fmt: skip
    for n, (name, shares) in enumerate(found.items()):
        label = "\n".join(style.wrap(_label(run, name), style.SMALL, 2.6))
        ax.plot(range(len(shares)), 100 * shares, color=LINE_COLOURS[n % len(LINE_COLOURS)],
                lw=1.5, marker=MARKS[n % len(MARKS)], ms=5, clip_on=False, label=label)  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 0.97), labelspacing=1.1)
    ax.set_xlim(-0.2, max(len(s) for s in found.values()) - 0.8)
    ax.set_ylim(0, 104)
    ax.set_xlabel("settled points of the document that are changed")
    ax.set_ylabel("share of fresh worlds in which\nevery required signer accepts, %")
    return page.save(run.figures, "robust_path")


def _series(run: Run, name: str) -> Floats:
    return np.array([row["share_fresh"] for row in of_kind(run.table, "close", name)])


def _label(run: Run, name: str) -> str:
    known = next(d for d in documents(run.case) if d.document_id == name)
    points = int((known.text >= 0).sum())
    return f"{_title_of(run, name)} ({points} points settled)"


def _path_title(run: Run, found: dict[str, Floats]) -> str:
    whole = [d.document_id for d in documents(run.case) if not (d.text < 0).any()]
    if not whole:
        return "How the share of worlds that accept a document grows as its points are changed"
    some = min(4, *(len(found[name]) - 1 for name in whole))
    said = "; ".join(
        f"{_title_of(run, n)} {style.percent(found[n][0])} and {style.percent(found[n][some])}"
        for n in whole
    )
    title = f"Share of worlds that accept, as it stands and with {some} points changed: {said}"
    return style.unbroken(title)


def _path_caption(run: Run) -> str:
    return (
        "Each step: the text found that most worlds accept among those that change no more points "
        "of the document. Points it leaves open, or that are not known, are free and count as no "
        "change: a document of few settled points starts high. Points on which a published text is "
        "silent count as settled. Found on one set of worlds, counted on another; a text that "
        "breaks a law or stated condition counts as accepted nowhere.\n" + _conditions(run)
    )


# --- who bears what ----------------------------------------------------------------------------


def _account(run: Run) -> list[Path]:
    """Draw what every point brings each party, beyond fighting on and beyond the status quo."""
    agenda, parties = run.case.agenda, run.case.parties
    panel, height = 1.95, 0.235 * (agenda.n_issues + 1)
    page = Page(_account_title(run), _account_caption(run),
                NAME + (panel + 0.3) * len(parties), height + 1.1)  # fmt: skip
    for p, party in enumerate(parties):
        ax = page.axes(NAME + p * (panel + 0.3), 0.75, panel, height)
        rows = of_kind(run.table, "account", party)
        _bars(ax, rows, style.colour(p))
        ax.set_ylim(len(rows) - 0.4, -0.6)
        names = [*(agenda.title(j) for j in range(agenda.n_issues)), "Cost of the war, saved"]
        ax.set_yticks(range(len(rows)), names if p == 0 else [])
        ax.tick_params(axis="y", length=0)
        ax.axhline(agenda.n_issues - 0.5, color=style.GRID, lw=1)
        ax.set_title(style.label(party), loc="left", size=style.BODY, weight="bold",
                     color=style.colour(p))  # fmt: skip
        ax.set_xlabel(f"own war-months of {style.label(party)}", size=style.SMALL)
        ax.locator_params(axis="x", nbins=4)
    _account_legend(page)
    return page.save(run.figures, "robust_account")


def _bars(ax: Axes, rows: list[Row], colour: str) -> None:
    """Draw bars against fighting on and marks against the status quo."""
    fight = np.array([row["fighting_months"] for row in rows], dtype=float)
    quo = np.array([np.nan if row["status_quo_months"] is None else row["status_quo_months"]
                    for row in rows])  # fmt: skip
    at = np.arange(len(rows))
    ax.barh(at, fight, 0.66, color=colour, alpha=0.55)
    ax.plot(quo, at, "|", ms=8, mew=1.8, color=style.INK)
    ax.axvline(0, color=style.INK, lw=0.8)
    ax.grid(axis="x", color=style.GRID, lw=0.5)
    ax.set_axisbelow(True)


def _account_legend(page: Page) -> None:
    ax = page.axes(NAME, 0, 8, 0.3)
    ax.axis("off")
    marks = [
        Patch(fc=style.QUIET, alpha=0.55),
        Line2D([], [], marker="|", ls="", ms=8, mew=1.8, color=style.INK),
    ]
    words = ["beyond what fighting on holds of this point", "beyond the status quo"]
    ax.legend(marks, words, loc="center left", ncols=2, bbox_to_anchor=(-0.01, 0.4))


def _account_title(run: Run) -> str:
    said = []
    for p in run.case.belligerents:
        party = run.case.parties[p]
        rows = [r for r in of_kind(run.table, "account", party) if r["issue"] is not None]
        heavy = min(rows, key=lambda row: row["fighting_months"])
        name = run.case.agenda.title(run.case.agenda.issue_index(heavy["issue"]))
        said.append(
            f"{style.label(party)} bears most on \u201c{name}\u201d "
            f"({heavy['fighting_months']:+.1f} own war-months)"
        )
    return "Who gains and who bears what in the most accepted text: " + ", ".join(said)


def _account_caption(run: Run) -> str:
    return (
        "Medians over fresh worlds, at the strength of guarantees of this text. Bars of one party "
        "add up, with the war's cost saved, to about its gain over fighting on; own war-months of "
        "different parties do not compare.\n" + _conditions(run)
    )
