"""What a configuration key may hold: one specification per field, and every fault at once.

A section is a frozen dataclass whose fields carry a `Spec`; the table *is* the class. Range checks
live beside the default they bound, so a new knob is one line here and one line of YAML.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from sim.errors import Fault, FaultList, nearest


def _same(value: Any) -> Any:
    return value


def _no_hint(_: Any) -> str:
    return "none"


@dataclass(frozen=True)
class Spec:
    """What one key may hold.

    Attributes
    ----------
    allowed : str
        The range in words, as printed in a fault.
    accepts : callable
        True if a value is in the range.
    clean : callable
        The value as the model reads it (an integer given for a real becomes a float).
    hint : callable
        The nearest allowed value, in words.
    numeric : bool
        Whether it is a number, which needs a unit.
    """

    allowed: str
    accepts: Callable[[Any], bool]
    clean: Callable[[Any], Any] = _same
    hint: Callable[[Any], str] = _no_hint
    numeric: bool = False


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number (true and false are not numbers here)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _span(low: float | None, high: float | None, strict: bool) -> str:
    """Return a range in words, e.g. ``>= 0 and <= 1``."""
    ends = [(">", low), ("<", high)]
    equal = "" if strict else "="
    return " and ".join(f"{sign}{equal} {end:g}" for sign, end in ends if end is not None)


def _inside(value: float, low: float | None, high: float | None, strict: bool) -> bool:
    above = low is None or value > low or (value == low and not strict)
    below = high is None or value < high or (value == high and not strict)
    return above and below


def _clip(value: Any, low: float | None, high: float | None) -> str:
    """Return the end of the range nearest to a number outside it."""
    if not is_number(value):
        return "none"
    ends = [end for end in (low, high) if end is not None]
    return f"{min(ends, key=lambda end: abs(end - value)):g}" if ends else "none"


def integer(low: int | None = None, high: int | None = None) -> Spec:
    """Return the spec of a whole number within inclusive bounds."""

    def accepts(value: Any) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and _inside(value, low, high, strict=False)

    return Spec(
        f"an integer {_span(low, high, strict=False)}".strip(),
        accepts,
        hint=lambda value: _clip(value, low, high),
        numeric=True,
    )


def real(low: float | None = None, high: float | None = None, strict: bool = False) -> Spec:
    """Return the spec of a finite number; ``strict`` leaves the ends out."""
    return Spec(
        f"a number {_span(low, high, strict)}".strip(),
        lambda value: is_number(value) and _inside(value, low, high, strict),
        clean=float,
        hint=_no_hint if strict else lambda value: _clip(value, low, high),
        numeric=True,
    )


def flag() -> Spec:
    """Return the spec of a switch."""
    return Spec("true or false", lambda value: isinstance(value, bool))


def choice(*options: str, more: str = "") -> Spec:
    """Return the spec of one word out of a few; ``more`` is said after them."""
    return Spec(
        ", ".join(options) + more,
        lambda value: value in options,
        hint=lambda value: nearest(str(value), options),
    )


def text() -> Spec:
    """Return the spec of a non-empty string."""
    return Spec("a non-empty text", lambda value: isinstance(value, str) and bool(value.strip()))


def rule() -> Spec:
    """Return the spec of a dotted rule name, ``module:function``."""
    return Spec(
        "module:function",
        lambda value: isinstance(value, str) and len([p for p in value.split(":") if p]) == 2,
    )


def words() -> Spec:
    """Return the spec of a list of strings."""
    return Spec(
        "a list of names",
        lambda value: isinstance(value, list) and all(isinstance(word, str) for word in value),
    )


def mapping() -> Spec:
    """Return the spec of a mapping that is checked elsewhere."""
    return Spec("a mapping", lambda value: isinstance(value, Mapping))


def optional(spec: Spec) -> Spec:
    """Return a spec that also lets a key be null."""
    return Spec(
        f"{spec.allowed}, or null",
        lambda value: value is None or spec.accepts(value),
        clean=lambda value: None if value is None else spec.clean(value),
        hint=spec.hint,
        numeric=spec.numeric,
    )


def key(default: Any, spec: Spec, unit: str = "", source: str = "") -> Any:
    """Return a dataclass field with its default, its range, its unit and where it comes from."""
    metadata = {"spec": spec, "unit": unit, "source": source}
    if isinstance(default, dict | list):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def table(of: Spec, unit: str = "", source: str = "") -> Any:
    """Return a dataclass field holding a mapping from free names to values of one kind."""
    return field(default_factory=dict, metadata={"table": of, "unit": unit, "source": source})


def tree(of: Spec, unit: str = "", source: str = "") -> Any:
    """Return a dataclass field holding a table with dotted names, written nested or flat."""
    told = {"table": of, "dotted": True, "unit": unit, "source": source}
    return field(default_factory=dict, metadata=told)


def flatten(tree: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """Return a nested mapping with dotted keys; empty mappings stay values.

    Examples
    --------
    >>> flatten({"war": {"delta": 0.98}, "protocol.record": False})
    {'war.delta': 0.98, 'protocol.record': False}
    """
    flat: dict[str, Any] = {}
    for name, part in tree.items():
        dotted = join(place, str(name))
        if isinstance(part, Mapping) and part:
            flat |= flatten(part, dotted)
        else:
            flat[dotted] = part
    return flat


def section(cls: type) -> Any:
    """Return a dataclass field that is itself a section."""
    return field(default_factory=cls, metadata={"section": cls})


def keys_of(cls: type, place: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every key of a section, those of sections within it included, by dotted name."""
    for item in fields(cls):
        dotted = join(place, item.name)
        if "section" in item.metadata:
            yield from keys_of(item.metadata["section"], dotted)
        else:
            yield dotted, item


