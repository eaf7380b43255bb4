"""A case: everything is read, from wherever it lies, and knows where it came from."""

import csv
import hashlib
import pickle
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.case import check_case, default_root, load_case
from sim.errors import BadInput
from tests.sim.case_copies import UKRAINE, copy_of_camp_david, faults, mapping, refuse, rewrite


@pytest.fixture
def small(tmp_path):
    return copy_of_camp_david(tmp_path)


class TestGoodCases:
    def test_every_row_of_the_ukraine_tables_is_read(self, ukraine):
        sizes = {name: len(rows) for name, rows in vars(ukraine.tables).items()}
        assert sizes == {
            "documents": 12, "document_terms": 177, "document_points": 56,
            "document_verdicts": 28, "statements": 449, "events": 65, "meetings": 23,
            "indicators": 50, "leverage": 21, "consent": 29, "salience": 59,
        }  # fmt: skip

    def test_the_frame_of_the_ukraine_case(self, ukraine):
        assert ukraine.parties == ("russia", "ukraine", "us", "europe")
        assert ukraine.belligerents == (0, 1)
        assert ukraine.mediator == ukraine.party_index("us") == 2
        assert (ukraine.start, ukraine.cutoff) == (date(2025, 11, 20), date(2025, 12, 5))
        assert ukraine.opening_text == "us_28_point"
        assert ukraine.report_after == (date(2025, 12, 2), "Moscow")
        assert ukraine.background_documents == ("istanbul_2022",)
        assert ukraine.agenda.n_issues == 29
        assert ukraine.agenda.n_options.sum() == 113
        with pytest.raises(BadInput, match="nearest russia"):
            ukraine.party_index("rusia")

    @pytest.mark.parametrize("name", ["ukraine", "camp_david"])
    def test_array_shapes_types_and_pads(self, name, request):
        case = request.getfixturevalue(name)
        priors, p = case.priors, len(case.parties)
        j, k = case.agenda.valid.shape
        assert priors.salience.shape == (p, j)
        assert ((priors.salience >= 0) & (priors.salience <= 100)).all()
        assert priors.direction.shape == (p,)
        assert priors.direction.dtype == np.int8
        assert priors.monotone.shape == (j,)
        assert priors.enforcement.shape == priors.power_shift.shape == (j, k)
        assert priors.enforcement.dtype == np.int64
        assert priors.consent_options.shape == (j, k, p)
        assert priors.consent_issues.shape == (j, p)
        pads = ~case.agenda.valid
        assert not priors.enforcement[pads].any()
        assert not priors.power_shift[pads].any()
        assert not priors.consent_options[pads].any()
        for text in (priors.status_quo, priors.treaty_default, *(e.text for e in priors.endings)):
            assert text.dtype == np.int64
            assert ((text >= 0) & (text < case.agenda.n_options)).all()

    def test_priors_are_those_of_the_theory(self, ukraine):
        priors, agenda = ukraine.priors, ukraine.agenda
        donetsk = agenda.issue_index("donetsk_withdrawal")
        assert priors.salience[:, donetsk].tolist() == [100, 90, 45, 55]
        assert priors.direction.tolist() == [1, -1, 0, 0]
        assert [agenda.issue_ids[j] for j in np.flatnonzero(~priors.monotone)] == [
            "nuclear_status", "ratification", "reconstruction_funding",
            "humanitarian_exchange", "elections_in_ukraine",
        ]  # fmt: skip
        assert len(priors.rules) == 10
        assert [r.kind for r in priors.rules].count("condition") == 1
        assert [r.kind for r in priors.rules].count("meaning") == 3
        assert priors.enforcement.max(axis=1).sum() == 14
        assert [o.value for o in priors.omega] == [0.018, -0.015, 0.0, -0.013]
        assert priors.salience_concentration == 60
        assert (len(priors.papers), len(priors.polls)) == (4, 8)

    def test_parameters_are_flat_and_sourced(self, ukraine):
        params = ukraine.priors.params
        assert params["delta"].value == 0.985
        assert (params["delta"].low, params["delta"].high) == (0.97, 0.995)
        assert params["cost_flow.russia"].law == "loguniform"
        assert params["response.beta"].value == pytest.approx(np.exp(1.5), rel=1e-4)
        assert params["response.beta"].sd == 0.5
        assert params["response.lapse"].low == params["response.lapse"].high == 0.05
        hazards = [ending.hazard for ending in ukraine.priors.endings]
        for param in (*params.values(), *hazards, *ukraine.priors.omega):
            assert param.unit
            assert param.source
            assert param.low <= param.value <= param.high

    def test_endings_are_the_status_quo_overlaid(self, ukraine):
        agenda, priors = ukraine.agenda, ukraine.priors
        assert [(e.name, e.end, e.hazard.value) for e in priors.endings] == [
            ("armistice", "armistice_outside", 0.028),
            ("exhaustion_ukraine", "war_decided_russia", 0.004),
            ("exhaustion_russia", "war_decided_ukraine", 0.003),
        ]
        armistice = priors.endings[0].text
        changed = {agenda.issue_ids[j] for j in np.flatnonzero(armistice != priors.status_quo)}
        assert changed == {
            "ceasefire_sequence", "ceasefire_monitoring", "enforcement_body",
            "no_change_by_force",
        }  # fmt: skip

    def test_bodies_decide_as_their_party(self, ukraine):
        j = ukraine.agenda.issue_index("nato_enlargement")
        k = ukraine.agenda.option_index("nato_enlargement", "binding_halt")
        assert ukraine.priors.consent_bodies[j, k] == ("us", "europe.unanimity")
        assert ukraine.priors.consent_options[j, k].tolist() == [False, False, True, True]
        assert ukraine.priors.consent_issues[j].tolist() == [False, False, True, True]

    def test_rows_keep_their_line_and_split_their_lists(self, ukraine):
        first = ukraine.tables.statements[0]
        assert (first.row, first.date) == (2, date(2024, 6, 14))
        geneva = next(m for m in ukraine.tables.meetings if m.place == "Geneva")
        assert geneva.parties == ("us", "ukraine", "europe")
        assert geneva.document_ids == ("us_28_point", "europe_counter", "geneva_framework")
        notes = {note for s in ukraine.tables.statements for note in s.coder_note}
        assert "nearest_option" in notes
        points = ukraine.tables.document_points
        assert points[0].issue == ()
        assert points[2].issue == ("nato_enlargement", "nonaggression_law")

    def test_clashes_of_the_two_consent_tables(self, ukraine):
        """Counted again from the files, sharing no code with the loader."""
        asked = {
            (issue, body.split(".")[0])
            for issue, options in mapping("ukraine_2025")["consent"].items()
            for bodies in options.values()
            for body in bodies
        }
        with (UKRAINE / "consent.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        vetoes = {
            (row["issue"], party)
            for row in rows
            for party in ("russia", "ukraine", "us", "europe")
            if row[party] == "veto"
        }
        assert len(ukraine.clashes) == len(asked ^ vetoes) == 49
        more = sum("the option list asks" in clash for clash in ukraine.clashes)
        assert more == len(asked - vetoes)
        binding = {pair for pair in asked ^ vetoes if pair[1] in ("us", "europe")}
        assert sum("signs every text" not in c for c in ukraine.clashes) - more == len(
            binding - asked
        )

    def test_the_small_case_knows_other_countries(self, camp_david):
        assert camp_david.parties == ("egypt", "israel", "us")
        assert camp_david.agenda.n_issues == 4
        assert camp_david.tables.events == ()
        assert max(s.date for s in camp_david.tables.statements) < date(1978, 9, 17)

    def test_a_composed_mapping_gives_the_same_case(self, ukraine):
        composed = load_case(mapping("ukraine_2025"))
        assert composed.sha256 == ukraine.sha256

    def test_hash_follows_the_content_only(self, small, camp_david):
        assert check_case(small).sha256 == camp_david.sha256
        rewrite(small / "README.md", "textbook", "school")
        assert check_case(small).sha256 == camp_david.sha256
        rewrite(small / "statements.csv", "No settlement", "No village")
        assert check_case(small).sha256 != camp_david.sha256
        changed = mapping()
        changed["params"]["delta"]["value"] = 0.98
        assert load_case(changed).sha256 != camp_david.sha256

    def test_a_case_can_be_pickled(self, ukraine):
        again = pickle.loads(pickle.dumps(ukraine))
        assert again.sha256 == ukraine.sha256
        assert (again.priors.salience == ukraine.priors.salience).all()

    def test_the_packaged_evidence_is_the_coded_evidence(self):
        """Copies byte for byte but for the mark of options public after the cut-off."""
        mark = b", first_public: after_cutoff"
        digest = hashlib.sha256()
        for file in sorted(UKRAINE.iterdir()):
            digest.update(file.name.encode() + file.read_bytes().replace(mark, b""))
        assert digest.hexdigest() == EVIDENCE


