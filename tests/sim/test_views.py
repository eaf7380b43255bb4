"""A negotiator sees a View, never the World: spoil everybody else's arrays, the same action."""

import numpy as np
import pytest

from agents.seating import ASK, REDRAFT, RESPOND, SIGN, VISIT
from sim.compiled import compiled
from sim.fortunes import forecast, wait_for
from sim.round import mediator_view
from sim.seats import find_rule, own_copy
from sim.signing import verdict
from sim.speaking import view_of
from sim.state import LEADER
from sim.view import View
from tests.sim.talks import at_contact, at_leaders, counters, first, lawful_text, same

SENTINELS = (10**9, -(10**9))
OWN_WORLD = (
    "weight", "value", "red", "threshold", "reserve", "month", "coef", "base", "link", "peace",
    "holdout",
)  # fmt: skip
OWN_FIGHTING = ("hazard", "cohesion", "table", "neutral")
OWN_FORTUNES = ("reserve", "base", "holdout", "anchor", "hope")
PARTIES = range(4)


def spoil(record, names, parties, sentinel):
    """Return a record with sentinels in the rows of these parties."""
    changed = {}
    for name in names:
        array = getattr(record, name).copy()
        array[parties] = ~array[parties] if array.dtype == np.bool_ else sentinel
        changed[name] = array
    return record._replace(**changed)


def spoilt_world(world, parties, sentinel):
    """Fill the private arrays of these parties, and what only the war itself knows."""
    fighting = spoil(world.fighting, OWN_FIGHTING, parties, sentinel)
    law = fighting.law._replace(drift=float(sentinel), hazard=np.full_like(fighting.law.hazard, 9))
    return spoil(world, OWN_WORLD, parties, sentinel)._replace(
        fighting=fighting._replace(law=law), hazard=law.hazard
    )


def spoilt_talks(talks, parties, sentinel):
    return talks._replace(fortunes=spoil(talks.fortunes, OWN_FORTUNES, parties, sentinel))


def others(p):
    return [q for q in PARTIES if q != p]


@pytest.fixture(scope="module")
def tabled(ensemble, rules, worlds):
    """Leaders of every party at a table with a lawful text, in one world."""
    return worlds[1], at_leaders(rules, worlds[1], lawful_text(ensemble, worlds[1]))


def acts_of(view):
    """Return all that every shipped manner of a party does about a text."""
    answers = [find_rule(name)(view).tolist() for name in RESPOND]
    asks = [find_rule(name)(view).tolist() for name in ASK]
    signs = [verdict(view, find_rule(name)(view)) for name in SIGN]
    return answers, asks, signs


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize("party", PARTIES)
def test_what_a_party_does_needs_nobody_elses_arrays(rules, tabled, party, sentinel):
    world, talks = tabled
    look = compiled(view_of)
    view = look(rules, world, 1, talks, party, 3)
    spoilt = spoilt_world(world, others(party), sentinel)
    odd = look(rules, spoilt, 1, spoilt_talks(talks, others(party), sentinel), party, 3)
    assert acts_of(odd) == acts_of(view)
    assert same(view, odd)
    own = spoil(world, ("red", "value"), [party], 0.0)
    changed = look(rules, own, 1, talks, party, 3)
    assert acts_of(changed) != acts_of(view)


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_whether_a_party_publishes_a_counter_draft_needs_nobody_elses_arrays(
    rules, tabled, sentinel
):
    world, talks = tabled
    party = next(p for p in PARTIES if p != rules.mediator and not rules.table.belligerent[p])
    spoilt = spoilt_world(world, others(party), sentinel)
    odd = spoilt_talks(talks, others(party), sentinel)
    before = counters(rules, world, talks, party)
    assert counters(rules, spoilt, odd, party) == before
    rich, poor = (
        talks._replace(fortunes=spoil(talks.fortunes, ("base",), [party], s)) for s in SENTINELS
    )
    assert not counters(rules, world, rich, party)
    assert counters(rules, world, poor, party)


