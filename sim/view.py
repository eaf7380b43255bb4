"""View: all that a negotiator or mediator may see. Never the World, never another's arrays."""

from typing import NamedTuple

from numba.extending import register_jitable

from sim.belief import Belief
from sim.particles import Particles
from sim.worth import Bools, Floats, Ints, Table, crosses_red_line, enforcement_level, surplus


class View(NamedTuple):
    """What one party sees when it is asked about a text.

    Attributes
    ----------
    text : (J,) int64
        The option proposed on each issue, -1 where it is left to leaders.
    party : int
        The party's own number.
    weight, value, red, threshold : (J,), (J, K), (J, K), (J,)
        Its own preferences (see :class:`~sim.world.World`); the threshold is today's.
    coef, base, link : (L, J, K), (L,), (L, Q) int64
        Its own surplus over fighting on as the war stands today, micro-util.
    holdout : int
        h, what it would give up by signing now instead of waiting, micro-util (2.4).
    offer : int
        What the mediator pays it on signature, micro-util (3.1).
    beta, xi, lapse, posture : float
        Its own response function at the level of this contact.
    discount : (J,) float64
        Value it takes off points the other camp proposed.
    luck : (3, J) float64
        Uniform numbers for this answer: status, lapse, which lapse.
    believed : (P, J, K) float64
        What it believes options are worth to the others, util; its own row is not its own mind
        but what the others believe of it.
    trade : float
        How much a loss of the others counts against its own gain when it asks (4.2).
    asks : int
        Points it may ask to have changed.
    table : Table
        What everybody knows.
    """

    text: Ints
    party: int
    weight: Floats
    value: Floats
    red: Bools
    threshold: Floats
    coef: Ints
    base: Ints
    link: Ints
    holdout: int
    offer: int
    beta: float
    xi: float
    lapse: float
    posture: float
    discount: Floats
    luck: Floats
    believed: Floats
    trade: float
    asks: int
    table: Table


class MediatorView(NamedTuple):
    """What the mediator sees when it redrafts or plans a visit.

    Attributes
    ----------
    text : (J,) int64
        The single text as it stands.
    mediator : int
        Its own party number.
    own_coef, own_base, own_link : (L, J, K), (L,), (L, Q) int64
        Its own surplus, exactly, micro-util.
    belief : Belief
        What has been learnt of everybody (its own row is not read).
    particles : Particles
        The fresh draws the belief weighs.
    moved : (P,) float64
        Public estimate of how far W has moved since the start, util.
    bar : (P,) float64
        What each party is believed to hold out for, util.
    signed : (P,) bool
        Who has already signed this very text.
    weeks_since : (P,) float64
        Weeks since each party last answered.
    welcome : (P,) bool
        Parties that may be visited.
    editable : (J,) bool
        Issues it may redraft at this contact.
    budget : int
        How many of them.
    leader : bool
        Whether leaders meet: the draft may be signed.
    luck : float
        A uniform number for this decision.
    weight_accept, speed : float
        lambda_M, v_speed (3.1).
    bias : (P,) float64
        b_P, what a util of each party's surplus is worth to it (3.1).
    table : Table
    """

    text: Ints
    mediator: int
    own_coef: Ints
    own_base: Ints
    own_link: Ints
    belief: Belief
    particles: Particles
    moved: Floats
    bar: Floats
    signed: Bools
    weeks_since: Floats
    welcome: Bools
    editable: Bools
    budget: int
    leader: bool
    luck: float
    weight_accept: float
    speed: float
    bias: Floats
    table: Table


@register_jitable
def own_surplus(view: View) -> int:
    """Return what the text on the table is worth to this party beyond fighting on, micro-util.

    What the mediator pays on signature is included (3.1).
    """
    level = enforcement_level(view.text, view.table.enforcement)
    worth = surplus(view.text, view.coef, view.base, view.link, view.table.links, level)
    return worth + view.offer


@register_jitable
def is_acceptable(view: View) -> bool:
    """Say whether the text beats fighting on and crosses no red line: S >= 0 (0b b)."""
    return own_surplus(view) >= 0 and not crosses_red_line(view.text, view.red)


@register_jitable
def mandate_allows(view: View) -> bool:
    """Say whether the party's mandate lets it sign: S >= h >= 0 and no red line (0b b, 2.4)."""
    worth = own_surplus(view)
    return worth >= max(view.holdout, 0) and not crosses_red_line(view.text, view.red)
