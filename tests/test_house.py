"""The house rules: who may import whom, what the theory may not know, what a preset must say."""

import ast
import re
from pathlib import Path

import pytest

from experiments import expect, verify
from experiments.compose import composed, smoke_of
from experiments.config import read_config
from experiments.identity import ROOT
from sim.errors import FaultList

ROOMS = ("sim", "agents", "experiments")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
PLACES = re.compile(r"ukrain|russia|kyiv|moscow|kremlin|donbas|donetsk|\bnato\b", re.IGNORECASE)
#: Never in the theory: a configuration framework, plots.
OUTSIDE = {"sim": {"hydra", "omegaconf", "matplotlib", "tqdm"}, "agents": {"mesa", "hydra"}}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_never_run_back(path):
    room = path.relative_to(ROOT).parts[0]
    later = set(ROOMS[ROOMS.index(room) + 1 :]) | OUTSIDE.get(room, set())
    assert not imports(path) & later


@pytest.mark.parametrize("path", [p for p in FILES if "experiments" not in p.parts], ids=name_of)
def test_the_theory_knows_no_country(path):
    assert PLACES.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_functions_are_short():
    """The median function has fewer than 15 lines without its docstring."""
    sizes = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                said = ast.get_docstring(node, clean=False)
                lines = node.end_lineno - node.lineno + 1
                sizes.append(lines - (len(said.splitlines()) if said else 0))
    assert sorted(sizes)[len(sizes) // 2] < 15


def test_only_the_readers_of_a_case_and_of_its_draws_touch_the_disk():
    """And the keeper of compiled code, which knows no case."""
    opens = re.compile(r"\.read_(text|bytes)\(|\bopen\(|yaml\.safe_load")
    readers = {p.name for p in (ROOT / "sim").glob("*.py") if opens.search(p.read_text())}
    assert readers <= {"case.py", "tables.py", "posterior.py", "keeping.py"}


@pytest.mark.parametrize("name", verify.presets())
def test_a_preset_asks_and_promises(name):
    """A question, a smoke level of 8 to 20 worlds, and bounds that can fail at both levels."""
    plain = composed([f"experiment={name}"])
    full, smoke = read_config(plain), read_config(smoke_of(plain))
    assert full.question.endswith("?")
    assert 8 <= smoke.worlds <= 20
    for level in (full.expect.full, full.expect.smoke):
        bounds = expect.parse_all(level, "expect", FaultList())
        assert any(bound.is_breakable and not bound.is_a_count for bound in bounds)
    assert list(full.arms())


def test_no_host_address_in_the_lock():
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", lock)
    assert re.search(r"^setuptools==", lock, re.MULTILINE)  # one dependency is built on install
    assert lock.count("--hash=") > lock.count("==")


def test_ci_runs_every_line_of_the_readme():
    """What the README says CI runs, CI runs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(
        r"^#+ .*(?:\bCI\b|ontinuous integration).*?\n(.*?)(?=^#+ |\Z)",
        readme,
        re.MULTILINE | re.DOTALL,
    )
    assert section, "README.md has no section on CI"
    shown = re.findall(r"^\s*(?:\$ )?((?:make|tango) [^#\n]*)", section[1], re.MULTILINE)
    lines = [line.strip() for line in shown]
    script = (ROOT / ".ci" / "run").read_text()
    assert {"make test", "tango verify"} <= set(lines)
    assert [line for line in lines if line not in script] == []
