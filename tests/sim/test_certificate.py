"""A proof is checked without the solver that wrote it; a proof that was tampered with fails."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given

from sim.certificate import check
from sim.zopa import zopa
from tests.sim.full_size import ensemble_of, linked, lowered
from tests.strategies import small_of, smalls


def proof_of(small, **options):
    return zopa(small.world(), small.table(), certificate=True, **options).certificate


def test_a_certificate_is_written_only_when_asked_for():
    small = small_of(1, 3, 4)
    assert zopa(small.world(), small.table()).certificate is None


@pytest.mark.parametrize("seed", range(200))
def test_every_certificate_of_a_small_world_passes(seed):
    small = small_of(seed, 2 + seed % 3, 2 + seed % 4)
    unit, bar = ("util", "months")[seed % 2], np.arange(len(small.base)) * 0.01
    proof = proof_of(small, law=seed % 3 > 0, unit=unit, bar=bar if seed % 5 == 0 else None)
    assert check(proof, small.world(), small.table())


@pytest.mark.parametrize("i", range(20))
def test_every_certificate_of_a_full_size_world_passes(ukraine, i):
    """Linkages on; every other world is a hard one."""
    ensemble = ensemble_of(ukraine)
    world, table = linked(ensemble.world(i), ensemble.table, i)
    if i % 2:
        world = lowered(world, zopa(world, table).value)
    assert check(zopa(world, table, certificate=True).certificate, world, table)


@given(smalls())
def test_a_certificate_of_a_lower_value_fails(small):
    """One micro-util less is not an upper bound, with or without a text."""
    proof = proof_of(small)
    assume(proof.text is not None)
    lower = proof._replace(value=proof.value - 1)
    assert not check(lower, small.world(), small.table())
    assert not check(lower._replace(text=None), small.world(), small.table())


@given(smalls())
def test_a_text_that_is_worth_less_than_claimed_fails(small):
    proof = proof_of(small)
    higher = proof._replace(value=proof.value + 1)
    if proof.text is None:
        text = np.zeros(len(small.n_options), dtype=np.int64)
        assert not check(proof._replace(text=text), small.world(), small.table())
    else:
        assert not check(higher, small.world(), small.table())
        assert check(higher._replace(text=None), small.world(), small.table())


@given(smalls())
def test_a_certificate_without_the_case_of_the_best_text_fails(small):
    proof = proof_of(small)
    assume(proof.text is not None)
    signers = [p for p, _ in small.gains(tuple(int(k) for k in proof.text))]
    level = sum(int(small.enforcement[j, k]) for j, k in enumerate(proof.text))
    key = (*(p in signers for p in range(len(small.base))), level)
    roots = {k: v for k, v in proof.roots.items() if k != key}
    assert not check(proof._replace(roots=roots), small.world(), small.table())


@given(smalls())
def test_multipliers_that_are_negative_or_nothing_prove_nothing(small):
    proof = proof_of(small)
    assume(proof.text is not None)
    for prices in (-proof.prices, 0 * proof.prices, proof.prices << 20):
        assert not check(proof._replace(prices=prices), small.world(), small.table())


@given(smalls())
def test_a_forest_with_a_cycle_proves_nothing(small):
    proof = proof_of(small)
    assume(proof.text is not None)
    ring = np.roll(np.arange(len(small.n_options)), 1)
    parent = np.tile(ring, (len(proof.parent), 1))
    assert not check(proof._replace(parent=parent), small.world(), small.table())


@given(smalls())
def test_a_proof_for_one_world_is_none_for_a_better_one(small):
    """Everybody gains: the old value bounds nothing any more."""
    proof = proof_of(small)
    assume(proof.text is not None)
    better = replace(small, base=small.base + 1000)
    assert not check(proof._replace(text=None), better.world(), better.table())


@pytest.mark.parametrize("law", [True, False])
def test_a_world_where_a_better_text_was_once_overlooked(ukraine, law):
    """A node left with a single text after striking must still look at that text.

    Without linkages the former search stopped this world, with law, 50 micro-util short.
    """
    ensemble = ensemble_of(ukraine)
    world, table = ensemble.world(197), ensemble.table
    world = world._replace(link=np.zeros_like(world.link))
    answer = zopa(world, table, law=law, certificate=True)
    assert answer.proven
    assert check(answer.certificate, world, table)
