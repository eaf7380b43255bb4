"""Compose configurations with Hydra, outside of any job and inside one."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.initialize import get_gh_backup, restore_gh_from_backup
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.config import OPEN_TABLES, Config, flatten, override, read_config
from experiments.schema import shown
from sim.errors import BadInput, Fault, FaultList

HYDRA_ERRORS = (HydraException, OmegaConfBaseException)
_OPEN = re.compile(rf"({'|'.join(map(re.escape, OPEN_TABLES))})(\.[^=]+)?=")


def open_tables(words: Sequence[str]) -> list[str]:
    """Return the command line with ``++`` before keys that are free names, e.g. of a party.

    Examples
    --------
    >>> open_tables(["negotiators.egypt=always_no", "worlds=5"])
    ['++negotiators.egypt=always_no', 'worlds=5']
    """
    return [f"++{word}" if _OPEN.match(word) else word for word in words]


def composed(words: Sequence[str], folders: Sequence[str] = ()) -> dict[str, Any]:
    """Return the composed configuration as a plain mapping, ``experiment`` included.

    Parameters
    ----------
    words : sequence of str
        Overrides, as on the command line (no sweeps).
    folders : sequence of str
        Further folders in which presets and cases are looked up, before ours.

    Raises
    ------
    BadInput
        If Hydra cannot compose it.
    """
    return copy.deepcopy(_composed(tuple(words), tuple(folders)))


@lru_cache(maxsize=32)
def _composed(words: tuple[str, ...], folders: tuple[str, ...]) -> dict[str, Any]:
    places = ",".join(f"'file://{Path(folder).resolve()}'" for folder in folders)
    search = [f"hydra.searchpath=[{places}]"] if folders else []
    try:
        with hydra_open():
            config = compose(
                "config", overrides=[*open_tables(words), *search], return_hydra_config=True
            )
            preset = config.hydra.runtime.choices["experiment"]
            OmegaConf.set_readonly(config.hydra, False)
            OmegaConf.set_struct(config, False)
            del config["hydra"]
            plain: Any = OmegaConf.to_container(config, resolve=True)
    except HYDRA_ERRORS as error:
        raise BadInput(hydra_fault(error)) from error
    return located(plain | {"experiment": preset}, folders)


@contextmanager
def hydra_open() -> Iterator[None]:
    """Open our configuration folder, also inside a job that Hydra itself is running."""
    before = get_gh_backup()
    GlobalHydra.instance().clear()
    try:
        with initialize_config_module("conf", job_name="tango", version_base="1.3"):
            yield
    finally:
        restore_gh_from_backup(before)


def hydra_fault(error: Exception) -> Fault:
    """Return an error of Hydra or OmegaConf as a fault of ours."""
    place = getattr(error, "full_key", None) or "config"
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Fault(str(place), shown(said), "a configuration that can be composed (tango --cfg job)")


def located(plain: Mapping[str, Any], folders: Sequence[str]) -> dict[str, Any]:
    """Return a configuration whose case, if it lies in a folder of the user's, says so."""
    case = plain["case"]
    places = [Path(folder) / "case" / str(case.get("name")) for folder in folders]
    there = next((place for place in places if place.is_dir()), None)
    if there is None or case.get("dir"):
        return dict(plain)
    return {**plain, "case": {**case, "dir": str(there)}}


def level_of(config: Config, folders: Sequence[str]) -> str | None:
    """Return ``full`` or ``smoke`` if a run is its preset's very level, else None.

    Only such a run is held to the preset's ``expect``.
    """
    preset = composed([f"experiment={config.experiment}"], folders)
    if _same_question(config, preset):
        return "full"
    return "smoke" if _same_question(config, smoke_of(preset)) else None


def smoke_of(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return a preset's configuration at its smoke level."""
    faults = FaultList()
    plain = override(preset, flatten(preset["smoke"]), "smoke", faults)
    faults.raise_if_any()
    return plain


def _same_question(config: Config, plain: Mapping[str, Any]) -> bool:
    # a preset of the user's may lie in a results folder that is no folder: that is not asked here
    other = read_config({**plain, "results_dir": config.results_dir})
    return _untraced(config) == _untraced(other)


def _untraced(config: Config) -> dict[str, Any]:
    return config.identity() | {"trace": None}
