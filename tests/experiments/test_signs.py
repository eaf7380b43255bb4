"""The external sign check: what it asks of a world, and how a wrong talk is told."""

import numpy as np
import pytest

from experiments.calibration.signs import fillings, findings, talks_of, would_sign
from experiments.compose import composed
from experiments.config import read_config
from experiments.studies.backtest import inputs
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.errors import BadInput, Fault
from sim.settings import Settings
from sim.zopa import zopa

CASE, MAIN = load_case("camp_david"), load_case("ukraine_2025")


def config(*words):
    return read_config(composed(["experiment=backtest", *words]))


def test_the_best_text_is_signed_exactly_where_the_range_is_open():
    ensemble = prior_ensemble(CASE, Settings(), 3)
    for i in range(12):
        world = ensemble.world(i)
        best = zopa(world, ensemble.table, law=False)
        signed = any(
            would_sign(world, ensemble.table, text)
            for text in fillings(np.full(CASE.agenda.n_issues, -1), ensemble.table.n_options)
        )
        assert signed == (best.value >= 0.0)


def test_every_filling_keeps_what_is_known():
    found = list(fillings(np.array([1, -2, -1]), np.array([2, 3, 2])))
    assert len(found) == 6
    assert all(text[0] == 1 for text in found)
    assert len({tuple(text) for text in found}) == 6


def test_two_talks_are_scored_beside_always_no():
    found = findings(config("case=camp_david", "~backtest.signs.istanbul_2022"), CASE, 6)
    share = found["sign_check_camp_david"]["value"]
    assert found["sign_check_model"]["value"] == pytest.approx((share - 1.0) ** 2)
    assert found["sign_check_always_no"]["value"] == 1.0
    assert found["sign_check_always_no"]["n"] == 1


def test_the_preset_names_one_agreed_and_one_not():
    talks = talks_of(config(), MAIN)
    assert [(n, c.name, d, a) for n, c, d, a in talks] == [
        ("camp_david", "camp_david", None, True),
        ("istanbul_2022", "ukraine_2025", "istanbul_2022", False),
    ]
    assert "istanbul_2022" in MAIN.background_documents


def test_every_fault_of_the_talks_at_once():
    words = [
        "backtest.signs.camp_david.case=camp_davis",
        "backtest.signs.istanbul_2022.text=istambul",
    ]
    with pytest.raises(BadInput) as bad:
        talks_of(config(*words), MAIN)
    case, text = bad.value.faults
    known = "ukraine_2025, camp_david"
    assert case == Fault("backtest.signs.camp_david.case", "camp_davis", known, "camp_david")
    assert (text.place, text.nearest) == ("backtest.signs.istanbul_2022.text", "istanbul_2022")


@pytest.mark.parametrize(
    ("word", "place", "found"),
    [
        ("backtest.signs.istanbul_2022.agreed='no'", "istanbul_2022.agreed", "no"),
        ("backtest.signs.istanbul_2022.agreed=1", "istanbul_2022.agreed", "1"),
        ("backtest.signs.istanbul_2022.case=null", "istanbul_2022.case", "nothing"),
        ("backtest.signs.istanbul_2022.case=[camp_david]", "istanbul_2022.case", "a list of 1"),
        ("+backtest.signs.istanbul_2022.agred=true", "istanbul_2022.agred", "an unknown key"),
        ("~backtest.signs.istanbul_2022.agreed", "istanbul_2022.agreed", "no such key"),
        (
            "backtest.signs.istanbul_2022.text=geneva_framework",
            "istanbul_2022.text",
            "geneva_framework, 24 points open",
        ),
    ],
)
def test_a_wrong_talk_is_one_fault(word, place, found):
    wrong = config(word)
    assert list(inputs(wrong))
    with pytest.raises(BadInput) as bad:
        talks_of(wrong, MAIN)
    assert [(f.place, f.found) for f in bad.value.faults] == [(f"backtest.signs.{place}", found)]


def test_a_run_is_named_by_all_that_is_read_of_another_case():
    read = {path.name for path in inputs(config("case=camp_david"))}
    assert {"camp_david.yaml", "camp_david", "ukraine_2025", "ukraine_2025.npz"} <= read
    assert "ukraine_2025.json" in read
