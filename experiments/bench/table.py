"""The bench itself: both sides in one run, one table, one file."""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.bench.measure import Measure, calibrate

RIVAL = Path(__file__).with_name("rival_negmas.py")
RATE = "per CPU-second"
LIMIT = 600
"""Seconds after which the rival is given up."""

NOTES = """\
Comparable: four parties, every issue and option of the case, the same weights, values and value of
fighting on (world 0); one process, one thread, CPU time, measured one after the other in this run.
Set-up of a negotiation counts on both sides, imports and compilation on neither.
Not comparable: a negotiation of ours is a drawn world of 104 calendar weeks with red lines, law,
consent, enforcement, contacts and a mediator that redrafts; the rival's is additive utility alone.
A round of ours is a contact (answers on every point, a redraft, perhaps signatures), one of theirs
a proposal or a turn. Theirs end when they agree or run out of steps, ours at a signature, an end
outside or the horizon. Who reaches the better text is not measured here. The rows zopa and exists
solve worlds drawn beforehand; "agreed" counts those with a text every required signer prefers."""


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the table and write ``bench.json``."""
    parser = argparse.ArgumentParser("python -m experiments.bench", allow_abbrev=False)
    parser.add_argument("--rival-python", metavar="PATH", help="Python with NegMAS installed")
    parser.add_argument("--case", default="ukraine_2025")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--worlds", type=int, default=500, help="compiled, and solved")
    parser.add_argument("--solved", type=int, help="easy and hard, for the solver; as --worlds")
    parser.add_argument("--watched", type=int, default=20, help="driven by Mesa")
    parser.add_argument("--results-dir", type=Path, default=Path("results"))
    asked = parser.parse_args(words)
    from experiments.identity import set_numba_cache

    set_numba_cache()
    from sim.case import load_case
    from sim.ensemble import prior_ensemble
    from sim.settings import Settings

    ensemble = prior_ensemble(load_case(asked.case), Settings(), asked.seed)
    own, theirs, about = measured(asked, ensemble)
    where = machine(about)
    rows = compared(own, theirs, where)
    print(table(own, theirs, rows, about))
    rows |= possible(asked.rival_python, ensemble, where)
    rows |= hard_worlds(load_case(asked.case), ensemble, asked, where)
    path = asked.results_dir / "bench" / "bench.json"
    from experiments import store

    store.write_json(path, rows)
    print(f"\nWritten: {path}")
    return 0


def measured(
    asked: argparse.Namespace, ensemble: Any
) -> tuple[list[Measure], list[Measure], dict[str, Any]]:
    """Measure the rival, then ourselves; the rival is left out if it has no Python."""
    from experiments.bench.domain import domain
    from experiments.bench.ours import ours

    theirs: list[Measure] = []
    about: dict[str, Any] = {}
    if asked.rival_python:
        theirs, about = rival(asked.rival_python, domain(ensemble))
    return ours(ensemble, asked.worlds, asked.watched), theirs, about


def possible(python: str | None, ensemble: Any, where: str) -> dict[str, dict[str, Any]]:
    """Ask both programs what is possible; print a table and return its rows.

    Raises
    ------
    RuntimeError
        If the two find different points.
    """
    from experiments.bench import frontiers

    own, theirs = frontiers.ours(ensemble), {}
    if python:
        theirs = {found["name"]: found for found in answers(python, frontiers.domains(ensemble))}
    if differ := frontiers.differences(own, theirs):
        raise RuntimeError("\n".join(differ))
    rows = frontiers.rows(own, theirs, where)
    print("\n" + frontiers.table(own, rows))
    return rows


def hard_worlds(
    case: Any, prior: Any, asked: argparse.Namespace, where: str
) -> dict[str, dict[str, Any]]:
    """Measure the solver on easy and hard worlds; print a table and return its rows."""
    from experiments.bench import hard
    from sim.posterior import ensemble_of, is_calibrated
    from sim.settings import Settings

    ensembles = {"prior": prior}
    if is_calibrated(case):
        ensembles["posterior"] = ensemble_of(case, Settings(ensemble="posterior"), asked.seed)
    sets = hard.sets_of(ensembles, asked.solved or asked.worlds)
    rows = hard.rows(sets, where)
    print("\n" + hard.table_of(rows, sets))
    return rows


def rival(python: str, case: dict[str, Any]) -> tuple[list[Measure], dict[str, Any]]:
    """Run the rival's program; return its measurements and what it says of itself."""
    *lines, last = answers(python, case)
    return [Measure(**line) for line in lines], last


