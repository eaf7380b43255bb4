"""Uncertain numbers of a case: value, range, law, unit and source, each checked by name.

The names are fixed here so that a misspelt one is a fault and not a silent default. ``<party>``
stands for every party of the case, ``<belligerent>`` for the two that fight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.errors import nearest
from sim.nodes import Node, listed

LAWS = ("fixed", "uniform", "loguniform", "normal", "lognormal", "halfnormal")
_SPREAD = ("normal", "lognormal", "halfnormal")
_ANY = (-math.inf, math.inf)
_NOT_NEGATIVE = (0.0, math.inf)
_SHARE = (0.0, 1.0)
_MONTHS = (0.1, math.inf)
HAZARD = (0.0, 1.0)

REQUIRED: Mapping[str, tuple[float, float]] = {
    "delta": (0.0, 0.9999),
    "cost_flow.<party>": (1e-4, 10.0),
    "rho0": HAZARD,
    "kE.<party>": _NOT_NEGATIVE,
    "optimism": (-10.0, 10.0),
    "response.sd_ideal_logit": _NOT_NEGATIVE,
    "response.sd_increment_logit": _NOT_NEGATIVE,
    "response.sd_party_increment": _NOT_NEGATIVE,
    "response.sd_threshold": _NOT_NEGATIVE,
    "response.lapse": _SHARE,
    "response.beta": _NOT_NEGATIVE,
    "response.xi": _SHARE,
    "response.posture.leader": _NOT_NEGATIVE,
    "response.posture.spokes": _NOT_NEGATIVE,
    "response.posture.unnamed": _NOT_NEGATIVE,
    "response.demand_softmax": _NOT_NEGATIVE,
}
OPTIONAL: Mapping[str, tuple[float, float]] = {
    "response.halflife.<party>": (1.0, math.inf),
    "public.concentration": (1e-3, math.inf),
    "public.sharpness": _NOT_NEGATIVE,
    "public.reserve": _ANY,
    "public.agreement": _NOT_NEGATIVE,
    "public.horizon": _MONTHS,
    "public.swing": _SHARE,
    "war.Z0": _ANY,
    "holdout": _SHARE,
    "holdout_optimism.<belligerent>": _NOT_NEGATIVE,
    "drift_belief.sd": _NOT_NEGATIVE,
    "drift_belief.change": _NOT_NEGATIVE,
    "war.G0": (1e-6, math.inf),
    "war.mu": _ANY,
    "war.sigma_Z": _NOT_NEGATIVE,
    "war.phi_contested_share": _SHARE,
    "war.chi": _ANY,
    "war.m_halflife": _MONTHS,
    "war.m_sigma": _NOT_NEGATIVE,
    "war.cohesion.<belligerent>": _SHARE,
    "war.cohesion_shock": (-1.0, 1.0),
    "war.cohesion_halflife": _MONTHS,
    "war.cohesion_shock_rate.<belligerent>": _NOT_NEGATIVE,
    "war.aid_effect.<belligerent>": _ANY,
    "war.economy_effect": _ANY,
    "war.economy_halflife": _MONTHS,
    "war.economy_sigma.<belligerent>": _NOT_NEGATIVE,
    "war.hazard_slope_m": _ANY,
    "war.hazard_slope_cohesion": _ANY,
}


@dataclass(frozen=True)
class Param:
    """One uncertain number.

    Attributes
    ----------
    name : str
        Dotted name, for example ``cost_flow.egypt``.
    value : float
        The value used when the number is not drawn; the mean of a normal, the median of a
        lognormal law.
    low, high : float
        Bounds of the draw. Infinite where an unbounded law has no range; equal to the value
        when the law is ``fixed``.
    law : str
        ``fixed``, ``uniform``, ``loguniform`` (both over the range), ``normal`` (mean value),
        ``lognormal`` (value times exp of a normal), ``halfnormal`` (|normal|, mean 0).
    sd : float or None
        Standard deviation of the normal behind the last three laws, on the log for lognormal.
    unit, source : str
        The source is a citation or ``ours: reason``.
    """

    name: str
    value: float
    low: float
    high: float
    law: str
    sd: float | None
    unit: str
    source: str


def read_param(node: Node, name: str, domain: tuple[float, float] = _ANY) -> Param:
    """Read one ``{value, range, law, sd, unit, source}``; ``domain`` bounds value and range."""
    node.keys(("value", "unit", "source"), ("range", "law", "sd"))
    law = (node.child("law").word(LAWS) if node.has("law") else "fixed") or "fixed"
    value = node.child("value").number(*domain)
    low, high = _range(node, law, value, domain)
    if not math.isnan(value) and not low <= value <= high:
        node.child("value").fault(f"a number in {low:g}..{high:g}")
    if (law == "loguniform" and node.has("range") and low <= 0.0) or (
        law == "lognormal" and value <= 0.0
    ):
        node.child("range" if law == "loguniform" else "value").fault(f"above 0 for {law}")
    unit, source = node.child("unit").text(), node.child("source").text()
    return Param(name, value, low, high, law, _spread(node, law), unit, source)


def read_params(
    node: Node, parties: Sequence[str], belligerents: Sequence[str]
) -> dict[str, Param]:
    """Flatten the nested parameters to dotted names; missing and unknown names are faults."""
    required = _spelt_out(REQUIRED, parties, belligerents)
    domains = required | _spelt_out(OPTIONAL, parties, belligerents)
    found = _leaves(node, "")
    for name in [name for name in required if name not in found]:
        node.child(name).fault("this parameter", found="no such key")
    for name in [name for name in found if name not in domains]:
        found[name].fault(listed(domains), nearest(name, domains), "an unknown parameter")
    return {
        name: read_param(leaf, name, domains[name])
        for name, leaf in found.items()
        if name in domains
    }


def _range(node: Node, law: str, value: float, domain: tuple[float, float]) -> tuple[float, float]:
    if law == "fixed":
        if node.has("range"):
            node.child("range").fault("no range for a fixed number")
        return value, value
    if not node.has("range"):
        if law not in _SPREAD:
            node.child("range").fault("a range", found="no such key")
        return _ANY if law in ("uniform", "normal") else _NOT_NEGATIVE
    ends = [end.number(*domain) for end in node.child("range").elements(2)]
    if len(ends) == 2 and ends[0] > ends[1]:
        node.child("range").fault("the lower end first")
    return (ends[0], ends[1]) if len(ends) == 2 else _ANY


def _spread(node: Node, law: str) -> float | None:
    sd = node.child("sd")
    if law in _SPREAD and node.has("sd"):
        return sd.number(0.0)
    if law in _SPREAD:
        sd.fault(f"an sd for the law {law}", found="no such key")
    elif node.has("sd"):
        sd.fault(f"no sd for the law {law}")
    return None


def _leaves(node: Node, name: str) -> dict[str, Node]:
    if node.has("value") or (name and not isinstance(node.value, Mapping)):
        return {name: node}
    found: dict[str, Node] = {}
    for key, child in node.items():
        found |= _leaves(child, f"{name}.{key}" if name else key)
    return found


def domain(name: str, parties: Sequence[str], belligerents: Sequence[str]) -> tuple[float, float]:
    """Return the bounds of a parameter by name, whatever a case says; none for other numbers."""
    return _spelt_out({**REQUIRED, **OPTIONAL}, parties, belligerents).get(name, _ANY)


def _spelt_out(
    names: Mapping[str, tuple[float, float]], parties: Sequence[str], belligerents: Sequence[str]
) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for name, domain in names.items():
        members = belligerents if "<belligerent>" in name else parties
        for member in members if "<" in name else [""]:
            spelt = name.replace("<party>", member).replace("<belligerent>", member)
            found[spelt] = domain
    return found
