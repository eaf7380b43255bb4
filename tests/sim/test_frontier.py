"""Range, frontier and solutions against every text listed; two methods against each other."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.frontier import beyond, corner_by_corner, frontier, is_additive, text_at
from sim.solutions import of_all, of_two
from sim.terms import Terms, ceiling, hold, require, surpluses, terms_of
from tests.strategies import Small, small_of, smalls

POINTS = 12


def terms(small: Small, law: bool = True) -> Terms:
    return terms_of(small.world(), small.table(), law)


def eased(small: Small, by: int = 250_000) -> Small:
    """Raise everybody's surplus, so that more often than not there is a range to look at."""
    return replace(small, base=small.base + by)


def allowed(small: Small, law: bool = True):
    """Yield every text that may be signed, with the surplus of all parties and who must sign."""
    for text in small.texts():
        if small.clean(text) and (small.lawful(text) or not law):
            yield text, all_gains(small, text), {p for p, _ in small.gains(text)}


def all_gains(small: Small, text) -> list[int]:
    everybody = replace(small, belligerent=np.ones(len(small.belligerent), dtype=bool))
    return [s for _, s in everybody.gains(text)]


def undominated(pairs) -> list[tuple[int, int]]:
    """List pairs that no other pair is at least as good as in both, first rising."""
    kept = [
        p for p in set(pairs) if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in pairs)
    ]
    return sorted(kept)


def pairs_of(small: Small, floor=(0, 0), law=True):
    return {
        (g[0], g[1])
        for _, g, signs in allowed(small, law)
        if g[0] >= floor[0] and g[1] >= floor[1] and all(g[p] >= 0 for p in signs - {0, 1})
    }


@given(smalls(), st.booleans())
def test_the_frontier_is_what_enumerating_every_text_finds(small, law):
    small = eased(small)
    found = frontier(terms(small, law), 0, 1)
    assert [tuple(p) for p in found.points.tolist()] == undominated(pairs_of(small, law=law))


@given(smalls(), st.integers(-500_000, 200_000), st.integers(-500_000, 200_000))
def test_a_floor_other_than_fighting_on(small, x, y):
    found = frontier(terms(small), 0, 1, (x, y))
    assert [tuple(p) for p in found.points.tolist()] == undominated(pairs_of(small, (x, y)))


def plain(small: Small) -> Small:
    """Leave out whatever is not a sum over issues: linkages, rules, consent."""
    parties, levels = small.base.shape
    return replace(
        small, rules=[], needs=np.zeros_like(small.needs), links=np.zeros((0, 4), dtype=np.int64),
        link=np.zeros((parties, levels, 0), dtype=np.int64),
    )  # fmt: skip


@given(smalls())
def test_where_gains_are_sums_the_programme_finds_the_same_points(small):
    small = plain(eased(small))
    assert is_additive(terms(small), 0, 1)
    assert [tuple(p) for p in frontier(terms(small), 0, 1).points] == undominated(pairs_of(small))


def both_methods(seed: int) -> None:
    case = terms(plain(eased(small_of(seed, 3, POINTS))))
    programme = frontier(case, 0, 1).points
    asked = corner_by_corner(lambda corner: beyond(case, 0, 1, corner), (0, 0))
    assert np.array_equal(programme, asked), seed


@pytest.mark.parametrize("seed", range(5))
def test_two_methods_agree_point_for_point(seed):
    both_methods(seed)


@pytest.mark.thorough
@pytest.mark.parametrize("block", range(4))
def test_two_methods_agree_point_for_point_200(block):
    for seed in range(50 * block, 50 * block + 50):
        both_methods(seed)


@given(smalls(), st.integers(0, 3))
def test_a_ceiling_is_the_largest_gain_that_leaves_the_others_at_zero(small, party):
    """Also of a party no option needs: then it signs all the same."""
    small = eased(small, 150_000)
    party %= len(small.belligerent)
    forced = small.belligerent.copy()
    forced[party] = True
    texts = allowed(replace(small, belligerent=forced))
    most = [g[party] for _, g, signs in texts if all(g[p] >= 0 for p in signs - {party})]
    found = ceiling(terms(small), party)
    assert (None if found is None else found[0]) == max(most, default=None)
    if found is not None:
        assert surpluses(terms(small), found[1])[party] == found[0]


