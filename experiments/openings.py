"""What would open a closed range: every party and every instrument apart (theory 3.1, 6.3).

Asked of several ranges: any text; any text worth not waiting for; and each of some documents as it
stands, of which the red lines and the law are set aside, so that only what the text is worth
decides (a red line is no matter of amounts). For a document the fewest points to change so that
everybody signs are asked too, with red lines and law in force again. A question that
the solver leaves open has a row without an amount, marked unproven.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from experiments.worker import ready
from sim.amend import amend
from sim.case import Case
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.errors import BadInput, Fault, nearest
from sim.openings import (
    Asked,
    as_it_stands,
    at_ratio,
    carrot_pairs,
    first_that_opens,
    least_carrot,
    least_stick,
    opens,
    with_bar,
)
from sim.ripeness import waiting_bar
from sim.settings import Settings
from sim.terms import Terms, hold, settled, terms_of
from sim.trust import least_points, least_trust, own_trust
from sim.world import World
from sim.worth import MICRO, Table

ANY, WAITING = "any_text", "worth_not_waiting"
"""The two ranges that are asked about whatever the documents."""

OPEN, CARROT, STICK, TRUST, POINTS, WAR, PAIR, AMEND = (
    "open", "carrot", "stick", "trust", "points", "war", "pair", "amend",
)  # fmt: skip
INSTRUMENTS = (CARROT, STICK, TRUST, POINTS, WAR)
"""In the order they are told, which says nothing of their cost."""

ALL = "all"
"""Whose belief further points move."""

SHIFTS = tuple(round(0.1 * n, 1) for n in range(1, 11))
"""Log ratios of strength that are tried, in favour of one belligerent."""

Row = dict[str, Any]


def documents(case: Case, names: list[str]) -> list[str]:
    """Return the documents asked about; raise what is unknown."""
    for name in names:
        if name not in case.document_ids:
            near = nearest(name, case.document_ids)
            raise BadInput(Fault("openings.documents", name, ", ".join(case.document_ids), near))
    return names


def ranges(case: Case, names: list[str]) -> list[str]:
    """Return the names of the ranges that are asked about."""
    return [ANY, WAITING, *documents(case, names)]


def rows_of(case: Case, settings: Settings, seed: int, i: int, names: list[str]) -> Iterator[Row]:
    """Yield the rows of world ``i``: what would open each range, and the fewest changes."""
    ensemble, rules = ready(case, settings, seed)
    world = ensemble.world(i)
    bar = np.floor(waiting_bar(rules, world) * MICRO + 0.5).astype(np.int64)
    asked: dict[str, Asked] = {ANY: as_it_stands, WAITING: lambda terms: with_bar(terms, bar)}
    asked |= {name: held(case, name) for name in documents(case, names)}
    for name, question in asked.items():
        for row in _openings(ensemble, i, world, question):
            yield {"range": name} | row
    for name in names:
        yield {"range": name} | _changes(ensemble, world, name)


def held(case: Case, name: str) -> Asked:
    """Return what asks about a document as it stands, red lines and law set aside."""
    text = text_of(case, name).text
    fixed = {j: int(k) for j, k in enumerate(text) if k >= 0}

    def asked(terms: Terms) -> Terms:
        free = terms.stakes._replace(red=np.zeros_like(terms.stakes.red))
        return hold(Terms(free, terms.table, law=False), fixed)

    return asked


def _openings(ensemble: Ensemble, i: int, world: World, asked: Asked) -> Iterator[Row]:
    """Yield whether a range is open and, by party and instrument, what alone would open it."""
    case, table = ensemble.case, ensemble.table
    terms = asked(terms_of(world, table))
    first = _answer(OPEN, "", _is_open, terms)
    yield first
    if not first["proven"]:
        return  # whether there is anything to open is not known
    is_closed = first["amount"] == 0.0
    for p, party in enumerate(case.parties):
        yield _answer(CARROT, party, _carrot, terms, world, p)
        yield _answer(STICK, party, _stick, world, table, p, asked)
        if is_closed:
            yield _answer(TRUST, party, _trust, ensemble, i, world, p, asked)
    if is_closed:
        yield _answer(POINTS, ALL, least_points, ensemble, i, world, asked)
        for sign, p in zip((1.0, -1.0), case.belligerents, strict=True):
            yield _answer(WAR, case.parties[p], _war, world, table, sign, asked)
        yield from _pairs(case, world, terms)


def _answer(kind: str, party: str, question: Callable[..., float | None], *about: Any) -> Row:
    """Return the row of one question about a party; one that stays open is marked unproven."""
    return _row(kind, party, *settled(question, *about))


def _is_open(terms: Terms) -> float:
    return float(opens(terms))


def _carrot(terms: Terms, world: World, p: int) -> float | None:
    """Return a party's least carrot, own war-months."""
    carrot = least_carrot(terms, p)
    return None if carrot is None else carrot / MICRO / float(world.month[p])


def _stick(world: World, table: Table, p: int, asked: Asked) -> float | None:
    """Return the least stick on a party, own war-months."""
    stick = least_stick(world, table, p, asked=asked)
    return None if stick is None else stick / float(world.month[p])


def _trust(ensemble: Ensemble, i: int, world: World, p: int, asked: Asked) -> float | None:
    """Return the least trust of a party, times its own."""
    trust = least_trust(ensemble, i, world, p, asked)
    return None if trust is None else trust / own_trust(ensemble, i, p)


def _war(world: World, table: Table, sign: float, asked: Asked) -> float | None:
    """Return the first shift of the ratio of strength in one's favour that opens, %."""
    found = first_that_opens(lambda shift: asked(at_ratio(world, table, sign * shift)), SHIFTS)
    return None if found is None else 100 * float(np.expm1(found))


def _pairs(case: Case, world: World, terms: Terms) -> Iterator[Row]:
    """Yield the pairs of carrots for the belligerents that open the range, own war-months."""
    found, proven = settled(carrot_pairs, _of_two(terms), *case.belligerents)
    if found is None:
        yield _row(PAIR, "", None, proven)
        return
    one, two = (float(world.month[p]) * MICRO for p in case.belligerents)
    for x, y in found.tolist():
        yield _row(PAIR, "", x / one) | {"second": y / two}


def _of_two(terms: Terms) -> Terms:
    """Return the terms with nobody's consent but the belligerents' asked."""
    alone = terms.table._replace(needs=np.zeros_like(terms.table.needs))
    return Terms(terms.stakes, alone, terms.law)


def _changes(ensemble: Ensemble, world: World, name: str) -> Row:
    """Return the fewest points of a document to change so that all sign, and every set of them."""
    case = ensemble.case
    terms, text = terms_of(world, ensemble.table), text_of(case, name).text
    found, proven = settled(amend, terms, text)
    if found is None:
        return _row(AMEND, "", None, proven)
    ids = case.agenda.issue_ids
    sets = "|".join(";".join(ids[j] for j in points) for points in found.points)
    return _row(AMEND, "", float(found.fewest)) | {"changed": sets}


def _row(kind: str, party: str, amount: float | None, proven: bool = True) -> Row:
    return {"kind": kind, "condition": f"{kind}:{party}", "amount": amount, "proven": proven}
