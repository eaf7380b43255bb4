"""The words of `tango` that are not a simulation: help, version, results, cite, verify.

Loads neither Hydra nor Numba, so that help answers at once.
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.identity import package_version
from sim.errors import BadInput, Fault, nearest

HELP = """\
tango: when does a compromise become acceptable to both sides?

  tango [key=value ...]      run a preset; the last lines say what was found
  tango -m key=a,b ...       run every combination, then one table
  tango verify [PRESET ...]  run every preset small and check what it promises
  tango verify --case PATH   check a case file and its tables, all faults at once
  tango verify RUN_FOLDER    recompute the digest of a finished run
  tango would-sign text=DOCUMENT party=NAME [key=value ...]
                             where a side prefers a text to fighting on, and what that hangs on
  tango what-if strike=ID flip=ID add=party:issue=option:stance
                             the headlines if the record were another, by reweighting
  tango results [FOLDER]     list finished and unfinished runs
  tango agreement SECOND     how far a second coding (a folder of the same format) agrees with
                             the case: Krippendorff's alpha, column by column
  tango cite                 how to cite
  tango --version | --help | --hydra-help | --cfg job

Examples
  tango                                    the main job: 200 worlds of the coded case
  tango worlds=50 seed=3                   fewer worlds, other luck
  tango -m war.delta=0.975,0.985,0.995 worlds=50
                                           does patience help? three runs, one table
  tango negotiators.ukraine=always_no war.cost_scale.russia=2
                                           one party never signs, war costs the other double
  tango would-sign text=us_28_point party=ukraine
                                           its own words against it, by id, beside the model
  tango only_world=123 trace=true          one world, every contact kept

Keys (all of them: tango --cfg job)
  worlds seed only_world case case.dir experiment ensemble consent enforcement_value red_lines
  learning trace fix.NUMBER war.delta war.cost_scale.PARTY negotiators.PARTY protocol.* mediator.*
  box.worlds box.corners results_dir threads chunk force

Presets are in conf/experiment, cases in conf/case, manners in conf/negotiator (yours are found
in ./conf/negotiator first). Exit: 0 ok, 1 failed, 2 bad input, 3 a promise failed, 130 stopped."""

#: Words that belong to later parts of the project and are refused until then.
LATER = ("seal", "score", "archive", "plan")
WORDS = ("verify", "results", "would-sign", "what-if", "agreement", "cite")


def handle(words: Sequence[str]) -> int | None:
    """Return the exit code if the words are ours, or None if Hydra is to read them."""
    first = words[0] if words else ""
    if first not in WORDS and {"-h", "--help", "help"} & set(words):
        print(HELP)
    elif first in ("--version", "-V"):
        print(f"tango {package_version()}")
    elif first in LATER:
        raise BadInput(Fault(first, "a word not built yet", ", ".join(WORDS)))
    elif first in WORDS:
        ours = {"verify": verify, "results": results, "would-sign": would_sign,
                "what-if": what_if, "agreement": agreement, "cite": cite}  # fmt: skip
        return ours[first](words[1:])
    elif first and "=" not in first and first[0] not in "-~":
        allowed = f"{', '.join(WORDS)}, or key=value"
        raise BadInput(Fault(first, first, allowed, nearest(first, WORDS)))
    else:
        return None
    return 0


def _parser(word: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(f"tango {word}", allow_abbrev=False, exit_on_error=False)


def _asked(
    parser: argparse.ArgumentParser, words: Sequence[str], allowed: str
) -> argparse.Namespace:
    """Return what a word of ours was given; raise `BadInput` for what it does not take."""
    place = parser.prog.split()[-1]
    try:
        asked, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        said = f"{error.argument_name} ({error.message})"
        raise BadInput(Fault(place, said, allowed)) from None
    if unknown:
        flags = re.findall("--[a-z]+", allowed)
        raise BadInput(Fault(place, word, allowed, nearest(word, flags)) for word in unknown)
    return asked


def verify(words: Sequence[str]) -> int:
    """Check presets, a case or a finished run."""
    parser = _parser("verify")
    parser.add_argument("what", nargs="*", help="presets or run folders; none: every preset")
    parser.add_argument("--case", metavar="PATH", help="a case file or its folder")
    asked = _asked(parser, words, "[PRESET or RUN_FOLDER ...] [--case PATH]")
    from experiments import verify as check

    if asked.case is not None:
        return check.verify_case(Path(asked.case))
    return check.verify_all(asked.what)


def would_sign(words: Sequence[str]) -> int:
    """Say where a party prefers a text to fighting on."""
    from experiments import would_sign as question

    return question.answer(words)


def what_if(words: Sequence[str]) -> int:
    """Say what a change of the record would do to the headlines."""
    from experiments import what_if as question

    return question.answer(words)


def agreement(words: Sequence[str]) -> int:
    """Say how far two codings of the same material agree."""
    from experiments import agreement as question

    return question.answer(words)


def results(words: Sequence[str]) -> int:
    """List the runs below a results folder."""
    parser = _parser("results")
    parser.add_argument("folder", nargs="?", default="results")
    folder = Path(_asked(parser, words, "one FOLDER or none").folder)
    runs = [_summary(path) for path in sorted(folder.glob("*/*/manifest.json"))]
    if not runs:
        print(f"No runs in {folder}.")
        return 0
    print(f"{'experiment':<24} {'run':<16} {'worlds':>8}  {'state':<10} {'Pr(zopa)':>9}")
    for run in runs:
        print("{experiment:<24} {run:<16} {worlds:>8}  {state:<10} {pr_zopa:>9}".format(**run))
    return 0


def _summary(path: Path) -> dict[str, Any]:
    """Return one line of the list of runs."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    findings = path.with_name("findings.json")
    found = json.loads(findings.read_text(encoding="utf-8")) if findings.exists() else {}
    value = (found.get("pr_zopa") or {}).get("value")
    return {
        "experiment": manifest["experiment"],
        "run": path.parent.name,
        "worlds": manifest["worlds"],
        "state": "complete" if manifest["complete"] else "unfinished",
        "pr_zopa": "-" if value is None else f"{value:.3f}",
    }


def cite(words: Sequence[str]) -> int:
    """Print how to cite this version."""
    _asked(_parser("cite"), words, "no further word")
    print(f"""@software{{tango,
  title   = {{Tango: when does a compromise become acceptable to both sides?}},
  author  = {{{{Tango contributors}}}},
  year    = {{2026}},
  version = {{{package_version()}}},
  license = {{MIT}}
}}
Cite the run too: its manifest.json names run_id, seed, case_sha256 and digest.""")
    return 0
