"""Always no: calls every point unacceptable and signs nothing; the reference for honesty."""

import numpy as np
from numba.extending import register_jitable

from sim.respond import UNACCEPTABLE
from sim.view import View
from sim.worth import Ints


@register_jitable
def respond(view: View) -> Ints:
    """Call every point on the table unacceptable."""
    return np.where(view.text >= 0, UNACCEPTABLE, -1)


@register_jitable
def sign(view: View) -> bool:
    """Sign nothing."""
    return False
