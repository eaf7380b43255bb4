"""Bounds a preset sets on its own findings: when one fails, the run ends with exit code 3.

One form only, a sentence: ``pr_zopa.value between 0.02 and 0.9`` (inclusive).
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import BadInput, Fault, FaultList

FORM = "<finding>.value|low|high between <number> and <number>"
_SENTENCE = re.compile(r"(\w+)\.(value|low|high|n|n_unproven) between (\S+) and (\S+)")


@dataclass(frozen=True)
class Expectation:
    """One bound on one field of one finding."""

    finding: str
    field: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.finding}.{self.field} between {self.low:g} and {self.high:g}"

    @property
    def is_breakable(self) -> bool:
        """Whether some value could fail it; a share between 0 and 1 cannot."""
        is_share = self.finding.startswith(("pr_", "share_")) and self.field in ("value", "low")
        return not (is_share and self.low <= 0 and self.high >= 1)

    @property
    def is_a_count(self) -> bool:
        """Whether it bounds how many worlds there are, which is no finding."""
        return self.field.startswith("n")

    def failure(self, findings: Mapping[str, Mapping[str, Any]]) -> str | None:
        """Return the sentence that says how the bound fails, or None if it holds."""
        found = findings.get(self.finding, {}).get(self.field)
        if found is not None and self.low <= found <= self.high:
            return None
        said = "nothing" if found is None else f"{found:.6g}"
        return f"expect: {self}: found {said}"


def parse(sentence: object, place: str) -> Expectation:
    """Return the bound a sentence states; raise `BadInput` if it states none.

    Examples
    --------
    >>> parse("pr_zopa.value between 0.02 and 0.9", "expect.full")
    Expectation(finding='pr_zopa', field='value', low=0.02, high=0.9)
    """
    match = _SENTENCE.fullmatch(sentence.strip()) if isinstance(sentence, str) else None
    if match is None:
        raise BadInput(Fault(place, str(sentence), FORM))
    try:
        low, high = float(match[3]), float(match[4])
    except ValueError:
        raise BadInput(Fault(place, str(sentence), FORM)) from None
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise BadInput(Fault(place, str(sentence), "two finite bounds, the lower one first"))
    return Expectation(match[1], match[2], low, high)


def parse_all(sentences: Iterable[object], place: str, faults: FaultList) -> list[Expectation]:
    """Return the bounds of a list of sentences; faults are collected."""
    bounds = []
    for sentence in sentences:
        try:
            bounds.append(parse(sentence, place))
        except BadInput as bad:
            faults.extend(bad.faults)
    return bounds


def failures(
    expectations: Iterable[Expectation], findings: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return one sentence per bound that fails."""
    return [line for bound in expectations if (line := bound.failure(findings)) is not None]
