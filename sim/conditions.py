"""Which conditions bind: what every one of them costs the best text, as exact differences.

A condition is a party's participation, one of its red lines, its consent on a point, an
implication, or a point with everything that hangs on it. Its *shadow value* is the range without
it less the range with it; it *binds* where the range is closed and opens without it alone.

Lifting a condition never closes the range, and lifting a point lifts all that hangs on it: where a
point's shadow value is zero, so is that of every red line, consent and implication on it, and
nothing more is asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.case import Case
from sim.terms import Terms
from sim.worth import Bools, Table
from sim.zopa import exists, zopa

PARTY, POINT, RED, CONSENT, LAW = "party", "point", "red", "consent", "law"
SEVERAL = "several"
"""The range is closed and no single condition opens it."""


@dataclass(frozen=True)
class Condition:
    """One condition; what does not apply is -1 (an option, an issue, a party, a rule)."""

    kind: str
    party: int = -1
    issue: int = -1
    option: int = -1
    rule: int = -1

    def name(self, case: Case) -> str:
        """Return its name: what kind, whose, where.

        ``party:x``, ``point:issue``, ``red:x:issue=option``, ``consent:x:issue``,
        ``law:issue=option->issue``.
        """
        issues = case.agenda.issues
        if self.kind == LAW:
            rule = case.priors.rules[self.rule]
            there = issues[rule.issue]
            trigger = f"{there.id}={there.options[rule.option].code}"
            return f"{LAW}:{trigger}->{issues[rule.then_issue].id}"
        parts = [self.kind]
        if self.party >= 0:
            parts.append(case.parties[self.party])
        if self.issue >= 0:
            option = f"={issues[self.issue].options[self.option].code}" if self.option >= 0 else ""
            parts.append(issues[self.issue].id + option)
        return ":".join(parts)


@dataclass(frozen=True)
class Shadow:
    """The range with everything kept, and with one condition lifted, in the unit asked for."""

    condition: Condition
    kept: float
    lifted: float

    @property
    def value(self) -> float:
        """What the condition costs, never below 0."""
        return 0.0 if self.lifted == self.kept else self.lifted - self.kept


def without(terms: Terms, condition: Condition) -> Terms:
    """Return the terms with one condition lifted."""
    stakes, table = terms.stakes, terms.table
    red, needs, belligerent = stakes.red.copy(), table.needs.copy(), table.belligerent.copy()
    keep = np.ones(len(table.rule_then), np.bool_)
    c = condition
    if c.kind == PARTY:
        red[c.party], needs[:, :, c.party], belligerent[c.party] = False, False, False
    elif c.kind == RED:
        red[c.party, c.issue, c.option] = False
    elif c.kind == CONSENT:
        needs[c.issue, :, c.party] = False
    elif c.kind == LAW:
        keep[c.rule] = False
    else:
        red[:, c.issue], needs[c.issue] = False, False
        keep &= ~_touches(table, c.issue)
    rules = {n: getattr(table, n)[keep] for n in ("rule_if", "rule_then", "rule_ok")}
    table = table._replace(needs=needs, belligerent=belligerent, **rules)
    return Terms(stakes._replace(red=red), table, terms.law)


def _touches(table: Table, issue: int) -> Bools:
    """Say which implications a point triggers or is restricted by, (R,)."""
    touched: Bools = (table.rule_if[:, 0] == issue) | (table.rule_then == issue)
    return touched


def parties_of(terms: Terms) -> list[Condition]:
    """Return every party's participation; the last belligerent is never lifted alone."""
    needed = terms.table.belligerent | terms.table.needs.any(axis=(0, 1))
    return [Condition(PARTY, p) for p in np.flatnonzero(needed).tolist()]


def points_of(terms: Terms) -> list[Condition]:
    """Return every point on which some condition hangs."""
    return [
        Condition(POINT, issue=j) for j in range(len(terms.table.n_options)) if any(on(terms, j))
    ]


def on(terms: Terms, issue: int) -> Iterator[Condition]:
    """Yield the single conditions on a point: red lines, consents, implications."""
    parties, table = range(terms.parties), terms.table
    signs = table.belligerent | table.needs.any(axis=(0, 1))
    for p in parties:
        if signs[p]:
            for k in np.flatnonzero(terms.stakes.red[p, issue] & terms.open[issue]).tolist():
                yield Condition(RED, p, issue, k)
    for p in parties:
        if not table.belligerent[p] and table.needs[issue, :, p].any():
            yield Condition(CONSENT, p, issue)
    if terms.law:
        for r in np.flatnonzero(_touches(table, issue)).tolist():
            yield Condition(LAW, rule=r)


def shadows(terms: Terms, unit: str = "util") -> list[Shadow]:
    """Return the shadow value of every condition that is not zero, parties and points first."""
    kept = _worth(terms, unit)
    found = _lifted(terms, lambda t: _worth(t, unit), lambda value: value > kept)
    return [Shadow(condition, kept, value) for condition, value in found]


def binding(terms: Terms) -> list[Condition]:
    """Return the conditions without any one of which the range is open; none if it is open."""
    if _opens(terms):
        return []
    return [condition for condition, _ in _lifted(terms, _opens, bool)]


def binding_names(terms: Terms, case: Case) -> str:
    """Return the names of the binding conditions, ``;`` between; empty if the range is open."""
    if _opens(terms):
        return ""
    return ";".join(c.name(case) for c in binding(terms)) or SEVERAL


def _lifted(
    terms: Terms, ask: Callable[[Terms], float], matters: Callable[[float], bool]
) -> list[tuple[Condition, float]]:
    """Ask of the terms without each condition; what hangs on a point only if the point matters."""
    asked = [(c, ask(without(terms, c))) for c in (*parties_of(terms), *points_of(terms))]
    found = [(c, value) for c, value in asked if matters(value)]
    points = [c.issue for c, _ in found if c.kind == POINT]
    single = dict.fromkeys(c for j in points for c in on(terms, j))
    more = [(c, ask(without(terms, c))) for c in single]
    return found + [(c, value) for c, value in more if matters(value)]


def _worth(terms: Terms, unit: str) -> float:
    return zopa(terms.stakes, terms.table, law=terms.law, unit=unit).value


def _opens(terms: Terms) -> bool:
    return exists(terms.stakes, terms.table, law=terms.law).exists
