"""Backtest: how well are answers predicted that nobody had seen yet, against simple rules?

Forward in time over the record, or (``case.later=PATH``) on a folder of later evidence after
fitting up to the cut-off. Scores are of public stances. What two sides would trade across points,
what fighting on is worth and how long they hold out are priors; nothing here tests them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.calibration import blocks as seen
from experiments.calibration import papers, scores, signs
from experiments.calibration.blocks import Blocks
from experiments.calibration.rows import middle
from experiments.calibration.scores import Replicated
from experiments.columns import Column
from experiments.config import Config
from experiments.findings import Finding, Findings, exactly, finding, not_built
from experiments.ranges import BoxRange, Range
from sim.beside import later_case
from sim.case import Case, default_root
from sim.posterior import HOME
from sim.worth import Floats, Ints

FIRST = (
    "gain_log_score_nearest",
    "gain_log_score_axis",
    "log_score_model",
    "log_score_model_middle",
    "untested",
)
"""The findings that come first."""
TOLD = ("log_score_average", "log_score_axis", "log_score_nearest", "log_score_carry",
        "log_score_frequency", "gain_log_score_axis_middle", "log_score_model_without_late",
        "gain_log_score_average")  # fmt: skip
"""Cells that are told besides; all the others stand in findings.json only."""
SIGN_WORLDS = 200
"""Worlds behind the sign check."""
BOXED = False
UNIT = "forecast"
UNITS = {"log_score": "log chance", "rps": "score", "brier": "score", "auc": "chance"}
UNTESTED = (
    "The backtest scores public stances; trade-offs across points, the value of fighting on and "
    "hold-out are priors and untested."
)


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns: one row per answer and predictor."""
    text, real, whole = pa.string(), pa.float64(), pa.int64()
    return {
        "predictor": (text, "name"),
        "statement_id": (text, "row predicted"),
        "block": (whole, "number of the block, 0 for a later folder"),
        "week": (whole, "calendar week"),
        "party": (text, "name"),
        "middle": (pa.bool_(), "neither end of its issue"),
        "late": (pa.bool_(), "about an option first public after the cut-off"),
        "status": (whole, "0 reject, 1 conditional, 2 accept"),
        "reject": (real, "chance"),
        "conditional": (real, "chance"),
        "accept": (real, "chance"),
    }


def units(case: Case, config: Config) -> int:
    """Return how many forecasts are made: one, of all blocks or of the later folder."""
    if config.case.get("later"):
        later_case(case, Path(config.case["later"]))  # faults before anything is computed
    signs.talks_of(config, case)
    return 1


def inputs(config: Config) -> Iterable[Path]:
    """Return the later folder's tables, the kept forward chances, and all of the sign check.

    That is, of every case a talk is of, its YAML, its tables and its kept draws with their notes.
    """
    later, root = config.case.get("later"), default_root()
    name = str(config.case_section["name"])
    kept = [HOME / f"{name}.npz", HOME / f"{name}_forward.csv"]
    talked = {str(talk.get("case")) for talk in config.backtest.signs.values()}
    for other in (n for n in signs.installed() if n in talked):
        kept += [
            root / f"{other}.yaml",
            root / other,
            HOME / f"{other}.npz",
            HOME / f"{other}.json",
        ]
    return [*(Path(p) for p in ([later] if later else [])), *(p for p in kept if p.exists())]


