"""The run folder: atomic files, a lock, Parquet parts, the digest.

Every file is written under a temporary name and renamed, so that a killed run leaves whole files
or none. The digest is taken over values, never over Parquet bytes: chunks, threads, resumption and
library versions of the file format do not enter it.
"""

import fcntl
import hashlib
import json
import math
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import BadInput, Fault

Column = tuple[pa.DataType, str]  # type, unit


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the same folder; rename it to ``path`` if nothing was raised."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # the suffix stays last, for writers that choose a format by it
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_json(path: Path, tree: Any) -> None:
    """Write a JSON file atomically; nan and infinities become null."""
    text = json.dumps(finite(tree), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def finite(tree: Any) -> Any:
    """Return a plain tree of Python values, with null where a number is not finite."""
    if isinstance(tree, Mapping):
        return {str(name): finite(part) for name, part in tree.items()}
    if isinstance(tree, list | tuple):
        return [finite(part) for part in tree]
    if hasattr(tree, "item"):  # a NumPy scalar
        tree = tree.item()
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder for this process; a folder held by another is bad input."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fault = Fault(
                "results_dir", f"{folder}, in use by another process", "one run at a time"
            )
            raise BadInput(fault) from None
        yield
    finally:
        os.close(handle)


def clear_drafts(folder: Path) -> None:
    """Remove what a killed run was in the middle of writing; call while holding the lock."""
    for place in (folder, folder / "worlds", folder / "rounds", folder / "figures"):
        for draft in place.glob(".*"):
            if draft.is_file():
                draft.unlink()


def table_of(rows: Mapping[str, list[Any]], columns: Mapping[str, Column]) -> pa.Table:
    """Return an Arrow table with a unit in the metadata of every column."""
    fields = [pa.field(n, kind, metadata={"unit": unit}) for n, (kind, unit) in columns.items()]
    arrays = [pa.array(rows[name], type=kind) for name, (kind, _) in columns.items()]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def write_part(path: Path, table: pa.Table) -> None:
    """Write one Parquet part atomically."""
    with atomic(path) as draft:
        pq.write_table(table, draft)


def parts(folder: Path) -> list[Path]:
    """Return the parts of a table in world order."""
    return sorted(folder.glob("part-*.parquet"))


def part_name(first: int) -> str:
    """Return the name of the part that starts with a world.

    Examples
    --------
    >>> part_name(25)
    'part-00000025.parquet'
    """
    return f"part-{first:08d}.parquet"


def read_table(folder: Path) -> pa.Table | None:
    """Return a whole table by arm, arms and rows as they come; None if there is no part."""
    paths = parts(folder)
    if not paths:
        return None
    table = pa.concat_tables([pq.read_table(path) for path in paths])
    arms = table.column("arm").unique().to_pylist()
    order = pa.array([arms.index(arm) for arm in table.column("arm").to_pylist()])
    keys = [(name, "ascending") for name in ("_arm", "_row")]
    marked = table.append_column("_arm", order).append_column("_row", pa.array(range(len(table))))
    return marked.sort_by(keys).drop_columns(["_arm", "_row"])


def _encoder(kind: pa.DataType) -> Callable[[Any], bytes]:
    """Return how a value of a column enters the digest: little-endian, strings with a length."""
    if pa.types.is_boolean(kind):
        return struct.Struct("<?").pack
    if pa.types.is_integer(kind):
        return struct.Struct("<q").pack
    if pa.types.is_floating(kind):
        return struct.Struct("<d").pack
    if pa.types.is_string(kind):
        return lambda text: struct.pack("<I", len(text.encode())) + text.encode()
    if pa.types.is_null(kind):
        return lambda _: b""
    raise TypeError(f"no digest for a column of {kind}")


def _column_bytes(column: pa.ChunkedArray) -> Iterable[bytes]:
    encode = _encoder(column.type)
    return (b"\0" if value is None else b"\1" + encode(value) for value in column.to_pylist())


def digest(table: pa.Table) -> str:
    """Return the SHA-256 over rows in order, columns in name order.

    Each value is preceded by a marker, 0 for null and 1 for a value.
    """
    total = hashlib.sha256()
    names = sorted(table.column_names)
    for batch in pa.Table.from_batches(table.to_batches(max_chunksize=4096)).to_batches():
        columns = [_column_bytes(pa.chunked_array([batch.column(name)])) for name in names]
        for row in zip(*columns, strict=True):
            total.update(b"".join(row))
    return total.hexdigest()
