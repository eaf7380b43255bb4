"""One world as a story over its contacts: who answered what, what was redrafted, how it ended.

The world told is the most typical one: of those with the most common end, the one whose end came
nearest to their median week. If its talks ended before the contact the case asks about, the most
typical of the worlds that got there is told too.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import STATUS_COLOURS, Page
from experiments.story import LEFT as OPEN
from experiments.story import pairs
from sim.record import end_sentence

Row = dict[str, Any]

STATUSES = ("accept", "needs work", "unacceptable", "open")
LEFT, ACROSS, PANEL, TEXT, MARK, APART, DATES = 1.75, 9.6, 1.2, 0.85, 0.26, 0.2, 1.4
"""Inches: names, contacts, a party, the text, a row of marks, between panels, dates below."""

MIN_ACROSS, MAX_LABELS, MAX_NUMBERS, MAX_NOTES = 6, 30, 26, 3


@dataclass(frozen=True)
class Told:
    """The world that is told: its row, its contacts, and why this one."""

    run: Run
    world: Row
    why: str

    @cached_property
    def rows(self) -> list[Row]:
        """The contacts, in order."""
        return self.run.contacts(self.world["world"])

    @cached_property
    def unsigned(self) -> list[str]:
        """Parties that did not sign at least once, in the case's order."""
        named = {party for row in self.rows for party, _ in refusals(self, row)}
        return [party for party in self.run.case.parties if party in named]

    @property
    def marks(self) -> list[str]:
        """Rows of the strip below the text."""
        no = [f"{style.label(party)} does not sign" for party in self.unsigned]
        return ["leaders meet", *no, "every signer signs"]

    @cached_property
    def parties(self) -> list[int]:
        """Parties that answered at least once."""
        names = enumerate(self.run.case.parties)
        return [p for p, name in names if any(row[f"statuses_{name}"] for row in self.rows)]


def draw(run: Run) -> list[Path]:
    """Draw the typical world, and the typical one that reached the reported contact."""
    every = run.worlds.to_pylist()
    reached = [world for world in every if world["report_statuses"]]
    first = typical(every)
    paths = _draw(Told(run, first, _why(every, "worlds")), "story")
    if reached and not first["report_statuses"]:
        why = _why(reached, f"worlds (of {len(every)}) that reached {_reported(run)}")
        paths += _draw(Told(run, typical(reached), why), "story_reported")
    return paths


def typical(worlds: Sequence[Row]) -> Row:
    """Return the world nearest the median week of the most common end; the first of equals."""
    end = Counter(world["end"] for world in worlds).most_common(1)[0][0]
    same = [world for world in worlds if world["end"] == end]
    middle = style.middle_and_90(np.array([world["week"] for world in same]))[0]
    return min(same, key=lambda world: (abs(world["week"] - middle), world["world"]))


def _why(worlds: Sequence[Row], which: str) -> str:
    chosen = typical(worlds)
    same = sum(world["end"] == chosen["end"] for world in worlds)
    return (
        f"World {chosen['world']} is the most typical of {len(worlds)} {which}: {same} end like "
        "it, and its end comes nearest to their median week."
    )


def _reported(run: Run) -> str:
    day, place = run.case.report_after
    return f"{place} on {style.day(day)}"


def _draw(told: Told, name: str) -> list[Path]:
    signs = MARK * len(told.marks)
    height = DATES + signs + TEXT + APART * 3 + (PANEL + APART) * len(told.parties) + 0.1
    page = Page(_title(told), _caption(told), LEFT + ACROSS + 0.2, height)
    bottom = DATES
    _signatures(page.axes(LEFT, bottom, ACROSS, signs), told)
    bottom += signs + APART
    _text(page.axes(LEFT, bottom, ACROSS, TEXT), told)
    bottom += TEXT + APART
    for p in reversed(told.parties):
        _answers(page.axes(LEFT, bottom, ACROSS, PANEL), told, p)
        bottom += PANEL + APART
    _legend(page.axes(LEFT, bottom - 0.05, ACROSS, 0.3), told)
    return page.save(told.run.figures, name)


