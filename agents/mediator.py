r"""The mediator's redraft: what it believes everybody will sign, what it wants itself (3.1, 3.2).

It edits at most ``budget`` editable issues, each time the one change that raises most

.. math:: J_M(x) = \lambda_M \sum_{P \in signers} \log\hat P(P \text{ signs } x)
          + (1-\lambda_M)\,S_M(x) + \sum_P b_P\,E S_P(x) + v_{speed}\,\hat P(\text{all sign } x)
          - \#\{broken\ implications,\ open\ points\}

S_M is its own surplus, exact; the others' are beliefs (:mod:`sim.belief`); whoever has signed this
very text signs it for certain. A broken implication or an open point costs one unit (ours). With
learning off the belief is the prior and the rule is the same.

``redraft`` works on means and variances and, before leaders, takes of all the drafts on its way
the one that the particles like best; ``redraft_particles`` asks the particles at every step.
"""

import numpy as np

from agents.moment_draft import greedy
from agents.particle_draft import best_prefix, greedy_particles
from sim.compiled import rule
from sim.view import MediatorView
from sim.worth import Ints, brackets, broken_rules


@rule
def with_edits(text: Ints, edits: Ints, count: int) -> Ints:
    """Return the text with the first ``count`` edits made."""
    out = text.copy()
    for b in range(count):
        out[edits[b, 0]] = edits[b, 1]
    return out


@rule
def redraft(view: MediatorView) -> Ints:
    """Return the redrafted text: greedy best changes among the editable issues.

    Before leaders, if the draft could be signed, the drafts on the way, from the old text to the
    last, are scored once more on the particles, and the best of them stands.
    """
    edits = np.zeros((view.budget, 2), np.int64)
    count = greedy(view, edits)
    draft = with_edits(view.text, edits, count)
    if view.leader and count > 0 and brackets(draft) + broken_rules(draft, view.table) == 0:
        return with_edits(view.text, edits, best_prefix(view, edits, count))
    return draft


@rule
def redraft_particles(view: MediatorView) -> Ints:
    """Return the redrafted text, every change judged by the particles (200 composites, 4.3)."""
    edits = np.zeros((view.budget, 2), np.int64)
    return with_edits(view.text, edits, greedy_particles(view, edits))
