"""Responsive: says what the response function says, signs what its mandate allows (4.1)."""

import numpy as np

from sim.compiled import rule
from sim.respond import OPEN, answer, eta
from sim.view import View
from sim.worth import Ints


@rule
def respond(view: View) -> Ints:
    """Return a status for every issue: the response function on the party's own values."""
    text, value, red, weight, luck = view.text, view.value, view.red, view.weight, view.luck
    discount, threshold, posture = view.discount, view.threshold, view.posture
    issues, beta, xi, lapse = len(text), view.beta, view.xi, view.lapse
    statuses = np.full(issues, OPEN)
    for j in range(issues):
        k = text[j]
        if k >= 0:
            worth = value[j, k] - discount[j]
            latent = eta(worth, threshold[j], posture, weight[j], issues, beta, xi)
            statuses[j] = answer(latent, red[j, k], lapse, luck[0, j], luck[1, j], luck[2, j])
    return statuses


@rule
def sign(view: View) -> bool:
    """Sign whatever the mandate allows (the table checks the mandate itself)."""
    return True
