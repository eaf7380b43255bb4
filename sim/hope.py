r"""What a side hopes the best text would bring it: the forecast behind holding out (2.4).

A side knows its own worth of every option and believes the others' means. Its forecast solves

.. math:: \min_{\lambda \in simplex} \max_x \sum_P \lambda_P \hat S_P(x)

the dual of "the best smallest surplus" over lotteries of texts, by multiplicative weights
[Freund1999]_. The weights that solve it say how much the forecast moves when somebody's value of
fighting on does: :math:`\partial s / \partial W_P = -A_P \lambda_P`.

Ours, to keep it cheap: one enforcement level, no implications, no linkages, everybody signs;
options across the side's own red line, or believed to cross another's, are left out. The exact
question is :func:`sim.zopa.zopa`; a negotiator cannot ask it, for it does not know the others.

.. [Freund1999] Freund & Schapire, Adaptive game playing using multiplicative weights, Games and
   Economic Behavior 29, 1999.
"""

import math

import numpy as np

from sim.compiled import rule
from sim.worth import Bools, Floats, Ints

STEPS = 96
"""Rounds of multiplicative weights; the first third is left out of the average."""

PACE = 4.0
"""Step size, in units of the spread of the surpluses."""


@rule
def open_options(gain: Floats, allowed: Bools, first: Ints, out: Floats) -> None:
    """Fill ``out`` (P, N) with the gains of allowed options, issue after issue.

    ``first`` (J + 1,) gets the place of each issue's first; ``gain`` (P, J, K).
    """
    at = 0
    for j in range(allowed.shape[0]):
        first[j] = at
        for k in range(allowed.shape[1]):
            if allowed[j, k]:
                for p in range(gain.shape[0]):
                    out[p, at] = gain[p, j, k]
                at += 1
    first[allowed.shape[0]] = at


@rule
def best_reply(
    gain: Floats, first: Ints, share: Floats, priced: Floats, chosen: Ints, worth: Floats
) -> None:
    """Add to ``worth`` (P,) what the text that is best at these shares gives everybody.

    ``gain`` (P, N) util and ``first`` (J + 1,) as of :func:`open_options`, ``share`` (P,); room:
    ``priced`` (N,) for what each option is worth at the shares, ``chosen`` (J,) for the text.
    """
    count = first[len(first) - 1]
    for i in range(count):
        priced[i] = 0.0
    for p in range(len(share)):
        for i in range(count):
            priced[i] += share[p] * gain[p, i]
    for j in range(len(chosen)):
        at = first[j]
        best = priced[at]
        for i in range(first[j] + 1, first[j + 1]):
            better = priced[i] > best
            at, best = i if better else at, priced[i] if better else best
        chosen[j] = at
    for p in range(len(share)):
        total = worth[p]
        for j in range(len(chosen)):
            total += gain[p, chosen[j]]
        worth[p] = total


@rule
def hoped(gain: Floats, base: Floats, allowed: Bools, share: Floats, mean: Floats) -> None:
    """Fill everybody's forecast surplus ``mean`` (P,), util, and its prices ``share`` (P,).

    Parameters
    ----------
    gain, base : (P, J, K), (P,) float64
        Surplus of every option, and of the empty text, util.
    allowed : (J, K) bool
        Options that can be part of a text; at least one per issue.
    share : (P,) float64, filled
        The dual prices, averaged; they sum to 1.
    mean : (P,) float64, filled
        Average surplus of the lottery found: the surplus at the best smallest surplus, where a
        party with price 0 may have more than the others.
    """
    parties = len(base)
    worth, weight, total = np.zeros(parties), np.ones(parties), float(parties)
    kept, spread = 0, 1e-9
    for p in range(parties):
        share[p], mean[p] = 0.0, 0.0
    now, first = np.zeros(parties), np.zeros(len(allowed) + 1, np.int64)
    chosen = np.zeros(len(allowed), np.int64)
    options, priced = np.zeros((parties, allowed.size)), np.zeros(allowed.size)
    open_options(gain, allowed, first, options)
    for step in range(STEPS):
        for p in range(parties):
            now[p], worth[p] = weight[p] / total, base[p]
        best_reply(options, first, now, priced, chosen, worth)
        low, high = worth[0], worth[0]
        for p in range(parties):
            low, high = min(low, worth[p]), max(high, worth[p])
        spread = max(spread, high - low)
        pace = PACE / (spread * math.sqrt(step + 1.0))
        total = 0.0
        for p in range(parties):
            weight[p] = max(weight[p] * math.exp(-pace * (worth[p] - low)), 1e-12)
            total += weight[p]
        for p in range(parties):
            weight[p] /= total
        total = 1.0
        if step >= STEPS // 3:
            kept += 1
            for p in range(parties):
                share[p] += now[p]
                mean[p] += worth[p]
    for p in range(parties):
        share[p] /= kept
        mean[p] /= kept


@rule
def keep_possible(red: Bools, clear: Floats, n_options: Ints, own: int, allowed: Bools) -> None:
    """Mark the options a side thinks possible (J, K): no red line of its own or, likely, another's.

    ``clear`` (P, J, K) is the log chance that an option is no red line of a party; an option is
    out when some other party refuses it with a chance above one half. If that leaves an issue
    with none, only the side's own red lines count there; if they too leave none, nothing does.
    """
    for j in range(allowed.shape[0]):
        for strictness in range(3):
            left = 0
            for k in range(allowed.shape[1]):
                ok = k < n_options[j]
                if strictness < 2:
                    ok = ok and not red[j, k]
                if strictness < 1:
                    for p in range(clear.shape[0]):
                        ok = ok and (p == own or clear[p, j, k] > -math.log(2.0))
                allowed[j, k] = ok
                left += ok
            if left > 0:
                break
