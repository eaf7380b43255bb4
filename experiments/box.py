"""Headline ranges over the unlearned box: what no evidence teaches, from end to end.

Decision 11: a headline is a range over {patience, costs of war, hazards, hold-out, optimism, how
deals break}, and the corner that attains each end is named. Two steps, ours:

1. *Screening*, one at a time: each number is held at the low and at the high end of its range,
   all others drawn, in the same worlds with the same luck. The paired change says which way the
   number moves a headline; a change within its paired noise says nothing, and the number stays
   drawn.
2. *Corners*: every number that moves a headline is held at the end that lowers it, then at the
   end that raises it, and the worlds are simulated there. Their values are the ends of the range.

The directions are those at the middle of the box: where numbers work together the true extreme
may lie elsewhere and the range is too narrow. Each end also carries the sampling error of the few
worlds of its corner, either way. The range never excludes the
central value: if a corner comes out inside, the widest screened point takes its place, of those
that lie beyond what the same worlds give with every number drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from experiments import store
from experiments.config import Config
from experiments.headlines import HEADLINES, Columns, Headline
from experiments.ranges import MIN_WORLDS, BoxRange, Corner
from experiments.spread import spread
from sim.case import Case
from sim.fixed import uncertain
from sim.settings import Settings

FILE = "box.json"
SIMULATE = "experiments.summary:simulate_summary"
COLUMNS = ("end", "week", "zopa_util", "zopa_months", "ripe_util")
"""Of the worlds table, and of what `SIMULATE` returns: all that headlines are made of."""

QUICK = {"agents.mediator:redraft_particles": "agents.mediator:redraft"}
"""The fast form of a mediator's rule, where it has one."""

NOISE = 1.0
"""Standard errors beyond which a paired change counts (ours). A number wrongly turned costs
little, as corners are really simulated; a number wrongly left drawn narrows the range."""

RESAMPLES = 200
"""Bootstrap resamples of worlds behind the noise of a paired change."""


Spans = Mapping[str, tuple[float, float]]
"""The numbers of a box and their ranges."""


@dataclass(frozen=True)
class Effect:
    """What one number does to one headline: its value at both ends, and the paired change.

    ``change`` and ``noise`` are of the headline's margin, high end less low end.
    """

    low_end: float
    high_end: float
    change: float
    noise: float

    @property
    def counts(self) -> bool:
        """Whether the change is beyond its noise."""
        return bool(self.change != 0.0 and abs(self.change) > NOISE * self.noise)


def numbers(case: Case, config: Config) -> dict[str, tuple[float, float]]:
    """Return the unlearned box: the numbers of the case that are drawn, with their ranges."""
    sides = [case.parties[p] for p in case.belligerents]
    names = [
        "delta",
        *(f"cost_flow.{side}" for side in sides),
        *(f"hazard.{ending.name}" for ending in case.priors.endings),
        "holdout",
        *(f"holdout_optimism.{side}" for side in sides),
        "optimism",
        "rho0",
        *(f"kE.{party}" for party in case.parties),
    ]
    held = set(config.fix) | ({"delta"} if config.war.delta is not None else set())
    known = uncertain(case)
    params = {n: known[n] for n in names if n in known and n not in held}
    return {
        n: (p.low, p.high)
        for n, p in params.items()
        if p.low < p.high and np.isfinite([p.low, p.high]).all()
    }


def is_asked(config: Config) -> bool:
    """Whether a run has a box: switched on, and worlds enough for a range at all."""
    enough = config.only_world is None and config.worlds >= MIN_WORLDS
    return config.box.worlds > 0 and enough and not config.study.arms


def of_run(
    folder: Path, case: Case, config: Config, settings: Settings, worlds: Columns, quiet: bool
) -> dict[str, BoxRange]:
    """Return the ranges of a run, read from its folder if they are there, else computed and kept.

    Parameters
    ----------
    folder : Path
    case, config, settings
        Of the run.
    worlds : Columns
        The run's own worlds, for the central values.
    quiet : bool
        Show no progress bar.
    """
    path = folder / FILE
    if not path.exists():
        store.write_json(path, compute(case, config, settings, worlds, quiet))
    kept = store.read_json(path)["headlines"]
    return {name: BoxRange(**_infinite(found["range"])) for name, found in kept.items()}


def _infinite(found: dict[str, Any]) -> dict[str, Any]:
    """Return a range as it was: JSON keeps no infinity, and no text at all is worth -inf."""
    return found | {end: -np.inf if found[end] is None else found[end] for end in ("low", "high")}


