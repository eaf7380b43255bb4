"""Directions a model of bargaining owes us, paired by world (common random numbers)."""

import pytest

from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.zopa import zopa

WORLDS = range(10)


def ranges(case, **settings):
    """Return the exact zopa of the first worlds, util."""
    ensemble = prior_ensemble(case, Settings(**settings), seed=2026)
    return [zopa(ensemble.world(i), ensemble.table).value for i in WORLDS]


@pytest.fixture(scope="module")
def base(ukraine):
    return ranges(ukraine)


def pr(values, least=0.0):
    """Return the share of worlds whose range reaches ``least``."""
    return sum(v >= least for v in values) / len(values)


@pytest.mark.parametrize("side", [0, 1])
def test_costlier_fighting_for_either_side_opens_the_range_or_leaves_it(ukraine, base, side):
    """Also world by world, and against a bar high enough that the share can move."""
    party = ukraine.parties[ukraine.belligerents[side]]
    dear = ranges(ukraine, war_cost_scale={party: 2.0})
    assert pr(dear) >= pr(base)
    bar = sorted(base)[len(base) // 2]
    assert pr(dear, bar) >= pr(base, bar)
    assert all(after >= before for after, before in zip(dear, base, strict=True))
    assert dear != base


def test_red_lines_off_opens_the_range_or_leaves_it(ukraine, base):
    free = ranges(ukraine, red_lines=False)
    assert pr(free) >= pr(base)
    assert all(after >= before for after, before in zip(free, base, strict=True))
    assert free != base


def test_nobodys_consent_opens_the_range_or_leaves_it(ukraine, base):
    """Fewer signers, fewer constraints."""
    free = ranges(ukraine, consent="none")
    assert all(after >= before for after, before in zip(free, base, strict=True))


def test_what_patience_does_is_printed_whatever_its_sign(ukraine, capsys):
    with capsys.disabled():
        for delta in (0.975, 0.985, 0.995):
            values = sorted(ranges(ukraine, war_delta=delta))
            middle = values[len(values) // 2]
            print(f"\npatience {delta}: median zopa {middle:+.3f} util, Pr(zopa) {pr(values):.2f}")
    assert ranges(ukraine, war_delta=0.975) != ranges(ukraine, war_delta=0.995)
