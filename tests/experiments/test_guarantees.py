"""The study of guarantees: its closed form at the worlds' own draws, and what it tells."""

import pytest

from experiments import store
from experiments.compose import composed
from experiments.config import read_config
from experiments.studies import guarantees
from sim.case import load_case
from sim.commitment import READINGS
from sim.errors import BadInput

WORLDS = 6


@pytest.fixture(scope="module")
def asked():
    case = load_case("ukraine_2025")
    config = read_config(composed(["experiment=q03_how_strong_guarantees", f"worlds={WORLDS}"]))
    rows = guarantees.simulate(case, config, 0, WORLDS)
    return case, config, store.table_of(rows, guarantees.columns(case, config))


def test_the_closed_form_agrees_with_the_integers_where_each_world_drew_it(asked):
    case, _, worlds = asked
    for reading in READINGS:
        for s, side in enumerate(guarantees.sides(case)):
            here = guarantees.answers(worlds, case, reading, side)
            for w in range(WORLDS):
                form = here.accepts_at(s, here.rho0[w, 0], here.k_e[s][w, 0])[w]
                assert (form == here.signs[s][w]).all()


def test_read_intrinsically_the_effect_of_a_point_is_nothing(asked):
    case, _, worlds = asked
    here = guarantees.answers(worlds, case, "intrinsic", "ukraine")
    assert not here.k_e[1].any()
    assert guarantees.answers(worlds, case, "both", "ukraine").k_e[1].all()


def test_one_package_for_both_suits_no_more_than_each_side_alone(asked):
    case, _, worlds = asked
    for reading in READINGS:
        pair = guarantees.answers(worlds, case, reading, guarantees.BOTH)
        for s, side in enumerate(guarantees.sides(case)):
            own = guarantees.answers(worlds, case, reading, side)
            assert (own.signs[s] | ~(pair.signs[0] & pair.signs[1])).all()


def test_every_reading_is_told_for_both_sides_in_the_same_words(asked):
    case, config, worlds = asked
    found = guarantees.findings(worlds, None, case, config, {})
    for reading in READINGS:
        sentence = found[f"reading_{reading}"]["sentence"]
        assert "Russia in" in sentence
        assert "Ukraine in" in sentence
    mine = {name for name in found if "ukraine" in name}
    assert {name.replace("ukraine", "russia") for name in mine} <= set(found)


def test_an_unknown_document_is_bad_input():
    case = load_case("ukraine_2025")
    config = read_config(composed(["study.text=us_28_pont"]))
    with pytest.raises(BadInput, match=r"study\.text: found us_28_pont; .*nearest us_28_point"):
        guarantees.fixed_text(case, config)
