"""The findings of a baseline run: four answers first, each a range, each in one sentence."""

import re

import numpy as np
import pyarrow as pa
import pytest

from experiments import report, store
from experiments.columns import world_columns
from experiments.config import read_config
from experiments.ranges import BoxRange
from experiments.studies import baseline
from experiments.switches import settings_of
from experiments.worker import simulate_chunk
from sim.case import load_case

CASE = load_case("camp_david")
CONFIG = read_config({"question": "Why?", "worlds": 16})


@pytest.fixture(scope="module")
def worlds():
    rows, _ = simulate_chunk(CASE, settings_of(CONFIG, CASE), 7, 0, 16, trace=False)
    table = store.table_of(rows, world_columns(CASE))
    return table.append_column("arm", pa.array(["base"] * 16))


def with_column(table, name, values):
    if name in table.column_names:
        table = table.drop_columns([name])
    return table.append_column(name, pa.array(values, pa.float64()))


def found(table, box=None):
    return baseline.findings(table, None, CASE, CONFIG, box or {})


def test_the_four_answers_come_first_and_every_sentence_is_one_line(worlds):
    findings = found(worlds)
    assert tuple(findings)[: len(baseline.FIRST)] == baseline.FIRST
    assert all("\n" not in entry["sentence"] for entry in findings.values())
    assert findings["pr_durable"]["value"] is None
    assert "not built yet" in findings["pr_durable"]["sentence"]
    others = [e["sentence"] for n, e in findings.items() if n not in baseline.FIRST]
    assert np.median([len(sentence) for sentence in others]) < 120


def test_ripeness_is_counted_where_it_is_known(worlds):
    nulls = with_column(worlds, "ripe_util", [None] * 16)
    assert found(nulls)["pr_ripe"]["value"] is None
    ripe = with_column(worlds, "ripe_util", [0.0] * 4 + [-0.1] * 12)
    later = with_column(ripe, "ripe_w26_util", [0.1] * 6 + [-0.1] * 2 + [None] * 8)
    findings = found(later)
    assert findings["pr_ripe"]["value"] == 0.25  # zero counts: nothing is lost by signing
    assert (findings["pr_ripe_w26"]["value"], findings["pr_ripe_w26"]["n"]) == (0.75, 8)
    assert "8 worlds whose war then still goes on" in findings["pr_ripe_w26"]["sentence"]


def test_what_a_side_holds_out_for_is_told_in_its_own_war_months(worlds):
    month = (1 - np.array(worlds["draw_delta"])) * np.array(worlds["draw_cost_israel"])
    table = with_column(worlds, "h_israel_util", list(5.0 * month))
    entry = found(table)["median_h_israel_months"]
    assert entry["value"] == pytest.approx(5.0)
    assert "5.0 own war-months" in entry["sentence"]
    both = with_column(table, "h_egypt_util", table["h_israel_util"].to_pylist())
    other = found(both)["median_h_egypt_months"]["sentence"]
    blind = [re.sub(r"[\d.]+|egypt|israel", "X", said) for said in (entry["sentence"], other)]
    assert blind[0] == blind[1]  # the same words for both sides


def test_agreements_are_cumulative_and_an_armistice_stands_beside_them(worlds):
    ends = ["agreed"] * 6 + ["armistice_outside"] * 4 + ["no_text"] * 6
    weeks = [10.0, 20.0, 30.0, 40.0, 60.0, 90.0, 5.0, 30.0, 60.0, 99.0] + [104.0] * 6
    table = worlds.set_column(worlds.schema.get_field_index("end"), "end", pa.array(ends))
    table = table.set_column(table.schema.get_field_index("week"), "week", pa.array(weeks))
    findings = found(table)
    shares = [findings[f"pr_deal_{n}m"]["value"] for n in (6, 12, 24)]
    assert shares == [2 / 16, 4 / 16, 6 / 16]
    assert "armistice outside the mediation: 6 %" in findings["pr_deal_6m"]["sentence"]
    assert "armistice outside the mediation: 12 %" in findings["pr_deal_12m"]["sentence"]
    assert findings["pr_end_armistice_outside"]["value"] == 0.25


def test_a_box_gives_a_headline_its_ends_and_corners(worlds):
    low, high = {"delta": 0.97, "rho0": 0.02}, {"delta": 0.995, "rho0": 0.002}
    box = {"pr_zopa": BoxRange(0.4, 1.0, low, high, False, False, 100)}
    entry = found(worlds, box)["pr_zopa"]
    assert (entry["low"], entry["high"]) == (0.4, 1.0)
    assert (entry["low_corner"], entry["high_corner"]) == (low, high)
    assert "(box: 40 % (delta=0.97, rho0=0.02) to 100 % (" in entry["sentence"]
    assert "low_corner" not in found(worlds, box)["pr_deal_12m"]


def test_the_screen_tells_all_findings_the_first_ones_first(worlds, tmp_path):
    findings = found(worlds)
    said = report.screen(tmp_path, findings, "0" * 64, baseline.FIRST).splitlines()
    assert said[0] == "Findings:"
    assert said[1] == f"- {findings['pr_zopa']['sentence']}"
    assert said.index(report.MORE) == len(baseline.FIRST) + 1
    assert sum(line.startswith("- ") for line in said) == len(findings) + 1
