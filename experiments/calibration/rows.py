"""What is to be predicted: how a party answered one option, in three classes.

A demand counts as an accept of what is demanded (theory 5.7). Rows of dissent and of procedure are
no prediction target: nobody claims to know them.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.case import Case
from sim.observed import LEVELS, category_of, month_of, own_line
from sim.respond import status_of
from sim.worth import Bools, Ints

CLASSES = ("reject", "conditional", "accept")


@dataclass(frozen=True)
class Answers:
    """Coded answers as arrays, (N,); ``status`` is 0, 1 or 2 in the order of `CLASSES`."""

    ids: tuple[str, ...]
    days: tuple[date, ...]
    party: Ints
    issue: Ints
    option: Ints
    level: Ints
    month: Ints
    status: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, mask: Bools) -> "Answers":
        """Return the rows where ``mask`` (N,) holds."""
        at = np.flatnonzero(mask)
        return Answers(
            tuple(self.ids[i] for i in at), tuple(self.days[i] for i in at), self.party[at],
            self.issue[at], self.option[at], self.level[at], self.month[at], self.status[at],
        )  # fmt: skip

    def between(self, first: date, last: date) -> "Answers":
        """Return the rows from ``first`` on and before ``last``."""
        return self.where(np.array([first <= day < last for day in self.days], dtype=np.bool_))


def answers_of(case: Case) -> Answers:
    """Return every answer that speaks for a party, in date order."""
    rows = sorted(own_line(case), key=lambda s: (s.date, s.statement_id))
    agenda = case.agenda
    columns = [
        (
            case.party_index(s.party), agenda.issue_index(s.issue),
            agenda.option_index(s.issue, s.option), LEVELS[s.level],
            month_of(case, s.date),
            int(status_of(category_of(s.stance, s.strength))),
        )
        for s in rows
    ]  # fmt: skip
    table = np.array(columns, dtype=np.int64).reshape(-1, 6)
    ids, days = tuple(s.statement_id for s in rows), tuple(s.date for s in rows)
    return Answers(ids, days, *(np.ascontiguousarray(table[:, n]) for n in range(6)))


def middle(case: Case, rows: Answers) -> Bools:
    """Say which rows are about an option that is neither end of its issue, (N,)."""
    n = np.array(case.agenda.n_options)
    found: Bools = (rows.option > 0) & (rows.option < n[rows.issue] - 1)
    return found
