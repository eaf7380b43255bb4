"""The studies that solve and do not negotiate: what they keep is what the solver says."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from experiments import opened, openings, store
from experiments.compose import composed
from experiments.config import read_config
from experiments.opened import Opened
from experiments.openings import CARROT, INSTRUMENTS, OPEN, TRUST, ranges
from experiments.studies import q01_zopa_today as q01
from experiments.studies import q02_which_condition_binds as q02
from experiments.studies import q04_freeze_for_what as q04
from experiments.worker import settings_of
from sim.case import load_case
from sim.ensemble import consent_needs, prior_ensemble
from sim.errors import BadInput
from sim.terms import terms_of
from sim.zopa import exists

CASE = load_case("camp_david")
POINTS = [issue.id for issue in CASE.agenda.issues]


def config_of(study, *words, **more):
    plain = composed([f"experiment={study}", "case=camp_david", *words])
    return read_config(plain | more)


def table_of(module, config, first, last):
    rows = module.simulate(CASE, config, first, last)
    columns = module.columns(CASE, config)
    table = store.table_of(rows, columns)
    return table.add_column(0, "arm", pa.array(["base"] * len(table)))


def test_a_sign_is_what_the_solver_says_with_and_without_each_condition():
    """Held at a dear patience and high hazards some ranges close, so that both answers occur."""
    config = config_of("q01_zopa_today", "war.delta=0.9995", "possible.maximum=3")
    rows = q01.simulate(CASE, config, 0, 25)
    ensemble = prior_ensemble(CASE, settings_of(config, CASE), config.seed)
    needs = {name: consent_needs(CASE, name) for name in q01.READINGS}
    for i in range(25):
        terms = terms_of(ensemble.world(i), ensemble.table)
        for name in q01.LIFTED:
            lifted = q01.lift(terms, name, needs)
            answer = exists(lifted.stakes, lifted.table, law=lifted.law)
            assert rows[f"exists_{name}"][i] == answer.exists
        assert rows["exists"][i] == exists(terms.stakes, terms.table).exists
        assert (rows["binding"][i] == "") == rows["exists"][i]
        assert (rows["zopa_months"][i] is None) == (i >= 3)
    assert len(set(rows["exists"])) == 2
    assert all(rows["proven"])


def test_chunks_of_q01_are_rows_of_the_whole():
    config = config_of("q01_zopa_today", "possible.maximum=2")
    whole, part = q01.simulate(CASE, config, 0, 4), q01.simulate(CASE, config, 1, 3)
    assert part == {name: cells[1:3] for name, cells in whole.items()}


def test_findings_of_q01_count_closed_worlds_to_the_last_one():
    config = config_of("q01_zopa_today", "war.delta=0.9995", "possible.maximum=0")
    found = q01.findings(table_of(q01, config, 0, 25), None, CASE, config, {})
    closed = round(25 * (1 - found["pr_zopa"]["value"]))
    assert found["closed_per_million"]["value"] == pytest.approx(1e6 * closed / 25)
    assert f"No such text: {closed} of 25 worlds" in found["closed_per_million"]["sentence"]
    assert found["median_zopa_months"]["value"] is None


def test_shadow_values_are_counted_where_they_are_zero_too():
    rows = {
        "world": [0, 0, 1],
        "condition": ["", "party:egypt", ""],
        "kept_months": [10.0, 10.0, 20.0],
        "lifted_months": [10.0, 16.0, 20.0],
        "kind": ["", "party", ""],
    }
    table = pa.table(rows)
    assert q02.ranges(table).tolist() == [10.0, 20.0]
    assert q02.values(table)["party:egypt"].tolist() == [6.0, 0.0]
    config = config_of("q02_which_condition_binds", "openings.worlds=0")
    found = q02.findings(table, None, CASE, config, {})
    assert found["shadow_party_egypt"]["value"] == 3.0
    assert found["shadow_party_israel"]["value"] == 0.0
    assert found["shadow_red_first"]["value"] is None


def test_what_opens_a_range_is_asked_of_every_party_and_instrument():
    """At a dear patience some ranges are closed; a document is asked about as it stands."""
    name = CASE.tables.documents[0].document_id
    asked = {"worlds": 4, "documents": [name]}
    config = config_of("q02_which_condition_binds", "war.delta=0.9995", openings=asked)
    table = table_of(q02, config, 0, 5)
    for subject in ranges(CASE, [name]):
        of = Opened(table, subject)
        assert len(of.open) == 4  # the fifth world is not asked
        for party in CASE.parties:
            assert len(of.lacking(party)) == of.open.sum()
            assert len(of.needed(CARROT, party)) == (~of.open).sum()
            assert (of.lacking(party) <= 0).all()
            assert not (of.needed(CARROT, party) <= 0).any()
            assert not (of.needed(TRUST, party) <= 1).any()
        assert not any(p for p, o in zip(of.pairs.values(), of.open, strict=True) if o)
    of = Opened(table, name)
    assert all(p for p, o in zip(of.pairs.values(), of.open, strict=True) if not o)
    assert of.opened_by_both(np.array([0.0, 1e9]), np.array([0.0, 1e9]))[1, 1] == 1.0
    assert not of.open.all()
    found = q02.findings(table, None, CASE, config, {})
    assert found[f"open_{name}"]["value"] < 1
    assert {f"opens_{name}_{kind}" for kind in INSTRUMENTS} <= set(found)
    assert "Fewest points" in found[f"changes_{name}"]["sentence"]
    assert len(q02.ranges(table)) == 5


def test_a_question_left_open_is_marked_and_stops_no_other(monkeypatch):
    """With a solver that proves nothing; then with every range known to be closed."""
    name = CASE.document_ids[0]
    config = config_of("q02_which_condition_binds")
    asked = (CASE, settings_of(config, CASE), config.seed, 0, [name])
    cut_off = SimpleNamespace(proven=False, text=None)
    monkeypatch.setattr("sim.terms.exists_above", lambda *_: cut_off)
    rows = list(openings.rows_of(*asked))
    assert [row["range"] for row in rows] == [*ranges(CASE, [name]), name]
    assert {(row["amount"], row["proven"]) for row in rows} == {(None, False)}
    monkeypatch.setattr(openings, "opens", lambda _: False)
    rows = list(openings.rows_of(*asked))
    kinds = {row["kind"] for row in rows if not row["proven"]}
    assert kinds == {*INSTRUMENTS, openings.PAIR, openings.AMEND}
    assert len(rows) == 3 * (1 + 3 * len(CASE.parties) + 1 + 2 + 1) + 1


def row_of(world, kind, party, amount, proven=True, subject=openings.ANY):
    row = openings._row(kind, party, amount, proven)
    return row | {"world": world, "range": subject, "second": 0.0, "changed": ""}


def test_worlds_left_open_are_counted_and_left_out():
    """World 0 is open, 1 and 2 are closed, 3 is not settled; in 2 one carrot is not settled."""
    one, two = (CASE.parties[p] for p in CASE.belligerents)
    third = next(p for p in CASE.parties if p not in (one, two))
    states = ((0, 1.0, True), (1, 0.0, True), (2, 0.0, True), (3, None, False))
    rows = [row_of(world, OPEN, "", amount, proven) for world, amount, proven in states]
    least = {one: (-3.0, 4.0, 5.0), two: (-2.0, None, None), third: (1.5, None, None)}
    for party, amounts in least.items():
        for world, amount in enumerate(amounts):
            rows.append(row_of(world, CARROT, party, amount, (party, world) != (two, 2)))
    rows += [row_of(0, openings.AMEND, "", None, False, CASE.document_ids[0])]
    asked = {"worlds": 4, "documents": [CASE.document_ids[0]]}
    config = config_of("q02_which_condition_binds", openings=asked)
    found = opened.findings(pa.Table.from_pylist(rows), CASE, config)
    whole, carrot = found["open_any_text"], found["opens_any_text_carrot"]
    assert (whole["value"], whole["n"], whole["n_unproven"]) == (1 / 3, 3, 1)
    assert f"{one} 3.0, {two} 2.0 could be taken from one" in whole["sentence"]
    assert f"{third} would lack 1.5 to sign too" in whole["sentence"]
    assert (carrot["value"], carrot["n"], carrot["n_unproven"]) == (1.0, 1, 2)
    assert "left out as unproven: 2" in carrot["sentence"]
    assert found[f"changes_{CASE.document_ids[0]}"]["n_unproven"] == 1
    assert found["opens_any_text_war"]["value"] is None


def test_a_document_that_does_not_exist_is_bad_input():
    wrong = {"worlds": 1, "documents": ["us_singel_text"]}
    with pytest.raises(BadInput, match=r"openings\.documents: found us_singel_text"):
        q02.units(CASE, config_of("q02_which_condition_binds", openings=wrong))


def compensation(**changes):
    first, second, third = POINTS[:3]
    option = CASE.agenda.issues[0].options[0].code
    one = {"held": {first: option}, "points": [second, third]}
    document = CASE.tables.documents[0].document_id
    sides = {CASE.parties[p]: one for p in CASE.belligerents}
    return {"compensation": {"document": document, "sides": sides} | changes}


def test_both_sides_are_asked_every_pair_of_options():
    config = config_of("q04_freeze_for_what", **compensation())
    table = table_of(q04, config, 0, 2)
    sizes = CASE.agenda.n_options[1:3]
    assert len(table) == 2 * 2 * (1 + sizes[0] * sizes[1])
    found = q04.findings(table, None, CASE, config, {})
    kinds = ("pr_open", "document", "changes", "compensated")
    for party in (CASE.parties[p] for p in CASE.belligerents):
        assert {k for k in kinds if any(n.startswith(f"{k}_{party}") for n in found)} == set(kinds)
    side = q04.sides(CASE, config)[0]
    of_side = table.filter(pa.compute.equal(table["side"], side.name))
    cells = q04.gains(of_side, "ceiling_months", side, CASE)
    assert cells.shape == (*sizes, 2)
    row = of_side.to_pylist()[2]
    second = [o.code for o in CASE.agenda.issues[2].options].index(row["second"])
    value = row["ceiling_months"]
    assert cells[0, second, 0] == (-np.inf if value is None else value)


def test_a_side_that_is_no_party_is_bad_input():
    bad = compensation(sides={"egipt": {"held": {}, "points": POINTS[:2]}})
    with pytest.raises(BadInput, match=r"compensation\.sides\.egipt: .*nearest egypt"):
        q04.sides(CASE, config_of("q04_freeze_for_what", **bad))
    with pytest.raises(BadInput, match=r"compensation\.sides: found none"):
        q04.sides(CASE, config_of("q04_freeze_for_what", **compensation(sides={})))
