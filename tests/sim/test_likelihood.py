"""The likelihood of the record: one response function, one prior, chances that are chances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import rng
from sim.case import load_case
from sim.draw import draw_values, draw_weights
from sim.ensemble import prior_ensemble
from sim.evidence import red_line_probability
from sim.latent import frame_of, layout, meaning, salience_of, size
from sim.likelihood import (
    Rule,
    category_chances,
    demands,
    latents,
    log_likelihood,
    ratings,
    row_weights,
    terms,
    verdict_chances,
)
from sim.observed import cluster_weights, evidence_until, observe, own_line, reading
from sim.respond import CATEGORIES, category_chance, eta, status_chance, status_of
from sim.settings import Settings
from sim.traced import traced


@pytest.fixture(scope="module")
def case():
    return load_case("ukraine_2025")


@pytest.fixture(scope="module")
def frame(case):
    parties = len(case.parties)
    return frame_of(case, level=(np.full(parties, 0.4), np.full(parties, 0.1)))


def some_draw(frame, seed=0):
    return meaning(np.random.default_rng(seed).normal(size=size(frame)), frame, np)


@given(
    latent=st.floats(-30, 30), lapse=st.floats(0, 1), status=st.integers(0, 2)
)  # fmt: skip
def test_a_status_has_the_chance_of_its_categories(latent, lapse, status):
    same = [c for c in range(CATEGORIES) if status_of(c) == status]
    summed = sum(category_chance(latent, lapse, c) for c in same)
    assert summed == pytest.approx(status_chance(latent, False, lapse, status), abs=1e-12)


def test_the_traced_rule_is_the_rule():
    """The likelihood reads the agents' own response function, over whole arrays."""
    luck = np.random.default_rng(1)
    value, threshold, weight = luck.random((3, 50))
    told = traced(eta, np)(value, threshold, 0.1, weight, 29, 4.0, 0.3)
    each = [
        eta(v, a, 0.1, w, 29, 4.0, 0.3) for v, a, w in zip(value, threshold, weight, strict=True)
    ]
    np.testing.assert_allclose(told, each, rtol=1e-14)
    chance = category_chances(told, 0.05, np)
    np.testing.assert_allclose(
        chance, [[category_chance(x, 0.05, c) for c in range(CATEGORIES)] for x in told], rtol=1e-12
    )
    np.testing.assert_allclose(chance.sum(axis=1), 1.0)


def test_the_normals_mean_what_the_prior_draws(case, frame):
    """Fed a world's own luck, the transforms give that world's weights and ordered values."""
    prior, world = prior_ensemble(case, Settings(), 5).prior, 7
    parties, issues, options = frame.shape
    cells = {
        "weight": np.array([[rng.normal(5, world, rng.WEIGHTS, p, j) for j in range(issues)]
                            for p in range(parties)]),
        "shape": np.array([[rng.normal(5, world, rng.SHAPES, 0, j * options + k)
                            for k in range(options)] for j in range(issues)]),
        "party_shape": np.array([[[rng.normal(5, world, rng.PARTY_SHAPES, p, j * options + k)
                                   for k in range(options)] for j in range(issues)]
                                 for p in range(parties)]),
    }  # fmt: skip
    blocks = [cells.get(n, np.zeros(mask.shape))[mask] for n, mask in layout(frame).items()]
    got = meaning(np.concatenate([np.atleast_1d(b) for b in blocks]), frame, np)
    weight, value = np.zeros((parties, issues)), np.zeros((parties, issues, options))
    draw_weights(5, world, prior.salience, prior.sds[0], weight)
    draw_values(prior, world, value)
    np.testing.assert_allclose(got.weight, weight, rtol=1e-12)
    ordered = (frame.direction != 0)[:, None] & frame.monotone
    there = np.arange(options) < frame.n_options[:, None]
    np.testing.assert_allclose(got.value[ordered], np.where(there, value, 0.0)[ordered], atol=1e-12)


def test_values_run_from_worst_to_best(frame):
    draw = some_draw(frame)
    ordered = (frame.direction != 0)[:, None] & frame.monotone
    there = np.arange(frame.shape[2]) < frame.n_options[:, None]
    for value, exists in zip(draw.value[ordered], np.tile(there, (4, 1, 1))[ordered], strict=True):
        assert value[exists].min() == pytest.approx(0.0)
        assert value[exists].max() == pytest.approx(1.0)
    np.testing.assert_allclose(draw.weight.sum(axis=1), 1.0)


