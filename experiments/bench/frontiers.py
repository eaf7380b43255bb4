"""What is possible, beside NegMAS: frontier, Nash point and existence on 6 to 12 issues and on all.

The domains are the first issues of the case for the two belligerents, one level of enforcement,
everything else left out: integers that add up, so that both programs must find the very same
points. The rival lists every text and is asked as long as it can; we are also asked for the whole
case, with linkages, red lines, consent, law and enforcement switched on.

Compared are the four answers that both define alike: the frontier; the Nash point (largest product
of gains); the Kalai point (Kalai 1977: largest smallest gain, `kalai_points`, our leximin, which
only breaks its ties further); and the point of largest welfare (`max_welfare_points`, our
utilitarian one: its sum of utilities is our sum of gains and a constant). Where several points tie,
ours must be among the rival's.

Kalai and Smorodinsky (1975) are read in two ways, and not compared. On a line of texts without gaps
the point where everybody has an equal share of what it could get at most is both the one of largest
smallest share (ours) and the one of most equal shares (the rival's `ks_points`, which minimises the
largest share less the smallest). Over finitely many texts no point has equal shares, and the two
part: the most equal shares may be small ones, and a better text for everybody may be passed over
for a more equal one.
"""

import time
from collections.abc import Callable
from math import prod
from typing import Any, TypeVar

import numpy as np

from sim.ensemble import Ensemble
from sim.frontier import frontier
from sim.proof import Stakes
from sim.solutions import of_two
from sim.terms import Terms, search, terms_of
from sim.zopa import zopa

SIZES = range(6, 13)
MOST_TEXTS = 2_000_000
"""Texts the rival is asked to list: beyond, it needs minutes and gigabytes."""

WORDS = {"frontier": "frontier", "nash": "Nash point", "exists": "closed range"}

NOTES = """\
Two belligerents, the first issues of the case, sums over issues: both programs found the same
frontier, Nash, Kalai and largest-welfare points (whole numbers). whole: every issue, as sums;
everything: four parties, linkages, red lines, consent, law and 15 levels of enforcement, which the
rival has no counterpart for. Closed range: proving that no text clears the bars, set one micro-util
too high. A dash: more texts than the rival is asked to list."""

Found = dict[str, Any]
T = TypeVar("T")