def drafts_of(view):
    return [find_rule(name)(view).tolist() for name in REDRAFT]


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize("leader", [False, True])
def test_what_the_mediator_drafts_needs_nobody_elses_arrays(rules, worlds, leader, sentinel):
    world, m = worlds[2], rules.mediator
    n = first(rules, leader=leader)
    talks = at_contact(rules, world, n)
    editable = np.ones(len(talks.text), dtype=np.bool_)
    look = compiled(mediator_view)
    view = look(rules, world, 2, talks, n, editable, 2)
    spoilt = spoilt_world(world, others(m), sentinel)
    odd = look(rules, spoilt, 2, spoilt_talks(talks, others(m), sentinel), n, editable, 2)
    assert same(view, odd)
    assert drafts_of(odd) == drafts_of(view)
    own = world._replace(coef=world.coef[:, :, :, ::-1].copy())
    greedy = rules._replace(weight_accept=0.0)
    mine, reversed_ = (look(greedy, w, 2, talks, n, editable, 2) for w in (world, own))
    assert drafts_of(mine) != drafts_of(reversed_)


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_whom_the_mediator_visits_needs_nobody_elses_arrays(rules, worlds, sentinel):
    world, m = worlds[2], rules.mediator
    n = first(rules, leader=False, planned=True)
    talks = at_contact(rules, world, n)
    welcome = np.array([p != m for p in PARTIES])
    spoilt = spoilt_world(world, others(m), sentinel)
    odd = spoilt_talks(talks, others(m), sentinel)
    views = [
        compiled(mediator_view)(rules, w, 2, t, n, welcome, 0)
        for w, t in ((world, talks), (spoilt, odd))
    ]
    for name in VISIT:
        assert find_rule(name)(views[0]) == find_rule(name)(views[1])


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize("party", [0, 1])
def test_what_a_side_waits_for_needs_nobody_elses_arrays(rules, worlds, party, sentinel):
    """Nor does it need the drift and the hazards of the war as they truly are."""
    found = []
    for spoilt in (False, True):
        world, talks = worlds[3], at_contact(rules, worlds[3], 0)
        if spoilt:
            world = spoilt_world(world, others(party), sentinel)
            talks = spoilt_talks(talks, others(party), sentinel)
        forecast(rules, world, talks, party)
        found.append((*talks.fortunes.hope[party], wait_for(rules, world, talks, party)))
    assert found[0] == found[1]
    own = worlds[3]._replace(coef=worlds[3].coef + 10_000)
    talks = at_contact(rules, own, 0)
    forecast(rules, own, talks, party)
    assert wait_for(rules, own, talks, party) > found[0][-1] > 0.0


def test_a_shipped_rule_leaves_its_view_as_it_found_it(rules, tabled):
    """So the engine hands it the arrays themselves, not copies."""
    world, talks = tabled
    n = first(rules, leader=True)
    view = compiled(view_of)(rules, world, 1, talks, 1, 3)
    before = own_copy(view)
    acts_of(view)
    assert same(view, before)
    draft = compiled(mediator_view)(
        rules, world, 1, talks, n, np.ones(len(talks.text), dtype=np.bool_), 3
    )
    visits = compiled(mediator_view)(rules, world, 1, talks, n, np.ones(4, dtype=np.bool_), 0)
    copies = own_copy(draft), own_copy(visits)
    drafts_of(draft)
    for name in VISIT:
        find_rule(name)(visits)
    assert same(draft, copies[0])
    assert same(visits, copies[1])


def test_leaders_and_envoys_are_told_apart(rules, tabled):
    """The posture in the view is the one of the level of the contact, and nothing else moves."""
    world, talks = tabled
    leader = compiled(view_of)(rules, world, 1, talks, 1, 3)
    assert leader.posture == world.posture[0]
    talks.clock[LEADER] = 0
    envoy = compiled(view_of)(rules, world, 1, talks, 1, 3)
    talks.clock[LEADER] = 1
    assert envoy.posture == world.posture[2]
    fields = [f for f in View._fields if f not in ("posture", "luck")]
    assert all(same(getattr(leader, f), getattr(envoy, f)) for f in fields)
