"""The switches of one run, as the theory sees them (the Hydra side validates their ranges)."""

from dataclasses import dataclass, field

CONSENT_MODES = ("union", "options", "issues", "none")


@dataclass(frozen=True)
class Seat:
    """How one party bargains: the dotted names of its two rules (``module:function``)."""

    name: str = "responsive"
    respond: str = "agents.responsive:respond"
    sign: str = "agents.responsive:sign"


@dataclass(frozen=True)
class Calendar:
    """Who may speak when: the record's contacts first, a simple plan after (theory 3.2).

    Attributes
    ----------
    horizon_weeks : int
        Weeks after the start at which talks without a text end.
    days_between : int
        Days from one planned contact to the next.
    leader_every_weeks : int
        A planned contact is at leader level at this interval.
    edits_expert, edits_leader : int
        Points the mediator may redraft at one contact.
    hot_points : int
        Issues with the largest mean prior weight of the belligerents, left to leaders.
    record : bool
        Follow the dated contacts of the case from its start on.
    visit_order : tuple of str
        Rotation of planned visits; empty: every party but the mediator, in the case's order.
    mediator_exit_per_week : float
        Chance per week that the mediator leaves.
    """

    horizon_weeks: int = 104
    days_between: int = 7
    leader_every_weeks: int = 6
    edits_expert: int = 3
    edits_leader: int = 6
    hot_points: int = 6
    record: bool = True
    visit_order: tuple[str, ...] = ()
    mediator_exit_per_week: float = 0.004


@dataclass(frozen=True)
class MediatorManner:
    """How the mediator redrafts (theory 3.1, simplest honest form; all numbers ours).

    Attributes
    ----------
    rule : str
        Dotted name of the redrafting rule.
    weight_accept : float
        lambda_M: weight of acceptance against the mediator's own utility, 0..1.
    temperature : float
        Surplus, util, over which believed acceptance goes from even to 73 %.
    status_shift : float
        How far one status moves the believed value of an option, in units of its weight.
    """

    rule: str = "agents.mediator:redraft"
    weight_accept: float = 0.7
    temperature: float = 0.05
    status_shift: float = 0.5


@dataclass(frozen=True)
class Settings:
    """Everything that shapes a world or its talks besides the case and the seed.

    ``fixed`` holds uncertain numbers of the case at a value in every world, by dotted name
    (:mod:`sim.fixed`).
    """

    consent: str = "union"
    red_lines: bool = True
    learning: bool = True
    war_delta: float | None = None
    war_cost_scale: dict[str, float] = field(default_factory=dict)
    fixed: dict[str, float] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    mediator: MediatorManner = field(default_factory=MediatorManner)
    seats: dict[str, Seat] = field(default_factory=dict)
