"""Who sits where, in compiled code: the manners this package ships, by number.

A compiled batch cannot call a rule by name, so the shipped ones are numbered here; any other rule
is played by the Mesa engine. One line per manner.
"""

from agents import always_no, asks, mediator, responsive
from agents import visit as visits
from sim.compiled import rule
from sim.view import MediatorView, View
from sim.worth import Ints

RESPOND = ("agents.responsive:respond", "agents.always_no:respond")
SIGN = ("agents.responsive:sign", "agents.always_no:sign")
ASK = ("agents.asks:ask", "agents.always_no:ask")
REDRAFT = ("agents.mediator:redraft", "agents.mediator:redraft_particles")
VISIT = ("agents.visit:visit", "agents.visit:visit_in_turn", "agents.visit:visit_at_random")


@rule
def respond(manner: int, view: View) -> Ints:
    """Answer as the numbered manner does."""
    if manner == 1:
        return always_no.respond(view)
    return responsive.respond(view)


@rule
def sign(manner: int, view: View) -> bool:
    """Sign as the numbered manner does."""
    if manner == 1:
        return always_no.sign(view)
    return responsive.sign(view)


@rule
def ask(manner: int, view: View) -> Ints:
    """Ask for changes as the numbered manner does."""
    if manner == 1:
        return always_no.ask(view)
    return asks.ask(view)


@rule
def redraft(manner: int, view: MediatorView) -> Ints:
    """Redraft as the numbered mediator does."""
    if manner == 1:
        return mediator.redraft_particles(view)
    return mediator.redraft(view)


@rule
def visit(manner: int, view: MediatorView) -> int:
    """Choose whom to visit as the numbered plan does."""
    if manner == 1:
        return visits.visit_in_turn(view)
    if manner == 2:
        return visits.visit_at_random(view)
    return visits.visit(view)
