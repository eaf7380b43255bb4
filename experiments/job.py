"""One run from a validated configuration to its findings: open, compute, look, keep.

A finished run is verified and read, never computed twice; an unfinished one goes on where it
stopped, with the chunk size it began with.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from experiments import batch, box, ensembles, expect, identity, manifest, manners, report, store
from experiments.batch import Arm
from experiments.config import Config, check_fixed, check_parties
from experiments.findings import Findings
from experiments.ranges import BoxRange
from experiments.studies import Study
from experiments.studies import load as load_study
from experiments.switches import settings_of
from sim.case import Case, load_case
from sim.errors import BadInput, Fault, FaultList
from sim.seats import find_rule

LOG = logging.getLogger("tango")


@dataclass(frozen=True)
class Result:
    """What one run came to; ``first`` names the findings that are told first."""

    folder: Path
    findings: Findings
    figures: tuple[Path, ...]
    digest: str
    broken: tuple[str, ...]
    first: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code, 3 if a bound of the preset failed."""
        return 3 if self.broken else 0


@dataclass(frozen=True)
class Job:
    """A configuration with its case and arms, ready to run."""

    config: Config
    case: Case
    arms: tuple[Arm, ...]
    run_id: str
    study: Study
    units: int


def prepare(config: Config) -> Job:
    """Load the case and the arms of a configuration; raise `BadInput` with every fault."""
    manners.search_working_folder()
    study = load_study(config.study.module)
    arms = config.arms()
    case = _case_of(config)
    cases = {n: case if _same_case(arm, config) else _case_of(arm) for n, arm in arms.items()}
    faults = FaultList()
    for name, arm in {"": config, **arms}.items():
        check_parties(arm, case.parties, faults)
        manners.check_names(arm, faults)
        check_fixed(arm, cases.get(name, case), faults)
    for rule in dict.fromkeys(arm.mediator.rule for arm in (config, *arms.values())):
        _check_rule(rule, faults)
    hashes = _inputs(config, study.inputs(config), faults)
    units = _units(study, config, case, {name: (arm, cases[name]) for name, arm in arms.items()})
    if config.only_world is not None and config.only_world >= units:
        faults.add("only_world", str(config.only_world), f"0 to {units - 1}", str(units - 1))
    faults.raise_if_any()
    hashes |= manners.hashes([config, *arms.values()], case.parties)
    ready = tuple(_arm(name, cases[name], arm, study) for name, arm in arms.items())
    ensemble = manifest.ensemble_sha256(config, case)
    run_id = identity.run_id_of(config.identity(), case.sha256, ensemble, hashes)
    return Job(config, case, ready, run_id, study, units)


def _units(study: Study, config: Config, case: Case, arms: dict[str, tuple[Config, Case]]) -> int:
    """Return how many units of work there are; what an arm asks of its case is checked too."""
    units, faults = study.units(case, config), FaultList()
    for name, (arm, of) in arms.items():
        if arm is not config:
            try:
                study.units(of, arm)
            except BadInput as bad:
                places = (replace(f, place=f"study.arms.{name}.{f.place}") for f in bad.faults)
                faults.extend(places)
    faults.raise_if_any()
    return units


def _same_case(arm: Config, config: Config) -> bool:
    """Say whether an arm is of the case already read, which takes half a second."""
    return arm.case_section == config.case_section and arm.case_folder == config.case_folder


def _case_of(config: Config) -> Case:
    if config.case_folder is not None and not config.case_folder.is_dir():
        fault = Fault("case.dir", str(config.case_folder), "an existing folder")
        raise BadInput(fault)
    return load_case(config.case_section, folder=config.case_folder)


def _inputs(config: Config, paths: Iterable[Path], faults: FaultList) -> dict[str, str]:
    """Return the hash of every file a study reads beside the case, by its path."""
    read, later = tuple(paths), config.case.get("later")
    if later is not None and Path(later) not in read:
        faults.add("case.later", later, "null (this study reads no later evidence)")
    for path in read:
        if not path.exists():
            faults.add("case.later" if str(path) == later else "study", str(path), "a file")
    return {str(path): identity.sha256_of_file(path) for path in read if path.exists()}


def _check_rule(rule: str, faults: FaultList) -> None:
    """Check that a mediator's rule can be found."""
    try:
        find_rule(rule)
    except BadInput as bad:
        faults.extend(Fault("mediator.rule", f.found, f.allowed, f.nearest) for f in bad.faults)


def _arm(name: str, case: Case, config: Config, study: Study) -> Arm:
    return Arm(name, case, config, study.columns(case, config), study.rounds(case))


def execute(config: Config, level: str | None, quiet: bool = False) -> Result:
    """Run a configuration, or read it if it has been run, and return what came out.

    Parameters
    ----------
    config : Config
        Validated.
    level : {"smoke", "full"} or None
        Which of the preset's bounds to hold the findings to.
    quiet : bool
        Say no question and show no progress bar.
    """
    job = prepare(config)
    folder = folder_of(job)
    with store.locked(folder):
        if not quiet:  # not before: on bad input stdout stays empty
            print(f"Question: {config.question}", flush=True)
            ensembles.warn_if_missing(config, job.case)
        begun = manifest.read(folder)
        if begun and begun["complete"]:
            return _replay(job, folder, begun, level)
        with _logged(folder):
            return _compute(job, folder, begun, level, quiet)


