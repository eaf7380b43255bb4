r"""Is there a text that every required signer prefers to fighting on? Exact, with proof.

.. math:: zopa = \max_x \min_{P \in signers(x)} S_P(x) / scale_P \qquad (0b\,b,\; 6.1)

over texts that cross no signer's red line and, with ``law``, break no implication. A party whose
act no chosen option needs is no constraint. The unknowns are two: the enforcement level E (for
fixed E the surplus is linear) and which non-belligerents sign; every combination gets an integer
dual bound first (:mod:`sim.bound`); those that could still beat the best text found are searched
by branch and bound (:mod:`sim.search`), and only a search that is cut off goes to HiGHS.

Why the scale is named: it moves the maximiser, never the sign. ``util`` counts each party's
worst-to-best swing, ``months`` its own war-months.

Why utilities reach HiGHS divided by 1e4: in raw units its tolerances are looser than our integers
and some instances fail; at about 100 they are 0.01 micro-util. A text it returns is re-evaluated
in integers here; that it finds none, or no better one, rests on its own floating-point proof.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from sim.bound import (
    LEAST,
    PENALTY,
    Bargain,
    climb,
    climb_pairs,
    smallest_surplus,
    tighten,
)
from sim.compiled import compiled
from sim.search import settle
from sim.world import World
from sim.worth import MICRO, Bools, Floats, Ints, Table, broken_rules

SCALE = 1e-4
STEPS = 80
MAX_NODES = 20_000
"""Nodes after which a case is handed to HiGHS."""
FINE = 1000
EXACT = 1e-6
"""A range is proven when its bound is closer than this, in util (one integer) or war-months."""


@dataclass(frozen=True)
class Zopa:
    """The exact bargaining range of one world.

    Attributes
    ----------
    value : float
        Best smallest surplus, in the unit asked for; -inf when no text avoids every red line.
    bound : float
        Proven upper bound on it.
    proven : bool
        Whether value and bound meet (to the integer).
    text : (J,) int64 or None
        A text that attains ``value``.
    """

    value: float
    bound: float
    proven: bool
    text: Ints | None


@dataclass
class _Case:
    """One enforcement level and one set of signers, with its dual bound."""

    level: int
    signers: Ints
    allowed: Bools
    bound: int
    share: Floats


def zopa(
    world: World, table: Table, *, law: bool = True, unit: str = "util", free: Zopa | None = None
) -> Zopa:
    """Return the exact bargaining range of a world (0b b, 6.1).

    Parameters
    ----------
    world, table : World, Table
    law : bool
        Whether the implications (1.4) bind.
    unit : {"util", "months"}
        The scale the smallest surplus is counted in.
    free : Zopa, optional
        The answer without implications in the same unit: if its text breaks none, it is also the
        answer with them.
    """
    if free is not None and free.text is not None and not broken_rules(free.text, table):
        return free
    bargain, grain = _bargain(world, table, law, unit)
    text, best = _good_text(bargain)
    text, best, cases = _bounded_cases(bargain, text, best)
    best = int(compiled(climb_pairs)(text, bargain))
    unproven = -PENALTY
    for case in sorted(cases, key=lambda c: -c.bound):
        if case.bound > best:
            text, best, bound = _settle(bargain, case, text, best)
            unproven = max(unproven, bound)
    bound = max(best, unproven)
    if best < -PENALTY // 2:
        hopeless = bound < -PENALTY // 2
        return Zopa(-np.inf, -np.inf if hopeless else bound / grain, hopeless, None)
    return Zopa(best / grain, bound / grain, (bound - best) / grain < EXACT, text)


def _bargain(world: World, table: Table, law: bool, unit: str) -> tuple[Bargain, float]:
    """Return the integer problem and how many of its units make one util or month."""
    if unit == "util":
        return Bargain(world.coef, world.base, world.link, world.red, table, law), float(MICRO)
    ratio = np.floor(FINE * world.month.max() / world.month + 0.5).astype(np.int64)
    coef, base = world.coef * ratio[:, None, None, None], world.base * ratio[:, None]
    most = max(int(np.abs(coef).max()) * coef.shape[2], int(np.abs(base).max()))
    if most * len(base) >= -LEAST:
        raise OverflowError("war-months of the parties differ too much to be counted in integers")
    link = world.link * ratio[:, None, None]
    bargain = Bargain(coef, base, link, world.red, table, law)
    return bargain, float(MICRO * FINE * world.month.max())


def _good_text(bargain: Bargain) -> tuple[Ints, int]:
    """Climb from the middle of every issue: the first incumbent."""
    text = bargain.table.n_options // 2
    return text, int(compiled(climb)(text, bargain))


def _signer_sets(table: Table) -> list[Ints]:
    others = [p for p in range(len(table.belligerent)) if not table.belligerent[p]]
    fixed = [p for p in range(len(table.belligerent)) if table.belligerent[p]]
    sets = product((True, False), repeat=len(others))
    chosen = [fixed + [p for p, is_in in zip(others, s, strict=True) if is_in] for s in sets]
    return [np.array(sorted(c), dtype=np.int64) for c in chosen]


def _allowed(bargain: Bargain, signers: Ints) -> Bools:
    """Return the options open when exactly these parties may be asked, (J, K)."""
    options = np.arange(bargain.coef.shape[3])
    allowed: Bools = options[None, :] < bargain.table.n_options[:, None]
    for p in range(bargain.coef.shape[0]):
        allowed &= ~(bargain.red[p] if p in signers else bargain.table.needs[:, :, p])
    return allowed


def _bounded_cases(bargain: Bargain, text: Ints, best: int) -> tuple[Ints, int, list[_Case]]:
    """Bound every level and signer set; better texts met on the way become the incumbent."""
    cases: list[_Case] = []
    points = bargain.table.enforcement
    x = np.zeros(len(text), dtype=np.int64)
    for signers in _signer_sets(bargain.table):
        allowed = _allowed(bargain, signers)
        if not allowed.any(axis=1).all():
            continue
        share = np.append(np.full(len(signers), 1.0 / len(signers)), 0.0)
        low = np.where(allowed, points, 1 << 30).min(axis=1).sum()
        high = np.where(allowed, points, -1).max(axis=1).sum()
        for level in range(int(low), int(high) + 1):
            coef = np.ascontiguousarray(bargain.coef[signers, level])
            base = np.ascontiguousarray(bargain.base[signers, level])
            lam = np.zeros(len(signers), dtype=np.int64)
            bound, _ = compiled(tighten)(
                coef, base, allowed, points, level, best, STEPS, lam, share, x
            )
            score = int(compiled(climb)(candidate := x.copy(), bargain))
            if score > best:
                best, text = score, candidate
            cases.append(_Case(level, signers, allowed, int(bound), share.copy()))
    return text, best, cases


def _settle(bargain: Bargain, case: _Case, text: Ints, best: int) -> tuple[Ints, int, int]:
    """Decide one case: branch and bound first, HiGHS for the stubborn rest."""
    coef = np.ascontiguousarray(bargain.coef[case.signers, case.level])
    base = np.ascontiguousarray(bargain.base[case.signers, case.level])
    better, share = text.copy(), case.share.copy()
    score, nodes_left = compiled(settle)(
        bargain, coef, base, case.allowed, case.level, share, best, better, MAX_NODES
    )
    if nodes_left:
        return better, int(score), int(score)
    found, bound = _highs(bargain, coef, base, case.allowed, case.level, int(score))
    if found is None:
        return better, int(score), bound
    score_highs = int(compiled(smallest_surplus)(found, bargain))
    if score_highs > score:
        return found, score_highs, max(score_highs, bound)
    return better, int(score), bound


def _highs(
    bargain: Bargain, coef: Ints, base: Ints, allowed: Bools, level: int, best: int
) -> tuple[Ints | None, int]:
    """Maximise the smallest surplus above ``best`` by MILP; (text or None, proven bound)."""
    unit = SCALE * MICRO / max(MICRO, float(np.abs(coef).max()) * 10)
    issue, option = np.nonzero(allowed)
    n, issues = len(issue), allowed.shape[0]
    pick = csr_array((np.ones(n), (issue, np.arange(n))), shape=(issues, n + 1))
    gains = np.hstack([coef[:, issue, option] * unit, -np.ones((len(coef), 1))])
    height = np.append(bargain.table.enforcement[issue, option].astype(float), 0.0)[None, :]
    constraints = [
        LinearConstraint(pick, 1.0, 1.0),
        LinearConstraint(gains, -base * unit, np.inf),
        LinearConstraint(height, level, level),
    ]
    if bargain.law:
        constraints += _law(bargain.table, issue, option, n)
    floor = (best + 1) * unit if best > -PENALTY // 2 else -np.inf
    answer = milp(
        np.append(np.zeros(n), -1.0),
        integrality=np.append(np.ones(n), 0.0),
        bounds=Bounds(np.append(np.zeros(n), floor), np.append(np.ones(n), np.inf)),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, "time_limit": 60.0},
    )
    if answer.status == 2:
        return None, best
    if answer.status != 0 or answer.x is None:
        return None, PENALTY
    text = np.zeros(issues, dtype=np.int64)
    chosen = answer.x[:n] > 0.5
    text[issue[chosen]] = option[chosen]
    return text, int(np.floor(-answer.mip_dual_bound / unit + 1e-3))


def _law(table: Table, issue: Ints, option: Ints, n: int) -> list[LinearConstraint]:
    """Write every implication as x_if <= sum of the options it allows."""
    rows = []
    for r in range(len(table.rule_then)):
        row = np.zeros(n + 1)
        row[:n] -= (issue == table.rule_then[r]) & table.rule_ok[r, option]
        row[:n] += (issue == table.rule_if[r, 0]) & (option == table.rule_if[r, 1])
        rows.append(LinearConstraint(row[None, :], -np.inf, 0.0))
    return rows
