"""One chunk of worlds: possible, negotiated, written down as columns.

The columns are the contract with everything downstream; what a later stage of the model will
fill is present from the start and null.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.columns import NULL_COLUMNS, round_columns, world_columns
from experiments.config import Config
from experiments.negotiators import seat_of
from sim.case import Case
from sim.ensemble import Ensemble, prior_ensemble
from sim.negotiation import Negotiation, prior_beliefs, round_rules
from sim.record import Record, Turn
from sim.respond import STATUS_NAMES
from sim.round import Rules
from sim.settings import Calendar, MediatorManner, Settings
from sim.world import World
from sim.worth import MICRO, Ints, brackets, broken_rules, enforcement_level, surplus
from sim.zopa import zopa

Rows = dict[str, list[Any]]

_READY: dict[tuple[str, str, int], tuple[Ensemble, Rules]] = {}


def settings_of(config: Config, case: Case) -> Settings:
    """Translate a validated configuration into the switches the theory knows."""
    p, m = config.protocol, config.mediator
    return Settings(
        consent=config.consent,
        red_lines=config.red_lines,
        learning=config.learning,
        war_delta=config.war.delta,
        war_cost_scale=dict(config.war.cost_scale),
        fixed=dict(config.fix),
        calendar=Calendar(
            horizon_weeks=p.horizon_weeks,
            days_between=p.days_between,
            leader_every_weeks=p.leader_every_weeks,
            edits_expert=p.edits_expert,
            edits_leader=p.edits_leader,
            hot_points=p.hot_points,
            record=p.record,
            visit_order=tuple(p.visit_order),
            mediator_exit_per_week=p.mediator_exit_per_week,
        ),
        mediator=MediatorManner(m.rule, m.weight_accept, m.temperature, m.status_shift),
        seats={party: seat_of(config.negotiator(party)) for party in case.parties},
    )


def ready(case: Case, settings: Settings, seed: int) -> tuple[Ensemble, Rules]:
    """Return the ensemble and the rules of a round, prepared once per process."""
    key = (case.sha256, repr(settings), seed)
    if key not in _READY:
        ensemble = prior_ensemble(case, settings, seed)
        _READY[key] = (ensemble, round_rules(ensemble, prior_beliefs(ensemble)))
    return _READY[key]


def simulate_chunk(
    case: Case, settings: Settings, seed: int, first: int, last: int, trace: bool
) -> tuple[Rows, Rows]:
    """Simulate worlds ``first`` .. ``last - 1``; return world columns and, traced, round columns.

    Every world depends on its own number only, so chunks may run anywhere in any order.
    """
    ensemble, rules = ready(case, settings, seed)
    worlds: Rows = {name: [] for name in world_columns(case)}
    rounds: Rows = {name: [] for name in round_columns(case)} if trace else {}
    for i in range(first, last):
        talks = Negotiation(ensemble, i, rules)
        record = talks.run()
        _append(worlds, _world_row(ensemble, i, talks.world, record))
        if trace:
            for turn in record.turns:
                _append(rounds, _round_row(ensemble, i, turn))
    return worlds, rounds


def _append(columns: Rows, row: Mapping[str, Any]) -> None:
    for name, column in columns.items():
        column.append(row[name])


def _world_row(ensemble: Ensemble, i: int, world: World, record: Record) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(NULL_COLUMNS)
    row |= {f"h_{party}_util": None for party in ensemble.case.parties}
    row |= {"world": i, "end": record.end, "week": record.week}
    row |= _possible(ensemble, world) | _text_columns(ensemble, world, record.text)
    return row | _drawn(ensemble, i, world) | _report(ensemble.case, record)


def _possible(ensemble: Ensemble, world: World) -> dict[str, Any]:
    """Solve for what is possible: with law and without, in util and in war-months."""
    table, case = ensemble.table, ensemble.case
    free = zopa(world, table, law=False)
    best = zopa(world, table, free=free)
    free_months = zopa(world, table, law=False, unit="months")
    months = zopa(world, table, unit="months", free=free_months)
    return {
        "zopa_util": best.value,
        "zopa_months": months.value,
        "zopa_proven": best.proven and months.proven and free.proven and free_months.proven,
        "zopa_bound_util": best.bound,
        "zopa_text": None if best.text is None else case.agenda.codes(best.text),
        "zopa_nolaw_util": free.value,
        "zopa_nolaw_months": free_months.value,
    }


def _text_columns(ensemble: Ensemble, world: World, text: Ints) -> dict[str, Any]:
    """Describe the text the talks ended with; an open text is worth no single number."""
    case, table = ensemble.case, ensemble.table
    left_open = brackets(text)
    level = enforcement_level(text, table.enforcement)
    row: dict[str, Any] = {
        "text": case.agenda.codes(text),
        "open_points": left_open,
        "broken_implications": broken_rules(text, table),
    }
    for p, party in enumerate(case.parties):
        gain = (
            surplus(text, world.coef[p], world.base[p], world.link[p], table.links, level) / MICRO
        )
        row[f"surplus_{party}_util"] = None if left_open else float(gain)
    return row


def _drawn(ensemble: Ensemble, i: int, world: World) -> dict[str, Any]:
    """Write down the drawn numbers that no evidence teaches: the unlearned box."""
    case = ensemble.case
    row = {"draw_delta": world.delta, "draw_rho0": ensemble.number(i, ensemble.prior.rows.rho0)}
    for p, party in enumerate(case.parties):
        row[f"draw_cost_{party}"] = float(world.month[p] / (1.0 - world.delta))
        row[f"reserve_{party}_util"] = float(world.reserve[p])
    for p in case.belligerents:
        row[f"draw_optimism_{case.parties[p]}"] = ensemble.number(
            i, ensemble.prior.rows.optimism[p]
        )
    for n, ending in enumerate(case.priors.endings):
        row[f"draw_hazard_{ending.name}"] = float(world.hazard[n])
    return row


def _statuses(case: Case, statuses: Ints) -> str:
    names = [issue.id for issue in case.agenda.issues]
    return ";".join(f"{n}={STATUS_NAMES[int(s)]}" for n, s in zip(names, statuses, strict=True))


def _report(case: Case, record: Record) -> dict[str, Any]:
    """Describe the answers at the contact the case asks to be reported."""
    day, place = case.report_after
    row: dict[str, Any] = dict.fromkeys(("report_party", "report_statuses"))
    counts = {name.replace(" ", "_"): None for name in STATUS_NAMES.values()}
    row |= {f"report_{name}": None for name in counts}
    for turn in record.turns:
        if turn.contact.day == day and turn.contact.place == place and turn.statuses:
            party, statuses = next(iter(turn.statuses.items()))
            row["report_party"] = case.parties[party]
            row["report_statuses"] = _statuses(case, statuses)
            for code, name in STATUS_NAMES.items():
                row[f"report_{name.replace(' ', '_')}"] = int(np.sum(statuses == code))
    return row


def _round_row(ensemble: Ensemble, i: int, turn: Turn) -> dict[str, Any]:
    case, contact = ensemble.case, turn.contact
    row: dict[str, Any] = {
        "world": i,
        "contact": turn.number,
        "date": contact.day.isoformat(),
        "week": (contact.day - case.start).days / 7.0,
        "place": contact.place,
        "level": contact.level,
        "parties": "+".join(case.parties[p] for p in contact.parties),
        "recorded": contact.recorded,
        "tabled": case.agenda.codes(turn.tabled),
        "text": case.agenda.codes(turn.text),
        "asked": turn.asked,
        "refusals": "; ".join(f"{case.parties[p]}: {why}" for p, why in turn.refusals.items()),
    }
    for p, party in enumerate(case.parties):
        answers = turn.statuses.get(p)
        row[f"statuses_{party}"] = None if answers is None else _statuses(case, answers)
    return row
