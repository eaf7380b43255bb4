"""Protocol: the single negotiating text, and who may speak when (theory 3.2, 0b d).

A round is one **contact**: a dated meeting with its parties and level. The record's contacts come
first, the mediator's own plan after; war and politics advance by the days between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from sim.case import Case
from sim.settings import Calendar

LEADER, ENVOY = "leader", "envoy"


@dataclass(frozen=True)
class Contact:
    """One meeting: ``parties`` are party numbers, in the case's order."""

    day: date
    place: str
    level: str
    parties: tuple[int, ...]
    mediated: bool
    recorded: bool

    @property
    def is_leader(self) -> bool:
        """Whether leaders sit at the table; envoys count as experts."""
        return self.level == LEADER


def recorded_contacts(case: Case) -> list[Contact]:
    """Return the record's meetings from the case's start on, in order of date."""
    contacts = []
    for m in case.tables.meetings:
        if m.date < case.start:
            continue
        parties = tuple(sorted(case.party_index(p) for p in m.parties))
        level = LEADER if m.level == LEADER else ENVOY
        contacts.append(Contact(m.date, m.place, level, parties, case.mediator in parties, True))
    return sorted(contacts, key=lambda c: c.day)


def _visit_order(case: Case, calendar: Calendar) -> list[int]:
    if calendar.visit_order:
        return [case.party_index(p) for p in calendar.visit_order]
    return [p for p in range(len(case.parties)) if p != case.mediator]


def planned_contacts(case: Case, calendar: Calendar, after: date) -> Iterator[Contact]:
    """Yield the simple plan: envoys visit the parties in turn, leaders the belligerents (ours)."""
    order = _visit_order(case, calendar)
    envoys = cycle(order)
    leaders = cycle([p for p in order if p in case.belligerents] or order)
    day = after
    next_leader = after + timedelta(weeks=calendar.leader_every_weeks)
    while True:
        day += timedelta(days=calendar.days_between)
        leader = day >= next_leader
        if leader:
            next_leader += timedelta(weeks=calendar.leader_every_weeks)
        host = next(leaders if leader else envoys)
        parties = tuple(sorted((host, case.mediator)))
        level = LEADER if leader else ENVOY
        yield Contact(day, f"talks with {case.parties[host]}", level, parties, True, False)


def contacts(case: Case, calendar: Calendar) -> list[Contact]:
    """Return every contact up to the horizon, in order of date."""
    recorded = recorded_contacts(case) if calendar.record else []
    end = case.start + timedelta(weeks=calendar.horizon_weeks)
    last = recorded[-1].day if recorded else case.start
    schedule = list(recorded)
    for contact in planned_contacts(case, calendar, last):
        if contact.day > end:
            break
        schedule.append(contact)
    return [c for c in schedule if c.day <= end]
