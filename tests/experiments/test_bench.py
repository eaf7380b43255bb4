"""The bench: a rival kept outside, one file of rows, and figures that are told apart."""

import re
import sys

import pytest

from experiments.bench import frontiers, hard, table
from experiments.bench.domain import domain
from experiments.bench.measure import Measure, timed
from experiments.identity import ROOT
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.zopa import zopa

OWN = [
    Measure("expected", 500, 5000, 2.0, 2.5, 400, "as configured"),
    Measure("zopa", 500, 0, 0.5, 0.5, 499, "exact range", "worlds solved"),
]
RIVAL = Measure("single_text_veto", 3, 3000, 1.5, 1.6, 2, "at most 1,000 steps")
SAYS = f"""
import json, sys
case = json.load(open(sys.argv[1]))
assert set(case) == {{"issues", "parties"}}
print(json.dumps({vars(RIVAL)}))
print(json.dumps({{"rival": "NegMAS 0", "loop": 0.1}}))
"""


def test_nobody_but_the_rivals_own_program_imports_it():
    named = re.compile(r"^\s*(?:import|from) negmas", re.MULTILINE)
    files = [
        path for room in ("sim", "agents", "experiments") for path in (ROOT / room).rglob("*.py")
    ]
    importing = {path.name for path in files if named.search(path.read_text(encoding="utf-8"))}
    assert importing == {"rival_negmas.py"}


def test_the_rival_has_a_lock_of_its_own():
    lock = (ROOT / "requirements-bench.lock").read_text()
    assert re.search(r"^negmas==", lock, re.MULTILINE)
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", lock)
    assert lock.count("--hash=") > lock.count("==")
    assert "negmas" not in (ROOT / "requirements.lock").read_text()


def test_a_row_is_ours_the_rivals_and_their_ratio():
    rows = table.compared(OWN, [RIVAL], "here")
    assert list(rows) == [
        "single_text_veto",
        "single_text_veto_rounds",
        "ours_expected",
        "ours_zopa",
    ]
    assert all(set(row) == {"ours", "rival", "ratio", "unit", "machine"} for row in rows.values())
    assert rows["single_text_veto"]["ratio"] == pytest.approx(250.0 / 2.0)
    assert rows["single_text_veto_rounds"]["ratio"] == pytest.approx(2500.0 / 2000.0)
    assert rows["ours_expected"] | {"rival": None, "ratio": None} == rows["ours_expected"]
    assert rows["ours_expected"]["unit"] == "negotiations per CPU-second"
    assert rows["ours_zopa"]["unit"] == "worlds solved per CPU-second"


def test_the_table_says_what_is_comparable_and_what_is_not():
    rows = table.compared(OWN, [RIVAL], "here")
    said = table.table(OWN, [RIVAL], rows, {"rival": "NegMAS 0"})
    line = next(line for line in said.splitlines() if line.startswith("NegMAS 0"))
    assert line.split()[-1] == "125.0"
    assert "Comparable: four parties" in said
    assert "Not comparable: " in said
    alone = table.table(OWN, [], table.compared(OWN, [], "here"), {})
    assert "The rival was not measured" in alone


def test_the_rival_is_another_program_fed_with_plain_json(tmp_path, monkeypatch):
    script = tmp_path / "rival.py"
    script.write_text(SAYS)
    monkeypatch.setattr(table, "RIVAL", script)
    assert table.rival(sys.executable, {"issues": [], "parties": {}}) == (
        [RIVAL],
        {"rival": "NegMAS 0", "loop": 0.1},
    )
    script.write_text("raise SystemExit('no such mechanism')")
    with pytest.raises(RuntimeError, match="the rival failed: no such mechanism"):
        table.rival(sys.executable, {})


def test_the_domain_is_the_whole_case_of_one_world():
    case = load_case("camp_david")
    world = prior_ensemble(case, Settings(), 1978).world(0)
    found = domain(prior_ensemble(case, Settings(), 1978))
    assert [len(options) for options in found["issues"]] == list(case.agenda.n_options)
    assert list(found["parties"]) == list(case.parties)
    for p, party in enumerate(found["parties"].values()):
        assert sum(party["weights"]) == pytest.approx(1.0)
        assert party["reservation"] == world.reserve[p]
        for options, values in zip(found["issues"], party["values"], strict=True):
            assert len(values) == len(options)
            assert (min(values), max(values)) == pytest.approx((0.0, 1.0))


def test_cpu_time_is_not_wall_time():
    import time

    def sleeps():
        time.sleep(0.2)
        return 1, 1, 0

    found = timed(sleeps, "sleep")
    assert found.wall > 0.15 > found.cpu


@pytest.mark.thorough
def test_every_engine_plays_the_worlds_it_is_asked_for():
    from experiments.bench.ours import ours

    found = ours(prior_ensemble(load_case("camp_david"), Settings(), 1978), 30, 3)
    asked = {"expected": 30, "particles": 3, "no_learning": 30}
    asked |= {f"{name}_104_weeks": count for name, count in asked.items()}
    asked |= {"mesa": 3, "draw": 30, "zopa": 30, "exists": 30}
    assert {m.name: m.negotiations for m in found} == asked
    assert found[0].name == "expected"
    by = {m.name: m for m in found}
    assert all(m.agreed == 0 for m in found if m.name.endswith("_104_weeks"))
    assert by["zopa"].agreed == by["exists"].agreed > 0
    assert all(m.cpu > 0 for m in found)
    assert all(m.rounds >= m.negotiations for m in found if m.unit == "negotiations")


def test_what_is_possible_is_measured_beside_a_rival_that_must_find_the_same():
    """A stand-in that lists every text; one that finds something else stops the bench."""
    ensemble = prior_ensemble(load_case("camp_david"), Settings(), 1978)
    assert [one["name"] for one in frontiers.domains(ensemble)] == ["4"]
    own = frontiers.ours(ensemble)
    assert set(own) == {"4", "whole", "everything"}
    picked = {what: [own["4"][what]] for what in ("nash", "kalai", "welfare")}
    theirs = {"4": own["4"] | picked | {"ms": {"frontier": 50.0, "nash": 60.0, "exists": 70.0}}}
    rows = frontiers.rows(own, theirs, "here")
    assert rows["frontier_4"]["ratio"] == pytest.approx(50.0 / own["4"]["ms"]["frontier"])
    assert rows["exists_whole"]["rival"] is None
    assert frontiers.differences(own, theirs) == []
    theirs["4"]["nash"] = [[0, 0]]
    assert "nash of 4 issues" in frontiers.differences(own, theirs)[0]
    assert "everything" in frontiers.table(own, rows)


def test_hard_worlds_lie_near_zero_and_are_settled():
    """Every set has its median, mean and what stayed open; hard ones lie on either side of zero."""
    ensemble = prior_ensemble(load_case("camp_david"), Settings(), 2026)
    sets = hard.sets_of({"prior": ensemble}, 4)
    assert list(sets) == ["prior", "hard_prior"]
    values = [zopa(stakes, ensemble.table).value for stakes in sets["hard_prior"]]
    assert all(0 < abs(value) < 0.003 for value in values)
    assert min(values) < 0 < max(values)
    rows = hard.rows(sets, "here")
    assert {name: rows[name]["ours"] for name in rows if name.endswith("after_highs")} == {
        f"{what}_{name}_open_after_highs": 0.0 for name in sets for what in ("sign", "maximum")
    }
    assert "maximum, hard_prior" in hard.table_of(rows, sets)
