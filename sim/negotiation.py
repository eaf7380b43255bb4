"""The talks, watched: a Mesa model that schedules the rules of one world and records them.

Mesa schedules and records; every decision is a rule from :mod:`sim` or ``agents``. One
``Negotiation.step`` is one contact, in the order of :data:`sim.protocol.ROUND`.

Simplifications, ours: whoever is absent from a leader contact is asked for its signature by
telephone; hazards are constant between contacts.
"""

import math
from dataclasses import dataclass

import mesa
import numpy as np
from numba.extending import register_jitable

from sim import rng
from sim.agenda import BRACKETED
from sim.compiled import compiled
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.protocol import ROUND, Contact, contacts
from sim.record import AGREED, MEDIATOR_LEFT, NO_TEXT, Record, Turn
from sim.respond import ACCEPT, OPEN
from sim.seats import seat_rule
from sim.settings import Seat
from sim.view import MediatorView, View, mandate_allows, own_surplus
from sim.worth import (
    Bools,
    Floats,
    Ints,
    brackets,
    breaks_rule,
    broken_rules,
    crosses_red_line,
    is_signer,
)

BELIEF_WORLDS = 1 << 40
"""First of the worlds a mediator's prior mean is taken over; no run ever reaches it."""

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Beliefs:
    """What the mediator expects of everybody: prior means over worlds it will never meet."""

    coef: Ints
    base: Ints
    weight: Floats


def prior_beliefs(ensemble: Ensemble, worlds: int = 100) -> Beliefs:
    """Return the prior mean surplus coefficients and weights over ``worlds`` fresh draws."""
    first = ensemble.world(BELIEF_WORLDS)
    coef, base = first.coef.astype(float), first.base.astype(float)
    weight = first.weight.copy()
    for n in range(1, worlds):
        world = ensemble.world(BELIEF_WORLDS + n)
        coef += world.coef
        base += world.base
        weight += world.weight
    whole = [np.floor(total / worlds + 0.5).astype(np.int64) for total in (coef, base)]
    return Beliefs(whole[0], whole[1], weight / worlds)


@register_jitable
def fill_luck(seed: int, world: int, round_: int, party: int, out: Floats) -> None:
    """Fill ``out`` (3, J) with the uniform numbers of one answer."""
    issues = out.shape[1]
    for j in range(issues):
        slot = party * issues + j
        out[0, j] = rng.draw(seed, world, rng.STATUSES, round_, slot)
        out[1, j] = rng.draw(seed, world, rng.LAPSES, round_, slot)
        out[2, j] = rng.draw(seed, world, rng.LAPSE_STATUSES, round_, slot)


class PartyAgent(mesa.Agent):  # type: ignore[misc]  # Mesa is untyped
    """One party at the table: answers once a round if present, signs if it may and will."""

    def __init__(self, model: "Negotiation", party: int, seat: Seat) -> None:
        super().__init__(model)
        self.party = party
        self.respond_rule = seat_rule(seat.respond)
        self.sign_rule = seat_rule(seat.sign)

    def view(self, text: Ints) -> View:
        """Return what this party sees of a text at the current contact."""
        model: Negotiation = self.model
        world, p = model.world, self.party
        luck = np.zeros((3, len(text)))
        compiled(fill_luck)(model.ensemble.seed, model.index, model.round, p, luck)
        posture = float(world.posture[0 if model.contact.is_leader else 2])
        return View(
            text, p, world.weight[p], world.value[p], world.red[p], world.threshold[p],
            world.coef[p], world.base[p], world.beta, world.xi, world.lapse, posture, luck,
            model.ensemble.table,
        )  # fmt: skip

    def step(self) -> None:
        """Answer the text on the table, point by point, if this party sits at it."""
        model: Negotiation = self.model
        if self.party in model.contact.parties and self.party != model.mediator_party:
            model.hear(self.party, self.respond_rule(self.view(model.text)))

    def refusal(self, text: Ints) -> str:
        """Return why this party does not sign, or the empty string if it signs."""
        view = self.view(text)
        if compiled(mandate_allows)(view):
            return "" if self.sign_rule(view) else "its manner refuses"
        if compiled(crosses_red_line)(text, view.red):
            return "red line: " + ", ".join(self.model.codes_of(text, view.red))
        short = -compiled(own_surplus)(view) / 1e6
        return f"fighting on is worth {short:.3f} util more to it"


