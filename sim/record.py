"""Record: what happened in one negotiation, contact by contact, and how it ended."""

from dataclasses import dataclass, field

import numpy as np

from sim.protocol import Contact
from sim.worth import Floats, Ints

AGREED, NO_TEXT, MEDIATOR_LEFT = "agreed", "no_text", "mediator_left"
WAR_DECIDED = "war_decided_"

SENTENCES = {
    AGREED: "Every party the text needs signed it.",
    NO_TEXT: "The talks reached their horizon without a text that all its signers would sign.",
    MEDIATOR_LEFT: "The mediator left the talks.",
    "armistice_outside": "An armistice came about outside these talks.",
}


def end_sentence(end: str) -> str:
    """Return the sentence an end is told by.

    >>> end_sentence("war_decided_egypt")
    'The fighting ended on the terms of egypt.'
    """
    if end.startswith(WAR_DECIDED):
        return f"The fighting ended on the terms of {end.removeprefix(WAR_DECIDED)}."
    return SENTENCES[end]


@dataclass
class Turn:
    """One contact as it went.

    Attributes
    ----------
    number, contact
        Its number, from 0, and the meeting.
    tabled, text : (J,) int64
        The text the parties saw and the text after the redraft.
    statuses : dict of party number -> (J,) int64
        Answers of the parties present.
    refusals : dict of party number -> str
        If the text was put up for signature: who would not sign, and the condition that bound.
    asked : bool
        Whether it was put up for signature.
    asks : dict of party number -> (J,) int64
        Options a party wanted instead, -1 elsewhere.
    signed : list of party number
        Who signed this text at this contact.
    parties, is_leader
        Who was there and whether leaders were; the mediator's plan decides both late.
    reserve, holdout : (P,) float64
        W and h of everybody at this contact, util.
    war : (8,) float64
        State of the war (:mod:`sim.war`).
    """

    number: int
    contact: Contact
    tabled: Ints
    text: Ints
    statuses: dict[int, Ints] = field(default_factory=dict)
    refusals: dict[int, str] = field(default_factory=dict)
    asked: bool = False
    asks: dict[int, Ints] = field(default_factory=dict)
    signed: list[int] = field(default_factory=list)
    parties: tuple[int, ...] = ()
    is_leader: bool = False
    reserve: Floats = field(default_factory=lambda: np.zeros(0))
    holdout: Floats = field(default_factory=lambda: np.zeros(0))
    war: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass
class Record:
    """A whole negotiation: its turns, its end, and the text it ended with."""

    turns: list[Turn] = field(default_factory=list)
    end: str = NO_TEXT
    days: int = 0
    text: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def week(self) -> float:
        """Calendar weeks from the start to the end."""
        return self.days / 7.0

    @property
    def sentence(self) -> str:
        """The end, as a sentence."""
        return end_sentence(self.end)
