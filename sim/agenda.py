"""What is on the table: issues, their options, and a text as one option index per issue.

A text is an int64 vector of length J (issues). Three kinds of absence must never be blurred:
`BRACKETED` (the text leaves the issue to the leaders), `UNKNOWN` (the text was never published),
and silence in a fully known text, which is resolved to a treaty default before a text exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import BadInput, Fault, FaultList, nearest
from sim.nodes import Node

BRACKETED = -1
UNKNOWN = -2
LEFT_TO_LEADERS = "left_to_leaders"
AFTER = "after_cutoff"
BASKETS = ("territory", "security", "process", "economy", "humanitarian", "political")

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Option:
    """One of the mutually exclusive answers to an issue.

    ``late`` marks an idea that became public only after the case's cut-off (``first_public:
    after_cutoff``): the list was drawn up with hindsight, so runs without such options are shown.
    """

    code: str
    label: str
    meaning: str
    late: bool = False


@dataclass(frozen=True)
class Issue:
    """One question on the agenda.

    Attributes
    ----------
    id, basket, title, question : str
    points : tuple of int
        Points of the opening plan that this issue covers (may be empty).
    ordered : bool
        Whether the options run from best for one belligerent to best for the other.
    options : tuple of Option
    """

    id: str
    basket: str
    title: str
    question: str
    points: tuple[int, ...]
    ordered: bool
    options: tuple[Option, ...]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the options, in the listed order."""
        return tuple(option.code for option in self.options)


@dataclass(frozen=True)
class Agenda:
    """All issues, in a fixed order, with the arithmetic of texts.

    Examples
    --------
    >>> line = Issue("line", "territory", "Line", "Where?", (), True,
    ...              (Option("east", "East", "."), Option("west", "West", ".")))
    >>> cap = Issue("cap", "security", "Cap", "How many?", (), True,
    ...             (Option("none", "No cap", "."), Option("low", "Low", ".")))
    >>> agenda = Agenda((line, cap))
    >>> agenda.codes([1, BRACKETED])
    'line=west;cap=left_to_leaders'
    >>> agenda.parse("cap=low")
    array([-2,  1])
    """

    issues: tuple[Issue, ...]

    @property
    def n_issues(self) -> int:
        """Number of issues, J."""
        return len(self.issues)

    @property
    def max_options(self) -> int:
        """Largest number of options of any issue, K."""
        return max(len(issue.options) for issue in self.issues)

    @cached_property
    def late(self) -> BoolArray:
        """Options that became public only after the cut-off, (J, K)."""
        late = np.zeros((self.n_issues, self.max_options), dtype=np.bool_)
        for j, issue in enumerate(self.issues):
            for k, option in enumerate(issue.options):
                late[j, k] = option.late
        return late

    @cached_property
    def n_options(self) -> IntArray:
        """Number of options of each issue, shape (J,), read-only."""
        return frozen(np.array([len(issue.options) for issue in self.issues], dtype=np.int64))

    @cached_property
    def valid(self) -> BoolArray:
        """Mask of the options that exist, shape (J, K), read-only."""
        return frozen(np.arange(self.max_options)[None, :] < self.n_options[:, None])

    @cached_property
    def issue_ids(self) -> tuple[str, ...]:
        """Ids of the issues, in order."""
        return tuple(issue.id for issue in self.issues)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {issue: j for j, issue in enumerate(self.issue_ids)}

    def issue_index(self, issue_id: str) -> int:
        """Return j of an issue id; an unknown id raises `BadInput`."""
        if issue_id not in self._positions:
            raise BadInput(_unknown("issue", issue_id, self.issue_ids))
        return self._positions[issue_id]

    def option_index(self, issue_id: str, code: str) -> int:
        """Return k of an option code (0-based); an unknown code raises `BadInput`."""
        codes = self.issues[self.issue_index(issue_id)].codes
        if code not in codes:
            raise BadInput(_unknown(issue_id, code, codes))
        return codes.index(code)

    def codes(self, text: Sequence[int] | IntArray) -> str:
        """Write a text as ``issue=option;...``; bracketed issues are named, unknown ones left out.

        Raises
        ------
        ValueError
            If the vector has the wrong length or an index no option has.
        """
        if len(text) != self.n_issues:
            raise ValueError(f"a text has {self.n_issues} entries, found {len(text)}")
        return ";".join(
            f"{self.issue_ids[j]}={self._code(j, int(k))}"
            for j, k in enumerate(text)
            if k != UNKNOWN
        )

    def parse(self, text: str) -> IntArray:
        """Read ``issue=option;...`` back; issues not named are `UNKNOWN`.

        Raises
        ------
        BadInput
            With every unknown or repeated issue and every unknown option.
        """
        faults = FaultList()
        result = np.full(self.n_issues, UNKNOWN, dtype=np.int64)
        for part in text.split(";") if text else []:
            self._parse_part(part, result, faults)
        faults.raise_if_any()
        return result

    def label(self, j: int, k: int) -> str:
        """Return the short label of option k of issue j, also for the two kinds of absence."""
        if k == BRACKETED:
            return "left to the leaders"
        if k == UNKNOWN:
            return "unknown"
        return self.issues[j].options[k].label

    def title(self, j: int) -> str:
        """Return the title of issue j."""
        return self.issues[j].title

    def describe(self, text: Sequence[int] | IntArray) -> tuple[str, ...]:
        """Return one readable line ``title: label`` per issue, in agenda order."""
        return tuple(f"{self.title(j)}: {self.label(j, int(k))}" for j, k in enumerate(text))

    def _code(self, j: int, k: int) -> str:
        if k == BRACKETED:
            return LEFT_TO_LEADERS
        if not 0 <= k < len(self.issues[j].options):
            raise ValueError(f"issue {self.issue_ids[j]} has no option with index {k}")
        return self.issues[j].options[k].code

    def _parse_part(self, part: str, result: IntArray, faults: FaultList) -> None:
        issue, _, code = part.partition("=")
        if issue not in self._positions:
            faults.extend([_unknown("text", issue, self.issue_ids)])
            return
        j = self._positions[issue]
        if result[j] != UNKNOWN:
            faults.add(issue, "named twice", "each issue once")
        elif code == LEFT_TO_LEADERS:
            result[j] = BRACKETED
        elif code in self.issues[j].codes:
            result[j] = self.issues[j].codes.index(code)
        else:
            faults.extend([_unknown(issue, code, self.issues[j].codes)])


