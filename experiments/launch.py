"""Hand a checked command line to Hydra, and turn what its jobs say into one exit code."""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments import job, manifest, report, sweep
from experiments.compose import HYDRA_ERRORS, hydra_fault, level_of, located, open_tables
from experiments.config import read_config
from experiments.words import check
from sim.errors import BadInput, Fault

#: Where jobs leave their notes; launchers of other processes inherit it.
FOLDER = "TANGO_SWEEP_DIR"


def launch(words: Sequence[str]) -> int:
    """Run what a command line asks for and return the worst exit code of its jobs."""
    opened = open_tables(words)
    asked, unknown = get_args_parser().parse_known_args(opened)
    flags = [word for word in unknown if word.startswith("-")]
    if flags:
        raise BadInput(Fault(flag, flag, "the flags of tango --help") for flag in flags)
    if asked.shell_completion or asked.hydra_help or asked.info:
        return _hydra_alone(opened)
    folders = [_config_dir(asked.config_dir)] if asked.config_dir else []
    check([*asked.overrides, *unknown], folders, sweep=asked.multirun)
    if asked.cfg:
        return _hydra_alone(opened)
    with _environment(manifest.COMMAND, manifest.typed(words)):
        return _jobs(opened, asked.multirun)


def _config_dir(path: str) -> str:
    if not Path(path).is_dir():
        raise BadInput(Fault("--config-dir", path, "an existing folder"))
    return path


def _jobs(words: Sequence[str], swept: bool) -> int:
    """Run every job; after several of them print one table."""
    with tempfile.TemporaryDirectory(prefix="tango-") as folder, _environment(FOLDER, folder):
        code = _hydra_alone(words)
        notes = sweep.read(Path(folder))
    if swept or len(notes) > 1:
        print(sweep.table(notes))
    return sweep.worst([code, *(note["code"] for note in notes)])


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _hydra_alone(words: Sequence[str]) -> int:
    """Let Hydra read the command line; its own errors become one line and exit code 2."""
    main = hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")
    typed, sys.argv = sys.argv, ["tango", *words]
    try:
        with _environment("HYDRA_FULL_ERROR", "1"):
            main(hydra_job)()
    except HYDRA_ERRORS as error:
        raise BadInput(hydra_fault(error)) from error
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    finally:
        sys.argv = typed
    return 0


def hydra_job(composed: DictConfig) -> int:
    """Run one job of Hydra's, note how it ended, and return its exit code."""
    now = HydraConfig.get()
    swept = now.mode == RunMode.MULTIRUN
    number = now.job.num if swept else 0
    changes = list(now.overrides.task)
    if swept:
        print(f"Job {number}: {' '.join(changes)}", flush=True)
    note = _run(composed, now)
    sys.stdout.flush()
    sweep.write(Path(os.environ[FOLDER]), number, {"overrides": changes, **note})
    return int(note["code"])


def _run(composed: DictConfig, now: DictConfig) -> dict[str, Any]:
    """Return the code of one job, and its findings if it has any; print either way."""
    try:
        return _run_or_raise(composed, now)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return {"code": 2}
    except HYDRA_ERRORS as error:
        print(hydra_fault(error), file=sys.stderr)
        return {"code": 2}
    except Exception as problem:
        if not isinstance(problem, job.DamagedRunError):
            traceback.print_exc()
        print(f"failed: {problem}", file=sys.stderr)
        return {"code": 1}


def _run_or_raise(composed: DictConfig, now: DictConfig) -> dict[str, Any]:
    folders = [s.path for s in now.runtime.config_sources if s.provider == "command-line"]
    tree: Any = OmegaConf.to_container(composed, resolve=True)
    plain = located(tree | {"experiment": now.runtime.choices["experiment"]}, folders)
    config = read_config(plain)
    result = job.execute(config, level_of(config, folders))
    show(result)
    return {"code": result.code, "findings": result.findings, "run": str(result.folder)}


def show(result: job.Result) -> None:
    """Print the last screen of a run; bounds that failed go to stderr."""
    screen = report.screen(result.folder, result.findings, result.digest, result.first)
    print(screen, flush=True)
    for line in result.broken:
        print(line, file=sys.stderr)