# --- panels ---


def _answers(ax: Axes, told: Told, p: int) -> None:
    """Stack a party's answers at each contact it sat at."""
    name = told.run.case.parties[p]
    issues = told.run.case.agenda.n_issues
    for x, row in enumerate(told.rows):
        if row[f"statuses_{name}"]:
            given = Counter(pairs(row[f"statuses_{name}"]).values())
            _stack(ax, x, [given[s] for s in STATUSES], len(told.rows) <= MAX_NUMBERS)
    _across(ax, told)
    ax.set_ylim(0, issues)
    ax.set_yticks([0, issues])
    ax.set_ylabel("points", size=style.SMALL, labelpad=0)
    _name(ax, style.label(name), "answers", style.colour(p))


def _stack(ax: Axes, x: float, counts: Sequence[int], numbered: bool) -> None:
    bottom = 0
    for status, count in zip(STATUSES, counts, strict=True):
        look = _look(status)
        ax.bar(x, count, 0.82, bottom, **look)
        if numbered and count > 0.08 * sum(counts):
            ink = "white" if status in ("accept", "unacceptable") else style.INK
            ax.text(x, bottom + count / 2, str(count), size=7.5, color=ink, ha="center",
                    va="center_baseline")  # fmt: skip
        bottom += count


def _look(status: str) -> dict[str, Any]:
    edge = {"hatch": "////", "ec": style.QUIET} if status == "open" else {"ec": "white"}
    return {"fc": STATUS_COLOURS[status], "lw": 0.5} | edge


def _text(ax: Axes, told: Told) -> None:
    """Draw how many points each contact redrafted, and how many the text leaves open."""
    before = pairs(told.rows[0]["tabled"]) if told.rows else {}
    top = 1
    for x, row in enumerate(told.rows):
        after = pairs(row["text"])
        edits = sum(after[i] != before.get(i) and after[i] != OPEN for i in after)
        left = sum(option == OPEN for option in after.values())
        ax.bar(x - 0.2, edits, 0.38, color=style.QUIET)
        ax.bar(x + 0.2, left, 0.38, **_look("open"))
        before, top = after, max(top, edits, left)
    _across(ax, told)
    ax.set_ylim(0, 1.1 * top)
    ax.set_yticks([0, top])
    ax.set_ylabel("points", size=style.SMALL, labelpad=0)
    _name(ax, "The text", "redrafted, open", style.INK)


def _signatures(ax: Axes, told: Told) -> None:
    """Mark where leaders sat, and at each signature asked for who did not sign, or that all did."""
    rows = told.marks
    for x, row in enumerate(told.rows):
        unsigned = [party for party, _ in refusals(told, row)]
        if row["level"] == "leader":
            ax.plot(x, 0, "D", ms=4.5, color=style.QUIET)
        for party in unsigned:
            shade = style.colour(told.run.case.party_index(party))
            ax.plot(x, 1 + told.unsigned.index(party), "x", ms=6.5, mew=2, color=shade)
        if row["asked"] and not unsigned:
            ax.plot(x, len(rows) - 1, "o", ms=8, color=STATUS_COLOURS["accept"])
    _across(ax, told)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    _dates(ax, told)


