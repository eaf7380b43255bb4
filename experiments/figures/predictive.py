"""Would the posterior have said what was said? Shares on the record against replicated records."""

from pathlib import Path

from matplotlib.axes import Axes

from experiments.calibration.predictive import CLASSES, Check
from experiments.config import Config
from experiments.figures import style
from experiments.figures.style import Page
from sim.case import Case

ROW, LABELS, WIDTH, APART = 0.27, 2.3, 1.75, 0.3
COLOUR, OFF = "#3B76AF", "#8C3B2B"


def draw(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the stance mix by basket, verdicts by document, and points left open by document."""
    from experiments.pages.learned import checks

    mix, verdicts, open_points = checks(case, config.seed)
    baskets = list(dict.fromkeys(c.place for c in mix))
    rows = max(len(baskets), len(verdicts), len(open_points))
    height = ROW * rows
    with style.look():
        width = 2 * LABELS + 5 * (WIDTH + APART) + 1.6
        page = Page(_title([*mix, *verdicts, *open_points]), _caption(case, config), width,
                    height + 1.0)  # fmt: skip
        for n, kind in enumerate(CLASSES):
            found = [c for c in mix if c.what == kind]
            ax = page.axes(1.0 + n * (WIDTH + APART), 0.45 + height - ROW * len(found), WIDTH,
                           ROW * len(found))  # fmt: skip
            _panel(ax, found, f"Statements: {kind}", baskets if n == 0 else None)
        left = 1.0 + 3 * (WIDTH + APART) + LABELS
        for found, words in ((verdicts, "Verdicts that reject"), (open_points, "Points left open")):
            ax = page.axes(left, 0.45 + height - ROW * len(found), WIDTH, ROW * len(found))
            _panel(ax, found, words, [c.place for c in found])
            left += WIDTH + LABELS
        return page.save(run_dir / "figures", "predictive")


def _panel(ax: Axes, found: list[Check], words: str, names: list[str] | None) -> None:
    """Draw the middle 90 % of replicates as a bar, the record as a dot."""
    for y, check in enumerate(found):
        ax.plot([check.low, check.high], [y, y], color=style.GRID, lw=6, solid_capstyle="butt")
        ax.plot(check.mid, y, "|", color=style.QUIET, ms=7)
        ax.plot(check.observed, y, "o", color=COLOUR if check.fits else OFF, ms=5)
    counts = max((c.high for c in found), default=0.0) > 1.0
    ax.set_xlim(-0.04 if not counts else -0.5, 1.04 if not counts else None)
    ax.set_ylim(len(found) - 0.4, -0.6)
    labels = [name.replace("_", " ") for name in names] if names else [""] * len(found)
    ax.set_yticks(range(len(found)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_title(words, size=style.SMALL, weight="bold", loc="left")
    ax.set_xlabel("points" if counts else "share", size=style.SMALL)


def _title(found: list[Check]) -> str:
    inside = sum(check.fits for check in found)
    return (
        f"{inside} of {len(found)} counts on the record lie within nine tenths of replicated ones"
    )


def _caption(case: Case, config: Config) -> str:
    return (
        "Dot: the record (red where outside); bar: middle 90 % of records replicated from the "
        "posterior, tick their median. A point of a document is open where a party's last word on "
        "the very option it proposes is no accept. The draws were learned from these rows: a check "
        "of fit, not of prediction.\n" + style.conditions(case, config, config.worlds)
    )
