r"""How probable the record is under one draw of what is learned (theory 5.1).

(a) ratings, seven categories of the one response function (4.1), red lines mixed in:

.. math:: \Pr(c) = q\,1[c = R3] + (1-q)\,\Pr(c \mid \eta)

(b) demands, softmax of value over the options; (c) mentions, Dirichlet-multinomial around
``weight^mention x attention``; (d) verdicts on whole texts, ordered logit in
:math:`(u_P(D) - a_P - h_P)/\sigma_D`, unknown points integrated out by their mean and variance.
The level :math:`a_P` of (d) is the level of the thresholds: it is not fed back to the value of
fighting on, from which hold-out cannot be told apart (5.4 vi). Rival rules of decision (1.2) differ
in ``Rule`` only. ``xp`` is ``numpy`` or ``jax.numpy``; every function is a sum over rows that keep
their identity, so that a row can be weighed out again.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from sim.latent import Frame, Latent
from sim.observed import Observations
from sim.respond import CATEGORIES, MIDDLE, category_chance, eta, logistic
from sim.traced import traced
from sim.worth import Bools, Floats, Ints

SPAN = 0.1
"""Softness of a rival rule's step in log weight (ours)."""


@dataclass(frozen=True)
class Rule:
    """A rule of decision and a reading of the rows.

    Attributes
    ----------
    red : bool
        M2: red lines are possible; without them M1.
    heavy : {"all", "half", "three"}
        Which issues are judged by their threshold: all, those above the median weight (M3,
        conjunctive) or the three heaviest (M4, lexicographic); the rest is let pass.
    spatial : bool
        M5: every issue is judged by distance to an ideal point.
    demands_accept : bool
        Whether a demand also counts as an accept of what is demanded.
    stakes : bool
        Whether stakes sharpen stances (xi of 4.1); without, xi = 0.
    fade : bool
        Whether rows of a party with a half-life fade.
    strength : bool
        Whether the strength of a stance is read, or only its class.
    drift : bool
        Whether the level of a party's thresholds drifts from month to month.
    free_level : bool
        Whether the level of a party's thresholds is left wide (sd `WIDE`) instead of as wide as
        the value of fighting on is in the prior worlds.
    """

    red: bool = True
    heavy: str = "all"
    spatial: bool = False
    demands_accept: bool = True
    stakes: bool = True
    fade: bool = True
    strength: bool = True
    free_level: bool = False
    drift: bool = False


WIDE = 0.3
"""Sd of a free level, value units (ours)."""


class Terms(NamedTuple):
    """Log likelihood by row: ratings (N,), demands (M,), mentions (P,), verdicts (V,)."""

    ratings: Any
    demands: Any
    mentions: Any
    verdicts: Any


