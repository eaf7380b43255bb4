"""The columns of a run: name, type and unit, in order."""

import pyarrow as pa

from sim.case import Case
from sim.state import KNOTS

Column = tuple[pa.DataType, str]

RIPE_WEEKS = tuple(day // 7 for day in KNOTS)

_TEXT, _REAL, _WHOLE, _FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def world_columns(case: Case) -> dict[str, Column]:
    """Return the columns of the worlds table: {name: (type, unit)}."""
    columns: dict[str, Column] = {
        "world": (_WHOLE, "number from 0"),
        "end": (_TEXT, "agreed | no_text | armistice_outside | war_decided_<party> | ..."),
        "week": (_REAL, "calendar weeks from the start"),
        "text": (_TEXT, "issue=option;..."),
        "text_week_26": (_TEXT, "issue=option;... as it stood then; the last if they ended before"),
    }
    columns |= {f"surplus_{party}_util": (_REAL, "util") for party in case.parties}
    columns |= {f"h_{party}_util": (_REAL, "util") for party in case.parties}
    columns |= {
        "open_points": (_WHOLE, "points"),
        "broken_implications": (_WHOLE, "implications"),
        "zopa_util": (_REAL, "util"),
        "zopa_months": (_REAL, "own war-months"),
        "zopa_proven": (_FLAG, "true when value and bound meet"),
        "zopa_bound_util": (_REAL, "util"),
        "zopa_text": (_TEXT, "issue=option;..."),
        "ripe_util": (_REAL, "util"),
        "binding": (_TEXT, "condition;... that alone keep the range closed; empty if it is open"),
        "zopa_nolaw_util": (_REAL, "util"),
        "zopa_nolaw_months": (_REAL, "own war-months"),
    }
    return columns | ripe_columns() | drawn_columns(case) | _report_columns()


def ripe_columns() -> dict[str, Column]:
    """Return the columns of ripeness at its knots (theory 2.5); null once the war is over."""
    columns: dict[str, Column] = {}
    for week in RIPE_WEEKS:
        columns |= {
            f"zopa_w{week}_months": (_REAL, "own war-months, MEO"),
            f"ripe_w{week}_months": (_REAL, "own war-months, RIPE"),
            f"ripe_w{week}_util": (_REAL, "util"),
            f"mhs_w{week}_months": (_REAL, "own war-months, MHS by the sides' own beliefs"),
            f"mhs_neutral_w{week}_months": (_REAL, "own war-months, MHS by the neutral law"),
            f"stale_w{week}": (_REAL, "share, STALE over six months"),
            f"jump_w{week}": (_REAL, "chance of a sudden end within six months"),
        }
    return columns


def drawn_columns(case: Case) -> dict[str, Column]:
    """Return the columns of the drawn numbers that no evidence teaches: the unlearned box."""
    columns: dict[str, Column] = {
        "draw_delta": (_REAL, "per month"),
        "draw_rho0": (_REAL, "per month"),
    }
    columns |= {f"draw_cost_{party}": (_REAL, "share of stake") for party in case.parties}
    columns |= {f"reserve_{party}_util": (_REAL, "util") for party in case.parties}
    belligerents = [case.parties[p] for p in case.belligerents]
    columns |= {f"draw_optimism_{party}": (_REAL, "log hazard ratio") for party in belligerents}
    endings = [ending.name for ending in case.priors.endings]
    return columns | {f"draw_hazard_{name}": (_REAL, "per month") for name in endings}


def _report_columns() -> dict[str, Column]:
    counts = ("accept", "needs_work", "unacceptable", "open")
    columns: dict[str, Column] = {f"report_{name}": (_WHOLE, "points") for name in counts}
    return columns | {
        "report_party": (_TEXT, "party that answered"),
        "report_statuses": (_TEXT, "issue=status;..."),
    }


def round_columns(case: Case) -> dict[str, Column]:
    """Return the columns of the rounds table: {name: (type, unit)}."""
    columns: dict[str, Column] = {
        "world": (_WHOLE, "number from 0"),
        "contact": (_WHOLE, "number from 0"),
        "date": (_TEXT, "YYYY-MM-DD"),
        "week": (_REAL, "calendar weeks from the start"),
        "place": (_TEXT, "place"),
        "level": (_TEXT, "leader | envoy"),
        "parties": (_TEXT, "party+party"),
        "recorded": (_FLAG, "true for a contact of the record"),
        "tabled": (_TEXT, "issue=option;..."),
        "text": (_TEXT, "issue=option;... after the redraft"),
        "asked": (_FLAG, "put up for signature"),
        "refusals": (_TEXT, "party: reason; ..."),
        "signed": (_TEXT, "party+party that signed this text here"),
        "ripe_months": (_REAL, "own war-months, RIPE"),
        "ripe_exact": (_FLAG, "true where RIPE is solved, false where it lies between knots"),
        "gain_km2": (_REAL, "net gain of the first belligerent since the start, km2"),
        "strength": (_REAL, "log strength ratio of the first belligerent to the second"),
    }
    for party in case.parties:
        columns |= {
            f"statuses_{party}": (_TEXT, "issue=status;..."),
            f"asks_{party}": (_TEXT, "issue=option;..."),
            f"reserve_{party}_util": (_REAL, "util, value of fighting on"),
            f"h_{party}_util": (_REAL, "util, what it waits for"),
        }
    return columns
