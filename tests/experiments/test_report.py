"""The report of the calibrated ensemble: what it counts is what the record says."""

import re
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest

from experiments.calibration import bands, predictive, readings
from experiments.calibration.fit import draws_of
from experiments.calibration.trail import Headline
from experiments.pages import learned as page
from sim.case import load_case
from sim.evidence import red_line_probability
from sim.latent import frame_of, size
from sim.likelihood import Rule
from sim.observed import observe

CASE = load_case("ukraine_2025")
SEEN = observe(CASE)


class Checker(HTMLParser):
    """Counts tags that open and close, and addresses fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        assert not any(name in ("src", "href") for name, _ in attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.cells.append(data)


@pytest.fixture(scope="module")
def drawn():
    frame = frame_of(CASE, level=(np.full(4, 0.4), np.full(4, 0.1)))
    z = np.random.default_rng(0).normal(size=(40, size(frame)))
    return draws_of(z, frame), frame


def test_the_matrix_counts_every_statement():
    told = Checker()
    told.feed(page._matrix(CASE))
    assert told.open == []
    counts = [int(c) for c in told.cells if re.fullmatch(r"\d+ ", c)]
    assert sum(counts) == len(CASE.tables.statements) == 449


@pytest.mark.parametrize(
    ("build", "name"), [(page._weights, "weight"), (page._thresholds, "threshold")]
)
def test_every_party_s_number_on_every_point_is_the_median_of_its_draws(drawn, build, name):
    """And only where the record taught little is it grey."""
    draws, _ = drawn
    share = np.linspace(0.0, 1.0, draws[0].weight.size).reshape(draws[0].weight.shape)
    html = build(CASE, draws, {name: share})
    told = Checker()
    told.feed(html)
    assert told.open == []
    medians = [float(c.split(",")[0]) for c in told.cells if re.fullmatch(r"-?\d\.\d+, .*", c)]
    expected = np.median([getattr(d, name) for d in draws], axis=0)
    np.testing.assert_allclose(np.reshape(medians, (-1, 4)).T, expected, atol=6e-4)
    assert html.count('<span class="grey">') == (share < 0.2).sum()


def test_replicates_follow_the_chances_of_the_draws(drawn):
    """Over many draws a row's share of refusals nears its mean chance; a red line refuses more."""
    draws, frame = drawn
    red = np.zeros_like(red_line_probability(CASE))
    plain = predictive.replicates(draws * 10, SEEN, red, frame, Rule(), 1)
    lined = predictive.replicates(draws * 10, SEEN, red + 0.9, frame, Rule(), 1)
    assert set(np.unique(plain)) == {0, 1, 2}
    assert (lined == 0).mean() > 0.88
    assert (plain == 0).mean() < 0.7


def test_a_record_made_by_the_draws_lies_within_its_replicates(drawn):
    draws, frame = drawn
    red = red_line_probability(CASE)
    told = predictive.replicates(draws * 4, SEEN, red, frame, Rule(), 2)
    found = predictive.stance_mix(CASE, SEEN, told) + predictive.open_points(CASE, SEEN, told)
    assert sum(c.n for c in found if c.what == "rejects") == len(SEEN.ids)
    for c in found:
        assert c.low <= c.mid <= c.high
    assert any(not c.fits for c in found)  # draws of the prior do not know this record
    verdicts = predictive.rejected(draws, SEEN, frame, 2)
    assert sum(c.n for c in verdicts) == len(SEEN.verdict_ids)


def test_layers_tell_what_draws_and_what_worlds_add():
    """Four worlds a draw: draws differ by 1, worlds of a draw by noise of sd 2."""
    rng, draws, each = np.random.default_rng(3), 400, 10
    centre = rng.normal(30.0, 1.0, draws)
    drawn = np.repeat(np.arange(draws), each)
    gain = centre[drawn] + rng.normal(0.0, 2.0, draws * each)
    worlds = pa.table({
        "draw": drawn, "zopa_months": gain, "zopa_util": gain - 30.0, "ripe_util": gain,
    })  # fmt: skip
    at, measured = bands.by_draw(worlds, draws + 5)
    assert len(at) == draws
    assert measured["pr_ripe"].value == pytest.approx(1.0)
    two = bands.layers(worlds, measured["zopa_months"])
    assert two.share == pytest.approx(0.2, abs=0.05)
    assert two.inner[1] - two.inner[0] == pytest.approx(2 * 1.645, rel=0.15)
    assert two.outer[0] < two.inner[0] < two.inner[1] < two.outer[1]
    assert bands.layers(worlds, Headline(np.full(draws, 30.0), np.zeros(draws))).share == 0.0


def test_readings_are_kept_with_the_evidence_they_are_from(tmp_path):
    entry = {"value": 30.0, "low": 10.0, "high": 60.0, "n": 200, "share": 0.9}
    found = {"r_hat": {}, "reading_strict": entry, "reading_prior": entry | {"value": 40.0}}
    place = readings.place(tmp_path, CASE)
    assert readings.read(CASE, tmp_path) == []
    place.write_text(readings.written(found, CASE))
    strict, prior = readings.read(CASE, tmp_path)
    assert (strict.reading, strict.median, strict.fit) == ("strict", 30.0, readings.OTHERWISE)
    assert (prior.median, prior.fit, prior.worlds) == (40.0, "none", 200)
    place.write_text(re.sub("evidence [0-9a-f]{8}", "evidence 00000000", place.read_text()))
    assert readings.read(CASE, tmp_path) == []
