"""Shared by every test: Hypothesis profiles, the golden switch, Numba's cache, no display."""

import os

os.environ.setdefault("MPLBACKEND", "Agg")

from hypothesis import HealthCheck, settings

from experiments.identity import set_numba_cache

set_numba_cache()  # before anything imports Numba

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "quick", max_examples=25, derandomize=True, deadline=None, suppress_health_check=_SLOW
)
settings.register_profile(
    "thorough", max_examples=2000, derandomize=True, deadline=None, suppress_health_check=_SLOW
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser):
    parser.addoption("--golden", action="store_true", help="rewrite the golden transcripts")
