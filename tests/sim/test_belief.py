"""Beliefs: Bayes by hand, and whether what is learnt foretells what has not been said yet."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import rng
from sim.belief import (
    believed_surplus,
    learn_answer,
    learn_ask,
    log_acceptance,
    open_belief,
)
from sim.compiled import compiled, rule
from sim.composite import open_composite, willing
from sim.particles import BELIEF_WORLDS, HEIGHTS, LEAST_CLEAR, draw_particles
from sim.respond import ACCEPT, OPEN, UNACCEPTABLE, answer, eta, status_chance
from sim.weighing import log_sigmoid, resample, reweigh, rough_exp, rough_log_sigmoid
from sim.worth import enforcement_level
from tests.toys import learn_status, predicted, toy_belief, toy_particles, toy_table

TOY = toy_particles()
low, mid = st.integers(0, 1), st.integers(0, 2)
CONTACTS, WORLDS = 10, 200
WON_BY_LUCK = 3.72
"""Standard errors that a mean of zero exceeds once in 10,000 times."""


@pytest.fixture(scope="module")
def particles(ensemble):
    return draw_particles(ensemble)


def copies(belief):
    return [array.copy() for array in belief]


# --- learning ---


@given(
    st.integers(0, 1), st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.integers(0, 2)
)
def test_learning_a_status_is_bayes_by_hand(level, p, j, k, status):
    belief = toy_belief(TOY)
    before = belief.weight[p, j].copy()
    learn_status(belief, TOY, level, p, j, k, status)
    by_hand = before * TOY.say[level, status, p, j, k]
    by_hand /= by_hand.sum()
    assert belief.weight[p, j] == pytest.approx(by_hand, abs=1e-14)
    total = (belief.weight[p] * TOY.traits.weight[p]).sum()
    worth = TOY.worth[p, j]
    assert belief.mean[p, j] == pytest.approx(worth @ by_hand / total, abs=1e-14)
    spread = ((worth**2) @ by_hand - (worth @ by_hand) ** 2) / total**2
    assert belief.variance[p, j] == pytest.approx(spread, abs=1e-14)
    clear = np.log(np.clip((~TOY.red[p, j]) @ by_hand, LEAST_CLEAR, 1.0))
    assert belief.clear[p, j] == pytest.approx(clear, abs=1e-12)


@given(low, mid, st.integers(0, 3), low, mid)
def test_what_issues_share_is_bayes_on_the_heights_by_hand(level, p, j, k, status):
    """The second answer on an issue counts half."""
    belief = toy_belief(TOY)
    belief.heard[p, j] = 1.0
    heights = TOY.lowest[p] + TOY.step[p] * np.arange(HEIGHTS)
    said = np.interp(TOY.height[level, p] + 0.01, heights, TOY.at_height[status, p, j, k])
    by_hand = belief.common[p] * np.exp(said / 2)
    by_hand /= by_hand.sum()
    text, statuses = np.full(4, -1), np.full(4, OPEN)
    text[j], statuses[j] = k, status
    learn_answer(belief, TOY, level, p, text, statuses, 0.01)
    assert belief.common[p] == pytest.approx(by_hand, abs=1e-12)
    reserve = TOY.reserve[p]
    assert belief.reserve[p] == pytest.approx(by_hand @ reserve)
    spread = by_hand @ (reserve - by_hand @ reserve) ** 2
    assert belief.reserve_variance[p] == pytest.approx(spread)


def test_statuses_at_a_height_are_the_response_functions_mean():
    """One cell of the table, summed by hand over the draws."""
    p, j, k, g = 1, 2, 0, 3
    at, t = TOY.lowest[p] + g * TOY.step[p], TOY.traits
    chances = np.zeros(3)
    for n in range(TOY.worth.shape[3]):
        own = t.threshold[p, j, n] - TOY.reserve[p, n] + at
        latent = eta(t.value[p, j, k, n], own, 0.0, t.weight[p, j, n], 4, t.beta[n], t.xi[n])
        for status in range(3):
            chances[status] += status_chance(latent, TOY.red[p, j, k, n], t.lapse[n], status)
    assert TOY.at_height[:, p, j, k, g] == pytest.approx(np.log(chances / TOY.worth.shape[3]))


def test_an_ask_speaks_for_the_option_asked_for():
    belief = open_belief(TOY)
    learn_ask(belief, TOY, 1, 2, 0)
    by_hand = TOY.want[1, 2, 0] / TOY.want[1, 2, 0].sum()
    assert belief.weight[1, 2] == pytest.approx(by_hand, abs=1e-14)
    assert TOY.want[1, 2].sum(axis=0) == pytest.approx(np.ones(by_hand.size))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_weights_always_sum_to_one_and_other_issues_stay_as_they_were(said):
    belief = open_belief(TOY)
    first = copies(belief)
    for p, j, status in said:
        learn_status(belief, TOY, 0, p, j, 1, status)
    assert belief.weight.sum(axis=-1) == pytest.approx(np.ones(belief.weight.shape[:2]))
    assert belief.common.sum(axis=-1) == pytest.approx(np.ones(3))
    touched = {(p, j) for p, j, _ in said}
    for p in range(3):
        for j in range(4):
            if (p, j) not in touched:
                assert np.array_equal(belief.weight[p, j], first[0][p, j])
        if p not in {p for p, _ in touched}:
            for now, then in zip(belief, first, strict=True):
                assert np.array_equal(now[p], then[p])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_believed_weights_sum_to_one(said):
    """However much is learnt of single issues, a party's whole stake stays one util."""
    belief = open_belief(TOY)
    for p, j, status in said:
        learn_status(belief, TOY, 0, p, j, 1, status)
    total = (belief.weight * TOY.traits.weight).sum(axis=(1, 2))
    assert belief.stake.sum(axis=1) == pytest.approx(total)
    raw = (belief.weight[:, :, None] * TOY.worth).sum(axis=-1)
    assert belief.mean == pytest.approx(raw / total[:, None, None], abs=1e-12)


