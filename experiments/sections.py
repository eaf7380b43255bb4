"""The sections of the configuration: every key with its default, range, unit and source.

One line here and one line of YAML make a knob; ``python -m experiments.parameters`` makes the table
of all of them. A source that begins with *ours* is our own choice, with its reason.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

from experiments import schema
from experiments.schema import choice, flag, integer, key, mapping, optional, real, text, words
from experiments.silence import WINDOWS

#: How the mediator chooses whom to visit, and the rule behind each name.
VISITS = {
    "gain": "agents.visit:visit",
    "turn": "agents.visit:visit_in_turn",
    "random": "agents.visit:visit_at_random",
}


@dataclass(frozen=True)
class Ensemble:
    """What the worlds are drawn from."""

    kind: str = key(
        "posterior",
        choice("prior", "posterior"),
        source="theory 5: what the record teaches, where it does; prior: before it is read",
    )
    when_missing: str = key(
        "prior",
        choice("prior", "stop"),
        source="ours: a case without draws from its own evidence is played from its prior, and "
        "says so",
    )
    non_agreement: str = key(
        "off",
        choice(*WINDOWS),
        source="theory 5.1 e: no agreement to date as evidence, told beside the headlines",
    )


@dataclass(frozen=True)
class War:
    """What-if changes to the alternative to signing."""

    delta: float | None = key(
        None,
        optional(real(0, 1, strict=True)),
        "per month",
        "ours: what-if; null draws it from the case",
    )
    cost_scale: dict[str, float] = schema.table(
        real(0.01, 100), "factor on the cost of fighting, by party", "ours: what-if; 1 unless named"
    )


@dataclass(frozen=True)
class Response:
    """The one response function; its parameters are priors of the case."""

    kind: str = key("standard", choice("standard"), source="theory 4.1")
    stance_days: int = key(
        91,
        integer(1, 3650),
        "days",
        "ours: the same question asked again within a quarter gets the same answer",
    )
    asks: int = key(3, integer(0, 100), "points per contact", "theory 4.2")
    counter_edits: int = key(
        6, integer(0, 100), "points per counter-draft", "ours: as many as leaders redraft"
    )
    trade: float = key(0.5, real(0, 1), "weight of the others' gain", "theory 4.2: lambda_tr")
    devaluation: float = key(
        0.0,
        real(0, 0.5),
        "value, worst 0 to best 1",
        "ours: reactive devaluation (Ross & Stillinger 1991), off: its size here is unknown; sweep",
    )


@dataclass(frozen=True)
class Protocol:
    """Who may speak when."""

    name: str = key(
        "single_text",
        choice("single_text"),
        source="single negotiating text (Fisher 1978; Raiffa 1982), theory 3.2",
    )
    horizon_weeks: int = key(104, integer(1, 1040), "weeks", "theory 8.3: two years")
    record: bool = key(
        True, flag(), source="theory 0b d: the dated contacts first, the mediator's plan after"
    )
    days_between: int = key(7, integer(1, 365), "days", "theory 8.3: shuttle tempo of the record")
    leader_every_weeks: int = key(6, integer(1, 104), "weeks", "theory 8.3: experts first")
    edits_expert: int = key(
        3, integer(0), "points per contact", "theory 8.3: a few points in a later round"
    )
    edits_leader: int = key(6, integer(0), "points per contact", "theory 8.3, 3.2")
    hot_points: int = key(
        6, integer(0), "points", "theory 3.2: the heaviest to both sides are left to leaders"
    )
    visit_order: list[str] = key([], words(), source="ours: empty leaves it to mediator.visits")
    mediator_exit_per_week: float = key(
        0.004, real(0, 1), "chance per week", "theory 8.3: judgement, about 19 % a year"
    )


@dataclass(frozen=True)
class Mediator:
    """How the text is edited between contacts."""

    rule: str = key(
        "agents.mediator:redraft",
        schema.rule(),
        source="theory 3.2: greedy search; mediator=particles names the slower rule",
    )
    visits: str = key(
        "gain", choice(*VISITS), source="ours: expected gain, the form theory 8.1 leaves open"
    )
    renews: bool = key(
        False, flag(), source="theory 4.3: resample and jitter below half the effective draws"
    )
    weight_accept: float = key(
        0.7, real(0, 1), "weight of acceptance against own utility", "theory 8.3: lambda_M"
    )
    speed: float = key(0.02, real(0, 0.1), "util", "theory 8.3: v_speed")
    bias: dict[str, float] = schema.table(
        real(-0.5, 0.5),
        "weight of a party's own surplus, by party",
        "theory 3.1: swept, never assumed helpful (Kydd 2003; Favretto 2009); 0 unless named",
    )
    relay_bias: float = key(
        0.0,
        real(-1, 1),
        "chance per status",
        "ours: envoys report one step rosier (below 0: darker); 0 until evidence says; sweep",
    )
    deadline_days: int | None = key(
        7,
        optional(integer(0)),
        "days after the start",
        "theory 3.2: the deadline announced in November 2025 and dropped; null is none",
    )
    exit_after_deadline: float = key(
        1.0,
        real(0, 100),
        "factor on the exit hazard",
        "ours: a missed deadline changes nothing unless asked; sweep",
    )
    reward: float = key(
        0.0,
        real(0, 0.2),
        "util",
        "theory 3.1: up to 0.1 a quarter; ours: off, one for each belligerent; sweep",
    )


@dataclass(frozen=True)
class Papers:
    """One text or several."""

    kind: str = key("one", choice("one"), source="theory 3.3: package; others are not built yet")


@dataclass(frozen=True)
class Ratification:
    """What happens at home after a signature."""

    kind: str = key("none", choice("none"), source="theory 1.5: not built yet")


@dataclass(frozen=True)
class Study:
    """What is asked of the worlds; ``arms`` maps a name to overrides of this very config."""

    module: str = key("baseline", text(), source="ours: a module of experiments/studies")
    text: str | None = key(
        None, optional(text()), source="ours: the document asked about; null is the opening text"
    )
    arms: dict[str, dict[str, Any]] = schema.table(
        mapping(), source="ours: overrides, one run each, with the same worlds and luck"
    )


@dataclass(frozen=True)
class Box:
    """Headline ranges over the numbers that no evidence teaches (`experiments.box`)."""

    worlds: int = key(
        24, integer(0), "worlds per screened end", "ours: enough for a direction; 0 is no box"
    )
    corners: int = key(40, integer(1), "worlds per corner", "ours: shares to about 16 points")


def days() -> schema.Spec:
    """Return the spec of a list of days, each after the one before."""

    def is_list(found: Any) -> bool:
        return isinstance(found, list) and len(found) > 2 and _rising(found)

    return schema.Spec(
        "three or more days as YYYY-MM-DD, rising", is_list, lambda v: list(map(str, v))
    )


def _rising(found: list[Any]) -> bool:
    try:
        when = [date.fromisoformat(str(day)) for day in found]
    except ValueError:
        return False
    return all(a < b for a, b in itertools.pairwise(when))


@dataclass(frozen=True)
class Calibrate:
    """How the posterior is drawn (`experiment=calibrate`)."""

    chains: int = key(4, integer(2), "chains", "ours: two are enough to see that they agree")
    warmup: int = key(500, integer(50), "draws", "ours: step size and scales settle")
    draws: int = key(
        2000, integer(50), "draws per chain", "ours: R-hat below 1.01 in every number; 800 are kept"
    )
    rule: str = key(
        "plain_wide",
        choice("m1", "m2", "no_stakes", "no_strength", "plain", "plain_wide", "free_level"),
        source="ours: of the variants the one that predicts best forward in time (backtest)",
    )
    salience: str = key(
        "analyst",
        choice("analyst", "observers", "mentions", "equal"),
        source="theory 5.4: where weights are centred before the record is read",
    )
    reading: str = key(
        "full", choice("full", "strict"), source="data sheet: notes that a strict run leaves out"
    )
    leaders: bool = key(True, flag(), source="theory 10.1: robustness with leader rows dropped")
    keep: bool = key(False, flag(), source="ours: make the draws the posterior of the case")


@dataclass(frozen=True)
class Backtest:
    """How the model is scored forward in time (`experiment=backtest`)."""

    days: list[str] = key(
        ["2025-02-15", "2025-04-01", "2025-08-01", "2025-10-20", "2025-11-24", "2025-12-06"],
        days(),
        source="ours: blocks of like size; the first only chooses, frozen before the final fit",
    )
    variants: list[str] = key(
        [
            "m1",
            "m2",
            "m3",
            "m4",
            "m5",
            "no_stakes",
            "no_demands",
            "no_fade",
            "no_strength",
            "free_level",
            "plain",
            "plain_wide",
            "drift",
        ],
        words(),
        source="theory 1.2, 5: rules of decision and readings of the rows",
    )
    metric: str = key(
        "log_score", choice("log_score"), source="theory 5.5: what variants are chosen by"
    )
    signs: dict[str, dict[str, Any]] = schema.table(
        mapping(),
        source="ours: talks with a known end for the sign check -> {case, text or null, agreed}",
    )


@dataclass(frozen=True)
class Evidence:
    """Changes to the record whose effect is asked for (`experiment=evidence`)."""

    strike: list[str] = key([], words(), source="ours: what-if; statement ids")
    flip: list[str] = key([], words(), source="ours: what-if; statement ids")
    add: list[str] = key([], words(), source="ours: what-if; party:issue=option:stance")


@dataclass(frozen=True)
class Possible:
    """What is possible, without any talks (`q01_zopa_today`)."""

    maximum: int = key(
        2000,
        integer(0),
        "worlds",
        "ours: the size of the range is solved in so many, its sign in every world",
    )


@dataclass(frozen=True)
class Guarantees:
    """How strong guarantees must be (`q03_how_strong_guarantees`)."""

    held: dict[str, str] = schema.table(
        text(), source="ours: issue -> option that stays where the rest of the text is chosen too"
    )


@dataclass(frozen=True)
class Openings:
    """What would open a closed range (`q02_which_condition_binds`)."""

    worlds: int = key(
        0,
        integer(0),
        "worlds",
        "ours: the least changes take longer than shadow values; the first so many worlds",
    )
    documents: list[str] = key(
        [], words(), source="ours: texts asked about as they stand, beside any text at all"
    )


@dataclass(frozen=True)
class Compensation:
    """What a side would have to get to accept an option of the other's (`q04_freeze_for_what`)."""

    document: str = key(
        "none", text(), source="ours: the text the other points are taken from; none takes no text"
    )
    sides: dict[str, dict[str, Any]] = schema.table(
        mapping(),
        source="ours: party -> {held: {issue: option}, points: [issue, issue]}, for both sides",
    )


@dataclass(frozen=True)
class Expect:
    """Bounds on the findings, at smoke and at full level."""

    smoke: list[str] = key([], words())
    full: list[str] = key([], words())
