"""The public that was polled: shares are shares, polls are met, open points are filled."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import betabinom

from experiments.calibration.opinion import (
    acceptance,
    accepted_between,
    completed,
    expected_attack,
    log_likelihood,
    passes,
    polled,
    publics_of,
    size,
    worth,
)
from experiments.calibration.polls import answers_sha256, asked, findings, opinion_of, write
from experiments.calibration.signs import fillings
from sim.agenda import UNKNOWN
from sim.case import load_case
from sim.documents import text_of
from sim.errors import BadInput
from sim.worth import break_hazard, peace_factor

CASE = load_case("ukraine_2025")
PARTY = "ukraine"
POLLS = asked(CASE, PARTY)


@pytest.fixture(scope="module")
def publics():
    """Publics nobody has asked yet."""
    luck = np.random.default_rng(5).normal(size=(60, size(CASE)))
    return publics_of(CASE, PARTY, luck)


def test_one_public_was_polled_on_plans_that_are_texts():
    assert polled(CASE) == (PARTY,)
    assert len(POLLS) == 8
    for poll in POLLS:
        assert poll.text.shape == (CASE.agenda.n_issues,)
        assert (poll.text >= 0).all()
        assert 0.0 < poll.accept + poll.reject <= 1.0
    assert polled(load_case("camp_david")) == ()


def test_a_point_no_plan_mentions_is_the_treaty_default():
    j = CASE.agenda.issue_index("nuclear_status")
    assert {int(poll.text[j]) for poll in POLLS} == {int(CASE.priors.treaty_default[j])}


def test_a_share_is_the_formula_by_hand(publics):
    """1.6 step 2, one public and one text, number by number."""
    text, s = POLLS[0].text, 3
    rows = np.arange(len(text))
    u = sum(publics.weight[s, j] * publics.value[s, j, text[j]] for j in rows)
    level = int(sum(CASE.priors.enforcement[j, text[j]] for j in rows))
    shift = publics.omega[s] * sum(CASE.priors.power_shift[j, text[j]] for j in rows)
    a = peace_factor(publics.delta[s], break_hazard(publics.rho0[s], publics.k_e[s], level))
    logit = publics.sharpness[s] * (a * (u - publics.reserve[s]) + (1 - a) * shift)
    assert acceptance(publics, CASE, text)[s] == pytest.approx(1 / (1 + np.exp(-logit)))
    assert worth(publics, text)[s] == pytest.approx(u)


def test_many_texts_at_once_are_each_of_them(publics):
    texts = np.array([poll.text for poll in POLLS])
    every = acceptance(publics, CASE, texts.reshape(2, 4, -1))
    assert every.shape == (60, 2, 4)
    np.testing.assert_allclose(every[:, 1, 2], acceptance(publics, CASE, texts[6]))
    np.testing.assert_allclose(passes(publics, CASE, texts)[:, 1], passes(publics, CASE, texts[1]))


def test_answers_are_beta_binomial(publics):
    """Against SciPy's own law, up to the constant that no public changes."""
    one = replace(POLLS[0], expect_reattack=0.6)
    n, yes = round(one.n * (one.accept + one.reject)), 98
    assert yes == round(n * one.accept / (one.accept + one.reject))
    told = log_likelihood(publics, CASE, [one])
    p, q = acceptance(publics, CASE, one.text), expected_attack(publics, CASE, one.text)
    kappa = publics.agreement
    law = betabinom.logpmf(yes, n, p * kappa, (1 - p) * kappa)
    law += betabinom.logpmf(round(0.6 * one.n), one.n, q * kappa, (1 - q) * kappa)
    np.testing.assert_allclose(told - told[0], law - law[0], rtol=1e-8)


def test_a_public_worse_off_accepts_less(publics):
    poorer = replace(publics, reserve=publics.reserve + 0.1)
    for poll in POLLS:
        before, after = acceptance(publics, CASE, poll.text), acceptance(poorer, CASE, poll.text)
        assert (after < before).all()
        assert (passes(poorer, CASE, poll.text) <= passes(publics, CASE, poll.text)).all()


def test_open_points_are_filled_and_known_ones_stay():
    text = text_of(CASE, "geneva_framework").text
    whole, known = completed(CASE, text), text >= 0
    assert (text == UNKNOWN).any()
    assert (whole[:, known] == text[known]).all()
    assert (whole >= 0).all()
    assert (whole < np.array(CASE.agenda.n_options)).all()
    assert len(np.unique(whole[:, ~known], axis=0)) > 1


def test_what_is_written_is_read_again_and_only_for_its_own_answers(tmp_path):
    z = np.random.default_rng(1).normal(size=(2, 9, size(CASE)))
    place = write(tmp_path, CASE, {PARTY: z}, {"seed": 1})
    opinion = opinion_of(CASE, PARTY, tmp_path)
    assert opinion is not None
    assert len(opinion.publics.reserve) == 18
    other = replace(CASE.priors, polls=CASE.priors.polls[1:])
    assert answers_sha256(replace(CASE, priors=other)) != answers_sha256(CASE)
    assert opinion_of(replace(CASE, priors=other), PARTY, tmp_path) is None
    place.write_bytes(place.read_bytes()[:-1])
    opinion_of.cache_clear()
    with pytest.raises(BadInput, match="sha256"):
        opinion_of(CASE, PARTY, tmp_path)


def test_every_document_is_told_with_its_chance():
    z = np.random.default_rng(2).normal(size=(2, 6, size(CASE)))
    found = findings(CASE, {PARTY: z})
    assert f"public_{PARTY}_us_28_point" in found
    assert f"public_{PARTY}_istanbul_2022" not in found
    assert found[f"poll_{PARTY}_7"]["n"] == 512


def test_a_text_with_few_known_points_is_told_as_an_interval():
    z = np.random.default_rng(2).normal(size=(2, 6, size(CASE)))
    found = findings(CASE, {PARTY: z})
    for document in ("geneva_framework", "moscow_27_point"):
        told = found[f"public_{PARTY}_{document}"]
        assert told["value"] is None
        assert 0.0 <= told["low"] < told["high"] <= 1.0
        assert "referendum passes" not in told["sentence"]


def test_an_interval_is_the_least_and_most_of_all_fillings(publics):
    text = POLLS[0].text.copy()
    text[np.flatnonzero(CASE.priors.enforcement.any(axis=1))[:2]] = -1
    text[:2] = -1
    every = np.array(list(fillings(text, np.array(CASE.agenda.n_options))))
    share = acceptance(publics, CASE, every)
    least, most = accepted_between(publics, CASE, text)
    np.testing.assert_allclose(least, share.min(axis=1))
    np.testing.assert_allclose(most, share.max(axis=1))


def test_polls_that_never_ask_about_an_attack_are_read(publics):
    silent = [replace(poll, expect_reattack=None) for poll in POLLS]
    told = log_likelihood(publics, CASE, silent)
    assert told.shape == (60,)
    assert not np.allclose(told, log_likelihood(publics, CASE, POLLS))


def test_the_kept_public_meets_its_polls():
    """Kept draws: each decided share within 15 points, plans in the order the polls put them."""
    opinion = opinion_of(CASE, PARTY)
    assert opinion is not None
    fitted = [float(np.median(acceptance(opinion.publics, CASE, p.text))) for p in opinion.polls]
    told = [p.accept / (p.accept + p.reject) for p in opinion.polls]
    np.testing.assert_allclose(fitted, told, atol=0.15)
    assert max(fitted[2], fitted[5], fitted[6]) < min(fitted[0], fitted[3])
    assert max(fitted[0], fitted[3]) < min(fitted[1], fitted[4], fitted[7])
