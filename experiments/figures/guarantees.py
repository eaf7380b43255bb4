"""Iso-acceptance maps: who accepts a text at what strength of guarantees, under three readings.

One panel per side and reading. Across, the enforcement points E of the package the side likes best
of that strength; up, the monthly hazard that a deal breaks without any guarantee. Colour, the share
of worlds that accept; lines, where it is half of them, and the closed form of theory 2.3 for the
world in the middle.
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.lines import Line2D

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.studies.guarantees import Answers, answers, sides, subject
from sim.commitment import READINGS, rho_star
from sim.worth import Floats

PANEL, ACROSS, GAP, APART, LEFT = 2.45, 2.75, 0.35, 0.95, 0.85
"""Inches: height and width of a panel, spaces between them, room for the labels on the left."""
ROWS = 41
"""Values of rho0 up the map."""
LINES = (("low", ":"), ("value", "-"), ("high", "--"))
"""Which kE each line of half the worlds stands for."""

HEADS = {
    "intrinsic": "guarantees valued for themselves",
    "hazard": "for the lower risk of renewed war",
    "both": "for themselves and the lower risk",
}
SHADES: Colormap = LinearSegmentedColormap.from_list("share", ["#F4F1EA", "#7FA7C9", "#17406B"])


def draw(run: Run) -> list[Path]:
    """Draw the maps of both sides."""
    names = sides(run.case)
    width = LEFT + 3 * ACROSS + 2 * GAP + 1.0
    page = Page(_title(run), _caption(run), width, len(names) * (PANEL + APART) + 0.35)
    for s, side in enumerate(names):
        bottom = 0.75 + (len(names) - 1 - s) * (PANEL + APART)
        for n, reading in enumerate(READINGS):
            ax = page.axes(LEFT + n * (ACROSS + GAP), bottom, ACROSS, PANEL)
            shown = _panel(ax, run, side, s, reading)
            ax.set_title(f"{style.label(side)}\n{HEADS[reading]}", loc="left", size=style.SMALL,
                         weight="bold", color=style.colour(run.case.belligerents[s]))  # fmt: skip
            if n == 0:
                ax.set_ylabel("hazard that a deal breaks\nwithout guarantees, % a month",
                              size=style.SMALL)  # fmt: skip
            else:
                ax.set_yticklabels([])
            if s == len(names) - 1:
                ax.set_xlabel("strength of guarantees, E points", size=style.SMALL)
    bar = page.axes(LEFT + 3 * ACROSS + 2 * GAP + 0.25, 0.75, 0.15, 2 * PANEL + APART)
    page.figure.colorbar(shown, cax=bar, ticks=[0, 25, 50, 75, 100])
    bar.set_ylabel("share of worlds that accept, %", size=style.SMALL)
    _legend(page, run)
    return page.save(run.figures, "guarantees")


def _panel(ax: Axes, run: Run, side: str, s: int, reading: str):  # type: ignore[no-untyped-def]
    """Draw one map and return its mesh."""
    here = answers(run.worlds, run.case, reading, side)
    rho0 = run.case.priors.params["rho0"]
    rates = np.exp(np.linspace(np.log(rho0.low), np.log(rho0.high), ROWS))
    levels = np.arange(here.gain[s].shape[1])
    k_e = run.case.priors.params[f"kE.{side}"]
    points = {"low": k_e.low, "value": k_e.value, "high": k_e.high}
    for which, dash in LINES:
        works = points[which] if reading != "intrinsic" else 0.0
        share = np.array([here.accepts_at(s, r, works).mean(axis=0) for r in rates])
        if which == "value":
            mesh = ax.pcolormesh(levels, 100 * rates, 100 * share, cmap=SHADES, vmin=0, vmax=100,
                                 shading="nearest", rasterized=True)  # fmt: skip
            curve = 100 * middle_world(here, s) * np.exp(works * levels)
            ax.plot(levels, curve, color="#CC3311", lw=1.6)
        if share.min() < 0.5 < share.max() and (reading != "intrinsic" or which == "value"):
            ax.contour(levels, 100 * rates, share, [0.5], colors=style.INK, linestyles=dash,
                       linewidths=1.2)  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylim(100 * rates[0], 100 * rates[-1])
    ax.set_xlim(-0.5, levels[-1] + 0.5)
    inside = 99.9 * rates[0], 100.1 * rates[-1]
    ticks = [t for t in (0.1, 0.2, 0.4, 1, 2, 3, 5) if inside[0] <= t <= inside[1]]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.set_xticks(range(0, len(levels), 2))
    ax.text(0.97, 0.04, _range_words(here, s), transform=ax.transAxes, size=7.5, color=style.INK,
            ha="right", bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 1.5})  # fmt: skip
    return mesh


def middle_world(here: Answers, s: int) -> Floats:
    """Return rho* of the world in the middle: median patience, gain and shift, (L,)."""
    delta = float(np.median(here.delta))
    known = ~np.isnan(here.gain[s]).all(axis=0)
    gain, shift = (np.full(len(known), np.nan) for _ in range(2))
    gain[known] = np.nanmedian(here.gain[s][:, known], axis=0)
    shift[known] = np.nanmedian(here.shift[s][:, known], axis=0)
    return np.array([rho_star(delta, g, d) for g, d in zip(gain, shift, strict=True)])


def _range_words(here: Answers, s: int) -> str:
    shares = here.signs[s].mean(axis=0)
    best, last = int(shares.argmax()), len(shares) - 1
    told = dict.fromkeys((0, best, last))
    parts = ", ".join(f"{style.percent(shares[e])} at {e}" for e in told)
    return f"kE and hazard as drawn:\n{parts}"


def _legend(page: Page, run: Run) -> None:
    ax = page.axes(LEFT - 0.4, 0, 3 * ACROSS + 2 * GAP, 0.3)
    ax.axis("off")
    k_e = [run.case.priors.params[f"kE.{side}"] for side in sides(run.case)][-1]
    values = {"low": k_e.low, "value": k_e.value, "high": k_e.high}
    marks = [Line2D([], [], color=style.INK, ls=dash, lw=1.2) for _, dash in LINES]
    words = [f"half the worlds, kE = {values[which]:g}" for which, _ in LINES]
    marks.append(Line2D([], [], color="#CC3311", lw=1.6))
    words.append(r"$\rho^*$ of the middle world")
    ax.legend(marks, words, loc="center left", ncols=4, bbox_to_anchor=(-0.02, 0.35))


def _title(run: Run) -> str:
    document = next(
        d.title for d in run.case.tables.documents if d.document_id == subject(run.case, run.config)
    )
    whole, risk = (_ends(run, reading) for reading in ("both", "hazard"))
    first, second = (style.label(side) for side in sides(run.case))
    return style.unbroken(
        f"{document}, from the weakest guarantees to the strongest: {first} accepts in {whole[0]} "
        f"of worlds, {second} in {whole[1]}; if only the lower risk of war counts, {first} in "
        f"{risk[0]} and {second} in {risk[1]}"
    )


def _ends(run: Run, reading: str) -> list[str]:
    """Say every side's share at no guarantees and at the strongest package."""
    said = []
    for s, side in enumerate(sides(run.case)):
        shares = answers(run.worlds, run.case, reading, side).signs[s].mean(axis=0)
        said.append(f"{style.percent(shares[0])} to {style.percent(shares[-1])}")
    return said


def _caption(run: Run) -> str:
    n = len(set(run.worlds["world"].to_pylist()))
    return (
        "Each point of a panel: the package of exactly E points the side likes best is added to "
        "the rest of the text. Colour: the share at the middle value of kE, by which one point "
        "lowers the hazard. Black: half of the worlds. Red: where the median gain and the median "
        "shift of power balance, none where the hazard decides nothing for them. An option on a "
        "side's red line counts as refused, so the strongest package may be accepted less often "
        "than a weaker one. Law, stated conditions and the consent of others are set aside.\n"
        + run.conditions(n)
    )
