"""Pictures of a run: all of them drawn, nothing clipped, the same bytes every time."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from experiments import batch, job
from experiments.compose import composed
from experiments.config import read_config
from experiments.ensembles import basis
from experiments.figures import (
    arms,
    documents,
    draw_arms,
    draw_baseline,
    incidence,
    source,
    story,
    style,
    worth,
    zopa,
)
from experiments.studies import baseline
from sim.documents import text_of
from tests.experiments import synthetic

NAMES = ("documents_points", "documents_whole", "zopa", "incidence", "story", "answers")
BOTH_ORDERS = {
    "egypt_first": {"protocol.visit_order": ["egypt", "israel"]},
    "israel_first": {"protocol.visit_order": ["israel", "egypt"]},
}


def compute(folder: Path, case: str, worlds: int, trace: bool = False) -> source.Run:
    """Run a few worlds into a folder, with two arms for the textbook case."""
    plain = composed([f"case={case}", f"worlds={worlds}", f"trace={str(trace).lower()}"])
    if case == "camp_david":
        plain = plain | {"study": {"module": "baseline", "arms": BOTH_ORDERS}}
    config = read_config(plain)
    ready = job.prepare(config)
    batch.compute(batch.Plan(folder, ready.arms, ready.study.simulate), config.span(ready.units))
    return source.read(folder, ready.case, config)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return compute(tmp_path_factory.mktemp("camp_david"), "camp_david", 12)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return compute(tmp_path_factory.mktemp("ukraine_2025"), "ukraine_2025", 3)


def collecting(monkeypatch):
    """Collect pages, laid out, instead of saving them."""
    seen = []

    def keep(page, *_):
        page.figure.canvas.draw()
        seen.append(page)
        return []

    monkeypatch.setattr(style.Page, "save", keep)
    return seen


@pytest.fixture
def pages(monkeypatch):
    return collecting(monkeypatch)


@pytest.fixture(scope="module", params=["run", "real"])
def drawn(request):
    """Every figure of a run, drawn once."""
    chosen = request.getfixturevalue(request.param)
    with pytest.MonkeyPatch.context() as monkeypatch:
        seen = collecting(monkeypatch)
        draw_all(chosen)
        table = synthetic.worlds(chosen.case, len(chosen.worlds))
        with style.look():
            incidence.draw(replace(chosen, table=table))
    return chosen, seen


def words_of(page):
    """Return the texts of a page with their boxes, in pixels."""
    renderer, unseen = page.figure.canvas.get_renderer(), set()
    for ax in page.figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            beyond = [t for t in axis.get_major_ticks() if not low <= t.get_loc() <= high]
            unseen |= {label for t in beyond for label in (t.label1, t.label2)}
            unseen |= set() if ax.axison else set(axis.get_ticklabels())
    texts = [t for t in page.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    return [(t, t.get_window_extent(renderer)) for t in texts if t not in unseen]


def draw_all(run):
    return [*draw_baseline(run.folder, run.case, run.config),
            *draw_arms(run.folder, run.case, run.config)]  # fmt: skip


def test_every_figure_is_drawn_whole_and_the_same_bytes_every_time(run):
    paths = draw_all(run)

    assert {path.stem for path in paths} >= {*NAMES, "arms"}
    assert sorted(run.figures.iterdir()) == sorted(paths), "no draft is left behind"
    for path in paths:
        start = path.read_bytes()[:200]
        assert start.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
    first = {path: path.read_bytes() for path in paths}
    with style.look():
        again = [*documents.draw(run), *story.draw(run), *arms.draw(run)]
    assert all(path.read_bytes() == first[path] for path in again)


def test_a_traced_run_tells_the_same_story(run, tmp_path):
    traced = compute(tmp_path, "camp_david", 12, trace=True)

    assert traced.contacts(3) == [{"arm": "egypt_first"} | row for row in run.contacts(3)]


def test_nothing_is_clipped_and_every_figure_says_what_it_rests_on(drawn):
    chosen, pages = drawn

    assert len(pages) >= 6
    for page in pages:
        texts, whole = words_of(page), page.figure.bbox
        said = " ".join(text.get_text() for text, _ in texts)
        assert f"Conditional on the model; {basis(chosen.config, chosen.case)}" in said
        assert f"{len(chosen.worlds)} worlds, seed {chosen.config.seed}" in said
        for text, box in texts:
            inside = (box.x0 >= 0, box.y0 >= 0, box.x1 <= whole.x1, box.y1 <= whole.y1)
            assert all(inside), f"{text.get_text()!r} leaves the page"


def test_no_words_lie_on_others(drawn):
    for page in drawn[1]:
        level = [(t.get_text(), box) for t, box in words_of(page) if t.get_rotation() == 0]
        for n, (one, box) in enumerate(level):
            for other, beside in level[:n]:
                across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
                up = min(box.y1, beside.y1) - max(box.y0, beside.y0)
                assert across < 1 or up < 2.5, f"{one!r} lies on {other!r}"


def test_words_of_a_document_heading_do_not_run_into_the_next_one(real, pages):
    """Slanted headings: the thickest stack of lines stays below the distance between them."""
    with style.look():
        documents.draw(real)

    (ax,) = [ax for ax in pages[0].figure.axes if len(ax.get_yticks()) > 20]
    lines = max(t.get_text().count("\n") + 1 for t in ax.texts if t.get_rotation() == 45)
    assert lines * style.leading(8) <= documents.COLUMN * np.sin(np.pi / 4) * 1.05


def test_background_documents_are_left_out_and_the_rest_stands_in_order_of_date(real):
    shown = documents.shown(real)

    dates = [document.date for document in shown]
    ids = {document.document_id for document in shown}
    assert dates == sorted(dates)
    assert not ids & set(real.case.background_documents)
    assert len(ids) + len(real.case.background_documents) == len(real.case.tables.documents)


def test_an_incomplete_text_is_a_range_and_a_complete_one_a_number(real):
    for document in documents.shown(real):
        text = text_of(real.case, document.document_id)
        ends = worth.months_range(text, real, 0)
        if text.interval:
            assert (ends[:, 0] < ends[:, 1]).all()
        else:
            assert ends[:, 0] == pytest.approx(worth.months(text, real, 0))
            assert ends[:, 1] == pytest.approx(worth.months(text, real, 0))


def test_an_incomplete_text_gets_no_dot(real, pages):
    with style.look():
        worth.draw(real)

    texts = [text_of(real.case, d.document_id) for d in documents.shown(real)]
    open_rows = {d for d, text in enumerate(texts) if text.interval}
    panel = pages[0].figure.axes[0]
    dots = {float(line.get_ydata()[0]) for line in panel.lines if line.get_marker() == "o"}
    assert open_rows
    assert dots == set(range(len(texts))) - open_rows


def test_worlds_without_any_text_are_counted_in_words(run, pages):
    gains = np.full(len(run.table), 3.0)
    gains[: len(run.worlds) // 2] = -np.inf
    column = run.table.schema.get_field_index("zopa_months")
    table = run.table.set_column(column, "zopa_months", pa.array(gains))

    with style.look():
        zopa.draw(replace(run, table=table))

    said = " ".join(text.get_text() for text in pages[0].figure.findobj(Text))
    assert "Not drawn: 6 of 12 worlds where every text crosses a red line." in said
    assert "exists in 50 % of worlds" in said
    assert said.count("Median") == 1, "above, the ends of 90 % of worlds are not numbers"


def test_figures_and_findings_name_the_same_numbers(run, pages):
    found = baseline.findings(run.worlds, None, run.case, run.config, {})["median_zopa_months"]

    with style.look():
        zopa.draw(run)

    said = " ".join(text.get_text() for text in pages[0].figure.findobj(Text))
    assert f"Median {found['value']:+.1f};" in said


def test_a_run_where_no_world_has_a_text_is_drawn_too(run, pages):
    none = pa.array(np.full(len(run.table), -np.inf))
    table = run.table
    for name in ("zopa_months", "zopa_nolaw_months"):
        table = table.set_column(table.schema.get_field_index(name), name, none)

    with style.look():
        zopa.draw(replace(run, table=table))

    assert "In 0 % of worlds" in pages[0].figure.texts[0].get_text()


def test_the_world_that_is_told_has_the_common_end_and_the_median_week():
    rows = [("agreed", 9.0), ("agreed", 2.0), ("no_text", 3.0), ("agreed", 3.0), ("agreed", 3.0)]
    worlds = [{"world": i, "end": end, "week": week} for i, (end, week) in enumerate(rows)]

    assert story.typical(worlds)["world"] == 3
    assert story.typical(worlds[::-1])["world"] == 3


def test_refusals_are_told_in_titles_and_labels(real):
    issue = real.case.agenda.issues[0]

    told = story.plain(real, f"red line: {issue.id}={issue.options[1].code}")

    assert told == f"red line: {issue.title} ({issue.options[1].label})"


def test_curves_of_arms_end_at_the_share_that_agreed(run):
    for worlds in run.arms.values():
        weeks, shares = arms.agreed_by(worlds)
        agreed = np.mean([end == "agreed" for end in worlds["end"].to_pylist()])
        assert shares[-1] == pytest.approx(agreed)
        assert (np.diff(weeks) >= 0).all()


def test_the_curves_of_ends_and_the_talks_that_go_on_add_up_to_every_world(run, pages):
    table = synthetic.worlds(run.case, 200)
    with style.look():
        incidence.draw(replace(run, table=table))

    ends = np.array(table["end"].to_pylist())
    legend = pages[0].figure.axes[1].get_legend()
    said = [text.get_text() for text in legend.get_texts()]
    agreed = 100 * (ends == "agreed").mean()
    assert said[0] == f"{agreed:.0f} %: Every party the text needs signed it."
    curves = pages[0].figure.axes[0].lines
    last = [float(line.get_ydata()[-1]) for line in curves[: len(said)]]
    assert sum(last) == pytest.approx(1.0)
    assert last[-1] == pytest.approx((ends == "no_text").mean())


def test_ripeness_is_told_of_the_worlds_that_still_fight(run, pages):
    table = synthetic.worlds(run.case, 200)
    with style.look():
        incidence.draw(replace(run, table=table))

    ax = pages[0].figure.axes[2]
    known = table["ripe_w26_months"].drop_null().to_pylist()
    assert len(known) < 200
    assert ax.get_xticklabels()[2].get_text() == f"26\n({len(known)})"
    ripe = next(line for line in ax.lines if line.get_color() == "#882255")
    assert ripe.get_ydata()[2] == pytest.approx(np.sort(known)[len(known) // 2])


def test_without_the_path_of_the_war_only_the_ends_are_drawn(run, pages):
    plain = synthetic.worlds(run.case, 50).select(["arm", "world", "end", "week"])
    with style.look():
        incidence.draw(replace(run, table=plain))

    assert len(pages[0].figure.axes) == 2


def test_parties_are_told_apart_in_the_order_of_the_case():
    assert len(set(style.PARTY_COLOURS)) == len(style.PARTY_COLOURS)
    for parties in (("a", "ab", "abc"), ("north", "south", "us", "un")):
        assert len(set(style.short_labels(parties))) == len(parties)


@given(st.lists(st.text("abc ", min_size=1, max_size=9), max_size=12), st.floats(0.3, 4))
def test_wrapped_lines_fit_and_keep_every_word(words, width):
    text = " ".join(words)

    lines = style.wrap(text, 9, width)

    assert " ".join(lines) == text
    for line in lines:
        assert " " not in line.strip() or style.text_width(line, 9) <= width


def test_no_figure_needs_pyplot():
    code = "import sys, experiments.figures.story, experiments.figures.documents\n"
    code += "import experiments.figures.arms, experiments.figures.zopa\n"
    code += "sys.exit('matplotlib.pyplot' in sys.modules)"
    root = Path(__file__).parents[2]

    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
