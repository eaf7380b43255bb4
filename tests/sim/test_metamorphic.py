"""What theory says must happen to range and solutions when the problem changes (theory 7).

The quick ring runs a slice of cases through the functions a user calls; the long ring 20,000 in one
compiled loop (:mod:`tests.sim.metamorphic_batch`), of which the quick ring takes the first in plain
Python.
"""

from dataclasses import replace

import numpy as np
import pytest

from sim.certificate import check
from sim.frontier import frontier
from sim.solutions import leximin_text, of_two
from sim.tangents import nash_text
from sim.terms import ceiling, require, search, surpluses, terms_of
from sim.zopa import zopa
from tests.sim.full_size import ensemble_of
from tests.sim.metamorphic_batch import PROPERTIES, violations
from tests.strategies import Small, small_of

CASES, QUICK = 20_000, 25


def eased(seed: int, parties: int) -> Small:
    small = small_of(seed, parties, 2 + seed % 3)
    return replace(small, base=small.base + 250_000)


def terms(small: Small):
    return terms_of(small.world(), small.table())


def value(small: Small) -> float:
    return zopa(small.world(), small.table()).value


def poorer(small: Small, party: int, by: int) -> Small:
    """Raise what fighting on is worth to a party: every text is worth less to it beyond that."""
    base = small.base.copy()
    base[party] -= by
    return replace(small, base=base)


def a_better_alternative_of_two(seed: int) -> None:
    """Its holder never gets less in any solution, the other never more; its worst deal rises."""
    g = np.random.default_rng(seed)
    small = eased(seed, 2)
    party, by = int(g.integers(2)), int(g.integers(1, 150_000))
    ratio = np.ones(2, np.int64)
    fronts = [frontier(terms(s), 0, 1) for s in (small, poorer(small, party, by))]
    before = of_two(terms(small), fronts[0], ratio)
    after = of_two(terms(poorer(small, party, by)), fronts[1], ratio)
    assert len(fronts[1].points) <= len(fronts[0].points)
    for name in after:
        assert after[name].gains[party] + by >= before[name].gains[party], name
        assert after[name].gains[1 - party] <= before[name].gains[1 - party], name
    if len(fronts[1].points):
        worst = [front.points[:, party].min() for front in fronts]
        assert worst[1] + by >= worst[0]


def a_better_alternative_of_three(seed: int) -> None:
    """Nash and leximin of three never give the holder less than before."""
    g = np.random.default_rng(seed)
    small = eased(seed, 3)
    party, by = int(g.integers(3)), int(g.integers(1, 100_000))
    ratio, gains = np.ones(3, np.int64), []
    for s in (small, poorer(small, party, by)):
        case = require(terms(s), 0, 1, 2)
        if search(case, np.ones(3, np.int64)) is None:
            return
        even = leximin_text(case, ratio)
        gains.append([surpluses(case, text) for text in (even, nash_text(case, even))])
    for before, after in zip(*gains, strict=True):
        assert after[party] + by >= before[party]


def the_range(seed: int) -> None:
    """Falls with a better alternative, a red line, a consent; keeps its sign when rescaled."""
    g = np.random.default_rng(seed)
    small = eased(seed, 3)
    kept, party = value(small), int(g.integers(3))
    assert value(poorer(small, party, int(g.integers(1, 200_000)))) <= kept
    for name in ("red", "needs"):
        more = getattr(small, name).copy()
        more.flat[g.integers(more.size)] = True
        assert value(replace(small, **{name: more})) <= kept
    factor = int(g.integers(2, 9))
    other = {name: getattr(small, name).copy() for name in ("coef", "base", "link")}
    for array in other.values():
        array[party] *= factor
    assert (value(replace(small, **other)) >= 0) == (kept >= 0)


def rescaling(seed: int) -> None:
    """Nash and Kalai-Smorodinsky pick the same deal in whatever units a party counts."""
    small = eased(seed, 2)
    factor, party = 2 + seed % 7, seed % 2
    other = {n: getattr(small, n).copy() for n in ("coef", "base", "link")}
    for array in other.values():
        array[party] *= factor
    ratio, picked = np.ones(2, np.int64), []
    for s in (small, replace(small, **other)):
        picked.append(of_two(terms(s), frontier(terms(s), 0, 1), ratio))
    for name in ("nash", "kalai_smorodinsky"):
        if picked[0]:
            unit = np.where(np.arange(2) == party, factor, 1)
            assert (picked[1][name].gains == picked[0][name].gains * unit).all(), name


def a_point_twice(seed: int) -> None:
    """Split over two linked points nothing changes; unlinked, the range can only widen."""
    small = eased(seed, 2)
    j = seed % len(small.n_options)
    half = small.coef[:, :, j] // 2
    coef = np.concatenate([small.coef, (small.coef[:, :, j] - half)[:, :, None]], axis=2)
    coef[:, :, j] = half
    n, k = len(small.n_options), range(int(small.n_options[j]))
    alike = [(a, o, b, (o,)) for o in k for a, b in ((j, n), (n, j))]
    twice = replace(
        small,
        coef=coef,
        red=np.concatenate([small.red, small.red[:, j : j + 1]], axis=1),
        n_options=np.append(small.n_options, small.n_options[j]),
        enforcement=np.concatenate([small.enforcement, np.zeros_like(small.enforcement[:1])]),
        needs=np.concatenate([small.needs, small.needs[j : j + 1]]),
        rules=[*small.rules, *alike],
    )
    assert value(twice) == value(small)
    assert value(replace(twice, rules=small.rules)) >= value(small)


CHECKS = (
    a_better_alternative_of_two,
    a_better_alternative_of_three,
    the_range,
    rescaling,
    a_point_twice,
)


@pytest.mark.parametrize("holds", CHECKS, ids=lambda f: f.__name__)
def test_a_slice(holds):
    for seed in range(QUICK):
        holds(seed)


@pytest.mark.thorough
def test_all_in_one_compiled_loop():
    found, (opened, closed) = violations(0, CASES)
    assert found == dict.fromkeys(PROPERTIES, 0)
    assert opened + closed == CASES
    assert min(opened, closed) > CASES // 20


def test_a_few_of_the_loop_in_plain_python(monkeypatch):
    """Each case is met by its number alone: the first few of the long ring, uncompiled."""
    monkeypatch.setenv("TANGO_PLAIN", "1")
    found, met = violations(0, 3)
    assert found == dict.fromkeys(PROPERTIES, 0)
    assert sum(met) == 3


@pytest.mark.thorough
@pytest.mark.parametrize("block", range(10))
def test_the_proof_of_every_world_of_a_job_is_checked(block, ukraine):
    """1,000 worlds as the main job draws them, by a checker that knows no solver."""
    ensemble = ensemble_of(ukraine)
    for i in range(100 * block, 100 * block + 100):
        world = ensemble.world(i)
        answer = zopa(world, ensemble.table, certificate=True)
        assert answer.proven
        assert check(answer.certificate, world, ensemble.table), i


def test_a_ceiling_is_what_remains_when_a_party_pays_for_it():
    """Lowered by its ceiling a party is just at zero, and one micro-util more closes the range."""
    closed = 0
    for seed in range(QUICK):
        small = eased(seed, 3)
        found = ceiling(terms(small), 0)
        if found is not None and found[0] >= 0:
            assert value(poorer(small, 0, found[0])) >= 0
            assert value(poorer(small, 0, found[0] + 1)) < 0
            closed += 1
    assert closed > QUICK // 4
