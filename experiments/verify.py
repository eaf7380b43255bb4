"""`tango verify`: every preset small, a case, or a finished run."""

import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from experiments import job, manifest, sweep
from experiments.compose import composed, smoke_of
from experiments.config import read_config
from experiments.extras import NotInstalled
from experiments.identity import ROOT
from sim.case import check_case
from sim.errors import BadInput, Fault, nearest


def presets() -> tuple[str, ...]:
    """Return the name of every preset."""
    return tuple(sorted(path.stem for path in (ROOT / "conf" / "experiment").glob("*.yaml")))


def verify_all(what: Sequence[str]) -> int:
    """Run presets at smoke level, or recheck run folders; return the worst exit code."""
    known = presets()
    runs = [Path(name) for name in what if (Path(name) / manifest.NAME).exists()]
    names = [name for name in what if Path(name) not in runs]
    if unknown := [name for name in names if name not in known]:
        allowed = ", ".join(known) + ", or a run folder"
        raise BadInput(Fault("verify", name, allowed, nearest(name, known)) for name in unknown)
    codes = [verify_run(folder) for folder in runs]
    if names or not what:
        print(f"{'preset':<24} {'worlds':>6} {'seconds':>8}  {'digest':<12}  result", flush=True)
        codes += [verify_preset(name) for name in names or known]
    return sweep.worst(codes)


def verify_preset(name: str) -> int:
    """Run one preset at its smoke level, in this process; print its line and return its code."""
    started = time.perf_counter()
    worlds, digest = "-", "-"
    try:
        with tempfile.TemporaryDirectory(prefix="tango-") as folder:
            plain = smoke_of(composed([f"experiment={name}"]))
            config = read_config(plain | {"results_dir": folder, "threads": 1})
            result = job.execute(config, "smoke", quiet=True)
        worlds, digest, code = str(config.worlds), result.digest[:12], result.code
        said = "; ".join(result.broken) or "ok"
    except NotInstalled:
        code, said = 0, "not run: needs an extra that is not installed"
    except BadInput as bad:
        code, said = 2, "bad input"
        print(bad, file=sys.stderr)
    except Exception as problem:
        code, said = 1, f"failed: {problem}"
        traceback.print_exc()
    seconds = time.perf_counter() - started
    print(f"{name:<24} {worlds:>6} {seconds:>8.1f}  {digest:<12}  {said}", flush=True)
    return code


def verify_run(folder: Path) -> int:
    """Recompute the digest of a finished run from its files; print a line, return the code."""
    notes = manifest.read(folder)
    if notes is None or not notes["complete"]:
        print(f"{folder}: unfinished; the command in its manifest goes on with it")
        return 1
    found = job.folder_digest(folder)
    same = found == notes["digest"]
    print(f"{folder}: digest {'holds' if same else f'differs, {found}'}")
    return 0 if same else 1


def verify_case(path: Path) -> int:
    """Load a case with every check; all faults are printed at once by the caller."""
    case = check_case(path)
    rows = f"{len(case.parties)} parties, {case.agenda.n_issues} issues"
    print(f"{case.name}: {rows}; every table holds. sha256 {case.sha256}")
    for clash in case.clashes:
        print(f"note: {clash}")
    return 0
