"""The manners a run seats at its table: checked before the first world, hashed into the run id."""

import hashlib
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from experiments.config import Config
from experiments.negotiators import names, seat_of
from sim.errors import FaultList, nearest
from sim.seats import find_rule


def search_working_folder() -> None:
    """Let rules be imported from the working directory, after everything installed."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)


def check_names(config: Config, faults: FaultList) -> None:
    """Check that every manner named in a configuration exists."""
    known = names()
    for party, name in config.negotiators.items():
        if name not in known:
            place = f"negotiators.{party}"
            faults.add(place, name, ", ".join(known), nearest(name, known))


def hashes(configs: Iterable[Config], parties: Iterable[str]) -> dict[str, str]:
    """Return a hash per manner and mediator's rule in use, over the files that hold them.

    Raises
    ------
    BadInput
        If a rule cannot be found.
    """
    arms, everyone = tuple(configs), tuple(parties)
    used = {config.negotiator(party) for config in arms for party in everyone}
    drafters = {config.mediator.rule for config in arms}
    seated = {name: (seat_of(name).respond, seat_of(name).sign) for name in sorted(used)}
    return {name: _sha256(rules) for name, rules in seated.items()} | {
        f"mediator {rule}": _sha256((rule,)) for rule in sorted(drafters)
    }


def _sha256(rules: Iterable[str]) -> str:
    total = hashlib.sha256()
    for rule in rules:
        find_rule(rule)
        spec = find_spec(rule.partition(":")[0])
        source = Path(spec.origin).read_bytes() if spec and spec.origin else b""
        total.update(rule.encode() + b"\0" + hashlib.sha256(source).digest())
    return total.hexdigest()
