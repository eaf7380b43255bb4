"""The public beside the leaders: who would vote for a text; and the rest of the text chosen too."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.figures import style
from experiments.figures.source import Run
from experiments.figures.style import Page
from experiments.findings import left_out
from experiments.referendum import Referendum, referendums
from experiments.studies.guarantees import (
    BOTH,
    OPTIMISED,
    answers,
    fixed_text,
    sides,
    subject,
    title,
)
from sim.commitment import READINGS

PANEL, ACROSS, LEFT, APART = 3.0, 4.2, 0.85, 1.55
ROWS = 41
LOOKS = {
    "intrinsic": ("#17406B", ":", 2.2),
    "hazard": ("#CC3311", "--", 1.6),
    "both": ("#9DB8D2", "-", 4.0),
}
"""Colour, line and width of a reading; the widest lies below."""
LINES = {
    "intrinsic": "guarantees valued for themselves",
    "hazard": "for the lower risk of renewed war",
    "both": "for both",
}


def draw(run: Run) -> list[Path]:
    """Draw the contour of every polled public, and both ways to fill in the rest of the text."""
    found = [*draw_rest(run)]
    for vote in referendums(run.case, fixed_text(run.case, run.config)):
        found += _contour(run, vote)
    return found


def _contour(run: Run, vote: Referendum) -> list[Path]:
    """Draw the share of a public that accepts, by strength of guarantees and hazard."""
    rho0 = run.case.priors.params["rho0"]
    rates = np.exp(np.linspace(np.log(rho0.low), np.log(rho0.high), ROWS))
    shares = np.array([vote.shares_at(float(r)) for r in rates])
    page = Page(_vote_title(run, vote), _vote_caption(run, vote), 9.5, PANEL + 0.75)
    ax = page.axes(LEFT, 0.6, 5.6, PANEL)
    mesh = ax.pcolormesh(vote.levels, 100 * rates, 100 * shares, vmin=0, vmax=100,
                         cmap=_shades(), shading="nearest", rasterized=True)  # fmt: skip
    inner = [x for x in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7) if shares.min() < x < shares.max()]
    if inner:
        widths = [2.4 if x == 0.5 else 1.0 for x in inner]
        lines = ax.contour(vote.levels, 100 * rates, 100 * shares, [100 * x for x in inner],
                           colors=style.INK, linewidths=widths)  # fmt: skip
        ax.clabel(lines, fmt="%.0f %%", fontsize=style.SMALL)
    ax.set_yscale("log")
    ticks = [t for t in (0.1, 0.2, 0.4, 1, 2, 3, 5) if 99 * rates[0] <= t <= 101 * rates[-1]]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    ax.set_xlabel("strength of guarantees, E points")
    ax.set_ylabel("hazard that a deal breaks\nwithout guarantees, % a month")
    bar = page.figure.colorbar(mesh, cax=page.axes(LEFT + 5.85, 0.6, 0.15, PANEL))
    bar.set_label(f"{style.label(vote.party)}'s public: share that accepts, %", size=style.SMALL)
    return page.save(run.figures, f"referendum_{vote.party}")


def _shades():  # type: ignore[no-untyped-def]
    from experiments.figures.guarantees import SHADES

    return SHADES


def _vote_title(run: Run, vote: Referendum) -> str:
    shares, chance = vote.shares().mean(axis=0), vote.chances().mean(axis=0)
    best = int(shares.argmax())
    return style.unbroken(
        f"{document(run)}: {style.percent(shares[0])} of the public of {style.label(vote.party)} "
        f"accept it with the weakest guarantees, {style.percent(shares[best])} with the package "
        f"it likes best (E = {vote.levels[best]}); a referendum then passes with a chance of "
        f"{style.percent(chance[best])}"
    )


def document(run: Run) -> str:
    """Return the title of the document asked about."""
    wanted = subject(run.case, run.config)
    found = next(d.title for d in run.case.tables.documents if d.document_id == wanted)
    return found.partition(" (")[0]


def _vote_caption(run: Run, vote: Referendum) -> str:
    return (
        "Of those with an opinion; mean over draws of the public that fit the polls on whole "
        "plans. Each point: the package of exactly E points the public likes best is added to the "
        "rest of the text; up, the hazard held alike for every draw (in the title as learned). "
        f"Thick line: half accept. Only the public of {style.label(vote.party)} was polled on "
        "plans in this record; no poll asked about this text. "
        f"{len(vote.publics)} draws of the public.\n" + run.conditions(_worlds(run))
    )


def _worlds(run: Run) -> int:
    return len(set(run.worlds["world"].to_pylist()))


def draw_rest(run: Run) -> list[Path]:
    """Draw how often both sides sign, by strength, the rest as in the document or chosen too."""
    width = LEFT + 2 * ACROSS + APART
    page = Page(_rest_title(run), _rest_caption(run), width, PANEL + 1.1)
    for n, (chooser, words) in enumerate(_choosers(run)):
        ax = page.axes(LEFT + n * (ACROSS + 0.75), 0.6, ACROSS, PANEL)
        for reading in reversed(READINGS):
            _line(ax, run, reading, chooser)
        ax.set_title("\n".join(style.wrap(words, style.SMALL, ACROSS)), loc="left",
                     size=style.SMALL, weight="bold")  # fmt: skip
        ax.set_xlabel("strength of guarantees, E points")
        ax.set_ylim(-2, 102)
        if n == 0:
            ax.set_ylabel("worlds in which both sides sign\nsome text of this strength, %")
            ax.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0))
    return page.save(run.figures, "rest")


def _choosers(run: Run) -> list[tuple[str, str]]:
    held = ", ".join(f"{i} = {o}" for i, o in run.config.guarantees.held.items())
    kept = f" but {held}" if held else ""
    return [
        (BOTH, f"the rest as in {document(run)}"),
        (OPTIMISED, f"every other point chosen exactly{kept}".replace("_", " ")),
    ]


def _line(ax: Axes, run: Run, reading: str, chooser: str) -> None:
    together = answers(run.worlds, run.case, reading, chooser).together
    if not len(together):
        return
    shares = 100 * together.mean(axis=0)
    colour, dash, width = LOOKS[reading]
    ax.plot(np.arange(len(shares)), shares, dash, color=colour, lw=width, label=LINES[reading])


def _rest_title(run: Run) -> str:
    best = []
    for chooser in (BOTH, OPTIMISED):
        together = answers(run.worlds, run.case, "both", chooser).together
        most = float(together.mean(axis=0).max()) if len(together) else None
        best.append("an unproven share" if most is None else style.percent(most))
    one, two = (title(side) for side in sides(run.case))
    return style.unbroken(
        f"{document(run)}: {one} and {two} both sign with the best package of one strength in at "
        f"most {best[0]} of worlds; with every other point chosen too, in {best[1]}"
    )


def _rest_caption(run: Run) -> str:
    unproven = max(answers(run.worlds, run.case, r, OPTIMISED).unproven for r in READINGS)
    return (
        "Left: a package of exactly E points is added to the rest of the document, the one that "
        "serves the less content of the two. Right: the exact solver says whether any text of "
        "exactly E points is signed by both sides. Law, stated conditions and the consent of "
        f"others are set aside{left_out(unproven)}.\n" + run.conditions(_worlds(run))
    )