def test_an_answer_is_all_its_statuses_and_open_teaches_nothing():
    whole, single = open_belief(TOY), open_belief(TOY)
    text, statuses = np.array([0, 2, -1, 1]), np.array([ACCEPT, UNACCEPTABLE, OPEN, 1])
    learn_answer(whole, TOY, 1, 2, text, statuses)
    for j in (0, 1, 3):
        learn_status(single, TOY, 1, 2, j, text[j], statuses[j])
    for a, b in zip(whole, single, strict=True):
        assert a == pytest.approx(b, abs=1e-12)
    assert np.array_equal(whole.weight[2, 2], open_belief(TOY).weight[2, 2])


def test_an_answer_no_draw_could_give_leaves_the_belief_alone():
    weight = np.array([0.5, 0.5])
    assert not reweigh(weight, np.zeros(2))
    assert list(weight) == [0.5, 0.5]


def test_accepting_an_option_proves_it_no_red_line():
    red = np.argwhere(TOY.risky)[0]
    belief = open_belief(TOY)
    p, j, k = (int(at) for at in red)
    assert belief.clear[p, j, k] < 0.0
    learn_status(belief, TOY, 0, p, j, k, ACCEPT)
    assert belief.clear[p, j, k] == pytest.approx(0.0, abs=1e-12)


def test_plain_and_compiled_learn_the_same_bits():
    plain, fast = open_belief(TOY), compiled(open_belief)(TOY)
    g = np.random.default_rng(1)
    for _ in range(6):
        text, statuses = g.integers(0, TOY.n_options), g.integers(0, 3, 4)
        learn_answer(plain, TOY, 0, 1, text, statuses)
        compiled(learn_answer)(fast, TOY, 0, 1, text, statuses)
        learn_ask(plain, TOY, 1, 0, 1)
        compiled(learn_ask)(fast, TOY, 1, 0, 1)
    for a, b in zip(plain, fast, strict=True):
        assert np.array_equal(a, b)
    table, text = toy_table(0, TOY), np.array([1, 2, 0, 0])
    args = (TOY, table, text, 0, 0.01, 0.02)
    assert log_acceptance(plain, *args) == compiled(log_acceptance)(plain, *args)


# --- the draws ---


def test_particles_are_fresh_worlds_of_the_prior(ensemble, particles):
    world = ensemble.world(BELIEF_WORLDS + 7)
    assert np.array_equal(particles.traits.weight[:, :, 7], world.weight)
    assert np.array_equal(particles.red[..., 7], world.red)
    worth = world.weight[:, :, None] * world.value
    assert np.array_equal(particles.worth[..., 7], worth)
    assert particles.say.sum(axis=1)[..., 0, :] == pytest.approx(1.0)


