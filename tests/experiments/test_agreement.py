"""A second coding beside the first; none exists, so these are made up from the case's own rows."""

import csv

import numpy as np
import pytest

from experiments import agreement
from experiments.agreement import compared
from experiments.run import main
from sim.beside import second_coding
from sim.case import default_root, load_case

CASE = load_case("ukraine_2025")
HOME = default_root() / "ukraine_2025"


def second(place, rows=60, table="statements", **change):
    """Write every seventh row of a table, cells of every third of them changed."""
    place.mkdir(exist_ok=True)
    with (HOME / f"{table}.csv").open(newline="") as file:
        found = list(csv.DictReader(file))[::7][:rows]
    for n, row in enumerate(found):
        if n % 3 == 0:
            row |= {name: to(row[name]) for name, to in change.items()}
    with (place / f"{table}.csv").open("w", newline="") as file:
        out = csv.DictWriter(file, found[0], lineterminator="\n")
        out.writeheader()
        out.writerows(found)
    return place


def of(found, table="statements"):
    return {a.column.name: a for a in found if a.column.table == table}


def test_the_same_codes_agree_wholly(tmp_path):
    place = second(tmp_path / "second")
    second(place, table="document_terms")
    found = compared(CASE, second_coding(CASE, place))
    assert {a.alpha for a in found} == {1.0}
    assert of(found, "document_terms")["option"].units > 20
    assert of(found)["stance"].units == 60
    assert of(found)["stance"].of == 449
    assert of(found)["stance"].verdict.startswith("use")


def test_only_the_column_coded_otherwise_disagrees(tmp_path):
    """A strength one step off costs less than one two steps off: the scale is ordinal."""
    step = {"1": "2", "2": "3", "3": "2"}
    near = second(tmp_path / "near", strength=step.get)
    far = second(tmp_path / "far", strength={"1": "3", "2": "2", "3": "1"}.get)
    found = {place: of(compared(CASE, second_coding(CASE, place))) for place in (near, far)}
    for each in found.values():
        assert each["stance"].alpha == 1.0
        assert each["strength"].low < each["strength"].alpha < 1.0
    assert found[far]["strength"].alpha < 0.667
    assert found[far]["strength"].verdict.startswith("recode")


def test_alpha_of_a_case_reckoned_by_hand():
    """Two coders, four units, codes 00, 11, 01, 00: alpha = 1 - (2/8) / (2*5*3/(8*7))."""
    data = np.array([[0, 1, 0, 0], [0, 1, 1, 0]], dtype=float)
    assert agreement.alpha(data, "nominal") == pytest.approx(1 - 0.25 / (30 / 56))
    assert np.isnan(agreement.alpha(np.zeros((2, 3)), "nominal"))


def test_the_screen_says_what_to_do(tmp_path, capsys):
    code = main(["agreement", str(second(tmp_path / "third"))])
    said = capsys.readouterr().out
    assert code == 0
    for words in ("stance", "ordinal", "60 of 449", "use (at least 0.80)", "Fewer than 15 %"):
        assert words in said


def test_every_fault_of_a_second_coding_at_once(tmp_path, capsys):
    place = second(tmp_path / "second", stance=lambda _: "rejetcs", party=lambda _: "rusia")
    assert main(["agreement", str(place)]) == 2
    said = capsys.readouterr().err
    assert "nearest rejects" in said
    assert "nearest russia" in said
    assert said.count("error: ") > 10
    other = second(tmp_path / "other", statement_id=lambda name: name + "9")
    assert main(["agreement", str(other)]) == 2
    assert "a unit of the case" in capsys.readouterr().err
    assert main(["agreement", str(tmp_path / "nowhere")]) == 2
    assert main(["agreement"]) == 2
