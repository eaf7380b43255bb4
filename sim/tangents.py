r"""The largest product of gains, by tangents (N parties, exact).

The product is not linear, its tangents are: by the inequality of the means every text y with a
larger product than the best one known, :math:`b`, obeys, for any gains :math:`s > 0`,

.. math:: \sum_P \frac{y_P}{s_P} \;\ge\; N \Big(\frac{b}{\prod_P s_P}\Big)^{1/N}.

So the best text so far is the Nash point as soon as no text clears these bars, each of which is a
further signer to the exact solver. Weights are integers, rounded so that a tangent stays valid; a
text that rounding does not cut off is split off party by party.
"""

from math import floor, prod

import numpy as np

from sim.terms import Terms, join_sum, search_lazily, surpluses
from sim.worth import Ints

FINE = 8_000
"""Largest weight in a tangent; sums of surpluses so weighted still fit."""

CUTS = 5
"""Tangents used at a time, the latest: any number of them is valid."""


def nash_text(terms: Terms, start: Ints) -> Ints:
    """Return a text with the largest product of everybody's gains; all must sign.

    ``start`` is a text with no gain below 0; it is returned where every product is 0.
    """
    parties = terms.parties
    least = np.ones(parties, np.int64)
    best, text, cuts = 0, start, [surpluses(terms, start)]
    todo = [least]
    while todo:
        bar = todo.pop()
        cuts = [s for s in cuts if s.min() > 0][-CUTS:]
        wide, bars = _with_tangents(terms, cuts, bar, best)
        found = search_lazily(wide, bars, set(range(parties, wide.parties)))
        if found is None:
            continue
        gains = surpluses(terms, found)
        here = prod(gains.tolist())
        todo.append(bar)
        if here > best:
            best, text = here, found
        elif not _cuts_off(gains, best):
            todo.pop()
            todo += [np.maximum(bar, _one_more(gains, p)) for p in range(parties)]
        cuts.append(gains)
    return text


def _one_more(gains: Ints, p: int) -> Ints:
    """Return the bar of the texts that give party p more than these gains do."""
    bar = np.ones_like(gains)
    bar[p] = gains[p] + 1
    return bar


def _weights(gains: Ints) -> Ints:
    """Return FINE s_min / s_P, rounded up: a tangent stays valid."""
    weights: Ints = -(-FINE * gains.min() // gains)
    return weights


def _least_sum(gains: Ints, best: int) -> int:
    """Return what the weighted gains of any text with a larger product add up to at least."""
    parties, product = len(gains), prod(gains.tolist())
    mean: float = parties * (best / product) ** (1 / parties) * FINE * int(gains.min())
    return floor(mean * (1 - 1e-12))


def _cuts_off(gains: Ints, best: int) -> bool:
    """Say whether the tangent at these gains excludes them."""
    return int(_weights(gains) @ gains) < _least_sum(gains, best)


def _with_tangents(terms: Terms, cuts: list[Ints], bar: Ints, best: int) -> tuple[Terms, Ints]:
    """Return the terms with a further signer per tangent, and everybody's bar."""
    wide, parties = terms, terms.parties
    for gains in cuts:
        weight = np.zeros(wide.parties, np.int64)
        weight[:parties] = _weights(gains)
        wide = join_sum(wide, weight)
    return wide, np.append(bar, [_least_sum(gains, best) for gains in cuts]).astype(np.int64)