def default_of(known: Field) -> Any:
    """Return the default of a key."""
    return known.default if known.default_factory is MISSING else known.default_factory()


def join(place: str, name: str) -> str:
    """Return a dotted key."""
    return f"{place}.{name}" if place else name


def _read_value(value: Any, spec: Spec, place: str, default: Any, faults: FaultList) -> Any:
    if spec.accepts(value):
        return spec.clean(value)
    faults.add(place, shown(value), spec.allowed, spec.hint(value))
    return default


def _read_table(found: Any, spec: Spec, place: str, faults: FaultList) -> dict[str, Any]:
    if not isinstance(found, Mapping):
        faults.add(place, shown(found), "a mapping")
        return {}
    return {
        str(name): _read_value(value, spec, join(place, str(name)), None, faults)
        for name, value in found.items()
    }


def _read_field(known: Field, found: Any, place: str, faults: FaultList) -> Any:
    if "section" in known.metadata:
        return read(known.metadata["section"], found, place, faults)
    if "dotted" in known.metadata and isinstance(found, Mapping):
        found = flatten(found)
    if "table" in known.metadata:
        return _read_table(found, known.metadata["table"], place, faults)
    return _read_value(found, known.metadata["spec"], place, default_of(known), faults)


def read(cls: type, found: Any, place: str, faults: FaultList) -> Any:
    """Return a section read from a plain mapping; what is wrong with it goes to ``faults``.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Calendar:
    ...     weeks: int = key(104, integer(low=1))
    >>> faults = FaultList()
    >>> read(Calendar, {"weeks": 0, "wekes": 3}, "protocol", faults)
    Calendar(weeks=104)
    >>> for fault in faults:
    ...     print(fault)
    error: protocol.wekes: found wekes; allowed weeks; nearest weeks
    error: protocol.weeks: found 0; allowed an integer >= 1; nearest 1
    """
    if not isinstance(found, Mapping):
        faults.add(place, shown(found), "a mapping")
        return cls()
    known = {item.name: item for item in fields(cls)}
    faults.extend(
        unknown_key(join(place, str(name)), str(name), known) for name in found if name not in known
    )
    values = {
        name: _read_field(item, found[name], join(place, name), faults)
        for name, item in known.items()
        if name in found
    }
    return cls(**values)


def unknown_key(place: str, name: str, known: Any) -> Fault:
    """Return the fault of a key that nothing reads."""
    return Fault(place, name, ", ".join(sorted(known)) or "no key", nearest(name, known))


def shown(value: Any) -> str:
    """Return a value as a fault shows it, on one short line."""
    words = {True: "true", False: "false", None: "null"}
    said = words[value] if value is None or isinstance(value, bool) else str(value)
    line = " ".join(said.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