def _forecast(case: Case, config: Config) -> Blocks:
    later = config.case.get("later")
    if later:
        return seen.later(case, later_case(case, Path(later)), config)
    return seen.forward(case, config)


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Predict every answer by every rule."""
    found = _forecast(case, config)
    answers, rows = found.answers, {name: [] for name in columns(case, config)}
    weeks, inner = scores.weeks_of(answers.days), middle(case, answers)
    for name, chance in found.chance.items():
        for n in range(len(answers)):
            row = {
                "predictor": name,
                "statement_id": answers.ids[n],
                "block": int(found.block[n]),
                "week": int(weeks[n]),
                "party": case.parties[answers.party[n]],
                "middle": bool(inner[n]),
                "late": bool(case.agenda.late[answers.issue[n], answers.option[n]]),
                "status": int(answers.status[n]),
            } | dict(zip(("reject", "conditional", "accept"), map(float, chance[n]), strict=True))
            for column, value in row.items():
                rows[column].append(value)
    return rows


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return every cell of the score table and the model's gain over every rival."""
    table = _by_predictor(worlds)
    any_rows = next(iter(table.values()))
    found: Findings = {"untested": finding(exactly(0.0, 0), "1", UNTESTED)}
    gains: Findings = {}
    for part, at in _parts(any_rows, case).items():
        samples = scores.resampled(any_rows["week"][at], config.seed)
        times = scores.times_drawn(samples, len(at))
        status = any_rows["status"][at]
        chances = {name: _chance(rows)[at] for name, rows in table.items()}
        for score in scores.SCORES:
            told = {n: scores.replicated(score, c, status, times) for n, c in chances.items()}
            for name, cell in told.items():
                found[f"{score}_{name}{part}"] = _cell(score, name, part, cell, len(at))
                if name != "model" and "model" in told:
                    gain = _gain(score, told["model"], cell, name, part, len(at))
                    gains[f"gain_{score}_{name}{part}"] = gain
    found |= gains
    for name, entry in found.items():
        entry["quiet"] = not (name in FIRST or name in TOLD)
    later = config.case.get("later")
    if later:
        found |= papers.findings(case, later_case(case, Path(later)))
    else:
        found |= signs.findings(config, case, min(config.worlds, SIGN_WORLDS))
    return found


def _by_predictor(worlds: pa.Table) -> dict[str, dict[str, np.ndarray]]:
    """Return the columns of every predictor's rows, by its name."""
    data = {name: np.array(worlds[name].to_pylist()) for name in worlds.column_names}
    names = list(dict.fromkeys(data["predictor"].tolist()))
    return {
        name: {column: values[data["predictor"] == name] for column, values in data.items()}
        for name in names
    }


def _chance(rows: dict[str, np.ndarray]) -> Floats:
    return np.column_stack([rows[name] for name in ("reject", "conditional", "accept")])


def _parts(rows: dict[str, np.ndarray], case: Case) -> dict[str, Ints]:
    """Return the rows behind every ending of a cell's name."""
    parts = {"": np.arange(len(rows["status"]))}
    parts |= {f"_{name}": np.flatnonzero(rows["party"] == name) for name in case.parties}
    late = np.flatnonzero(~rows["late"])
    return parts | {"_middle": np.flatnonzero(rows["middle"]), "_without_late": late}


def _words(part: str) -> str:
    words = {
        "": "all answers",
        "_middle": "answers on middle options",
        "_without_late": "answers on options public before the cut-off",
    }
    return words.get(part, f"answers of {part[1:]}")


def _cell(score: str, name: str, part: str, cell: Replicated, n: int) -> Finding:
    """Return one score of one predictor over some rows, with the interval of resampled weeks."""
    if np.isnan(cell.value):
        return not_built(f"{score} of {name}, {_words(part)}: not defined on {n} rows.")
    low, high = scores.interval(cell.sample)
    better = "higher" if scores.HIGHER[score] else "lower"
    spread = f"{low:.3f} to {high:.3f}, {better} is better"
    said = f"{score} of {name}, {_words(part)}: {cell.value:.3f} ({spread}), {n} rows."
    return finding(Range(cell.value, low, high, n=n), UNITS[score], said)


def _gain(
    score: str, model: Replicated, rival: Replicated, name: str, part: str, n: int
) -> Finding:
    """Return how much better the model is than a rival (> 0: better), same weeks resampled."""
    sign = 1.0 if scores.HIGHER[score] else -1.0
    value = sign * (model.value - rival.value)
    if np.isnan(value):
        return not_built(f"The model against {name}, {_words(part)}: no {score} to compare.")
    low, high = scores.interval(sign * (model.sample - rival.sample))
    shown = "better" if low > 0 else "worse" if high < 0 else "no difference shown"
    order = f"the model less {name}" if sign > 0 else f"{name} less the model (above 0: better)"
    said = (
        f"{score} of {order}, {_words(part)}: {value:+.3f} (90 %: {low:+.3f} to "
        f"{high:+.3f}, weeks resampled, {n} rows): {shown}."
    )
    return finding(Range(value, low, high, n=n), UNITS[score], said.replace("log_", "Log ", 1))


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw the score table and the calibration curve."""
    from experiments.figures import scores as picture

    return picture.draw(run_dir, case, config)
