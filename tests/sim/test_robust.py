"""The robust text: every sum against the integers, the search against every text."""

import itertools

import numpy as np
import pytest

from sim.compiled import compiled
from sim.documents import text_of
from sim.ensemble import prior_ensemble
from sim.jury import change, hold_text, jury_of, new_bench, share_accepted, smoothed, verdicts
from sim.robust import NEAR, distance, draft, inclusion, stay_close
from sim.settings import Settings
from sim.worth import broken_rules
from tests.sim.robust_milp import rival

STARTS, STEPS = 6, 300


def seated(case, seed, worlds=20, **settings):
    """Return an ensemble, worlds of it and their jury."""
    ensemble = prior_ensemble(case, Settings(**settings), seed)
    drawn = [ensemble.world(i) for i in range(worlds)]
    return ensemble, drawn, jury_of(ensemble, drawn, range(worlds))


def accepted(text, world, table):
    """Say whether every signer accepts: from the integers, sharing no code with the search."""
    level = sum(int(table.enforcement[j, k]) for j, k in enumerate(text))
    for r in range(len(table.rule_then)):
        triggered = text[table.rule_if[r, 0]] == table.rule_if[r, 1]
        if triggered and not table.rule_ok[r, text[table.rule_then[r]]]:
            return False
    for p in range(len(table.belligerent)):
        asked = any(table.needs[j, k, p] for j, k in enumerate(text))
        if table.belligerent[p] or asked:
            worth = int(world.base[p, level])
            worth += sum(int(world.coef[p, level, j, k]) for j, k in enumerate(text))
            for q, (i, k, j, m) in enumerate(table.links):
                worth += int(world.link[p, level, q]) * (text[i] == k and text[j] == m)
            if worth < 0 or any(world.red[p, j, k] for j, k in enumerate(text)):
                return False
    return True


def brute_force(worlds, table):
    """Return the share of every text, {text: share}."""
    texts = itertools.product(*(range(n) for n in table.n_options))
    return {t: np.mean([accepted(t, w, table) for w in worlds]) for t in texts}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_search_finds_the_best_of_all_texts(camp_david, seed):
    """And everything its walk calls nearly as good is so."""
    ensemble, worlds, jury = seated(camp_david, seed)
    every = brute_force(worlds, ensemble.table)
    found, best = draft(jury, seed, STARTS, STEPS), max(every.values())
    assert found.best.share == pytest.approx(best)
    near = {text for text, share in every.items() if share >= best - NEAR - 1e-9}
    assert {tuple(int(k) for k in text) for text in found.near} <= near
    for text, share in zip(found.near, found.shares, strict=True):
        assert share == pytest.approx(every[tuple(int(k) for k in text)])


def test_what_is_told_of_a_text_is_counted_with_the_integers(ukraine):
    """Along a random walk of changes: shares of the bench, of `verdicts`, and counted here."""
    ensemble, worlds, jury = seated(ukraine, 2026, 8)
    gen, table = np.random.default_rng(5), ensemble.table
    bench, fresh = new_bench(jury), new_bench(jury)
    hold_text(jury, bench, text_of(ukraine, "us_28_point").text)
    for _ in range(60):
        j = int(gen.integers(len(table.n_options)))
        change(jury, bench, j, int(gen.integers(table.n_options[j])))
        hold_text(jury, fresh, bench.text)
        assert bench.sum == pytest.approx(fresh.sum, abs=1e-9)
        lawful = share_accepted(jury, bench)
        yes, least = verdicts(bench.text, worlds, table)
        assert list(yes) == [accepted(bench.text, w, table) for w in worlds]
        if lawful >= 0:
            assert lawful == pytest.approx(yes.mean())
            sure = bench.worst > -1.0  # no red line crossed
            assert bench.worst[sure] == pytest.approx(least[sure], abs=5e-5)
        else:
            assert not yes.any()


def test_of_a_lawful_text_without_red_lines_only_surpluses_decide(camp_david):
    ensemble, worlds, _ = seated(camp_david, 4, red_lines=False)
    assert not any(w.red.any() for w in worlds)
    text = camp_david.priors.treaty_default
    yes, least = verdicts(text, worlds, ensemble.table)
    assert not broken_rules(text, ensemble.table)
    assert (yes == (least >= 0)).all()


def test_closer_texts_are_never_more_accepted(ukraine):
    """Points a document leaves open are free; every change allowed can only help."""
    _, _, jury = seated(ukraine, 2026, 12)
    begin = text_of(ukraine, "us_28_point").text
    anchor = begin.copy()
    anchor[:5] = -1
    found = stay_close(jury, anchor, begin, 3)
    assert [distance(f.text, anchor) <= d for d, f in enumerate(found)] == [True] * 4
    shares = [f.share for f in found]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_a_plain_bench_is_the_compiled_one(camp_david):
    _, _, jury = seated(camp_david, 9, 5)
    plain, fast = new_bench(jury), compiled(new_bench)(jury)
    text = np.zeros(len(jury.table.n_options), dtype=np.int64)
    hold_text(jury, plain, text)
    compiled(hold_text)(jury, fast, text)
    change(jury, plain, 1, 2)
    compiled(change)(jury, fast, 1, 2)
    assert smoothed(jury, plain, 0.01) == compiled(smoothed)(jury, fast, 0.01)
    assert (plain.sum == fast.sum).all()


def test_inclusion_is_a_share_per_point():
    texts = np.array([[0, 1], [0, 2], [1, 2]])
    shares = inclusion(texts, 3)
    assert shares.sum(axis=1) == pytest.approx([1, 1])
    assert shares[0] == pytest.approx([2 / 3, 1 / 3, 0])


@pytest.mark.thorough
def test_no_worse_than_ten_minutes_of_a_mixed_integer_program(ukraine):
    """On the same 50 worlds, war at a third of its cost so that no text suits all (6.4)."""
    cheap = dict.fromkeys(("russia", "ukraine"), 1 / 3)
    ensemble, worlds, jury = seated(ukraine, 2026, 50, war_cost_scale=cheap)
    found = draft(jury, 2026)
    exact = verdicts(found.best.text, worlds, ensemble.table)[0].mean()
    assert exact >= rival(worlds, ensemble.table, 600, accepted)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_program_and_every_text_agree(camp_david, seed):
    """The rival itself is right where all texts can be tried."""
    ensemble, worlds, _ = seated(camp_david, seed, 6)
    best = max(brute_force(worlds, ensemble.table).values())
    assert rival(worlds, ensemble.table, 60, accepted) == pytest.approx(best)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(10, 60))
def test_the_search_finds_the_best_of_all_texts_in_many_ensembles(camp_david, seed):
    ensemble, worlds, jury = seated(camp_david, seed, 12)
    every = brute_force(worlds, ensemble.table)
    assert draft(jury, seed, STARTS, STEPS).best.share == pytest.approx(max(every.values()))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20))
def test_four_free_points_of_a_full_size_text_are_settled_best(ukraine, seed):
    """One climb from the document, no change of the other points, against every way to settle."""
    ensemble, worlds, jury = seated(ukraine, seed, 16)
    gen = np.random.default_rng(seed)
    begin = text_of(ukraine, "europe_counter").text
    free = gen.choice(len(begin), 4, replace=False)
    anchor = begin.copy()
    anchor[free] = -1
    best = 0.0
    for options in itertools.product(*(range(ensemble.table.n_options[j]) for j in free)):
        text = begin.copy()
        text[free] = options
        best = max(best, float(np.mean([accepted(text, w, ensemble.table) for w in worlds])))
    assert stay_close(jury, anchor, begin, 0)[0].share == pytest.approx(best)
