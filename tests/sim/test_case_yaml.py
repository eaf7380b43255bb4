"""Everything wrong with the YAML of a case is said at once, each fault with its key."""

import pytest
import yaml

from sim.case import default_root
from tests.sim.case_copies import copy_of_camp_david, faults, mapping, refuse, rewrite


@pytest.fixture
def small(tmp_path):
    return copy_of_camp_david(tmp_path)


class TestIssues:
    @pytest.mark.parametrize(
        ("old", "new", "place", "found"),
        [
            ("id: settlements", "id: sinai_sovereignty", "issues.yaml | 2",
             "sinai_sovereignty again"),
            ("code: divided_line", "code: whole_sinai_to_egypt", "issues.yaml | 0.options.1",
             "whole_sinai_to_egypt again"),
            ("code: divided_line", "code: left_to_leaders", "issues.yaml | 0.options.1.code",
             "left_to_leaders"),
            ("code: divided_line", "code: a=b", "issues.yaml | 0.options.1.code", "a=b"),
            ("basket: territory", "basket: teritory", "issues.yaml | 0.basket", "teritory"),
            ("ordered: true", "ordered: perhaps", "issues.yaml | 0.ordered", "perhaps"),
            ("us_points: []", "uk_points: []", "issues.yaml | 0.uk_points", "an unknown key"),
            ("us_points: []", "us_points: [0]", "issues.yaml | 0.us_points.0", "0"),
            ("title: Sovereignty over the Sinai\n", "title:\n", "issues.yaml | 0.title", "nothing"),
            ("  basket: territory\n", "", "issues.yaml | 0.basket", "no such key"),
        ],
    )  # fmt: skip
    def test_a_wrong_issue(self, small, old, new, place, found):
        rewrite(small / "issues.yaml", old, new)
        assert (place, found) in [(f.place, f.found) for f in faults(small)]

    @pytest.mark.parametrize("content", ["", "[]", "a: 1", "- 7", "- {id: [}"])
    def test_a_file_that_is_no_list_of_issues(self, small, content):
        (small / "issues.yaml").write_text(content, encoding="utf-8")
        assert all(f.place.startswith("issues.yaml") for f in faults(small))

    def test_a_broken_agenda_does_not_hide_other_faults(self, small):
        rewrite(small / "issues.yaml", "basket: territory", "basket: teritory")
        rewrite(small / "statements.csv", ",demands,3", ",demands,4")
        rewrite(small.with_suffix(".yaml"), "value: 0.985", "value: 2")
        assert len(faults(small)) == 3


def put(changed, key, value):
    """Set a dotted key of a nested mapping, or remove it when the value is `GONE`."""
    *path, last = key.split(".")
    for part in path:
        changed = changed[part]
    if value is GONE:
        del changed[last]
    else:
        changed[last] = value


GONE = object()


