"""Renewal: worn blocks get new draws near the old ones, and nothing else changes."""

import numpy as np
import pytest

from sim.belief import open_belief
from sim.compiled import compiled
from sim.particles import fill_chances, fill_said, fill_wanted
from sim.renewal import jitter, own_particles, renew
from tests.toys import learn_status, toy_particles

TOY = toy_particles(size=200)


def worn(p=1, j=2, answers=9):
    """Return a belief worn on one issue, and particles of its own."""
    belief, own = open_belief(TOY), own_particles(TOY)
    for _ in range(answers):
        learn_status(belief, own, 0, p, j, 0, 2)
        learn_status(belief, own, 0, p, j, 2, 0)
    return belief, own


def test_only_worn_blocks_are_renewed_and_the_prior_stays_as_it_was():
    first = own_particles(TOY)
    belief, own = worn()
    assert 1 / (belief.weight[1, 2] ** 2).sum() < 100
    assert renew(belief, own, 1, 7, 0, 3) == 1
    assert belief.weight[1, 2] == pytest.approx(1 / 200)
    assert renew(belief, own, 0, 7, 0, 3) == 0
    keep = np.ones(TOY.worth.shape[:2], dtype=bool)
    keep[1, 2] = False
    assert np.array_equal(own.worth[keep], TOY.worth[keep])
    assert not np.array_equal(own.worth[1, 2], TOY.worth[1, 2])
    for a, b in zip(first[:4], TOY[:4], strict=True):
        assert np.array_equal(a, b)


def test_renewal_keeps_what_was_learnt():
    """Means move by less than the kernel's noise over 200 draws, 4.9 errors; here one is s/14."""
    belief, own = worn()
    before, spread = belief.mean[1, 2].copy(), np.sqrt(belief.variance[1, 2])
    renew(belief, own, 1, 7, 0, 3)
    assert (np.abs(belief.mean[1, 2] - before) <= 4.9 * spread / np.sqrt(200) + 1e-9).all()
    assert belief.variance[1, 2][1] > 0


def test_new_draws_are_lawful_and_their_tables_theirs():
    belief, own = worn()
    renew(belief, own, 1, 7, 0, 3)
    t, options = own.traits, TOY.n_options
    for j in range(4):
        value = t.value[1, j, : options[j]]
        assert value.min() >= 0
        assert value.max() <= 1
    assert (t.weight > 0).all()
    worth, say, want = np.zeros(own.worth.shape), np.zeros(own.say.shape), np.zeros(own.want.shape)
    fill_chances(t, own.red, options, worth, say, want)
    assert np.array_equal(own.worth, worth)
    p, j, row = 1, 2, np.zeros(200)
    for k in range(options[j]):
        for level in (0, 1):
            for status in range(3):
                fill_said(own, level, status, p, j, k, row)
                assert np.array_equal(row, say[level, status, p, j, k])
        fill_wanted(own, p, j, k, row)
        assert np.array_equal(row, want[p, j, k])
    assert np.argwhere(own.renewed).tolist() == [[1, 2]]


def test_the_kernel_keeps_mean_and_variance():
    """Over 40,000 draws, 4.9 standard errors of a mean and of a variance."""
    g, n = np.random.default_rng(4), 40_000
    x, weight = g.normal(2.0, 3.0, n), np.full(n, 1 / n)
    mean, variance = x.mean(), x.var()
    jitter(weight, x, np.arange(n), g.normal(0, 1, n))
    assert abs(x.mean() - mean) < 4.9 * 3 / np.sqrt(n)
    assert abs(x.var() / variance - 1) < 4.9 * np.sqrt(2 / n)


def test_plain_and_compiled_renew_the_same_bits():
    belief, own = worn()
    again, fast = worn()
    renew(belief, own, 1, 7, 5, 3)
    compiled(renew)(again, fast, 1, 7, 5, 3)
    for a, b in zip((*belief, *own[:4]), (*again, *fast[:4]), strict=True):
        assert np.array_equal(a, b)
