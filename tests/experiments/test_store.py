"""The run folder: whole files or none, one process at a time, a digest of values."""

import hashlib
import json
import math
import struct
import subprocess
import sys

import pyarrow as pa
import pytest

from experiments import identity, store
from sim.errors import BadInput

COLUMNS = {"world": (pa.int64(), "number"), "b": (pa.float64(), "util"), "a": (pa.string(), "-")}
ROWS = {"world": [0, 1], "b": [0.5, None], "a": ["é", None]}


def table():
    arm = pa.array(["base", "base"])
    return store.table_of(ROWS, COLUMNS).add_column(0, "arm", arm)


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "x.json"
    store.write_json(path, {"a": 1})

    def stop(draft):
        draft.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError), store.atomic(path) as draft:
        stop(draft)
    assert json.loads(path.read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_json_has_null_where_a_number_is_not_finite(tmp_path):
    store.write_json(tmp_path / "x.json", {"a": [math.nan, -math.inf, 1.5]})
    assert store.read_json(tmp_path / "x.json") == {"a": [None, None, 1.5]}


def test_the_digest_is_what_the_contract_says():
    """Rows in order, columns by name (a, arm, b, world), marker, little-endian, length first."""
    first = b"\1\2\0\0\0" + "é".encode() + b"\1\4\0\0\0base"
    first += b"\1" + struct.pack("<d", 0.5) + b"\1" + struct.pack("<q", 0)
    second = b"\0" + b"\1\4\0\0\0base" + b"\0" + b"\1" + struct.pack("<q", 1)
    assert store.digest(table()) == hashlib.sha256(first + second).hexdigest()


def test_the_digest_knows_no_batches():
    whole = table()
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 1)])
    assert store.digest(pieces) == store.digest(whole)


def test_a_changed_value_changes_the_digest():
    other = store.table_of({**ROWS, "b": [0.5, 0.0]}, COLUMNS)
    assert store.digest(other.add_column(0, "arm", pa.array(["base"] * 2))) != store.digest(table())


def test_parts_are_read_in_arm_and_world_order(tmp_path):
    for first in (1, 0):
        rows = {"world": [first] * 2}
        part = store.table_of(rows, {"world": (pa.int64(), "number")})
        part = part.add_column(0, "arm", pa.array(["russia_first", "a_second"]))
        store.write_part(tmp_path / store.part_name(first), part)
    read = store.read_table(tmp_path)
    assert read.column("arm").to_pylist() == ["russia_first"] * 2 + ["a_second"] * 2
    assert read.column("world").to_pylist() == [0, 1, 0, 1]


def test_units_are_in_the_column_metadata(tmp_path):
    store.write_part(tmp_path / store.part_name(0), table())
    assert store.read_table(tmp_path).schema.field("b").metadata[b"unit"] == b"util"


def test_a_folder_in_use_by_another_process_is_bad_input(tmp_path):
    code = (
        "import sys; from pathlib import Path; from experiments import store\n"
        "with store.locked(Path(sys.argv[1])):\n print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=identity.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BadInput, match="in use by another process"), store.locked(tmp_path):
            pass
        other.stdin.close()
        assert other.wait(timeout=30) == 0
    with store.locked(tmp_path):
        pass


def test_numba_cache_depends_on_the_sources(monkeypatch):
    before = identity.numba_cache_folder()
    monkeypatch.setattr(identity, "sources_sha256", lambda: "other")
    assert identity.numba_cache_folder() != before


def test_a_run_id_ignores_how_a_run_is_computed():
    from experiments.config import Config

    plain = Config(question="Why?")
    other = Config(question="Why?", threads=7, chunk=3, results_dir="x", force=True)
    assert plain.identity() == other.identity()
    assert Config(question="Why?", seed=1).identity() != plain.identity()
