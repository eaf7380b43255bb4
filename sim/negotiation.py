"""The talks, watched: a Mesa model that schedules the rules of one world and records them.

Mesa schedules and records; every decision is a rule from :mod:`sim.round` or ``agents``. One
``Negotiation.step`` is one contact, in the order of :data:`sim.round.ROUND`.

Simplifications, ours: whoever is absent from a leader contact is asked for its signature by
telephone; hazards are constant between contacts.
"""

import mesa
import numpy as np

from sim import round as parts
from sim.compiled import compiled
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.protocol import Contact, contacts
from sim.record import AGREED, MEDIATOR_LEFT, NO_TEXT, Record, Turn
from sim.round import ROUND, Beliefs, Rules, Schedule, Talks
from sim.seats import Rule, checked_answer, checked_draft, own_copy, seat_rule
from sim.settings import Seat
from sim.view import View, own_surplus
from sim.worth import MICRO, Bools

BELIEF_WORLDS = 1 << 40
"""First of the worlds a mediator's prior mean is taken over; no run ever reaches it."""


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


def schedule_of(found: list[Contact], ensemble: Ensemble) -> Schedule:
    """Return the contacts as arrays."""
    case = ensemble.case
    parties = range(len(case.parties))
    return Schedule(
        day=np.array([(c.day - case.start).days for c in found], dtype=np.int64),
        leader=np.array([c.is_leader for c in found], dtype=np.bool_),
        mediated=np.array([c.mediated for c in found], dtype=np.bool_),
        present=np.array([[p in c.parties for p in parties] for c in found], dtype=np.bool_),
    )


def round_rules(ensemble: Ensemble, beliefs: Beliefs) -> Rules:
    """Return what is the same in every world of a run."""
    case, settings = ensemble.case, ensemble.settings
    calendar, manner = settings.calendar, settings.mediator
    return Rules(
        seed=ensemble.seed,
        mediator=case.mediator,
        horizon=7 * calendar.horizon_weeks,
        edits_expert=calendar.edits_expert,
        edits_leader=calendar.edits_leader,
        exit_per_week=calendar.mediator_exit_per_week,
        weight_accept=manner.weight_accept,
        temperature=manner.temperature,
        status_shift=manner.status_shift if settings.learning else 0.0,
        opening=text_of(case, case.opening_text).text,
        schedule=schedule_of(contacts(case, calendar), ensemble),
        table=ensemble.table,
        beliefs=beliefs,
    )


def end_name(ensemble: Ensemble, end: int) -> str:
    """Return the name of an end of the talks."""
    names = {parts.AGREED: AGREED, parts.NO_TEXT: NO_TEXT, parts.MEDIATOR_LEFT: MEDIATOR_LEFT}
    return names.get(end) or ensemble.case.priors.endings[end - parts.WAR_ENDED].end


class PartyAgent(mesa.Agent):  # type: ignore[misc]  # Mesa is untyped
    """One party at the table: answers once a round if present, signs if it may and will."""

    def __init__(self, model: "Negotiation", party: int, seat: Seat) -> None:
        super().__init__(model)
        self.party = party
        self.respond_rule: Rule = seat_rule(seat.respond)
        self.sign_rule: Rule = seat_rule(seat.sign)

    def view(self) -> View:
        """Return what this party sees of the text at the current contact."""
        m: Negotiation = self.model
        view: View = compiled(parts.view_of)(
            m.rules, m.world, m.index, m.talks, m.round, self.party
        )
        return view

    def step(self) -> None:
        """Answer the text on the table, point by point, if this party sits at it."""
        model: Negotiation = self.model
        if parts.answers(model.rules, model.round, self.party):
            given = checked_answer(self.respond_rule(own_copy(self.view())), model.talks.text)
            parts.hear(model.rules, model.talks, model.round, self.party, given)
            model.turn.statuses[self.party] = given

    def asked_to_sign(self) -> None:
        """Say whether this party signs the text on the table, or which condition binds."""
        model: Negotiation = self.model
        view = self.view()
        said = parts.verdict(view, bool(self.sign_rule(own_copy(view))))
        model.talks.verdict[self.party] = said
        if said != parts.SIGNS:
            model.turn.refusals[self.party] = self.model.reason(said, view)


