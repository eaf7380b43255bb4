"""The kept draws of a case, as studies that rest on them ask for them."""

from pathlib import Path

from experiments.config import Config
from sim.case import Case
from sim.errors import BadInput, Fault
from sim.posterior import HOME, is_calibrated


def files(config: Config) -> list[Path]:
    """Return the file of the draws, if there is one."""
    place = HOME / f"{config.case_section['name']}.npz"
    return [place] if place.exists() else []


def need(case: Case) -> None:
    """Raise `BadInput` if there are no draws from the evidence of a case."""
    if not is_calibrated(case):
        found = f"no draws from the evidence of {case.name}"
        raise BadInput(Fault("ensemble.kind", found, "a case with a posterior"))
