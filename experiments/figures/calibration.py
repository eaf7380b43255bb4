"""Are the chances told to be taken at their word? Chance told against the share that was so."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from scipy.stats import beta

from experiments.calibration.scores import calibration
from experiments.config import Config
from experiments.figures import style
from experiments.figures.style import Page
from experiments.studies.backtest import UNTESTED
from sim.case import Case
from sim.worth import Floats

SHOWN = {
    "model": "the model",
    "average": "the model averaged with\nthe best simple rule so far",
    "axis": "place on the axis,\none slope a party",
}
CLASSES = {"accept": "Accepts or demands", "reject": "Rejects"}
STATUS = {"reject": 0, "accept": 2}
COLOUR = "#3B76AF"


def draw(run_dir: Path, worlds: pa.Table, case: Case, config: Config) -> list[Path]:
    """Draw the model's calibration and two rivals', for both ends of the scale."""
    rows = worlds.to_pylist()
    table = {name: [r for r in rows if r["predictor"] == name] for name in SHOWN}
    table = {name: found for name, found in table.items() if found and _told(found)}
    n = len(next(iter(table.values()), []))
    with style.look():
        page = Page(_title(n), _caption(case, config), 3.0 * len(table) + 0.5, 6.75)
        for x, (name, found) in enumerate(table.items()):
            for y, (kind, words) in enumerate(CLASSES.items()):
                ax = page.axes(0.6 + 3.0 * x, 3.65 - 3.2 * y, 2.3, 2.3)
                chance = np.array([r[kind] for r in found])
                _panel(ax, chance, np.array([r["status"] == STATUS[kind] for r in found]))
                ax.set_title(words, size=style.BODY, loc="left")
                if y == 0:
                    ax.text(
                        0, 1.17, SHOWN[name], transform=ax.transAxes, weight="bold", va="bottom"
                    )
                if x == 0:
                    ax.set_ylabel("share that was so")
        return page.save(run_dir / "figures", "calibration")


def _told(rows: list[dict]) -> bool:
    return not any(np.isnan(r["accept"]) for r in rows)


def _panel(ax: Axes, chance: Floats, was: Floats) -> None:
    """Draw equally filled bins with 90 % intervals of their share, rows taken one by one."""
    ax.plot([0, 1], [0, 1], color=style.GRID, lw=1)
    for told, share, n in calibration(chance, was.astype(bool)):
        yes = share * n
        low, high = beta.ppf([0.05, 0.95], yes + 0.5, n - yes + 0.5)
        ax.plot([told, told], [low, high], color=COLOUR, lw=1.2)
        ax.plot(told, share, "o", color=COLOUR, ms=5)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("chance told")


def _title(n: int) -> str:
    return f"Chances told before the answer, and how often it was so: {n} answers"


def _caption(case: Case, config: Config) -> str:
    return (
        "Five equally filled groups by the chance told; on the thin line chances are kept. Lines: "
        f"90 % intervals as if every answer stood alone. {UNTESTED}\n"
        + style.conditions(case, config, config.worlds).partition(": ")[0]
        + "."
    )
