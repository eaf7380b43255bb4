"""`tango would-sign`: what it answers, what it lists, and what it says of a bad question."""

import re

import numpy as np
import pytest

from experiments import run
from experiments.would_sign import read_text, statements
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.worth import enforcement_level, surplus


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Run `tango would-sign` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = run.main(["would-sign", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize("party", ["egypt", "israel"])
def test_the_share_it_tells_is_that_of_the_integers(ask, party):
    case = load_case("camp_david")
    text, p = case.priors.treaty_default, case.parties.index(party)
    ensemble = prior_ensemble(case, Settings(), 7)
    level = enforcement_level(text, ensemble.table.enforcement)
    worlds = [ensemble.world(i) for i in range(30)]
    gains = [
        surplus(text, w.coef[p], w.base[p], w.link[p], ensemble.table.links, level) for w in worlds
    ]
    code, out, err = ask(
        f"text={case.agenda.codes(text)}",
        f"party={party}",
        "case=camp_david",
        "worlds=30",
        "seed=7",
    )
    assert (code, err) == (0, "")
    told = re.search(r"prefers it to fighting on in (\d+) % of 30 worlds", out)
    assert int(told[1]) == round(100 * np.mean(np.array(gains) >= 0))
    for said in (
        "Nearest single change",
        f"cost_flow.{party}",
        "Conditional",
        "not that it should",
    ):
        assert said.lower() in out.lower()


def test_a_bad_question_is_told_whole_with_what_is_nearest(ask):
    code, out, err = ask("text=us_28_pont", "party=ukrane")
    assert (code, out) == (2, "")
    assert "error: party: found ukrane;" in err
    assert "nearest ukraine" in err
    assert "error: text: found us_28_pont;" in err
    assert err.endswith("nearest us_28_point\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["party=us"], "error: text: found nothing"),
        (["text=us_28_point", "party=us", "party=europe"], "error: party: found us and europe"),
        (["text=us_28_point", "party=us", "worlds=0"], "error: worlds: found 0"),
        (["text=nato_membership=opn", "party=us"], "error: nato_membership: found opn"),
        (["text=us_28_point", "party=us", "--all"], "error: would-sign: found --all"),
    ],
)
def test_each_fault_has_its_line(ask, words, told):
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


def test_open_points_are_read_as_silence_and_listed():
    case = load_case("ukraine_2025")
    asked = read_text(case, "geneva_framework")
    default = case.priors.treaty_default
    assert len(asked.open) > 10
    for j, k in enumerate(asked.document.text):
        assert asked.text[j] == (default[j] if k < 0 else k)
        assert (j in asked.open) == (k < 0)
    given = read_text(case, "nato_membership=left_to_leaders;armed_forces_cap=cap_600k")
    assert [case.agenda.issue_ids[j] for j in given.open] == ["nato_membership"]
    assert given.text[case.agenda.issue_index("armed_forces_cap")] == 2


def test_words_against_a_text_reject_its_point_or_demand_another():
    """Every row of the party on a settled point is placed, or speaks of neither."""
    case = load_case("ukraine_2025")
    asked = read_text(case, "us_28_point")
    for p, party in enumerate(case.parties):
        against, for_it = statements(case, p, asked)
        for row in case.tables.statements:
            j = case.agenda.issue_index(row.issue)
            same = case.agenda.issues[j].codes[asked.text[j]] == row.option
            opposes = row.stance == "rejects" if same else row.stance == "demands"
            assert (row in against) == (opposes and row.party == party and j not in asked.open)
            assert not (row in against and row in for_it)
        keys = [(-row.strength, -row.date.toordinal()) for row in against]
        assert keys == sorted(keys)
    assert len(statements(case, 1, asked)[0]) > len(statements(case, 2, asked)[0])
