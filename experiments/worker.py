"""One chunk of worlds: possible, negotiated, written down as columns.

The columns are the contract with everything downstream; what a later stage of the model will
fill is present from the start and null.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from agents import seating
from agents.batch import play
from experiments.columns import ripe_columns, round_columns, world_columns
from experiments.config import Config
from experiments.switches import settings_of
from sim.case import Case
from sim.compiled import compiled
from sim.conditions import binding_names
from sim.ensemble import Ensemble, negotiation_table
from sim.fortunes import open_talks
from sim.negotiation import Negotiation, end_name, prepared
from sim.posterior import ensemble_of
from sim.proof import Stakes
from sim.record import Record, Turn
from sim.respond import STATUS_NAMES
from sim.ripeness import Moment, ripeness
from sim.settings import Seat, Settings
from sim.state import DAY, END, HALFWAY, REPORTER, Rules, Talks
from sim.terms import terms_of
from sim.war import GAIN, RATIO
from sim.world import World
from sim.worth import MICRO, Ints, Table, brackets, broken_rules, enforcement_level, surplus
from sim.zopa import exists, zopa

Rows = dict[str, list[Any]]

_READY: dict[tuple[str, str, int], tuple[Ensemble, Rules]] = {}


def ready(case: Case, settings: Settings, seed: int) -> tuple[Ensemble, Rules]:
    """Return the ensemble and the rules of a round, prepared once per process."""
    key = (case.sha256, repr(settings), seed)
    if key not in _READY:
        ensemble = ensemble_of(case, settings, seed)
        _READY.clear()  # the beliefs of one setting are 20 MB
        _READY[key] = (ensemble, prepared(ensemble))
    return _READY[key]


def ahead(case: Case, config: Config) -> None:
    """Compile what the first chunk does not need at once: the search, ripeness, what Mesa drives.

    The search needs no world: a problem in which all is worth 0 does. Mesa tells a story at the
    end of a run without arms.
    """
    settings = settings_of(config, case)
    _search_nothing(negotiation_table(case, settings))
    ensemble, rules = ready(case, settings, config.seed)
    ripeness(ensemble, rules, 0, ensemble.world(0))
    if not config.study.arms:
        Negotiation(ensemble, 0, rules).run()


def _search_nothing(table: Table) -> None:
    issues, options, parties = table.needs.shape
    levels = int(table.enforcement.max(axis=1).sum()) + 1
    nothing = Stakes(
        np.zeros((parties, levels, issues, options), np.int64),
        np.zeros((parties, levels), np.int64),
        np.zeros((parties, levels, len(table.links)), np.int64),
        np.zeros((parties, issues, options), np.bool_),
        np.ones(parties),
    )
    exists(nothing, table, law=False)


def simulate(case: Case, config: Config, first: int, last: int) -> tuple[Rows, Rows]:
    """Negotiate worlds ``first`` .. ``last - 1`` as a configuration asks."""
    settings = settings_of(config, case)
    return simulate_chunk(case, settings, config.seed, first, last, config.trace, config.engine)


def simulate_chunk(
    case: Case,
    settings: Settings,
    seed: int,
    first: int,
    last: int,
    trace: bool,
    engine: str = "mesa",
) -> tuple[Rows, Rows]:
    """Simulate worlds ``first`` .. ``last - 1``; return world columns and, traced, round columns.

    Every world depends on its own number only, so chunks may run anywhere in any order. A trace
    is told by Mesa whatever the engine: the rows are the same.
    """
    ensemble, rules = ready(case, settings, seed)
    seats = seat_numbers(case, settings) if engine == "compiled" and not trace else None
    worlds: Rows = {name: [] for name in world_columns(case)}
    rounds: Rows = {name: [] for name in round_columns(case)} if trace else {}
    for i in range(first, last):
        world, talks, record = negotiated(ensemble, rules, i, seats)
        moments = ripeness(ensemble, rules, i, world)
        _append(worlds, _world_row(ensemble, i, world, talks, moments))
        if trace and record is not None:
            for turn in record.turns:
                _append(rounds, _round_row(ensemble, i, turn, moments))
    return worlds, rounds


def seat_numbers(case: Case, settings: Settings) -> tuple[Ints, Ints] | None:
    """Return the numbers of the manners (3, P) and of the mediator's rules (2,), if all have one.

    A manner of the user's own has no number: Mesa plays it.
    """
    seats = [settings.seats.get(party, Seat()) for party in case.parties]
    lists = (seating.RESPOND, seating.SIGN, seating.ASK)
    wanted = [[getattr(seat, what) for seat in seats] for what in ("respond", "sign", "ask")]
    pens = (seating.REDRAFT, seating.VISIT)
    rules = (settings.mediator.rule, settings.mediator.visits)
    try:
        manners = [[known.index(n) for n in row] for known, row in zip(lists, wanted, strict=True)]
        pen = [known.index(name) for known, name in zip(pens, rules, strict=True)]
    except ValueError:
        return None
    return np.array(manners, dtype=np.int64), np.array(pen, dtype=np.int64)


def negotiated(
    ensemble: Ensemble, rules: Rules, i: int, seats: tuple[Ints, Ints] | None
) -> tuple[World, Talks, Record | None]:
    """Negotiate a world to its end, compiled if every seat has a number, else by Mesa."""
    if seats is None:
        model = Negotiation(ensemble, i, rules)
        return model.world, model.talks, model.run()
    world = ensemble.world(i)
    talks = compiled(open_talks)(rules, world)
    compiled(play)(rules, world, i, talks, *seats)
    return world, talks, None


def _append(columns: Rows, row: Mapping[str, Any]) -> None:
    for name, column in columns.items():
        column.append(row[name])


def _world_row(
    ensemble: Ensemble, i: int, world: World, talks: Talks, moments: list[Moment]
) -> dict[str, Any]:
    case = ensemble.case
    row: dict[str, Any] = {
        f"h_{party}_util": float(talks.fortunes.holdout[p]) for p, party in enumerate(case.parties)
    }
    end, day = talks.clock[END], talks.clock[DAY]
    row |= {"world": i, "end": end_name(ensemble, int(end)), "week": float(day) / 7.0}
    row |= _possible(ensemble, world) | _text_columns(ensemble, world, talks)
    row["binding"] = "" if row["zopa_util"] >= 0 else _binding(ensemble, world)
    row |= _ripe(moments)
    return row | drawn(ensemble, i, world) | _report(case, talks)


def _ripe(moments: list[Moment]) -> dict[str, Any]:
    """Describe ripeness at the knots the war reaches; null after its end."""
    row: dict[str, Any] = dict.fromkeys(ripe_columns())
    for m in moments:
        w = f"w{m.week}"
        row |= {
            f"zopa_{w}_months": m.zopa,
            f"ripe_{w}_months": m.ripe,
            f"ripe_{w}_util": m.ripe_util,
            f"mhs_{w}_months": m.hurting,
            f"mhs_neutral_{w}_months": m.hurting_neutral,
            f"stale_{w}": m.stale,
            f"jump_{w}": m.jump,
        }
    return row | {"ripe_util": moments[0].ripe_util if moments else None}


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


def _binding(ensemble: Ensemble, world: World) -> str:
    """Name the conditions without any one of which a closed range is open."""
    return binding_names(terms_of(world, ensemble.table), ensemble.case)


def _text_columns(ensemble: Ensemble, world: World, talks: Talks) -> dict[str, Any]:
    """Describe the text the talks ended with, as the war then stood; an open one has no worth."""
    case, table, text = ensemble.case, ensemble.table, talks.text
    left_open = brackets(text)
    level = enforcement_level(text, table.enforcement)
    row: dict[str, Any] = {
        "text": case.agenda.codes(text),
        "text_week_26": case.agenda.codes(talks.midway if talks.clock[HALFWAY] else text),
        "open_points": left_open,
        "broken_implications": broken_rules(text, table),
    }
    for p, party in enumerate(case.parties):
        base, link = talks.fortunes.base[p], world.link[p]
        gain = surplus(text, world.coef[p], base, link, table.links, level) / MICRO
        row[f"surplus_{party}_util"] = None if left_open else float(gain)
    return row


def drawn(ensemble: Ensemble, i: int, world: World) -> dict[str, Any]:
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


def _report(case: Case, talks: Talks) -> dict[str, Any]:
    """Describe the answers at the contact the case asks to be reported."""
    row: dict[str, Any] = dict.fromkeys(("report_party", "report_statuses"))
    row |= {f"report_{name.replace(' ', '_')}": None for name in STATUS_NAMES.values()}
    who = int(talks.clock[REPORTER])
    if who >= 0:
        row["report_party"] = case.parties[who]
        row["report_statuses"] = _statuses(case, talks.report)
        for code, name in STATUS_NAMES.items():
            row[f"report_{name.replace(' ', '_')}"] = int(np.sum(talks.report == code))
    return row


def _between(moments: list[Moment], week: float) -> tuple[float | None, bool]:
    """Return ripeness at a week, in months, and whether it was solved there or lies between."""
    for before, after in itertools.pairwise(moments):
        if before.week <= week < after.week:
            part = (week - before.week) / (after.week - before.week)
            exact = part == 0.0
            return before.ripe if exact else before.ripe + part * (after.ripe - before.ripe), exact
    last = moments[-1] if moments else None
    return (last.ripe, True) if last is not None and last.week == week else (None, False)


def _asked(case: Case, asks: Ints) -> str:
    """Write the options a party asks for, none of the others."""
    issues = case.agenda.issues
    wanted = ((issues[j], k) for j, k in enumerate(asks) if k >= 0)
    return ";".join(f"{issue.id}={issue.options[k].code}" for issue, k in wanted)


def _place(case: Case, turn: Turn) -> str:
    """Say where a contact was; of a planned one, with whom."""
    if turn.contact.recorded:
        return turn.contact.place
    guests = [case.parties[p] for p in turn.parties if p != case.mediator]
    return f"talks with {' and '.join(guests)}"


def _round_row(ensemble: Ensemble, i: int, turn: Turn, moments: list[Moment]) -> dict[str, Any]:
    case, contact = ensemble.case, turn.contact
    week = (contact.day - case.start).days / 7.0
    ripe, exact = _between(moments, week)
    row: dict[str, Any] = {
        "world": i,
        "contact": turn.number,
        "date": contact.day.isoformat(),
        "week": week,
        "place": _place(case, turn),
        "level": "leader" if turn.is_leader else "envoy",
        "parties": "+".join(case.parties[p] for p in turn.parties),
        "recorded": contact.recorded,
        "tabled": case.agenda.codes(turn.tabled),
        "text": case.agenda.codes(turn.text),
        "asked": turn.asked,
        "signed": "+".join(case.parties[p] for p in turn.signed),
        "ripe_months": ripe,
        "ripe_exact": exact,
        "gain_km2": float(turn.war[GAIN]),
        "strength": float(turn.war[RATIO]),
        "refusals": "; ".join(f"{case.parties[p]}: {why}" for p, why in turn.refusals.items()),
    }
    for p, party in enumerate(case.parties):
        answers = turn.statuses.get(p)
        row[f"statuses_{party}"] = None if answers is None else _statuses(case, answers)
        asks = turn.asks.get(p)
        row[f"asks_{party}"] = None if asks is None else _asked(case, asks)
        row[f"reserve_{party}_util"] = float(turn.reserve[p])
        row[f"h_{party}_util"] = float(turn.holdout[p])
    return row