def test_chances_are_chances(case, frame):
    seen, draw = observe(case), some_draw(frame, 2)
    np.testing.assert_allclose(verdict_chances(draw, seen, frame, np).sum(axis=1), 1.0)
    total = np.zeros(len(seen.demand_ids))
    for k in range(frame.shape[2]):
        there = frame.n_options[seen.demand_issue] > k
        asked = replace(seen, demand_option=np.full_like(seen.demand_option, k))
        total += np.where(there, np.exp(demands(draw, asked, frame, np)), 0.0)
    np.testing.assert_allclose(total, 1.0)


def test_a_red_line_explains_a_hard_refusal_and_nothing_else(case, frame):
    seen, draw = observe(case), some_draw(frame)
    red = np.full((*frame.shape[:2], frame.shape[2]), 0.5)
    plain = ratings(draw, seen, red, frame, Rule(red=False), np)
    mixed = ratings(draw, seen, red, frame, Rule(), np)
    hard = seen.category == 0
    np.testing.assert_allclose(np.exp(mixed[~hard]), 0.5 * np.exp(plain[~hard]))
    np.testing.assert_allclose(np.exp(mixed[hard]), 0.5 + 0.5 * np.exp(plain[hard]))


def test_without_a_party_s_rows_its_numbers_do_not_matter(case, frame):
    """Deleting what a party said leaves the likelihood blind to it: back to the prior."""
    t = case.tables
    papers = {d.document_id for d in t.documents if "us" in d.authors}
    silent = replace(case, tables=replace(
        t,
        statements=tuple(s for s in t.statements if s.party != "us"),
        document_terms=tuple(x for x in t.document_terms if x.document_id not in papers),
        document_verdicts=tuple(v for v in t.document_verdicts if v.party != "us"),
    ))  # fmt: skip
    seen, red, us = observe(silent), red_line_probability(silent), case.party_index("us")

    def total(draw):
        rows = terms(draw, seen, red, frame, Rule(), np)
        return log_likelihood(rows, row_weights(seen, Rule()))

    draw, other = some_draw(frame, 3), some_draw(frame, 4)
    changed = {}
    for name in ("weight", "value", "threshold"):
        whole = getattr(draw, name).copy()
        whole[us] = getattr(other, name)[us]
        changed[name] = whole
    assert total(draw._replace(**changed)) == pytest.approx(total(draw), abs=1e-9)


def test_a_wire_copy_changes_only_a_weight(case):
    """Two rows of one speaker, day and issue weigh 1/sqrt(2) each, not one each."""
    one = own_line(case)[0]
    alone = cluster_weights([one])
    copies = cluster_weights([one, replace(one, statement_id="copy")])
    assert alone == pytest.approx([1.0])
    assert copies == pytest.approx([2**-0.5] * 2)
    before = observe(case)
    twice = replace(
        case.tables, statements=(*case.tables.statements, replace(one, statement_id="x"))
    )
    after = observe(replace(case, tables=twice))
    assert after.mentions == pytest.approx(before.mentions)


def test_age_fades_only_where_the_case_says_so(case):
    weights = observe(case).weight / observe(case, fade=False).weight
    us = np.array([case.parties[p] == "us" for p in observe(case).party])
    assert np.all(weights[~us] == 1.0)
    assert weights[us].min() < 0.2


def test_nothing_later_is_known(case):
    from datetime import date

    day = date(2025, 8, 1)
    known = evidence_until(case, day)
    assert all(s.date < day for s in known.tables.statements)
    papers = {d.document_id: d.date for d in case.tables.documents}
    assert all(papers[t.document_id] < day for t in known.tables.document_terms)
    assert all(v.date < day for v in known.tables.document_verdicts)


def test_a_strict_reading_leaves_rows_out(case):
    strict = reading(case, strict=True).tables.statements
    assert 0 < len(strict) < len(case.tables.statements)
    assert not any("package_reading" in s.coder_note for s in strict)
    assert not any(s.level == "leader" for s in reading(case, leaders=False).tables.statements)


@pytest.mark.parametrize("source", ["analyst", "observers", "mentions", "equal"])
def test_every_source_of_salience_gives_positive_numbers(case, source):
    salience = salience_of(case, source)
    assert salience.shape == (4, 29)
    assert (salience > 0).all()


