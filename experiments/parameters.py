"""Every parameter in one table: value, range or law, unit, and source or "ours: reason".

``python -m experiments.parameters`` prints it, with ``--write`` it becomes ``conf/PARAMETERS.md``.
Numbers of a case come from its YAML, settings from the schema of the configuration, the constants
of rules from the modules that hold them: nothing is typed here twice.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from experiments.config import Config
from experiments.identity import ROOT
from experiments.schema import default_of, keys_of, shown
from sim.case import default_root, load_case
from sim.errors import FaultList
from sim.fixed import uncertain
from sim.nodes import Node
from sim.params import Param, read_param

FILE = ROOT / "conf" / "PARAMETERS.md"
COMMAND = "python -m experiments.parameters --write"
CASES = ("ukraine_2025", "camp_david")
BLOCKS = ("salience", "enforcement", "power_shift")
NO_UNIT = "none"

CONSTANTS = (
    ("sim.waiting:MONTHS_AHEAD", "months", "theory 2.4"),
    ("sim.waiting:WEEKS_TO_HALVE", "weeks", "theory 4.3: half-life of the optimism in h"),
    ("sim.particles:PARTICLES", "draws behind every belief", "theory 4.3"),
    ("sim.particles:LEAST_CLEAR", "chance", "ours: finitely many draws prove no red line away"),
    ("sim.particles:HEIGHTS", "heights of W + posture", "ours: nine tell no more"),
    ("sim.belief:LOGISTIC", "1", "logistic within 0.0095 of the normal curve"),
    ("sim.renewal:KEEP", "1", "kernel of Liu & West 2001, who use 0.974 to 0.995"),
    ("sim.renewal:BEND", "log exponent", "ours: a sixth of the prior's increments"),
    ("sim.composite:TAU", "util", "ours: about one war-month, so that a search sees slopes"),
    (
        "sim.public:BAR_WORLDS",
        "draws",
        "ours: others need only a rough mean of what is held out for",
    ),
    ("sim.hope:STEPS", "rounds of multiplicative weights", "ours: accuracy of a forecast"),
    ("sim.hope:PACE", "spreads of the surplus", "ours: step size of the same"),
    ("sim.ripeness:AHEAD", "months", "theory 2.5: STALE and the chance of a sudden end"),
    ("sim.state:KNOTS", "days", "theory 0b m: exact at weeks 0, 13, 26, 52, 78, 104"),
    ("sim.lottery:RATIOS", "grid nodes of m", "ours: W within its test of the closed form"),
    ("sim.lottery:GAINS", "grid nodes of Z", "ours: as RATIOS"),
    ("sim.lottery:COHESIONS", "grid nodes of each H", "ours: two, as cohesion fades fast"),
    ("agents.visit:WEEKS_TO_HALF", "weeks", "ours: a side that has just answered says the same"),
    ("agents.asks:STAKE", "util", "ours: an ask away from a red line comes first"),
)


@dataclass(frozen=True)
class Row:
    """One parameter, in words."""

    name: str
    value: str
    range: str
    unit: str
    source: str


def case_rows(name: str) -> list[Row]:
    """Return a row for every number of an installed case."""
    case = load_case(name)
    raw = yaml.safe_load((default_root() / f"{name}.yaml").read_text(encoding="utf-8"))
    node = Node(raw["salience_concentration"], "", (), FaultList())
    numbers = dict(uncertain(case))
    numbers["salience_concentration"] = read_param(node, "salience_concentration")
    if case.ties.link_size is not None:
        numbers["linkages.size"] = case.ties.link_size
    rows = [Row(n, f"{p.value:.6g}", law_words(p), p.unit, p.source) for n, p in numbers.items()]
    return [*rows, *(block_row(block, raw[block]) for block in BLOCKS)]


def law_words(param: Param) -> str:
    """Say how a number is drawn.

    Examples
    --------
    >>> law_words(Param("x", 0.5, 0.0, 1.0, "normal", 0.25, "1", "ours"))
    '0 to 1, normal (sd 0.25)'
    >>> law_words(Param("x", 3.0, 3.0, 3.0, "fixed", None, "1", "ours"))
    'fixed'
    """
    if param.law == "fixed":
        return "fixed"
    spread = {
        "normal": f" (sd {param.sd:g})" if param.sd is not None else "",
        "lognormal": f" (sd {param.sd:g} of the log)" if param.sd is not None else "",
        "halfnormal": f" (scale {param.sd:g})" if param.sd is not None else "",
    }
    law = param.law + spread.get(param.law, "")
    bounded = param.high < float("inf") and param.low > -float("inf")
    return f"{param.low:g} to {param.high:g}, {law}" if bounded else law


def block_row(name: str, block: dict[str, Any]) -> Row:
    """Sum up a block of numbers that a case gives option by option or party by party."""
    found = [x for part in block["values"].values() for x in _flat(part)]
    spread = "drawn by salience_concentration" if name == "salience" else "fixed"
    span = f"{min(found):g} to {max(found):g}, {spread}"
    return Row(f"{name} ({len(found)})", "see the YAML", span, block["unit"], block["source"])


def _flat(part: Any) -> Iterable[float]:
    return part.values() if isinstance(part, dict) else part


def setting_rows() -> list[Row]:
    """Return a row for every key of the configuration that is a number or has a source."""
    rows = []
    for name, known in keys_of(Config):
        told = known.metadata
        spec = told.get("spec") or told["table"]
        unit, source = told.get("unit", ""), told.get("source", "")
        if spec.numeric or source:
            each = " each" if "table" in told else ""
            value = shown(default_of(known))
            rows.append(Row(name, value, spec.allowed + each, unit or _none(spec), source))
    return rows


def _none(spec: Any) -> str:
    return "" if spec.numeric else NO_UNIT


def constant_rows() -> list[Row]:
    """Return a row for every constant of a rule, read from the module that holds it."""
    rows = []
    for place, unit, source in CONSTANTS:
        module, _, name = place.partition(":")
        value = getattr(import_module(module), name)
        rows.append(Row(place.replace(":", "."), shown(value), "fixed", unit, source))
    return rows


def blanks(rows: Iterable[Row]) -> list[str]:
    """Name every row and column that says nothing."""
    return [
        f"{row.name}: {item.name}"
        for row in rows
        for item in fields(Row)
        if not getattr(row, item.name).strip()
    ]


def table(rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table."""
    head = [[item.name for item in fields(Row)], ["---"] * len(fields(Row))]
    cells = [[f"`{row.name}`", *astuple(row)[1:]] for row in rows]
    lines = [[cell.replace("|", "\\|") for cell in line] for line in [*head, *cells]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def document() -> str:
    """Return the whole page."""
    parts = [
        "# Parameters",
        f"Made by `{COMMAND}`; do not edit. A source that begins with *ours* is our own choice; "
        "*theory* is the design this model was built from. A range with a law is drawn anew in "
        "every world. `fix.NAME=x` holds a number of a case everywhere (not salience, points and "
        "linkages); a setting is given as `KEY=x`.",
    ]
    for name in CASES:
        parts += [f"## Case {name}", table(case_rows(name))]
    parts += ["## Settings", table(setting_rows())]
    parts += ["## Constants of the rules", table(constant_rows())]
    return "\n\n".join(parts) + "\n"


def main(words: Sequence[str] | None = None) -> int:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser("python -m experiments.parameters", allow_abbrev=False)
    parser.add_argument("--write", nargs="?", type=Path, const=FILE, metavar="PATH")
    asked = parser.parse_args(words)
    if asked.write is None:
        print(document(), end="")
    else:
        asked.write.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
