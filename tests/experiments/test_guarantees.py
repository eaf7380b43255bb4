"""The study of guarantees: its closed form at the worlds' own draws, and what it tells."""

import numpy as np
import pyarrow as pa
import pytest

from experiments import store
from experiments.compose import composed
from experiments.config import read_config
from experiments.referendum import packages, referendums
from experiments.studies import guarantees
from sim.case import load_case
from sim.commitment import READINGS, instruments
from sim.errors import BadInput
from sim.posterior import ensemble_of
from sim.settings import Settings

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


def test_a_reading_is_heard_where_values_were_learned():
    """For the lower risk alone: an option with points is worth what the status quo is."""
    case = load_case("ukraine_2025")
    plain, means = (
        ensemble_of(case, Settings(ensemble="posterior", enforcement_value=reading), 2026).world(3)
        for reading in ("both", "hazard")
    )
    here = instruments(case.priors)
    assert not np.array_equal(plain.value[:, here], means.value[:, here])
    issues, _ = np.nonzero(here)
    status_quo = means.value[:, issues, case.priors.status_quo[issues]]
    assert np.array_equal(means.value[:, here], status_quo)
    assert np.array_equal(plain.value[:, ~here], means.value[:, ~here])


def test_with_the_rest_chosen_too_both_sides_sign_at_least_as_often(asked):
    """The document's own point is the one held, so that its packages are among all texts."""
    case, config, worlds = asked
    held = guarantees.held_points(case, config)
    text = guarantees.fixed_text(case, config)
    assert all(text[j] == k for j, k in held.items())
    for reading in READINGS:
        free = guarantees.answers(worlds, case, reading, guarantees.OPTIMISED)
        pair = guarantees.answers(worlds, case, reading, guarantees.BOTH)
        both = pair.signs[0] & pair.signs[1]
        assert ((free.signs[0] & free.signs[1]) | ~both).all()
        assert np.array_equal(free.signs[0], free.signs[1])  # a text found is signed by both


def test_a_strength_the_solver_leaves_open_takes_its_world_out_of_the_count(asked):
    case, config, worlds = asked
    rows = worlds.to_pydict()
    free = [chooser == guarantees.OPTIMISED for chooser in rows["chooser"]]
    rows["proven"] = [
        not (free[n] and world == 2 and level == 3)
        for n, (world, level) in enumerate(zip(rows["world"], rows["level"], strict=True))
    ]
    cut = pa.table(rows, schema=worlds.schema)
    found = guarantees._optimised(cut, case, config, "both")
    kept = guarantees.answers(worlds, case, "both", guarantees.OPTIMISED).together[[0, 1, 3, 4, 5]]
    assert (found["value"], found["n_unproven"]) == (kept.any(axis=1).mean(), 1)
    assert "left out as unproven: 1" in found["sentence"]
    rows["proven"] = [not is_free for is_free in free]
    none = pa.table(rows, schema=worlds.schema)
    assert guarantees._optimised(none, case, config, "both")["value"] is None
    assert not len(guarantees.answers(none, case, "both", guarantees.OPTIMISED).together)


def test_a_polled_public_is_asked_about_packages_of_every_strength(asked):
    """Only the issues with points differ from the document; the share moves with the hazard."""
    case, config, _ = asked
    text = guarantees.fixed_text(case, config)
    (vote,) = referendums(case, text)
    free = (case.priors.enforcement > 0).any(axis=1)
    every = packages(case, text)
    assert len(every) == np.prod(np.array(case.agenda.n_options)[free])
    assert (vote.texts[:, ~free] == text[~free]).all()
    points = case.priors.enforcement[np.arange(len(text)), vote.texts].sum(axis=1)
    assert np.array_equal(points, vote.levels)
    shares = vote.shares().mean(axis=0)
    assert shares[0] < shares[-1]
    assert not np.allclose(vote.shares_at(0.004), vote.shares_at(0.03))
    assert ((vote.chances() >= 0) & (vote.chances() <= 1)).all()
    assert referendums(load_case("camp_david"), text[:4]) == []


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
    mine = {n for n in found if "ukraine" in n and not n.startswith("public_")}  # who was polled
    assert {name.replace("ukraine", "russia") for name in mine} <= set(found)


def test_an_unknown_document_is_bad_input():
    case = load_case("ukraine_2025")
    config = read_config(composed(["study.text=us_28_pont"]))
    with pytest.raises(BadInput, match=r"study\.text: found us_28_pont; .*nearest us_28_point"):
        guarantees.fixed_text(case, config)


def test_faults_of_what_is_held_come_all_at_once_under_the_name_of_the_key():
    case = load_case("ukraine_2025")
    issue = "donetsk_withdrawal"
    wrong = {issue: "ukraine_keeps_its_lin", "nato_membrship": "any"}
    plain = composed(["experiment=q03_how_strong_guarantees"]) | {"guarantees": {"held": wrong}}
    with pytest.raises(BadInput) as bad:
        guarantees.units(case, read_config(plain))
    assert [(f.place, f.found, f.nearest) for f in bad.value.faults] == [
        (f"guarantees.held.{issue}", "ukraine_keeps_its_lin", "ukraine_keeps_its_line"),
        ("guarantees.held.nato_membrship", "nato_membrship", "nato_membership"),
    ]
