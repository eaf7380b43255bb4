"""Which ensemble a run draws its worlds from: what was asked for, or what there is."""

import sys

from experiments.config import Config
from sim.case import Case
from sim.errors import BadInput, Fault
from sim.posterior import is_calibrated

MISSING = "posterior, but no draws were made from the evidence of {case}"


BASIS = {
    "prior": "priors, not data",
    "posterior": "preferences learned from public statements; the backtest scores public stances; "
    "trade-offs across points, the value of fighting on and hold-out are priors and untested",
}
"""What the numbers of a run rest on, in words, by the kind of its ensemble."""


def basis(config: Config, case: Case) -> str:
    """Return what the numbers of a run rest on."""
    return BASIS[ensemble_kind(config, case)]


def ensemble_kind(config: Config, case: Case) -> str:
    """Return "posterior" or "prior"; a case without draws is played from its prior.

    Raises
    ------
    BadInput
        If ``ensemble.when_missing`` is ``stop`` and there are none.
    """
    kind, found = config.ensemble.kind, MISSING.format(case=case.name)
    if kind == "prior" or is_calibrated(case):
        return kind
    if config.ensemble.when_missing == "stop":
        raise BadInput(Fault("ensemble.kind", found, "prior", "prior"))
    return "prior"


def warn_if_missing(config: Config, case: Case) -> None:
    """Say on stderr that worlds come from the prior although a posterior was asked for."""
    if ensemble_kind(config, case) != config.ensemble.kind:
        found = MISSING.format(case=case.name)
        print(
            f"warning: ensemble.kind: {found}; using prior (tango experiment=calibrate makes them)",
            file=sys.stderr,
        )
