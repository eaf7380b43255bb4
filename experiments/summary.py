"""The few numbers per world that headlines are made of: how it ends, and what was possible."""

import numpy as np

from experiments.worker import Rows, negotiated, ready, seat_numbers
from sim.case import Case
from sim.compiled import compiled
from sim.fortunes import open_talks
from sim.negotiation import end_name
from sim.settings import Settings
from sim.state import DAY, END
from sim.zopa import zopa

COLUMNS = ("world", "end", "week", "zopa_util", "zopa_months", "ripe_util")


def simulate_summary(case: Case, settings: Settings, seed: int, first: int, last: int) -> Rows:
    """Return the columns of `COLUMNS` for worlds ``first`` .. ``last - 1``, as in the full run."""
    ensemble, rules = ready(case, settings, seed)
    seats = seat_numbers(case, settings)
    rows: Rows = {name: [] for name in COLUMNS}
    for i in range(first, last):
        world, talks, _ = negotiated(ensemble, rules, i, seats)
        hold = np.array(compiled(open_talks)(rules, world).fortunes.holdout)
        found = {
            "world": i,
            "end": end_name(ensemble, int(talks.clock[END])),
            "week": float(talks.clock[DAY]) / 7.0,
            "zopa_util": zopa(world, ensemble.table).value,
            "zopa_months": zopa(world, ensemble.table, unit="months").value,
            "ripe_util": zopa(world, ensemble.table, bar=hold).value,
        }
        for name in COLUMNS:
            rows[name].append(found[name])
    return rows
