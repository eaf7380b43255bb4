"""Signing: who is asked, what the mandate allows, and what undoes a signature.

Ours: leaders at the table are asked; whoever signs has signed *this* text. It then stays as it is
and is carried to the other signers, until all have signed or one refuses; any change of the text
undoes every signature.
"""

from sim.belief import believed_surplus
from sim.compiled import rule
from sim.state import (
    AGREED,
    ASKED,
    END,
    LEADER,
    MANNER,
    NEWS,
    NOT_WORTH,
    RED_LINE,
    SIGNS,
    WAITS,
    Rules,
    Talks,
)
from sim.view import View, is_acceptable, mandate_allows
from sim.worth import Ints, brackets, broken_rules, crosses_red_line, is_signer, micro


@rule
def is_locked(talks: Talks) -> bool:
    """Say whether the text may not change: somebody has signed it and nobody has refused it."""
    some = False
    for p in range(len(talks.signed)):
        if talks.signed[p] < 0:
            return False
        some = some or talks.signed[p] > 0
    return some


@rule
def adopt(talks: Talks, draft: Ints) -> None:
    """Put a draft on the table; any change undoes every signature and reward."""
    changed, text = False, talks.text
    for j in range(len(draft)):
        changed = changed or text[j] != draft[j]
        text[j] = draft[j]
    if changed:
        for p in range(len(talks.signed)):
            talks.signed[p], talks.offer[p] = 0, 0


@rule
def put_up(rules: Rules, talks: Talks, n: int) -> bool:
    """Say whether the text goes to its signers: leaders, complete, lawful."""
    if not (talks.clock[LEADER] and rules.schedule.mediated[n]):
        return False
    ready = brackets(talks.text) == 0 and broken_rules(talks.text, rules.table) == 0
    talks.clock[ASKED] = ready
    if ready and rules.reward > 0.0:
        offer_rewards(rules, talks)
    return ready


@rule
def offer_rewards(rules: Rules, talks: Talks) -> None:
    """Offer each belligerent what it is believed to lack, up to the reward (3.1; rule ours).

    Paid on signature only; a side's offer stands as long as the text does.
    """
    for p in range(len(talks.offer)):
        if rules.table.belligerent[p] and talks.present[p] and talks.signed[p] <= 0:
            mean, _, _ = believed_surplus(
                talks.belief, talks.particles, rules.table, talks.text, p,
                talks.fortunes.moved[p], rules.public.bar[p],
            )  # fmt: skip
            talks.offer[p] = micro(min(max(-mean, 0.0), rules.reward))


@rule
def is_asked(rules: Rules, talks: Talks, p: int) -> bool:
    """Say whether this party is asked now: the text needs it, it is there, and has not signed."""
    here = talks.present[p] and talks.signed[p] <= 0
    return here and is_signer(talks.text, rules.table, p)


@rule
def verdict(view: View, willing: bool) -> int:
    """Return what a signer says: the mandate first, then its manner's own will (0b b, 2.4)."""
    if crosses_red_line(view.text, view.red):
        return RED_LINE
    if not is_acceptable(view):
        return NOT_WORTH
    if not mandate_allows(view):
        return WAITS
    return SIGNS if willing else MANNER


@rule
def note_verdict(talks: Talks, p: int, said: int) -> None:
    """Take down what a signer said."""
    talks.verdict[p] = said
    talks.signed[p] = 1 if said == SIGNS else -1
    if said != SIGNS:
        talks.clock[NEWS] = 1


@rule
def conclude(rules: Rules, talks: Talks) -> None:
    """End in agreement if everybody the text needs has signed it."""
    for p in range(len(talks.signed)):
        if talks.signed[p] != 1 and is_signer(talks.text, rules.table, p):
            return
    talks.clock[END] = AGREED
