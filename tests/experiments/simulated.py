"""A record made up by the model itself: the real rows, but what they say."""

from dataclasses import replace

import numpy as np

from sim.latent import Frame, Latent
from sim.likelihood import Rule, category_chances, demands, latents, verdict_chances
from sim.observed import Observations


def pick(chances, luck):
    """Return one class per row, (N,), for rows of chances (N, C)."""
    return (
        (np.cumsum(chances, axis=1) < luck.random((len(chances), 1)))
        .sum(axis=1)
        .clip(max=chances.shape[1] - 1)
    )


def say(draw: Latent, seen: Observations, frame: Frame, rule: Rule, seed: int) -> Observations:
    """Return what would have been observed in a world of this draw."""
    luck = np.random.default_rng(seed)
    told = latents(draw, seen.party, seen.issue, seen.option, seen.level, rule, np, seen.month)
    asked = [replace(seen, demand_option=np.full_like(seen.demand_option, k))
             for k in range(frame.shape[2])]  # fmt: skip
    options = [np.exp(demands(draw, each, frame, np)) for each in asked]
    there = np.arange(frame.shape[2]) < frame.n_options[seen.demand_issue][:, None]
    score = draw.mention * np.log(draw.weight) + draw.attention
    share = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    spoken = [
        luck.multinomial(round(n.sum()), luck.dirichlet(np.maximum(draw.clumping * s, 1e-3)))
        for n, s in zip(seen.mentions, share, strict=True)
    ]
    return replace(
        seen,
        category=pick(category_chances(told, frame.lapse, np), luck),
        demand_option=pick(np.where(there, np.array(options).T, 0.0), luck),
        mentions=np.array(spoken, dtype=float),
        verdict_category=pick(verdict_chances(draw, seen, frame, np), luck),
    )
