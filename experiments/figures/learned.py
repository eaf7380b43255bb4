"""What the record taught and what it left open: weights with intervals, unlearned ones greyed."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from experiments.calibration.learned import LEARNED, narrowed
from experiments.config import Config
from experiments.figures import style
from experiments.figures.style import Page
from sim.case import Case
from sim.latent import Frame, Latent, meaning
from sim.worth import Floats

ROW = 0.19
"""Inches per issue."""


def draw(run_dir: Path, z: Floats, frame: Frame, case: Case, config: Config) -> list[Path]:
    """Draw every party's weights; ``z`` is (chains, draws, normals)."""
    flat = z.reshape(-1, z.shape[-1])
    picked = flat[np.linspace(0, len(flat) - 1, min(len(flat), 800)).astype(int)]
    draws, share = [meaning(row, frame, np) for row in picked], narrowed(picked, frame)["weight"]
    return draw_weights(run_dir, draws, frame, share, case, config)


def draw_weights(
    run_dir: Path, draws: list[Latent], frame: Frame, share: Floats, case: Case, config: Config
) -> list[Path]:
    """Draw every party's weights; ``share`` (P, J) is what the record took of their variance."""
    weight = np.array([d.weight for d in draws])
    prior = np.exp(frame.log_salience)
    prior = prior / prior.sum(axis=1, keepdims=True)
    parties, issues = share.shape
    with style.look():
        page = Page(_title(share), _caption(case, config), 11.0, ROW * issues + 1.0)
        for p in range(parties):
            ax = page.axes(2.3 + 2.2 * p, 0.55, 2.0, ROW * issues)
            _panel(ax, weight[:, p], prior[p], share[p], style.colour(p))
            ax.set_title(style.label(case.parties[p]), size=style.BODY, weight="bold")
            names = [name.replace("_", " ") for name in case.agenda.issue_ids]
            ax.set_yticks(range(issues), names[::-1] if p == 0 else [], size=7)
        return page.save(run_dir / "figures", "weights")


def _panel(ax: Axes, weight: Floats, prior: Floats, share: Floats, colour: str) -> None:
    low, mid, high = np.quantile(weight, [0.05, 0.5, 0.95], axis=0)
    for j in range(len(mid)):
        y, known = len(mid) - 1 - j, share[j] >= LEARNED
        ink = colour if known else style.UNKNOWN_GREY
        ax.plot([low[j], high[j]], [y, y], color=ink, lw=2)
        ax.plot(mid[j], y, "o", color=ink, ms=4)
        ax.plot(prior[j], y, "|", color=style.INK, ms=6)
    ax.set_xlim(0, max(0.16, float(high.max())))
    ax.set_ylim(-0.7, len(mid) - 0.3)
    ax.set_xlabel("share of the party's weight", size=style.SMALL)


def _title(share: Floats) -> str:
    part = float((share >= LEARNED).mean())
    return f"The record narrows {style.percent(part)} of the weights; the rest stay the analyst's"


def _caption(case: Case, config: Config) -> str:
    return (
        "Dot and bar: median and middle 90 % after the record is read; tick: where the weight was "
        f"centred before. Coloured where at least {100 * LEARNED:.0f} % of the variance of the log "
        "weight is gone, grey where the record taught less.\n"
        + style.conditions(case, config, config.worlds).partition(": ")[0]
        + "."
    )
