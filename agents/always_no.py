"""Always no: calls every point unacceptable and signs nothing; the reference for honesty."""

import numpy as np

from sim.compiled import rule
from sim.respond import UNACCEPTABLE
from sim.view import View
from sim.worth import Ints


@rule
def respond(view: View) -> Ints:
    """Call every point on the table unacceptable."""
    return np.where(view.text >= 0, UNACCEPTABLE, -1)


@rule
def sign(view: View) -> bool:
    """Sign nothing."""
    return False


@rule
def ask(view: View) -> Ints:
    """Ask for nothing."""
    return np.full(len(view.text), -1)
