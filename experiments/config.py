"""The configuration of one run: every key, its default, its range.

Hydra composes YAML into a plain mapping; `read_config` turns that into a frozen `Config` and
collects everything that is wrong with it. Nothing downstream sees Hydra or OmegaConf.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments import expect, schema
from experiments.schema import (
    choice,
    flag,
    flatten,
    integer,
    key,
    mapping,
    optional,
    real,
    text,
)
from experiments.sections import (
    Backtest,
    Box,
    Calibrate,
    Compensation,
    Ensemble,
    Evidence,
    Expect,
    Guarantees,
    Mediator,
    Openings,
    Papers,
    Possible,
    Protocol,
    Ratification,
    Response,
    Study,
    War,
)
from sim.case import Case
from sim.commitment import READINGS
from sim.errors import FaultList, nearest
from sim.fixed import faults_of

#: Keys that say how a run is computed or kept, never what it finds; they are left out of run_id.
NEUTRAL = ("engine", "threads", "chunk", "results_dir", "force", "hydra")
#: Mappings whose keys are free names on the command line (no ``+`` needed).
OPEN_TABLES = (
    *("negotiators", "war.cost_scale", "mediator.bias", "study.arms", "smoke", "fix"),
    *("guarantees.held", "backtest.signs"),
)
#: The open table whose names are dotted themselves, at any depth.
FIX = "fix"
#: What every arm of a comparison shares: worlds, luck and the way they are computed.
SHARED_BY_ARMS = (
    *NEUTRAL,
    "seed",
    "worlds",
    "only_world",
    "trace",
    "study",
    "question",
    "smoke",
    "expect",
)


#: Source of the keys that say how a run is computed or kept.
KEPT = "ours: how a run is computed or kept, never what it finds"
#: The largest seed the compiled draws can take.
MAX_SEED = 2**63 - 1


def seed_spec() -> schema.Spec:
    """Return the spec of a seed; its bounds are said to the last digit."""

    def hint(found: Any) -> str:
        is_whole = isinstance(found, int) and not isinstance(found, bool)
        return str(min(max(found, 0), MAX_SEED)) if is_whole else "none"

    allowed = f"an integer >= 0 and <= {MAX_SEED}"
    return replace(integer(0, MAX_SEED), allowed=allowed, hint=hint)


@dataclass(frozen=True)
class Config:
    """One run, resolved and in range."""

    seed: int = key(2026, seed_spec(), "address", "ours: any other is as good")
    worlds: int = key(1000, integer(1), "worlds", "ours: the main job takes minutes")
    only_world: int | None = key(
        None, optional(integer(0)), "number from 0", "ours: null plays all of them"
    )
    consent: str = key(
        "union",
        choice("union", "options", "issues", "none"),
        source="theory 0b e: the option list and the vetoes of consent.csv clash; both together",
    )
    enforcement_value: str = key(
        "both",
        choice(*READINGS),
        source="theory 0b g: guarantees may be paid for twice, in u and through the hazard",
    )
    red_lines: bool = key(True, flag(), source="theory 1.2: M2, the default decision rule")
    late_options: bool = key(
        True, flag(), source="data sheet: options drawn up with hindsight; false takes them off"
    )
    learning: bool = key(True, flag(), source="theory 4.3")
    trace: bool = key(False, flag(), source=KEPT)
    results_dir: str = key("results", text(), source=KEPT)
    engine: str = key("compiled", choice("compiled", "mesa"), source=KEPT)
    threads: int = key(0, integer(0), "processes", f"{KEPT}; 0 is every core")
    chunk: int = key(25, integer(1), "worlds per file", KEPT)
    force: bool = key(False, flag(), source=KEPT)
    case: dict[str, Any] = key({}, mapping())
    ensemble: Ensemble = schema.section(Ensemble)
    war: War = schema.section(War)
    response: Response = schema.section(Response)
    protocol: Protocol = schema.section(Protocol)
    mediator: Mediator = schema.section(Mediator)
    negotiators: dict[str, str] = schema.table(text(), source="theory 4.1: responsive unless named")
    fix: dict[str, float] = schema.tree(
        real(), "that of the number", "ours: what-if; the range is that of the case"
    )
    papers: Papers = schema.section(Papers)
    ratification: Ratification = schema.section(Ratification)
    study: Study = schema.section(Study)
    box: Box = schema.section(Box)
    calibrate: Calibrate = schema.section(Calibrate)
    backtest: Backtest = schema.section(Backtest)
    evidence: Evidence = schema.section(Evidence)
    possible: Possible = schema.section(Possible)
    guarantees: Guarantees = schema.section(Guarantees)
    openings: Openings = schema.section(Openings)
    compensation: Compensation = schema.section(Compensation)
    question: str = key("???", text())
    smoke: dict[str, Any] = key({}, mapping())
    expect: Expect = schema.section(Expect)
    experiment: str = field(default="baseline", metadata={"spec": text()})

    @property
    def case_section(self) -> dict[str, Any]:
        """The case's own mapping, without the two keys that say where its tables lie."""
        return {name: part for name, part in self.case.items() if name not in ("dir", "later")}

    @property
    def case_folder(self) -> Path | None:
        """Another folder with the case's tables, if one was named."""
        return Path(self.case["dir"]) if self.case.get("dir") else None

    def span(self, units: int) -> tuple[int, int]:
        """Return the first world (or unit of a study) and one past the last, of so many."""
        if self.only_world is not None:
            return self.only_world, self.only_world + 1
        return 0, units

    def negotiator(self, party: str) -> str:
        """Return the name of a party's manner."""
        return self.negotiators.get(party, "responsive")

    def plain(self) -> dict[str, Any]:
        """Return the resolved configuration as a mapping of plain values."""
        return asdict(self)

    def identity(self) -> dict[str, Any]:
        """Return what decides the findings: the configuration without its neutral keys."""
        return {name: part for name, part in self.plain().items() if name not in NEUTRAL}

    def arms(self) -> dict[str, "Config"]:
        """Return the configuration of every arm, in order; ``base`` if there are none."""
        if not self.study.arms:
            return {"base": self}
        return {name: self._arm(name, changes) for name, changes in self.study.arms.items()}

    def _arm(self, name: str, changes: Mapping[str, Any]) -> "Config":
        place, faults = f"study.arms.{name}", FaultList()
        flat = flatten(changes)
        for dotted in flat:
            if dotted.split(".")[0] in SHARED_BY_ARMS:
                faults.add(f"{place}.{dotted}", dotted, "a key that arms do not share")
        plain = override(self.plain(), flat, place, faults)
        faults.raise_if_any()
        return read_config(plain | {"study": {**plain["study"], "arms": {}}}, place)


