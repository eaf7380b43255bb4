"""What would a side have to get to accept the other side's option on a point, and the mirror of it?

Every world is solved, none is negotiated. For each side one point is held at an option of the
other's; two points that matter to the side take every pair of options. Asked of each pair, exact:

* the side's *ceiling*, its largest gain over fighting on with every other signer at zero or above
  and all further points free: below zero no text with this pair compensates it;
* its gain where all further points are those of a document;

and of the document with the point held: the fewest points to change so that everybody signs. A
question that the solver leaves open is null in a row marked unproven; the world is left out of what
is told of that question, and counted.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.columns import Column
from experiments.config import Config
from experiments.findings import (
    MONTHS,
    SHARE,
    Finding,
    Findings,
    column,
    filled,
    finding,
    left_out,
    middle,
    months,
    not_built,
    unsettled,
)
from experiments.held import Side, read_side
from experiments.ranges import BoxRange, Floats, sampling, share
from experiments.worker import settings_of
from sim.amend import amend
from sim.case import Case
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.errors import FaultList, nearest
from sim.posterior import ensemble_of
from sim.terms import Terms, ceiling, hold, search, settled, surpluses, terms_of
from sim.worth import MICRO, Ints

FIRST = ()
"""The findings of the two sides come in the fixed order of the parties."""

BOXED = False
"""The box negotiates; here nobody does."""

CEILING, DOCUMENT = "ceiling_months", "document_months"
"""What a pair is worth with every other point free, and with the document's."""


@dataclass(frozen=True)
class Gains:
    """What every pair of options is worth to a side in every world, and what stayed open.

    Attributes
    ----------
    months : (first options, second options, worlds) float64
        Own war-months; -inf where nobody else signs or a red line is crossed.
    unproven : int
        Worlds left out because the solver left some pair open.
    """

    months: Floats
    unproven: int

    @property
    def enough(self) -> Floats:
        """The share of worlds in which each pair leaves the side at or above fighting on."""
        share: Floats = (self.months >= 0).sum(axis=2) / max(self.months.shape[2], 1)
        return share


def units(case: Case, config: Config) -> int:
    """Return how many worlds there are; raise what is wrong with the document and the sides."""
    faults = FaultList()
    known, name = case.document_ids, config.compensation.document
    if name not in known:
        faults.add("compensation.document", name, ", ".join(known), nearest(name, known))
    _read_sides(case, config, faults)
    faults.raise_if_any()
    return config.worlds


def sides(case: Case, config: Config) -> list[Side]:
    """Return both sides' questions in the fixed order of the parties; raise what is wrong."""
    faults = FaultList()
    found = _read_sides(case, config, faults)
    faults.raise_if_any()
    return sorted(found, key=lambda side: side.party)


def _read_sides(case: Case, config: Config, faults: FaultList) -> list[Side]:
    place, asked = "compensation.sides", config.compensation.sides
    if not asked:
        faults.add(place, "none", "a party of the case with held and points")
    found = [read_side(case, p, f"{place}.{p}", said, faults) for p, said in asked.items()]
    return [side for side in found if side is not None]


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns: a row per world, side and pair of options; first one for the document."""
    text, real = pa.string(), pa.float64()
    return {
        "world": (pa.int64(), "number from 0"),
        "side": (text, "party"),
        "first": (text, "option of the first point; empty for the side's document row"),
        "second": (text, "option of the second point"),
        "open": (pa.bool_(), "true when some text with what is held is signed by all"),
        "ceiling_months": (real, "own war-months, every other point free; null: nobody else signs"),
        "document_months": (
            real,
            "own war-months, every other point as in the document; null where what is held or the "
            "pair crosses the side's own red line",
        ),
        "fewest": (pa.int64(), "points of the document to change so that all sign; null: none do"),
        "changed": (text, "issue;... of every such set, a set after each |"),
        "proven": (
            pa.bool_(),
            "false where a question of this row was left open: open, fewest or ceiling_months, "
            "whichever is null, is then not known",
        ),
    }


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Solve worlds ``first`` .. ``last - 1``."""
    ensemble = ensemble_of(case, settings_of(config, case), config.seed)
    document = text_of(case, config.compensation.document).text
    rows: dict[str, list[Any]] = {name: [] for name in columns(case, config)}
    for i in range(first, last):
        for side in sides(case, config):
            for row in _rows(ensemble, i, side, document):
                for name, cells in rows.items():
                    cells.append(row.get(name))
    return rows


