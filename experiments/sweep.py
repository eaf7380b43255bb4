"""What the jobs of a multirun leave behind, and the one table at its end."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import store

Note = dict[str, Any]

#: The findings every comparison shows.
FINDINGS = ("pr_zopa", "pr_deal_12m", "median_zopa_months")


def write(folder: Path, number: int, note: Mapping[str, Any]) -> None:
    """Keep how one job ended."""
    store.write_json(folder / f"job-{number:06d}.json", note)


def read(folder: Path) -> list[Note]:
    """Return how the jobs ended, in order."""
    return [store.read_json(path) for path in sorted(folder.glob("job-*.json"))]


def worst(codes: Iterable[int]) -> int:
    """Return the worst exit code: 1 before 2 before 3 before 0.

    Examples
    --------
    >>> worst([0, 3, 2])
    2
    >>> worst([])
    0
    """
    order = (1, 2, 3, 0)
    found = set(codes)
    return next((code for code in order if code in found), max(found, default=0))


def settings(note: Note) -> dict[str, str]:
    """Return a job's overrides as {key: value}."""
    pairs = (text.lstrip("+").partition("=") for text in note["overrides"])
    return {key: value for key, _, value in pairs}


def differing(notes: Sequence[Note]) -> list[str]:
    """Return the keys in which jobs differ; of a single job, all it set."""
    tables = [settings(note) for note in notes]
    keys = list(dict.fromkeys(key for table in tables for key in table))
    if len(tables) < 2:
        return keys
    return [key for key in keys if len({table.get(key) for table in tables}) > 1]


def table(notes: Sequence[Note]) -> str:
    """Return one line per job: what differs, three findings, the exit code."""
    keys = differing(notes)
    head = ["job", *keys, *FINDINGS, "exit"]
    rows = [_row(number, note, keys) for number, note in enumerate(notes)]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(f"{c:<{w}}" for c, w in zip(r, widths, strict=True)) for r in [head, *rows]]
    return "\n".join(["Comparison:", *(line.rstrip() for line in lines)])


def _row(number: int, note: Note, keys: Sequence[str]) -> list[str]:
    chosen, findings = settings(note), note.get("findings") or {}
    values = [span(findings.get(name)) for name in FINDINGS]
    return [str(number), *(chosen.get(key, "-") for key in keys), *values, str(note["code"])]


def span(finding: Mapping[str, Any] | None) -> str:
    """Return a finding as value and range; one number never stands alone.

    Examples
    --------
    >>> span({"value": 0.5, "low": 0.25, "high": 0.75})
    '0.5 [0.25, 0.75]'
    """
    if not finding or finding.get("value") is None:
        return "-"
    ends = [finding.get("low"), finding.get("high")]
    low, high = ("?" if end is None else f"{end:.3g}" for end in ends)
    return f"{finding['value']:.3g} [{low}, {high}]"
