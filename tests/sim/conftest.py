"""Cases, ensembles, rules and worlds, built once per test session, so Numba compiles once."""

import pytest

from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import prepared
from sim.settings import Calendar, Settings

FEW = 40
"""Draws behind a belief: enough for every rule, and quick to set up."""


@pytest.fixture(scope="session")
def ukraine():
    return load_case("ukraine_2025")


@pytest.fixture(scope="session")
def camp_david():
    return load_case("camp_david")


@pytest.fixture(scope="session")
def ensemble(ukraine):
    return prior_ensemble(ukraine, Settings(), seed=2026)


@pytest.fixture(scope="session")
def rules(ensemble):
    return prepared(ensemble, FEW)


@pytest.fixture(scope="session")
def worlds(ensemble):
    return [ensemble.world(i) for i in range(12)]


@pytest.fixture(scope="session")
def standoff(camp_david):
    """Draw the small case over eight weeks."""
    return prior_ensemble(camp_david, Settings(calendar=Calendar(horizon_weeks=8)), seed=1978)


@pytest.fixture(scope="session")
def standoff_rules(standoff):
    return prepared(standoff, FEW)
