"""Negotiators by plain name: one YAML in conf/negotiator, in the working folder or the package."""

from pathlib import Path

import yaml

from sim.errors import BadInput, Fault, nearest
from sim.settings import Seat

PACKAGED = Path(__file__).parents[1] / "conf" / "negotiator"
KEYS = ("respond", "ask", "sign")


def folders() -> list[Path]:
    """Return where negotiators are looked up, the working folder first."""
    return [Path.cwd() / "conf" / "negotiator", PACKAGED]


def names() -> list[str]:
    """Return every negotiator that can be seated."""
    return sorted({path.stem for folder in folders() for path in folder.glob("*.yaml")})


def seat_of(name: str) -> Seat:
    """Return the seat a name stands for.

    Raises
    ------
    BadInput
        If no YAML has that name, or it holds anything but ``respond`` and ``sign``.
    """
    for folder in folders():
        path = folder / f"{name}.yaml"
        if path.is_file():
            return _read(path, name)
    allowed = names()
    raise BadInput((Fault("negotiators", name, ", ".join(allowed), nearest(name, allowed)),))


def _read(path: Path, name: str) -> Seat:
    entries = yaml.safe_load(path.read_text("utf-8")) or {}
    faults = tuple(
        Fault(f"{path.name} | {key}", key, ", ".join(KEYS), nearest(key, KEYS))
        for key in entries
        if key not in KEYS
    )
    if faults:
        raise BadInput(faults)
    if "respond" not in entries:
        raise BadInput((Fault(f"{path.name} | respond", "nothing", "module:function"),))
    return Seat(name=name, **entries)