def test_the_heavy_rules_judge_only_heavy_issues(frame):
    """M4 lets pass what is not among the three heaviest points; M1 judges all."""
    draw = some_draw(frame)
    j = np.argsort(draw.weight[0])
    light, heavy = int(j[0]), int(j[-1])
    at = (np.array([0, 0]), np.array([light, heavy]), np.array([0, 0]), np.array([3, 3]))
    every = latents(draw, *at, Rule(), np)
    three = latents(draw, *at, Rule(heavy="three"), np)
    assert three[0] == pytest.approx(1.0, abs=1e-3)
    assert three[1] == pytest.approx(every[1], abs=0.2 * abs(every[1]))


def test_flipping_what_was_said_on_an_issue_flips_its_values(case, frame):
    """Refusals for accepts and the like, on one issue: as likely as before with 1 - v there."""
    p, j = case.party_index("russia"), case.agenda.issue_index("foreign_troops")
    seen, rule = observe(case), Rule(red=False)
    draw, red = some_draw(frame, 6), np.zeros((*frame.shape[:2], frame.shape[2]))
    threshold = draw.threshold.copy()
    threshold[p, j] = 0.5
    draw = draw._replace(threshold=threshold, posture=np.zeros(4))
    here = (seen.party == p) & (seen.issue == j)
    assert here.sum() > 2
    said = replace(seen, category=np.where(here, 6 - seen.category, seen.category))
    value = draw.value.copy()
    value[p, j] = 1.0 - value[p, j]
    before = ratings(draw, seen, red, frame, rule, np)
    flipped = ratings(draw._replace(value=value), said, red, frame, rule, np)
    np.testing.assert_allclose(flipped, before, rtol=1e-9)
    assert not np.allclose(ratings(draw, said, red, frame, rule, np)[here], before[here])


def test_background_is_not_read_and_two_texts_of_one_author_stay_two(case):
    """The two European texts of one day are two rows on an issue both name; istanbul_2022 none."""
    seen = observe(case)
    named = [*seen.demand_ids, *seen.verdict_ids]
    assert not any("istanbul_2022" in name for name in named)
    texts = {name.split("/")[0] for name in seen.demand_ids if "/" in name}
    assert {"europe_24_point", "europe_counter"} <= texts
    j, europe = case.agenda.issue_index("armed_forces_cap"), case.party_index("europe")
    options = {
        name.split("/")[0]: int(k)
        for name, k, p in zip(seen.demand_ids, seen.demand_option, seen.demand_party, strict=True)
        if name.endswith("/armed_forces_cap") and p == europe
    }
    assert options["europe_24_point"] != options["europe_counter"]
    assert case.agenda.n_options[j] > max(options.values())


def test_unknown_terms_of_an_unpublished_text_are_integrated_out(case, frame):
    """A verdict on Geneva's framework hears all options of an unknown point: mean and spread."""
    seen, draw = observe(case), some_draw(frame, 8)
    at = [n for n, name in enumerate(seen.verdict_ids) if name.endswith("geneva_framework")]
    assert at
    assert (seen.verdict_text[at] < 0).sum(axis=1).min() > 15
    j = int(np.flatnonzero(seen.verdict_text[at[0]] < 0)[0])
    p = int(seen.verdict_party[at[0]])
    value = draw.value.copy()
    n = frame.n_options[j]
    value[p, j, :n] = value[p, j, :n][::-1]
    told = verdict_chances(draw, seen, frame, np)
    turned = verdict_chances(draw._replace(value=value), seen, frame, np)
    np.testing.assert_allclose(turned[at[0]], told[at[0]], rtol=1e-9)


def test_a_drifting_level_moves_only_the_months_it_has_reached(frame):
    moving = replace(frame, drift=True)
    z = np.zeros(size(moving))
    cells, start = layout(moving), 0
    for name, mask in cells.items():
        if name == "drift":
            break
        start += int(mask.sum())
    z[start + 3] = 1.0  # the first party's level rises three months before the cut-off
    draw = meaning(z, moving, np)
    assert draw.drift[0, :4] == pytest.approx([0.05] * 4)
    assert not draw.drift[0, 4:].any()
    assert not draw.drift[1:].any()
    at = (np.array([0, 0]), np.array([2, 2]), np.array([1, 1]), np.array([3, 3]))
    told = latents(draw, *at, Rule(drift=True, stakes=False), np, np.array([3, 4]))
    assert told[0] == pytest.approx(told[1] - 0.05 * draw.beta)
    assert size(frame) == size(moving) - draw.drift.size
