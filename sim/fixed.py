"""Hold one uncertain number of a case at a value in every world; nobody else's luck moves.

The number keeps its row and its address; it is only no longer drawn there. So a sweep over any
parameter compares the same worlds with the same luck (theory 6, common random numbers).
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from sim.case import Case
from sim.errors import BadInput, Fault, nearest
from sim.params import HAZARD, Param, domain

ENDING, SHIFT = "hazard.", "omega."
"""Before the name of an ending, of a party: numbers that stand outside the case's ``params``."""


def uncertain(case: Case) -> dict[str, Param]:
    """Return every number of a case by dotted name, those of endings and power shifts included.

    Examples
    --------
    >>> from sim.case import load_case
    >>> [name for name in uncertain(load_case("camp_david")) if name.endswith(".us")]
    ['cost_flow.us', 'kE.us', 'omega.us']
    """
    priors = case.priors
    hazards = {ENDING + ending.name: ending.hazard for ending in priors.endings}
    shifts = {SHIFT + name: p for name, p in zip(case.parties, priors.omega, strict=True)}
    return priors.params | hazards | shifts


def allowed(case: Case, name: str) -> tuple[float, float]:
    """Return the range a number may be held in: the case's own; for a fixed one, its domain."""
    param = uncertain(case)[name]
    if param.law != "fixed":
        return param.low, param.high
    if name.startswith(ENDING):
        return HAZARD
    sides = [case.parties[p] for p in case.belligerents]
    return domain(name, case.parties, sides)


def faults_of(case: Case, fixed: Mapping[str, float]) -> list[Fault]:
    """Return what is wrong with the numbers to be held: no such name, out of range."""
    known, found = uncertain(case), []
    for name, value in fixed.items():
        if name not in known:
            fault = Fault(f"fix.{name}", name, ", ".join(known), nearest(name, known))
            found.append(fault)
            continue
        low, high = allowed(case, name)
        if not low <= value <= high:
            end = low if value < low else high
            found.append(Fault(f"fix.{name}", f"{value:g}", words(low, high), f"{end:g}"))
    return found


def words(low: float, high: float) -> str:
    """Say a range.

    >>> words(0.97, 0.995), words(0.0, math.inf), words(-math.inf, math.inf)
    ('a number >= 0.97 and <= 0.995', 'a number >= 0', 'a number')
    """
    ends = [f"{sign} {end:g}" for sign, end in ((">=", low), ("<=", high)) if math.isfinite(end)]
    return " ".join(["a number", " and ".join(ends)]).strip()


def hold(case: Case, fixed: Mapping[str, float]) -> Case:
    """Return the case with some of its numbers held at a value.

    Parameters
    ----------
    case : Case
    fixed : mapping from name to value
        Dotted names as in ``params`` of the case, ``hazard.<ending>`` or ``omega.<party>``.

    Raises
    ------
    BadInput
        If a name is unknown or a value out of range (:func:`faults_of`).
    """
    if faults := faults_of(case, fixed):
        raise BadInput(faults)
    if not fixed:
        return case
    priors = case.priors

    def held(name: str, param: Param) -> Param:
        if name not in fixed:
            return param
        value = float(fixed[name])
        return replace(param, value=value, low=value, high=value, law="fixed", sd=None)

    omega = [held(SHIFT + n, p) for n, p in zip(case.parties, priors.omega, strict=True)]
    ends = [replace(e, hazard=held(ENDING + e.name, e.hazard)) for e in priors.endings]
    params = {name: held(name, param) for name, param in priors.params.items()}
    now = replace(priors, params=params, omega=tuple(omega), endings=tuple(ends))
    return replace(case, priors=now)
