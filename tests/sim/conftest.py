"""Cases, ensembles and beliefs, built once per test session."""

import pytest

from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import prepared
from sim.settings import Settings


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
    return prepared(ensemble)