def test_surplus_of_a_draw_is_the_worlds_own(ensemble, particles):
    """A (u - W) + (1 - A) omega sh from the tables is the integer coefficients', rounded."""
    text, n = np.array(ensemble.prior.status_quo), 11
    world, table = ensemble.world(BELIEF_WORLDS + n), ensemble.table
    level = enforcement_level(text, table.enforcement)
    composite = open_composite(open_belief(particles), particles, text, -1)
    shift = sum(particles.power_shift[j, k] for j, k in enumerate(text))
    for p in range(len(world.base)):
        a = particles.peace[p, level, n]
        u = composite.total[p, n] * composite.share[p, n] - particles.reserve[p, n]
        worth = a * u + (1 - a) * particles.omega[p, n] * shift
        exact = world.base[p, level] + sum(world.coef[p, level, j, k] for j, k in enumerate(text))
        assert worth == pytest.approx(exact / 1e6, abs=1e-6 * (len(text) + 1))


# --- acceptance ---


def test_acceptance_by_hand():
    belief, table = toy_belief(TOY), toy_table(0, TOY)
    text, p = np.array([1, 2, 0, 0]), 1  # both options of the pair
    level = enforcement_level(text, table.enforcement)
    chosen = np.arange(4), text
    u = belief.mean[p][chosen].sum() + TOY.link[p, 0].mean()
    spread = belief.variance[p][chosen].sum() + TOY.link[p, 0].var()
    spread += belief.reserve_variance[p]
    a, shift = TOY.peace[p, level].mean(), TOY.power_shift[chosen].sum()
    mean = a * (u - belief.reserve[p] - 0.01) + (1 - a) * TOY.omega[p].mean() * shift - 0.02
    got = believed_surplus(belief, TOY, table, text, p, 0.01, 0.02)
    assert got == pytest.approx((mean, a * a * spread, belief.clear[p][chosen].sum()))
    z = 1.702 * mean / (a * math.sqrt(spread))
    chance = math.log(1 / (1 + math.exp(-z))) + got[2]
    assert log_acceptance(belief, TOY, table, text, p, 0.01, 0.02) == pytest.approx(chance)


def test_log_sigmoid_is_exact_and_never_overflows():
    assert log_sigmoid(0.0) == pytest.approx(-math.log(2))
    assert log_sigmoid(-1000.0) == -1000.0
    assert log_sigmoid(1000.0) == 0.0


@given(st.lists(st.floats(0.001, 1.0), min_size=2, max_size=30))
def test_resampling_keeps_every_weight_within_one_place(raw):
    weight = np.array(raw) / sum(raw)
    out = np.zeros(len(raw), dtype=np.int64)
    resample(weight, out)
    counts = np.bincount(out, minlength=len(raw))
    assert np.abs(counts - len(raw) * weight).max() < 1.0 + 1e-9
    assert (np.diff(out) >= 0).all()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30).filter(any))
def test_resampling_takes_the_first_draw_whose_cumulated_weight_reaches_the_quantile(raw):
    """Small whole weights: many a quantile is met exactly, where rounding decides."""
    weight, size = np.array(raw) / sum(raw), len(raw)
    out, mass = np.zeros(size, dtype=np.int64), list(itertools.accumulate(weight))
    resample(weight, out)
    for n in range(size):
        reached = [at for at in range(size) if mass[at] >= (n + 0.5) / size]
        assert out[n] == min(reached, default=size - 1)


def test_the_tabled_curve_keeps_to_its_bound():
    x = np.linspace(-50, 50, 5001)
    assert max(abs(rough_log_sigmoid(at) - log_sigmoid(at)) for at in x) < 8e-6


def test_the_tabled_powers_keep_to_their_bound():
    x = np.linspace(-31.9, 0.0, 5001)
    assert max(abs(rough_exp(at) / math.exp(at) - 1.0) for at in x) < 1e-6


def test_equal_weights_are_resampled_to_themselves():
    out = np.zeros(200, dtype=np.int64)
    resample(np.full(200, 1 / 200), out)
    assert np.array_equal(out, np.arange(200))


def test_moments_and_composites_agree_on_acceptance(ensemble, particles):
    """Within the logistic curve's distance from the normal (0.0095) and one Monte Carlo error.

    The error of a share of N draws is at most 0.5 / sqrt(N); the mean over 200 random texts.
    """
    table, g = ensemble.table, np.random.default_rng(5)
    belief = compiled(open_belief)(particles)
    args, texts = (particles, table), g.integers(0, table.n_options, (200, 29))
    no_pair, gaps, pairs = np.zeros(0, dtype=np.int64), [], []
    for text in texts:
        composite = compiled(open_composite)(belief, particles, text, -1)
        level = enforcement_level(text, table.enforcement)
        shift = sum(particles.power_shift[j, k] for j, k in enumerate(text))
        for p in np.flatnonzero(table.belligerent):
            share, _ = compiled(willing)(
                composite, particles, p, 0, text[0], text[0], level, shift, no_pair, 0.0, 0.0
            )
            chance = math.exp(compiled(log_acceptance)(belief, *args, text, p, 0.0, 0.0))
            gaps.append(abs(share - chance))
            pairs.append((share, chance))
    assert np.mean(gaps) < 0.0095 + 0.5 / math.sqrt(particles.worth.shape[3])
    assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.95


