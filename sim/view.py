"""View: all that a negotiator or mediator may see. Never the World, never another's arrays."""

from typing import NamedTuple

from numba.extending import register_jitable

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
        Its own preferences (see :class:`~sim.world.World`).
    coef, base, link : (L, J, K), (L,), (L, Q) int64
        Its own surplus, micro-util.
    beta, xi, lapse, posture : float
        Its own response function at the level of this contact.
    luck : (3, J) float64
        Uniform numbers for this answer: status, lapse, which lapse.
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
    beta: float
    xi: float
    lapse: float
    posture: float
    luck: Floats
    table: Table


class MediatorView(NamedTuple):
    """What the mediator sees when it redrafts.

    Attributes
    ----------
    text : (J,) int64
        The single text as it stands.
    mediator : int
        Its own party number.
    own_coef, own_base : (L, J, K), (L,) int64
        Its own surplus, exactly.
    coef, base : (P, L, J, K), (P, L) int64
        The others' surplus as the mediator believes it (its own row is not read).
    weight : (P, J) float64
        Believed weights.
    heard : (P, J, K) int64
        The last status each party gave each option, -1 if never asked.
    editable : (J,) bool
        Issues it may redraft at this contact.
    budget : int
        How many of them.
    weight_accept, temperature, status_shift : float
        See :class:`~sim.settings.MediatorManner`.
    table : Table
    """

    text: Ints
    mediator: int
    own_coef: Ints
    own_base: Ints
    coef: Ints
    base: Ints
    weight: Floats
    heard: Ints
    editable: Bools
    budget: int
    weight_accept: float
    temperature: float
    status_shift: float
    table: Table


@register_jitable
def own_surplus(view: View) -> int:
    """Return what the text on the table is worth to this party beyond fighting on, micro-util."""
    level = enforcement_level(view.text, view.table.enforcement)
    return surplus(view.text, view.coef, view.base, view.link, view.table.links, level)


@register_jitable
def mandate_allows(view: View) -> bool:
    """Say whether the party's mandate lets it sign: S >= 0 and no red line crossed (0b b)."""
    return own_surplus(view) >= 0 and not crosses_red_line(view.text, view.red)
