"""Shadow values, openings and amendments, each against listing every text."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim.amend
from sim import conditions
from sim.amend import amend
from sim.conditions import CONSENT, LAW, PARTY, POINT, RED, Condition, binding, shadows
from sim.openings import (
    at_ratio,
    at_reserve,
    carrot_pairs,
    first_that_opens,
    least_carrot,
    least_stick,
)
from sim.terms import surpluses, terms_of
from sim.zopa import exists, zopa
from tests.sim.full_size import ensemble_of
from tests.strategies import Small, small_of, smalls


def lift(small: Small, c: Condition) -> Small:
    """Lift a condition by hand, in the plain arrays of a small problem."""
    red, needs, fights = small.red.copy(), small.needs.copy(), small.belligerent.copy()
    rules = list(small.rules)
    if c.kind == PARTY:
        red[c.party], needs[:, :, c.party], fights[c.party] = False, False, False
    if c.kind == RED:
        red[c.party, c.issue, c.option] = False
    if c.kind == CONSENT:
        needs[c.issue, :, c.party] = False
    if c.kind == LAW:
        del rules[c.rule]
    if c.kind == POINT:
        red[:, c.issue] = False
        needs[c.issue] = False
        rules = [rule for rule in rules if c.issue not in (rule[0], rule[2])]
    return replace(small, red=red, needs=needs, belligerent=fights, rules=rules)


def every_condition(small: Small):
    parties, issues, _ = small.red.shape
    for p in range(parties):
        yield Condition(PARTY, p)
        for j in range(issues):
            yield Condition(CONSENT, p, j)
            yield from (Condition(RED, p, j, k) for k in range(int(small.n_options[j])))
    yield from (Condition(POINT, issue=j) for j in range(issues))
    yield from (Condition(LAW, rule=r) for r in range(len(small.rules)))


def check_shadows(small: Small) -> int:
    """Hold every shadow value against enumeration; return how many are above zero."""
    kept = small.brute_force()
    found = {s.condition: s for s in shadows(terms_of(small.world(), small.table()))}
    opens = set(binding(terms_of(small.world(), small.table())))
    for c in every_condition(small):
        lifted = lift(small, c).brute_force()
        assert lifted >= kept
        if lifted > kept:
            assert (found[c].kept, found[c].lifted) == (kept, lifted), c
            assert found[c].value == lifted - kept
        else:
            assert c not in found, c
        assert (c in opens) == (kept < 0 <= lifted), c
    return len(found)


@given(st.integers(0, 2**32 - 1), st.integers(2, 3))
def test_a_shadow_value_is_the_difference_that_enumeration_finds(seed, issues):
    check_shadows(small_of(seed, 3, issues))


@pytest.mark.thorough
@pytest.mark.parametrize("block", range(4))
def test_shadow_values_many(block):
    seeds = range(250 * block, 250 * block + 250)
    assert sum(check_shadows(small_of(s, 2 + s % 3, 2 + s % 3)) for s in seeds) > 250


def allowed(small: Small):
    for text in small.texts():
        if small.clean(text) and small.lawful(text):
            yield text, dict(small.gains(text))


@given(smalls(), st.integers(0, 1))
def test_the_least_carrot_opens_the_range_and_one_less_does_not(small, party):
    terms = terms_of(small.world(), small.table())
    least = least_carrot(terms, party)
    needed = [-g[party] for _, g in allowed(small) if all(g[p] >= 0 for p in g if p != party)]
    assert least == min(needed, default=None)


@given(smalls())
def test_pairs_of_carrots_are_those_that_open_with_nothing_to_spare(small):
    found = carrot_pairs(terms_of(small.world(), small.table()), 0, 1)
    needed = {
        (max(0, -g[0]), max(0, -g[1]))
        for _, g in allowed(small)
        if all(g[p] >= 0 for p in g if p > 1)
    }
    least = {p for p in needed if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in needed)}
    assert [tuple(p) for p in found.tolist()] == sorted(least, reverse=True)


def check_amendment(small: Small, document: np.ndarray) -> None:
    found = amend(terms_of(small.world(), small.table()), document)
    changes = {}
    for text, g in allowed(small):
        if min(g.values()) >= 0:
            points = tuple(j for j, k in enumerate(document) if k >= 0 and text[j] != k)
            changes.setdefault(len(points), set()).add(points)
    if not changes:
        assert found is None
        return
    fewest = min(changes)
    assert (found.fewest, list(found.points)) == (fewest, sorted(changes[fewest]))
    assert found.complete
    for points, text in zip(found.points, found.texts, strict=True):
        assert points == tuple(j for j, k in enumerate(document) if k >= 0 and text[j] != k)
        gains = dict(small.gains(tuple(text.tolist())))
        assert min(gains.values()) >= 0


@given(smalls(), st.integers(0, 2**32 - 1))
def test_the_fewest_changes_and_every_choice_of_them(small, seed):
    small = replace(small, base=small.base + 200_000)
    g = np.random.default_rng(seed)
    document = g.integers(-1, small.n_options)
    check_amendment(small, document)


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_no_choice_of_changes_is_met_twice(monkeypatch, seed):
    """Asked before the list begins, then once by every set: else lists take hundreds of times."""
    small = replace(small_of(seed, 2, 5), red=np.zeros((2, 5, 4), bool), rules=[])
    small = replace(small, base=small.base + 100_000)
    none = np.arange(4) >= small.n_options[:, None]
    worst = np.argmin(small.coef[:, 0].sum(axis=0) + 10**9 * none, axis=1)
    met, ask = [], sim.amend._ask
    monkeypatch.setattr(sim.amend, "_ask", lambda *about: met.append(ask(*about)) or met[-1])
    found = amend(terms_of(small.world(), small.table()), worst)
    sets = [sim.amend.changed(worst, text) for text in met if text is not None]
    assert sets[0] == sets[1]
    assert sorted(sets[1:]) == list(found.points)


def test_a_list_of_changes_that_is_cut_off_says_so():
    small = replace(small_of(5, 2, 5), red=np.zeros((2, 5, 4), bool), rules=[])
    small = replace(small, base=small.base + 100_000)
    none = np.arange(4) >= small.n_options[:, None]
    worst = np.argmin(small.coef[:, 0].sum(axis=0) + 10**9 * none, axis=1)
    terms = terms_of(small.world(), small.table())
    whole, cut = amend(terms, worst), amend(terms, worst, most=1)
    assert whole.complete
    assert len(whole.points) > 1
    assert (cut.fewest, len(cut.points), cut.complete) == (whole.fewest, 1, False)


@pytest.fixture(scope="module")
def closed(ukraine):
    """A full-size world whose range is closed by 0.01 util: the third, everybody's W higher."""
    ensemble = ensemble_of(ukraine)
    world = ensemble.world(3)
    by = zopa(world, ensemble.table).value + 0.01
    higher = world.reserve + 0.0
    terms = terms_of(world, ensemble.table)
    for _ in range(40):
        if not exists(terms.stakes, ensemble.table).exists:
            break
        higher = higher + by / 10
        terms = at_reserve(world, ensemble.table, higher)
    return world._replace(reserve=higher, base=terms.stakes.base), ensemble.table


