"""Records: tuples in Python, references in machine code, the same arrays in both."""

import gc
import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numba.core.runtime import _nrt_python, rtsys

from sim.compiled import compiled, rule
from sim.records import record

ARRAY = 20_000
STATM = Path("/proc/self/statm")


@record
class Inner(NamedTuple):
    """Two arrays."""

    a: np.ndarray
    b: np.ndarray


@record
class Outer(NamedTuple):
    """A record within a record, and a number."""

    inner: Inner
    x: float


@njit
def built(n, x):
    return Outer(Inner(np.ones(n), np.zeros(n)), x)


@njit
def touched(outer):
    outer.inner.a[0] += outer.x
    return outer


@njit
def total(outer):
    return outer.inner.a.sum() + outer.x


def outer_of(n=3, x=2.0):
    return Outer(Inner(np.arange(float(n)), np.zeros(n)), x)


def resident():
    """Return the memory in use, bytes; 0 where the system does not say."""
    gc.collect()
    return 4096 * int(STATM.read_text().split()[1]) if STATM.exists() else 0


def held():
    """Return how many arrays and structs compiled code still holds."""
    gc.collect()
    stats = rtsys.get_allocation_stats()
    return stats.mi_alloc - stats.mi_free


def test_in_python_it_is_the_tuple_it_was():
    inner, x = outer_of()
    assert x == 2.0
    assert inner.a.tolist() == [0.0, 1.0, 2.0]
    assert Outer._fields == ("inner", "x")
    assert outer_of()._replace(x=5.0).x == 5.0
    assert isinstance(outer_of()._replace(x=5.0), Outer)
    assert Outer.__doc__ == "A record within a record, and a number."


def test_compiled_code_works_on_the_same_arrays():
    outer = outer_of()
    assert total(outer) == 5.0
    back = touched(outer)
    assert outer.inner.a[0] == 2.0
    assert np.shares_memory(back.inner.a, outer.inner.a)
    outer.inner.a[1] = 10.0
    assert total(outer) == 16.0
    assert type(back) is Outer
    assert type(back.inner) is Inner


def test_a_replaced_field_is_a_new_record_that_shares_the_rest():
    outer = outer_of()
    total(outer)  # holds its compiled twin by now
    other = outer._replace(x=7.0)
    assert (total(outer), total(other)) == (5.0, 10.0)
    assert other.inner is outer.inner


def test_a_record_survives_pickling():
    outer = outer_of()
    total(outer)
    back = pickle.loads(pickle.dumps(outer))
    assert type(back) is Outer
    assert back.x == outer.x
    assert np.array_equal(back.inner.a, outer.inner.a)
    assert not np.shares_memory(back.inner.a, outer.inner.a)
    assert total(back) == total(outer)


def test_the_rules_and_worlds_of_a_run_survive_pickling(standoff, standoff_rules):
    """So a worker process may be handed them."""
    world = standoff.world(0)
    for found in (world, standoff_rules):
        back = pickle.loads(pickle.dumps(found))
        assert type(back) is type(found)
        assert leaves(back) == leaves(found)


def leaves(found):
    """List the bytes of every array and every number of nested records."""
    if isinstance(found, tuple):
        return [leaf for part in found for leaf in leaves(part)]
    return [np.asarray(found).tobytes()]


@pytest.fixture
def counted():
    """Let Numba count what it allocates."""
    was = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    yield
    if not was:
        _nrt_python.memsys_disable_stats()


@pytest.mark.parametrize("use", ["returned", "passed", "written"])
@pytest.mark.usefixtures("counted")
def test_ten_thousand_records_leave_no_memory_behind(use):
    """3 GB of arrays would come together if references were kept; a few MB may."""
    kept = outer_of(ARRAY)

    def once():
        if use == "returned":
            return built(ARRAY, 1.0)
        if use == "passed":
            return total(Outer(Inner(np.ones(ARRAY), kept.inner.b), 1.0))
        return touched(kept)

    for _ in range(50):
        once()
    before = resident(), held()
    for _ in range(10_000):
        once()
    assert resident() - before[0] < 8_000_000
    assert held() == before[1]
    one = built(2, 1.0)
    assert held() > before[1]
    assert one.x == 1.0


def test_arrays_outlive_the_record_that_brought_them():
    a = built(1000, 1.0).inner.a
    gc.collect()
    assert a.sum() == 1000.0
    part = touched(outer_of(1000)).inner
    gc.collect()
    assert part.a[-1] == 999.0


def test_a_record_whose_twin_cannot_be_made_is_an_error_not_a_crash(monkeypatch):
    def broken(*_):
        raise RuntimeError("no twin")

    monkeypatch.setattr(Outer, "_make_twin", staticmethod(broken))
    with pytest.raises(RuntimeError, match="no twin"):
        total(outer_of())


def test_a_missing_field_is_said_when_compiling():
    @njit
    def wrong(outer):
        return outer.nothing

    with pytest.raises(Exception, match="nothing"):
        wrong(outer_of())


@rule
def borrowed(rows, p):
    row, total = rows[p], 0.0
    for x in row:
        total += x
    return total


@rule
def picked(rows, keep):
    return rows[keep].sum()


@rule
def both(rows, keep):
    return borrowed(rows, 1) + picked(rows, keep)


def test_what_is_not_counted_is_freed_once_all_the_same():
    """Rules that only borrow count no references; memory is neither leaked nor freed too early."""
    rows, keep = np.arange(12.0).reshape(3, 4), np.array([True, False, True])
    twin = compiled(both)
    assert twin(rows, keep) == both(rows, keep)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for _ in range(50):
        assert twin(rows, keep) == both(rows, keep)
    after = rtsys.get_allocation_stats()
    _nrt_python.memsys_disable_stats()
    assert after.mi_alloc - before.mi_alloc >= 50
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free
