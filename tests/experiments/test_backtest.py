"""Predictions nobody could have made with hindsight, scored; later folders and their faults."""

import csv
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from experiments.calibration.rivals import RULES
from experiments.calibration.rows import answers_of, middle
from experiments.calibration.scores import (
    HIGHER,
    SCORES,
    auc,
    by_row,
    interval,
    replicated,
    resampled,
    times_drawn,
    weeks_of,
)
from experiments.compose import composed
from experiments.config import read_config
from experiments.run import main
from experiments.store import read_json
from experiments.studies import backtest
from sim.beside import later_case
from sim.case import default_root, load_case
from sim.errors import BadInput
from sim.observed import evidence_until

CASE = load_case("ukraine_2025")
DAY = date(2025, 10, 20)


def later_folder(place: Path, **cells: str) -> Path:
    """Write a later folder: the rows of the cut-off day, with some cells of the first changed."""
    place.mkdir()
    with (default_root() / "ukraine_2025" / "statements.csv").open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["date"] >= "2025-12-04"]
    rows = [r | {"date": "2025-12-05"} for r in rows]
    rows[0] |= cells
    with (place / "statements.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return place


@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_chances_and_knows_nothing_later(name):
    """Rows after the day may say anything: what is told of the next block stays the same."""
    known = evidence_until(CASE, DAY)
    block = answers_of(CASE).between(DAY, date(2025, 11, 24))
    told = RULES[name](known, answers_of(known))(block)
    assert told.shape == (len(block), 3)
    np.testing.assert_allclose(told.sum(axis=1), 1.0, atol=1e-5)
    assert (told > 0).all()
    blind = block.where(np.ones(len(block), dtype=bool))
    blind.status[:] = 2 - blind.status
    np.testing.assert_array_equal(RULES[name](known, answers_of(known))(blind), told)


def test_scores_of_a_sure_and_of_an_ignorant_forecast():
    status = np.array([0, 1, 2])
    sure, equal = np.eye(3), np.full((3, 3), 1 / 3)
    assert by_row(sure, status)["rps"].sum() == 0.0
    assert by_row(equal, status)["log_score"] == pytest.approx([-np.log(3)] * 3)
    assert by_row(equal, status)["brier"][2] == pytest.approx(4 / 9)
    assert auc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


def test_whole_weeks_are_resampled():
    days = [date(2025, 11, 24), date(2025, 11, 25), date(2025, 12, 2)]
    weeks = weeks_of(days)
    assert weeks[0] == weeks[1] != weeks[2]
    for rows in resampled(weeks, 1, 50):
        assert (rows == 0).sum() == (rows == 1).sum()
    low, high = interval(np.array([float(len(rows)) for rows in resampled(weeks, 1, 50)]))
    assert low < high


def test_middle_options_are_neither_end():
    rows = answers_of(CASE)
    inner = middle(CASE, rows)
    assert 50 < inner.sum() < 250
    assert not inner[rows.option == 0].any()


def test_later_rows_take_the_place_of_the_case_s(tmp_path):
    after = later_case(CASE, later_folder(tmp_path / "later"))
    assert {s.date for s in after.tables.statements} == {CASE.cutoff}
    assert after.document_ids[: len(CASE.document_ids)] == CASE.document_ids


def test_every_fault_of_a_later_folder_at_once(tmp_path):
    folder = later_folder(
        tmp_path / "later", date="2025-12-01", party="rusia", option="no_such_option"
    )
    shutil.copy(default_root() / "ukraine_2025" / "document_verdicts.csv", folder)
    head = (folder / "document_verdicts.csv").read_text().splitlines()[0]
    (folder / "document_verdicts.csv").write_text(head + "\n")
    with pytest.raises(BadInput) as bad:
        later_case(CASE, folder)
    said = str(bad.value)
    for words in (
        "2025-12-01",
        "rusia",
        "nearest russia",
        "no_such_option",
        "document_verdicts.csv | rows",
    ):
        assert words in said


def test_a_folder_that_is_not_there_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match=r"case\.later"):
        later_case(CASE, tmp_path / "nowhere")


def test_a_later_folder_is_scored(tmp_path, monkeypatch, capsys):
    """Every cell carries its score, predictor and part in its name, with n."""
    monkeypatch.chdir(tmp_path)
    folder = later_folder(tmp_path / "later")
    code = main(["experiment=backtest", f"case.later={folder}", f"results_dir={tmp_path}/r"])
    assert code == 0, capsys.readouterr()
    found = read_json(next(tmp_path.glob("r/backtest/*/findings.json")))
    rows = len(answers_of(later_case(CASE, folder)))
    for name in ("model", "nearest", "axis", "frequency", "carry"):
        for score in ("log_score", "rps", "brier", "auc"):
            assert found[f"{score}_{name}"]["n"] == rows
    assert found["log_score_model"]["value"] < 0
    assert "log_score_model_russia" in found
    assert "log_score_nearest_middle" in found
    assert "verdicts_log_score_model" in found


def test_faults_of_a_later_folder_end_with_exit_2(tmp_path, capsys):
    folder = later_folder(tmp_path / "later", party="rusia", option="x")
    code = main(["experiment=backtest", f"case.later={folder}", f"results_dir={tmp_path}/r"])
    said = capsys.readouterr()
    assert code == 2
    assert said.err.count("error: ") >= 2
    assert "Traceback" not in said.err


PREDICTORS = ("model", "average", *RULES)
PARTS = ("", *(f"_{party}" for party in CASE.parties), "_middle", "_without_late")


def test_every_cell_is_named_with_its_count_and_every_rival_compared():
    """All scores of all predictors over all parts, and the model's gain over every rival."""
    config = read_config(composed(["experiment=backtest"]))
    worlds = pa.table(backtest.simulate(CASE, config, 0, 1))
    found = backtest.findings(worlds, None, CASE, config, {})
    for part in PARTS:
        counts = set()
        for score in SCORES:
            for name in PREDICTORS:
                cell = found[f"{score}_{name}{part}"]
                assert cell["low"] <= cell["value"] <= cell["high"]
                counts.add(cell["n"])
                if name != "model":
                    gain = found[f"gain_{score}_{name}{part}"]
                    sign = 1 if HIGHER[score] else -1
                    ours = found[f"{score}_model{part}"]["value"]
                    assert gain["value"] == pytest.approx(sign * (ours - cell["value"]))
        assert len(counts) == 1
        assert counts.pop() > 0
    assert "public stances" in found["untested"]["sentence"]


def test_the_area_of_every_sample_is_that_of_its_rows():
    """Ties and samples without one of both kinds included."""
    rng = np.random.default_rng(1)
    chance, status = rng.integers(0, 4, 12) / 3, rng.integers(0, 3, 12)
    three = np.column_stack([chance, 1 - chance, 0 * chance])
    samples = [rng.integers(0, 12, 12) for _ in range(40)] + [np.flatnonzero(status > 0)]
    told = replicated("auc", three, status, times_drawn(samples, 12)).sample
    np.testing.assert_allclose(told, [auc(chance[at], status[at] == 0) for at in samples])
    means = replicated("rps", three, status, times_drawn(samples, 12)).sample
    rows = by_row(three, status)["rps"]
    np.testing.assert_allclose(means, [rows[at].mean() for at in samples])
