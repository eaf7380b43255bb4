"""A table of worlds nobody simulated, with every column the figures of later stages read."""

import numpy as np
import pyarrow as pa

WEEKS = (0, 13, 26, 52, 78, 104)


def worlds(case, n=300, horizon=104.0, seed=1):
    """Return a table with ends, and with the path of the war week by week."""
    generator = np.random.default_rng(seed)
    names = ["agreed", *(ending.end for ending in case.priors.endings), "mediator_left"]
    months = [14.0, 36.0, 250.0, 330.0, 60.0]
    times = np.array([generator.exponential(4.345 * m, n) for m in months])
    first = times.argmin(axis=0)
    week = np.minimum(times.min(axis=0), horizon)
    ends = [names[f] if w < horizon else "no_text" for f, w in zip(first, week, strict=True)]
    war = times[1:4].min(axis=0)
    columns = {"arm": ["base"] * n, "world": list(range(n)), "end": ends, "week": list(week)}
    zopa = generator.normal(40, 18, n)
    wait = generator.gamma(2.0, 14.0, n)
    hurt = generator.normal(6, 12, n)
    for w in WEEKS:
        drift = generator.normal(0, 3 + 0.1 * w, n)
        rows = {
            "zopa": zopa + drift,
            "ripe": zopa + drift - wait * 0.5 ** (w / 52),
            "mhs": hurt + drift - 8 * 0.5 ** (w / 26),
            "mhs_neutral": hurt + drift,
        }
        for name, values in rows.items():
            values = [float(x) if end > w else None for x, end in zip(values, war, strict=True)]
            columns[f"{name}_w{w}_months"] = values
    return pa.table(columns)
