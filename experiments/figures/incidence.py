"""Figure (d): when the talks end and how, and how ripe the conflict is meanwhile.

Above, the cumulative incidence of every end over calendar weeks (Aalen-Johansen: competing risks,
talks that reach the horizon are censored there), with a 90 % band by bootstrap over worlds. Below,
over the worlds whose war still goes on: what the best text is worth beyond fighting on and beyond
holding out, and how much going on hurts both sides (theory 2.5).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from experiments.figures import ends, style
from experiments.figures.source import Run, numbers
from experiments.figures.style import Page
from experiments.headlines import YEAR_WEEKS
from experiments.incidence import CENSORED, Incidence, band, incidence
from experiments.ranges import Floats
from sim.record import AGREED, NO_TEXT

LEFT, ACROSS, CURVE, RIPE, GAP = 0.75, 9.5, 3.0, 2.3, 0.85
"""Inches: axis labels, axes, height of the curves, of the lower panels, space between those."""

LEGEND = 0.24
"""Inches per line of a legend."""

_PAPER = {"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.7}


@dataclass(frozen=True)
class Series:
    """A column known at a few weeks: its beginning, what it is called, how it is drawn."""

    name: str
    said: str
    colour: str
    dash: str


@dataclass(frozen=True)
class Panel:
    """One lower panel: its heading, what lies above zero, its series."""

    heading: str
    above: str
    series: tuple[Series, ...]


WAITING = Panel(
    "What the best text gives the worst-off signer",
    "above: signing now beats waiting",
    (
        Series("zopa", "beyond fighting on (acceptable)", "#3B76AF", "--"),
        Series("ripe", "beyond holding out (worth not waiting for)", "#882255", "-"),
    ),
)
HURTING = Panel(
    "What an armistice on today's line gives the side it helps less",
    "above: going on hurts both",
    (
        Series("mhs_neutral", "as an onlooker without optimism sees it", "#7F7F7F", "--"),
        Series("mhs", "as the two sides see it", "#DD7733", "-"),
    ),
)


def draw(run: Run) -> list[Path]:
    """Draw the incidences, and ripeness below them if the run knows it."""
    told = [panel for panel in (WAITING, HURTING) if is_known(run.worlds, panel)]
    names = [end for end in ends.ends_of(run) if end != NO_TEXT]
    legend = LEGEND * (1 + (len(names) + 2) // 2)
    below = RIPE + LEGEND * 2 + 1.45 if told else 0.0
    page = Page(_title(run), _caption(run, told), LEFT + ACROSS + 0.3, below + legend + CURVE + 0.8)
    found = _curves(page.axes(LEFT, below + legend + 0.55, ACROSS, CURVE), run, names)
    _legend(page.axes(LEFT, below + 0.05, ACROSS, legend), run, names, found)
    width = (ACROSS - GAP * (len(told) - 1)) / max(len(told), 1)
    for n, panel in enumerate(told):
        left = LEFT + n * (width + GAP)
        _ripeness(page.axes(left, 2 * LEGEND + 0.85, width, RIPE), run.worlds, panel)
        _key(page.axes(left, 0.05, width, 2 * LEGEND), panel)
    return page.save(run.figures, "incidence")


def causes_of(worlds: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Return each world's end as a number in ``names``, `CENSORED` if it is none of them."""
    number = {name: n for n, name in enumerate(names)}
    return np.array([number.get(end, CENSORED) for end in worlds["end"].to_pylist()])


def weeks_of(worlds: pa.Table, name: str) -> list[int]:
    """Return the weeks at which a column is known in at least one world."""
    found = [re.fullmatch(rf"{name}_w(\d+)_months", c) for c in worlds.column_names]
    known = [m for m in found if m and worlds[m[0]].null_count < len(worlds)]
    return sorted(int(m[1]) for m in known)


def is_known(worlds: pa.Table, panel: Panel) -> bool:
    """Whether every series of a panel is known at two weeks or more."""
    return all(len(weeks_of(worlds, series.name)) > 1 for series in panel.series)


def _curves(ax: Axes, run: Run, names: list[str]) -> Incidence:
    """Draw every end's incidence with its band, and the share still talking."""
    last = run.config.protocol.horizon_weeks
    when = np.linspace(0.0, last, 4 * last + 1)
    time, cause = numbers(run.worlds, "week"), causes_of(run.worlds, names)
    found = incidence(time, cause, len(names))
    low, high = band(time, cause, len(names), when)
    share = found.at(when)
    for n, end in enumerate(names):
        hue = ends.colour(run.case, end)
        ax.fill_between(when, low[n], high[n], step="post", color=hue, alpha=0.18, lw=0)
        ax.step(when, share[n], where="post", color=hue, lw=2.2 if end == AGREED else 1.6)
    ax.step(when, 1.0 - share.sum(axis=0), where="post", color=style.INK, lw=1.2, ls=":")
    _calendar(ax, run, last)
    return found


def _calendar(ax: Axes, run: Run, last: int) -> None:
    """Set the axes; mark where the record ends."""
    ax.set_xlim(0, last)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.set_ylabel("share of worlds that ended so by then")
    ax.set_xlabel(f"calendar weeks from {style.day(run.case.start)}")
    ax.grid(color=style.GRID, lw=0.6)
    cutoff = (run.case.cutoff - run.case.start).days / 7.0
    if 0 < cutoff < last:
        ax.axvline(cutoff, color=style.QUIET, lw=0.8)
        ax.annotate("the record ends: no agreement by then", (cutoff, 1), (0, 3),
                    xycoords=ax.get_xaxis_transform(), textcoords="offset points",
                    size=style.SMALL, color=style.QUIET)  # fmt: skip


