"""What identifies a run: sources, versions, commit, machine; and where compiled rules are kept.

Standard library only: `tango --help` and the choice of Numba's cache folder need it before
anything heavy is imported.
"""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTION = "tango-negotiation"
PACKAGES = ("sim", "agents", "experiments")
#: The libraries whose versions a manifest records.
LIBRARIES = ("mesa", "numpy", "scipy", "numba", "llvmlite", "pyarrow", "hydra-core", "matplotlib")


def sha256_of(tree: Any) -> str:
    """Return the SHA-256 of a plain value, written as canonical JSON."""
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files in path order."""
    total = hashlib.sha256()
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if part.is_file():
            name = part.relative_to(path).as_posix()
            total.update(name.encode() + b"\0" + hashlib.sha256(part.read_bytes()).digest())
    return total.hexdigest()


@cache
def sources_sha256() -> str:
    """Return the SHA-256 over every Python source of the packages, in path order."""
    total = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def version_of(name: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def package_version() -> str:
    """Return our own version."""
    return version_of(DISTRIBUTION) or "0+unknown"


def versions() -> dict[str, str | None]:
    """Return the versions of the libraries that can change a result."""
    return {name: version_of(name) for name in LIBRARIES}


def git_commit() -> str | None:
    """Return the commit of the checkout we run from, ``-dirty`` if edited, or None."""
    if not (ROOT / ".git").exists():
        return None
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def cpu_name() -> str:
    """Return the processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def platform_name() -> str:
    """Return the system, C library and processor that a digest holds for."""
    libc = " ".join(platform.libc_ver()).strip()
    return " ".join(part for part in (platform.system(), libc, cpu_name()) if part)


def numba_cache_folder() -> Path:
    """Return a per-user folder keyed by everything that machine code depends on.

    Numba's own cache looks at one file only and goes stale when a rule it calls changes.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    engines = [version_of(name) for name in ("numba", "numpy", "llvmlite")]
    key = sha256_of([sources_sha256(), engines, cpu_name(), platform.python_version()])
    return base / "tango" / "numba" / key[:16]


def set_numba_cache() -> None:
    """Point Numba at our cache folder, unless the user chose one; call before importing it."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(numba_cache_folder()))


def run_id_of(
    identity: Mapping[str, Any], case_sha256: str, ensemble_sha256: str, read: Mapping[str, str]
) -> str:
    """Return the 12 hex digits that name a run: configuration, case, ensemble, sources.

    ``read`` holds the hashes of all else that is read: manners, rules, a study's own files.
    """
    return sha256_of(
        {
            "config": identity,
            "case": case_sha256,
            "ensemble": ensemble_sha256,
            "read": read,
            "package": sources_sha256(),
        }
    )[:12]