def answers(python: str, question: Any) -> list[Any]:
    """Run the rival's program on a question and return its lines.

    Raises
    ------
    RuntimeError
        If it fails, with the last line it said.
    """
    with tempfile.TemporaryDirectory(prefix="tango-bench-") as folder:
        path = Path(folder) / "domain.json"
        path.write_text(json.dumps(question), encoding="utf-8")
        outside = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
        done = subprocess.run(
            [python, str(RIVAL), str(path)],
            capture_output=True, text=True, timeout=LIMIT, env=outside,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the rival failed: {(done.stderr.splitlines() or ['no word'])[-1]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def machine(about: dict[str, Any]) -> str:
    """Say where it was measured, and how long a fixed loop took there at that time."""
    from experiments.batch import cores
    from experiments.identity import platform_name

    loops = [f"ours {calibrate():.3f} s"] + ([f"rival {about['loop']:.3f} s"] if about else [])
    return f"{platform_name()}; {cores()} cores; fixed loop: {', '.join(loops)}"


def compared(own: list[Measure], theirs: list[Measure], where: str) -> dict[str, dict[str, Any]]:
    """Return the rows of ``bench.json``: our first engine against each rival, then ours alone."""
    rows = {}
    for other in theirs:
        rows[other.name] = _row(own[0].rate, other.rate, other.unit, where)
        rates = (own[0].round_rate, other.round_rate)
        rows[f"{other.name}_rounds"] = _row(*rates, "rounds", where)
    for mine in own:
        rows[f"ours_{mine.name}"] = _row(mine.rate, None, mine.unit, where)
    return rows


def _row(ours: float, rival: float | None, unit: str, where: str) -> dict[str, Any]:
    ratio = None if rival is None else ours / rival
    return {
        "ours": ours,
        "rival": rival,
        "ratio": ratio,
        "unit": f"{unit} {RATE}",
        "machine": where,
    }


def table(
    own: list[Measure], theirs: list[Measure], rows: dict[str, Any], about: dict[str, Any]
) -> str:
    """Return the table with its footnote."""
    head = ["", RATE, "CPU ms each", "wall ms each", "rounds each", "agreed", "ratio"]
    lines = [head]
    lines += [_line(f"ours, {m.name}", m, None) for m in own]
    lines += [_line(f"{about['rival']}, {m.name}", m, rows[m.name]["ratio"]) for m in theirs]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    said = [
        "  ".join(
            f"{c:<{w}}" if n == 0 else f"{c:>{w}}"
            for n, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    whose = f"Ratio: {own[0].name} against the rival's, negotiations per CPU-second."
    if not theirs:
        whose = "The rival was not measured (--rival-python)."
    where = next(iter(rows.values()))["machine"]
    notes = [f"{m.name}: {m.note}." for m in [*own, *theirs]]
    return "\n".join([*said, "", whose, *notes, NOTES, f"Machine: {where}."])


def _line(name: str, m: Measure, ratio: float | None) -> list[str]:
    each = [1e3 * m.cpu / m.negotiations, 1e3 * m.wall / m.negotiations]
    return [
        name,
        f"{m.rate:,.1f}",
        *(f"{x:,.2f}" for x in each),
        f"{m.rounds / m.negotiations:,.1f}",
        f"{m.agreed}/{m.negotiations}",
        "" if ratio is None else f"{ratio:,.1f}",
    ]