def _legend(ax: Axes, run: Run, names: list[str], found: Incidence) -> None:
    """Name the curves, each with its share at the horizon."""
    ax.axis("off")
    last = np.array([float(run.config.protocol.horizon_weeks)])
    shares = [float(x) for x in found.at(last)[:, 0]]
    marks = [Line2D([], [], color=ends.colour(run.case, end), lw=2.2) for end in names]
    said = [
        f"{style.percent(share)}: {ends.sentence(run.case, end)}"
        for end, share in zip(names, shares, strict=True)
    ]
    marks.append(Line2D([], [], color=style.INK, lw=1.2, ls=":"))
    said.append(f"{style.percent(max(0.0, 1 - sum(shares)))}: The talks still go on.")
    ax.legend(marks, said, loc="upper left", bbox_to_anchor=(0, 1), borderpad=0, ncols=2,
              labelspacing=0.45, title=f"Share of worlds by week {last[0]:.0f}",
              title_fontsize=style.SMALL, alignment="left", columnspacing=4)  # fmt: skip


def _ripeness(ax: Axes, worlds: pa.Table, panel: Panel) -> None:
    """Draw median and 90 % of the worlds whose war still goes on, week by week."""
    weeks = weeks_of(worlds, panel.series[-1].name)
    seen = []
    for series in panel.series:
        middle, low, high = spread(worlds, series.name, weeks)
        floor = _floor(low)
        ax.fill_between(weeks, np.maximum(low, floor), high, color=series.colour, alpha=0.15, lw=0)
        ax.plot(weeks, np.maximum(middle, floor), series.dash, color=series.colour, lw=2,
                marker="o", ms=4)  # fmt: skip
        seen += [high, low[np.isfinite(low)]]
    _limits(ax, np.concatenate(seen))
    ax.axhline(0, color=style.INK, lw=1.2)
    ax.annotate(panel.above, (1, 0), (-3, 4), xycoords=ax.get_yaxis_transform(), ha="right",
                textcoords="offset points", size=style.SMALL, color=panel.series[-1].colour,
                weight="bold", bbox=_PAPER)  # fmt: skip
    ax.set_title(panel.heading, loc="left", size=style.BODY, weight="bold", pad=8)
    counts = [
        len(worlds) - worlds[f"{panel.series[-1].name}_w{w}_months"].null_count for w in weeks
    ]
    ax.set_xticks(weeks, [f"{w}\n({n})" for w, n in zip(weeks, counts, strict=True)])
    ax.set_xlim(weeks[0], weeks[-1])
    ax.set_xlabel("calendar weeks (worlds whose war still goes on)")
    ax.set_ylabel("own war-months")
    ax.grid(axis="y", color=style.GRID, lw=0.6)


def spread(worlds: pa.Table, name: str, weeks: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Return median and ends of the middle 90 % at each week, over worlds that still fight."""
    columns = [numbers(worlds, f"{name}_w{week}_months") for week in weeks]
    found = np.array([style.middle_and_90(c[~np.isnan(c)]) for c in columns])
    return found[:, 0], found[:, 1], found[:, 2]


def _floor(low: Floats) -> float:
    """Return where a band is cut that would reach minus infinity: worlds without any text."""
    finite = low[np.isfinite(low)]
    return float(finite.min() if len(finite) else 0.0) - 1e3


def _limits(ax: Axes, seen: Floats) -> None:
    finite = seen[np.isfinite(seen)]
    low, high = min(finite.min(initial=0.0), 0.0), max(finite.max(initial=0.0), 0.0)
    room = 0.1 * max(high - low, 1.0)
    ax.set_ylim(low - room, high + room)


def _key(ax: Axes, panel: Panel) -> None:
    ax.axis("off")
    marks = [
        Line2D([], [], color=s.colour, ls=s.dash, lw=2, marker="o", ms=4) for s in panel.series
    ]
    ax.legend(marks, [s.said for s in panel.series], loc="center left", bbox_to_anchor=(0, 0.5),
              borderpad=0, labelspacing=0.45, handlelength=3)  # fmt: skip


def _title(run: Run) -> str:
    """Say how often the talks agree within a year, and an armistice beside it (0b f)."""
    week = min(YEAR_WEEKS, run.config.protocol.horizon_weeks)
    outside = [e.end for e in run.case.priors.endings if e.end == "armistice_outside"]
    names = [n for n in dict.fromkeys([AGREED, *outside, *ends.ends_of(run)]) if n != NO_TEXT]
    found = incidence(numbers(run.worlds, "week"), causes_of(run.worlds, names), len(names))
    shares = found.at(np.array([float(week)]))[:, 0]
    said = f"By week {week} these talks have agreed in {style.percent(float(shares[0]))} of worlds"
    if outside:
        said += f"; in {style.percent(float(shares[1]))} an armistice came about outside them"
    return said


def _caption(run: Run, told: Sequence[Panel]) -> str:
    said = (
        "Above: cumulative incidence of every end, each competing with the others (Aalen-Johansen; "
        "talks at their horizon are censored); bands: 90 % by bootstrap over worlds, which is "
        "sampling alone and not what the model does not know. No forecast."
    )
    if told:
        said += (
            " Below: median and 90 % of the worlds whose war still goes on, exact at the marked "
            "weeks, straight between; the war goes its way whether or not there are talks."
        )
    return f"{said}\n{run.conditions()}"