def additive(ensemble: Ensemble, issues: int, i: int = 0) -> Terms:
    """Return world ``i`` for the belligerents on the first issues: sums over issues alone."""
    world, table = ensemble.world(i), ensemble.table
    pair = np.flatnonzero(table.belligerent)
    level, none = world.base.shape[1] // 2, np.zeros((0, 4), np.int64)
    coef = world.coef[pair, level : level + 1, :issues]
    stakes = Stakes(
        np.ascontiguousarray(coef),
        -np.ascontiguousarray(coef.max(axis=3).sum(axis=2) * 4 // 10),
        np.zeros((2, 1, 0), np.int64),
        np.zeros_like(world.red[pair, :issues]),
        world.month[pair],
    )
    plain = table._replace(
        n_options=table.n_options[:issues],
        enforcement=np.zeros_like(table.enforcement[:issues]),
        needs=np.zeros((issues, table.needs.shape[1], 2), np.bool_),
        belligerent=np.ones(2, np.bool_),
        links=none,
        hot=table.hot[:issues],
    )
    return Terms(stakes, plain, law=False)


def sizes(ensemble: Ensemble) -> list[int]:
    """Return how many issues are asked about; of a smaller case all."""
    issues = len(ensemble.table.n_options)
    return [n for n in SIZES if n <= issues] or [issues]


def closed(terms: Terms) -> Terms:
    """Return the terms with everybody's alternative just too good for any text."""
    best = round(zopa(terms.stakes, terms.table, law=terms.law).value * 1e6)
    base = terms.stakes.base - best - 1
    return Terms(terms.stakes._replace(base=base), terms.table, terms.law)


def domain(name: str, terms: Terms) -> dict[str, Any]:
    """Return the terms as plain JSON: values are micro-util, every weight is 1."""
    counts = terms.table.n_options.tolist()
    parties = {
        f"p{p}": {
            "weights": [1.0] * len(counts),
            "values": [terms.stakes.coef[p, 0, j, :n].tolist() for j, n in enumerate(counts)],
            "reservation": -int(terms.stakes.base[p, 0]),
            "closed": -int(closed(terms).stakes.base[p, 0]),
        }
        for p in range(2)
    }
    options = [[f"o{k}" for k in range(n)] for n in counts]
    return {"name": name, "issues": options, "parties": parties}


def domains(ensemble: Ensemble) -> list[dict[str, Any]]:
    """Return the domains small enough for the rival."""
    sized = {str(n): additive(ensemble, n) for n in sizes(ensemble)}
    texts = {n: prod(t.table.n_options.tolist()) for n, t in sized.items()}
    return [domain(n, t) for n, t in sized.items() if texts[n] <= MOST_TEXTS]


def ours(ensemble: Ensemble) -> dict[str, Found]:
    """Measure ourselves on every domain, on the whole case as sums, and with everything on."""
    everything = terms_of(ensemble.world(0), ensemble.table)
    whole = additive(ensemble, len(ensemble.table.n_options))
    asked = {str(n): additive(ensemble, n) for n in sizes(ensemble)} | {"whole": whole}
    asked["everything"] = everything
    _measure(whole)  # compiles, which is not counted
    _measure(everything)
    return {name: _measure(terms) for name, terms in asked.items()}


def _measure(terms: Terms) -> Found:
    """Return frontier, Nash and Kalai points, and the CPU milliseconds of each question."""
    shut, pair = closed(terms), np.flatnonzero(terms.table.belligerent).tolist()
    front, frontier_ms = timed(lambda: frontier(terms, *pair))
    picked, nash_ms = timed(lambda: of_two(terms, front, np.ones(terms.parties, np.int64)))
    bar = np.zeros(terms.parties, np.int64)
    nothing, exists_ms = timed(lambda: search(shut, bar))
    points = {name: solution.gains[pair].tolist() for name, solution in picked.items()}
    return {
        "frontier": front.points.tolist(),
        "nash": points["nash"],
        "kalai": points["leximin"],
        "welfare": points["utilitarian"],
        "exists_closed": nothing is not None,
        "ms": {
            "frontier": frontier_ms,
            "nash": frontier_ms + nash_ms,
            "exists": exists_ms,
        },
    }


def timed(work: Callable[[], T], times: int = 3) -> tuple[T, float]:
    """Return what the work returns and its CPU milliseconds, the least of a few."""
    least = np.inf
    for _ in range(times):
        began = time.process_time()
        found = work()
        least = min(least, 1e3 * (time.process_time() - began))
    return found, float(least)


def rows(own: dict[str, Found], theirs: dict[str, Found], where: str) -> dict[str, dict[str, Any]]:
    """Return the rows of ``bench.json``: CPU milliseconds, and how many times faster we are."""
    found = {}
    for what in ("frontier", "nash", "exists"):
        for name, mine in own.items():
            other = theirs[name]["ms"][what] if name in theirs else None
            found[f"{what}_{name}"] = {
                "ours": mine["ms"][what],
                "rival": other,
                "ratio": None if other is None else other / max(mine["ms"][what], 1e-3),
                "unit": "CPU ms",
                "machine": where,
            }
    return found


def differences(own: dict[str, Found], theirs: dict[str, Found]) -> list[str]:
    """Return what the two programs disagree on; empty is what both promise."""
    found = []
    for name, other in theirs.items():
        mine = own[name]
        same = {what: mine[what] == other[what] for what in ("frontier", "exists_closed")}
        same |= {what: mine[what] in other[what] for what in ("nash", "kalai", "welfare")}
        found += [
            f"{what} of {name} issues: ours {mine[what]}, the rival's {other[what]}"
            for what, equal in same.items()
            if not equal
        ]
    return found


def table(own: dict[str, Found], rows: dict[str, dict[str, Any]]) -> str:
    """Return the rows as a table, a line per domain."""
    head = f"{'issues':<12}{'points':>7}" + "".join(f"{w:>26}" for w in WORDS.values())
    lines = [head + "   CPU ms: ours, rival's, ratio"]
    for name, mine in own.items():
        cells = "".join(_cell(rows[f"{what}_{name}"]) for what in WORDS)
        lines.append(f"{name:<12}{len(mine['frontier']):>7}{cells}")
    return "\n".join([*lines, "", NOTES])


def _cell(row: dict[str, Any]) -> str:
    if row["rival"] is None:
        return f"{row['ours']:>9.2f}{'-':>9}{'':>8}"
    return f"{row['ours']:>9.2f}{row['rival']:>9.0f}{row['ratio']:>7.0f}x"
