"""Packages of guarantees: the best of every strength, against every package tried here."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.guarantees import best_packages, texts_of_strength
from tests.strategies import small_of


@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_no_package_of_its_strength_is_liked_better(seed, issues):
    small = small_of(seed, 3, issues)
    gen = np.random.default_rng(seed)
    text = np.array([int(gen.integers(n)) for n in small.n_options])
    free = [j for j in range(issues) if small.enforcement[j].any()]
    best = {}
    for options in itertools.product(*(range(small.n_options[j]) for j in free)):
        whole = text.copy()
        whole[free] = options
        level = sum(int(small.enforcement[j, k]) for j, k in enumerate(whole))
        gains = dict(small.gains(whole))
        refused = [any(small.red[p, j, whole[j]] for j in free) for p in (0, 1)]
        own = [None if refused[p] else gains[p] for p in (0, 1)]
        rows = (own[0], own[1], None if None in own else min(own))
        for row, worth in enumerate(rows):
            if worth is not None:
                best[row, level] = max(best.get((row, level), worth), worth)
    found = best_packages(small.world(), small.table(), (0, 1), text)
    for row, level in itertools.product(range(3), range(found.shape[1])):
        package = found[row, level]
        if (row, level) not in best:
            assert (package < 0).all()
            continue
        gains = dict(small.gains(package))
        worth = gains[row] if row < 2 else min(gains[0], gains[1])
        assert worth == best[row, level]
        fixed = [j for j in range(issues) if j not in free]
        assert (package[fixed] == text[fixed]).all()


def test_without_free_issues_the_text_is_the_only_package():
    small = small_of(3, 2, 3)
    small.enforcement[:] = 0
    small.base, small.coef = small.base[:, :1], small.coef[:, :1]
    small.link = small.link[:, :1]
    text = np.zeros(3, dtype=np.int64)
    found = best_packages(small.world()._replace(), small.table(), (0, 1), text)
    assert found.shape == (3, 1, 3)
    assert found == pytest.approx(0)


@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.booleans())
def test_a_text_of_a_strength_is_found_where_there_is_one(seed, issues, fixed):
    """The belligerents alone, no law; with one point held or none: against every text."""
    small = small_of(seed, 3, issues)
    held = {0: int(small.n_options[0]) - 1} if fixed else {}
    two = np.flatnonzero(small.belligerent)
    there = np.zeros(small.base.shape[1], dtype=bool)
    for text in itertools.product(*map(range, small.n_options)):
        level = sum(int(small.enforcement[j, k]) for j, k in enumerate(text))
        gains = dict(small.gains(text))
        crossed = any(small.red[p, j, k] for p in two for j, k in enumerate(text))
        if not crossed and all(text[j] == k for j, k in held.items()):
            there[level] |= min(gains[int(p)] for p in two) >= 0
    found = texts_of_strength(small.world(), small.table(), held)
    assert all(settled for _, settled in found)
    assert [text is not None for text, _ in found] == there.tolist()
    for level, (text, _) in enumerate(found):
        if text is not None:
            assert small.enforcement[np.arange(issues), text].sum() == level