class TestYaml:
    @pytest.mark.parametrize(
        ("key", "value", "place", "near"),
        [
            ("params.delta.value", float("nan"), "params.delta.value", "none"),
            ("params.delta.value", float("inf"), "params.delta.value", "none"),
            ("params.delta.value", 10**400, "params.delta.value", "none"),
            ("params.delta.value", "0.98", "params.delta.value", "none"),
            ("params.delta.value", True, "params.delta.value", "none"),
            ("params.delta.value", 0.5, "params.delta.value", "none"),
            ("params.delta.range", [0.97, 1.5], "params.delta.range.1", "none"),
            ("params.delta.range", [0.995, 0.97], "params.delta.range", "none"),
            ("params.delta.range", [0.97], "params.delta.range", "none"),
            ("params.delta.range", GONE, "params.delta.range", "none"),
            ("params.rho0.range", GONE, "params.rho0.range", "none"),
            ("params.delta.law", "unifrom", "params.delta.law", "uniform"),
            ("params.delta.law", "fixed", "params.delta.range", "none"),
            ("params.delta.sd", 0.1, "params.delta.sd", "none"),
            ("params.delta.source", " ", "params.delta.source", "none"),
            ("params.delta.unit", GONE, "params.delta.unit", "none"),
            ("params.delta.rnage", [0, 1], "params.delta.rnage", "range"),
            ("params.response.beta.sd", GONE, "params.response.beta.sd", "none"),
            ("params.response.beta.sd", -1, "params.response.beta.sd", "none"),
            ("params.cost_flow.egypt.range", [0.15, 0.2], "params.cost_flow.egypt.value", "none"),
            ("params.delta", GONE, "params.delta", "none"),
            ("params.detla", {"value": 1}, "params.detla", "delta"),
            ("params.cost_flow.eygpt", 1.0, "params.cost_flow.eygpt", "cost_flow.egypt"),
            ("params", None, "params", "none"),
            ("parteis", [], "parteis", "parties"),
            ("title", GONE, "title", "none"),
            ("title", None, "title", "none"),
            ("cutoff", "1978-13-01", "cutoff", "none"),
            ("start", "1978-09-17", "start", "none"),
            ("parties", ["egypt", "israel", "israel"], "parties", "none"),
            ("parties", [], "parties", "none"),
            ("belligerents", ["egypt"], "belligerents", "none"),
            ("belligerents", ["egypt", "isreal"], "belligerents.1", "israel"),
            ("mediator", "uss", "mediator", "us"),
            ("direction.egypt", 2, "direction.egypt", "none"),
            ("direction.egypt", GONE, "direction.egypt", "none"),
            ("direction.jordan", 0, "direction.jordan", "none"),
            ("opening_text", "us_singel_text", "opening_text", "us_single_text"),
            ("report_after", ["1978-09-12", "Camp David"], "report_after", "none"),
            ("report_after", ["1978-09-13"], "report_after", "none"),
            ("background_documents", ["us_singel_text"], "background_documents.0",
             "us_single_text"),
            ("tables", ["documents"], "tables", "none"),
            ("salience.values.settlements", [60, 50], "salience.values.settlements", "none"),
            ("salience.values.settlements", [60, 50, 101], "salience.values.settlements.2", "none"),
            ("salience.values.settlements", GONE, "salience.values.settlements", "none"),
            ("salience.values.setlements", [1, 1, 1], "salience.values.setlements", "settlements"),
            ("salience.source", "", "salience.source", "none"),
            ("salience_concentration.value", 0, "salience_concentration.value", "none"),
            ("not_monotone", ["setlements"], "not_monotone.0", "settlements"),
            ("enforcement.values.setlements", {}, "enforcement.values.setlements", "settlements"),
            ("enforcement.values.settlements", {"all_withdrwn": 1},
             "enforcement.values.settlements.all_withdrwn", "all_withdrawn"),
            ("enforcement.values.settlements", {"all_withdrawn": 1.5},
             "enforcement.values.settlements.all_withdrawn", "none"),
            ("power_shift.values.settlements", {"all_withdrawn": float("nan")},
             "power_shift.values.settlements.all_withdrawn", "none"),
            ("omega.us", GONE, "omega.us", "none"),
            ("consent.settlements", {"all_withdrawn": ["isreal.parliament"]},
             "consent.settlements.all_withdrawn.0", "israel"),
            ("treaty_default.settlements", GONE, "treaty_default.settlements", "none"),
            ("treaty_default.settlements", "all_withdrwn", "treaty_default.settlements",
             "all_withdrawn"),
            ("status_quo.setlements", "all_withdrawn", "status_quo.setlements", "settlements"),
            ("endings.armistice.end", "armistice", "endings.armistice.end", "armistice_outside"),
            ("endings.armistice.hazard.value", -0.1, "endings.armistice.hazard.value", "none"),
            ("endings.armistice.text", {"setlements": "all_withdrawn"},
             "endings.armistice.text.setlements", "settlements"),
            ("polls", [{"field": "x"}], "polls.0.party", "none"),
            ("polls", [{"accept": 0.0, "reject": 0.0}], "polls.0", "none"),
            ("polls", [{"accept": 0.7, "reject": 0.4}], "polls.0", "none"),
            ("documents_partition", {"source": "ours: x", "papers": {"one": {
                "signers": ["egypt", "isreal"], "issues": ["settlements"]}}},
             "documents_partition.papers.one.signers.1", "israel"),
            ("documents_partition", {"source": "ours: x", "papers": {"one": {
                "signers": ["egypt", "israel"], "issues": ["settlements"]}}},
             "documents_partition.papers", "none"),
        ],
    )  # fmt: skip
    def test_a_wrong_key_or_value(self, key, value, place, near):
        changed = mapping()
        put(changed, key, value)
        assert (f"case.{place}", near) in [(f.place, f.nearest) for f in refuse(changed)]

    @pytest.mark.parametrize(
        ("part", "value", "place"),
        [
            ("if", ["setlements", "all_withdrawn"], "if.0"),
            ("if", ["settlements", "all_withdrwn"], "if.1"),
            ("if", ["settlements"], "if"),
            ("then", ["normal_relations", ["end_of_beligerency"]], "then.1.0"),
            ("kind", "lwa", "kind"),
            ("why", "", "why"),
        ],
    )
    def test_a_wrong_implication(self, part, value, place):
        changed = mapping()
        changed["implications"][1][part] = value
        (fault,) = refuse(changed)
        assert fault.place == f"case.implications.1.{place}"

    def test_one_missing_section_is_one_fault(self):
        changed = mapping()
        del changed["salience"]
        (fault,) = refuse(changed)
        assert (fault.place, fault.found) == ("case.salience", "no such key")

    def test_a_party_without_any_salience_is_a_fault(self):
        changed = mapping()
        for numbers in changed["salience"]["values"].values():
            numbers[2] = 0
        (fault,) = refuse(changed)
        assert fault.place == "case.salience.values"

    @pytest.mark.parametrize(
        "content", ["", "[1, 2]", "name: [", "text", "cutoff: 1978-13-01", "[" * 5000, "a: \x07"]
    )
    def test_a_yaml_that_is_no_case(self, small, content):
        small.with_suffix(".yaml").write_text(content, encoding="utf-8")
        assert all(f.place.startswith("camp_david.yaml") for f in faults(small))

    def test_a_key_that_stands_twice(self, small):
        with small.with_suffix(".yaml").open("a", encoding="utf-8") as file:
            file.write("title: Again\n")
        (fault,) = faults(small)
        assert fault.place.startswith("camp_david.yaml:")
        assert fault.found == "title again"

    @pytest.mark.parametrize("case", ["ukraine_2025", "camp_david"])
    def test_words_like_none_stay_words_and_nothing_is_interpolated(self, case):
        text = (default_root() / f"{case}.yaml").read_text(encoding="utf-8")
        assert "${" not in text

        def leaves(value):
            if isinstance(value, dict):
                return [leaf for inner in value.values() for leaf in leaves(inner)]
            if isinstance(value, list):
                return [leaf for inner in value for leaf in leaves(inner)]
            return [value]

        assert not any(
            leaf is None or isinstance(leaf, bool) for leaf in leaves(yaml.safe_load(text))
        )
