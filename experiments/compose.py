"""Compose configurations with Hydra, and say what is wrong with a command line in our own words.

Hydra stops at its first error and speaks of structs and defaults lists; here every word of the
command line is looked at before Hydra runs, so that several faults come out together.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.config import (
    OPEN_TABLES,
    Config,
    check_parties,
    composed_parties,
    flatten,
    override,
    read_config,
)
from experiments.manners import check_names
from sim.errors import BadInput, Fault, FaultList, nearest

HYDRA_ERRORS = (HydraException, OmegaConfBaseException)
_OPEN = re.compile(rf"({'|'.join(map(re.escape, OPEN_TABLES))})\.[^=]+=")


def open_tables(words: Sequence[str]) -> list[str]:
    """Return the command line with ``++`` before keys that are free names, e.g. of a party.

    Examples
    --------
    >>> open_tables(["negotiators.egypt=always_no", "worlds=5"])
    ['++negotiators.egypt=always_no', 'worlds=5']
    """
    return [f"++{word}" if _OPEN.match(word) else word for word in words]


def composed(words: Sequence[str] = (), folders: Sequence[str] = ()) -> dict[str, Any]:
    """Return the composed configuration as a plain mapping, ``experiment`` included.

    Parameters
    ----------
    words : sequence of str
        Overrides, as on the command line (no sweeps).
    folders : sequence of str
        Further folders in which presets and cases are looked up, before ours.
    """
    with _hydra():
        return located(_compose([*open_tables(words), *_search(folders)]), folders)


def located(plain: Mapping[str, Any], folders: Sequence[str]) -> dict[str, Any]:
    """Return a configuration whose case, if it lies in a folder of the user's, says so."""
    case = plain["case"]
    places = [Path(folder) / "case" / str(case.get("name")) for folder in folders]
    there = next((place for place in places if place.is_dir()), None)
    if there is None or case.get("dir"):
        return dict(plain)
    return {**plain, "case": {**case, "dir": str(there)}}


def _hydra() -> Any:
    return initialize_config_module("conf", job_name="tango", version_base="1.3")


def _search(folders: Sequence[str]) -> list[str]:
    places = ",".join(f"'file://{Path(folder).resolve()}'" for folder in folders)
    return [f"hydra.searchpath=[{places}]"] if folders else []


def _compose(words: Sequence[str]) -> dict[str, Any]:
    config = compose("config", overrides=list(words), return_hydra_config=True)
    preset = config.hydra.runtime.choices["experiment"]
    OmegaConf.set_readonly(config.hydra, False)
    OmegaConf.set_struct(config, False)
    del config["hydra"]
    plain: Any = OmegaConf.to_container(config, resolve=True)
    return {str(name): part for name, part in plain.items()} | {"experiment": preset}


@dataclass(frozen=True)
class Asked:
    """A command line, as far as it could be read."""

    overrides: tuple[Override, ...]
    folders: tuple[str, ...]

    def words(self, groups: bool) -> list[str]:
        """Return the overrides of groups, or all of them, as Hydra takes them."""
        chosen = [o for o in self.overrides if not groups or _is_group(o)]
        return [o.input_line for o in chosen if o.input_line and not o.is_sweep_override()]


def check(words: Sequence[str], folders: Sequence[str], sweep: bool) -> None:
    """Raise `BadInput` with everything wrong in a command line.

    With ``sweep`` values are left to the jobs, which go on when one of them is wrong; keys and
    names of presets are checked for all.
    """
    faults = FaultList()
    with _hydra():
        asked = Asked(tuple(_parse(words, faults)), tuple(folders))
        asked = _check_groups(asked, faults)
        asked = _check_keys(asked, faults)
        if sweep:
            faults.raise_if_any()
            return
        plain = _compose([*asked.words(groups=False), *_search(folders)])
    check_values(plain, faults)
    faults.raise_if_any()


def check_values(plain: Mapping[str, Any], faults: FaultList) -> None:
    """Collect the faults of a composed configuration, those of its parties included."""
    try:
        config = read_config(plain)
    except BadInput as bad:
        faults.extend(bad.faults)
        negotiators = plain.get("negotiators")
        config = Config(negotiators=dict(negotiators) if isinstance(negotiators, dict) else {})
    section = plain.get("case")
    parties = composed_parties(section) if isinstance(section, Mapping) else ()
    if parties:
        check_parties(config, parties, faults)
    check_names(config, faults)


def _parse(words: Sequence[str], faults: FaultList) -> list[Override]:
    parser = OverridesParser.create(config_loader=GlobalHydra.instance().config_loader())
    parsed = []
    for word in words:
        try:
            parsed.extend(parser.parse_overrides([word]))
        except HYDRA_ERRORS:
            faults.add(word.split("=")[0], word, "key=value, quoted as your shell needs it")
    return parsed


def _is_group(asked: Override) -> bool:
    """Whether a word chooses a file of a group rather than setting a value."""
    return bool(_options(asked.key_or_group)) and not asked.is_delete()


def _options(group: str, folders: Sequence[str] = ()) -> list[str]:
    loader = GlobalHydra.instance().config_loader()
    here = [f for folder in folders for f in Path(folder, group).glob("*.yaml")]
    return sorted({*loader.get_group_options(group), *(path.stem for path in here)})


def _check_groups(asked: Asked, faults: FaultList) -> Asked:
    """Keep the overrides that are no group or name an existing choice."""
    kept = []
    for word in asked.overrides:
        allowed = _options(word.key_or_group, asked.folders) if _is_group(word) else []
        wrong = [name for name in _choices(word) if name not in allowed] if allowed else []
        for name in wrong:
            near = nearest(name, allowed)
            faults.add(word.key_or_group, name, ", ".join(allowed), near)
        if not wrong:
            kept.append(word)
    return Asked(tuple(kept), asked.folders)


def _choices(word: Override) -> list[str]:
    """Return the names a group override asks for; a glob that matches nothing asks for itself."""
    if not word.is_sweep_override():
        return [word.get_value_element_as_str()]
    names = [str(name) for name in word.sweep_string_iterator()]
    return names or [word.get_value_element_as_str()]


def _check_keys(asked: Asked, faults: FaultList) -> Asked:
    """Keep the overrides whose key exists."""
    plain = _compose([*asked.words(groups=True), *_search(asked.folders)])
    kept = []
    for word in asked.overrides:
        fault = None if _is_group(word) else _key_fault(word, plain)
        if fault is None:
            kept.append(word)
        else:
            faults.extend([fault])
    return Asked(tuple(kept), asked.folders)


def _key_fault(word: Override, plain: Mapping[str, Any]) -> Fault | None:
    """Return what is wrong with the key of one override, if anything."""
    dotted = word.key_or_group
    if dotted.split(".")[0] == "hydra" or "/" in dotted:
        return None
    faults = FaultList()
    override(plain, {dotted: None}, "", faults)
    if not len(faults):
        return None
    parent = ".".join(dotted.split(".")[:-1])
    known = flatten(plain)
    beside = [name for name in known if name.rpartition(".")[0] == parent] or list(plain)
    shown = ", ".join(sorted(name.rpartition(".")[2] for name in beside))
    return Fault(dotted, dotted, shown, nearest(dotted, [*known, *plain]))


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
    other = read_config(plain)
    return _untraced(config) == _untraced(other)


def _untraced(config: Config) -> dict[str, Any]:
    return config.identity() | {"trace": None}
