r"""The stubborn rest: one enforcement level and one set of signers as a mixed-integer program.

.. math:: \max t \;\text{s.t.}\; \text{one option per issue},\; E(x) = E,\; S_P(x) \ge t,\;
          y_q \le x_a,\; y_q \le x_b,\; y_q \ge x_a + x_b - 1   \qquad (6.1)

Why utilities reach HiGHS divided by 1e4: in raw units its tolerances are looser than our integers
and some instances fail; at about 100 they are 0.01 micro-util. A text it returns is re-evaluated
in integers by the caller; that it finds none, or no better one, rests on its own floating-point
proof.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from sim.worth import MICRO, Bools, Floats, Ints, Table

SCALE = 1e-4
LIMIT = 60.0
"""Seconds after which HiGHS gives up."""


def maximise(
    table: Table,
    coef: Ints,
    base: Ints,
    link: Ints,
    allowed: Bools,
    level: int,
    law: bool,
    floor: int | None,
) -> tuple[Ints | None, float]:
    """Maximise the smallest surplus; return (text or None, bound).

    Parameters
    ----------
    coef, base, link : (S, J, K), (S,), (S, Q) int64
        The signers' at this level.
    allowed : (J, K) bool
        Options open to these signers.
    floor : int, optional
        Only texts better than this are sought; None asks for all.

    The bound is -inf when there is no such text, inf when HiGHS gave up.
    """
    unit = SCALE * MICRO / max(MICRO, float(np.abs(coef).max()) * 10)
    issue, option = np.nonzero(allowed)
    n, links = len(issue), len(table.links)
    rows = [*_texts(table, allowed, issue, option, level, links)]
    gains = np.hstack([coef[:, issue, option], link, np.full((len(base), 1), -1.0 / unit)]) * unit
    rows.append(LinearConstraint(gains, -base * unit, np.inf))
    rows += _links(table, issue, option, links)
    if law:
        rows += _law(table, issue, option, links)
    least = -np.inf if floor is None else (floor + 1) * unit
    answer = milp(
        np.append(np.zeros(n + links), -1.0),
        integrality=np.append(np.ones(n), np.zeros(links + 1)),
        bounds=Bounds(np.append(np.zeros(n + links), least), np.append(np.ones(n + links), np.inf)),
        constraints=rows,
        options={"mip_rel_gap": 0.0, "time_limit": LIMIT},
    )
    if answer.status == 2:
        return None, -np.inf
    if answer.status != 0 or answer.x is None:
        return None, np.inf
    text = np.zeros(allowed.shape[0], dtype=np.int64)
    chosen = answer.x[:n] > 0.5
    text[issue[chosen]] = option[chosen]
    return text, float(np.floor(-answer.mip_dual_bound / unit + 1e-3))


def _texts(
    table: Table, allowed: Bools, issue: Ints, option: Ints, level: int, links: int
) -> tuple[LinearConstraint, LinearConstraint]:
    """One option per issue; the points add up to the level."""
    n, issues = len(issue), allowed.shape[0]
    pick = csr_array((np.ones(n), (issue, np.arange(n))), shape=(issues, n + links + 1))
    height = np.append(table.enforcement[issue, option].astype(float), np.zeros(links + 1))
    return LinearConstraint(pick, 1.0, 1.0), LinearConstraint(height[None, :], level, level)


def _chosen(issue: Ints, option: Ints, links: int, j: int, k: int) -> Floats:
    """Return the row that reads whether option ``k`` of issue ``j`` is chosen."""
    here = (issue == j) & (option == k)
    return np.append(here.astype(float), np.zeros(links + 1))


def _links(table: Table, issue: Ints, option: Ints, links: int) -> list[LinearConstraint]:
    """Tie every linkage's variable to its two options."""
    rows = []
    for q, (i, k, j, m) in enumerate(table.links):
        both = np.zeros(len(issue) + links + 1)
        both[len(issue) + q] = 1.0
        one = _chosen(issue, option, links, i, k)
        other = _chosen(issue, option, links, j, m)
        rows.append(LinearConstraint(np.stack([both - one, both - other]), -np.inf, 0.0))
        rows.append(LinearConstraint((one + other - both)[None, :], -np.inf, 1.0))
    return rows


def _law(table: Table, issue: Ints, option: Ints, links: int) -> list[LinearConstraint]:
    """Write every implication as x_if <= sum of the options it allows."""
    rows = []
    for r in range(len(table.rule_then)):
        row = _chosen(issue, option, links, table.rule_if[r, 0], table.rule_if[r, 1])
        row[: len(issue)] -= (issue == table.rule_then[r]) & table.rule_ok[r, option]
        rows.append(LinearConstraint(row[None, :], -np.inf, 0.0))
    return rows