@given(smalls(), st.integers(0, 10**6))
def test_what_is_held_stays_and_the_rest_is_as_good_as_can_be(small, pick):
    small = eased(small)
    issue = pick % len(small.n_options)
    option = pick // 7 % int(small.n_options[issue])
    most = [g[0] for text, g, signs in allowed(small)
            if text[issue] == option and all(g[p] >= 0 for p in signs - {0})]  # fmt: skip
    found = ceiling(hold(terms(small), {issue: option}), 0)
    assert (None if found is None else found[0]) == max(most, default=None)
    if found is not None:
        assert found[1][issue] == option


@given(smalls())
def test_the_solutions_of_two_are_the_best_of_the_frontier(small):
    small = eased(small)
    case, ratio = terms(small), np.array([1, 3, 1, 1])[: len(small.base)]
    front = frontier(case, 0, 1)
    found = of_two(case, front, ratio)
    pairs = [tuple(p) for p in front.points.tolist()]
    assert bool(found) == bool(pairs)
    if pairs:
        a, b = max(p[0] for p in pairs), max(p[1] for p in pairs)
        value = {
            "nash": lambda g: g[0] * g[1],
            "kalai_smorodinsky": lambda g: min(g[0] * b, g[1] * a),
            "leximin": lambda g: sorted((g[0], 3 * g[1])),
            "utilitarian": lambda g: g[0] + 3 * g[1],
        }
        for name, solution in found.items():
            assert value[name](solution.gains) == max(map(value[name], pairs)), name
        assert tuple(surpluses(case, text_at(case, front, 0))[:2]) == pairs[0]


def check_all(small: Small) -> bool:
    """Hold the N-party solutions against all texts; say whether there was one to compare."""
    everybody = replace(small, belligerent=np.ones(len(small.belligerent), dtype=bool))
    gains = [g for _, g, _ in allowed(everybody) if min(g) >= 0]
    ratio = np.array([1, 3, 1, 2])[: len(small.base)]
    found = of_all(terms(small), ratio)
    assert bool(found) == bool(gains)
    if not gains:
        return False
    most = [max(g[p] for g in gains) for p in range(len(ratio))]
    value = {
        "nash": lambda g: prod(map(int, g)),
        "kalai_smorodinsky": lambda g: min(
            (int(s) / m for s, m in zip(g, most, strict=True) if m), default=1.0
        ),
        "leximin": lambda g: sorted(int(s) * int(r) for s, r in zip(g, ratio, strict=True)),
        "utilitarian": lambda g: int(np.dot(g, ratio)),
    }  # fmt: skip
    for name, solution in found.items():
        assert value[name](solution.gains) == max(map(value[name], gains)), name
    return True


@given(smalls())
def test_the_solutions_of_all_are_the_best_of_every_text(small):
    check_all(eased(small))


@given(smalls(), st.integers(0, 3), st.integers(1, 150_000))
def test_a_better_alternative_never_lowers_what_nash_gives_its_holder(small, party, by):
    """Disagreement-point monotonicity (Thomson 1987), two parties, counted from the old point."""
    small = eased(small)
    party %= 2
    ratio = np.ones(len(small.base), dtype=np.int64)
    better = small.base.copy()
    better[party] -= by
    before, after = terms(small), terms(replace(small, base=better))
    first, second = (of_two(t, frontier(t, 0, 1), ratio) for t in (before, after))
    if first and second and min(first["nash"].gains[:2]) > 0 and min(second["nash"].gains[:2]) > 0:
        assert second["nash"].gains[party] + by >= first["nash"].gains[party]
        assert second["nash"].gains[1 - party] <= first["nash"].gains[1 - party]


@pytest.mark.thorough
@pytest.mark.parametrize("block", range(4))
def test_frontier_and_solutions_many(block):
    """1,000 problems with everything switched on."""
    compared = 0
    for seed in range(250 * block, 250 * block + 250):
        small = eased(small_of(seed, 2 + seed % 3, 2 + seed % 4))
        found = frontier(terms(small), 0, 1)
        assert [tuple(p) for p in found.points.tolist()] == undominated(pairs_of(small)), seed
        compared += check_all(small)
    assert compared > 100


def test_who_is_required_signs_whatever_the_text_holds():
    small = small_of(3, 3, 4)
    case = require(terms(replace(small, needs=np.zeros_like(small.needs))), 2)
    assert case.table.belligerent.tolist() == [True, True, True]