def latents(
    draw: Latent, party: Any, issue: Any, option: Any, level: Any, rule: Rule, xp: Any,
    month: Any = 0,
) -> Any:  # fmt: skip
    """Return eta of 4.1 for rows, (N,); ``month`` (N,) only matters to a level that drifts."""
    weight, issues = draw.weight[party, issue], draw.weight.shape[1]
    xi = draw.xi if rule.stakes else 0.0
    value, threshold = draw.value[party, issue, option], draw.threshold[party, issue]
    if rule.drift:
        threshold = threshold + draw.drift[party, month]
    told = traced(eta, xp)(value, threshold, draw.posture[level], weight, issues, draw.beta, xi)
    if rule.heavy == "all":
        return told
    rank = xp.sort(xp.log(draw.weight), axis=1)
    bar = rank[:, issues // 2] if rule.heavy == "half" else rank[:, issues - 3]
    judged = traced(logistic, xp)((xp.log(weight) - bar[party]) / SPAN)
    return judged * told + (1.0 - judged) * 1.0


def category_chances(told: Any, lapse: float, xp: Any) -> Any:
    """Return the chance of each of the seven categories, (N, 7)."""
    chance = traced(category_chance, xp)
    return xp.stack([chance(told, lapse, c) for c in range(CATEGORIES)], axis=-1)


def ratings(
    draw: Latent, seen: Observations, red: Floats, frame: Frame, rule: Rule, xp: Any
) -> Any:
    """Return the log chance of every rating, (N,); ``red`` is (P, J, K)."""
    told = latents(draw, seen.party, seen.issue, seen.option, seen.level, rule, xp, seen.month)
    seven = category_chances(told, frame.lapse, xp)
    chance = (seven * counted(seen.category, rule.strength)).sum(axis=1)
    q = red[seen.party, seen.issue, seen.option] if rule.red else np.zeros(len(seen.party))
    refused = seen.category == 0 if rule.strength else seen.category < MIDDLE
    return xp.log(q * refused + (1.0 - q) * chance)


def counted(category: Ints, strength: bool) -> Bools:
    """Return which categories an observation stands for, (N, 7): its own, or its whole class."""
    every, middle = np.arange(CATEGORIES), category[:, None] - MIDDLE
    same: Bools = np.sign(middle) == np.sign(every - MIDDLE)
    return np.asarray(middle == every - MIDDLE) if strength else same


def demands(draw: Latent, seen: Observations, frame: Frame, xp: Any) -> Any:
    """Return the log chance of every demand among the options of its issue, (M,)."""
    value = draw.value[seen.demand_party, seen.demand_issue]
    sharp = draw.zeta[seen.demand_joint]
    there = np.arange(value.shape[-1]) < frame.n_options[seen.demand_issue][:, None]
    score = xp.where(there, sharp[:, None] * value, -1e9)
    top = score.max(axis=1)
    total = top + xp.log(xp.exp(score - top[:, None]).sum(axis=1))
    return score[np.arange(len(seen.demand_option)), seen.demand_option] - total


def mentions(draw: Latent, seen: Observations, xp: Any) -> Any:
    """Return the log chance of how often each party spoke of each issue, (P,)."""
    gammaln = _gammaln(xp)
    score = draw.mention * xp.log(draw.weight) + draw.attention
    score = score - score.max(axis=1, keepdims=True)
    share = xp.exp(score) / xp.exp(score).sum(axis=1, keepdims=True)
    alpha, n = draw.clumping * share, seen.mentions
    total = gammaln(draw.clumping) - gammaln(draw.clumping + n.sum(axis=1))
    return total + (gammaln(alpha + n) - gammaln(alpha)).sum(axis=1)


def verdicts(draw: Latent, seen: Observations, frame: Frame, xp: Any) -> Any:
    """Return the log chance of every verdict, (V,)."""
    chance = verdict_chances(draw, seen, frame, xp)
    return xp.log(chance[np.arange(len(seen.verdict_category)), seen.verdict_category])


def verdict_chances(draw: Latent, seen: Observations, frame: Frame, xp: Any) -> Any:
    """Return the chance of rejects < parts < basis < accepts, (V, 4); accepts from S = h up."""
    p, text = seen.verdict_party, seen.verdict_text
    value, weight = draw.value[p], draw.weight[p]
    there = np.arange(value.shape[-1]) < frame.n_options[:, None]
    mean = (value * there).sum(axis=-1) / frame.n_options
    var = (xp.square(value - mean[..., None]) * there).sum(axis=-1) / frame.n_options
    row, column = np.ix_(np.arange(len(p)), np.arange(text.shape[1]))
    known = value[row, column, np.maximum(text, 0)]
    worth = (weight * xp.where(text >= 0, known, mean)).sum(axis=1)
    spread = (xp.square(weight) * xp.where(text >= 0, 0.0, var)).sum(axis=1)
    scale = xp.sqrt(xp.square(draw.noise) + spread)
    gap = (worth - draw.level[p] - draw.holdout[p]) / scale
    cuts = xp.stack([-draw.cut[0] - draw.cut[1], -draw.cut[1], xp.zeros(())])
    up_to = traced(logistic, xp)(cuts - gap[:, None])
    edges = xp.concatenate([xp.zeros((len(p), 1)), up_to, xp.ones((len(p), 1))], axis=1)
    return (1.0 - frame.lapse) * (edges[:, 1:] - edges[:, :-1]) + frame.lapse / 4.0


def terms(
    draw: Latent, seen: Observations, red: Floats, frame: Frame, rule: Rule, xp: Any
) -> Terms:
    """Return the log likelihood of every row, unweighted."""
    return Terms(
        ratings(draw, seen, red, frame, rule, xp),
        demands(draw, seen, frame, xp),
        mentions(draw, seen, xp) * frame.counts_mentions,
        verdicts(draw, seen, frame, xp),
    )


def log_likelihood(t: Terms, weights: Terms) -> Any:
    """Return the weighted sum over all rows (clusters and fading, 5.1)."""
    return sum((row * weight).sum() for row, weight in zip(t, weights, strict=True))


def row_weights(seen: Observations, rule: Rule) -> Terms:
    """Return the weight of every row; a demand rates only where the rule lets it."""
    demanded = np.isin(np.array(seen.ids), np.array(seen.demand_ids))
    rated = np.where(demanded & (not rule.demands_accept), 0.0, seen.weight)
    return Terms(rated, seen.demand_weight, np.ones(len(seen.mentions)), seen.verdict_weight)


def _gammaln(xp: Any) -> Any:
    return import_module("scipy.special" if xp is np else "jax.scipy.special").gammaln
