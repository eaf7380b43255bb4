"""Which statements carry the bargaining range: the headline without each of them."""

from pathlib import Path

from experiments import store
from experiments.config import Config
from experiments.figures import style
from experiments.figures.style import Page
from sim.case import Case

ROW = 0.42


def draw(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw how far the headline moves without each row, and flipped."""
    found = store.read_json(run_dir / "findings.json")
    rows = [found[name] for name in found if name.startswith("row_") and name != "row_pr_zopa"]
    words = {s.statement_id: s for s in case.tables.statements}
    with style.look():
        page = Page(_title(rows), _caption(case, config), 9.5, ROW * len(rows) + 0.7)
        ax = page.axes(4.6, 0.5, 4.7, ROW * len(rows))
        for n, row in enumerate(reversed(rows)):
            s = words[row["statement_id"]]
            ax.plot([0, row["flipped"]], [n, n], color=style.UNKNOWN_GREY, lw=5)
            ink = style.colour(case.party_index(s.party))
            ax.plot([0, row["value"]], [n, n], color=ink, lw=5)
            ax.plot([row["low"], row["high"]], [n - 0.25] * 2, color=style.INK, lw=1)
            label = f"{style.label(s.party)} {s.date}, {s.stance}\n{s.issue} = {s.option}"
            ax.text(-0.02, n, label.replace("_", " "), transform=ax.get_yaxis_transform(),
                    ha="right", va="center", size=7)  # fmt: skip
        ax.axvline(0, color=style.INK, lw=1)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_yticks([])
        ax.set_xlabel("change of the mean best gain, own war-months")
        return page.save(run_dir / "figures", "evidence")


def _title(rows: list[dict]) -> str:
    most = max((abs(row["value"]) for row in rows), default=0.0)
    return (
        f"Each of the {len(rows)} rows that move the mean best gain most surely moves it by "
        f"at most {most:.1f} war-months"
    )


def _caption(case: Case, config: Config) -> str:
    return (
        "Gain of the worst-off signer from the best text. Coloured: without the row; grey: "
        "had it said the opposite; thin: the noise of worlds. By importance reweighting of the "
        "posterior draws; where the Pareto k in findings.json is above 0.7 only a refit can "
        "tell.\n" + style.conditions(case, config, config.worlds)
    )
