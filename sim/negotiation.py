"""The talks, watched: a Mesa model that schedules the rules of one world and records them.

Mesa schedules and records; every decision is a rule from :mod:`sim.round` or ``agents``. One
``Negotiation.step`` is one contact, in the order of :data:`sim.round.ROUND`. The mediator is an
agent of its own: its principal chooses whom to visit and sits at leader contacts, its envoys
carry the draft and report what they hear.
"""

import mesa
import numpy as np

from sim import round as parts
from sim import signing, speaking, state
from sim.compiled import compiled
from sim.ensemble import Ensemble
from sim.fortunes import open_talks
from sim.particles import PARTICLES, draw_particles
from sim.protocol import contacts
from sim.public import round_rules
from sim.record import AGREED, MEDIATOR_LEFT, NO_TEXT, Record, Turn
from sim.round import ROUND
from sim.seats import (
    Rule,
    checked_answer,
    checked_asks,
    checked_draft,
    checked_guest,
    own_copy,
    seat_rule,
)
from sim.settings import Seat
from sim.state import Rules, Talks
from sim.view import MediatorView, View, is_acceptable, own_surplus
from sim.worth import MICRO, Bools, Ints


def prepared(ensemble: Ensemble, particles: int = PARTICLES) -> Rules:
    """Return the rules of a run: everything that is set up once, beliefs included."""
    return round_rules(ensemble, draw_particles(ensemble, particles))


def end_name(ensemble: Ensemble, end: int) -> str:
    """Return the name of an end of the talks.

    Raises
    ------
    ValueError
        While the talks go on.
    """
    if end == state.RUNNING:
        raise ValueError("the talks are not over")
    if end >= state.WAR_ENDED:
        return ensemble.case.priors.endings[end - state.WAR_ENDED].end
    return {state.AGREED: AGREED, state.NO_TEXT: NO_TEXT, state.MEDIATOR_LEFT: MEDIATOR_LEFT}[end]


class PartyAgent(mesa.Agent):  # type: ignore[misc]  # Mesa is untyped
    """A party at the table: its manner answers, asks and signs.

    Parameters
    ----------
    model : Negotiation
    party : int
        Its number in the case's order.
    seat : Seat
        How it bargains.
    """

    def __init__(self, model: "Negotiation", party: int, seat: Seat) -> None:
        super().__init__(model)
        self.party = party
        self.respond_rule = seat_rule(seat.respond)
        self.ask_rule = seat_rule(seat.ask)
        self.sign_rule = seat_rule(seat.sign)

    def view(self, asks: int = 0) -> View:
        """Return what this party sees of the text at the current contact."""
        m: Negotiation = self.model
        view: View = compiled(speaking.view_of)(
            m.rules, m.world, m.index, m.talks, self.party, asks
        )
        return view

    def step(self) -> None:
        """Answer the text on the table, point by point, and ask for changes, if it sits there."""
        m: Negotiation = self.model
        if not speaking.answers(m.rules, m.talks, self.party):
            return
        view = self.view(m.rules.asks)
        given = checked_answer(self.respond_rule(own_copy(view, self.respond_rule)), m.talks.text)
        compiled(speaking.hear)(m.rules, m.index, m.talks, m.round, self.party, given)
        m.turn.statuses[self.party] = given
        self.ask(view)

    def ask(self, view: View) -> None:
        """Say which options it wants instead."""
        m: Negotiation = self.model
        wanted = checked_asks(self.ask_rule(own_copy(view, self.ask_rule)), view)
        compiled(speaking.note_asks)(m.rules, m.talks, self.party, wanted)
        m.turn.asks[self.party] = wanted

    def asked_to_sign(self) -> None:
        """Say whether this party signs the text on the table, or which condition binds."""
        m: Negotiation = self.model
        view = self.view()
        said = int(signing.verdict(view, bool(self.sign_rule(own_copy(view, self.sign_rule)))))
        signing.note_verdict(m.talks, self.party, said)
        if said == state.SIGNS:
            m.turn.signed.append(self.party)
        else:
            m.turn.refusals[self.party] = m.reason(said, view)


class MediatorAgent(PartyAgent):
    """The mediator: a party that also holds the pen and chooses whom to see next."""

    def __init__(self, model: "Negotiation", party: int, seat: Seat) -> None:
        super().__init__(model, party, seat)
        manner = model.ensemble.settings.mediator
        self.draft_rule: Rule = seat_rule(manner.rule)
        self.visit_rule: Rule = seat_rule(manner.visits)

    def sees(self, marked: Bools, budget: int) -> MediatorView:
        """Return what the mediator sees now."""
        m: Negotiation = self.model
        view: MediatorView = compiled(parts.mediator_view)(
            m.rules, m.world, m.index, m.talks, m.round, marked, budget
        )
        return view

    def visit(self) -> None:
        """Choose the guest of a planned contact."""
        m: Negotiation = self.model
        welcome = np.zeros(len(m.talks.signed), dtype=np.bool_)
        if parts.may_visit(m.rules, m.talks, m.round, welcome):
            view = self.sees(welcome, 0)
            guest = checked_guest(self.visit_rule(own_copy(view, self.visit_rule)), view)
            parts.seat(m.rules, m.talks, guest)

    def edit(self, allowed: Rule) -> None:
        """Redraft the points that may be touched now."""
        m: Negotiation = self.model
        editable = np.zeros(len(m.talks.text), dtype=np.bool_)
        budget = int(allowed(m.rules, m.talks, m.round, editable))
        if budget > 0:
            view = self.sees(editable, budget)
            draft = self.draft_rule(own_copy(view, self.draft_rule))
            signing.adopt(m.talks, checked_draft(draft, m.talks.text, view))


