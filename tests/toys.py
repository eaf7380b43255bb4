"""Small beliefs and mediator's views, made up from a seed: no case, no ensemble."""

import numpy as np

from sim.belief import Belief, learn_answer, open_belief, settle
from sim.compiled import compiled, rule
from sim.particles import (
    HEIGHTS,
    Particles,
    Traits,
    fill_chances,
    fill_heights,
    fill_said,
    grid_of,
    log_clear,
)
from sim.respond import OPEN
from sim.view import MediatorView
from sim.weighing import weighted
from sim.worth import Table
from tests.strategies import small_of


def toy_particles(seed=0, parties=3, issues=4, options=3, size=40, levels=5, pairs=1):
    """Make up draws of a few parties; the last issue has one option less."""
    g = np.random.default_rng(seed)
    n_options = np.full(issues, options)
    n_options[-1] -= 1
    shape = (parties, issues, options, size)
    value = g.random(shape)
    red = g.random(shape) < 0.2 * (g.random(shape[:3]) < 0.5)[..., None]
    for array in (value, red):
        array[:, -1, n_options[-1] :] = 0
    traits = Traits(
        g.dirichlet(np.ones(issues), (size, parties)).transpose(1, 2, 0).copy(),
        g.normal(0.4, 0.1, (parties, issues, size)), value, g.lognormal(1.5, 0.5, size),
        g.random(size), np.full(size, 0.05), np.abs(g.normal(0, 0.2, (2, size))),
        np.tile(np.arange(size), (parties, issues, 1)), 3.0,
    )  # fmt: skip
    worth, want = np.zeros(shape), np.zeros(shape)
    say = np.zeros((2, 3, *shape))
    compiled(fill_chances)(traits, red, n_options, worth, say, want)
    reserve = g.normal(0.4, 0.1, (parties, size))
    height = reserve[None] + traits.posture[:, None, :]
    lowest, step = grid_of(height)
    at_height = np.zeros((3, *shape[:3], HEIGHTS))
    compiled(fill_heights)(traits, red, n_options, reserve, lowest, step, at_height)
    link = g.normal(0, 0.02, (parties, pairs, size))
    peace = np.sort(g.uniform(0.5, 0.9, (parties, levels, size)), axis=1)
    omega = g.normal(0, 0.02, (parties, size))
    return Particles(
        worth, red, say, want, at_height, lowest, step, height, traits.weight.mean(-1),
        worth.mean(-1), worth.var(-1), log_clear(red),
        link, link.mean(-1), link.var(-1), peace, peace.mean(-1), omega, omega.mean(-1),
        reserve, reserve.mean(-1), reserve.var(-1),
        g.normal(0, 1, (issues, options)) * (g.random((issues, options)) < 0.3),
        n_options, red.any(-1), np.zeros((parties, issues), dtype=bool), traits,
    )  # fmt: skip


def toy_belief(particles: Particles, seed=0) -> Belief:
    """Return a belief after some made-up weighing of every issue."""
    g, belief = np.random.default_rng(seed), open_belief(particles)
    size, shape = belief.weight.shape[2], belief.weight.shape[:2]
    belief.weight[:] = g.dirichlet(np.ones(size), shape)
    belief.common[:] = g.dirichlet(np.ones(size), shape[0])
    belief.stake[:] = (belief.weight * particles.traits.weight).sum(-1)
    total = belief.stake.sum(-1)[:, None, None]
    weight = belief.weight[:, :, None, :]
    first = (weight * particles.worth).sum(-1)
    belief.mean[:] = first / total
    belief.variance[:] = ((weight * particles.worth**2).sum(-1) - first**2) / total**2
    belief.clear[:] = np.log(np.clip((weight * ~particles.red).sum(-1), 1e-3, 1.0))
    belief.reserve[:] = (belief.common * particles.reserve).sum(-1)
    second = (belief.common * particles.reserve**2).sum(-1)
    belief.reserve_variance[:] = second - belief.reserve**2
    belief.stale[:] = True
    settle(belief, particles, -1)
    return belief


def toy_table(seed, particles: Particles) -> Table:
    """Make up a table to go with the draws: consent, rules, one pair of options."""
    parties, issues, options = particles.mean.shape
    g = np.random.default_rng(seed)
    table = small_of(seed, parties, issues).table()
    points = np.zeros((issues, options), dtype=np.int64)
    points[0, 1], points[1, 2] = 2, 2
    pairs = particles.link.shape[1]
    links = np.array([[0, 1, 1, 2]] * pairs, dtype=np.int64).reshape(-1, 4)
    return table._replace(
        n_options=particles.n_options,
        enforcement=points,
        needs=np.ascontiguousarray(table.needs[:, :options]) & (g.random((issues, 1, 1)) < 0.8),
        rule_if=np.array([[0, 1], [2, 0]]),
        rule_then=np.array([2, 1]),
        rule_ok=np.array([[True, False, True], [True, False, False]]),
        links=links,
    )


def toy_view(seed=0, **changes) -> MediatorView:
    """Make up what a mediator sees; the mediator is the last party."""
    g = np.random.default_rng(seed)
    particles = toy_particles(seed, issues=6)
    parties, issues, options = particles.mean.shape
    levels, mediator = particles.peace.shape[1], parties - 1
    text = g.integers(0, particles.n_options)
    text[3] = -1
    view = MediatorView(
        text=text,
        mediator=mediator,
        own_coef=g.integers(0, 150_000, (levels, issues, options)),
        own_base=g.integers(-300_000, 0, levels),
        own_link=g.integers(-20_000, 20_000, (levels, particles.link.shape[1])),
        belief=toy_belief(particles, seed),
        particles=particles,
        moved=g.normal(0, 0.02, parties),
        bar=np.abs(g.normal(0, 0.02, parties)),
        editable=g.random(issues) < 0.7,
        budget=2,
        leader=False,
        signed=np.zeros(parties, dtype=np.bool_),
        weeks_since=np.full(parties, 3.0),
        welcome=np.ones(parties, dtype=np.bool_),
        luck=0.5,
        weight_accept=0.7,
        speed=0.02,
        bias=g.normal(0, 0.2, parties),
        table=toy_table(seed, particles),
    )
    return view._replace(**changes)


@rule
def learn_status(belief, particles, level, p, j, k, status):
    """Learn that party ``p`` gave option ``k`` of issue ``j`` this status."""
    issues = belief.mean.shape[1]
    text, statuses = np.full(issues, -1), np.full(issues, OPEN)
    text[j], statuses[j] = k, status
    learn_answer(belief, particles, level, p, text, statuses)


@rule
def predicted(belief, particles, level, p, j, k, status):
    """Return the believed chance of a status not yet heard."""
    chance = np.zeros(belief.weight.shape[2])
    fill_said(particles, level, status, p, j, k, chance)
    return weighted(belief.weight[p, j], chance)
