"""Faults in what we were given: where, what was found, what is allowed, what is nearest.

Every reader collects all its faults and raises them at once in one `BadInput`, so that a user
mends a case in one round. Talks that fail are no errors; they end with a sentence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

NOTHING_NEAR = "none"


@dataclass(frozen=True)
class Fault:
    """One fault, printed as one line.

    Attributes
    ----------
    place : str
        ``file:row | column`` in a table (the header is line 1), ``file.yaml | dotted.key`` in a
        case file, plain ``dotted.key`` for a configuration key.
    found, allowed : str
        What stands there, and what may stand there.
    nearest : str
        The allowed word closest to what was found, or ``none``.

    Examples
    --------
    >>> print(Fault("talks.csv:7 | party", "egpyt", "egypt, israel", "egypt"))
    error: talks.csv:7 | party: found egpyt; allowed egypt, israel; nearest egypt
    """

    place: str
    found: str
    allowed: str
    nearest: str = NOTHING_NEAR

    def __str__(self) -> str:
        return (
            f"error: {self.place}: found {self.found}; "
            f"allowed {self.allowed}; nearest {self.nearest}"
        )


class BadInput(ValueError):  # noqa: N818  (the name says what it is about)
    """Everything that is wrong with the input, one line per fault.

    Parameters
    ----------
    faults : iterable of Fault, or one Fault
        Kept in order as the tuple ``faults``.

    Examples
    --------
    >>> print(BadInput([Fault("worlds", "-5", "1 or more"), Fault("seed", "abc", "a number")]))
    error: worlds: found -5; allowed 1 or more; nearest none
    error: seed: found abc; allowed a number; nearest none
    """

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return the allowed word closest in spelling, or ``none`` when nothing is close.

    Examples
    --------
    >>> nearest("cap_800", ["no_cap", "cap_800k", "cap_600k"])
    'cap_800k'
    >>> nearest("xyz", ["no_cap", "cap_800k"])
    'none'
    """
    close = difflib.get_close_matches(word, sorted(set(allowed)), n=1, cutoff=0.6)
    return close[0] if close else NOTHING_NEAR


@dataclass
class FaultList:
    """A growing list of faults, raised together.

    Examples
    --------
    >>> faults = FaultList()
    >>> faults.raise_if_any()
    >>> faults.add("seed", "abc", "a whole number")
    >>> len(faults)
    1
    >>> faults.raise_if_any()
    Traceback (most recent call last):
        ...
    sim.errors.BadInput: error: seed: found abc; allowed a whole number; nearest none
    """

    faults: list[Fault] = field(default_factory=list)

    def add(self, place: str, found: str, allowed: str, nearest: str = NOTHING_NEAR) -> None:
        """Note one fault and go on."""
        self.faults.append(Fault(place, found, allowed, nearest))

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several faults and go on."""
        self.faults.extend(faults)

    def raise_if_any(self) -> None:
        """Raise one `BadInput` with every fault noted so far, if there is one."""
        if self.faults:
            raise BadInput(self.faults)

    def __len__(self) -> int:
        return len(self.faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)
