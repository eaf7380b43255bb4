"""Responsive: says what the response function says, signs what its mandate allows (4.1)."""

import numpy as np

from sim.compiled import rule
from sim.respond import OPEN, answer, eta
from sim.view import View
from sim.worth import Ints


@rule
def respond(view: View) -> Ints:
    """Return a status for every issue: the response function on the party's own values."""
    issues = len(view.text)
    statuses = np.full(issues, OPEN)
    for j in range(issues):
        k = view.text[j]
        if k >= 0:
            latent = eta(
                view.value[j, k] - view.discount[j], view.threshold[j], view.posture,
                view.weight[j], issues, view.beta, view.xi,
            )  # fmt: skip
            luck = view.luck[:, j]
            statuses[j] = answer(latent, view.red[j, k], view.lapse, luck[0], luck[1], luck[2])
    return statuses


@rule
def sign(view: View) -> bool:
    """Sign whatever the mandate allows (the table checks the mandate itself)."""
    return True
