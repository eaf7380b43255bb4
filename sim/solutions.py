r"""What theory would pick: Nash, Kalai-Smorodinsky, leximin and utilitarian, exact.

Of the texts that leave everybody at or above fighting on (theory 4.4):

* Nash 1950: the largest product :math:`\prod_P S_P`;
* Kalai & Smorodinsky 1975: the largest equal share of what each could get at most,
  :math:`\max \min_P S_P / S_P^{max}`;
* leximin: the largest smallest gain, then the second smallest, and so on;
* utilitarian: the largest sum.

The first two do not depend on the scale of anyone's utility; the last two do, so that the scale
is named by the caller. Two parties are read off their frontier. N parties all sign, and each
solution is a short series of questions to the exact solver. None of them is a recommendation.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sim.compiled import compiled, rule
from sim.frontier import Frontier, text_at
from sim.tangents import nash_text
from sim.terms import Terms, ceiling, join_sum, require, search, surpluses
from sim.worth import Ints

NAMES = ("nash", "kalai_smorodinsky", "leximin", "utilitarian")


@dataclass(frozen=True)
class Solution:
    """A text a theory picks, and what it gives everybody, (P,), micro-util."""

    text: Ints
    gains: Ints


def of_two(terms: Terms, front: Frontier, ratio: Ints) -> dict[str, Solution]:
    """Return the four solutions of the two parties of a frontier; the others only accept.

    ``ratio`` (P,) holds the units of the common scale in a micro-util of each party. Ties go to
    the point that gives party a more. Empty if the frontier is.
    """
    if not len(front.points):
        return {}
    unit = np.ascontiguousarray(ratio[[front.a, front.b]])
    found = {}
    for name, best in zip(NAMES, compiled(pick)(front.points, unit), strict=True):
        text = text_at(terms, front, int(best))
        found[name] = Solution(text, surpluses(terms, text))
    return found


@rule
def pick(points: Ints, unit: Ints) -> Ints:
    """Return which point (F, 2) of a frontier each of `NAMES` picks, (4,); ties go to the last.

    ``unit`` (2,) holds the units of the common scale in a micro-util of either party.
    """
    best, high = np.zeros(4, np.int64), np.full((4, 2), -(1 << 62))
    most_x, most_y = 0, 0
    for i in range(len(points)):
        most_x, most_y = max(most_x, points[i, 0]), max(most_y, points[i, 1])
    score = np.zeros((4, 2), np.int64)
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        score[0, 0] = x * y
        score[1, 0], score[1, 1] = min(x * most_y, y * most_x), max(x * most_y, y * most_x)
        x, y = x * unit[0], y * unit[1]
        score[2, 0], score[2, 1], score[3, 0] = min(x, y), max(x, y), x + y
        for n in range(4):
            above = score[n, 0] > high[n, 0]
            if above or (score[n, 0] == high[n, 0] and score[n, 1] >= high[n, 1]):
                best[n], high[n, 0], high[n, 1] = i, score[n, 0], score[n, 1]
    return best


def of_all(terms: Terms, ratio: Ints) -> dict[str, Solution]:
    """Return the four solutions of all parties, every one a required signer; empty if none fits."""
    terms = require(terms, *range(terms.parties))
    start = search(terms, np.zeros(terms.parties, np.int64))
    if start is None:
        return {}
    texts = {"leximin": leximin_text(terms, ratio)}
    texts["nash"] = nash_text(terms, texts["leximin"])
    texts["kalai_smorodinsky"] = equal_shares_text(terms, start)
    texts["utilitarian"] = sum_text(terms, ratio)
    return {name: Solution(texts[name], surpluses(terms, texts[name])) for name in NAMES}


def sum_text(terms: Terms, ratio: Ints) -> Ints:
    """Return a text of largest sum of gains in the common scale."""
    found = ceiling(join_sum(terms, ratio), terms.parties)
    if found is None:
        raise ValueError("no text leaves everybody at or above fighting on")
    return found[1]


def leximin_text(terms: Terms, ratio: Ints) -> Ints:
    """Return a text whose sorted gains, in the common scale, are lexicographically largest."""
    group = frozenset(range(terms.parties))
    _, bar = _leximin(terms, ratio, np.zeros(terms.parties, np.int64), group)
    text = search(terms, bar)
    if text is None:
        raise ValueError("bars that a text has just cleared are no longer cleared")
    return text


def _leximin(
    terms: Terms, ratio: Ints, bar: Ints, group: frozenset[int]
) -> tuple[tuple[int, ...], Ints]:
    """Return the best sorted gains of a group, the others at their bars, and bars that give them.

    Whoever gains least gets the common level; each party in turn is taken to be the one.
    """
    level, bars = common_level(terms, ratio, bar, group), bar
    best: tuple[int, ...] = ()
    for p in sorted(group):
        here = bar.copy()
        here[p] = -(-level // ratio[p])
        rest: tuple[int, ...] = ()
        if len(group) > 1:
            rest, here = _leximin(terms, ratio, here, group - {p})
        if (level, *rest) > best:
            best, bars = (level, *rest), here
    return best, bars


def common_level(terms: Terms, ratio: Ints, bar: Ints, group: frozenset[int]) -> int:
    """Return the largest smallest gain of a group with the others at their bars; scale of ratio."""
    who, low, high = sorted(group), 0, None
    while high is None or low < high:
        step = (low + high + 1) // 2 if high is not None else 2 * low + 1
        here = bar.copy()
        here[who] = -(-step // ratio[who])
        text = search(terms, here)
        if text is None:
            high = step - 1
        else:
            low = int((surpluses(terms, text)[who] * ratio[who]).min())
    return low


def equal_shares_text(terms: Terms, text: Ints) -> Ints:
    """Return a text of largest equal share of everybody's ceiling (Kalai & Smorodinsky 1975).

    From share to better share until none is better; ties may leave some more than their share.
    """
    most = [_ceiling_of(terms, p) for p in range(terms.parties)]
    better: Ints | None = text
    low, high = Fraction(0), Fraction(1)
    while better is not None:
        text = better
        low = _share(surpluses(terms, text), most)
        middle = (low + high) / 2
        while high - low > Fraction(1, 10**6):  # halve while that is quicker than step by step
            better = search(terms, np.array([-(-middle * m // 1) for m in most], np.int64))
            if better is not None:
                break
            high, middle = middle, (low + middle) / 2
        else:
            over = [int(low * m) + 1 if m else 0 for m in most]
            better = search(terms, np.array(over, np.int64))
    return text


def _ceiling_of(terms: Terms, p: int) -> int:
    found = ceiling(terms, p)
    return 0 if found is None else found[0]


def _share(gains: Ints, most: list[int]) -> Fraction:
    """Return the smallest share of a ceiling; who can gain nothing has all there is."""
    return min(
        (Fraction(int(s), m) for s, m in zip(gains, most, strict=True) if m), default=Fraction(1)
    )
