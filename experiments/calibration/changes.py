"""Changes to the record that somebody asks about: strike a row, flip it, add a dated one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from experiments.calibration.trail import Trail
from sim.case import Case
from sim.errors import FaultList, nearest
from sim.worth import Floats

STANCES = ("rejects", "conditional", "accepts")
KINDS = ("strike", "flip", "add")
ADDED = "party:issue=option:stance or party:issue=option:stance:YYYY-MM-DD"


@dataclass(frozen=True)
class Added:
    """A statement somebody might make; said by a leader, today (the cut-off) unless dated."""

    party: int
    issue: int
    option: int
    status: int
    day: date


@dataclass(frozen=True)
class Changes:
    """Statement ids to strike and to flip, and statements to add."""

    strike: tuple[str, ...] = ()
    flip: tuple[str, ...] = ()
    add: tuple[Added, ...] = ()

    def __len__(self) -> int:
        return len(self.strike) + len(self.flip) + len(self.add)


def read(case: Case, asked: Mapping[str, Sequence[str]], faults: FaultList, place: str) -> Changes:
    """Read the changes asked for under ``strike``, ``flip`` and ``add``; faults gather."""
    known = {s.statement_id: s for s in case.tables.statements}
    for name, times in Counter([*asked["strike"], *asked["flip"]]).items():
        if times > 1:
            faults.add(f"{place}strike, flip", f"{name} {times} times", "each id once, in one")
    for kind in ("strike", "flip"):
        for name in asked[kind]:
            if name not in known:
                faults.add(f"{place}{kind}", name, "a statement id", nearest(name, known))
            elif known[name].dissent or "procedural" in known[name].coder_note:
                allowed = "a statement of its party's own line (this one is dissent or procedure)"
                faults.add(f"{place}{kind}", name, allowed)
    added = [_added(case, words, faults, f"{place}add") for words in asked["add"]]
    return Changes(
        tuple(asked["strike"]), tuple(asked["flip"]), tuple(a for a in added if a is not None)
    )


def _added(case: Case, words: str, faults: FaultList, place: str) -> Added | None:
    """Read ``party:issue=option:stance``, perhaps with a date behind it."""
    party, _, rest = words.partition(":")
    text, _, last = rest.partition(":")
    stance, _, when = last.partition(":")
    issue, _, code = text.partition("=")
    issues = case.agenda.issue_ids
    codes = case.agenda.issues[issues.index(issue)].codes if issue in issues else ()
    checks = (("party", party, case.parties), ("issue", issue, issues), ("option", code, codes),
              ("stance", stance, STANCES))  # fmt: skip
    wrong = [c for c in checks if c[1] not in c[2] and not (c[0] == "option" and not codes)]
    for what, found, allowed in wrong:
        near = nearest(found, allowed)
        faults.add(f"{place} {what}", found or words, ", ".join(allowed), near)
    try:
        day = date.fromisoformat(when) if when else case.cutoff
    except ValueError:
        faults.add(f"{place} date", when, "YYYY-MM-DD")
        return None
    if day > case.cutoff:
        last = case.cutoff.isoformat()
        faults.add(f"{place} date", when, f"YYYY-MM-DD, {last} (the cut-off) or earlier", last)
        return None
    if wrong:
        return None
    j = issues.index(issue)
    return Added(case.party_index(party), j, codes.index(code), STANCES.index(stance), day)


def change_of(trail: Trail, changes: Changes) -> Floats:
    """Return how the log likelihood of every draw changes, (S,)."""
    total = np.zeros(len(trail.draws))
    for name in changes.strike:
        total = total + trail.struck(name)
    for name in changes.flip:
        total = total + trail.flipped(name)
    for a in changes.add:
        told = trail.added(a.party, a.issue, a.option, 0, a.status)
        total = total + (_faded(trail.case, a) if trail.rule.fade else 1.0) * told
    return total


def _faded(case: Case, added: Added) -> float:
    """Return what age leaves of a statement: a half for every half-life of its party (5.1)."""
    life = case.priors.params.get(f"response.halflife.{case.parties[added.party]}")
    age = max((case.cutoff - added.day).days, 0)
    return 1.0 if life is None else float(2.0 ** (-age / life.value))
