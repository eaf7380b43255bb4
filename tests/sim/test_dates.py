"""Nothing that happened after the cut-off is known to the case: every dated source is read."""

import re
from datetime import date

import pytest

from sim.case import default_root, load_case
from sim.ensemble import prior_ensemble
from sim.rows import Sourced
from sim.settings import Settings

CASE = load_case("ukraine_2025")
LATE_SOURCES = 19
"""Rows of the data sheet with a report printed after the cut-off on something before it."""
DAYS = ("date", "month")


def rows():
    tables = (getattr(CASE.tables, name) for name in CASE.tables.__dataclass_fields__)
    return [row for table in tables for row in table]


def test_no_row_is_dated_after_the_cut_off():
    for row in rows():
        for name in DAYS:
            day = getattr(row, name, None)
            assert day is None or day <= CASE.cutoff, row


def test_a_later_source_only_tells_of_something_earlier():
    """The 19 rows the data sheet names, each of an event before the cut-off."""
    late = [r for r in rows() if isinstance(r, Sourced) and r.source_date > str(CASE.cutoff)]
    assert len(late) == LATE_SOURCES
    for row in late:
        day = getattr(row, "date", None) or getattr(row, "month", None)
        papers = {d.document_id: d.date for d in CASE.tables.documents}
        assert (day or papers[row.document_id]) <= CASE.cutoff


@pytest.mark.parametrize("name", ["ukraine_2025", "camp_david"])
def test_no_prior_rule_or_ending_rests_on_a_later_date(name):
    """Every date written in the YAML of a case: sources, polls, events of the calendar."""
    text = (default_root() / f"{name}.yaml").read_text(encoding="utf-8")
    cutoff = load_case(name).cutoff
    found = [date.fromisoformat(day) for day in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text)]
    assert found
    assert max(found) <= cutoff
    years = {int(year) for year in re.findall(r"\b(?:19|20)\d{2}\b", text)}
    literature = range(1950, 2027)
    assert all(year in literature or year <= cutoff.year for year in years)
    assert not [y for y in years if cutoff.year >= 2025 and y > cutoff.year]


def test_late_options_are_marked_and_can_be_taken_off_the_table():
    late = {i.options[k].code for i in CASE.agenda.issues
            for k in range(len(i.options)) if i.options[k].late}  # fmt: skip
    assert "ukrainian_withdrawal_economic_zone_no_russian_entry" in late
    without = prior_ensemble(CASE, Settings(late_options=False, red_lines=False), 1).world(0)
    for p in range(len(CASE.parties)):
        expected = CASE.agenda.late if p in CASE.belligerents else False
        assert (without.red[p] == expected).all()
    assert not prior_ensemble(CASE, Settings(red_lines=False), 1).world(0).red.any()
