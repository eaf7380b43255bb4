r"""A mediator that takes statuses at face value and redrafts the criticised points (3.1, 3.2).

It edits at most ``budget`` editable issues, each time the one change that raises most

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\sigma(\hat S_P(x)/\tau)
          + (1-\lambda_M)\,S_M(x) - \#\{broken\ implications,\ open\ points\}

where :math:`\hat S_P` is the prior mean surplus moved by the last status heard on each option.
Prior means are over fresh worlds; nothing of this world but the statuses and the mediator's own
surplus reaches it.
"""

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from sim.respond import NEEDS_WORK
from sim.view import MediatorView
from sim.worth import MICRO, Bools, Floats, Ints, brackets, count_broken

LEAST_RISE = 1e-9
"""A change that raises J_M by less is none: float sums may not decide."""


class Ledger(NamedTuple):
    """Running sums of a draft, so that one change of one point costs no new sum.

    ``total`` (P, L) int64: surplus at every enforcement level; ``asked`` (P,) int64: chosen
    options that need the party's act; ``moved`` (P,): shift by statuses heard, util; ``level``
    (1,): enforcement points.
    """

    total: Ints
    asked: Ints
    moved: Floats
    level: Ints


@register_jitable
def open_ledger(text: Ints, view: MediatorView) -> Ledger:
    """Return the running sums of a text."""
    parties, levels = view.base.shape
    ledger = Ledger(
        np.zeros((parties, levels), np.int64),
        np.zeros(parties, np.int64),
        np.zeros(parties),
        np.zeros(1, np.int64),
    )
    for p in range(parties):
        own = p == view.mediator
        for level in range(levels):
            ledger.total[p, level] = view.own_base[level] if own else view.base[p, level]
    for j in range(len(text)):
        book(ledger, view, j, text[j], 1)
    return ledger


@register_jitable
def shift_of(heard: Ints, weight: Floats, by: float, p: int, j: int, k: int) -> float:
    """Return how far the last status on an option moves the believed surplus, util (ours)."""
    if heard[p, j, k] < 0:
        return 0.0
    return float(by * weight[p, j] * (heard[p, j, k] - NEEDS_WORK))


@register_jitable
def book(ledger: Ledger, view: MediatorView, j: int, k: int, sign: int) -> None:
    """Enter (sign 1) or strike (sign -1) option ``k`` of issue ``j``; an open issue is nothing."""
    if k < 0:
        return
    total, coef, own, needs = ledger.total, view.coef, view.own_coef, view.table.needs
    heard, weight, by = view.heard, view.weight, view.status_shift
    ledger.level[0] += sign * view.table.enforcement[j, k]
    for p in range(total.shape[0]):
        ledger.asked[p] += sign * needs[j, k, p]
        ledger.moved[p] += sign * shift_of(heard, weight, by, p, j, k)
        for level in range(total.shape[1]):
            gain = own[level, j, k] if p == view.mediator else coef[p, level, j, k]
            total[p, level] += sign * gain


@register_jitable
def log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) without overflow."""
    return -math.log1p(math.exp(-x)) if x > 0.0 else x - math.log1p(math.exp(x))


@register_jitable
def objective(
    worth: Ints, moved: Floats, signs: Bools, mediator: int, weight_accept: float, heat: float
) -> float:
    """Return J_M (3.1) before faults; ``worth`` (P,) in micro-util, ``moved`` (P,) in util."""
    acceptance, own = 0.0, 0.0
    for p in range(len(worth)):
        if p == mediator:
            own = worth[p] / MICRO
        elif signs[p]:
            acceptance += log_sigmoid((worth[p] / MICRO + moved[p]) / heat)
    return weight_accept * acceptance + (1.0 - weight_accept) * own


@register_jitable
def best_change(ledger: Ledger, text: Ints, view: MediatorView) -> tuple[int, int]:
    """Return the one change of an editable issue that raises J_M most; (-1, -1) if none does."""
    best, at, to = LEAST_RISE, -1, -1
    scores = np.zeros(view.heard.shape[2] + 1)
    for j in range(len(text)):
        if view.editable[j]:
            old, n = text[j], view.table.n_options[j]
            score_options(ledger, text, view, j, n, scores)
            now = scores[old] if old >= 0 else scores[n]
            for k in range(n):
                if scores[k] - now > best:
                    best, at, to = scores[k] - now, j, k
    return at, to


@register_jitable
def score_options(
    ledger: Ledger, text: Ints, view: MediatorView, j: int, n: int, scores: Floats
) -> None:
    """Fill J_M of the text with each option of issue ``j``, and last with the issue left open.

    A broken implication or an open point costs one unit (ours). Arrays are taken out of their
    tuples once: to pass a tuple costs more than to score an option.
    """
    old, table = text[j], view.table
    book(ledger, view, j, old, -1)
    total, asked, moved, level = ledger.total, ledger.asked, ledger.moved, ledger.level[0]
    coef, own, needs, points = view.coef, view.own_coef, table.needs, table.enforcement
    rule_if, rule_then, rule_ok = table.rule_if, table.rule_then, table.rule_ok
    belligerent, mediator = table.belligerent, view.mediator
    parties = len(asked)
    worth, shift = np.zeros(parties, np.int64), np.zeros(parties)
    signs = np.zeros(parties, np.bool_)
    for k in range(n + 1):
        is_open = k == n
        at = level if is_open else level + points[j, k]
        for p in range(parties):
            worth[p], shift[p] = total[p, at], moved[p]
            signs[p] = belligerent[p] or asked[p] > 0
            if not is_open:
                worth[p] += own[at, j, k] if p == mediator else coef[p, at, j, k]
                signs[p] = signs[p] or needs[j, k, p]
                shift[p] += shift_of(view.heard, view.weight, view.status_shift, p, j, k)
        text[j] = -1 if is_open else k
        faults = count_broken(text, rule_if, rule_then, rule_ok) + brackets(text)
        score = objective(worth, shift, signs, mediator, view.weight_accept, view.temperature)
        scores[k] = score - faults
    text[j] = old
    book(ledger, view, j, old, 1)


@register_jitable
def redraft(view: MediatorView) -> Ints:
    """Return the redrafted text: greedy best changes among the editable issues."""
    text = view.text.copy()
    ledger = open_ledger(text, view)
    for _ in range(view.budget):
        at, to = best_change(ledger, text, view)
        if at < 0:
            break
        book(ledger, view, at, text[at], -1)
        text[at] = to
        book(ledger, view, at, to, 1)
    return text
