"""Spread independent pieces of work over processes; results come back in the order asked."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

from tqdm import tqdm

from experiments.batch import _deaf_to_ctrl_c, _end_with, cores, end_at_once

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Spread:
    """Computes pieces in this process, or over a pool that is started once.

    Parameters
    ----------
    pool : ProcessPoolExecutor or None
    quiet : bool
        Show no progress bar.
    """

    def __init__(self, pool: ProcessPoolExecutor | None, quiet: bool) -> None:
        self.pool, self.quiet = pool, quiet

    def __call__(
        self, work: Callable[[Piece], Result], pieces: Sequence[Piece], title: str
    ) -> list[Result]:
        """Return ``work(piece)`` of every piece.

        ``work`` is importable by name, or a `functools.partial` of such a function; ``title``
        stands before the progress bar on stderr.
        """
        here = ((n, work(piece)) for n, piece in enumerate(pieces))
        done = here if self.pool is None else _in_a_pool(self.pool, work, pieces)
        found: dict[int, Result] = {}
        with tqdm(total=len(pieces), desc=title, unit="point", disable=self.quiet) as bar:
            for n, result in done:
                found[n] = result
                bar.update()
        return [found[n] for n in range(len(pieces))]


@contextmanager
def spread(threads: int, most: int, quiet: bool) -> Iterator[Spread]:
    """Open a pool of ``threads`` processes (0: every core), never more than ``most`` pieces.

    On any error, Ctrl-C included, its processes are ended at once.
    """
    workers = min(threads or cores(), most)
    if workers <= 1:
        yield Spread(None, quiet)
        return
    before = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, spawn, _start_worker, (os.getpid(),))
    try:
        yield Spread(pool, quiet)
        pool.shutdown()
    except BaseException:
        end_at_once(pool, set(multiprocessing.active_children()) - before)
        raise


def _in_a_pool(
    pool: ProcessPoolExecutor, work: Callable[[Any], Any], pieces: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    """Yield numbered results as they come."""
    with _deaf_to_ctrl_c():
        futures = {pool.submit(work, piece): n for n, piece in enumerate(pieces)}
    for future in as_completed(futures):
        yield futures[future], future.result()


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