class TestPlaces:
    def test_dir_replaces_the_table_folder(self, small):
        rewrite(small / "statements.csv", "No settlement", "No village")
        case = load_case({**mapping(), "dir": str(small)})
        assert any("No village" in s.gist for s in case.tables.statements)
        assert load_case("camp_david", folder=small).sha256 == case.sha256
        assert load_case("camp_david", root=small.parent).sha256 == case.sha256

    def test_a_yaml_inside_the_folder_or_the_yaml_itself(self, small, camp_david):
        inside = small / "case.yaml"
        shutil.move(small.with_suffix(".yaml"), inside)
        assert check_case(small).sha256 == camp_david.sha256
        assert check_case(inside).sha256 == camp_david.sha256

    def test_a_folder_alone_uses_the_installed_yaml_of_its_name(self, small, camp_david):
        small.with_suffix(".yaml").unlink()
        assert check_case(small).sha256 == camp_david.sha256

    def test_no_yaml_no_folder_no_file(self, small, tmp_path):
        small.rename(tmp_path / "elsewhere")
        (tmp_path / "empty").mkdir()
        assert faults(tmp_path / "empty")[0].found == "no case YAML"
        assert faults(small.with_suffix(".yaml"))
        assert faults(tmp_path / "nothing.yaml")[0].place == "nothing.yaml | file"
        (fault,) = refuse({**mapping(), "dir": str(tmp_path / "gone")})
        assert fault.found == "no such folder"

    def test_an_unknown_name_is_one_fault_with_the_nearest(self):
        (fault,) = refuse("camp_davd")
        assert (fault.place, fault.nearest) == ("camp_davd.yaml | file", "camp_david.yaml")

    def test_a_name_must_be_that_of_its_file(self, small):
        rewrite(small.with_suffix(".yaml"), "name: camp_david", "name: camp_dave")
        with pytest.raises(BadInput, match=r"camp_david\.yaml \| name: found camp_dave"):
            load_case("camp_david", root=small.parent)


def test_the_theory_names_no_country():
    words = ("ukrain", "russia", "europe", "egypt", '"us"', "'us'", "kyiv", "moscow")
    for file in Path(default_root().parents[1], "sim").glob("*.py"):
        code = "\n".join(
            line for line in file.read_text(encoding="utf-8").lower().splitlines()
            if ">>>" not in line and not line.lstrip().startswith("...")
        )  # fmt: skip
        if file.name in MINE:
            assert not [word for word in words if word in without_docstrings(code)], file.name


MINE = (
    "errors.py", "agenda.py", "nodes.py", "params.py", "priors.py", "cells.py", "rows.py",
    "tables.py", "case.py",
)  # fmt: skip


def without_docstrings(code):
    """Return every second part between triple quotes: the code proper."""
    return "".join(code.split('"""')[::2])


EVIDENCE = "3601c6bc86a78def208c6682347e87fd769bbc60d4aa12020aa0c2e82ea3b294"


def test_a_copied_folder_of_any_name_is_checked_against_its_original(tmp_path):
    folder = tmp_path / "my_copy"
    shutil.copytree(default_root() / "camp_david", folder)
    assert check_case(folder).name == "camp_david"