def compute(
    case: Case, config: Config, settings: Settings, worlds: Columns, quiet: bool
) -> dict[str, Any]:
    """Screen, simulate the corners, and return everything as it is kept in ``box.json``.

    ``worlds`` are those of the run itself, from the first on: every number drawn.
    """
    spans = numbers(case, config)
    few, many = (min(n, config.worlds) for n in (config.box.worlds, config.box.corners))
    central = {name: headline.value(worlds) for name, headline in HEADLINES.items()}
    run = partial(simulate, case, settings, config.seed)
    screen = partial(simulate, case, screening(settings), config.seed, few)
    wanted = {n: HEADLINES[n] for n, value in central.items() if not np.isnan(value)}
    with spread(config.threads, 2 * len(spans), quiet) as over:
        ends = [{name: end} for name, span in spans.items() for end in span]
        *screened, same = over(screen, [*ends, {}], "box")
        effects = {n: effects_on(headline, spans, screened) for n, headline in wanted.items()}
        corners = {n: corners_of(effects[n], spans) for n in wanted}
        todo = distinct([c for pair in corners.values() for c in pair if c])
        simulated = over(partial(run, many), todo, "corners")

    def value(name: str, corner: Corner) -> float:
        return wanted[name].value(simulated[todo.index(corner)]) if corner else central[name]

    ranges = {
        n: range_of(
            central[n],
            [(value(n, corner), corner) for corner in corners[n]],
            screened_points(effects[n], spans),
            wanted[n].value(same),
            many,
        )
        for n in wanted
    }
    kept = {
        n: {
            "central": central[n],
            "range": asdict(ranges[n]),
            "effects": {name: asdict(e) for name, e in effects[n].items()},
        }
        for n in wanted
    }
    return {
        "numbers": {name: list(span) for name, span in spans.items()},
        "screening_worlds": few,
        "corner_worlds": many,
        "headlines": kept,
    }


def screening(settings: Settings) -> Settings:
    """Return the settings the directions are found with: the learning mediator's fast form.

    The corners are simulated with the run's own; the two forms agree in distribution.
    """
    if settings.mediator.rule not in QUICK:
        return settings
    quick = replace(settings.mediator, rule=QUICK[settings.mediator.rule], renews=False)
    return replace(settings, mediator=quick)


def simulate(case: Case, settings: Settings, seed: int, worlds: int, corner: Corner) -> Columns:
    """Simulate the first worlds with some numbers held."""
    module, _, name = SIMULATE.partition(":")
    held = replace(settings, fixed={**settings.fixed, **corner})
    columns: Columns = getattr(import_module(module), name)(case, held, seed, 0, worlds)
    return columns


def effects_on(headline: Headline, spans: Spans, screened: Sequence[Columns]) -> dict[str, Effect]:
    """Return what every number does to a headline; ``screened`` has its low end, then its high."""
    return {
        name: effect(headline, screened[2 * n], screened[2 * n + 1]) for n, name in enumerate(spans)
    }


def effect(headline: Headline, low: Columns, high: Columns) -> Effect:
    """Compare a headline at both ends of one number, paired by world."""
    pair = [headline.margin(columns) for columns in (low, high)]
    middle = headline.margin_statistic
    generator = np.random.default_rng(0)
    picks = generator.integers(0, len(pair[0]), (RESAMPLES, len(pair[0])))
    again = [difference(middle(pair[0][pick]), middle(pair[1][pick])) for pick in picks]
    change = difference(middle(pair[0]), middle(pair[1]))
    noise = float(np.std(again)) if np.isfinite(again).all() else 0.0
    return Effect(headline.value(low), headline.value(high), change, noise)


def difference(low: float, high: float) -> float:
    """Return high less low; two equal infinities differ by nothing.

    >>> difference(-float("inf"), -float("inf"))
    0.0
    """
    return 0.0 if low == high else high - low


def corners_of(effects: Mapping[str, Effect], spans: Spans) -> tuple[Corner, Corner]:
    """Return the corner that lowers a headline and the one that raises it, strongest first."""
    moving = sorted(
        (n for n in effects if effects[n].counts), key=lambda n: -abs(effects[n].change)
    )
    rising = {n: effects[n].change > 0 for n in moving}
    low = {n: spans[n][0] if rising[n] else spans[n][1] for n in moving}
    high = {n: spans[n][1] if rising[n] else spans[n][0] for n in moving}
    return low, high


def distinct(corners: Sequence[Corner]) -> list[Corner]:
    """Return corners without repetition; the order of their numbers does not matter."""
    found: list[Corner] = []
    for corner in corners:
        if corner not in found:
            found.append(corner)
    return found


def screened_points(effects: Mapping[str, Effect], spans: Spans) -> list[tuple[float, Corner]]:
    """Return the headline at every screened point, with the one number held there."""
    ends = [((e.low_end, 0), (e.high_end, 1)) for e in effects.values()]
    return [
        (value, {name: spans[name][side]})
        for name, pair in zip(effects, ends, strict=True)
        for value, side in pair
    ]


def range_of(
    central: float,
    corners: Sequence[tuple[float, Corner]],
    screened: Sequence[tuple[float, Corner]],
    same: float,
    worlds: int,
) -> BoxRange:
    """Return the range between two corners; it never excludes the central value.

    Parameters
    ----------
    central : float
    corners : two pairs (value, corner)
        The one meant to lower, the one meant to raise.
    screened : pairs (value, corner)
        What takes the place of a corner that comes out inside.
    same : float
        The headline over the screened worlds with every number drawn.
    worlds : int
        Simulated at each corner.
    """
    (low, low_corner), (high, high_corner) = corners
    low_inside, high_inside = bool(low > central), bool(high < central)
    nothing: tuple[float, Corner] = (central, {})
    if low_inside:
        beyond = [point for point in screened if point[0] < same]
        low, low_corner = min([nothing, *beyond], key=lambda point: point[0])
    if high_inside:
        beyond = [point for point in screened if point[0] > same]
        high, high_corner = max([nothing, *beyond], key=lambda point: point[0])
    return BoxRange(low, high, low_corner, high_corner, low_inside, high_inside, worlds)
