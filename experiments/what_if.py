"""`tango what-if strike=ID flip=ID add=...`: what a change of the record would do to the headlines.

The worlds are solved once (``experiment=evidence``, kept in the results folder); after that every
change is a reweighting of the posterior's draws: milliseconds. From Python::

    ask = WhatIf.of(read_config(composed(["experiment=evidence"])))
    ask(strike=["RU-2025-11-27-01"])["zopa_months"].by
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experiments import job, store
from experiments.calibration import bands, changes
from experiments.calibration import trail as trails
from experiments.calibration.bands import MEASURES
from experiments.calibration.changes import ADDED, KINDS
from experiments.calibration.trail import TRUSTED, Headline, Moved, Trail
from experiments.compose import composed
from experiments.config import Config, read_config
from experiments.ensembles import BASIS
from experiments.manifest import read as read_manifest
from experiments.report import CONDITIONAL
from experiments.sections import Evidence
from experiments.studies.evidence import points, read_trail
from experiments.words import check
from sim.case import Case, load_case
from sim.errors import FaultList, nearest

ALLOWED = f"strike=ID,ID flip=ID add={ADDED}, and keys of a run"


@dataclass(frozen=True)
class WhatIf:
    """Solved worlds of the posterior and the record row by row, ready for any change."""

    case: Case
    trail: Trail
    measured: dict[str, Headline]

    @classmethod
    def of(cls, config: Config) -> "WhatIf":
        """Return the solved worlds of a configuration of ``experiment=evidence``, solved or read.

        Raises
        ------
        BadInput
            If the case has no posterior, or the configuration has faults.
        """
        plain = replace(config, evidence=Evidence())
        _warn_if_new(plain)
        done = job.execute(plain, None, quiet=True)
        case = load_case(config.case_section, folder=config.case_folder)
        worlds, trail = store.read_table(done.folder / "worlds"), read_trail(case)
        at, measured = bands.by_draw(worlds, len(trail.draws))
        return cls(case, trails.only(trail, at), measured)

    def __call__(
        self, strike: Sequence[str] = (), flip: Sequence[str] = (), add: Sequence[str] = ()
    ) -> dict[str, Moved]:
        """Return every headline after the changes, by the names of `MEASURES`.

        Raises
        ------
        BadInput
            If a change names what is not there.
        """
        faults = FaultList()
        words = {"strike": strike, "flip": flip, "add": add}
        wanted = changes.read(self.case, words, faults, "")
        faults.raise_if_any()
        change = changes.change_of(self.trail, wanted)
        return {name: trails.moved(h, change) for name, h in self.measured.items()}


def answer(words: Sequence[str]) -> int:
    """Answer a command line (without its first word) on stdout; return the exit code."""
    own, rest = _split(words)
    check(rest, [], sweep=False)
    config = read_config(composed(["experiment=evidence", *rest]))
    _check_changes(own, config)
    ask = WhatIf.of(config)
    begun = time.perf_counter()
    moved = ask(**own)
    print(_screen(ask, own, moved, time.perf_counter() - begun))
    return 0


def _split(words: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return our own words, and those of a run."""
    own: dict[str, list[str]] = {kind: [] for kind in KINDS}
    rest, faults = [], FaultList()
    for word in words:
        name, equals, value = word.partition("=")
        if name in own and equals:
            own[name] += [part for part in value.strip("[]").split(",") if part]
        elif not equals:
            faults.add("what-if", word, ALLOWED, nearest(word, [f"{kind}=" for kind in KINDS]))
        else:
            rest.append(word)
    if not any(own.values()) and not faults:
        faults.add("what-if", "no change", ALLOWED)
    faults.raise_if_any()
    return own, rest


def _check_changes(own: dict[str, list[str]], config: Config) -> None:
    """Raise every fault of the changes before anything is solved."""
    faults = FaultList()
    changes.read(load_case(config.case_section, folder=config.case_folder), own, faults, "")
    faults.raise_if_any()


def _warn_if_new(config: Config) -> None:
    """Say on stderr that worlds have to be solved first."""
    prepared = job.prepare(config)
    begun = read_manifest(job.folder_of(prepared))
    if not (begun and begun["complete"]):
        print(f"Solving {config.worlds} worlds once; later changes read them.", file=sys.stderr)


def _screen(ask: WhatIf, own: dict[str, list[str]], moved: dict[str, Moved], seconds: float) -> str:
    """Return the answer, one screen of plain text."""
    rows = {s.statement_id: s for s in ask.case.tables.statements}
    lines = []
    for kind in ("strike", "flip"):
        for name in own[kind]:
            s, weight = rows[name], ask.trail.weight[ask.trail.row(name)]
            lines.append(
                f"{kind} {name}: {s.speaker}, {s.date}, {s.stance} {s.issue} = {s.option} "
                f"({s.source_outlet} {s.source_date}; weight {weight:.2f})"
            )
    lines += [f"add {words}" for words in own["add"]]
    for name, words in MEASURES.items():
        lines.append(_line(words, moved[name], name.startswith("pr_")))
    k = max(found.k for found in moved.values())
    lines.append(f"Pareto k {k:.2f}: {_verdict(k)}; reweighted in {1000 * seconds:.0f} ms.")
    lines.append(f"{CONDITIONAL} In particular: {BASIS['posterior']}.")
    return "\n".join(lines)


def _line(words: str, found: Moved, is_share: bool) -> str:
    """Return a headline before and after; its noise is that of the worlds behind each draw."""
    before = found.value - found.by
    if is_share:
        return (
            f"{words}: {100 * before:.1f} -> {100 * found.value:.1f} % "
            f"({points(found.by)}, give or take {200 * found.error:.2f})"
        )
    return (
        f"{words}: {before:+.1f} -> {found.value:+.1f} ({found.by:+.2f}, give or take "
        f"{2 * found.error:.2f})"
    )


def _verdict(k: float) -> str:
    if k <= TRUSTED:
        return f"reweighted draws can be trusted (up to {TRUSTED})"
    return (
        f"above {TRUSTED}, too far to reweight; change the row in a copy of the case folder and "
        "refit: tango experiment=calibrate case.dir=PATH"
    )