class Negotiation(mesa.Model):  # type: ignore[misc]  # Mesa is untyped
    """One world negotiates: contacts in order until an end.

    Parameters
    ----------
    ensemble : Ensemble
    index : int
        Which world.
    beliefs : Beliefs
        The mediator's prior means (:func:`prior_beliefs`).
    """

    def __init__(self, ensemble: Ensemble, index: int, beliefs: Beliefs) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used: randomness has addresses
        case, settings = ensemble.case, ensemble.settings
        self.ensemble, self.index, self.beliefs = ensemble, index, beliefs
        self.world = ensemble.world(index)
        self.mediator_party = case.mediator
        self.schedule_ = contacts(case, settings.calendar)
        self.redraft_rule = seat_rule(settings.mediator.rule)
        self.text = text_of(case, case.opening_text).text.copy()
        shape = (len(case.parties), *self.world.value.shape[1:])
        self.heard = np.full(shape, -1, dtype=np.int64)
        self.record = Record(days=7 * settings.calendar.horizon_weeks, text=self.text)
        self.round, self.days = -1, 0
        self.party_agents = [
            PartyAgent(self, p, settings.seats.get(name, Seat()))
            for p, name in enumerate(case.parties)
        ]

    @property
    def contact(self) -> Contact:
        """The meeting of this round."""
        return self.schedule_[self.round]

    @property
    def turn(self) -> Turn:
        """The record of this round."""
        return self.record.turns[-1]

    def codes_of(self, text: Ints, marked: Bools) -> list[str]:
        """Return ``issue=option`` for every chosen option that is marked, (J, K)."""
        issues = self.ensemble.case.agenda.issues
        pairs = ((issues[j], k) for j, k in enumerate(text) if k >= 0 and marked[j, k])
        return [f"{issue.id}={issue.options[k].code}" for issue, k in pairs]

    def run(self) -> Record:
        """Step until the talks end; return the record."""
        while self.running:
            self.step()
        self.record.text = self.text
        return self.record

    def step(self) -> None:
        """Hold one contact, in the order of ROUND."""
        self.round += 1
        if self.round == len(self.schedule_):
            self._wait_until(7 * self.ensemble.settings.calendar.horizon_weeks)
            if self.running:
                self._end(NO_TEXT, 7 * self.ensemble.settings.calendar.horizon_weeks)
            return
        for part in ROUND:
            if self.running:
                getattr(self, f"_{part}")()

    def hear(self, party: int, statuses: Ints) -> None:
        """Take down a party's answers; the mediator remembers them per option."""
        self.turn.statuses[party] = statuses
        for j, status in enumerate(statuses):
            if status != OPEN:
                self.heard[party, j, self.text[j]] = status

    # --- the parts of a round ---

    def _wait(self) -> None:
        """Let the days since the last contact pass: the war or the mediator may end the talks."""
        self._wait_until((self.contact.day - self.ensemble.case.start).days)
        if self.running:
            turn = Turn(self.round, self.contact, self.text.copy(), self.text)
            self.record.turns.append(turn)

    def _wait_until(self, day: int) -> None:
        """Draw competing exponential clocks for the interval; hazards constant within it."""
        hazard = self.world.hazard
        exits = self.ensemble.settings.calendar.mediator_exit_per_week
        rates = [-math.log1p(-h) / DAYS_PER_MONTH for h in hazard] + [-math.log1p(-exits) / 7.0]
        streams = [rng.WAR_ENDS] * len(hazard) + [rng.MEDIATOR_EXIT]
        clocks = [
            -math.log(rng.draw(self.ensemble.seed, self.index, stream, self.round, n)) / rate
            if rate > 0.0 else math.inf
            for n, (stream, rate) in enumerate(zip(streams, rates, strict=True))
        ]  # fmt: skip
        first = min(range(len(clocks)), key=clocks.__getitem__)
        if clocks[first] < day - self.days:
            names = [e.end for e in self.ensemble.case.priors.endings] + [MEDIATOR_LEFT]
            self._end(names[first], self.days + math.ceil(clocks[first]))
        self.days = day

    def _table(self) -> None:
        """Put a draft on the table; for leaders the mediator fills what envoys left open."""
        if self.contact.is_leader and self.contact.mediated:
            self.text = self._redraft_text(self.text == BRACKETED, len(self.text))
        self.turn.tabled = self.text.copy()

    def _answer(self) -> None:
        self.agents.do("step")

    def _redraft(self) -> None:
        """Edit the criticised points; envoys leave the hot ones bracketed for leaders (3.2)."""
        if not self.contact.mediated:
            return
        calendar, hot = self.ensemble.settings.calendar, self.ensemble.table.hot
        editable = self._criticised()
        if self.contact.is_leader:
            self.text = self._redraft_text(editable, calendar.edits_leader)
        else:
            self.text = self._redraft_text(editable & ~hot, calendar.edits_expert)
            self.text[self._criticised_now() & hot] = BRACKETED
        self.turn.text = self.text.copy()

    def _sign(self) -> None:
        """Leaders only: a complete, lawful text is put to every signer it needs."""
        table = self.ensemble.table
        if not (self.contact.is_leader and self.contact.mediated):
            return
        if compiled(brackets)(self.text) or compiled(broken_rules)(self.text, table):
            return
        self.turn.asked = True
        signers = [a for a in self.party_agents if is_signer(self.text, table, a.party)]
        reasons = {a.party: a.refusal(self.text) for a in signers}
        self.turn.refusals = {p: why for p, why in reasons.items() if why}
        if not self.turn.refusals:
            self._end(AGREED, self.days)

    # --- helpers ---

    def _end(self, end: str, days: int) -> None:
        self.record.end, self.record.days = end, days
        self.running = False

    def _criticised_now(self) -> Bools:
        """Points somebody present did not accept at this contact."""
        marks = np.zeros(len(self.text), dtype=np.bool_)
        for statuses in self.turn.statuses.values():
            marks |= (statuses != ACCEPT) & (statuses != OPEN)
        return marks

    def _criticised(self) -> Bools:
        """Points whose present option somebody last criticised, or that break a rule."""
        table = self.ensemble.table
        issues, filled = np.arange(len(self.text)), self.text >= 0
        last = self.heard[:, issues, np.maximum(self.text, 0)]
        marks: Bools = filled & ((last >= 0) & (last < ACCEPT)).any(axis=0)
        for r in range(len(table.rule_then)):
            if breaks_rule(self.text, table, r):
                marks[table.rule_if[r, 0]] = marks[table.rule_then[r]] = True
        return marks

    def _redraft_text(self, editable: Bools, budget: int) -> Ints:
        """Ask the mediator's rule for a new text."""
        manner, settings = self.ensemble.settings.mediator, self.ensemble.settings
        p = self.mediator_party
        coef, base = self.beliefs.coef.copy(), self.beliefs.base.copy()
        coef[p], base[p] = self.world.coef[p], self.world.base[p]
        view = MediatorView(
            self.text, p, coef, base, self.beliefs.weight, self.heard, editable, budget,
            manner.weight_accept, manner.temperature,
            manner.status_shift if settings.learning else 0.0, self.ensemble.table,
        )  # fmt: skip
        text: Ints = self.redraft_rule(view)
        return text


def negotiate(ensemble: Ensemble, index: int, beliefs: Beliefs | None = None) -> Record:
    """Negotiate one world and return its record.

    Examples
    --------
    >>> from sim.case import load_case
    >>> from sim.ensemble import prior_ensemble
    >>> from sim.settings import Settings
    >>> ensemble = prior_ensemble(load_case("camp_david"), Settings(), seed=1978)
    >>> negotiate(ensemble, 0).sentence
    'Every party the text needs signed it.'
    """
    return Negotiation(ensemble, index, beliefs or prior_beliefs(ensemble)).run()
