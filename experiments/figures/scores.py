"""How well unseen answers were predicted: scores by predictor, whole and by party."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments import store
from experiments.config import Config
from experiments.figures import calibration, style
from experiments.figures.style import Page
from sim.case import Case

NAMES = {
    "model": "the model (variant chosen on earlier blocks)",
    "average": "model averaged with the best simple rule so far",
    "axis": "place on the axis, one slope a party",
    "nearest": "distance to the party's last demand",
    "carry": "last answer carried forward",
    "frequency": "the party's shares",
    "frequency_basket": "the party's shares by basket",
    "frequency_point": "the party's shares by point",
}
MODEL, RIVAL = "#3B76AF", "#8A8A8A"


def draw(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw log scores with intervals, whole and by party; then how far chances are kept."""
    found = store.read_json(run_dir / "findings.json")
    worlds = store.read_table(run_dir / "worlds")
    names = [n for n in NAMES if (found.get(f"log_score_{n}") or {}).get("value") is not None]
    parts = {"": "All answers"} | {f"_{p}": style.label(p) for p in case.parties}
    parts |= {"_middle": "Middle options"}
    with style.look():
        page = Page(_title(found, names), _caption(found, config, case), 11.0, 4.6)
        for n, (part, label) in enumerate(parts.items()):
            ax = page.axes(2.95 + n * 1.05, 0.55, 0.9, 3.8)
            _panel(ax, found, names, part, label, first=n == 0)
        drawn = page.save(run_dir / "figures", "scores")
    return drawn + (calibration.draw(run_dir, worlds, case, config) if len(worlds) else [])


def _panel(ax: Axes, found: dict, names: list[str], part: str, label: str, first: bool) -> None:
    for y, name in enumerate(reversed(names)):
        cell = found.get(f"log_score_{name}{part}")
        if not cell or cell["value"] is None:
            continue
        colour = MODEL if name in ("model", "average") else RIVAL
        if cell["low"] is not None:
            ax.plot([cell["low"], cell["high"]], [y, y], color=colour, lw=1.5)
        ax.plot(cell["value"], y, "o", color=colour, ms=5)
    ax.set_title(label, size=style.SMALL, weight="bold")
    ax.set_xlim(-1.35, -0.15)
    ax.set_xticks([-1.2, -0.8, -0.4])
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.set_yticks(range(len(names)), [NAMES[n] for n in reversed(names)] if first else [])
    ax.axvline(-np.log(3), color=style.GRID, lw=1, zorder=0)
    if first:
        ax.set_xlabel("log score (right is better)", size=style.SMALL)


def _title(found: dict, names: list[str]) -> str:
    """Say whether the model beats the best simple rule."""
    simple = [n for n in names if n not in ("model", "average")]
    if "model" not in names or not simple:
        return "How well simple rules predict answers nobody had seen yet"
    best = max(simple, key=lambda n: found[f"log_score_{n}"]["value"])
    gain = found[f"gain_log_score_{best}"]
    word = "no better or worse than" if gain["low"] <= 0 <= gain["high"] else (
        "better than" if gain["low"] > 0 else "worse than")  # fmt: skip
    return f"Predicting answers nobody had seen yet, the model is {word} the best simple rule"


def _caption(found: dict, config: Config, case: Case) -> str:
    n = next((f["n"] for name, f in found.items() if name.startswith("log_score_")), 0)
    return (
        "Mean log chance given to what each party then said, with 90 % intervals from resampled "
        f"weeks, {n} answers; the thin line is the score of equal chances. "
        f"{found['untested']['sentence']}\n"
        + style.conditions(case, config, config.worlds).partition(": ")[0]
        + "."
    )
