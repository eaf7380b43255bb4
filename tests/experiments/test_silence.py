"""No agreement to date as evidence: what it does to worlds, and to what is learned."""

import numpy as np
import pyarrow as pa
import pytest

from experiments.calibration.trail import Headline, moved
from experiments.silence import WINDOWS, chance, findings, log_chance_by_draw, weeks_of, weights
from sim.case import load_case

CASE = load_case("ukraine_2025")
RIPE = np.array([0.3, 0.1, -0.1, -0.3])


def table():
    columns = {
        "ripe_util": RIPE.tolist(),
        "zopa_months": [40.0, 30.0, 20.0, 10.0],
        "end": ["agreed", "agreed", "no_text", "no_text"],
        "week": [4.0, 30.0, 104.0, 104.0],
    }
    return pa.table(columns)  # fmt: skip


def test_off_by_default_and_three_values():
    from experiments.config import Config

    assert Config().ensemble.non_agreement == "off"
    assert WINDOWS == ("off", "2025-11-20", "2025-02-18")
    assert findings(table(), CASE, "off") == {}


def test_riper_worlds_weigh_less_and_a_longer_silence_says_more():
    short, long = (weights(RIPE, weeks_of(w, CASE)) for w in WINDOWS[1:])
    assert (np.diff(short) > 0).all()
    assert short.mean() == pytest.approx(1.0)
    assert long[0] < short[0]
    assert chance(np.array([-1.0]), 50.0) == pytest.approx(1.0)


def test_every_headline_but_that_a_text_exists_is_told_with_it():
    found = findings(table(), CASE, "2025-02-18")
    assert set(found) == {
        "pr_ripe_no_agreement", "pr_deal_12m_no_agreement", "median_zopa_no_agreement",
    }  # fmt: skip
    assert found["pr_deal_12m_no_agreement"]["value"] < 0.5
    assert "without: 50 %" in found["pr_deal_12m_no_agreement"]["sentence"]


def test_a_draw_counts_by_the_mean_over_its_worlds():
    draw = np.array([3, 1, 3, 1])
    found = log_chance_by_draw(RIPE, draw, 10.0)
    told = chance(RIPE, 10.0)
    np.testing.assert_allclose(found, np.log([(told[1] + told[3]) / 2, (told[0] + told[2]) / 2]))


def test_as_evidence_it_lowers_a_headline_that_ripeness_raises():
    luck = np.random.default_rng(0)
    ripe = luck.normal(0.0, 0.05, 400)
    change = log_chance_by_draw(ripe, np.arange(400), weeks_of("2025-11-20", CASE))
    after = moved(Headline(100.0 * ripe, np.zeros(400)), change)
    assert after.by < 0
    assert after.k < 0.7
