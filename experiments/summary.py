"""The few numbers per world that headlines are made of: how it ends, and what was possible.

Slower than it need be, and right: it drives the very rules of a full run.
"""

from typing import Any

from experiments.worker import Rows, ready
from sim.case import Case
from sim.negotiation import Negotiation
from sim.settings import Settings
from sim.zopa import zopa

COLUMNS = ("world", "end", "week", "zopa_util", "zopa_months", "ripe_util")


def simulate_summary(case: Case, settings: Settings, seed: int, first: int, last: int) -> Rows:
    """Return the columns of `COLUMNS` for worlds ``first`` .. ``last - 1``, as in the full run."""
    ensemble, rules = ready(case, settings, seed)
    rows: Rows = {name: [] for name in COLUMNS}
    for i in range(first, last):
        talks = Negotiation(ensemble, i, rules)
        record = talks.run()
        found: dict[str, Any] = {
            "world": i,
            "end": record.end,
            "week": record.week,
            "zopa_util": zopa(talks.world, ensemble.table).value,
            "zopa_months": zopa(talks.world, ensemble.table, unit="months").value,
            "ripe_util": None,
        }
        for name in COLUMNS:
            rows[name].append(found[name])
    return rows
