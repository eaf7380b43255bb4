"""The study of robust texts: what it counts on fresh worlds, distances, accounts, sentences."""

import re
from pathlib import Path

import numpy as np
import pytest

from experiments import store
from experiments.compose import composed
from experiments.config import read_config
from experiments.figures import robust as figure
from experiments.figures import style
from experiments.figures.source import Run
from experiments.studies import robust
from sim.case import load_case
from sim.documents import text_of
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from tests.experiments.test_figures import collecting, words_of
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


def test_the_figure_marks_the_points_the_finding_counts(asked, monkeypatch):
    """Every point under one of two headings; the count of the first is the finding's value."""
    case, config, table = asked
    found = robust.findings(table, None, case, config, {})["near_optimal"]
    agreed = int(found["value"])
    assert f"{agreed} of {case.agenda.n_issues} points are settled alike" in found["sentence"]
    pages = collecting(monkeypatch)
    with style.look():
        figure.draw(Run(Path(), case, config, table.add_column(0, "arm", [["base"] * len(table)])))
    said = [text.get_text() for text, _ in words_of(pages[0])]
    heads = [word for word in said if word.startswith("Settled ")]
    counts = [int(re.search(r": (\d+) points", head)[1]) for head in heads]
    assert counts == [n for n in (agreed, case.agenda.n_issues - agreed) if n]
    titles = [case.agenda.title(j) for j in range(case.agenda.n_issues)]
    shown = [word for word in said if word in titles]
    near = robust.parsed(case, robust.of_kind(table, "near"))
    alike = robust.settled_alike(robust.inclusion(near, case.agenda.max_options))
    assert shown == [titles[j] for j in (*np.flatnonzero(alike), *np.flatnonzero(~alike))]


def test_the_points_drawn_and_the_others_add_up_to_the_whole_account(asked, monkeypatch):
    case, config, table = asked
    run = Run(Path(), case, config, table)
    monkeypatch.setattr(figure, "TOLD", 2)
    told = figure.heaviest(run)
    assert len(told) == 2
    for party in case.parties:
        rows = robust.of_kind(table, "account", party)
        fight, quo = figure._account_of(run, party, told)
        assert len(fight) == len(quo) == 4
        assert fight.sum() == pytest.approx(sum(row["fighting_months"] for row in rows))
        assert quo[:-1].sum() == pytest.approx(sum(row["status_quo_months"] for row in rows[:-1]))
