"""Killed or not, in one piece or many, on one thread or two: the same worlds."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments import batch, identity, store
from experiments.batch import Arm, Plan
from tests.experiments import fake_worker

SIMULATE = "tests.experiments.fake_worker:simulate"


def plan(folder, trace=False):
    arms = tuple(
        Arm(name, None, (2026, trace), fake_worker.COLUMNS, fake_worker.ROUNDS)
        for name in ("one", "two")
    )
    return Plan(folder, arms, SIMULATE)


def run(folder, worlds=20, chunk=7, threads=1):
    todo = batch.missing(folder, batch.chunks((0, worlds), chunk))
    batch.run(plan(folder), todo, threads, quiet=True)
    return store.digest(store.read_table(folder / "worlds"))


def test_chunks_change_no_digest(tmp_path):
    digests = {run(tmp_path / str(size), chunk=size) for size in (1, 7, 200)}
    assert len(digests) == 1


def test_two_processes_change_no_digest(tmp_path):
    assert run(tmp_path / "a", threads=2) == run(tmp_path / "b", threads=1)


def test_one_world_is_its_row_of_the_whole(tmp_path):
    run(tmp_path / "all")
    batch.run(plan(tmp_path / "one", trace=True), [(13, 14)], 1, quiet=True)
    every = store.read_table(tmp_path / "all" / "worlds").to_pylist()
    alone = store.read_table(tmp_path / "one" / "worlds").to_pylist()
    assert alone == [row for row in every if row["world"] == 13]
    assert store.read_table(tmp_path / "one" / "rounds").num_rows == 2


def test_every_arm_sees_the_same_worlds(tmp_path):
    run(tmp_path)
    table = store.read_table(tmp_path / "worlds")
    assert table.column_names[0] == "arm"
    assert table.column("arm").to_pylist() == ["one"] * 20 + ["two"] * 20
    luck = table.column("luck").to_pylist()
    assert luck[:20] == luck[20:]


def test_a_failing_worker_stops_the_run(tmp_path):
    broken = Plan(tmp_path, plan(tmp_path).arms, "tests.experiments.fake_worker:nothing")
    with pytest.raises(AttributeError):
        batch.run(broken, [(0, 1), (1, 2)], 2, quiet=True)


@pytest.mark.parametrize("problem", [MemoryError("no room"), KeyboardInterrupt()])
def test_what_fails_ahead_of_the_chunks_fails_no_run_but_a_stop_is_one(
    tmp_path, monkeypatch, problem
):
    def ahead(*_):
        raise problem

    monkeypatch.setattr(fake_worker, "ahead", ahead, raising=False)
    monkeypatch.setattr(batch, "_PLAN", plan(tmp_path))
    if isinstance(problem, Exception):
        assert batch._compile_ahead() == "MemoryError('no room')"
    else:
        with pytest.raises(KeyboardInterrupt):
            batch._compile_ahead()


SLOW_RUN = """
import sys
from pathlib import Path
from tests.experiments.test_resume import run
if __name__ == "__main__":
    run(Path(sys.argv[1]), worlds=8, chunk=1, threads=2)
"""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """SIGKILL of the parent: workers end, whole parts stay, nothing is computed twice."""
    log = tmp_path / "log"
    script = tmp_path / "slow.py"
    script.write_text(SLOW_RUN)
    slow = {
        **os.environ,
        "FAKE_WORKER_LOG": str(log),
        "FAKE_WORKER_SECONDS": "0.5",
        "PYTHONPATH": str(identity.ROOT),
    }
    folder = tmp_path / "run"
    killed = subprocess.Popen([sys.executable, str(script), str(folder)], env=slow)
    deadline = time.monotonic() + 60
    while len(store.parts(folder / "worlds")) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    workers = {line.split()[2] for line in log.read_text().splitlines()}
    while any(is_alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_alive(pid) for pid in workers)

    kept = {path: path.stat().st_mtime_ns for path in store.parts(folder / "worlds")}
    assert 2 <= len(kept) < 8
    again = tmp_path / "again"
    monkeypatch.setenv("FAKE_WORKER_LOG", str(again))
    store.clear_drafts(folder)
    resumed = run(folder, worlds=8, chunk=1)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(again.read_text().splitlines()) == (8 - len(kept)) * 2  # two arms
    assert resumed == run(tmp_path / "whole", worlds=8, chunk=8)
