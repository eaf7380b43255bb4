"""Entries of findings.json: a value, its range, and one sentence that never says it alone."""

from typing import Any

import numpy as np
import pyarrow as pa

from experiments.ranges import PREFIX, Floats, Range, median, quantile

Finding = dict[str, Any]
Findings = dict[str, Finding]

SHARE, MONTHS = "share of worlds", "own war-months"


def finding(value: Range, unit: str, sentence: str) -> Finding:
    """Return one entry of findings.json; the corners of its box stand beside low and high."""
    entry = {
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "unit": unit,
        "n": value.n,
        "n_unproven": 0,
        "sentence": sentence,
    }
    if value.corners is not None:
        entry |= {"low_corner": value.corners[0], "high_corner": value.corners[1]}
    return entry


def not_built(sentence: str) -> Finding:
    """Return the entry of a finding without a value; the sentence says why."""
    blank = {"value": None, "low": None, "high": None, "unit": None, "n": 0, "n_unproven": 0}
    return blank | {"sentence": sentence}


def unsettled(question: str, unproven: int) -> Finding:
    """Return the finding of a question that was settled in no world."""
    sentence = f"{question} stayed unproven in all {unproven} worlds asked."
    return not_built(sentence) | {"n_unproven": unproven}


def left_out(unproven: int) -> str:
    """Say how many worlds are left out.

    >>> left_out(0), left_out(2)
    ('', '; worlds left out as unproven: 2')
    """
    return f"; worlds left out as unproven: {unproven}" if unproven else ""


def exactly(value: float, n: int) -> Range:
    """Return a number that no sampling blurs."""
    return Range(value, value, value, n=n)


def middle(sample: Floats) -> Range:
    """Return a median with the range of the middle 90 % of worlds."""
    return Range(median(sample), quantile(sample, 0.05), quantile(sample, 0.95), n=len(sample))


def percent(x: float) -> str:
    """Write a share.

    >>> percent(0.125)
    '12 %'
    """
    return f"{100 * x:.0f} %"


def months(x: float) -> str:
    """Write war-months; a range that no text reaches is said in words."""
    return "no text at all" if x == -np.inf else f"{x:+.1f}"


def column(worlds: pa.Table, name: str) -> Floats:
    """Return a column as floats; null, and a column that is not there, become nan."""
    if name not in worlds.column_names:
        return np.full(len(worlds), np.nan)
    return np.array([np.nan if x is None else x for x in worlds[name].to_pylist()], dtype=float)


def filled(worlds: pa.Table, name: str) -> Floats:
    """Return a column where it is filled, which may be nowhere."""
    values = column(worlds, name)
    return values[~np.isnan(values)]


def draws(worlds: pa.Table) -> dict[str, Floats]:
    """Return the drawn numbers that no evidence teaches."""
    return {n: column(worlds, n) for n in worlds.column_names if n.startswith(PREFIX)}
