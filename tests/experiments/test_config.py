"""Every key has a range, every fault is named, an arm is a config."""

import pytest
import yaml

from experiments import expect
from experiments.config import Config, flatten, read_config
from experiments.identity import ROOT
from sim.errors import BadInput

SEEDS = "an integer >= 0 and <= 9223372036854775807"
SCALES = "a number >= 0.01 and <= 100"


def faults_of(**keys):
    with pytest.raises(BadInput) as caught:
        read_config({"question": "Why?", **keys})
    return [str(fault) for fault in caught.value.faults]


def test_the_defaults_of_the_schema_are_those_of_the_yaml():
    folder = ROOT / "conf"
    top = yaml.safe_load((folder / "config.yaml").read_text())
    del top["defaults"], top["hydra"], top["case"]
    groups = {
        "ensemble": "posterior",
        "war": "standard",
        "response": "standard",
        "protocol": "single_text",
        "mediator": "expected",
        "papers": "one",
        "ratification": "none",
        "study": "baseline",
    }
    for group, name in groups.items():
        top[group] = yaml.safe_load((folder / group / f"{name}.yaml").read_text())
    assert read_config(top) == Config()


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"worlds": -5}, "error: worlds: found -5; allowed an integer >= 1; nearest 1"),
        ({"worlds": 2.5}, "error: worlds: found 2.5; allowed an integer >= 1; nearest 1"),
        ({"worlds": True}, "error: worlds: found true; allowed an integer >= 1; nearest none"),
        ({"seed": "abc"}, f"error: seed: found abc; allowed {SEEDS}; nearest none"),
        ({"seed": None}, f"error: seed: found null; allowed {SEEDS}; nearest none"),
        ({"seed": -1}, f"error: seed: found -1; allowed {SEEDS}; nearest 0"),
        ({"seed": 2**63}, f"error: seed: found {2**63}; allowed {SEEDS}; nearest {2**63 - 1}"),
        (
            {"only_world": 9000},
            "error: only_world: found 9000; allowed 0 to 999; nearest 999",
        ),
        (
            {"engine": "meso"},
            "error: engine: found meso; allowed compiled, mesa; nearest mesa",
        ),
        (
            {"ensemble": {"kind": "posteror"}},
            "error: ensemble.kind: found posteror; allowed prior, posterior; nearest posterior",
        ),
        (
            {"war": {"delta": float("nan")}},
            "error: war.delta: found nan; allowed a number > 0 and < 1, or null; nearest none",
        ),
        (
            {"war": {"cost_scale": {"x": 0}}},
            f"error: war.cost_scale.x: found 0; allowed {SCALES}; nearest 0.01",
        ),
        (
            {"war": {"cost_scale": {"x": 101}}},
            f"error: war.cost_scale.x: found 101; allowed {SCALES}; nearest 100",
        ),
        ({"protocol": "x"}, "error: protocol: found x; allowed a mapping; nearest none"),
        (
            {"consent": "unions"},
            "error: consent: found unions; "
            "allowed union, options, issues, none; nearest union",
        ),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_one_line(keys, fault):
    assert faults_of(**keys) == [fault]


def test_all_faults_come_at_once():
    assert len(faults_of(worlds=0, seed=-1, protokol={}, mediator={"temperature": 0})) == 4


def test_a_results_folder_that_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.touch()
    (line,) = faults_of(results_dir=str(path / "below"))
    assert line.startswith("error: results_dir: found a file")


def test_the_ends_of_a_range_are_in_it():
    scales = {"x": 0.01, "y": 100}
    config = read_config({"question": "Why?", "seed": 2**63 - 1, "war": {"cost_scale": scales}})
    assert (config.seed, config.war.cost_scale) == (2**63 - 1, scales)


def test_whole_numbers_serve_as_reals():
    config = read_config({"question": "Why?", "war": {"cost_scale": {"x": 2}}})
    assert isinstance(config.war.cost_scale["x"], float)


def test_an_arm_is_the_config_with_its_changes():
    arms = {"free": {"red_lines": False, "protocol": {"horizon_weeks": 9}}, "same": {}}
    config = read_config({"question": "Why?", "study": {"arms": arms}})
    free, same = config.arms().values()
    assert (free.red_lines, free.protocol.horizon_weeks) == (False, 9)
    assert (same.red_lines, same.protocol) == (True, config.protocol)
    assert list(Config(question="Why?").arms()) == ["base"]


@pytest.mark.parametrize("change", [{"seed": 3}, {"worlds": 5}, {"war.dleta": 0.9}])
def test_arms_share_worlds_and_luck_and_know_their_keys(change):
    config = read_config({"question": "Why?", "study": {"arms": {"odd": change}}})
    with pytest.raises(BadInput, match=r"study\.arms\.odd"):
        config.arms()


def test_flatten_keeps_empty_mappings():
    assert flatten({"a": {"b": {}}, "c": 1}) == {"a.b": {}, "c": 1}


@pytest.mark.parametrize(
    "sentence", ["pr_zopa > 0", "pr_zopa.value between 1 and 0", "x.value between 0 and nan", 3]
)
def test_an_expectation_is_one_kind_of_sentence(sentence):
    with pytest.raises(BadInput, match="expect"):
        expect.parse(sentence, "expect.full")


def test_an_expectation_holds_or_says_how_it_fails():
    bound = expect.parse("pr_zopa.value between 0.1 and 0.5", "expect.full")
    assert bound.failure({"pr_zopa": {"value": 0.5}}) is None
    assert "found 0.6" in bound.failure({"pr_zopa": {"value": 0.6}})
    assert "found nothing" in bound.failure({"pr_zopa": {"value": None}})
    assert "found nothing" in bound.failure({})


def test_a_share_between_zero_and_one_cannot_fail():
    bound = expect.parse("pr_zopa.value between 0 and 1", "expect.full")
    assert not bound.is_breakable


def test_numbers_are_held_by_dotted_names_however_they_are_written():
    nested = read_config({"question": "Why?", "fix": {"cost_flow": {"ukraine": 1}, "delta": 0.98}})
    flat = read_config({"question": "Why?", "fix": {"cost_flow.ukraine": 1.0, "delta": 0.98}})
    assert nested.fix == flat.fix == {"cost_flow.ukraine": 1.0, "delta": 0.98}
    assert nested.identity() == flat.identity()


def test_an_arm_holds_a_number_of_its_own():
    study = {"module": "baseline", "arms": {"low": {"fix.kE.us": 0.02}, "as_is": {}}}
    arms = read_config({"question": "Why?", "fix": {"delta": 0.98}, "study": study}).arms()
    assert arms["low"].fix == {"delta": 0.98, "kE.us": 0.02}
    assert arms["as_is"].fix == {"delta": 0.98}


def test_a_guarantee_read_for_itself_alone_leaves_no_effect_to_hold():
    """Arms keep the document a study asks about."""
    (line,) = faults_of(enforcement_value="intrinsic", fix={"kE.us": 0.05, "delta": 0.98})
    assert line.startswith("error: fix.kE.us: found enforcement_value=intrinsic beside it")
    (line,) = faults_of(enforcement_value="hazzard")
    assert line.endswith("allowed intrinsic, hazard, both; nearest hazard")
    study = {"module": "baseline", "text": "us_28_point", "arms": {"as_is": {}}}
    arms = read_config({"question": "Why?", "study": study}).arms()
    assert arms["as_is"].study.text == "us_28_point"
