"""Every parameter has a row, no row has a blank, and the page in conf/ is the table of today."""

from dataclasses import dataclass, fields, replace

import pytest
import yaml

from experiments import parameters
from experiments.identity import ROOT
from experiments.parameters import Row, blanks, case_rows, constant_rows, document, setting_rows
from experiments.schema import flatten, integer, key, keys_of, real, section
from sim.case import default_root

GROUPS = [
    "ensemble", "war", "response", "protocol", "mediator", "papers", "ratification", "study",
]  # fmt: skip


def numbers_of(name):
    """Return dotted name and whole mapping of every ``{value: ...}`` of a case's YAML."""

    def walk(node, place):
        if isinstance(node, dict) and "value" in node:
            yield place, node
        elif isinstance(node, dict):
            for part, inner in node.items():
                yield from walk(inner, f"{place}.{part}" if place else part)

    return dict(walk(yaml.safe_load((default_root() / f"{name}.yaml").read_text()), ""))


def renamed(name):
    """Return the name of the table (and of ``fix.``) for a path in the YAML."""
    parts = name.split(".")
    if parts[0] == "endings":
        return f"hazard.{parts[1]}"
    return ".".join(parts[1:] if parts[0] == "params" else parts)


@pytest.mark.parametrize("name", parameters.CASES)
def test_every_number_of_a_case_has_a_row_that_says_what_the_yaml_says(name):
    rows = {row.name: row for row in case_rows(name)}
    found = {renamed(path): node for path, node in numbers_of(name).items()}
    blocks = {row for row in rows if row.split(" ")[0] in parameters.BLOCKS}
    assert set(rows) == set(found) | blocks
    assert len(blocks) == len(parameters.BLOCKS)
    for path, node in found.items():
        assert float(rows[path].value) == pytest.approx(node["value"], rel=1e-5)
        assert (rows[path].unit, rows[path].source) == (node["unit"], node["source"])
        for end in node.get("range", []):
            assert f"{end:g}" in rows[path].range
        assert ("fixed" in rows[path].range) == (node.get("law", "fixed") == "fixed")
    assert blanks(rows.values()) == []


def test_every_installed_case_is_in_the_table():
    assert {path.stem for path in default_root().glob("*.yaml")} == set(parameters.CASES)


def test_every_setting_has_a_row_without_a_blank():
    rows = setting_rows()
    assert blanks(rows) == []
    named = {row.name for row in rows}
    for group in GROUPS:
        for path in (ROOT / "conf" / group).glob("*.yaml"):
            told = flatten(yaml.safe_load(path.read_text()) or {}, group)
            assert set(told) <= named, path.name
    top = yaml.safe_load((ROOT / "conf" / "config.yaml").read_text())
    numeric = {k for k, v in flatten(top).items() if type(v) in (int, float)}
    assert numeric | {"consent", "red_lines", "learning"} <= named


def test_the_constants_of_the_rules_have_no_blank():
    rows = constant_rows()
    assert blanks(rows) == []
    assert {row.name: row.value for row in rows}["sim.particles.PARTICLES"] == "200"


@pytest.mark.parametrize("column", [item.name for item in fields(Row)])
def test_a_blank_is_found(column):
    rows = [*case_rows("camp_david"), *setting_rows()]
    rows[7] = replace(rows[7], **{column: " "})
    assert [fault.split(": ")[-1] for fault in blanks(rows)] == [column]


@dataclass(frozen=True)
class Told:
    """A section as it should be."""

    weeks: int = key(3, integer(1), "weeks", "ours: a copy")


@dataclass(frozen=True)
class Untold:
    """Keys that forgot their unit, their source, both."""

    days: int = key(3, integer(1), source="ours: a copy")
    share: float = key(0.5, real(0, 1), "share")
    rate: float = key(0.5, real())
    told: Told = section(Told)  # noqa: RUF009


def test_a_number_of_the_schema_without_unit_or_source_is_a_blank(monkeypatch):
    monkeypatch.setattr(parameters, "Config", Untold)
    assert [name for name, _ in keys_of(Untold)] == ["days", "share", "rate", "told.weeks"]
    assert blanks(setting_rows()) == ["days: unit", "share: source", "rate: unit", "rate: source"]


def test_the_page_in_conf_is_up_to_date(tmp_path, capsys):
    said = f"conf/PARAMETERS.md is out of date; run: {parameters.COMMAND}"
    assert parameters.FILE.read_text(encoding="utf-8") == document(), said
    assert parameters.main(["--write", str(tmp_path / "page.md")]) == 0
    assert parameters.main([]) == 0
    assert capsys.readouterr().out == (tmp_path / "page.md").read_text() == document()
