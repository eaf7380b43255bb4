r"""What a text is worth to a party: utility, the commitment term, surplus, signers, law.

A text is an integer vector: one option per issue (:data:`~sim.agenda.BRACKETED` where it is
left open). All decisions are taken on **integer surplus coefficients** in micro-util
(1e-6 of a party's worst-to-best swing), one set per enforcement level E, each rounded once:

.. math:: S_P(x) = A_P(E)\,[u_P(x) - W_P] + (1 - A_P(E))\,\Delta_P(x)   \qquad (2.3)

so the acceptance test :math:`S_P(x) \ge 0` never depends on the order of a floating sum.
Every function here is a rule: plain scalar Python over arrays that Numba can compile.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import rule
from sim.records import record

MICRO = 1_000_000
"""Integer units in one util."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@record
class Table(NamedTuple):
    """What everybody at the table knows: the agenda's structure, consent and law.

    Attributes
    ----------
    n_options : (J,) int64
    enforcement : (J, K) int64, points per option; their sum over a text is its level E
    needs : (J, K, P) bool, whose consent (own act) an option needs beyond the belligerents'
    belligerent : (P,) bool
    rule_if : (R, 2) int64, issue and option that trigger a rule
    rule_then : (R,) int64, the issue the rule then restricts
    rule_ok : (R, K) bool, the options of that issue the rule allows
    links : (Q, 4) int64, pairs of options worth more or less together: issue, option, issue, option
    hot : (J,) bool, issues that envoys leave to leaders
    """

    n_options: Ints
    enforcement: Ints
    needs: Bools
    belligerent: Bools
    rule_if: Ints
    rule_then: Ints
    rule_ok: Bools
    links: Ints
    hot: Bools


@rule
def break_hazard(rho0: float, k_e: float, level: int) -> float:
    r"""Return :math:`\rho_P = \rho_0 e^{-k_E E}`, the monthly hazard that a deal breaks (2.3)."""
    return rho0 * math.exp(-k_e * level)


@rule
def peace_factor(delta: float, rho: float) -> float:
    r"""Return :math:`A = (1-\delta)/(1-\delta(1-\rho))`, the discounted share of peace (2.3)."""
    return (1.0 - delta) / (1.0 - delta * (1.0 - rho))


@rule
def micro(x: float) -> int:
    """Return ``x`` util as integer micro-util, halves away from zero."""
    return math.floor(x * MICRO + 0.5) if x >= 0.0 else -math.floor(0.5 - x * MICRO)


@rule
def fill_party(
    weight: Floats, value: Floats, size: Floats, n_options: Ints, power_shift: Floats,
    reserve: float, delta: float, rho0: float, k_e: float, omega: float, extra: int,
    peace: Floats, coef: Ints, base: Ints, link: Ints,
) -> None:  # fmt: skip
    """Fill one party's integer surplus coefficients, each rounded once (2.3).

    ``extra`` enforcement points count beside those of the text: none in the worlds that are drawn.
    """
    levels, issues, _ = coef.shape
    for level in range(levels):
        a = peace_factor(delta, break_hazard(rho0, k_e, level + extra))
        peace[level] = a
        base[level] = micro(-a * reserve)
        for j in range(issues):
            for k in range(n_options[j]):
                u = weight[j] * value[j, k]
                shift = omega * power_shift[j, k]
                coef[level, j, k] = micro(a * u + (1.0 - a) * shift)
        for q in range(len(size)):
            link[level, q] = micro(a * size[q])


@rule
def enforcement_level(text: Ints, enforcement: Ints) -> int:
    """Return E(x), the sum of enforcement points (2.3); a bracketed issue adds nothing."""
    level = 0
    for j in range(len(text)):
        if text[j] >= 0:
            level += enforcement[j, text[j]]
    return level


@rule
def surplus(text: Ints, coef: Ints, base: Ints, link: Ints, links: Ints, level: int) -> int:
    """Return the integer surplus S_P of a text at its enforcement level (2.3), micro-util.

    ``coef`` is (L, J, K), ``base`` (L,) and ``link`` (L, Q) of one party; a bracketed issue adds
    nothing, so a text is only ever *decided* on when no issue is bracketed.
    """
    total = base[level]
    for j in range(len(text)):
        if text[j] >= 0:
            total += coef[level, j, text[j]]
    for q in range(len(links)):
        if text[links[q, 0]] == links[q, 1] and text[links[q, 2]] == links[q, 3]:
            total += link[level, q]
    return int(total)


@rule
def is_signer(text: Ints, table: Table, party: int) -> bool:
    """Say whether the text needs this party: a belligerent, or a chosen option needs its act."""
    return bool(table.belligerent[party]) or is_needed(text, table.needs, party)


@rule
def is_needed(text: Ints, needs: Bools, party: int) -> bool:
    """Say whether a chosen option needs the party's own act; ``needs`` (J, K, P)."""
    for j in range(len(text)):
        if text[j] >= 0 and needs[j, text[j], party]:
            return True
    return False


@rule
def crosses_red_line(text: Ints, red: Bools) -> bool:
    """Say whether the text holds an option this party refuses whatever else is offered (1.2)."""
    for j in range(len(text)):
        if text[j] >= 0 and red[j, text[j]]:
            return True
    return False


@rule
def breaks_rule(text: Ints, table: Table, r: int) -> bool:
    """Say whether rule ``r`` (1.4) is triggered and not met; a bracket triggers nothing."""
    return is_broken(text, table.rule_if, table.rule_then, table.rule_ok, r)


@rule
def broken_rules(text: Ints, table: Table) -> int:
    """Count the rules a text breaks; law binds what enters into force, not what is tabled."""
    return count_broken(text, table.rule_if, table.rule_then, table.rule_ok)


@rule
def count_broken(text: Ints, rule_if: Ints, rule_then: Ints, rule_ok: Bools) -> int:
    """Count broken rules over plain arrays: a tuple of arrays costs more to pass than to read."""
    broken = 0
    for r in range(len(rule_then)):
        broken += is_broken(text, rule_if, rule_then, rule_ok, r)
    return broken


@rule
def is_broken(text: Ints, rule_if: Ints, rule_then: Ints, rule_ok: Bools, r: int) -> bool:
    """Say the same of one rule over plain arrays."""
    then = text[rule_then[r]]
    return bool(text[rule_if[r, 0]] == rule_if[r, 1] and then >= 0 and not rule_ok[r, then])


@rule
def brackets(text: Ints) -> int:
    """Count the issues a text leaves open."""
    count = 0
    for j in range(len(text)):
        if text[j] < 0:
            count += 1
    return count
