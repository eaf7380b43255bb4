"""The studies that solve and do not negotiate: what they keep is what the solver says."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from experiments import opened, openings, store
from experiments.compose import composed
from experiments.config import read_config
from experiments.figures import compensation as compensation_figure
from experiments.figures import possible, style
from experiments.figures.source import Run
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
from tests.experiments.test_figures import collecting, words_of

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
    cells = q04.gains(of_side, q04.CEILING, side, CASE).months
    assert cells.shape == (*sizes, 2)
    row = of_side.to_pylist()[2]
    second = [o.code for o in CASE.agenda.issues[2].options].index(row["second"])
    value = row["ceiling_months"]
    assert cells[0, second, 0] == (-np.inf if value is None else value)


def faults_of(**changes):
    config = config_of("q04_freeze_for_what", **compensation(**changes))
    with pytest.raises(BadInput) as bad:
        q04.units(CASE, config)
    return {(f.place.removeprefix("compensation."), f.found, f.nearest) for f in bad.value.faults}


def test_what_is_wrong_with_the_sides_is_told_before_a_run_begins():
    """Every fault at once, each under its key: document, party, issue, option, points."""
    first, second, _ = POINTS[:3]
    code = CASE.agenda.issues[0].options[0].code
    one, two = (CASE.parties[p] for p in CASE.belligerents)
    assert faults_of(sides={}) == {("sides", "none", "none")}
    sides = {
        "egipt": {},
        one: {"held": {first: f"{code}x", "frist": "a"}, "points": [first, second]},
        two: {"helt": 1, "held": {}, "points": [second]},
    }
    assert faults_of(sides=sides, document="none") == {
        ("document", "none", "none"),
        ("sides.egipt", "egipt", "egypt"),
        (f"sides.{one}.held.{first}", f"{code}x", code),
        (f"sides.{one}.held.frist", "frist", "none"),
        (f"sides.{one}.points", first, "none"),
        (f"sides.{two}.helt", "helt", "held"),
        (f"sides.{two}.held", "{}", "none"),
        (f"sides.{two}.points", f"['{second}']", "none"),
    }


def test_pairs_the_solver_leaves_open_are_marked_counted_and_stop_nothing(monkeypatch):
    """World 0 as it is; in world 1 nothing can be proven: left out of all that was asked."""
    config = config_of("q04_freeze_for_what", **compensation())
    plain = q04.simulate(CASE, config, 0, 1)
    cut_off = SimpleNamespace(proven=False, text=None)
    monkeypatch.setattr("sim.terms.exists_above", lambda *_: cut_off)
    open_rows = q04.simulate(CASE, config, 1, 2)
    assert set(plain["proven"]) == {True}
    assert set(open_rows["proven"]) == {False}
    asked = {open_rows[name][n] for name in ("open", "fewest", "ceiling_months") for n in range(2)}
    assert asked == {None}
    columns = q04.columns(CASE, config)
    table = store.table_of({n: plain[n] + open_rows[n] for n in columns}, columns)
    found = q04.findings(table, None, CASE, config, {})
    alone = q04.findings(store.table_of(plain, columns), None, CASE, config, {})
    nothing = q04.findings(store.table_of(open_rows, columns), None, CASE, config, {})
    party = CASE.parties[CASE.belligerents[0]]
    for name in (f"pr_open_{party}", f"changes_{party}", f"compensated_{party}_ceiling"):
        assert (found[name]["value"], found[name]["n_unproven"]) == (alone[name]["value"], 1)
        assert "left out as unproven: 1" in found[name]["sentence"]
        assert alone[name]["n_unproven"] == 0
        assert nothing[name]["value"] is None
        assert "stayed unproven in all 1 worlds" in nothing[name]["sentence"]
    assert found[f"compensated_{party}_document"]["n_unproven"] == 0
    assert nothing[f"compensated_{party}_document"]["value"] is not None
    arm = pa.array(["base"] * len(table))
    for rows in (table, table.filter(pa.compute.equal(table["world"], 1))):
        run = Run(Path(), CASE, config, rows.add_column(0, "arm", arm[: len(rows)]))
        assert "left out as unproven: 1" in said_by(monkeypatch, compensation_figure, run)


def said_by(monkeypatch, figure, run):
    """Return all that the pages of a figure say, line breaks undone; nothing may be cut off."""
    pages = collecting(monkeypatch)
    with style.look():
        figure.draw(run)
    for page in pages:
        for text, box in words_of(page):
            assert box.x0 >= 0, text
            assert box.x1 <= page.figure.bbox.width, text
            assert box.y0 >= 0, text
            assert box.y1 <= page.figure.bbox.height, text
    return " ".join(text.get_text() for page in pages for text, _ in words_of(page))


def test_the_figure_of_the_range_tells_every_kind_its_finding_tells(monkeypatch):
    config = config_of("q01_zopa_today", "possible.maximum=8")
    table = table_of(q01, config, 0, 9)
    found = q01.findings(table, None, CASE, config, {})
    said = said_by(monkeypatch, possible, Run(Path(), CASE, config, table))
    for name in ("", *(f"{kind}_" for kind in q01.SIZED)):
        assert f"{found[f'median_zopa_{name}months']['value']:+.1f}" in said
