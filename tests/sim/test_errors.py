"""Faults: one line each, all at once, with the nearest allowed word."""

import pickle

import pytest

from sim.errors import BadInput, Fault, FaultList, nearest


def test_a_fault_is_one_line_with_place_found_allowed_nearest():
    fault = Fault("a.csv:2 | party", "egpyt", "egypt, israel", "egypt")
    assert str(fault) == (
        "error: a.csv:2 | party: found egpyt; allowed egypt, israel; nearest egypt"
    )


def test_nearest_is_none_unless_given():
    assert str(Fault("seed", "abc", "a number")).endswith("; nearest none")


def test_bad_input_prints_one_line_per_fault_in_order():
    faults = [Fault("b", "1", "2"), Fault("a", "3", "4")]
    error = BadInput(faults)
    assert error.faults == tuple(faults)
    assert str(error).splitlines() == [str(f) for f in faults]
    assert isinstance(error, ValueError)


def test_bad_input_takes_a_single_fault_and_survives_pickling():
    error = BadInput(Fault("seed", "abc", "a number"))
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_a_fault_list_raises_everything_at_once():
    faults = FaultList()
    faults.raise_if_any()
    faults.add("a", "1", "2")
    faults.extend([Fault("b", "3", "4")])
    with pytest.raises(BadInput) as caught:
        faults.raise_if_any()
    assert [f.place for f in caught.value.faults] == ["a", "b"]
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("word", "expected"),
    [("egpyt", "egypt"), ("isreal", "israel"), ("zzz", "none"), ("", "none")],
)
def test_nearest_word(word, expected):
    assert nearest(word, ["israel", "egypt"]) == expected


def test_nearest_of_nothing_is_none():
    assert nearest("egypt", []) == "none"
