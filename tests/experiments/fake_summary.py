"""Summaries of toy worlds: the best text loses from rho0, gains from optimism, knows no else."""

import numpy as np

CALLS = []


def simulate_summary(_case, settings, seed, first, last):
    """Return columns that depend on the world's number, the seed and the held numbers only."""
    CALLS.append((dict(settings.fixed), last))
    held = {"rho0": 0.006, "optimism": 0.2} | settings.fixed
    luck = np.random.default_rng(seed).normal(size=last)[first:]
    gain = 1.0 + luck - 100 * held["rho0"] + 2 * held["optimism"]
    n = last - first
    return {
        "end": ["agreed" if g > 0 else "no_text" for g in gain],
        "week": [10.0] * n,
        "zopa_util": list(gain / 100),
        "zopa_months": list(gain),
        "ripe_util": [None] * n,
    }


def double(x):
    """Return twice a number; minus one is a failure."""
    if x == -1:
        raise ValueError("no such piece")
    return 2 * x
