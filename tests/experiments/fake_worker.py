"""A worker that simulates nothing: it counts, and can be slow."""

import os
import time
from pathlib import Path

import pyarrow as pa

COLUMNS = {
    "world": (pa.int64(), "number from 0"),
    "luck": (pa.float64(), "util"),
    "text": (pa.string(), "issue=option"),
    "fine": (pa.bool_(), "yes or no"),
    "later": (pa.string(), "null until built"),
}


def simulate(_case, config, first, last):
    """Return columns that depend on the world's number and the seed only."""
    seed, trace = config
    if log := os.environ.get("FAKE_WORKER_LOG"):
        with Path(log).open("a") as handle:
            handle.write(f"{first} {last} {os.getpid()}\n")
    time.sleep(float(os.environ.get("FAKE_WORKER_SECONDS", "0")))
    worlds = range(first, last)
    rows = {
        "world": list(worlds),
        "luck": [seed + i / 7 for i in worlds],
        "text": [None if i % 3 == 0 else f"point=ö{i}" for i in worlds],
        "fine": [i % 2 == 0 for i in worlds],
        "later": [None for _ in worlds],
    }
    return rows, {"world": list(worlds)} if trace else {}


ROUNDS = {"world": (pa.int64(), "number from 0")}