def _rows(ensemble: Ensemble, i: int, side: Side, document: Ints) -> Iterator[dict[str, Any]]:
    """Yield what one world says to one side: the document, then every pair of options."""
    case, world = ensemble.case, ensemble.world(i)
    issues = case.agenda.issues
    free = terms_of(world, ensemble.table)
    held, text = hold(free, side.held), document.copy()
    for j, k in side.held.items():
        text[j] = k
    same = {"world": i, "side": side.name}
    unit = float(world.month[side.party] * MICRO)
    yield same | _document_row(held, free, side, text, unit, case)
    for pair in side.pairs(case):
        chosen = dict(zip(side.points, pair, strict=True))
        for j, k in chosen.items():
            text[j] = k
        top, proven = settled(ceiling, hold(free, side.held | chosen), side.party)
        names = [issues[j].options[k].code for j, k in chosen.items()]
        refused = any(world.red[side.party, j, k] for j, k in (side.held | chosen).items())
        yield same | {
            "first": names[0],
            "second": names[1],
            "ceiling_months": None if top is None else top[0] / unit,
            "document_months": None if refused else surpluses(free, text)[side.party] / unit,
            "proven": proven,
        }


def _document_row(
    held: Terms, free: Terms, side: Side, text: Ints, unit: float, case: Case
) -> dict[str, Any]:
    """Say what the document with the point held is worth, and the fewest changes to it."""
    signed, proven = settled(_is_open, held)
    found, counted = settled(amend, held, text) if signed else (None, proven)
    names = [issue.id for issue in case.agenda.issues]
    sets = [] if found is None else [";".join(names[j] for j in s) for s in found.points]
    return {
        "first": "",
        "second": "",
        "open": signed,
        "document_months": float(surpluses(free, text)[side.party]) / unit,
        "fewest": None if found is None else found.fewest,
        "changed": "|".join(sets),
        "proven": counted,
    }


def _is_open(terms: Terms) -> bool:
    return search(terms, np.zeros(terms.parties, np.int64)) is not None


def findings(
    worlds: pa.Table,
    rounds: pa.Table | None,
    case: Case,
    config: Config,
    box: dict[str, BoxRange],
) -> Findings:
    """Return the same findings for both sides, in the fixed order of the parties."""
    found: Findings = {}
    for side in sides(case, config):
        of_side = worlds.filter(pc.equal(worlds["side"], side.name))
        found |= _document_findings(of_side, side, case) | _pair_findings(of_side, side, case)
    return found


def said(case: Case, side: Side) -> str:
    """Return what is held against a side, in words."""
    issues = case.agenda.issues
    return ", ".join(f"{issues[j].id}={issues[j].options[k].code}" for j, k in side.held.items())


def _document_findings(worlds: pa.Table, side: Side, case: Case) -> Findings:
    """Say whether all can sign with the point held, and what the document then lacks."""
    table = worlds.filter(pc.equal(worlds["first"], ""))
    worth, held = middle(column(table, "document_months")), said(case, side)
    return {
        f"pr_open_{side.name}": _open(table, side, held),
        f"document_{side.name}_months": finding(
            worth,
            MONTHS,
            f"The document with {held} is worth {months(worth.value)} own war-months to "
            f"{side.name} (median; 90 % of worlds {months(worth.low)} to {months(worth.high)}).",
        ),
        f"changes_{side.name}": _changes(table),
    }


def _open(table: pa.Table, side: Side, held: str) -> Finding:
    """Say in what share of worlds all can sign with the point held."""
    is_open = filled(table, "open")
    unproven = len(table) - len(is_open)
    if not len(is_open):
        return unsettled(f"Whether all sign some text with {held}", unproven)
    opened = sampling(is_open, share)
    sentence = (
        f"With {held}, some text is signed by all, {side.name} included, in "
        f"{100 * opened.value:.6g} % of {opened.n} worlds{left_out(unproven)}."
    )
    return finding(opened, SHARE, sentence) | {"n_unproven": unproven}


