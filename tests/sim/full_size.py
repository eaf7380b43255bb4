"""Full-size worlds with linkages switched on, easy and hard, for the tests of the solver."""

import numpy as np

from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.worth import MICRO

PAIRS = 10


def ensemble_of(case):
    return prior_ensemble(case, Settings(), 2026)


def linked(world, table, seed):
    """Add ten random pairs, N(0, 0.02) util each, discounted as the utility they belong to."""
    rng = np.random.default_rng(seed)
    links = np.zeros((PAIRS, 4), dtype=np.int64)
    for q in range(PAIRS):
        i, j = rng.choice(len(table.n_options), 2, replace=False)
        links[q] = i, rng.integers(table.n_options[i]), j, rng.integers(table.n_options[j])
    peace = -world.base / MICRO / world.reserve[:, None]
    size = rng.normal(0, 0.02, (len(world.base), PAIRS))
    link = np.round(MICRO * peace[:, :, None] * size[:, None]).astype(np.int64)
    return world._replace(link=link), table._replace(links=links)


def lowered(world, by):
    """Lower every party's surplus by ``by`` util: with the world's own zopa, a hard world."""
    return world._replace(base=world.base - round(by * MICRO))
