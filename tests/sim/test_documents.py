"""Documents: the implications each real text breaks, and the three kinds of absence."""

import numpy as np
import pytest

from sim.agenda import BRACKETED, UNKNOWN
from sim.documents import broken_by, surplus_interval, text_of
from sim.ensemble import negotiation_table
from sim.settings import Settings
from sim.worth import MICRO, enforcement_level, surplus


@pytest.fixture(scope="module")
def table(ukraine):
    return negotiation_table(ukraine, Settings())


def kinds(case, table, document_id):
    return [(b.kind, b.by_silence) for b in broken_by(text_of(case, document_id), case, table)]


def test_the_28_points_break_two_implications_one_by_silence(ukraine, table):
    assert sorted(kinds(ukraine, table, "us_28_point")) == [("condition", True), ("law", False)]


def test_the_russian_memorandum_breaks_four(ukraine, table):
    assert kinds(ukraine, table, "russia_memo_2025_06") == [("law", False)] * 4


@pytest.mark.parametrize(
    "document_id",
    ["us_offer_2025_04", "europe_ukraine_counter_2025_04", "ukraine_memo_2025_06",
     "europe_12_point_2025_10", "europe_24_point", "europe_counter"],
)  # fmt: skip
def test_the_other_known_texts_break_none(ukraine, table, document_id):
    assert kinds(ukraine, table, document_id) == []


def test_silence_in_a_known_text_is_the_treaty_default(ukraine):
    text = text_of(ukraine, "us_28_point")
    assert text.known == 27
    assert text.silent.sum() == 2
    assert np.array_equal(text.text[text.silent], ukraine.priors.treaty_default[text.silent])


def test_unpublished_texts_stay_unknown_where_nothing_was_reported(ukraine):
    moscow = text_of(ukraine, "moscow_27_point")
    assert (moscow.text == UNKNOWN).sum() == 27
    assert moscow.interval
    geneva = text_of(ukraine, "geneva_framework")
    assert (geneva.text == BRACKETED).any()
    assert geneva.interval


def test_an_interval_holds_every_completion(ensemble, ukraine):
    """Random completions never leave the interval, and it is a point for a known text."""
    world, table = ensemble.world(0), ensemble.table
    geneva = text_of(ukraine, "geneva_framework")
    low, high = surplus_interval(geneva, world, table, 0)
    rng = np.random.default_rng(0)
    for _ in range(200):
        text = np.where(geneva.text >= 0, geneva.text, rng.integers(0, table.n_options))
        level = enforcement_level(text, table.enforcement)
        worth = (
            surplus(text, world.coef[0], world.base[0], world.link[0], ensemble.table.links, level)
            / MICRO
        )
        assert low <= worth <= high
    known = text_of(ukraine, "europe_counter")
    assert len(set(surplus_interval(known, world, table, 1))) == 1
    narrow, wide = surplus_interval(geneva, world, table, 1)
    assert narrow < wide
