"""The manifest: who ran what, when, with which versions, and the digest of what came out."""

import os
import platform
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments import identity, store
from experiments.config import Config
from experiments.ensembles import ensemble_kind
from sim.case import Case
from sim.posterior import HOME, manifest_of

SCHEMA_VERSION = 1
NAME = "manifest.json"
#: Holds the command line as typed while jobs run: Hydra is given another one.
COMMAND = "TANGO_COMMAND"


def now() -> str:
    """Return the time of day in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def typed(words: Sequence[str]) -> str:
    """Return a command line as one would type it."""
    return shlex.join(["tango", *words])


def command() -> str:
    """Return the command line that was typed."""
    return os.environ.get(COMMAND) or typed(sys.argv[1:])


def ensemble_sha256(config: Config, case: Case) -> str:
    """Return what the worlds are drawn from, as a hash: its case, and the draws of a posterior."""
    kind = ensemble_kind(config, case)
    drawn = (manifest_of(HOME, case) or {}).get("sha256") if kind == "posterior" else None
    return identity.sha256_of([kind, case.sha256, drawn])


def start(config: Config, case: Case, run_id: str, chunks: int) -> dict[str, Any]:
    """Return the manifest of a run that has just begun."""
    ensemble = {"kind": ensemble_kind(config, case), "sha256": ensemble_sha256(config, case)}
    return {
        "schema_version": SCHEMA_VERSION,
        "experiment": config.experiment,
        "run_id": run_id,
        "command": command(),
        "seed": config.seed,
        "worlds": config.worlds,
        "complete": False,
        "chunks": {"size": config.chunk, "count": chunks},
        "config_sha256": identity.sha256_of(config.identity()),
        "case": case.name,
        "case_sha256": case.sha256,
        "ensemble": ensemble,
        "package_version": identity.package_version(),
        "git_commit": identity.git_commit(),
        "python": platform.python_version(),
        "versions": identity.versions(),
        "platform": identity.platform_name(),
        "started": now(),
        "finished": None,
        "seconds": 0.0,
        "digest": None,
    }


def finish(manifest: dict[str, Any], seconds: float, digest: str) -> dict[str, Any]:
    """Return the manifest of a finished run; seconds add up over resumptions."""
    spent = round(manifest["seconds"] + seconds, 3)
    return manifest | {"complete": True, "finished": now(), "seconds": spent, "digest": digest}


def read(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a run folder, or None if there is none."""
    path = folder / NAME
    return store.read_json(path) if path.exists() else None


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest atomically."""
    store.write_json(folder / NAME, manifest)