def _changes(table: pa.Table) -> Finding:
    """Say how few points of the document must change further so that all sign, and which."""
    changes, proven = filled(table, "fewest"), int(column(table, "proven").sum())
    unproven = len(table) - proven
    if not proven:
        return unsettled("How few further changes to the document let all sign", unproven)
    if not len(changes):
        none = not_built(f"No change to the document lets all sign{left_out(unproven)}.")
        return none | {"n_unproven": unproven}
    counts = Counter(
        issue
        for sets in table["changed"].to_pylist()
        for issue in {i for one in sets.split("|") for i in one.split(";") if i}
    )
    most = ", ".join(f"{n} ({100 * c / proven:.0f} %)" for n, c in counts.most_common(4))
    value = middle(changes)
    sentence = (
        f"From there all sign after {value.value:.0f} further changes at the fewest (median; 90 % "
        f"of worlds {value.low:.0f} to {value.high:.0f}){f'; most often {most}' if most else ''}"
        f"{left_out(unproven)}."
    )
    return finding(value, "points", sentence) | {"n_unproven": unproven}


def _pair_findings(worlds: pa.Table, side: Side, case: Case) -> Findings:
    """Name the least pairs of options with which the side gains in at least half of worlds."""
    return {
        f"compensated_{side.name}_{name}": _pairs(
            gains(worlds, column, side, case), side, case, rest
        )
        for name, column, rest in (
            ("ceiling", CEILING, "all else free"),
            ("document", DOCUMENT, "all else as in the document"),
        )
    }


def _pairs(cells: Gains, side: Side, case: Case, rest: str) -> Finding:
    """Say what share of pairs compensates a side, and the least that do in half of worlds."""
    first, second = (case.agenda.issues[j].id for j in side.points)
    if not cells.months.shape[2]:
        question = f"Which pairs of {first} and {second} make up to {side.name}, {rest},"
        return unsettled(question, cells.unproven)
    least = least_pairs(cells.enough >= 0.5, direction(case, side))
    words = "; ".join(_pair_words(case, side, pair) for pair in least)
    value = sampling((cells.months >= 0).mean(axis=(0, 1)), lambda x: float(x.mean()))
    sentence = (
        f"Of the pairs of {first} and {second}, {100 * value.value:.0f} % leave {side.name} at or "
        f"above fighting on, {rest} (mean over worlds{left_out(cells.unproven)}); the least that "
        f"do in half of worlds: {words or 'none'}."
    )
    return finding(value, "share of pairs", sentence) | {"n_unproven": cells.unproven}


def _pair_words(case: Case, side: Side, pair: tuple[int, int]) -> str:
    codes = [case.agenda.issues[j].options[k].code for j, k in zip(side.points, pair, strict=True)]
    return " with ".join(codes)


def direction(case: Case, side: Side) -> int:
    """Return 1 if a side's value rises along the order of options, -1 if it falls."""
    return 1 if case.priors.direction[side.party] > 0 else -1


def gains(worlds: pa.Table, name: str, side: Side, case: Case) -> Gains:
    """Return a side's `CEILING` or `DOCUMENT` column; only the first asks the solver."""
    table = worlds.filter(pc.not_equal(worlds["first"], ""))
    sizes = [case.agenda.n_options[j] for j in side.points]
    cells = column(table, name).reshape(-1, *sizes)
    proven = column(table, "proven").reshape(-1, *sizes).all(axis=(1, 2))
    kept = cells[proven] if name == CEILING else cells
    months = np.where(np.isnan(kept), -np.inf, kept).transpose(1, 2, 0)
    return Gains(months, len(cells) - len(kept))


def least_pairs(good: np.ndarray, direction: int) -> list[tuple[int, int]]:
    """Return the good pairs (first, second) with no good pair that gives the side less in both.

    Examples
    --------
    >>> least_pairs(np.array([[False, True], [True, True]]), 1)
    [(0, 1), (1, 0)]
    >>> least_pairs(np.array([[False, True], [True, True]]), -1)
    [(1, 1)]
    """
    pairs = [(int(i), int(j)) for i, j in np.argwhere(good)]

    def less(p: tuple[int, int], q: tuple[int, int]) -> bool:
        return p != q and all(direction * (x - y) <= 0 for x, y in zip(p, q, strict=True))

    return [q for q in pairs if not any(less(p, q) for p in pairs)]


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw what pairs of options are worth to either side, and the least that compensate it."""
    from experiments.figures import compensation, source, style

    with style.look():
        return compensation.draw(source.read(run_dir, case, config))
