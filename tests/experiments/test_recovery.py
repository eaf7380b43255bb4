"""Given a record of its own making, the fit finds what made it, and is as sure as it should be."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.calibration.fit import Reading, problem_of, sample
from experiments.calibration.forward import VARIANTS
from sim.case import load_case
from sim.latent import meaning, size
from sim.likelihood import Terms
from tests.experiments.simulated import say

pytestmark = pytest.mark.thorough
REPLICATES = 4


@pytest.fixture(scope="module")
def found():
    """Correlation of log weights, coverage of 90 % intervals, and ranks, over made-up records."""
    pytest.importorskip("numpyro")
    case, rule = load_case("ukraine_2025"), replace(VARIANTS["plain_wide"], red=False)
    problem, rows = problem_of(case, Reading(rule)), []
    for r in range(REPLICATES):
        truth = np.random.default_rng(100 + r).normal(size=size(problem.frame))
        told = say(meaning(truth, problem.frame, np), problem.seen, problem.frame, rule, r)
        ones = Terms(*(np.ones(len(w)) for w in problem.weights))
        made = replace(problem, seen=told, weights=ones)
        z = sample(made, r, 0, 300, 300).z
        rows.append((problem.frame, truth, z))
    return rows


def log_weights(frame, z):
    return np.log(meaning(z, frame, np).weight).ravel()


def test_log_weights_are_found(found):
    """On average over records: one of them alone may fall short."""
    fits = []
    for frame, truth, z in found:
        guess = np.mean([log_weights(frame, row) for row in z[::3]], axis=0)
        fits.append(np.corrcoef(guess, log_weights(frame, truth))[0, 1])
    assert np.mean(fits) >= 0.6


def test_ninety_per_cent_intervals_hold_the_truth_that_often(found):
    held = [
        np.mean((np.quantile(z, 0.05, axis=0) < t) & (t < np.quantile(z, 0.95, axis=0)))
        for _, t, z in found
    ]
    assert 0.85 <= np.mean(held) <= 0.95


def test_ranks_of_the_truth_are_uniform(found):
    """Simulation-based calibration (Talts et al. 2018), over all numbers of all records."""
    from scipy.stats import chisquare

    ranks = np.concatenate([(z < t).mean(axis=0) for _, t, z in found])
    counts = np.histogram(ranks, bins=10, range=(0, 1))[0]
    assert chisquare(counts).pvalue > 1e-4
