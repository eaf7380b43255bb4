"""Guarantees as an instrument, on a case small enough to try every grain."""

import numpy as np
import pytest

from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.openings import as_it_stands, opens, with_bar
from sim.settings import Settings
from sim.terms import terms_of
from sim.trust import GRAIN, at_trust, least_points, least_trust, own_trust
from sim.zopa import zopa

WORLDS = 40


@pytest.fixture(scope="module")
def camp():
    return prior_ensemble(load_case("camp_david"), Settings(), 2026)


def test_own_trust_gives_the_world_itself(camp):
    for i in range(5):
        world = camp.world(i)
        own = {p: own_trust(camp, i, p) for p in range(len(world.reserve))}
        found = at_trust(camp, i, world, own).stakes
        for name in ("coef", "base", "link"):
            assert np.array_equal(getattr(found, name), getattr(world, name))


def closed_by(camp, i, party, by):
    """Ask about a range that one party's bar, ``by`` micro-util above the best text, closes."""
    world, bar = camp.world(i), np.zeros(3, np.int64)
    bar[party] = by

    def asked(terms):
        return with_bar(terms, bar)

    return world, asked


def test_the_least_trust_opens_and_a_grain_less_does_not(camp):
    """One party's bar is set just above what any text gives it, so that its trust decides."""
    met = 0
    for i in range(WORLDS):
        party = i % 2
        world = camp.world(i)
        best = zopa(world, camp.table).value
        for over in (0.002, 0.01):
            world, asked = closed_by(camp, i, party, round(1e6 * (best + over)))
            own = own_trust(camp, i, party)
            if opens(asked(terms_of(world, camp.table))):
                assert least_trust(camp, i, world, party, asked) == own
                continue
            least = least_trust(camp, i, world, party, asked)
            if least is None:
                continue
            met += 1
            assert least > own
            assert opens(asked(at_trust(camp, i, world, {party: least})))
            assert not opens(asked(at_trust(camp, i, world, {party: least - GRAIN})))
            for more in np.linspace(least, 1.2 * least, 5):
                assert opens(asked(at_trust(camp, i, world, {party: float(more)})))
    assert met > 0


def test_no_further_point_is_needed_where_the_range_is_open(camp):
    world = camp.world(0)
    is_open = opens(terms_of(world, camp.table))
    assert (least_points(camp, 0, world, as_it_stands) == 0) == is_open
