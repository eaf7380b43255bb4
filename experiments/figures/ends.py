"""How talks can end, as figures show it: an order, a colour and a sentence for every end."""

from experiments.figures import style
from experiments.figures.source import Run
from sim.case import Case
from sim.record import AGREED, MEDIATOR_LEFT, NO_TEXT, WAR_DECIDED, end_sentence

COLOURS = {AGREED: "#3B76AF", NO_TEXT: "#C9C9C9", MEDIATOR_LEFT: "#7F7F7F"}
OTHER = "#C9A227"


def ends_of(run: Run) -> list[str]:
    """Return the ends that occur, in a fixed order: agreement, the case's own ends, no end."""
    seen = run.table["end"].unique().to_pylist()
    order = [AGREED, *(e.end for e in run.case.priors.endings), MEDIATOR_LEFT, NO_TEXT]
    return [*dict.fromkeys(e for e in order if e in seen), *sorted(set(seen) - set(order))]


def colour(case: Case, end: str) -> str:
    """Return the colour of an end; an end on a party's terms has that party's colour."""
    party = end.removeprefix(WAR_DECIDED)
    if party in case.parties:
        return style.colour(case.party_index(party))
    return COLOURS.get(end, OTHER)


def sentence(case: Case, end: str) -> str:
    """Return the sentence of an end, with a party's name as figures write it."""
    party = end.removeprefix(WAR_DECIDED)
    return end_sentence(end.replace(party, style.label(party)) if party in case.parties else end)
