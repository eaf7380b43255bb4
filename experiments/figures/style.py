"""The shared look: colours, a page with a sentence on top and the conditions below, saving.

Pages are laid out in inches, so that nothing depends on a layout engine; text is wrapped by
measured width. Files hold neither dates nor versions: the same run draws the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from experiments.config import Config
from experiments.ensembles import basis
from experiments.ranges import median, quantile
from experiments.store import atomic
from sim.case import Case

PARTY_COLOURS = ("#117733", "#CC6600", "#3C6EB4", "#AA4499", "#88CCEE", "#666633")
"""By place in the case's order; told apart by colour-blind readers, and nobody's flag."""

STATUS_COLOURS = {
    "accept": "#3B76AF",
    "needs work": "#EBCB76",
    "unacceptable": "#8C3B2B",
    "open": "#FFFFFF",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
INK, QUIET, GRID, UNKNOWN_GREY = "#222222", "#5A5A5A", "#DDDDDD", "#D9D9D9"

HEAD, BODY, SMALL = 13.0, 9.5, 8.5
DPI = 110
MARGIN = 0.25
"""Inches around every page."""

_LOOK = {
    "font.family": "DejaVu Sans",
    "font.size": BODY,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": BODY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "svg.hashsalt": "tango",
    "svg.fonttype": "path",
    "text.color": INK,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in our look, whatever the reader's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)
        yield


class Page:
    """A figure with a title sentence on top and a caption below; the body lies between.

    Parameters
    ----------
    title : str
        A sentence that says what is shown.
    caption : str
        How to read it; ends with the conditions of the run (:func:`conditions`).
    width, height : float
        Of the body, inches.
    """

    def __init__(self, title: str, caption: str, width: float, height: float) -> None:
        heading = wrap(title, HEAD, 0.97 * width, bold=True)  # hinting widens what is drawn
        notes = [line for part in caption.split("\n") for line in wrap(part, SMALL, 0.98 * width)]
        self.foot = MARGIN + leading(SMALL) * len(notes) + 0.1
        top = leading(HEAD) * len(heading) + 0.12 + MARGIN
        self.size = (width + 2 * MARGIN, self.foot + height + top)
        self.figure = Figure(self.size, dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.words(heading, self.size[1] - MARGIN, HEAD, weight="bold")
        self.words(notes, self.foot - 0.1, SMALL, color=QUIET)

    def words(self, lines: Sequence[str], top: float, size: float, **how: Any) -> None:
        """Write lines from the left margin, the first with its top ``top`` inches up the page."""
        for n, line in enumerate(lines):
            place = (MARGIN / self.size[0], (top - n * leading(size)) / self.size[1])
            self.figure.text(*place, line, size=size, va="top", **how)

    def axes(self, left: float, bottom: float, width: float, height: float, **how: Any) -> Axes:
        """Add axes at a place of the body, inches from its lower left corner."""
        across, up = self.size
        box = ((MARGIN + left) / across, (self.foot + bottom) / up, width / across, height / up)
        return self.figure.add_axes(box, **how)

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write ``name.png`` and ``name.svg`` into a folder, each whole or not at all."""
        paths = [folder / f"{name}.png", folder / f"{name}.svg"]
        for path, metadata in zip(paths, ({"Software": None}, _NO_DATE), strict=True):
            with atomic(path) as draft:
                self.figure.savefig(draft, metadata=metadata)
        return paths


_NO_DATE = {"Date": None, "Creator": None}


def leading(size: float) -> float:
    """Return the height of a line, inches, for a type size in points."""
    return 1.35 * size / 72


_RULER = RendererAgg(1, 1, 720)  # fine enough that hinting does not move a line break


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a text, inches."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)
    width, _, _ = _RULER.get_text_width_height_descent(text, font, False)
    return float(width) / _RULER.dpi


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than ``width`` inches; a longer word stands alone."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def conditions(case: Case, config: Config, worlds: int) -> str:
    """Return the line every figure carries: what its numbers are conditional on."""
    count = f"{worlds} world" + ("s" if worlds != 1 else "")
    told = f"Conditional on the model; {basis(config, case)}."
    return f"{told} {case.title}: {count}, seed {config.seed}."


def label(party: str) -> str:
    """Return a party's name as it is written in a figure.

    >>> [label(party) for party in ("us", "egypt", "united_nations")]
    ['US', 'Egypt', 'United Nations']
    """
    return party.upper() if len(party) <= 3 else party.replace("_", " ").title()


def short_labels(parties: Sequence[str]) -> list[str]:
    """Return the shortest beginnings that tell parties apart.

    >>> short_labels(["egypt", "us", "ukraine"])
    ['E', 'US', 'Uk']
    """
    lengths = [_telling_length(party, parties) for party in parties]
    return [label(p)[:n] for p, n in zip(parties, lengths, strict=True)]


def _telling_length(party: str, parties: Sequence[str]) -> int:
    others = [other for other in parties if other != party]
    tells = (n for n in range(1, len(party)) if not any(o[:n] == party[:n] for o in others))
    return next(tells, len(party))


def colour(p: int) -> str:
    """Return the colour of party number p."""
    return PARTY_COLOURS[p % len(PARTY_COLOURS)]


def day(when: date) -> str:
    """Return a date as words that stay on one line: no month number to mistake for a day.

    >>> day(date(2025, 12, 2)).split()
    ['2', 'Dec', '2025']
    """
    return f"{when.day}\N{NO-BREAK SPACE}{MONTHS[when.month - 1]}\N{NO-BREAK SPACE}{when.year}"


def percent(share: float) -> str:
    """Write a share; only all is 100 %, and only none is 0 %.

    >>> [percent(x) for x in (0.0, 0.004, 0.5, 0.999, 1.0)]
    ['0 %', 'under 1 %', '50 %', 'over 99 %', '100 %']
    """
    if 0 < share < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def unbroken(text: str) -> str:
    """Return a text in which no line ends between a number and its per cent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def middle_and_90(sample: np.ndarray) -> tuple[float, float, float]:
    """Return the median and the ends of the middle 90 %, as the findings give them."""
    if not len(sample):
        return np.nan, np.nan, np.nan
    return median(sample), quantile(sample, 0.05), quantile(sample, 0.95)
