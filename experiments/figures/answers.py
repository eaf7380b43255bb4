"""After the contact the case asks about: which points were accepted, and which were not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.figures import style
from experiments.figures.source import Run, numbers
from experiments.figures.style import STATUS_COLOURS, Page
from experiments.story import pairs

STATUSES = ("accept", "needs work", "unacceptable", "open")
ROW, LEFT, BARS, COUNTS, APART = 0.2, 3.05, 6.6, 1.1, 0.75
"""Inches: height of an issue, its name, the bars, the counts above, and the space between."""


def draw(run: Run) -> list[Path]:
    """Draw how many points got which answer, and which points; nothing if no world got there."""
    answers = reported(run)
    if not answers:
        return []
    shares = status_shares(run, answers)
    order = np.lexsort((shares[:, 0], -shares[:, 2]))
    height = ROW * len(order)
    page = Page(_title(run), _caption(run, len(answers)), LEFT + BARS + 0.2,
                height + COUNTS + APART + 1.15)  # fmt: skip
    _issues(page.axes(LEFT, 0.85, BARS, height), run, shares, order)
    _counts(page.axes(LEFT, 0.85 + height + APART, BARS, COUNTS), run, answers)
    _legend(page, bool(shares[:, 3].any()))
    return page.save(run.figures, "answers")


def reported(run: Run) -> list[Mapping[str, str]]:
    """Return the answers of every world whose talks reached the contact: {issue: status}."""
    return [pairs(text) for text in run.worlds["report_statuses"].to_pylist() if text]


def status_shares(run: Run, answers: list[Mapping[str, str]]) -> np.ndarray:
    """Return the share of worlds with each status, (J, 4), in the order of `STATUSES`."""
    ids = run.case.agenda.issue_ids
    counts = [[sum(a.get(i) == status for a in answers) for status in STATUSES] for i in ids]
    return np.array(counts) / len(answers)


def _issues(ax: Axes, run: Run, shares: np.ndarray, order: np.ndarray) -> None:
    """Stack the shares, the most often unacceptable issue first."""
    left, rows = np.zeros(len(order)), np.arange(len(order))
    for n in (2, 1, 3, 0):
        width = 100 * shares[order, n]
        look = {"hatch": "////", "ec": style.QUIET} if STATUSES[n] == "open" else {"ec": "white"}
        ax.barh(rows, width, 0.82, left, color=STATUS_COLOURS[STATUSES[n]], lw=0.5, **look)
        left += width
    ax.set_xlim(0, 100)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_yticks(rows, [run.case.agenda.title(j) for j in order])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("share of these worlds, %")
    ax.set_title("Which points", loc="left", size=style.BODY, weight="bold")


def _counts(ax: Axes, run: Run, answers: list[Mapping[str, str]]) -> None:
    """Draw the number of points per status: median and 90 % of worlds."""
    for n, status in enumerate(STATUSES[:3]):
        counts = np.array([sum(given == status for given in a.values()) for a in answers])
        mid, low, high = style.middle_and_90(counts)
        ax.plot([low, high], [n, n], lw=7, color=STATUS_COLOURS[status], solid_capstyle="butt")
        ax.plot(mid, n, "o", ms=9, clip_on=False, mfc=STATUS_COLOURS[status], mec=style.INK)
        said = f"{mid:.0f}   ({low:.0f} to {high:.0f})"
        ax.annotate(said, (high, n), (9, 0), textcoords="offset points", va="center",
                    size=style.BODY)  # fmt: skip
    ax.set_xlim(0, run.case.agenda.n_issues)
    ax.set_ylim(2.6, -0.6)
    ax.set_yticks(range(3), STATUSES[:3])
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(f"points, of {run.case.agenda.n_issues}")
    ax.set_title("How many points: median (90 % of worlds)", loc="left", size=style.BODY,
                 weight="bold")  # fmt: skip


def _legend(page: Page, some_open: bool) -> None:
    ax = page.axes(LEFT, 0, BARS, 0.3)
    ax.axis("off")
    names = [STATUSES[n] for n in (2, 1, 3, 0) if some_open or n != 3]
    marks = [
        Patch(fc=STATUS_COLOURS[s], ec=style.QUIET, hatch="////" if s == "open" else None, lw=0.5)
        for s in names
    ]
    words = ["left to the leaders" if name == "open" else name for name in names]
    ax.legend(marks, words, loc="center left", bbox_to_anchor=(0, 0.5), ncols=4, borderpad=0)


def _party(run: Run) -> str:
    """Return the party that answered; the same in every world, as the contact is given."""
    return next(party for party in run.worlds["report_party"].to_pylist() if party)


def _title(run: Run) -> str:
    day, place = run.case.report_after
    who = style.label(_party(run))
    return (
        f"After {place} on {style.day(day)}, {who} accepts {_middle(run, 'accept'):.0f} points of "
        f"the model's text and finds {_middle(run, 'unacceptable'):.0f} unacceptable (medians)"
    )


def _middle(run: Run, status: str) -> float:
    counts = numbers(run.worlds, f"report_{status}")
    return style.middle_and_90(counts[~np.isnan(counts)])[0]


def _caption(run: Run, n: int) -> str:
    before = len(run.worlds) - n
    share = f"{n} of {len(run.worlds)} worlds whose talks reached this contact"
    ended = f"in the other {before} they had ended before" if before else "all of them"
    return f"Worlds: the {share} ({ended}). {_record(run)}\n{run.conditions()}"


def _record(run: Run) -> str:
    """Quote what the coded record says of this contact, for comparison; it holds no counts."""
    day, place = run.case.report_after
    tables, party = run.case.tables, _party(run)
    papers = [m.document_ids for m in tables.meetings if (m.date, m.place) == (day, place)]
    known = {document for ids in papers for document in ids}
    verdicts = [
        v for v in tables.document_verdicts
        if v.party == party and v.document_id in known and v.date >= day
    ]  # fmt: skip
    if not verdicts:
        return "The coded record holds no verdict to compare with."
    first = min(verdicts, key=lambda v: v.date)
    verdict = first.verdict.replace("_", " ")
    return (
        f"The record: {first.speaker}, {style.day(first.date)}, in paraphrase: {first.gist} (coded "
        f"as \u201c{verdict}\u201d; no counts and no points are coded, so only the pattern "
        "compares)."
    )
