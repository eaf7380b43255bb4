"""The prior ensemble: what is drawn, and whose luck a switch may not move."""

from dataclasses import replace

import numpy as np
import pytest

from sim.draw import draw_world, number
from sim.ensemble import consent_needs, hot_issues, prior_ensemble
from sim.evidence import ideal_positions, red_line_probability
from sim.params import LAWS
from sim.settings import Settings
from tests.sim.talks import same


def test_weights_are_shares_around_salience(ensemble):
    weight = np.array([ensemble.world(i).weight for i in range(300)])
    assert np.allclose(weight.sum(axis=2), 1.0)
    salience = ensemble.case.priors.salience
    share = salience / salience.sum(axis=1, keepdims=True)
    mean = weight.mean(axis=0)
    for p in range(len(ensemble.case.parties)):
        assert np.corrcoef(mean[p], share[p])[0, 1] > 0.95


def test_values_run_from_worst_0_to_best_1(ensemble):
    world, n = ensemble.world(3), ensemble.table.n_options
    for j in range(len(n)):
        values = world.value[:, j, : n[j]]
        assert np.allclose(values.min(axis=1), 0.0)
        if n[j] > 2:
            assert np.allclose(values.max(axis=1), 1.0)
        else:  # nearly indifferent between two options: less than a full swing
            assert (values.max(axis=1) <= 1.0).all()


def test_the_two_sides_values_nearly_sum_to_one_at_middle_options(ensemble):
    """Constant-sum prior on middle options: sd about 0.1 (theory 1.1)."""
    case, monotone = ensemble.case, ensemble.case.priors.monotone
    up, down = (int(np.flatnonzero(case.priors.direction == d)[0]) for d in (1, -1))
    sums = []
    for i in range(200):
        value = ensemble.world(i).value
        for j in np.flatnonzero(monotone):
            sums += [
                value[up, j, k] + value[down, j, k]
                for k in range(1, ensemble.table.n_options[j] - 1)
            ]
    assert np.mean(sums) == pytest.approx(1.0, abs=0.01)
    assert 0.05 < np.std(sums) < 0.12


def test_values_of_the_belligerents_run_opposite_ways_where_the_order_is_theirs(ensemble):
    case, value = ensemble.case, ensemble.world(0).value
    for j in np.flatnonzero(case.priors.monotone):
        steps = np.diff(value[:, j, : ensemble.table.n_options[j]], axis=1)
        for p, d in enumerate(case.priors.direction):
            if d:
                assert (d * steps[p] > 0).all()


def test_a_world_is_the_same_alone_or_in_any_order(ensemble):
    first = ensemble.world(7)
    ensemble.world(8)
    again = ensemble.world(7)
    assert same(first, again)


def test_red_lines_off_moves_no_other_draw(ukraine):
    on = prior_ensemble(ukraine, Settings(), 1).world(5)
    off = prior_ensemble(ukraine, Settings(red_lines=False), 1).world(5)
    assert on.red.any()
    assert not off.red.any()
    for name in set(on._fields) - {"red"}:
        assert same(getattr(on, name), getattr(off, name)), name


def test_costlier_fighting_lowers_the_value_of_fighting_on(ukraine):
    party = ukraine.parties[ukraine.belligerents[0]]
    plain = prior_ensemble(ukraine, Settings(), 1).world(2)
    dear = prior_ensemble(ukraine, Settings(war_cost_scale={party: 2.0}), 1).world(2)
    p = ukraine.belligerents[0]
    assert dear.reserve[p] < plain.reserve[p]
    others = [q for q in range(len(ukraine.parties)) if q != p]
    assert np.array_equal(dear.reserve[others], plain.reserve[others])


def test_red_line_evidence_is_refusals_over_refusals_softenings_and_one(ukraine):
    """Recount one cell by hand from the rows (0b n)."""
    chance = red_line_probability(ukraine)
    rows = [
        s
        for s in sorted(ukraine.tables.statements, key=lambda s: (s.date, s.statement_id))
        if not s.dissent
    ]
    refusals = [
        s for s in rows if s.stance == "rejects" and s.strength == 3 and s.level == "leader"
    ]
    s = refusals[0]
    same = [r for r in rows if (r.party, r.issue, r.option) == (s.party, s.issue, s.option)]
    n = sum(r in refusals for r in same)
    first = same.index(next(r for r in same if r in refusals))
    m = sum(r.stance in ("conditional", "accepts") for r in same[first:])
    j = ukraine.agenda.issue_index(s.issue)
    k = ukraine.agenda.option_index(s.issue, s.option)
    assert chance[ukraine.party_index(s.party), j, k] == n / (n + m + 1)
    assert 0 < (chance > 0).sum() < chance.size / 4


def test_a_party_that_said_nothing_sits_in_the_middle(ukraine):
    silent = replace(ukraine, tables=replace(ukraine.tables, statements=(), document_terms=()))
    assert np.all(ideal_positions(silent) == 0.5)
    assert not red_line_probability(silent).any()


def test_consent_union_is_both_lists_and_the_status_quo_asks_nobody(ukraine):
    modes = {m: consent_needs(ukraine, m) for m in ("union", "options", "issues", "none")}
    assert not modes["none"].any()
    assert np.array_equal(modes["union"], modes["options"] | modes["issues"])
    for needs in modes.values():
        for j, k in enumerate(ukraine.priors.status_quo):
            assert not needs[j, k].any()


def test_hot_issues_are_those_of_largest_mean_weight(ukraine):
    hot = hot_issues(ukraine, 6)
    assert hot.sum() == 6
    ids = {i.id for i, h in zip(ukraine.agenda.issues, hot, strict=True) if h}
    assert {"donetsk_withdrawal", "security_guarantees"} <= ids


@pytest.mark.parametrize("law", LAWS)
def test_uncertain_numbers_stay_in_their_range(ukraine, law):
    """Every law, through the very rule that draws worlds; compiled and plain agree to the bit."""
    rho0 = ukraine.priors.params["rho0"]
    odd = replace(rho0, law=law, value=0.02, sd=0.5)
    params = dict(ukraine.priors.params) | {"rho0": odd}
    case = replace(ukraine, priors=replace(ukraine.priors, params=params))
    ensemble = prior_ensemble(case, Settings(), 1)
    row = ensemble.prior.rows.rho0
    draws = [ensemble.number(i, row) for i in range(300)]
    assert all(odd.low <= x <= odd.high for x in draws)
    assert (len(set(draws)) == 1) == (law == "fixed")
    assert draws[:20] == [number(ensemble.prior, i, row) for i in range(20)]


def test_a_world_drawn_in_plain_python_is_the_compiled_one(camp_david):
    ensemble = prior_ensemble(camp_david, Settings(), 4)
    for i in range(3):
        assert same(ensemble.world(i), draw_world(ensemble.prior, i))
