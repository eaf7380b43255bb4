"""Striking, flipping and adding rows by reweighting draws."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from experiments.calibration import changes
from experiments.calibration import trail as trails
from experiments.calibration.bands import MEASURES
from experiments.calibration.fit import draws_of
from experiments.calibration.trail import Headline, expected_move, moved
from experiments.compose import composed
from experiments.config import read_config
from experiments.run import main
from experiments.studies import evidence
from experiments.what_if import WhatIf
from sim.case import load_case
from sim.errors import BadInput, FaultList
from sim.latent import frame_of, size
from sim.likelihood import Rule, log_likelihood, row_weights, terms
from sim.observed import observe

CASE = load_case("ukraine_2025")


@pytest.fixture(scope="module")
def trail():
    frame = frame_of(CASE, level=(np.full(4, 0.4), np.full(4, 0.1)))
    z = np.random.default_rng(0).normal(size=(12, size(frame)))
    return trails.trail_of(CASE, draws_of(z, frame), frame, Rule())


def test_striking_a_row_takes_away_what_it_added(trail):
    """The change is the likelihood of the record without the row, less that with it."""
    name = "RU-2025-11-27-05"
    seen, weights = observe(CASE), row_weights(observe(CASE), Rule())
    at = seen.ids.index(name)
    without = weights.ratings.copy()
    without[at] = 0.0
    demand = weights.demands.copy()
    demand[seen.demand_ids.index(name)] = 0.0
    less = weights._replace(ratings=without, demands=demand)
    for d, draw in enumerate(trail.draws):
        rows = terms(draw, seen, trail.red, trail.frame, Rule(), np)
        change = log_likelihood(rows, less) - log_likelihood(rows, weights)
        assert trail.struck(name)[d] == pytest.approx(change, abs=1e-9)


def test_a_condition_has_no_opposite_and_a_refusal_has(trail):
    rows = {s.stance: s.statement_id for s in CASE.tables.statements if not s.dissent}
    assert not trail.flipped(rows["conditional"]).any()
    assert trail.flipped(rows["rejects"]).any()


def test_reweighting_moves_a_headline_towards_draws_that_fit():
    value = np.linspace(0.0, 1.0, 200)
    up = moved(Headline(value, np.zeros(200)), 2.0 * value)
    same = moved(Headline(value, np.zeros(200)), np.full(200, 3.0))
    assert up.by > 0.05
    assert up.k < trails.TRUSTED
    assert (same.by, same.k) == (0.0, 0.0)


def test_far_weights_are_not_trusted():
    value = np.linspace(0.0, 1.0, 200)
    assert moved(Headline(value, np.zeros(200)), 400.0 * value**8).k > trails.TRUSTED


def test_an_answer_nobody_doubts_is_worth_nothing():
    sure = np.tile([0.0, 0.0, 1.0], (50, 1))
    worth, chances = expected_move(sure, np.linspace(0, 1, 50))
    assert worth == pytest.approx(0.0)
    assert chances == (0.0, 0.0, 1.0)


def test_an_added_answer_has_the_chance_the_draws_gave_it(trail):
    told = [np.exp(trail.added(0, 0, 1, 0, status)) for status in (0, 1, 2)]
    np.testing.assert_allclose(sum(told), 1.0)


def test_a_change_to_what_is_not_there_is_bad_input(tmp_path, capsys):
    words = ["experiment=evidence", "evidence.strike=[RU-2025-11-27-99]", f"results_dir={tmp_path}"]
    assert main([*words, "evidence.add=['rusia:nato_membership=x:agrees']"]) == 2
    said = capsys.readouterr().err
    for found in ("RU-2025-11-27-99", "rusia", "nearest russia", "agrees"):
        assert found in said


def test_what_if_moves_every_headline_by_any_change(trail):
    """Strike, flip and add together are the sum of their changes; nothing asked moves nothing."""
    value = np.linspace(0.0, 1.0, len(trail.draws))
    ask = WhatIf(CASE, trail, {"zopa_months": Headline(value, np.zeros(len(value)))})
    name, words = "RU-2025-11-27-05", "ukraine:nato_membership=deferred_no_legal_ban:accepts"
    assert ask()["zopa_months"].by == 0.0
    wanted = changes.read(CASE, {"strike": [name], "flip": [], "add": [words]}, FaultList(), "")
    j = CASE.agenda.issue_index("nato_membership")
    k = CASE.agenda.option_index("nato_membership", "deferred_no_legal_ban")
    told = trail.struck(name) + trail.added(CASE.party_index("ukraine"), j, k, 0, 2)
    np.testing.assert_allclose(changes.change_of(trail, wanted), told)
    assert ask(strike=[name], add=[words])["zopa_months"].by != 0.0


def test_an_old_statement_of_a_party_that_fades_weighs_less(trail):
    words = "us:nato_membership=deferred_no_legal_ban:accepts"
    asked = {"strike": [], "flip": [], "add": [words, f"{words}:2025-08-07"]}
    new, old = changes.read(CASE, asked, FaultList(), "").add
    both = [changes.change_of(trail, changes.Changes(add=(a,))) for a in (new, old)]
    life = CASE.priors.params["response.halflife.us"].value
    np.testing.assert_allclose(both[1], both[0] * 2.0 ** (-120 / life))
    plain = replace(trail, rule=Rule(fade=False))
    told = [changes.change_of(plain, changes.Changes(add=(a,))) for a in (new, old)]
    np.testing.assert_array_equal(told[1], told[0])


def test_a_row_changed_twice_and_a_statement_to_come_are_faults():
    first, second = [s.statement_id for s in CASE.tables.statements if not s.dissent][:2]
    late = "us:nato_membership=deferred_no_legal_ban:accepts:2025-12-31"
    asked = {"strike": [first, second, second], "flip": [first], "add": [late]}
    faults = FaultList()
    changes.read(CASE, asked, faults, "evidence.")
    last = str(CASE.cutoff)
    assert [(f.place, f.found, f.nearest) for f in faults] == [
        ("evidence.strike, flip", f"{first} 2 times", "none"),
        ("evidence.strike, flip", f"{second} 2 times", "none"),
        ("evidence.add date", "2025-12-31", last),
    ]


def test_what_if_says_what_moved_and_offers_a_refit_where_draws_are_few(tmp_path, capsys):
    words = ["what-if", "strike=RU-2025-11-27-01", "worlds=20", f"results_dir={tmp_path}"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert "Solving 20 worlds once" in told.err
    for said in (
        "strike RU-2025-11-27-01",
        "weight",
        "Pareto k",
        "experiment=calibrate",
        "untested",
    ):
        assert said in told.out
    assert main(words) == 0
    assert "Solving" not in capsys.readouterr().err


def test_faults_of_what_if_come_before_anything_is_solved(tmp_path, capsys):
    dissent = next(s.statement_id for s in CASE.tables.statements if s.dissent)
    words = [f"flip=RU-2025-11-27-1,{dissent}", "add=us:x=y:agrees:soon", f"results_dir={tmp_path}"]
    assert main(["what-if", *words]) == 2
    said = capsys.readouterr().err
    for found in ("RU-2025-11-27-1", "own line", "agrees", "soon", "YYYY-MM-DD"):
        assert found in said
    assert main(["what-if"]) == 2
    assert main(["what-if", "strike"]) == 2
    assert not list(tmp_path.iterdir())


def test_the_prior_has_no_draws_to_reweight():
    config = read_config(composed(["experiment=evidence", "ensemble=prior"]))
    with pytest.raises(BadInput, match=r"ensemble\.kind: found prior; .*nearest posterior"):
        evidence.units(CASE, config)


def test_a_share_never_leaves_the_unit_interval():
    value = np.array([1.0] * 9 + [0.5])
    measured = {name: Headline(value, np.zeros(10)) for name in MEASURES}
    found = evidence._headlines(pa.table({"world": range(10)}), measured)
    assert found["pr_zopa"]["high"] == 1.0
    assert "100 % by the luck" in found["pr_zopa"]["sentence"]
    assert found["mean_zopa_months"]["high"] > 1.0
    low = {name: Headline(1.0 - value, np.zeros(10)) for name in MEASURES}
    assert evidence._headlines(pa.table({"world": range(10)}), low)["pr_zopa"]["low"] == 0.0