def _dates(ax: Axes, told: Told) -> None:
    rows = told.rows
    step = -(-len(rows) // MAX_LABELS) if rows else 1
    ticks = range(0, len(rows), step)
    ax.set_xticks(ticks, [_when(rows[x]) for x in ticks], rotation=40, ha="right",
                  rotation_mode="anchor", size=8)  # fmt: skip
    ax.tick_params(axis="x", length=2)


def _when(row: Row) -> str:
    when = style.day(date.fromisoformat(row["date"]))
    return f"{when}, {row['place']}" if row["recorded"] else f"{when}, week {row['week']:.0f}"


def _across(ax: Axes, told: Told) -> None:
    """Share one axis of contacts; part the record from the mediator's own plan; mark the end."""
    n = len(told.rows)
    ax.set_xlim(-0.6, max(n, MIN_ACROSS) - 0.4)
    ax.set_xticks([])
    plan = next((x for x, row in enumerate(told.rows) if not row["recorded"]), None)
    if plan:
        ax.axvline(plan - 0.5, color=style.QUIET, lw=0.8, ls=(0, (4, 3)))
    ax.axvline(n - 0.45, color=style.INK, lw=2)


def _name(ax: Axes, name: str, what: str, colour: str) -> None:
    x = -LEFT / ACROSS
    ax.text(x, 0.62, name, size=style.BODY, weight="bold", color=colour, transform=ax.transAxes)
    ax.text(x, 0.32, what, size=style.SMALL, color=style.QUIET, transform=ax.transAxes)


def _legend(ax: Axes, told: Told) -> None:
    """Name the colours; above the panels, so that they are read first."""
    ax.axis("off")
    marks: list[Any] = [Patch(**_look(status)) for status in STATUSES]
    words = ["accept", "needs work", "unacceptable", "left to the leaders"]
    marks.append(Patch(fc=style.QUIET))
    words.append("redrafted or filled in")
    if any(not row["recorded"] for row in told.rows):
        marks.append(ax.plot([], [], color=style.QUIET, lw=0.8, ls=(0, (4, 3)))[0])
        words.append("end of the record")
    marks.append(ax.plot([], [], color=style.INK, lw=2)[0])
    words.append("end of the talks")
    ax.legend(marks, words, loc="center left", bbox_to_anchor=(0, 0.5), ncols=len(marks),
              borderpad=0, columnspacing=1.0, handlelength=1.3, handletextpad=0.5)  # fmt: skip


# --- words ---


def refusals(told: Told, row: Row) -> list[tuple[str, str]]:
    """Return who would not sign at a contact, and the condition that bound."""
    parts = [part.partition(": ") for part in row["refusals"].split("; ") if part]
    return [(party, plain(told.run, why)) for party, _, why in parts]


def plain(run: Run, text: str) -> str:
    """Return a text with ``issue=option`` written as title and label."""
    agenda = run.case.agenda

    def words(match: re.Match[str]) -> str:
        j = agenda.issue_index(match[1])
        return f"{agenda.title(j)} ({agenda.label(j, agenda.option_index(match[1], match[2]))})"

    return re.sub(r"(\w+)=(\w+)", words, text)


def _title(told: Told) -> str:
    contacts = f"{len(told.rows)} contact" + ("s" if len(told.rows) != 1 else "")
    week = f"week {told.world['week']:.1f}"
    return f"One world, contact by contact. {end_sentence(told.world['end'])} ({contacts}, {week})"


def _caption(told: Told) -> str:
    lines = [f"{told.why} {_change(told)}", *_notes(told)]
    lines.append(
        "Bars stand where a party sat at the table. A party may find points unacceptable and yet "
        "sign the whole, if it prefers that to fighting on and no red line is crossed; a signer "
        "who is absent when leaders meet is asked by telephone."
        f"{_record(told)}"
    )
    return "\n".join([*lines, told.run.conditions()])


def _record(told: Told) -> str:
    if not any(row["recorded"] for row in told.rows):
        return ""
    return " The meetings with a place are those of the record; what is said there is the model's."


def _change(told: Told) -> str:
    if not told.rows:
        return "The talks ended before the first contact."
    first, last = pairs(told.rows[0]["tabled"]), pairs(told.rows[-1]["text"])
    moved = sum(first[i] != last[i] for i in last)
    return f"Between the text first tabled and the last, {moved} of {len(last)} points changed."


def _notes(told: Told) -> list[str]:
    """Say who did not sign and why, the latest contacts only."""
    asked = [row for row in told.rows if row["refusals"]]
    notes = [_note(told, row) for row in asked[-MAX_NOTES:]]
    more = len(asked) - MAX_NOTES
    return notes + (
        [f"Put up for signature and not signed before that: {more}."] if more > 0 else []
    )


def _note(told: Told, row: Row) -> str:
    reasons = [f"{style.label(party)} ({why})" for party, why in refusals(told, row)]
    return f"{style.day(date.fromisoformat(row['date']))}, not signed by {'; '.join(reasons)}."
