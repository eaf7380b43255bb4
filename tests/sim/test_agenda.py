"""Texts: written as codes and read back without loss; three kinds of absence stay apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agenda import BRACKETED, UNKNOWN, Agenda, Issue, Option
from sim.errors import BadInput

names = st.text("abc_1", max_size=6).map(lambda tail: f"c{tail}")


def issue(name, codes):
    options = tuple(Option(code, code.title(), f"It is {code}.") for code in codes)
    return Issue(name, "security", name.title(), "Which?", (1,), True, options)


@st.composite
def agendas(draw):
    ids = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    return Agenda(
        tuple(issue(i, draw(st.lists(names, min_size=2, max_size=5, unique=True))) for i in ids)
    )


@st.composite
def agendas_with_texts(draw):
    agenda = draw(agendas())
    text = [draw(st.integers(UNKNOWN, int(n) - 1)) for n in agenda.n_options]
    return agenda, text


@pytest.fixture
def agenda():
    return Agenda((issue("line", ["east", "middle", "west"]), issue("cap", ["none", "low"])))


@given(agendas_with_texts())
def test_codes_and_parse_are_inverse(case):
    agenda, text = case
    assert agenda.parse(agenda.codes(text)).tolist() == text


@given(agendas())
def test_valid_counts_the_options(agenda):
    assert agenda.valid.shape == (agenda.n_issues, agenda.max_options)
    assert (agenda.valid.sum(axis=1) == agenda.n_options).all()
    assert agenda.n_options.dtype == np.int64


def test_absence_is_written_in_two_ways(agenda):
    assert agenda.codes([BRACKETED, UNKNOWN]) == "line=left_to_leaders"
    assert agenda.parse("").tolist() == [UNKNOWN, UNKNOWN]
    assert agenda.describe([BRACKETED, UNKNOWN]) == (
        "Line: left to the leaders",
        "Cap: unknown",
    )


def test_indices_and_labels(agenda):
    assert agenda.issue_index("cap") == 1
    assert agenda.option_index("line", "west") == 2
    assert agenda.label(0, 1) == "Middle"
    assert agenda.title(1) == "Cap"
    assert agenda.issue_ids == ("line", "cap")


def test_parse_reports_every_fault_at_once(agenda):
    with pytest.raises(BadInput) as caught:
        agenda.parse("lnie=west;cap=lwo;line=east;line=west")
    found = [(f.place, f.found, f.nearest) for f in caught.value.faults]
    assert found == [
        ("text", "lnie", "line"),
        ("cap", "lwo", "low"),
        ("line", "named twice", "none"),
    ]


def test_unknown_names_are_bad_input(agenda):
    with pytest.raises(BadInput, match="nearest cap"):
        agenda.issue_index("capp")
    with pytest.raises(BadInput, match="nearest west"):
        agenda.option_index("line", "wset")


@pytest.mark.parametrize("text", [[0], [0, 0, 0], [3, 0], [-3, 0]])
def test_a_vector_that_is_no_text_is_refused(agenda, text):
    with pytest.raises(ValueError, match=r"has 2 entries|no option with index"):
        agenda.codes(text)


def test_arrays_are_read_only(agenda):
    with pytest.raises(ValueError, match="read-only"):
        agenda.n_options[0] = 9
