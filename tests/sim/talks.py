"""Talks put in the state a test needs; no rule of its own."""

from dataclasses import replace

import numpy as np

from sim.compiled import compiled
from sim.ensemble import prior_ensemble
from sim.fortunes import open_talks
from sim.negotiation import Negotiation
from sim.protocol import contacts
from sim.public import schedule_of
from sim.records import Record
from sim.round import begin
from sim.settings import Calendar, Seat
from sim.speaking import may_counter, view_of
from sim.state import DAY, LEADER
from sim.view import is_acceptable
from sim.zopa import zopa

NO = Seat("always_no", "agents.always_no:respond", "agents.always_no:sign", "agents.always_no:ask")


def opened(rules, world):
    """Return the talks before the first contact."""
    return compiled(open_talks)(rules, world)


def at_contact(rules, world, n):
    """Return the talks of an untouched war at contact ``n``, its fixed guests seated."""
    talks = opened(rules, world)
    talks.clock[DAY] = rules.schedule.day[n]
    begin(rules, talks, n)
    return talks


def at_leaders(rules, world, text):
    """Return the talks at a leader contact with everybody there and this text on the table."""
    talks = at_contact(rules, world, first(rules, leader=True))
    talks.clock[LEADER] = 1
    talks.present[:] = True
    talks.text[:] = text
    talks.tabled[:] = text
    return talks


def first(rules, leader, mediated=True, planned=None):
    """Return the first contact of a kind."""
    s = rules.schedule
    fits = (s.leader == leader) & (s.mediated == mediated)
    if planned is not None:
        fits &= s.planned == planned
    return int(np.flatnonzero(fits)[0])


def lawful_text(ensemble, world):
    """Return the best text of a world that keeps every rule, with some surplus for all."""
    return zopa(world, ensemble.table).text


def turned(ensemble, rules, i=0):
    """Run a world; return its record and the talks as they ended."""
    model = Negotiation(ensemble, i, rules)
    return model.run(), model.talks


def other_settings(ensemble, rules, **changes):
    """Return ensemble and rules with other seats, mediator or calendar; worlds stay the same."""
    settings = replace(ensemble.settings, **changes)
    other = prior_ensemble(ensemble.case, settings, ensemble.seed)
    calendar = settings.calendar
    schedule = schedule_of(
        contacts(ensemble.case, calendar), ensemble.case, not calendar.visit_order
    )
    changed = rules._replace(
        schedule=schedule,
        horizon=7 * calendar.horizon_weeks,
        exit_per_week=calendar.mediator_exit_per_week,
    )
    return other, changed


def stubborn(ensemble, rules, weeks=104):
    """Return ensemble and rules in which nobody signs and the mediator stays: only war ends it."""
    calendar = Calendar(horizon_weeks=weeks, mediator_exit_per_week=0.0)
    seats = {party: NO for party in ensemble.case.parties}
    return other_settings(ensemble, rules, seats=seats, calendar=calendar)


def same(a, b):
    """Say whether two records hold the same, array by array."""
    if isinstance(a, Record):
        return all(same(x, y) for x, y in zip(a, b, strict=True))
    return np.array_equal(a, b)


def counters(rules, world, talks, p):
    """Say whether a party publishes a counter-draft: it may, and is not content."""
    view = view_of(rules, world, 1, talks, p, rules.counter_edits)
    return may_counter(rules, talks, p) and not is_acceptable(view)
