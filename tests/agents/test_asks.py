"""Counter-asks: the best few changes by a plain sum, never for less, never for what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.asks import STAKE, ask
from sim.compiled import compiled
from sim.view import View
from tests.toys import toy_belief, toy_particles, toy_table

seeds = st.integers(0, 10_000)


def toy_side(seed=0, **changes) -> View:
    """Make up what a party sees; what asking does not read is zero."""
    g = np.random.default_rng(seed)
    particles = toy_particles(seed % 7, issues=6)
    _, issues, options = particles.mean.shape
    levels = particles.peace.shape[1]
    text = g.integers(0, particles.n_options)
    text[g.integers(issues)] = -1
    value = g.random((issues, options))
    plain = dict.fromkeys(View._fields, 0.0) | {
        "text": text,
        "party": 1,
        "weight": g.dirichlet(np.ones(issues)),
        "value": value,
        "red": g.random((issues, options)) < 0.2,
        "threshold": np.zeros(issues),
        "coef": np.zeros((levels, issues, options), dtype=np.int64),
        "base": np.zeros(levels, dtype=np.int64),
        "link": np.zeros((levels, 1), dtype=np.int64),
        "holdout": 0,
        "offer": 0,
        "discount": np.zeros(issues),
        "luck": np.full((3, issues), 0.5),
        "believed": toy_belief(particles, seed).mean,
        "trade": 0.5,
        "asks": 3,
        "table": toy_table(seed, particles),
    }
    return View(**(plain | changes))


def plain_scores(view):
    """List (score, issue, option) of every change worth asking for, best first."""
    found = []
    for j, now in enumerate(view.text):
        for k in range(view.table.n_options[j]):
            if now < 0 or view.red[j, k]:
                continue
            own = view.weight[j] * (view.value[j, k] - view.value[j, now])
            own += STAKE * view.red[j, now]
            rise = view.believed[:, j, k] - view.believed[:, j, now]
            score = own + view.trade * (rise.sum() - rise[view.party])
            if own > 0 and score > 0:
                found.append((score, j, k))
    return sorted(found, reverse=True)


@given(seeds, st.integers(0, 4))
def test_the_best_changes_are_asked_for(seed, asks):
    view = toy_side(seed, asks=asks)
    best = {}
    for _, j, k in plain_scores(view):
        best.setdefault(j, k)
    wanted = np.full(len(view.text), -1)
    for j in list(best)[:asks]:
        wanted[j] = best[j]
    assert np.array_equal(ask(view), wanted)


def test_sides_do_ask():
    assert all((ask(toy_side(seed)) >= 0).any() for seed in range(20))


def test_of_two_equal_gains_the_one_that_costs_the_others_less_is_asked_for():
    text, weight = np.zeros(6, dtype=np.int64), np.full(6, 1 / 6)
    value = np.zeros((6, 3))
    value[:2, 1] = 0.5
    believed = np.zeros((3, 6, 3))
    believed[0, 0, 1], believed[2, 1, 1] = -0.05, -0.01
    view = toy_side(1, text=text, weight=weight, value=value, believed=believed, asks=1,
                    red=np.zeros((6, 3), dtype=bool))  # fmt: skip
    assert list(ask(view)) == [-1, 1, -1, -1, -1, -1]
    dear = believed.copy()
    dear[2, 1, 1] = -0.3
    assert list(ask(view._replace(believed=dear))) == [1, -1, -1, -1, -1, -1]
    dear[0, 0, 1] = -0.3
    assert list(ask(view._replace(believed=dear))) == [-1] * 6
    assert (ask(view._replace(believed=dear, trade=0.0)) >= 0).sum() == 1


@given(seeds)
def test_what_the_others_believe_of_it_is_not_read(seed):
    view = toy_side(seed)
    spoilt = view.believed.copy()
    spoilt[view.party] = 9.0
    assert np.array_equal(ask(view), ask(view._replace(believed=spoilt)))


def test_an_option_it_refuses_goes_first():
    view = toy_side(2, red=np.zeros((6, 3), dtype=bool), asks=1)
    j = int(np.flatnonzero(view.text >= 0)[-1])
    red = view.red.copy()
    red[j, view.text[j]] = True
    wanted = ask(view._replace(red=red))
    assert wanted[j] not in (-1, view.text[j])


def test_plain_and_compiled_ask_the_same():
    for seed in range(10):
        view = toy_side(seed)
        assert np.array_equal(ask(view), compiled(ask)(view))


@pytest.mark.parametrize("asks", [0])
def test_no_asks_no_changes(asks):
    assert (ask(toy_side(3, asks=asks)) == -1).all()