def test_a_stick_opens_a_closed_range_to_the_micro_util(closed):
    world, table = closed
    assert np.array_equal(at_reserve(world, table, world.reserve).stakes.base, world.base)
    for party in (0, 1):
        fall = least_stick(world, table, party)
        if fall is None:
            continue
        assert fall > 0
        for by, opens in ((fall, True), (fall - 2e-6, False)):
            reserve = world.reserve - by * (np.arange(4) == party)
            stakes = at_reserve(world, table, reserve).stakes
            assert exists(stakes, table).exists == opens


def test_another_ratio_of_strength_moves_both_sides(ukraine):
    """At the ratio of today nothing moves; a stronger first side values fighting on more."""
    ensemble = ensemble_of(ukraine)
    world, table = ensemble.world(0), ensemble.table
    assert np.array_equal(at_ratio(world, table, 0.0).stakes.base, world.base)
    stronger = at_ratio(world, table, 0.3).stakes.base - world.base
    assert (stronger[0] < 0).all()
    assert (stronger[1] > 0).all()
    assert first_that_opens(lambda r: at_ratio(world, table, r), [0.0, 0.1]) == 0.0


def test_binding_conditions_of_a_full_size_world_have_names(closed, ukraine):
    world, table = closed
    terms = terms_of(world, table)
    names = conditions.binding_names(terms, ukraine)
    assert names
    if names != conditions.SEVERAL:
        for name in names.split(";"):
            assert name.split(":")[0] in (PARTY, POINT, RED, CONSENT, LAW)
    gains = surpluses(terms, np.zeros(len(table.n_options), np.int64))
    assert gains.shape == (4,)
    open_world = terms_of(ensemble_of(ukraine).world(0), table)
    assert conditions.binding_names(open_world, ukraine) == ""
