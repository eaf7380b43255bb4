"""The study of robust texts: what it counts on fresh worlds, distances, accounts, sentences."""

import numpy as np
import pytest

from experiments import store
from experiments.compose import composed
from experiments.config import read_config
from experiments.studies import robust
from sim.case import load_case
from sim.documents import text_of
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from tests.sim.test_robust import accepted

WORLDS = 12


@pytest.fixture(scope="module")
def asked():
    case = load_case("camp_david")
    words = ["experiment=q11_robust_text", "case=camp_david", f"worlds={WORLDS}", "seed=5"]
    config = read_config(composed(words))
    rows = robust.simulate(case, config, 0, 1)
    return case, config, store.table_of(rows, robust.columns(case, config))


def test_what_is_told_is_counted_on_worlds_the_search_has_not_seen(asked):
    case, config, table = asked
    ensemble = prior_ensemble(case, Settings(), config.seed)
    fresh = [ensemble.world(i) for i in range(WORLDS, 2 * WORLDS)]
    seen = [ensemble.world(i) for i in range(WORLDS)]
    for kind in ("best", "single_world", "mean_world", "document", "close"):
        for row in robust.of_kind(table, kind):
            text = case.agenda.parse(row["text"])
            for name, worlds in (("share_fresh", fresh), ("share_searched", seen)):
                yes = [accepted(text, w, ensemble.table) for w in worlds]
                assert row[name] == pytest.approx(np.mean(yes))


def test_the_best_is_best_where_it_was_searched_and_the_near_are_near(asked):
    _, _, table = asked
    best = robust.of_kind(table, "best")[0]["share_searched"]
    others = [r for kind in ("near", "single_world", "mean_world", "document", "close")
              for r in robust.of_kind(table, kind)]  # fmt: skip
    assert max(row["share_searched"] for row in others) <= best + 1e-9
    near = [row["share_searched"] for row in robust.of_kind(table, "near")]
    assert min(near) >= best - robust.NEAR - 1e-6


def test_texts_close_to_a_document_change_no_more_points_than_they_say(asked):
    case, _, table = asked
    for document in robust.documents(case):
        anchor = robust.settled(document)
        for row in robust.of_kind(table, "close", document.document_id):
            assert (
                robust.distances(case, case.agenda.parse(row["text"]), anchor)[0]
                <= (row["changes"])
            )


def test_distance_counts_settled_points_and_their_weight():
    case = load_case("ukraine_2025")
    anchor = robust.settled(text_of(case, "geneva_framework"))
    assert robust.distances(case, anchor, anchor) == (0, 0.0)
    other = np.where(anchor >= 0, anchor, 0)
    j = int(np.flatnonzero(anchor >= 0)[0])
    other[j] = 1 - min(int(anchor[j]), 1)
    salience = np.array(case.priors.salience, dtype=float)
    weight = (salience / salience.sum(axis=1, keepdims=True))[:2].mean(axis=0)[j]
    assert robust.distances(case, other, anchor) == (1, pytest.approx(weight))


def test_every_party_has_an_account_of_every_point(asked):
    case, _, table = asked
    for party in case.parties:
        rows = robust.of_kind(table, "account", party)
        assert [row["issue"] for row in rows] == [*case.agenda.issue_ids, None]
        assert rows[-1]["fighting_months"] > 0


def test_findings_recommend_nothing_and_show_the_curse(asked):
    case, config, table = asked
    found = robust.findings(table, None, case, config, {})
    assert "no recommendation" in found["robust_share"]["sentence"]
    best = robust.of_kind(table, "best")[0]
    fall = best["share_searched"] - best["share_fresh"]
    assert found["winners_curse"]["value"] == pytest.approx(fall)
    assert 0 <= found["robust_share"]["low"] <= found["robust_share"]["value"]
