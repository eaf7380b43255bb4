"""From prior to posterior one part at a time: what each part of the record's lesson changes."""

from pathlib import Path

from matplotlib.axes import Axes

from experiments import store
from experiments.calibration.parts import PARTS
from experiments.config import Config
from experiments.figures import style
from experiments.figures.style import Page
from sim.case import Case

LABELS, WIDTH, APART, ROW = 1.3, 1.75, 0.25, 0.34
ENDS = ("before the record", "after it")


def draw(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw one panel per headline: both ends, and the steps between them."""
    from experiments.studies.drivers import NAMES, WORDS

    found = store.read_json(run_dir / "findings.json")
    rows = [ENDS[0], *(f"+ {WORDS[part]}" for part in PARTS), ENDS[1]]
    height = ROW * len(rows)
    with style.look():
        page = Page(_title(found), _caption(case, config), LABELS + 5 * (WIDTH + APART),
                    height + 1.0)  # fmt: skip
        for n, (name, words) in enumerate(NAMES.items()):
            ax = page.axes(LABELS + n * (WIDTH + APART), 0.3, WIDTH, height)
            _panel(ax, found, name)
            ax.set_yticks(range(len(rows)), rows if n == 0 else [""] * len(rows))
            ax.set_ylim(len(rows) - 0.5, -0.5)
            title = style.wrap(words, style.SMALL, WIDTH)
            ax.set_title("\n".join(title), loc="left", size=style.SMALL, weight="bold")
        return page.save(run_dir / "figures", "drivers")


def _panel(ax: Axes, found: dict, name: str) -> None:
    """Draw one headline: where the chain stands before and after every part."""
    unit = "share" in found[f"{name}_prior"]["unit"]
    at = found[f"{name}_prior"]["value"]
    _end(ax, 0, at, unit)
    for n, part in enumerate(PARTS, 1):
        step = found[f"{name}_{part}"]
        ax.plot([at + step["low"], at + step["high"]], [n, n], color=style.GRID, lw=6)
        ax.plot([at, at + step["value"]], [n, n], color="#3B76AF", lw=3)
        ax.plot([at, at], [n - 0.6, n + 0.2], color=style.QUIET, lw=0.8)
        at += step["value"]
    _end(ax, len(PARTS) + 1, found[f"{name}_posterior"]["value"], unit)
    if unit:
        ax.set_xlim(-0.03, 1.03)
        ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])


def _end(ax: Axes, row: int, value: float, is_share: bool) -> None:
    ax.plot(value, row, "o", color=style.INK, ms=5)
    said = style.percent(value) if is_share else f"{value:.1f}"
    late = is_share and value > 0.6
    ax.annotate(said, (value, row), (-6 if late else 6, 0), textcoords="offset points",
                ha="right" if late else "left", va="center", size=style.SMALL)  # fmt: skip


def _title(found: dict) -> str:
    before, after = (found[f"median_zopa_months_{end}"]["value"] for end in ("prior", "posterior"))
    return (
        f"What the record teaches moves the median best gain from {before:.1f} to {after:.1f} own "
        "war-months"
    )


def _caption(case: Case, config: Config) -> str:
    return (
        "Worlds and luck are the same in every row; each row learns one part more, so the steps "
        "sum to the whole change. Blue: the step; grey: its 90 % interval, paired worlds "
        "resampled. In another order the steps would differ.\n"
        + style.conditions(case, config, config.worlds)
    )
