"""Compiled code is kept on disk: of several processes that need it, one compiles, the others load.

Numba's own cache lets every process that finds nothing compile for itself; a run over two
processes would compile everything twice. Here a process that finds nothing takes the lock of that
function, looks again, and compiles only if there is still nothing.
"""

import fcntl
import hashlib
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache

PATIENCE, PAUSE = 60.0, 0.05
"""Seconds of waiting for another process before a word is said, and between two looks."""


class KeptCode(FunctionCache):  # type: ignore[misc]
    """The cache of one function; a miss holds the function's lock until its code is kept."""

    _held: list[int] = []  # noqa: RUF012  # of this process: one function is compiled at a time

    def __init__(self, py_func: Any) -> None:
        super().__init__(py_func)
        self._tried: set[Any] = set()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kept code, or None and hold the lock; wait while another process compiles.

        The lock is taken once: what could not be compiled is not tried again.
        """
        found = super().load_overload(sig, target_context)
        if found is None and sig not in self._tried:
            self._tried.add(sig)
            self._take()
            found = super().load_overload(sig, target_context)
            if found is not None:
                self.let_go()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code and let the others load it."""
        try:
            super().save_overload(sig, data)
        finally:
            self.let_go()

    def _take(self) -> None:
        """Take the lock of the function; where files cannot be locked, everybody compiles."""
        with suppress(OSError):
            folder = Path(self.cache_path)
            folder.mkdir(parents=True, exist_ok=True)
            name = folder / f"{self._impl.filename_base}.lock"
            handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
            self._held.append(handle)
            _wait_for(handle, name)

    @classmethod
    def let_go(cls) -> None:
        """Give back the lock, also after a function that cannot be compiled."""
        while cls._held:
            os.close(cls._held.pop())


class KeptMaker(KeptCode):
    """The cache of a function whose closure is named by the function itself."""

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        code = hashlib.sha256(self._py_func.__code__.co_code).hexdigest()
        return sig, codegen.magic_tuple(), code


def _wait_for(handle: int, name: Path) -> None:
    """Lock an open file; say once what is waited for, as its holder may have been stopped."""
    patience = time.monotonic() + PATIENCE
    while True:
        with suppress(BlockingIOError):
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() > patience:
            patience = float("inf")
            said = "still waiting for another process that compiles, or was stopped while it did"
            print(f"{said}; it holds {name}", file=sys.stderr, flush=True)
        time.sleep(PAUSE)


def keep(twin: Any, function: Any, cache: type[KeptCode] = KeptCode) -> None:
    """Keep the code of a function's twin; where no folder can be written every process compiles."""
    try:
        twin._cache = cache(function)
    except RuntimeError as error:
        if "no locator" not in str(error):
            raise
