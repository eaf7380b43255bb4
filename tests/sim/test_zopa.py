"""The exact range: brute force, and what theory says must happen when the problem changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim.zopa
from sim.zopa import exists, zopa
from tests.strategies import Small, small_of, smalls


def solve(small: Small, **options):
    return zopa(small.world(), small.table(), **options)


@given(smalls(), st.booleans())
def test_zopa_is_what_enumerating_every_text_finds(small, law):
    """The proven value equals brute force, with and without implications."""
    answer = solve(small, law=law)
    assert answer.proven
    assert answer.value == small.brute_force(law)


@given(smalls(), st.booleans())
def test_what_the_search_leaves_open_highs_settles_alike(small, law):
    """With no node to spend, every case that could beat the best text goes to HiGHS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.zopa, "MAX_NODES", 0)
        answer = solve(small, law=law)
    assert answer.proven
    assert answer.value == small.brute_force(law)


@given(smalls(), st.integers(-1, 1), st.booleans())
def test_existence_is_the_sign_of_what_enumeration_finds(small, above, law):
    """At the knife's edge: the bar one micro-util below, at, or above the best text."""
    best = small.brute_force(law)
    bar = np.full(len(small.base), (0.0 if best == -np.inf else best) + above / 1e6)
    answer = exists(small.world(), small.table(), law=law, bar=bar)
    assert answer.proven
    assert answer.exists == (best > -np.inf and above <= 0)
    if answer.text is not None:
        text = tuple(int(k) for k in answer.text)
        assert small.clean(text)
        assert small.lawful(text) or not law
        assert all(s / 1e6 >= bar[0] - 1e-9 for _, s in small.gains(text))


@given(smalls(), st.integers(0, 2**32 - 1))
def test_a_bar_is_the_same_as_a_better_alternative(small, seed):
    """S >= h: the bar is subtracted from every party's surplus before the smallest is taken."""
    bar = np.random.default_rng(seed).integers(0, 200_000, len(small.base))
    later = replace(small, base=small.base - bar[:, None])
    assert solve(small, bar=bar / 1e6).value == later.brute_force()
    assert solve(small, bar=bar / 1e6).value == solve(later).value


@given(smalls())
def test_the_text_of_the_zopa_attains_it(small):
    """The witness keeps the law, crosses no red line and is worth what is claimed."""
    answer = solve(small)
    if answer.text is not None:
        text = tuple(int(k) for k in answer.text)
        assert small.lawful(text)
        assert small.clean(text)
        assert min(s for _, s in small.gains(text)) / 1e6 == answer.value


@given(smalls())
def test_months_and_util_agree_on_the_sign(small):
    """The scale moves the maximiser, never the sign (0b b)."""
    assert (solve(small).value >= 0) == (solve(small, unit="months").value >= 0)


@given(smalls(), st.integers(0, 10**6))
def test_one_more_red_line_never_opens_the_range(small, pick):
    red = small.red.copy()
    red.flat[pick % red.size] = True
    assert solve(replace(small, red=red)).value <= solve(small).value


@given(smalls(least_parties=3), st.integers(0, 10**6))
def test_one_more_consent_never_opens_the_range(small, pick):
    needs = small.needs.copy()
    needs.flat[pick % needs.size] = True
    assert solve(replace(small, needs=needs)).value <= solve(small).value


@given(smalls(), st.integers(0, 3), st.integers(1, 200_000))
def test_a_better_alternative_never_opens_the_range(small, party, by):
    """Raising a reservation value lowers that party's constants at every level."""
    base = small.base.copy()
    base[party % len(base)] -= by
    assert solve(replace(small, base=base)).value <= solve(small).value


@given(smalls(), st.integers(0, 3), st.integers(2, 9))
def test_rescaling_a_partys_utility_changes_no_sign(small, party, factor):
    """Affine rescaling, V - W counted in other units: same answer to 'is there a text?'."""
    coef, base = small.coef.copy(), small.base.copy()
    p = party % len(base)
    coef[p] *= factor
    base[p] *= factor
    link = small.link.copy()
    link[p] *= factor
    assert (solve(replace(small, coef=coef, base=base, link=link)).value >= 0) == (
        solve(small).value >= 0
    )


