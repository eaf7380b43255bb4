"""Of several processes that need compiled code one compiles it, and nobody waits in vain."""

import fcntl
import os
import threading
from pathlib import Path

import pytest
from numba import njit
from numba.core.caching import CompileResultCacheImpl
from numba.core.errors import NumbaError

from sim import keeping
from sim.compiled import compiled
from sim.keeping import KeptCode, KeptMaker, keep


def doubled(x):
    return 2 * x


def tripled(x):
    return 3 * x


def halved(x):
    return x / 2


def impossible(x):
    return x.nothing_of_the_kind


def lock_of(rule):
    """Open the lock of a function's code."""
    cache = compiled(rule)._cache
    path = Path(cache.cache_path) / f"{cache._impl.filename_base}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT)


def is_free(rule):
    handle = lock_of(rule)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def test_compiled_code_is_kept_and_its_lock_given_back():
    assert compiled(doubled)(4) == 8
    cache = compiled(doubled)._cache
    assert list(Path(cache.cache_path).glob(f"{cache._impl.filename_base}*.nbc"))
    assert is_free(doubled)


def test_what_cannot_be_compiled_keeps_nobody_waiting():
    for _ in range(2):
        with pytest.raises(NumbaError):
            compiled(impossible)(1)
        assert is_free(impossible)


@pytest.mark.parametrize("cache", [KeptCode, KeptMaker])
def test_where_no_folder_can_be_written_code_is_not_kept(monkeypatch, cache):
    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])
    twin = njit(halved)
    keep(twin, halved, cache)
    assert not isinstance(twin._cache, KeptCode)
    assert twin.py_func(3) == 1.5


def test_a_process_waits_while_another_compiles(monkeypatch, capfd):
    """The other one is played by a second handle on the lock, which is as foreign as a process."""
    cache = compiled(tripled)._cache
    for kept in Path(cache.cache_path).glob(f"{cache._impl.filename_base}*"):
        kept.unlink()
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    handle, found = lock_of(tripled), []
    fcntl.flock(handle, fcntl.LOCK_EX)
    waiting = threading.Thread(target=lambda: found.append(compiled(tripled)(5)))
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive()
    os.close(handle)
    waiting.join(60)
    assert found == [15]
    assert capfd.readouterr().err.count("still waiting for another process") == 1