def folder_of(job: Job) -> Path:
    """Return the run folder: the run id, or with ``force`` the next number beside it."""
    base = Path(job.config.results_dir) / job.config.experiment / job.run_id
    folder, number = base, 1
    while job.config.force and (manifest.read(folder) or {}).get("complete"):
        number += 1
        folder = base.with_name(f"{job.run_id}.{number}")
    return folder


def _replay(job: Job, folder: Path, done: dict[str, Any], level: str | None) -> Result:
    """Verify a finished run and return its findings, computing no world."""
    found = folder_digest(folder)
    if found != done["digest"]:
        raise DamagedRunError(f"{folder}: digest {found}, its manifest says {done['digest']}; "
                      "use force=true to compute it anew")  # fmt: skip
    findings = store.read_json(folder / "findings.json")
    return _result(job, folder, findings, found, level)


class DamagedRunError(RuntimeError):
    """A finished run whose files are not what its manifest says."""


def folder_digest(folder: Path) -> str | None:
    """Return the digest of the worlds in a run folder, None if there are none."""
    table = store.read_table(folder / "worlds")
    return None if table is None else store.digest(table)


def _compute(
    job: Job, folder: Path, begun: dict[str, Any] | None, level: str | None, quiet: bool
) -> Result:
    """Compute what is missing, then look at the whole."""
    clock = time.perf_counter()
    store.clear_drafts(folder)
    config = job.config
    if begun is not None:
        config = replace(config, chunk=begun["chunks"]["size"])
    ranges = batch.chunks(config.span(job.units), config.chunk)
    notes = begun or manifest.start(config, job.case, job.run_id, len(ranges))
    manifest.write(folder, notes)
    store.write_text(folder / "config.yaml", _yaml(config))
    todo = batch.missing(folder, ranges)
    LOG.info("run %s: %d of %d chunks to compute", job.run_id, len(todo), len(ranges))
    plan = batch.Plan(folder, job.arms, job.study.simulate, job.study.unit)
    batch.run(plan, todo, config.threads, quiet)
    findings, digest = _look(job, folder, quiet)
    manifest.write(folder, manifest.finish(notes, time.perf_counter() - clock, digest))
    LOG.info("digest %s", digest)
    return _result(job, folder, findings, digest, level)


def _look(job: Job, folder: Path, quiet: bool) -> tuple[Findings, str]:
    """Write findings, figures and report of the finished worlds; return findings and digest."""
    worlds = store.read_table(folder / "worlds")
    rounds = store.read_table(folder / "rounds")
    study = job.study
    ranges = _box(job, folder, worlds, quiet) if study.boxed and box.is_asked(job.config) else {}
    findings = store.finite(study.findings(worlds, rounds, job.case, job.config, ranges))
    store.write_json(folder / "findings.json", findings)
    (folder / "figures").mkdir(exist_ok=True)
    study.figures(folder, job.case, job.config)
    more = study.sections(folder, job.case, job.config)
    store.write_text(folder / "report.html", report.page(folder, job.config, findings, more))
    return findings, store.digest(worlds)


def _box(job: Job, folder: Path, worlds: pa.Table, quiet: bool) -> dict[str, BoxRange]:
    """Return the headline ranges over the unlearned box, kept in the run folder."""
    arm = job.arms[0]
    columns = {name: worlds[name].to_pylist() for name in box.COLUMNS}
    settings = settings_of(arm.config, arm.case)
    return box.of_run(folder, arm.case, job.config, settings, columns, quiet)


def _result(job: Job, folder: Path, findings: Findings, digest: str, level: str | None) -> Result:
    bounds: Sequence[str] = getattr(job.config.expect, level) if level else []
    broken = expect.failures([expect.parse(b, "expect") for b in bounds], findings)
    drawn = report.figures(folder)
    return Result(folder, findings, drawn, digest, tuple(broken), job.study.first)


def _yaml(config: Config) -> str:
    return yaml.safe_dump(config.plain(), sort_keys=False, allow_unicode=True, width=100)


@contextmanager
def _logged(folder: Path) -> Iterator[None]:
    """Keep the log of a run beside it; it gets its name when the run stops, however it does."""
    draft = folder / "log.txt.part"
    handler = logging.FileHandler(draft, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    except BaseException as problem:
        LOG.error("stopped: %r", problem)
        raise
    finally:
        LOG.removeHandler(handler)
        handler.close()
        _append(draft, folder / "log.txt")


def _append(draft: Path, log: Path) -> None:
    """Add what was logged this time to the log of earlier times."""
    before = log.read_text(encoding="utf-8") if log.exists() else ""
    store.write_text(log, before + draft.read_text(encoding="utf-8"))
    draft.unlink()
