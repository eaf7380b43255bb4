"""A case: everything is read, and everything wrong with it is said at once, with its line."""

import csv
import hashlib
import pickle
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.case import check_case, default_root, load_case
from sim.errors import BadInput

UKRAINE = default_root() / "ukraine_2025"
CAMP_DAVID = default_root() / "camp_david"


@pytest.fixture(scope="module")
def ukraine():
    return load_case("ukraine_2025")


@pytest.fixture(scope="module")
def camp_david():
    return load_case("camp_david")


@pytest.fixture
def small(tmp_path):
    """Return a copy of the small case: tables in a folder, its YAML beside."""
    shutil.copy(CAMP_DAVID.with_suffix(".yaml"), tmp_path)
    shutil.copytree(CAMP_DAVID, tmp_path / "camp_david")
    return tmp_path / "camp_david"


def rewrite(path, old, new, count=1):
    """Replace a text in a file; it must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def faults(path):
    with pytest.raises(BadInput) as caught:
        check_case(path)
    return caught.value.faults


def mapping(name="camp_david"):
    """Return a case as a composed configuration would hand it over."""
    content = yaml.safe_load((default_root() / f"{name}.yaml").read_text(encoding="utf-8"))
    return {**content, "dir": None, "later": None}


def refuse(changed):
    with pytest.raises(BadInput) as caught:
        load_case(changed)
    return caught.value.faults


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
        assert (len(priors.papers), len(priors.polls)) == (4, 2)

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
        """The tables are copies byte for byte; editing them here is a mistake."""
        digest = hashlib.sha256()
        for file in sorted(UKRAINE.iterdir()):
            digest.update(file.name.encode() + file.read_bytes())
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
        renamed = small.rename(tmp_path / "elsewhere")
        assert faults(renamed)[0].found == "no case YAML"
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


class TestTables:
    def test_a_misspelt_option_in_row_212(self, tmp_path):
        copy = tmp_path / "ukraine_2025"
        shutil.copytree(UKRAINE, copy)
        lines = (copy / "statements.csv").read_text(encoding="utf-8").split("\n")
        option = next(csv.reader([lines[211]]))[6]
        lines[211] = lines[211].replace(f",{option},", f",{option[:-1]},", 1)
        (copy / "statements.csv").write_text("\n".join(lines), encoding="utf-8")
        (fault,) = refuse({**mapping("ukraine_2025"), "dir": str(copy)})
        assert fault.place == "statements.csv:212 | option"
        assert (fault.found, fault.nearest) == (option[:-1], option)

    @pytest.mark.parametrize(
        ("file", "old", "new", "place", "found", "near"),
        [
            ("statements.csv", "sinai_sovereignty,whole", "sinai_sovreignty,whole",
             "statements.csv:2 | issue", "sinai_sovreignty", "sinai_sovereignty"),
            ("statements.csv", ",egypt,Anwar", ",egpyt,Anwar",
             "statements.csv:2 | party", "egpyt", "egypt"),
            ("statements.csv", ",demands,3", ",demnds,3",
             "statements.csv:2 | stance", "demnds", "demands"),
            ("statements.csv", ",leader,", ",leadr,",
             "statements.csv:2 | level", "leadr", "leader"),
            ("statements.csv", ",direct,", ",drect,",
             "statements.csv:2 | evidence", "drect", "direct"),
            ("statements.csv", ",demands,3", ",demands,4",
             "statements.csv:2 | strength", "4", "none"),
            ("statements.csv", ",demands,3", ",demands,three",
             "statements.csv:2 | strength", "three", "none"),
            ("statements.csv", "01,1977-11-20", "01,20.11.1977",
             "statements.csv:2 | date", "20.11.1977", "none"),
            ("statements.csv", "01,1977-11-20", "01,1977-11-31",
             "statements.csv:2 | date", "1977-11-31", "none"),
            ("statements.csv", "01,1977-11-20", "01,1978-09-17",
             "statements.csv:2 | date", "1978-09-17", "1978-09-16"),
            ("statements.csv", "Knesset,1977-11-20", "Knesset,soon",
             "statements.csv:2 | source_date", "soon", "none"),
            ("statements.csv", ",Anwar Sadat,", ",,",
             "statements.csv:2 | speaker", "nothing", "none"),
            ("statements.csv", "1977-11-20,,no,", "1977-11-20,,maybe,",
             "statements.csv:2 | seen", "maybe", "none"),
            ("statements.csv", "1977-11-20,,no,", "1977-11-20,www.x.org,no,",
             "statements.csv:2 | source_url", "www.x.org", "none"),
            ("statements.csv", "1977-11-20,,no,", "1977-11-20,,no,Nearest Option",
             "statements.csv:2 | coder_note", "Nearest Option", "none"),
            ("statements.csv", ",us_single_text,", ",us_singel_text,",
             "statements.csv:8 | responds_to", "us_singel_text", "us_single_text"),
            ("statements.csv", "EG-1977-11-20-02", "EG-1977-11-20-01",
             "statements.csv:3 | statement_id", "EG-1977-11-20-01 again, as in line 2", "none"),
            ("document_terms.csv", "left_to_leaders", "left_to_leader",
             "document_terms.csv:12 | option", "left_to_leader", "left_to_leaders"),
            ("document_terms.csv", ",medium,", ",medum,",
             "document_terms.csv:2 | confidence", "medum", "medium"),
            ("documents.csv", "1978-09-10,us,", "1978-09-10,us+isreal,",
             "documents.csv:4 | authors", "us+isreal", "israel"),
            ("documents.csv", "1978-09-10,us,published", "1978-09-10,us,publshed",
             "documents.csv:4 | status", "publshed", "published"),
            ("meetings.csv", "us+egypt+israel,egypt_proposal_1978_09,The",
             "us+egypt+israel,egypt_proposl_1978_09,The",
             "meetings.csv:2 | document_ids", "egypt_proposl_1978_09", "egypt_proposal_1978_09"),
            ("meetings.csv", "us+egypt+israel", "us+egypt+egypt",
             "meetings.csv:2 | parties", "us+egypt+egypt", "none"),
            ("consent.csv", "veto,veto,none", "veto,vetto,none",
             "consent.csv:2 | israel", "vetto", "veto"),
            ("consent.csv", "us,reason", "uss,reason",
             "consent.csv:1 | us", "no such column", "uss"),
            ("meetings.csv", "date,place,level", "date,place,levl",
             "meetings.csv:1 | level", "no such column", "levl"),
            ("consent.csv", "sinai_demilitarisation,veto", "sinai_sovereignty,veto",
             "consent.csv:3 | issue", "sinai_sovereignty again, as in line 2", "none"),
            ("consent.csv", "normal_relations,veto,veto,none,Each state recognises for itself.",
             "", "consent.csv | issue", "no row for normal_relations", "none"),
        ],
    )  # fmt: skip
    def test_one_wrong_cell_is_found_with_its_line(self, small, file, old, new, place, found, near):
        rewrite(small / file, old, new)
        fault = faults(small)[0]
        assert (fault.place, fault.found, fault.nearest) == (place, found, near)

    def test_one_wrong_cell_is_exactly_one_fault(self, small):
        rewrite(small / "statements.csv", "sinai_sovereignty,whole", "sinai_sovreignty,whole")
        assert len(faults(small)) == 1

    def test_two_faults_in_two_files_and_the_yaml_are_all_reported(self, small):
        rewrite(small / "statements.csv", ",demands,3", ",demands,4")
        rewrite(small / "meetings.csv", ",leader,", ",leadr,")
        rewrite(small.with_suffix(".yaml"), "value: 0.985", "value: .nan")
        assert [f.place for f in faults(small)] == [
            "statements.csv:2 | strength",
            "meetings.csv:2 | level",
            "camp_david.yaml | params.delta.value",
        ]

    def test_a_document_twice_in_terms_points_at_both_lines(self, small):
        rewrite(small / "document_terms.csv", "us_single_text,settlements,left_to_leaders",
                "us_single_text,sinai_sovereignty,divided_line")  # fmt: skip
        (fault,) = faults(small)
        assert fault.place == "document_terms.csv:12 | document_id+issue"
        assert fault.found == "us_single_text sinai_sovereignty again, as in line 10"

    def test_a_latin_1_file_names_the_line_of_its_byte(self, small):
        text = (small / "statements.csv").read_text(encoding="utf-8")
        changed = text.replace("Menachem Begin", "Ménachem Begin", 1)
        (small / "statements.csv").write_bytes(changed.encode("latin-1"))
        (fault,) = faults(small)
        assert fault.place == "statements.csv:4 | encoding"
        assert (fault.found, fault.allowed) == ("byte 0xe9", "UTF-8")

    def test_a_byte_order_mark_and_windows_line_ends_are_harmless(self, small, camp_david):
        file = small / "meetings.csv"
        text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert check_case(small).tables.meetings == camp_david.tables.meetings

    def test_a_missing_file_is_one_fault_each_and_references_stay_silent(self, small):
        (small / "documents.csv").rename(small / "document.csv")
        (small / "consent.csv").unlink()
        places = [(f.place, f.nearest) for f in faults(small)]
        assert places == [
            ("document.csv | file", "documents"),
            ("documents.csv | file", "document.csv"),
            ("consent.csv | file", "document.csv"),
        ]

    def test_a_table_in_the_folder_must_be_listed(self, small):
        shutil.copy(UKRAINE / "events.csv", small)
        (fault,) = faults(small)
        assert (fault.place, fault.found) == ("events.csv | file", "a table not listed")

    def test_a_line_with_too_few_cells(self, small):
        rewrite(small / "meetings.csv", "1978-09-07,Camp David,", "1978-09-07,")
        (fault,) = faults(small)
        assert (fault.place, fault.found) == ("meetings.csv:3 | cells", "9 cells")

    def test_a_quoted_line_break_does_not_shift_the_lines(self, small):
        rewrite(small / "statements.csv", "Complete withdrawal from",
                '"Complete\nwithdrawal" from')  # fmt: skip
        assert faults(small)[0].place == "statements.csv:3 | cells"
        rewrite(small / "statements.csv", '"Complete\nwithdrawal" from the land taken in 1967.',
                '"Complete\nwithdrawal"')  # fmt: skip
        rewrite(small / "statements.csv", "state_of_war_goes_on", "state_of_war_go_on")
        (fault,) = faults(small)
        assert fault.place == "statements.csv:4 | option"

    @pytest.mark.parametrize(
        ("content", "place"),
        [
            ("", "meetings.csv:1 | header"),
            ("date;place;level\n", "meetings.csv:1 | header"),
            ('"date,place', "meetings.csv:1 | cells"),
        ],
    )
    def test_a_file_that_is_no_table(self, small, content, place):
        (small / "meetings.csv").write_text(content, encoding="utf-8")
        assert place in [f.place for f in faults(small)]

    def test_a_column_that_stands_twice(self, small):
        rewrite(small / "consent.csv", "issue,egypt,israel", "issue,egypt,egypt")
        found = [(f.place, f.found) for f in faults(small)]
        assert ("consent.csv:1 | egypt", "the column again") in found

    @pytest.mark.parametrize(
        ("file", "line", "place"),
        [
            ("events", "2025-12-06,x,meeting,S,russia,1,A,2025-12-06,,yes", "events.csv:67 | date"),
            ("events", "2025-12-01,x,meeting,S,us,1,A,2025-12-01,,yes", "events.csv:67 | favours"),
            ("events", "2025-12-01,x,metting,S,russia,1,A,2025-12-01,,yes", "events.csv:67 | kind"),
            ("events", "2025-12-01,x,aid,S,russia,0,A,2025-12-01,,yes",
             "events.csv:67 | magnitude"),
            ("indicators", "2026-01,x,1,%,A,2025-12,,yes,", "indicators.csv:52 | month"),
            ("indicators", "2025-11,x,many,%,A,2025-12,,yes,", "indicators.csv:52 | value"),
            ("leverage", "2025-12-01,us,rusia,I,stick,C,R,A,2025-12-01,,yes",
             "leverage.csv:23 | target"),
            ("leverage", "2025-12-01,us,russia,I,stik,C,R,A,2025-12-01,,yes",
             "leverage.csv:23 | kind"),
            ("salience", "us,ratification,0,low,B,A,2025-12-01,,yes", "salience.csv:61 | rank"),
            ("document_verdicts",
             "2025-12-01,us,us_28_point,accept,X,,direct,G,A,2025-12-01,,yes,",
             "document_verdicts.csv:30 | verdict"),
            ("document_points", "us_28_point,28,none,T,S",
             "document_points.csv:58 | document_id+point_number"),
            ("document_points", "us_28_point,29,nato,T,S", "document_points.csv:58 | issue"),
        ],
    )  # fmt: skip
    def test_the_larger_tables_are_checked_too(self, tmp_path, file, line, place):
        copy = shutil.copytree(UKRAINE, tmp_path / "ukraine_2025")
        with (copy / f"{file}.csv").open("a", encoding="utf-8") as table:
            table.write(line + "\n")
        (fault,) = faults(copy)
        assert fault.place == place


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
            ("params.cost_flow.egypt.range", [0.0, 0.2], "params.cost_flow.egypt.range", "none"),
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
