"""What ties options, parties and texts together: linkages, camps, published counter-drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.agenda import Agenda, IntArray, frozen
from sim.errors import nearest
from sim.nodes import Node, listed
from sim.params import Param, read_param

MOST_PAIRS = 10
"""More pairs than this are no longer a correction of the additive utility (theory 1.1)."""


@dataclass(frozen=True, eq=False)
class Ties:
    """Ties of a case; a case that names none has none.

    Attributes
    ----------
    links : (Q, 4) int64
        Pairs of options worth more or less together: issue, option, issue, option (1.1).
    link_size : Param or None
        Law of what one pair is worth to one party, util.
    camp : (P,) int64
        Whose camp a party belongs to: 0 or 1, a belligerent's place; -1 for neither.
    counter_drafts : tuple of (document id, party)
        Texts of the record that a party published against the draft on the table.
    """

    links: IntArray
    link_size: Param | None
    camp: IntArray
    counter_drafts: tuple[tuple[str, int], ...]


def read_ties(
    case: Node,
    agenda: Agenda,
    parties: Sequence[str],
    belligerents: Sequence[str],
    documents: Sequence[str],
) -> Ties:
    """Read the ties of a case mapping; faults gather in ``case.faults``."""
    links, size = _links(case, agenda)
    camp = _camps(case, parties, belligerents)
    return Ties(links, size, camp, _counter_drafts(case, parties, documents))


def _links(case: Node, agenda: Agenda) -> tuple[IntArray, Param | None]:
    if not case.has("linkages"):
        return frozen(np.zeros((0, 4), dtype=np.int64)), None
    node = case.child("linkages")
    node.keys(("size", "pairs"))
    pairs = node.child("pairs").elements()
    if len(pairs) > MOST_PAIRS:
        node.child("pairs").fault(f"at most {MOST_PAIRS} pairs", found=f"{len(pairs)} pairs")
    rows = [_pair(pair, agenda) for pair in pairs]
    links = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return frozen(links), read_param(node.child("size"), "linkages.size")


def _pair(node: Node, agenda: Agenda) -> tuple[int, int, int, int]:
    node.keys(("options", "why"))
    node.child("why").text()
    both = [_choice(end, agenda) for end in node.child("options").elements(2)]
    if len(both) != 2:
        return 0, 0, 0, 0
    if both[0][0] == both[1][0] and not node.faults:
        node.child("options").fault("options of two different issues", found="one issue twice")
    return (*both[0], *both[1])


def _choice(node: Node, agenda: Agenda) -> tuple[int, int]:
    ends = node.elements(2)
    if len(ends) != 2:
        return 0, 0
    issue = ends[0].word(agenda.issue_ids)
    if issue is None:
        return 0, 0
    j = agenda.issue_index(issue)
    codes = agenda.issues[j].codes
    code = ends[1].word(codes)
    return j, 0 if code is None else codes.index(code)


def _camps(case: Node, parties: Sequence[str], belligerents: Sequence[str]) -> IntArray:
    camp = np.full(len(parties), -1, dtype=np.int64)
    for b, name in enumerate(belligerents):
        if name in parties:
            camp[list(parties).index(name)] = b
    for name, friends in case.child("camps").items() if case.has("camps") else []:
        if name not in belligerents:
            friends.fault(listed(belligerents), nearest(name, belligerents), "no belligerent")
            continue
        for friend in friends.words([p for p in parties if p not in belligerents]):
            if friend:
                camp[list(parties).index(friend)] = list(belligerents).index(name)
    return frozen(camp)


def _counter_drafts(
    case: Node, parties: Sequence[str], documents: Sequence[str]
) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for node in case.child("counter_drafts").elements() if case.has("counter_drafts") else []:
        node.keys(("document", "party"))
        party = node.child("party").word(parties)
        document = node.child("document").word(documents)
        if party is not None and document is not None:
            found.append((document, list(parties).index(party)))
    return tuple(found)
