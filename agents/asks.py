r"""Counter-asks: the few changes a side asks for, chosen to cost the others little (4.2).

Each change of one point is scored by what it brings the side and, by what all believe of the
others, brings them:

.. math:: g_{jk} = \Delta u_P + \lambda_{tr} \sum_{Q \ne P} E[\Delta u_Q]

and the best ``asks`` points with a positive score are asked for. This is logrolling: a gain here
that costs them little there. (Theory 4.2 writes a minus sign, which would seek what hurts the
others; the plus sign, ours, is what logrolling means.) A side never asks for less than it has, nor
for what it refuses; a present option that crosses its red line counts as a whole stake worse.
"""

import numpy as np

from sim.compiled import rule
from sim.view import View
from sim.worth import Bools, Floats, Ints

STAKE = 1.0
"""The whole worst-to-best swing, util."""


@rule
def own_gain(weight: float, value: Floats, red: Bools, now: int, k: int) -> float:
    """Return what option ``k`` brings the party over the present one of an issue, (K,), util."""
    rise = weight * (value[k] - value[now])
    return float(rise + STAKE if red[now] else rise)


@rule
def others_gain(believed: Floats, party: int, j: int, now: int, k: int) -> float:
    """Return what the same change is believed to bring all others together, util."""
    total = 0.0
    for p in range(believed.shape[0]):
        if p != party:
            total += believed[p, j, k] - believed[p, j, now]
    return total


@rule
def best_ask(view: View, j: int) -> tuple[float, int]:
    """Return score and option of the best change of issue ``j``; (0, -1) if none is wanted."""
    best, to, now = 0.0, -1, view.text[j]
    if now < 0:
        return best, to
    weight, value, red, believed = view.weight[j], view.value[j], view.red[j], view.believed
    party, trade = view.party, view.trade
    for k in range(view.table.n_options[j]):
        gain = own_gain(weight, value, red, now, k)
        if gain > 0.0 and not red[k]:
            score = gain + trade * others_gain(believed, party, j, now, k)
            if score > best:
                best, to = score, k
    return best, to


@rule
def ask(view: View) -> Ints:
    """Return the option wanted on each issue, -1 where nothing is asked, (J,) int64."""
    issues = len(view.text)
    score, to = np.zeros(issues), np.full(issues, -1)
    for j in range(issues):
        score[j], to[j] = best_ask(view, j)
    wanted = np.full(issues, -1)
    for _ in range(view.asks):
        best, at = 0.0, -1
        for j in range(issues):
            if to[j] >= 0 and wanted[j] < 0 and score[j] > best:
                best, at = score[j], j
        if at < 0:
            break
        wanted[at] = to[at]
    return wanted
