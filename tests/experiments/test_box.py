"""The box: directions from pairs, corners really simulated, ranges that hold the middle."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments import box
from experiments.config import read_config
from experiments.headlines import HEADLINES
from experiments.ranges import BOX, BoxRange, boxed, share
from experiments.spread import spread
from experiments.summary import COLUMNS, simulate_summary
from experiments.switches import settings_of
from experiments.worker import simulate_chunk
from sim.case import load_case
from tests.experiments.fake_summary import CALLS, double
from tests.experiments.fake_summary import simulate_summary as toy

CASE = load_case("camp_david")


def config(**keys):
    plain = {"question": "Why?", "worlds": 60, "threads": 1, "box": {"worlds": 30, "corners": 40}}
    return read_config(plain | keys)


@pytest.fixture
def found(monkeypatch):
    """What `compute` keeps of the toy worlds."""
    monkeypatch.setattr(box, "SIMULATE", "tests.experiments.fake_summary:simulate_summary")
    CALLS.clear()
    return run()


def run(**keys):
    c = config(**keys)
    settings = settings_of(c, CASE)
    worlds = toy(CASE, settings, c.seed, 0, c.worlds)
    return box.compute(CASE, c, settings, worlds, quiet=True)


def test_the_box_is_what_is_drawn_and_no_evidence_teaches():
    spans = box.numbers(CASE, config())
    assert list(spans) == [
        "delta", "cost_flow.egypt", "cost_flow.israel", "hazard.armistice",
        "hazard.exhaustion_egypt", "hazard.exhaustion_israel", "holdout",
        "holdout_optimism.egypt", "holdout_optimism.israel", "optimism", "rho0",
        "kE.egypt", "kE.israel", "kE.us",
    ]  # fmt: skip
    held = box.numbers(CASE, config(fix={"rho0": 0.01}, war={"delta": 0.98}))
    assert set(spans) - set(held) == {"rho0", "delta"}


def test_a_corner_holds_what_moves_the_headline_each_at_its_end(found):
    worth = found["headlines"]["median_zopa_months"]["range"]
    assert worth["low_corner"] == {"rho0": 0.02, "optimism": 0.0}
    assert worth["high_corner"] == {"rho0": 0.002, "optimism": 0.4}
    assert list(worth["low_corner"]) == ["rho0", "optimism"]  # strongest first


def test_the_ends_are_simulated_and_the_same_luck_is_used(found):
    settings = settings_of(config(), CASE)
    held = replace(settings, fixed={"rho0": 0.02, "optimism": 0.0})
    low = HEADLINES["median_zopa_months"].value(toy(CASE, held, 2026, 0, 40))
    assert found["headlines"]["median_zopa_months"]["range"]["low"] == low
    effects = found["headlines"]["median_zopa_months"]["effects"]
    assert effects["rho0"]["change"] == pytest.approx(-1.8)
    assert effects["rho0"]["noise"] == pytest.approx(0.0, abs=1e-9)  # paired: luck cancels
    assert effects["delta"] == effects["delta"] | {"change": 0.0, "noise": 0.0}


def test_a_headline_whose_column_is_not_filled_has_no_range(found):
    assert set(found["headlines"]) == {"pr_zopa", "pr_deal_12m", "median_zopa_months"}


@pytest.mark.usefixtures("found")
def test_corners_shared_by_headlines_are_simulated_once():
    corners = [held for held, last in CALLS if last == 40]
    assert corners
    assert all(corners.count(corner) == 1 for corner in corners)


def test_every_range_holds_its_middle(found):
    for headline in found["headlines"].values():
        ends = headline["range"]
        assert ends["low"] <= headline["central"] <= ends["high"]


def test_a_corner_that_comes_out_inside_gives_way_to_the_widest_screened_point():
    corners = [(0.6, {"a": 1.0, "b": 2.0}), (0.7, {"a": 0.0, "b": 3.0})]
    screened = [(0.4, {"a": 1.0}), (0.45, {"b": 2.0}), (0.55, {"b": 3.0})]
    found = box.range_of(0.5, corners, screened, 0.5, 100)
    assert (found.low, found.low_corner, found.low_inside) == (0.4, {"a": 1.0}, True)
    assert (found.high, found.high_corner, found.high_inside) == (0.7, corners[1][1], False)
    said = boxed(np.array([0.0, 1.0]), share, found).words(str)
    assert said == "box: 0.4 (a=1; its corner came out inside) to 0.7 (a=0, b=3)"
    lucky = box.range_of(0.5, corners, screened, 0.42, 100)  # those worlds alone give 0.42
    assert (lucky.low, lucky.low_corner) == (0.4, {"a": 1.0})
    alone = box.range_of(0.5, corners, screened, 0.4, 100)
    assert (alone.low, alone.low_corner) == (0.5, {})
    assert "nothing simulated lies beyond" in boxed(np.array([0.0, 1.0]), share, alone).words(str)


def test_a_share_that_is_all_or_nothing_is_screened_by_its_margin():
    low, high = ({"zopa_util": list(np.linspace(1, 2, 30) + x)} for x in (0.0, 0.5))
    effect = box.effect(HEADLINES["pr_zopa"], low, high)
    assert (effect.low_end, effect.high_end) == (1.0, 1.0)
    assert effect.change == pytest.approx(0.5)
    assert effect.counts


def test_a_change_within_its_noise_leaves_the_number_drawn():
    generator = np.random.default_rng(3)
    counted = 0
    for _ in range(50):
        ends = [{"zopa_util": list(generator.normal(size=40))} for _ in range(2)]
        counted += box.effect(HEADLINES["pr_zopa"], *ends).counts
    assert 5 <= counted <= 30  # 32 % expected beyond one standard error


def test_where_nothing_moves_a_headline_its_range_is_sampling_and_says_so():
    empty = BoxRange(0.5, 0.5, {}, {}, False, False, 100)
    found = boxed(np.r_[np.zeros(50), np.ones(50)], share, empty)
    assert found.how == BOX
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    assert "no number of the box moves it" in found.words(str)


def test_equal_corners_are_said_once():
    ends = BoxRange(1.0, 1.0, {"a": 1.0}, {"a": 0.0}, False, False, 100)
    assert boxed(np.ones(50), share, ends).words(str) == "box: 1.0 at both corners"


@pytest.mark.usefixtures("found")
def test_the_box_of_a_run_is_kept_and_read_again(tmp_path, monkeypatch):
    c = config()
    settings = settings_of(c, CASE)
    worlds = toy(CASE, settings, c.seed, 0, c.worlds)
    first = box.of_run(tmp_path, CASE, c, settings, worlds, True)
    assert [path.name for path in tmp_path.iterdir()] == ["box.json"]
    monkeypatch.setattr(box, "SIMULATE", "nowhere:nothing")
    assert box.of_run(tmp_path, CASE, c, settings, worlds, True) == first
    kept = json.loads(Path(tmp_path / "box.json").read_text())
    assert kept["screening_worlds"] == 30


@pytest.mark.parametrize("keys", [{"box": {"worlds": 0}}, {"worlds": 29}, {"only_world": 3}])
def test_a_run_without_a_range_has_no_box(keys):
    assert box.is_asked(config())
    assert not box.is_asked(config(**keys))


def test_a_summary_is_what_the_full_run_writes_down():
    settings = settings_of(config(), CASE)
    full, _ = simulate_chunk(CASE, settings, 7, 0, 3, trace=False)
    short = simulate_summary(CASE, settings, 7, 0, 3)
    assert short == {name: full[name] for name in COLUMNS}
    assert set(box.COLUMNS) < set(COLUMNS)


def test_pieces_come_back_in_order_from_one_process_or_two():
    for threads in (1, 2):
        with spread(threads, 5, quiet=True) as over:
            assert over(double, [3, 1, 2], "") == [6, 2, 4]
            assert over(double, [], "") == []


def test_a_failing_piece_ends_the_pool():
    with pytest.raises(ValueError, match="no such piece"), spread(2, 5, quiet=True) as over:
        over(double, [1, -1, 2], "")
