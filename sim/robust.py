"""The text that most worlds accept, found by local search, and the set of those nearly as good.

Forty starts, each climbing a smoothed score (:func:`sim.jury.smoothed`) by changes of one point,
then of two at once, while the smoothing fades (6.4). The climb may be held within a number of
changes of a given text. Around the best text a random walk that never leaves the near-optimal
set visits its members alike often: what they share is what the evidence asks for, the rest is
taste.

A text chosen because it does best on some worlds does worse on others (the optimizer's curse,
[SmithWinkler2006]_), so nothing here is told before it is counted on fresh worlds.

.. [SmithWinkler2006] Management Science 52(3), 2006.
"""

from dataclasses import dataclass

import numpy as np

from sim import rng
from sim.compiled import compiled, rule
from sim.jury import Bench, Jury, change, hold_text, new_bench, share_accepted, smoothed
from sim.worth import Floats, Ints

STARTS = 40
TAUS = (0.03, 0.006, 0.001)
"""Smoothing of the three climbs of a start, util."""
NEAR = 0.02
"""How far below the best share a text still counts as nearly as good (6.8)."""
STEPS = 4000
"""Proposals of each walk through the near-optimal set."""
LEAST_GAIN = 1e-12


@dataclass(frozen=True)
class Found:
    """A text and the share of the searched worlds that accept it (floats; recount it)."""

    text: Ints
    share: float


@dataclass(frozen=True)
class Robust:
    """What a search came to.

    Attributes
    ----------
    best : Found
    ends : tuple of Found
        Where every start ended, the best first.
    near : (N, J) int64
        Distinct texts whose share is within `NEAR` of the best.
    shares : (N,) float64
    """

    best: Found
    ends: tuple[Found, ...]
    near: Ints
    shares: Floats


@rule
def distance(text: Ints, anchor: Ints) -> int:
    """Return the Hamming distance on the points the anchor settles (those >= 0)."""
    count = 0
    for j in range(len(text)):
        if anchor[j] >= 0 and text[j] != anchor[j]:
            count += 1
    return count


@rule
def move(jury: Jury, bench: Bench, i: int, k: int, j: int, m: int) -> None:
    """Change two points, or one that is named twice."""
    for turn in range(2):
        change(jury, bench, j if turn else i, m if turn else k)


@rule
def try_move(
    jury: Jury, bench: Bench, i: int, k: int, j: int, m: int, tau: float, score: float,
    anchor: Ints, most: int,
) -> float:  # fmt: skip
    """Make a move if that raises the score; return the score."""
    old_i, old_j = bench.text[i], bench.text[j]
    move(jury, bench, i, k, j, m)
    if distance(bench.text, anchor) <= most:
        new = smoothed(jury, bench, tau)
        if new > score + LEAST_GAIN:
            return new
    move(jury, bench, i, old_i, j, old_j)
    return score


@rule
def sweep(
    jury: Jury, bench: Bench, tau: float, score: float, anchor: Ints, most: int, pairs: bool
) -> float:
    """Try every change of one point, or with ``pairs`` of two at once; return the score."""
    n_options, text = jury.table.n_options, bench.text
    for i in range(len(text)):
        for j in range(i + 1 if pairs else i, len(text) if pairs else i + 1):
            for k in range(n_options[i]):
                for m in range(n_options[j] if pairs else 1):
                    to = m if pairs else k
                    if k != text[i] and to != text[j]:
                        score = try_move(jury, bench, i, k, j, to, tau, score, anchor, most)
    return score


@rule
def climb(jury: Jury, bench: Bench, tau: float, anchor: Ints, most: int) -> None:
    """Climb by single changes, by paired ones where none helps, until neither does."""
    score, pairs = smoothed(jury, bench, tau), False
    while True:
        new = sweep(jury, bench, tau, score, anchor, most, pairs)
        if new <= score and pairs:
            return
        pairs = new <= score
        score = new


@rule
def climb_from(jury: Jury, start: Ints, taus: Floats, anchor: Ints, most: int, out: Ints) -> float:
    """Climb from a text while the smoothing fades; fill the end, return its share."""
    bench = new_bench(jury)
    hold_text(jury, bench, start)
    for tau in taus:
        climb(jury, bench, tau, anchor, most)
    out[:] = bench.text
    return share_accepted(jury, bench)


@rule
def start_text(seed: int, start: int, n_options: Ints, out: Ints) -> None:
    """Fill the text a start begins with, every option equally likely."""
    for j in range(len(out)):
        out[j] = int(rng.draw(seed, start, rng.DRAFTS, 0, j) * n_options[j])