class Negotiation(mesa.Model):  # type: ignore[misc]  # Mesa is untyped
    """One world negotiates: contacts in order until an end.

    Parameters
    ----------
    ensemble : Ensemble
    index : int
        Which world.
    rules : Rules
        What is the same in every world (:func:`round_rules`).
    """

    def __init__(self, ensemble: Ensemble, index: int, rules: Rules) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never used: randomness has addresses
        case, settings = ensemble.case, ensemble.settings
        self.ensemble, self.index, self.rules = ensemble, index, rules
        self.world = ensemble.world(index)
        self.contacts = contacts(case, settings.calendar)
        self.redraft_rule: Rule = seat_rule(settings.mediator.rule)
        self.talks: Talks = parts.open_talks(rules)
        self.record = Record()
        self.round = -1
        self.party_agents = [
            PartyAgent(self, p, settings.seats.get(name, Seat()))
            for p, name in enumerate(case.parties)
        ]

    @property
    def turn(self) -> Turn:
        """The record of this round."""
        return self.record.turns[-1]

    def run(self) -> Record:
        """Step until the talks end; return the record."""
        while self.running:
            self.step()
        self.record.text = self.talks.text
        self.record.end = end_name(self.ensemble, int(self.talks.clock[parts.END]))
        self.record.days = int(self.talks.clock[parts.DAY])
        return self.record

    def step(self) -> None:
        """Hold one contact, in the order of ROUND."""
        self.round += 1
        if self.round == len(self.contacts):
            parts.run_out(self.rules, self.world, self.index, self.talks, self.round)
            self._look()
            return
        for part in ROUND:
            if self.running:
                getattr(self, f"_{part}")()
                self._look()

    def reason(self, said: int, view: View) -> str:
        """Say in words which condition binds."""
        if said == parts.MANNER:
            return "its manner refuses"
        if said == parts.RED_LINE:
            return "red line: " + ", ".join(self._codes(view.red))
        return f"fighting on is worth {-own_surplus(view) / MICRO:.3f} util more to it"

    # --- the parts of a round ---

    def _wait(self) -> None:
        day = int(self.rules.schedule.day[self.round])
        parts.wait(self.rules, self.world, self.index, self.talks, self.round, day)
        self._look()
        if self.running:
            parts.begin(self.talks)
            contact, text = self.contacts[self.round], self.talks.text
            self.record.turns.append(Turn(self.round, contact, text.copy(), text.copy()))

    def _table(self) -> None:
        self._edit(parts.needs_filling)
        self.talks.tabled[:] = self.talks.text
        self.turn.tabled = self.talks.tabled.copy()

    def _answer(self) -> None:
        self.agents.do("step")

    def _redraft(self) -> None:
        self._edit(parts.may_edit)
        parts.leave_hot_points(self.rules, self.talks, self.round)
        self.turn.text = self.talks.text.copy()

    def _sign(self) -> None:
        self.turn.asked = bool(parts.put_up(self.rules, self.talks, self.round))
        if self.turn.asked:
            for agent in self.party_agents:
                if parts.is_asked(self.rules, self.talks, agent.party):
                    agent.asked_to_sign()
            parts.conclude(self.talks)

    # --- helpers ---

    def _look(self) -> None:
        """Stop Mesa once the talks have ended."""
        self.running = bool(self.talks.clock[parts.END] == parts.RUNNING)

    def _edit(self, allowed: Rule) -> None:
        """Let the mediator's rule redraft the points it may touch now."""
        editable = np.zeros(len(self.talks.text), dtype=np.bool_)
        budget = allowed(self.rules, self.talks, self.round, editable)
        if budget > 0:
            view = parts.mediator_view(self.rules, self.world, self.talks, editable, budget)
            draft = self.redraft_rule(own_copy(view))
            self.talks.text[:] = checked_draft(draft, self.talks.text, view)

    def _codes(self, marked: Bools) -> list[str]:
        """Return ``issue=option`` for every chosen option that is marked, (J, K)."""
        issues = self.ensemble.case.agenda.issues
        chosen = ((issues[j], k) for j, k in enumerate(self.talks.text) if k >= 0 and marked[j, k])
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
    rules = rules or round_rules(ensemble, prior_beliefs(ensemble))
    return Negotiation(ensemble, index, rules).run()