class Negotiation(mesa.Model):  # type: ignore[misc]  # Mesa is untyped
    """One world negotiates: contacts in order until an end.

    Parameters
    ----------
    ensemble : Ensemble
    index : int
        Which world.
    rules : Rules
        What is the same in every world (:func:`prepared`).
    """

    def __init__(self, ensemble: Ensemble, index: int, rules: Rules) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used: randomness has addresses
        case, settings = ensemble.case, ensemble.settings
        self.ensemble, self.index, self.rules = ensemble, index, rules
        self.world = ensemble.world(index)
        self.contacts = contacts(case, settings.calendar)
        self.talks: Talks = compiled(open_talks)(rules, self.world)
        self.record = Record()
        self.round = -1
        self.party_agents = [
            (MediatorAgent if p == case.mediator else PartyAgent)(
                self, p, settings.seats.get(name, Seat())
            )
            for p, name in enumerate(case.parties)
        ]
        self.mediator: MediatorAgent = self.party_agents[case.mediator]

    @property
    def turn(self) -> Turn:
        """The record of this round."""
        return self.record.turns[-1]

    def run(self) -> Record:
        """Step until the talks end; return the record."""
        while self.running:
            self.step()
        self.record.text = self.talks.text
        self.record.end = end_name(self.ensemble, int(self.talks.clock[state.END]))
        self.record.days = int(self.talks.clock[state.DAY])
        return self.record

    def step(self) -> None:
        """Hold one contact, in the order of ROUND."""
        self.round += 1
        if self.round == len(self.contacts):
            self._pass_days(self.rules.horizon)
            parts.run_out(self.talks)
            self._look()
            return
        for part in ROUND:
            if self.running:
                getattr(self, f"_{part}")()
                self._look()

    def reason(self, said: int, view: View) -> str:
        """Say in words which condition binds."""
        if said == state.MANNER:
            return "its manner refuses"
        if said == state.RED_LINE:
            return "red line: " + ", ".join(self._codes(view.red))
        worth = own_surplus(view) / MICRO
        if said == state.WAITS:
            waits = f"but it waits for {view.holdout / MICRO:.3f}"
            return f"worth {worth:.3f} util more to it than fighting on, {waits}"
        return f"fighting on is worth {-worth:.3f} util more to it than this text"

    # --- the parts of a round ---

    def _wait(self) -> None:
        self._pass_days(int(self.rules.schedule.day[self.round]))
        self._look()
        if self.running:
            parts.begin(self.rules, self.talks, self.round)
            contact, text = self.contacts[self.round], self.talks.text
            self.record.turns.append(Turn(self.round, contact, text.copy(), text.copy()))

    def _pass_days(self, day: int) -> None:
        compiled(parts.wait)(self.rules, self.world, self.index, self.talks, self.round, day)

    def _meet(self) -> None:
        self.mediator.visit()
        talks = self.talks
        self.turn.parties = tuple(int(p) for p in np.flatnonzero(talks.present))
        self.turn.is_leader = bool(talks.clock[state.LEADER])
        self.turn.reserve = talks.fortunes.reserve.copy()
        self.turn.holdout = talks.fortunes.holdout.copy()
        self.turn.war = talks.fortunes.state.copy()

    def _table(self) -> None:
        self.mediator.edit(parts.needs_filling)
        self.talks.tabled[:] = self.talks.text
        self.turn.tabled = self.talks.tabled.copy()

    def _answer(self) -> None:
        self.agents.do("step")

    def _counter(self) -> None:
        compiled(speaking.recorded_counters)(self.rules, self.talks, self.round)
        for agent in self.party_agents:
            if speaking.may_counter(self.rules, self.talks, agent.party):
                view = agent.view(self.rules.counter_edits)
                if not is_acceptable(view):
                    agent.ask(view)
        said = enumerate(self.talks.asks)
        self.turn.asks |= {p: asks.copy() for p, asks in said if (asks >= 0).any()}

    def _redraft(self) -> None:
        self.mediator.edit(parts.may_edit)
        parts.leave_hot_points(self.rules, self.talks, self.round)
        self.turn.text = self.talks.text.copy()

    def _sign(self) -> None:
        self.turn.asked = bool(signing.put_up(self.rules, self.talks, self.round))
        if self.turn.asked:
            for agent in self.party_agents:
                if signing.is_asked(self.rules, self.talks, agent.party):
                    agent.asked_to_sign()
            signing.conclude(self.rules, self.talks)

    # --- helpers ---

    def _look(self) -> None:
        """Stop Mesa once the talks have ended."""
        self.running = bool(self.talks.clock[state.END] == state.RUNNING)

    def _codes(self, marked: Bools) -> list[str]:
        """Return ``issue=option`` for every chosen option that is marked, (J, K)."""
        return option_codes(self.ensemble, self.talks.text, marked)


def option_codes(ensemble: Ensemble, text: Ints, marked: Bools) -> list[str]:
    """Return ``issue=option`` for every chosen option that is marked, (J, K)."""
    issues = ensemble.case.agenda.issues
    chosen = ((issues[j], k) for j, k in enumerate(text) if k >= 0 and marked[j, k])
    return [f"{issue.id}={issue.options[k].code}" for issue, k in chosen]


def negotiate(ensemble: Ensemble, index: int, rules: Rules | None = None) -> Record:
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
    return Negotiation(ensemble, index, rules or prepared(ensemble)).run()
