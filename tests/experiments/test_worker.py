"""A chunk of worlds: the same to the bit in plain Python and compiled, alone or in a batch."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from experiments import worker
from experiments.config import read_config
from experiments.worker import ahead, simulate_chunk
from sim.case import load_case
from sim.compiled import compiled
from sim.particles import PARTICLES
from sim.question import solve
from sim.settings import Settings

ROOT = Path(__file__).parents[2]
FEW = 40
"""Draws behind a belief: enough for every rule, and quick in plain Python."""
TOLD = """
import json, sys
from functools import partial
from experiments import worker
from sim.case import load_case
from sim.settings import Settings
engine, draws = sys.argv[1], int(sys.argv[2])
worker.prepared = partial(worker.prepared, particles=draws)
case = load_case("camp_david")
worlds, _ = worker.simulate_chunk(case, Settings(), 2026, 0, 3, False, engine)
print(json.dumps(worlds))
"""


def told(program, *arguments, **environment):
    """Return what a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_plain_python_and_compiled_code_tell_the_same_worlds(monkeypatch):
    """Every rule of draw, range and talks, from one source: no last bit differs."""
    monkeypatch.setattr(worker, "prepared", partial(worker.prepared, particles=FEW))
    monkeypatch.setattr(worker, "_READY", {})
    fast, _ = simulate_chunk(load_case("camp_david"), Settings(), 2026, 0, 3, False)
    assert told(TOLD, "mesa", str(FEW), TANGO_PLAIN="1") == json.loads(json.dumps(fast))


LOADED = """
from numba.core import event
compiled = []
class Listener(event.Listener):
    def on_start(self, seen):
        compiled.append(seen.data["dispatcher"].py_func.__qualname__)
    def on_end(self, seen):
        pass
event.register("numba:compile", Listener())
""" + TOLD.replace("dumps(worlds)", "dumps([worlds, compiled])")


def test_another_process_loads_what_this_one_compiled_and_tells_the_same_worlds():
    """It compiles nothing: not a rule, not a record."""
    here, _ = simulate_chunk(load_case("camp_david"), Settings(), 2026, 0, 3, False, "compiled")
    worlds, again = told(LOADED, "compiled", str(PARTICLES))
    assert again == []
    assert worlds == json.loads(json.dumps(here))


def test_what_is_compiled_ahead_is_the_code_that_worlds_use():
    case = load_case("camp_david")
    simulate_chunk(case, Settings(), 7, 0, 1, False)
    before = compiled(solve).signatures
    ahead(case, read_config({"question": "Why?"}))
    assert compiled(solve).signatures == before != []


@pytest.mark.thorough
def test_what_one_process_compiled_another_loads_and_tells_the_same_worlds(tmp_path):
    """Mesa first, so that the cache holds what a test run leaves; a crash fails as loudly."""
    place = {"NUMBA_CACHE_DIR": str(tmp_path)}
    engines = ("mesa", "compiled", "compiled", "mesa")
    first, *others = (told(TOLD, engine, str(PARTICLES), **place) for engine in engines)
    assert others == [first] * 3
    assert first["world"] == [0, 1, 2]


def test_either_engine_tells_the_same_worlds():
    case = load_case("camp_david")
    watched, _ = simulate_chunk(case, Settings(), 7, 0, 5, False, "mesa")
    played, _ = simulate_chunk(case, Settings(), 7, 0, 5, False, "compiled")
    assert json.dumps(watched) == json.dumps(played)


def test_a_world_alone_is_its_row_in_a_chunk_and_a_trace_changes_nothing():
    case = load_case("camp_david")
    together, none = simulate_chunk(case, Settings(), 7, 0, 5, False)
    alone, rounds = simulate_chunk(case, Settings(), 7, 3, 4, True)
    assert none == {}
    assert {name: column[3] for name, column in together.items()} == {
        name: column[0] for name, column in alone.items()
    }
    assert set(rounds["world"]) == {3}