def read_agenda(node: Node, parties: Sequence[str]) -> Agenda:
    """Read the list of issues of ``issues.yaml``; faults gather in ``node.faults``.

    The points of the opening plan stand under ``<party>_points``, named by the plan's author.
    """
    issues = tuple(_read_issue(part, parties) for part in node.elements())
    _refuse_repeats(node, [issue.id for issue in issues])
    if not issues:
        node.fault("at least one issue")
    return Agenda(issues)


def _read_issue(node: Node, parties: Sequence[str]) -> Issue:
    points = tuple(f"{party}_points" for party in parties)
    node.keys(("id", "basket", "title", "question", "ordered", "options"), points)
    options = tuple(_read_option(part) for part in node.child("options").elements())
    _refuse_repeats(node.child("options"), [option.code for option in options])
    if len(options) < 2:
        node.child("options").fault("at least two options")
    return Issue(
        id=node.child("id").code(),
        basket=node.child("basket").word(BASKETS) or "",
        title=node.child("title").text(),
        question=node.child("question").text(),
        points=tuple(
            n.whole(1) for key in points if node.has(key) for n in node.child(key).elements()
        ),
        ordered=node.child("ordered").flag(),
        options=options,
    )


def _read_option(node: Node) -> Option:
    node.keys(("code", "label", "meaning"), ("first_public",))
    if node.child("code").value == LEFT_TO_LEADERS:
        node.child("code").fault("a code other than this mark")
    label, meaning = node.child("label").text(), node.child("meaning").text()
    late = node.has("first_public") and node.child("first_public").word((AFTER,)) == AFTER
    return Option(node.child("code").code(), label, meaning, late)


def _refuse_repeats(node: Node, codes: list[str]) -> None:
    for n, code in enumerate(codes):
        if code and code in codes[:n]:
            node.child(n).fault("each code once", found=f"{code} again")


def _unknown(place: str, found: str, allowed: tuple[str, ...]) -> Fault:
    return Fault(place, found or "nothing", ", ".join(allowed), nearest(found, allowed))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the same array, made read-only."""
    array.setflags(write=False)
    return array