def draft(jury: Jury, seed: int, starts: int = STARTS, steps: int = STEPS) -> Robust:
    """Return the text most worlds of the jury accept, and those nearly as good (6.4, 6.8).

    Parameters
    ----------
    jury : Jury
        The worlds searched on.
    seed : int
        Of the starting texts and the walks.
    starts, steps : int
        Climbs, and proposals of the walk that begins where each of them ended.
    """
    issues = len(jury.table.n_options)
    free, begin, ends = np.full(issues, -1), np.zeros(issues, np.int64), []
    for start in range(starts):
        compiled(start_text)(seed, start, jury.table.n_options, begin)
        ends.append(_climbed(jury, begin, free, issues))
    ends.sort(key=lambda end: -end.share)
    near, shares = near_optimal(jury, ends, seed, steps)
    top = int(np.argmax(shares))
    best = ends[0] if ends[0].share >= shares[top] else Found(near[top], float(shares[top]))
    keep = shares >= best.share - NEAR - 1e-9
    return Robust(best, tuple(ends), near[keep], shares[keep])


def _climbed(jury: Jury, begin: Ints, anchor: Ints, most: int) -> Found:
    end = np.zeros_like(begin)
    share = compiled(climb_from)(jury, begin, np.array(TAUS), anchor, most, end)
    return Found(end, float(share))


def stay_close(jury: Jury, anchor: Ints, begin: Ints, changes: int) -> list[Found]:
    """Return the best texts found within 0, 1, ..., ``changes`` changes of a document.

    Parameters
    ----------
    anchor : (J,) int64
        What the document settles; points below 0 are free and count as no change.
    begin : (J,) int64
        A complete text that holds what the document settles.
    """
    found: list[Found] = []
    for most in range(changes + 1):
        starts = [found[-1].text, begin] if found else [begin]
        ends = [_climbed(jury, text, anchor, most) for text in starts]
        found.append(max([*ends, *found[-1:]], key=lambda end: end.share))
    return found


@rule
def propose(seed: int, number: int, step: int, n_options: Ints) -> tuple[int, int, int, int]:
    """Return one or two points and the options they would change to, all drawn alike."""
    issues, turn = len(n_options), 1 + step
    i = int(rng.draw(seed, number, rng.DRAFTS, turn, 1) * issues)
    j = i
    if rng.draw(seed, number, rng.DRAFTS, turn, 0) < 0.5:
        j = int(rng.draw(seed, number, rng.DRAFTS, turn, 2) * issues)
    k = int(rng.draw(seed, number, rng.DRAFTS, turn, 3) * n_options[i])
    m = int(rng.draw(seed, number, rng.DRAFTS, turn, 4) * n_options[j]) if j != i else k
    return i, k, j, m


@rule
def walk(
    jury: Jury, start: Ints, least: float, seed: int, number: int, visited: Ints, shares: Floats
) -> int:
    """Walk at random among texts of share >= ``least``; fill (n, J) and (n,), return how many.

    The start is one of them. A proposal and its reverse are drawn alike often, so every text of
    the set that can be reached is visited alike often.
    """
    bench, count = new_bench(jury), 0
    hold_text(jury, bench, start)
    for step in range(len(visited)):
        i, k, j, m = propose(seed, number, step, jury.table.n_options)
        old_i, old_j = bench.text[i], bench.text[j]
        move(jury, bench, i, k, j, m)
        share = share_accepted(jury, bench)
        if share < least:
            move(jury, bench, i, old_i, j, old_j)
            continue
        visited[count], shares[count] = bench.text, share
        count += 1
    return count


def near_optimal(
    jury: Jury, ends: list[Found], seed: int, steps: int = STEPS
) -> tuple[Ints, Floats]:
    """Return distinct texts whose share is within `NEAR` of the best end's, and their shares."""
    least = ends[0].share - NEAR - 1e-9
    texts, shares = [ends[0].text[None, :]], [np.array([ends[0].share])]
    for number, end in enumerate(ends):
        if end.share < least:
            continue
        visited, share = np.zeros((steps, len(end.text)), dtype=np.int64), np.zeros(steps)
        count = compiled(walk)(jury, end.text, least, seed, number, visited, share)
        texts.append(visited[:count])
        shares.append(share[:count])
    near, first = np.unique(np.concatenate(texts), axis=0, return_index=True)
    return near, np.concatenate(shares)[first]


def inclusion(texts: Ints, options: int) -> Floats:
    """Return the share of texts that hold each option, (J, K)."""
    shares: Floats = (texts[:, :, None] == np.arange(options)).mean(axis=0)
    return shares