# --- does learning foretell? ---


@rule
def told(world, seed, i, contact, p, j, k):
    """Answer as a responsive side does before envoys (agents.responsive)."""
    issues = world.weight.shape[1]
    latent = eta(
        world.value[p, j, k], world.threshold[p, j], world.posture[2], world.weight[p, j], issues,
        world.beta, world.xi,
    )  # fmt: skip
    luck = rng.draw(seed, i, rng.STATUSES, contact, p * issues + j)
    lapse_luck = rng.draw(seed, i, rng.LAPSES, contact, p * issues + j)
    which = rng.draw(seed, i, rng.LAPSE_STATUSES, contact, p * issues + j)
    return answer(latent, world.red[p, j, k], world.lapse, luck, lapse_luck, which)


@rule
def log_scores(world, teacher, particles, seed, i, texts):
    """Return mean log scores, learnt and prior, of options ``world`` was never asked about.

    What is learnt are the answers of ``teacher``, one party a contact, in turn.
    """
    belief, prior = open_belief(particles), open_belief(particles)
    parties, issues = world.weight.shape
    asked = np.zeros(world.value.shape, np.bool_)
    for c in range(len(texts)):
        p = c % parties
        for j in range(issues):
            k = texts[c, j]
            learn_status(belief, particles, 0, p, j, k, told(teacher, seed, i, c, p, j, k))
            asked[p, j, k] = True
    learnt, unlearnt, count = 0.0, 0.0, 0
    for p in range(parties):
        for j in range(issues):
            for k in range(particles.n_options[j]):
                if not asked[p, j, k]:
                    status = told(world, seed, i, len(texts) + k, p, j, k)
                    learnt += math.log(predicted(belief, particles, 0, p, j, k, status))
                    unlearnt += math.log(predicted(prior, particles, 0, p, j, k, status))
                    count += 1
    return learnt / count, unlearnt / count, miss(world, belief, texts), miss(world, prior, texts)


@rule
def miss(world, belief, texts):
    """Return the mean squared error of the believed u - W of the texts, over parties."""
    total = 0.0
    parties, issues = world.weight.shape
    for c in range(len(texts)):
        for p in range(parties):
            error = world.reserve[p] - belief.reserve[p]
            for j in range(issues):
                k = texts[c, j]
                error += belief.mean[p, j, k] - world.weight[p, j] * world.value[p, j, k]
            total += error * error
    return total / (len(texts) * parties)


def scores(ensemble, particles, apart):
    """Return the paired log scores of many worlds; the teacher is ``apart`` worlds further."""
    g = np.random.default_rng(8)
    found = []
    for i in range(WORLDS):
        texts = g.integers(0, particles.n_options, (CONTACTS, len(particles.n_options)))
        pair = ensemble.world(i), ensemble.world(i + apart)
        found.append(compiled(log_scores)(*pair, particles, ensemble.seed, i, texts))
    return np.array(found)


def errors_above_zero(gain):
    return gain.mean() / (gain.std(ddof=1) / math.sqrt(len(gain)))


def test_what_was_learnt_foretells_what_was_never_asked(ensemble, particles):
    """The mean log score of statuses not yet seen beats the prior's after 10 contacts."""
    learnt, prior, _, _ = scores(ensemble, particles, apart=0).T
    assert errors_above_zero(learnt - prior) > WON_BY_LUCK


def test_answers_of_another_world_foretell_nothing(ensemble, particles):
    """What is not learnt from the world itself does not beat the prior: learning off, and worse."""
    learnt, prior, _, _ = scores(ensemble, particles, apart=1).T
    assert errors_above_zero(learnt - prior) < WON_BY_LUCK


def test_what_was_learnt_tells_what_texts_are_worth(ensemble, particles):
    """Learning comes closer to u - W of whole texts than the prior, not only to single points."""
    _, _, learnt, prior = scores(ensemble, particles, apart=0).T
    assert errors_above_zero(prior - learnt) > WON_BY_LUCK