@given(smalls(), st.randoms(use_true_random=False))
def test_relabelling_issues_and_parties_changes_nothing(small, random):
    issues = list(range(len(small.n_options)))
    random.shuffle(issues)
    new_at = {old: new for new, old in enumerate(issues)}
    parties = list(range(len(small.belligerent)))
    random.shuffle(parties)
    relabelled = Small(
        coef=small.coef[np.ix_(parties, range(small.coef.shape[1]), issues, range(4))],
        base=small.base[parties],
        red=small.red[np.ix_(parties, issues, range(4))],
        n_options=small.n_options[issues],
        enforcement=small.enforcement[issues],
        needs=small.needs[np.ix_(issues, range(4), parties)],
        belligerent=small.belligerent[parties],
        rules=[(new_at[a], b, new_at[c], ok) for a, b, c, ok in small.rules],
        month=small.month[parties],
        links=np.array([(new_at[i], k, new_at[j], m) for i, k, j, m in small.links]).reshape(-1, 4),
        link=small.link[parties],
    )
    assert solve(relabelled).value == solve(small).value


def test_when_every_text_crosses_a_red_line_the_range_is_minus_infinity():
    small = small_of(7, 2, 3)
    answer = solve(replace(small, red=np.ones_like(small.red)))
    assert answer.value == -np.inf
    assert answer.proven
    assert answer.text is None


def test_two_binary_points_give_each_side_its_heavy_point():
    """Weights .8/.2 against .2/.8: the smallest gain is 0.8, not the split's 0.5 (V3)."""
    weight = np.array([[0.8, 0.2], [0.2, 0.8]])
    value = np.array([[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]])
    coef = np.round(1e6 * weight[:, :, None] * value).astype(np.int64)[:, None]
    small = Small(
        coef, np.zeros((2, 1), dtype=np.int64), np.zeros((2, 2, 2), dtype=bool),
        np.array([2, 2]), np.zeros((2, 2), dtype=np.int64), np.zeros((2, 2, 2), dtype=bool),
        np.array([True, True]), [], np.ones(2),
    )  # fmt: skip
    assert solve(small).value == pytest.approx(0.8)


@pytest.mark.thorough
def test_brute_force_many():
    for seed in range(2000):
        small = small_of(seed, 2 + seed % 3, 2 + seed % 5)
        assert solve(small).value == small.brute_force(), seed


def tight_small(seed: int) -> Small:
    """Build a problem so bound by rules that lawful texts are rare: the search starts blind."""
    rng = np.random.default_rng(seed)
    issues, options, rules = 8, 3, 40
    then = [int((a + 1 + rng.integers(0, issues - 1)) % issues) for a in range(issues)]
    triggers = [(int(rng.integers(issues)), int(rng.integers(options))) for _ in range(rules)]
    keep = [tuple(int(k) for k in range(options) if rng.random() < 0.5) for _ in range(rules)]
    return Small(
        coef=rng.integers(0, 125_000, (2, 1, issues, options)).astype(np.int64),
        base=-rng.integers(300_000, 1_100_000, (2, 1)).astype(np.int64),
        red=rng.random((2, issues, options)) < 0.05,
        n_options=np.full(issues, options),
        enforcement=np.zeros((issues, options), dtype=np.int64),
        needs=np.zeros((issues, options, 2), dtype=bool),
        belligerent=np.ones(2, dtype=bool),
        rules=[(a, k, then[a], ok) for (a, k), ok in zip(triggers, keep, strict=True)],
        month=np.full(2, 0.01),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_proof_holds_where_no_lawful_text_was_known_when_the_search_began(seed):
    """Once the aim without an incumbent overflowed and feasible texts were struck."""
    small = tight_small(seed)
    answer = solve(small)
    assert answer.proven
    assert answer.value == small.brute_force()


def test_war_months_too_unequal_to_count_are_refused_not_wrapped():
    small = small_of(3, 2, 4)
    with pytest.raises(OverflowError, match="differ too much"):
        solve(replace(small, month=np.array([1.0, 1e-12])), unit="months")
