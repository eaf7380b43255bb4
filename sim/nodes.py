"""A strict walk through a parsed YAML mapping: every value knows its place, faults are collected.

A `Node` is one value with the dotted key that leads to it. Asking it for a text, a number or a
code returns the value, or notes a fault and returns a stand-in; whoever collects the faults
raises them at the end, so a stand-in is never used.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

try:  # the same loader in C, ten times faster
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # a build of PyYAML without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

from sim.errors import FaultList, nearest

CODE = re.compile(r"[a-z][a-z0-9_]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONG = 12
_HUGE = 1e300
_LOST = object()  # the value of a key that is not there: its absence is a fault of its own


def listed(words: Iterable[str]) -> str:
    """Write what is allowed in one line; a long list is cut after twelve words.

    Examples
    --------
    >>> listed(["yes", "no"])
    'yes, no'
    >>> listed(str(n) for n in range(15))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more'
    """
    every = list(words)
    more = f" and {len(every) - _LONG} more" if len(every) > _LONG else ""
    return ", ".join(every[:_LONG]) + more


def shown(found: object) -> str:
    """Write what was found in at most 60 characters, on one line.

    Examples
    --------
    >>> shown(""), shown({"a": 1}), shown(float("nan"))
    ('nothing', 'a mapping', 'nan')
    """
    if found is None or found == "":
        return "nothing"
    if isinstance(found, Mapping):
        return "a mapping"
    if isinstance(found, list | tuple):
        return f"a list of {len(found)}"
    text = " ".join(str(found).split())
    return text if len(text) <= 60 else text[:57] + "..."


def parse_day(text: str) -> dt.date | None:
    """Read YYYY-MM-DD, else None.

    Examples
    --------
    >>> parse_day("1978-09-17"), parse_day("1978-09-31"), parse_day("17.9.1978")
    (datetime.date(1978, 9, 17), None, None)
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Node:
    """One value of a YAML file and the way to it.

    Attributes
    ----------
    value : object
        Whatever the parser made of it.
    prefix : str
        Start of every place, for example ``"name.yaml | "`` or ``"case."``.
    path : tuple of str
        Keys from the root to this value.
    faults : FaultList
        Shared by all nodes of one reading.

    Examples
    --------
    >>> node = Node({"delta": float("nan")}, "x.yaml | ", (), FaultList())
    >>> _ = node.child("delta").number(0, 1)
    >>> print(*node.faults)
    error: x.yaml | delta: found nan; allowed a number in 0..1; nearest none
    """

    value: Any
    prefix: str
    path: tuple[str, ...]
    faults: FaultList

    @property
    def place(self) -> str:
        """Where this value stands, as printed in a fault."""
        return self.prefix + (".".join(self.path) or "(top level)")

    def fault(self, allowed: str, near: str = "none", found: str | None = None) -> None:
        """Note that this value is not allowed; silent where the key itself is missing."""
        if self.value is _LOST and found is None:
            return
        self.faults.add(self.place, shown(self.value) if found is None else found, allowed, near)

    def child(self, key: str | int) -> Node:
        """Return the value under a key or at a list position; a missing key is silent."""
        there = isinstance(key, int) or self.has(key)
        inside = self.value[key] if there else _LOST
        return Node(inside, self.prefix, (*self.path, str(key)), self.faults)

    def has(self, key: str) -> bool:
        """Whether this is a mapping with that key."""
        return isinstance(self.value, Mapping) and key in self.value

    def keys(self, required: Iterable[str], optional: Iterable[str] = ()) -> bool:
        """Check that this is a mapping with every required key and no unknown one."""
        if not isinstance(self.value, Mapping):
            self.fault("a mapping")
            return False
        required = tuple(required)
        allowed = (*required, *optional)
        missing = [key for key in required if key not in self.value]
        for key in missing:
            self.child(key).fault("this key", found="no such key")
        for key in [str(key) for key in self.value if key not in allowed]:
            self.child(key).fault(listed(allowed), nearest(key, allowed), "an unknown key")
        return not missing

    def items(self) -> list[tuple[str, Node]]:
        """Return keys and values of a mapping; anything else is a fault."""
        if not isinstance(self.value, Mapping):
            self.fault("a mapping")
            return []
        return [(str(key), self.child(str(key))) for key in self.value]

    def elements(self, length: int | None = None) -> list[Node]:
        """Return the members of a list, of the given length if there is one."""
        if not isinstance(self.value, list | tuple):
            self.fault("a list" if length is None else f"a list of {length}")
            return []
        if length is not None and len(self.value) != length:
            self.fault(f"a list of {length}")
            return []
        return [self.child(i) for i in range(len(self.value))]

    def text(self) -> str:
        """Return a text that is not blank."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value.strip()
        self.fault("a text")
        return ""

    def code(self) -> str:
        """Return a lower-case code such as ``cap_600k``."""
        if isinstance(self.value, str) and CODE.fullmatch(self.value):
            return self.value
        self.fault("a code of a-z, 0-9 and _ that starts with a letter")
        return ""

    def word(self, allowed: Iterable[str]) -> str | None:
        """Return the text if it is one of the allowed words."""
        words = tuple(allowed)
        if isinstance(self.value, str) and self.value in words:
            return self.value
        self.fault(listed(words), nearest(str(self.value), words))
        return None

    def words(self, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return a list of allowed words, none of them twice."""
        words, result = tuple(allowed), []
        for node in self.elements():
            word = node.word(words)
            if word is not None and word in result:
                node.fault("each word once", found=f"{word} again")
            result.append(word or "")
        return tuple(result)

    def number(self, low: float = -math.inf, high: float = math.inf) -> float:
        """Return a finite number in the closed range."""
        value = self.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and -_HUGE < value < _HUGE and low <= value <= high:
            return float(value)
        bounded = math.isfinite(low) or math.isfinite(high)
        self.fault(f"a number in {low:g}..{high:g}" if bounded else "a finite number")
        return math.nan

    def whole(self, low: int = 0) -> int:
        """Return a whole number from ``low`` to a million."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= 10**6:
            return value
        self.fault(f"a whole number, {low} or more")
        return low

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            self.fault("true or false")
        return bool(self.value)

    def day(self) -> dt.date:
        """Return a date written YYYY-MM-DD."""
        day = self.value if type(self.value) is dt.date else parse_day(str(self.value))
        if day is None:
            self.fault("a date YYYY-MM-DD")
            return dt.date.max
        return day


class _UniqueKeys(_SafeLoader):
    """The safe YAML loader, refusing a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for n, key in enumerate(keys):
            if key in keys[:n]:
                mark = node.value[n][0].start_mark
                raise yaml.MarkedYAMLError(problem=f"{key} again", problem_mark=mark)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, file: str, faults: FaultList) -> Any:
    """Parse one YAML text; a syntax error or a repeated key becomes a fault with its line."""
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        faults.add(f"{file}:{line}", shown(error.problem), "YAML with each key once")
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # also an impossible date
        faults.add(file, shown(error), "YAML")
    return None