def override(
    plain: Mapping[str, Any], changes: Mapping[str, Any], place: str, faults: FaultList
) -> dict[str, Any]:
    """Return a copy of a plain configuration with dotted keys set; unknown keys are faults."""
    tree = copy.deepcopy(dict(plain))
    for dotted, value in changes.items():
        *path, last = dotted.split(".")
        if path and path[0] == FIX:
            tree[FIX] = flatten(tree.get(FIX) or {}) | {dotted.partition(".")[2]: value}
            continue
        node: Any = tree
        for name in path:
            node = node.get(name) if isinstance(node, Mapping) else None
        is_open = ".".join(path) in OPEN_TABLES
        if isinstance(node, dict) and (last in node or is_open):
            node[last] = value
        else:
            known = flatten(tree)
            faults.add(
                schema.join(place, dotted), last, "a key of the config", nearest(dotted, known)
            )
    return tree


def read_config(plain: Mapping[str, Any], place: str = "") -> Config:
    """Return the validated configuration; raise `BadInput` with every fault."""
    faults = FaultList()
    config = schema.read(Config, plain, place, faults)
    _check_together(config, place, faults)
    faults.raise_if_any()
    return config


def _check_together(config: Config, place: str, faults: FaultList) -> None:
    """Check what one key alone cannot say."""
    if config.only_world is not None and config.only_world >= config.worlds:
        last = config.worlds - 1
        faults.add(
            schema.join(place, "only_world"), str(config.only_world), f"0 to {last}", str(last)
        )
    if config.war.delta is not None and "delta" in config.fix:
        faults.add(schema.join(place, "fix.delta"), "war.delta beside it", "one of the two")
    if config.enforcement_value == "intrinsic":
        for name in (n for n in config.fix if n.startswith("kE.")):
            beside = "enforcement_value=intrinsic beside it, which holds it at 0"
            faults.add(schema.join(place, f"fix.{name}"), beside, "one of the two")
    _check_results_dir(config, place, faults)
    for level in ("smoke", "full"):
        expect.parse_all(getattr(config.expect, level), f"expect.{level}", faults)


def _check_results_dir(config: Config, place: str, faults: FaultList) -> None:
    path = Path(config.results_dir)
    for part in (path, *path.parents):
        if part.exists() and not part.is_dir():
            faults.add(
                schema.join(place, "results_dir"), f"a file, {part}", "a folder or a new name"
            )


def check_parties(config: Config, parties: Iterable[str], faults: FaultList) -> None:
    """Check every key that names a party against the parties of the case."""
    allowed = tuple(parties)
    named = [
        *((f"negotiators.{name}", name) for name in config.negotiators),
        *((f"war.cost_scale.{name}", name) for name in config.war.cost_scale),
        *((f"mediator.bias.{name}", name) for name in config.mediator.bias),
        *(("protocol.visit_order", name) for name in config.protocol.visit_order),
    ]
    for dotted, name in named:
        if name not in allowed:
            faults.add(dotted, name, ", ".join(allowed), nearest(name, allowed))


def check_fixed(config: Config, case: Case, faults: FaultList) -> None:
    """Check the numbers held at a value against the case: known, and in its range."""
    found = faults_of(case, config.fix)
    faults.extend(fault for fault in found if fault not in faults)


def composed_parties(case_section: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parties a composed case section names, or nothing if it does not say."""
    parties = case_section.get("parties", ())
    return tuple(str(party) for party in parties) if isinstance(parties, list | dict) else ()
