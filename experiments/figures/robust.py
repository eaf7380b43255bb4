"""What the most accepted texts share, how documents approach them, and who bears what.

Three figures: the options held by the near-optimal texts, points they agree on apart from those
they do not; the share that accepts a document as its points are changed; the account of every
party.
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
from experiments.studies.robust import ALIKE, documents, of_kind, parsed, settled_alike
from sim.robust import NEAR, inclusion
from sim.worth import Floats, Ints

NAME, WIDE, TALL = 3.1, 7.6, 0.34
"""Inches: width of an issue's name and of its bar, height of a row."""
WORDS = style.SMALL - 0.5
"""Size of the words in a piece."""
HEADING = 1.4
"""Rows that the heading of a group takes."""
TOLD = 12
"""Points whose account is drawn one by one."""
LINE_COLOURS = ("#332288", "#CC3311", "#EE7733", "#117733", "#AA4499", "#777777")
MARKS = ("o", "s", "^", "D", "v", "P")


def draw(run: Run) -> list[Path]:
    """Draw the three figures."""
    return [*_options(run), *_path(run), *_account(run)]


# --- options -----------------------------------------------------------------------------------


def _options(run: Run) -> list[Path]:
    """Draw the share of near-optimal texts that hold each option, points that agree on top."""
    agenda = run.case.agenda
    near = parsed(run.case, of_kind(run.table, "near"))
    shares = inclusion(near, agenda.max_options)
    alike = settled_alike(shares)
    percent = style.percent(ALIKE)
    groups = {
        f"Settled alike in at least {percent} of these texts: {{}} points": np.flatnonzero(alike),
        "Settled in different ways: {} points": np.flatnonzero(~alike),
    }
    title = (
        f"{len(near)} texts are within {100 * NEAR:.0f} percentage points of the most accepted "
        f"one: at least {percent} of them agree on {int(alike.sum())} of {agenda.n_issues} points "
        "(upper group)"
    )
    rows = agenda.n_issues + HEADING * sum(len(group) > 0 for group in groups.values())
    page = Page(style.unbroken(title), _options_caption(run), NAME + WIDE + 0.1, TALL * rows + 0.6)
    ax = page.axes(NAME, 0.55, WIDE, TALL * rows)
    _groups(ax, run, shares, {head: group for head, group in groups.items() if len(group)})
    ax.set_xlim(0, 1)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.axis("off")
    _options_legend(page)
    return page.save(run.figures, "robust_options")


def _groups(ax: Axes, run: Run, shares: Floats, groups: dict[str, Ints]) -> None:
    """Draw every group under its heading, a bar per point."""
    best = parsed(run.case, of_kind(run.table, "best"))[0]
    agenda, y = run.case.agenda, 0.0
    for head, group in groups.items():
        ax.text(-NAME / WIDE, y + HEADING - 1.2, head.format(len(group)), size=style.BODY + 1,
                weight="bold", va="center")  # fmt: skip
        y += HEADING
        for j in group.tolist():
            ax.text(-0.01, y, agenda.title(j), size=style.BODY, ha="right", va="center")
            labels = [option.label for option in agenda.issues[j].options]
            _bar(ax, y, shares[j], labels, int(best[j]))
            y += 1


def _bar(ax: Axes, y: float, shares: Floats, labels: list[str], best: int) -> None:
    """Draw one point: a piece per option, as wide as its share; the best text's is framed."""
    left = 0.0
    for k, label in enumerate(labels):
        share, framed = float(shares[k]), k == best
        box = Rectangle((left, y - 0.4), share, 0.8, fc=SHADES(share), zorder=3 if framed else 2,
                        ec=style.INK if framed else "white", lw=1.8 if framed else 1.0)  # fmt: skip
        ax.add_patch(box)
        words = "\n".join(_fitting(label, share, share * WIDE - 0.1))
        ax.text(left + 0.05 / WIDE, y, words, size=WORDS, va="center", zorder=4, linespacing=1.0,
                color="white" if share > 0.55 else style.INK)  # fmt: skip
        left += share


def _fitting(label: str, share: float, width: float) -> list[str]:
    """Return a label and its share in at most two lines, cut short or nothing where it must be."""
    words = label.split(" ")
    for n in range(len(words), 0, -1):
        cut = " ".join(words[:n]).rstrip(",") + (
            "\N{HORIZONTAL ELLIPSIS}" if n < len(words) else ""
        )
        lines = style.wrap(style.unbroken(f"{cut}, {style.percent(share)}"), WORDS, width)
        if len(lines) <= 2 and all(style.text_width(line, WORDS) <= width for line in lines):
            return lines
    return []


