"""Everything wrong with the tables of a case is said at once, each fault with its line."""

import csv
import shutil

import pytest

from sim.case import check_case
from tests.sim.case_copies import UKRAINE, copy_of_camp_david, faults, mapping, refuse, rewrite


@pytest.fixture
def small(tmp_path):
    return copy_of_camp_david(tmp_path)


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
