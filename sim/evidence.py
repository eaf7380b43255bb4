"""What the coded record says before any calibration: ideal positions and red-line chances.

Both rules are theory 0b (n), marked ours there: they stand in until the calibrated posterior.
"""

import numpy as np
from numpy.typing import NDArray

from sim.case import Case

Floats = NDArray[np.float64]


def positions(case: Case) -> Floats:
    """Return the position of every option on its issue's axis, (J, K) in [0, 1]."""
    n = case.agenda.n_options
    steps = np.arange(case.agenda.max_options)[None, :] / np.maximum(n - 1, 1)[:, None]
    return np.clip(steps, 0.0, 1.0)


def _wanted(case: Case) -> list[tuple[int, int, int]]:
    """List (party, issue, option) for everything a party demanded, accepted or wrote itself."""
    agenda = case.agenda
    rows = []
    for s in case.tables.statements:
        own_line = not s.dissent and "procedural" not in s.coder_note
        if own_line and s.stance in ("demands", "accepts"):
            j = agenda.issue_index(s.issue)
            rows.append((case.party_index(s.party), j, agenda.option_index(s.issue, s.option)))
    authors = {d.document_id: d.authors for d in case.tables.documents}
    for t in case.tables.document_terms:
        if t.option == "left_to_leaders" or t.document_id in case.background_documents:
            continue
        j, k = agenda.issue_index(t.issue), agenda.option_index(t.issue, t.option)
        rows += [(case.party_index(a), j, k) for a in authors[t.document_id]]
    return rows


def ideal_positions(case: Case) -> Floats:
    """Return each party's mean wanted position plus one uniform row, (P, J) in (0, 1) (0b n)."""
    place = positions(case)
    total = np.full((len(case.parties), case.agenda.n_issues), 0.5)
    count = np.ones_like(total)
    for p, j, k in _wanted(case):
        total[p, j] += place[j, k]
        count[p, j] += 1.0
    return total / count


def red_line_probability(case: Case) -> Floats:
    """Return q = n/(n+m+1) per party, issue and option, (P, J, K) (theory 1.2, 0b n).

    n counts strength-3 rejections by leaders, m the later conditionals or accepts by anyone
    who speaks for the same party; dissent is left out.
    """
    shape = (len(case.parties), case.agenda.n_issues, case.agenda.max_options)
    refused, softened = np.zeros(shape), np.zeros(shape)
    for s in sorted(case.tables.statements, key=lambda s: (s.date, s.statement_id)):
        if s.dissent:
            continue
        j = case.agenda.issue_index(s.issue)
        where = (case.party_index(s.party), j, case.agenda.option_index(s.issue, s.option))
        if s.stance == "rejects" and s.strength == 3 and s.level == "leader":
            refused[where] += 1.0
        elif s.stance in ("conditional", "accepts") and refused[where] > 0:
            softened[where] += 1.0
    return refused / (refused + softened + 1.0)