def _options_legend(page: Page) -> None:
    ax = page.axes(NAME, 0.05, 8, 0.35)
    ax.axis("off")
    marks = [Patch(fc=SHADES(0.3), ec=style.GRID), Patch(fc="white", ec=style.INK, lw=1.8)]
    words = ["an option, as wide as the share of texts that hold it", "the most accepted text"]
    ax.legend(marks, words, loc="center left", ncols=2, bbox_to_anchor=(-0.01, 0.5))


def _options_caption(run: Run) -> str:
    return (
        "Rows are points, pieces their options; pieces too narrow for their name have none. The "
        "texts were reached by random walks from where the searches ended; there may be more. A "
        "text most worlds accept is neither a recommendation nor a just peace.\n" + _conditions(run)
    )


def _conditions(run: Run) -> str:
    return run.conditions(run.config.worlds)


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
    return f"{run.title_of(name)} ({points} points settled)"


def _path_title(run: Run, found: dict[str, Floats]) -> str:
    whole = [d.document_id for d in documents(run.case) if not (d.text < 0).any()]
    if not whole:
        return "How the share of worlds that accept a document grows as its points are changed"
    some = min(4, *(len(found[name]) - 1 for name in whole))
    said = "; ".join(
        f"{run.title_of(n)} {style.percent(found[n][0])} and {style.percent(found[n][some])}"
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
    """Draw what the points that weigh most bring each party, and all others together."""
    parties, told = run.case.parties, heaviest(run)
    names = [run.case.agenda.title(j) for j in told]
    others = run.case.agenda.n_issues - len(told)
    names += [f"The other {others} points together"] * (others > 0) + ["Cost of the war, saved"]
    panel, height = 1.95, TALL * len(names)
    page = Page(_account_title(run), _account_caption(run),
                NAME + (panel + 0.3) * len(parties), height + 1.1)  # fmt: skip
    for p, party in enumerate(parties):
        ax = page.axes(NAME + p * (panel + 0.3), 0.75, panel, height)
        _bars(ax, *_account_of(run, party, told), style.colour(p))
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_yticks(range(len(names)), names if p == 0 else [], size=style.BODY)
        ax.tick_params(axis="y", length=0)
        ax.axhline(len(told) - 0.5, color=style.GRID, lw=1)
        ax.set_title(style.label(party), loc="left", size=style.BODY, weight="bold",
                     color=style.colour(p))  # fmt: skip
        ax.set_xlabel(f"own war-months of {style.label(party)}", size=style.SMALL)
        ax.locator_params(axis="x", nbins=4)
    _account_legend(page)
    return page.save(run.figures, "robust_account")


def heaviest(run: Run) -> list[int]:
    """Return the points told one by one, in agenda order: heaviest with some party, by its scale.

    A party's own scale is its largest gain or loss on any one point.
    """
    every = [_points(run, party, "fighting_months") for party in run.case.parties]
    scaled = np.max([np.abs(x) / max(np.abs(x).max(), 1e-12) for x in every], axis=0)
    chosen: list[int] = np.sort(np.argsort(-scaled, kind="stable")[:TOLD]).tolist()
    return chosen


def _points(run: Run, party: str, column: str) -> Floats:
    """Return a column of a party's account, point by point, (J,)."""
    rows = [row for row in of_kind(run.table, "account", party) if row["issue"] is not None]
    return np.array([row[column] for row in rows], dtype=float)


def _account_of(run: Run, party: str, told: list[int]) -> tuple[Floats, Floats]:
    """Return what the rows of a party hold, beyond fighting on and beyond the status quo."""
    saved = next(r for r in of_kind(run.table, "account", party) if r["issue"] is None)
    found = []
    for column, last in (("fighting_months", saved["fighting_months"]),
                         ("status_quo_months", np.nan)):  # fmt: skip
        points = _points(run, party, column)
        rest = np.delete(points, told)
        found.append(np.array([*points[told], *([rest.sum()] if len(rest) else []), last]))
    return found[0], found[1]


def _bars(ax: Axes, fight: Floats, quo: Floats, colour: str) -> None:
    """Draw bars against fighting on and marks against the status quo."""
    at = np.arange(len(fight))
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
        "Medians over fresh worlds, at the strength of guarantees of this text. Told one by one: "
        f"the {TOLD} points that weigh most with any party, by its own scale; of the others the "
        "sum, each by itself in the table of the run. Bars of one party add up, with the war's "
        "cost saved, to about its gain over fighting on; own war-months of different parties do "
        "not compare.\n" + _conditions(run)
    )
