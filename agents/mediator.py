r"""A mediator that takes statuses at face value and redrafts the criticised points (3.1, 3.2).

It edits at most ``budget`` editable issues, each time the one change that raises most

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\sigma(\hat S_P(x)/\tau)
          + (1-\lambda_M)\,S_M(x) - \#\{broken\ implications,\ open\ points\}

where :math:`\hat S_P` is the prior mean surplus moved by the last status heard on each option.
The learning mediator of theory 4.3 takes this one's place behind the same name.
"""

import math

from numba.extending import register_jitable

from sim.respond import NEEDS_WORK
from sim.view import MediatorView
from sim.worth import MICRO, Ints, brackets, broken_rules, enforcement_level, is_signer, surplus


@register_jitable
def heard_shift(text: Ints, view: MediatorView, party: int) -> float:
    """Return how far statuses heard move the believed surplus of a text, util (ours)."""
    shift = 0.0
    for j in range(len(text)):
        if text[j] >= 0 and view.heard[party, j, text[j]] >= 0:
            shift += view.weight[party, j] * (view.heard[party, j, text[j]] - NEEDS_WORK)
    return view.status_shift * shift


@register_jitable
def log_sigmoid(x: float) -> float:
    """Return log(1 / (1 + exp(-x))) without overflow."""
    return -math.log1p(math.exp(-x)) if x > 0.0 else x - math.log1p(math.exp(x))


@register_jitable
def objective(text: Ints, view: MediatorView) -> float:
    """Return J_M of a text (3.1); a broken implication or an open point costs one unit (ours)."""
    level = enforcement_level(text, view.table.enforcement)
    acceptance, own = 0.0, 0.0
    for p in range(view.coef.shape[0]):
        believed = surplus(text, view.coef[p], view.base[p], level) / MICRO
        if p == view.mediator:
            own = believed
        elif is_signer(text, view.table, p):
            believed += heard_shift(text, view, p)
            acceptance += log_sigmoid(believed / view.temperature)
    total = view.weight_accept * acceptance + (1.0 - view.weight_accept) * own
    return total - broken_rules(text, view.table) - brackets(text)


@register_jitable
def redraft(view: MediatorView) -> Ints:
    """Return the redrafted text: greedy best changes among the editable issues."""
    text = view.text.copy()
    score = objective(text, view)
    for _ in range(view.budget):
        best, at, to = score, -1, -1
        for j in range(len(text)):
            if view.editable[j]:
                old = text[j]
                for k in range(view.table.n_options[j]):
                    text[j] = k
                    trial = objective(text, view)
                    if trial > best + 1e-12:
                        best, at, to = trial, j, k
                text[j] = old
        if at < 0:
            break
        text[at], score = to, best
    return text
