"""Compute the missing chunks of a run, in this process or over a few others.

A chunk is a range of worlds (or of a study's own units) with every arm; it becomes one file, and
files are the unit of resume. Nothing depends on which process computes what, nor when.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from experiments import store
from experiments.config import Config
from experiments.store import Column
from sim.case import Case

LOG = logging.getLogger("tango")


@dataclass(frozen=True)
class Arm:
    """One way the worlds are run: a case, a configuration, and the columns that come out."""

    name: str
    case: Case
    config: Config
    worlds: Mapping[str, Column]
    rounds: Mapping[str, Column]


@dataclass(frozen=True)
class Plan:
    """Everything a worker needs to compute any chunk of a run.

    ``simulate`` names a function ``(case, config, first, last)`` as ``module:function``; it
    returns rows, or the rows of worlds and those of rounds.
    """

    folder: Path
    arms: tuple[Arm, ...]
    simulate: str
    unit: str = "world"


def chunks(span: tuple[int, int], size: int) -> list[tuple[int, int]]:
    """Return the ranges of worlds, first and one past the last.

    Examples
    --------
    >>> chunks((0, 5), 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    first, last = span
    return [(start, min(start + size, last)) for start in range(first, last, size)]


def missing(folder: Path, todo: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the chunks whose part is not there yet."""
    return [c for c in todo if not (folder / "worlds" / store.part_name(c[0])).exists()]


def compute(plan: Plan, chunk: tuple[int, int]) -> float:
    """Simulate one chunk, write its parts and return the seconds it took.

    The worlds part is written last: it is what says that the chunk is done.
    """
    started = time.perf_counter()
    module, _, function = plan.simulate.partition(":")
    simulate = getattr(import_module(module), function)
    worlds, rounds = [], []
    for arm in plan.arms:
        found = simulate(arm.case, arm.config, *chunk)
        rows, traced = found if isinstance(found, tuple) else (found, {})
        worlds.append(_with_arm(arm.name, store.table_of(rows, arm.worlds)))
        if traced:
            rounds.append(_with_arm(arm.name, store.table_of(traced, arm.rounds)))
    name = store.part_name(chunk[0])
    if rounds:
        store.write_part(plan.folder / "rounds" / name, pa.concat_tables(rounds))
    store.write_part(plan.folder / "worlds" / name, pa.concat_tables(worlds))
    return time.perf_counter() - started


def _with_arm(name: str, table: pa.Table) -> pa.Table:
    field = pa.field("arm", pa.string(), metadata={"unit": "arm of the study"})
    return table.add_column(0, field, pa.array([name] * len(table), pa.string()))


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(plan: Plan, todo: list[tuple[int, int]], threads: int, quiet: bool = False) -> None:
    """Compute chunks with a progress bar on stderr; ``threads`` 0 means every core."""
    workers = min(threads or cores(), len(todo))
    total = sum(last - first for first, last in todo)
    done = _in_this_process(plan, todo) if workers <= 1 else _in_a_pool(plan, todo, workers)
    with tqdm(
        total=total, unit=plan.unit, desc=f"{plan.unit}s", disable=quiet, mininterval=0.5
    ) as bar:
        for first, last in done:
            bar.update(last - first)


def _in_this_process(plan: Plan, todo: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for chunk in todo:
        compute(plan, chunk)
        yield chunk


PATIENCE = 10.0
"""Seconds a pool gets to end."""

_PLAN: Plan | None = None


def _in_a_pool(plan: Plan, todo: list[tuple[int, int]], workers: int) -> Iterator[tuple[int, int]]:
    """Yield chunks as other processes finish them; on any error the others are ended at once.

    A module that simulates may have something to compile ``ahead`` of any chunk: one process does
    so while another begins, and each loads what the other has compiled.
    """
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, spawn, _start_worker, (plan, os.getpid()))
    try:
        with _deaf_to_ctrl_c():
            futures: dict[Future[Any], tuple[int, int] | None] = {pool.submit(_compile_ahead): None}
            futures |= {pool.submit(_compute_in_worker, chunk): chunk for chunk in todo}
        for future in as_completed(futures):
            found, chunk = future.result(), futures[future]
            if chunk is not None:
                yield chunk
            elif found:
                LOG.warning("not compiled ahead but when needed: %s", found)
        pool.shutdown()
    except BaseException:
        end_at_once(pool, multiprocessing.active_children())
        raise


def end_at_once(pool: ProcessPoolExecutor, workers: Iterable[BaseProcess]) -> None:
    """End a pool whose work is in vain.

    Its thread is waited for a while: one that outlives this writes to pipes that are closed, and
    Python says so with a traceback as it ends.
    """
    shut = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)
    shut.start()
    for worker in workers:
        worker.kill()
    shut.join(PATIENCE)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start workers that never hear Ctrl-C, not even while they import; raise it afterwards.

    They inherit the blocked signal. The handler is there because a thread of a library, not
    blocked, may take the signal for this process.
    """
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt


def _start_worker(plan: Plan, parent: int) -> None:
    """Keep the plan; leave Ctrl-C to the parent, and end when it is gone."""
    global _PLAN
    _PLAN = plan
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _compute_in_worker(chunk: tuple[int, int]) -> float:
    return compute(_plan(), chunk)


def _compile_ahead() -> str | None:
    """Compile what chunks will need; return what went wrong, for a run may need none of it."""
    plan = _plan()
    ahead = getattr(import_module(plan.simulate.partition(":")[0]), "ahead", None)
    try:
        if ahead is not None:
            ahead(plan.arms[0].case, plan.arms[0].config)
    except Exception as problem:
        return repr(problem)
    return None


def _plan() -> Plan:
    if _PLAN is None:
        raise RuntimeError("a worker was not started by _start_worker")
    return _PLAN
