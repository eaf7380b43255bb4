"""The robust text as a mixed-integer program, one per enforcement level, big-M on worlds accepted.

A rival of the local search (6.4): HiGHS proves bounds, but needs far longer on many worlds.
"""

import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix


class Program:
    """Rows of one level: options x, consents y, pairs v, worlds accepted z, in this order."""

    def __init__(self, worlds, table, level):
        self.worlds, self.table, self.level = worlds, table, level
        self.column = {}
        for j, n in enumerate(table.n_options):
            for k in range(n):
                self.column["x", j, k] = len(self.column)
        for p in np.flatnonzero(~table.belligerent):
            self.column["y", p] = len(self.column)
        for q in range(len(table.links)):
            self.column["v", q] = len(self.column)
        for w in range(len(worlds)):
            self.column["z", w] = len(self.column)
        self.rows, self.low, self.high = [], [], []

    def row(self, cells, low, high):
        self.rows.append({self.column[name]: value for name, value in cells.items()})
        self.low.append(low)
        self.high.append(high)

    def texts(self):
        """State what a text is: one option per point, its level, laws, pairs, consent."""
        t = self.table
        for j, n in enumerate(t.n_options):
            self.row({("x", j, k): 1 for k in range(n)}, 1, 1)
        points = {
            ("x", j, k): int(t.enforcement[j, k])
            for j, n in enumerate(t.n_options)
            for k in range(n)
        }
        self.row(points, self.level, self.level)
        for r, then in enumerate(t.rule_then):
            cells = {("x", then, k): 1 for k in np.flatnonzero(t.rule_ok[r])}
            self.row({**cells, ("x", *t.rule_if[r]): -1}, 0, np.inf)
        for q, (i, k, j, m) in enumerate(t.links):
            self.row({("v", q): 1, ("x", i, k): -1}, -np.inf, 0)
            self.row({("v", q): 1, ("x", j, m): -1}, -np.inf, 0)
            self.row({("v", q): 1, ("x", i, k): -1, ("x", j, m): -1}, -1, np.inf)
        for j, k, p in np.argwhere(t.needs):
            if k < t.n_options[j] and not t.belligerent[p]:
                self.row({("y", p): 1, ("x", j, k): -1}, 0, np.inf)

    def signature(self, w, p):
        """Demand that party ``p`` accepts where world ``w`` counts and its consent is needed."""
        t, world, e = self.table, self.worlds[w], self.level
        cells = {
            ("x", j, k): world.coef[p, e, j, k] / 1e6
            for j, n in enumerate(t.n_options)
            for k in range(n)
        }
        cells |= {("v", q): world.link[p, e, q] / 1e6 for q in range(len(t.links))}
        least = world.base[p, e] / 1e6 + sum(
            min(cells["x", j, k] for k in range(n)) for j, n in enumerate(t.n_options)
        )
        least += sum(min(world.link[p, e, q] / 1e6, 0) for q in range(len(t.links)))
        off, relief = 1, {("z", w): least}
        if not t.belligerent[p]:
            off, relief = 2, {("z", w): least, ("y", p): least}
        self.row({**cells, **relief}, -world.base[p, e] / 1e6 + off * least, np.inf)
        for j, k in np.argwhere(world.red[p]):
            if k < t.n_options[j]:
                asked = {} if t.belligerent[p] else {("y", p): 1}
                self.row({("x", j, k): 1, ("z", w): 1, **asked}, -np.inf, off)

    def solve(self, seconds, least):
        """Return the text accepted in most worlds, if in more than ``least``."""
        self.texts()
        for w in range(len(self.worlds)):
            for p in range(len(self.table.belligerent)):
                self.signature(w, p)
        self.row({("z", w): 1 for w in range(len(self.worlds))}, least + 1, np.inf)
        data = [(r, c, v) for r, row in enumerate(self.rows) for c, v in row.items()]
        r, c, v = (np.array(part) for part in zip(*data, strict=True))
        matrix = csr_matrix((v, (r, c)), shape=(len(self.rows), len(self.column)))
        cost = np.zeros(len(self.column))
        cost[-len(self.worlds) :] = -1
        found = milp(
            cost, constraints=LinearConstraint(matrix, self.low, self.high), bounds=Bounds(0, 1),
            integrality=np.ones(len(cost)), options={"time_limit": seconds},
        )  # fmt: skip
        if found.x is None:
            return None
        return np.array([
            max(range(n), key=lambda k, j=j: found.x[self.column["x", j, k]])
            for j, n in enumerate(self.table.n_options)
        ])  # fmt: skip


def rival(worlds, table, seconds, accepted):
    """Return the best share HiGHS finds in ``seconds``, levels in turn, the middle ones first."""
    levels = worlds[0].base.shape[1]
    order = sorted(range(levels), key=lambda e: abs(e - levels // 2))
    best, end = 0, time.monotonic() + seconds
    for n, level in enumerate(order):
        left = (end - time.monotonic()) / (levels - n)
        if left <= 0:
            break
        text = Program(worlds, table, level).solve(left, best)
        if text is not None:
            best = max(best, int(sum(accepted(text, w, table) for w in worlds)))
    return best / len(worlds)
