"""Say what is wrong with a command line in our own words, everything at once.

Hydra stops at its first error and speaks of structs and defaults lists; here every word is looked
at before Hydra runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from experiments.compose import HYDRA_ERRORS, composed, hydra_open
from experiments.config import (
    FIX,
    Config,
    check_fixed,
    check_parties,
    composed_parties,
    flatten,
    override,
    read_config,
)
from experiments.manners import check_names
from experiments.schema import is_number
from sim.case import load_case
from sim.errors import BadInput, Fault, FaultList, nearest

#: What Hydra runs if no preset is named; see conf/config.yaml.
DEFAULT_PRESET = "experiment=baseline"


@dataclass(frozen=True)
class Word:
    """One override, and the choices of its group (empty if it sets a value)."""

    asked: Override
    options: tuple[str, ...]

    @property
    def key(self) -> str:
        """The dotted key or the group."""
        return self.asked.key_or_group

    @property
    def is_value(self) -> bool:
        """Whether it sets a key of ours to one value that can be read off right here."""
        return not (
            self.options
            or self.key.split(".")[0] == "hydra"
            or "/" in self.key
            or self.asked.is_delete()
        )

    def names(self) -> list[str]:
        """Return the choices asked for; a glob that matches nothing asks for itself."""
        if not self.asked.is_sweep_override():
            return [self.asked.get_value_element_as_str()]
        names = [str(name) for name in self.asked.sweep_string_iterator()]
        return names or [str(self.asked.input_line).partition("=")[2]]


def check(words: Sequence[str], folders: Sequence[str], sweep: bool) -> None:
    """Raise `BadInput` with everything wrong in a command line.

    With ``sweep`` values are left to the jobs, of which the right ones still run; keys and names
    of presets are checked for all.
    """
    faults = FaultList()
    with hydra_open():
        parsed = _parse(words, folders, faults)
    _each_once(parsed, faults)
    known = [word for word in parsed if _named(word, faults)]
    plain = composed(_groups(known), folders)
    values = [word for word in known if word.is_value and _placed(word, plain, faults)]
    if not sweep:
        check_values(_with_values(plain, values), faults)
    faults.raise_if_any()


def check_values(plain: Mapping[str, Any], faults: FaultList) -> None:
    """Collect the faults of a composed configuration, those of its parties included."""
    try:
        config = read_config(plain)
    except BadInput as bad:
        faults.extend(bad.faults)
        negotiators, case, fix = (_table(plain, name) for name in ("negotiators", "case", FIX))
        numbers = {name: x for name, x in fix.items() if is_number(x)}
        config = Config(negotiators=negotiators, case=case, fix=numbers)
    section = plain.get("case")
    if isinstance(section, Mapping) and (parties := composed_parties(section)):
        check_parties(config, parties, faults)
    check_names(config, faults)
    if config.fix:
        _check_fixed(config, faults)


def _table(plain: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a table of a configuration that may be anything else."""
    found = plain.get(name)
    found = dict(found) if isinstance(found, Mapping) else {}
    return flatten(found) if name == FIX else found


def _check_fixed(config: Config, faults: FaultList) -> None:
    """Check the numbers held at a value, if the case can be read; if not, the job says why."""
    try:
        case = load_case(config.case_section, folder=config.case_folder)
    except (BadInput, OSError):
        return
    check_fixed(config, case, faults)


def _parse(words: Sequence[str], folders: Sequence[str], faults: FaultList) -> list[Word]:
    loader = GlobalHydra.instance().config_loader()
    parser = OverridesParser.create(config_loader=loader)
    parsed = []
    for word in words:
        try:
            asked = parser.parse_overrides([word])[0]
        except HYDRA_ERRORS:
            faults.add(word.split("=")[0], word, "key=value, quoted as your shell needs it")
        else:
            parsed.append(Word(asked, _options(asked.key_or_group, folders)))
    return parsed


def _each_once(words: Sequence[Word], faults: FaultList) -> None:
    """Check that no key is given twice: Hydra would take the last value and say nothing."""
    given: dict[tuple[str, str | None], list[str]] = {}
    for word in words:
        if not word.asked.is_delete():
            said = str(word.asked.input_line).partition("=")[2]
            given.setdefault((word.key, word.asked.package), []).append(said)
    for (key, _), values in given.items():
        if len(values) > 1:
            faults.add(key, " and ".join(values), "one value (several: tango -m KEY=A,B)")


def _options(group: str, folders: Sequence[str]) -> tuple[str, ...]:
    loader = GlobalHydra.instance().config_loader()
    there = [path.stem for folder in folders for path in Path(folder, group).glob("*.yaml")]
    return tuple(sorted({*loader.get_group_options(group), *there}))


def _named(word: Word, faults: FaultList) -> bool:
    """Whether a group override names choices that exist (true of any other word)."""
    wrong = [name for name in word.names() if name not in word.options] if word.options else []
    for name in wrong:
        faults.add(word.key, name, ", ".join(word.options), nearest(name, word.options))
    return not wrong


def _groups(words: Sequence[Word]) -> list[str]:
    """Return the words that choose files, one choice of each, as Hydra takes them."""
    chosen = [
        f"{'+' if word.asked.is_add() else ''}{word.key}={word.names()[0]}"
        for word in words
        if word.options and not word.asked.is_delete() and "/" not in word.key
    ]
    preset = any(word.key == "experiment" for word in words)
    return chosen if preset else [DEFAULT_PRESET, *chosen]


def _placed(word: Word, plain: Mapping[str, Any], faults: FaultList) -> bool:
    """Whether the key of a value exists."""
    wrong = FaultList()
    override(plain, {word.key: None}, "", wrong)
    if not len(wrong):
        return True
    known = flatten(plain)
    parent = word.key.rpartition(".")[0]
    beside = [name for name in known if name.rpartition(".")[0] == parent] or list(plain)
    allowed = ", ".join(sorted({name.rpartition(".")[2] for name in beside}))
    faults.extend([Fault(word.key, word.key, allowed, nearest(word.key, [*known, *plain]))])
    return False


def _with_values(plain: Mapping[str, Any], words: Sequence[Word]) -> dict[str, Any]:
    """Return a configuration with single values set; a reference to another key is left out."""
    values = {word.key: word.asked.value() for word in words if not word.asked.is_sweep_override()}
    told = {k: v for k, v in values.items() if not (isinstance(v, str) and "${" in v)}
    return override(plain, {key: _unquoted(value) for key, value in told.items()}, "", FaultList())


def _unquoted(value: Any) -> Any:
    """Return a value as the configuration will hold it; Hydra keeps quotes as an object."""
    return value.text if hasattr(value, "text") else value
