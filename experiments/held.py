"""What a question holds fixed: issues and options named in the configuration, read by the case.

Every fault is noted under the name of its key before anything is computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from experiments.schema import join, shown, unknown_key
from sim.case import Case
from sim.errors import FaultList, nearest

KEYS = ("held", "points")
"""What is said of a side."""


@dataclass(frozen=True)
class Side:
    """One side's question: who, the points held against it, and the two points that vary."""

    party: int
    name: str
    held: dict[int, int]
    points: tuple[int, int]

    def pairs(self, case: Case) -> Iterator[tuple[int, int]]:
        """Yield every pair of options of the two points."""
        yield from product(*(range(case.agenda.n_options[j]) for j in self.points))


def held_points(
    case: Case, place: str, asked: Mapping[str, Any], faults: FaultList
) -> dict[int, int]:
    """Return the points held, {issue: option}; what the case does not have goes to ``faults``."""
    agenda, found = case.agenda, {}
    for issue, option in asked.items():
        there = issue in agenda.issue_ids
        codes = agenda.issues[agenda.issue_index(issue)].codes if there else ()
        if option in codes:
            found[agenda.issue_index(issue)] = codes.index(option)
        else:
            word, allowed = (shown(option), codes) if there else (issue, agenda.issue_ids)
            faults.add(join(place, issue), word, ", ".join(allowed), nearest(word, allowed))
    return found


def read_side(case: Case, party: str, place: str, asked: Any, faults: FaultList) -> Side | None:
    """Return one side's question, None if it cannot be read; what is wrong goes to ``faults``."""
    if party not in case.parties:
        faults.add(place, party, ", ".join(case.parties), nearest(party, case.parties))
        return None
    if not isinstance(asked, Mapping):
        faults.add(place, shown(asked), "a mapping with held and points")
        return None
    faults.extend(unknown_key(join(place, n), n, KEYS) for n in asked if n not in KEYS)
    held, before = asked.get("held"), len(faults)
    if not isinstance(held, Mapping) or not held:
        faults.add(join(place, "held"), shown(held), "a mapping from issues to options, not empty")
        held = {}
    fixed = held_points(case, join(place, "held"), held, faults)
    points = _two_points(case, join(place, "points"), asked.get("points"), held, faults)
    if points is None or len(faults) > before:
        return None
    return Side(case.parties.index(party), party, fixed, points)


def _two_points(
    case: Case, place: str, asked: Any, held: Mapping[str, Any], faults: FaultList
) -> tuple[int, int] | None:
    """Return the two issues that vary, which are two and none of those held."""
    if not isinstance(asked, list) or len(asked) != 2 or asked[0] == asked[1]:
        faults.add(place, shown(asked), "a list of two different issues")
        return None
    free = [name for name in case.agenda.issue_ids if name not in held]
    for name in asked:
        if name not in free:
            faults.add(place, shown(name), ", ".join(free), nearest(str(name), free))
            return None
    one, two = map(case.agenda.issue_index, asked)
    return one, two
