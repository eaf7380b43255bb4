"""The switches of one run, as the theory sees them (the Hydra side validates their ranges)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seat:
    """How one party bargains: the dotted names of its rules (``module:function``)."""

    name: str = "responsive"
    respond: str = "agents.responsive:respond"
    sign: str = "agents.responsive:sign"
    ask: str = "agents.asks:ask"


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
    """How the mediator redrafts, visits, presses and pays (theory 3.1; numbers as marked there).

    Attributes
    ----------
    rule, visits : str
        Dotted names of the redrafting rule and of the rule that chooses whom to visit.
    renews : bool
        Resample and jitter the draws behind the beliefs where few of them carry the weight (4.3).
    weight_accept : float
        lambda_M: weight of acceptance against the mediator's own utility, 0..1.
    speed : float
        v_speed: what an agreement now is worth to it, util.
    bias : dict of party -> float
        b_P: weight it gives a party's own surplus, -0.5..0.5.
    relay_bias : float
        Chance that envoys report a status one step rosier (below 0: darker) than it was given.
    deadline_days : int or None
        Day after the start of the deadline the principal announced; None for none.
    exit_after_deadline : float
        Factor on the hazard that the mediator leaves once the deadline is missed.
    reward : float
        Most the principal pays one belligerent on signature, util.
    """

    rule: str = "agents.mediator:redraft"
    visits: str = "agents.visit:visit"
    renews: bool = False
    weight_accept: float = 0.7
    speed: float = 0.02
    bias: dict[str, float] = field(default_factory=dict)
    relay_bias: float = 0.0
    deadline_days: int | None = 7
    exit_after_deadline: float = 1.0
    reward: float = 0.0


@dataclass(frozen=True)
class Voice:
    """How parties speak: how long a stance lasts, how much they ask for (4.1, 4.2).

    Attributes
    ----------
    stance_days : int
        Days for which a side answers the same question alike (ours).
    asks, counter_edits : int
        Points a party asks to have changed at a contact, or by a published counter-draft.
    trade : float
        lambda_tr, how much the others' loss counts when it asks, 0..1 (4.2).
    devaluation : float
        Value a side takes off points the other camp proposed (reactive devaluation; swept).
    """

    stance_days: int = 91
    asks: int = 3
    counter_edits: int = 6
    trade: float = 0.5
    devaluation: float = 0.0


@dataclass(frozen=True)
class Settings:
    """Everything that shapes a world or its talks besides the case and the seed.

    ``ensemble`` is "prior" or "posterior"; ``fixed`` holds uncertain numbers of the case at a value
    in every world, by dotted name (:mod:`sim.fixed`). ``enforcement_value`` says what a
    guarantee is worth (:data:`sim.commitment.READINGS`).
    """

    ensemble: str = "prior"
    consent: str = "union"
    enforcement_value: str = "both"
    red_lines: bool = True
    late_options: bool = True
    learning: bool = True
    war_delta: float | None = None
    war_cost_scale: dict[str, float] = field(default_factory=dict)
    fixed: dict[str, float] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    mediator: MediatorManner = field(default_factory=MediatorManner)
    response: Voice = field(default_factory=Voice)
    seats: dict[str, Seat] = field(default_factory=dict)
