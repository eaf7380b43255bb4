r"""Where a party would sign a text: the boundary of S >= 0 in one number at a time.

Everything else keeps each world's own draw. The cost of war, the hazard that a deal breaks, what
a guarantee does to it, the shift of power and any one weight enter S so that its sign changes at
most once: the boundary is a closed form and the side it lies on is *proven*. Patience and the
hazards of the war move the war's value through its whole lottery; there the model's own functions
are scanned over the range and bisected where the sign changes, which is *not certified*: between
two points of the scan it could change twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from sim.ensemble import Ensemble
from sim.params import Param
from sim.standing import Standing, sign_of, surplus_of, worth_of_war
from sim.worth import Bools, Floats

SCAN = 7
"""Points of a scan over the range of a number, ends included."""
HALVINGS = 20
WEIGHT_RANGE = (1 / 3, 3.0)
"""Factors on one weight that are looked at: about two standard deviations of its prior."""
JOINT_MOST, JOINT_STEPS = 1.75, 36
"""Largest common step, standard deviations (a uniform range ends at 1.73), and how many."""
GRID = 401
"""Values at which the share of worlds that would sign is counted."""


@dataclass(frozen=True)
class Boundary:
    """Where one number changes a party's answer.

    Attributes
    ----------
    name : str
        As in ``fix.NAME``; ``weight.ISSUE`` for a factor on a weight.
    low, high, middle : float
        The range looked at and the central value of the prior (a factor of 1 for a weight).
    log : bool
        Whether steps are counted on the log scale.
    at : (W,) float64
        The boundary in every world, nan where the range holds none.
    above : (W,) bool
        Whether the party signs above it.
    now : (W,) float64
        What the world drew.
    signs : (W,) bool
        Whether it signs (S >= 0) at what the world drew.
    proven : bool
        Whether nothing but monotonicity stands behind it.
    """

    name: str
    low: float
    high: float
    middle: float
    log: bool
    at: Floats
    above: Bools
    now: Floats
    signs: Bools
    proven: bool

    @property
    def held(self) -> Bools:
        """Whether the range holds a boundary, per world."""
        found: Bools = np.isfinite(self.at) & (self.at > self.low) & (self.at < self.high)
        return found

    @property
    def sd(self) -> float:
        """Standard deviation of the prior on the scale that steps are counted on."""
        return float(self.scale(self.high) - self.scale(self.low)) / 12**0.5

    def scale(self, x: Floats | float) -> Floats | float:
        """Return a value on the scale steps are counted on."""
        return np.log(x) if self.log else x

    def share_at(self, value: float) -> float:
        """Return the share of worlds that sign with the number held at a value everywhere."""
        beyond = (value >= self.at) == self.above
        return float(np.where(self.held, beyond, self.signs).mean())

    def tipping(self) -> float | None:
        """Return the value nearest the middle at which half the worlds answer the other way."""
        grid = np.linspace(self.scale(self.low), self.scale(self.high), GRID)
        values = np.exp(grid) if self.log else grid
        most = self.share_at(self.middle) >= 0.5
        other = [v for v in values if (self.share_at(v) >= 0.5) != most]
        return min(other, key=lambda v: abs(self.steps_to(v))) if other else None

    def steps_to(self, value: float) -> float:
        """Return how many standard deviations a value lies from the middle."""
        return float(self.scale(value) - self.scale(self.middle)) / self.sd


def boundaries(ensemble: Ensemble, standing: Standing) -> list[Boundary]:
    """Return the boundary in every number of the region, the cost of war first."""
    case, party = ensemble.case, ensemble.case.parties[standing.party]
    params, priors = case.priors.params, case.priors
    found = [
        _closed(f"cost_flow.{party}", params[f"cost_flow.{party}"], standing, _cost(standing)),
        _closed("rho0", params["rho0"], standing, _rho0(standing)),
        _closed(f"kE.{party}", params[f"kE.{party}"], standing, _k_e(standing)),
        _closed(f"omega.{party}", priors.omega[standing.party], standing, _omega(standing)),
        _scanned(
            "delta",
            params["delta"],
            standing,
            standing.delta,
            partial(_at_delta, standing),
        ),
    ]
    for n, ending in enumerate(priors.endings):
        ask = partial(_at_hazard, standing, n)
        now = np.array([w.hazard[n] for w in standing.worlds])
        found.append(_scanned(f"hazard.{ending.name}", ending.hazard, standing, now, ask))
    return [b for b in found if b.low < b.high]


def weights(ensemble: Ensemble, standing: Standing) -> list[Boundary]:
    """Return the boundary in a factor on every weight, the most telling issue first (1.1)."""
    s, (low, high) = standing, WEIGHT_RANGE
    over = s.surplus / s.peace
    own = (s.weight * s.edge).sum(axis=1)
    rest = over - own  # what stays when the weights are moved, in units of u
    slope = s.weight * (s.edge + rest[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = 1.0 - over[:, None] / slope
    signs, one = s.surplus >= 0, np.ones(len(s.surplus))
    found = [
        Boundary(f"weight.{issue}", low, high, 1.0, True, at[:, j], slope[:, j] > 0, one, signs,
                 True)
        for j, issue in enumerate(ensemble.case.agenda.issue_ids)
    ]  # fmt: skip
    return sorted(found, key=lambda b: -b.held.mean())


def proven_everywhere(ensemble: Ensemble, standing: Standing) -> tuple[Bools, Bools]:
    """Return in which worlds the party surely signs, and surely does not, over a whole box.

    The box is every combination of its cost of war, rho0, its kE and its omega within their
    ranges. There the sign of S is that of a form linear in each of c, rho and omega
    (:func:`sim.standing.sign_of`), so its corners decide.
    """
    s, party = standing, ensemble.case.parties[standing.party]
    params, priors = ensemble.case.priors.params, ensemble.case.priors
    cost, rho0, k_e = (params[f"{n}"] for n in (f"cost_flow.{party}", "rho0", f"kE.{party}"))
    omega = priors.omega[s.party]
    least = rho0.low * np.exp(-k_e.high * s.level)
    most = rho0.high * np.exp(-k_e.low * s.level)
    corners = np.array([
        sign_of(s.gain + s.at_war * (c - s.cost), np.full(len(s.gain), o * s.points), s.delta, rho)
        for c in (cost.low, cost.high)
        for rho in (least, most)
        for o in (omega.low, omega.high)
    ])  # fmt: skip
    return corners.min(axis=0) >= 0, corners.max(axis=0) < 0


def joint_tipping(ensemble: Ensemble, standing: Standing) -> tuple[float, dict[str, float]] | None:
    """Return the smallest common step at which half the worlds answer the other way.

    The cost of war, rho0, kE and omega are all held the same number of standard deviations from
    their middles, each in whichever direction flips soonest; the rest stays drawn. Returns the
    step and the values, None if no step within the ranges does it.
    """
    s, party = standing, ensemble.case.parties[standing.party]
    params, priors = ensemble.case.priors.params, ensemble.case.priors
    numbers = {n: params[n] for n in (f"cost_flow.{party}", "rho0", f"kE.{party}")}
    numbers[f"omega.{party}"] = priors.omega[s.party]
    moved = {n: p for n, p in numbers.items() if p.low < p.high}
    most = _signs_at(s, *(p.value for p in numbers.values())) >= 0.5
    for step in np.linspace(0.0, JOINT_MOST, JOINT_STEPS)[1:]:
        for ways in product((1.0, -1.0), repeat=len(moved)):
            steps = dict(zip(moved, ways, strict=True))
            held = {n: _moved(p, steps.get(n, 0.0) * step) for n, p in numbers.items()}
            if (_signs_at(s, *held.values()) >= 0.5) != most:
                return float(step), {n: held[n] for n in moved}
    return None


def _moved(param: Param, steps: float) -> float:
    """Return the value so many standard deviations from the middle, kept in the range."""
    if param.law == "loguniform":
        sd = np.log(param.high / param.low) / 12**0.5
        value = param.value * np.exp(steps * sd)
    else:
        value = param.value + steps * (param.high - param.low) / 12**0.5
    return float(min(max(value, param.low), param.high))


def _signs_at(s: Standing, cost: float, rho0: float, k_e: float, omega: float) -> float:
    """Return the share of worlds that sign with these four numbers held."""
    rho = rho0 * np.exp(-k_e * s.level)
    shift = np.full(len(s.gain), omega * s.points)
    form = sign_of(s.gain + s.at_war * (cost - s.cost), shift, s.delta, rho)
    return float((form >= 0).mean())


def _closed(name: str, param: Param, s: Standing, found: tuple[Floats, Bools, Floats]) -> Boundary:
    at, above, now = found
    log = param.law == "loguniform"
    return Boundary(
        name, param.low, param.high, param.value, log, at, above, now, s.surplus >= 0, True
    )


def _cost(s: Standing) -> tuple[Floats, Bools, Floats]:
    """S rises by A L with every unit of c: it signs above (2.2)."""
    at = s.cost - s.surplus / (s.peace * s.at_war)
    return at, np.ones(len(at), dtype=np.bool_), s.cost


def _star(s: Standing) -> Floats:
    """Return rho* where it is a hazard, else nan (2.3)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        star: Floats = (1 - s.delta) / s.delta * s.gain / -s.shift
    return np.where(star > 0, star, np.nan)


def _rho0(s: Standing) -> tuple[Floats, Bools, Floats]:
    return _star(s) * np.exp(s.k_e * s.level), s.shift > 0, s.rho0


def _k_e(s: Standing) -> tuple[Floats, Bools, Floats]:
    if s.level == 0:
        return np.full(len(s.k_e), np.nan), s.shift < 0, s.k_e
    with np.errstate(invalid="ignore"):
        at = np.log(s.rho0 / _star(s)) / s.level
    return at, s.shift < 0, s.k_e


def _omega(s: Standing) -> tuple[Floats, Bools, Floats]:
    if s.points == 0.0:
        return np.full(len(s.omega), np.nan), s.omega > 0, s.omega
    at = -(1 - s.delta) * s.gain / (s.delta * s.hazard * s.points)
    return at, np.full(len(at), s.points > 0), s.omega


def _at_delta(s: Standing, w: int, delta: float) -> float:
    """Return S of one world at another patience, util."""
    war = worth_of_war(s, w, delta, s.worlds[w].fighting.hazard[s.party])
    return surplus_of(s.utility[w] - war, s.shift[w], delta, s.rho0[w], s.k_e[w], s.level)


def _at_hazard(s: Standing, n: int, w: int, hazard: float) -> float:
    """Return S of one world at another neutral hazard of one end; optimism leans it as before."""
    world = s.worlds[w]
    believed = world.fighting.hazard[s.party].copy()
    believed[n] *= hazard / world.hazard[n]
    gain = s.utility[w] - worth_of_war(s, w, s.delta[w], believed)
    return surplus_of(gain, s.shift[w], s.delta[w], s.rho0[w], s.k_e[w], s.level)


def _scanned(
    name: str, param: Param, s: Standing, now: Floats, ask: Callable[[int, float], float]
) -> Boundary:
    """Scan a range in every world and bisect the change of sign nearest to the draw."""
    log = param.law == "loguniform"
    scale, back = (np.log, np.exp) if log else (np.asarray, np.asarray)
    points = back(np.linspace(scale(param.low), scale(param.high), SCAN))
    count = len(s.surplus)
    at, above = np.full(count, np.nan), np.zeros(count, dtype=np.bool_)
    for w in range(count) if param.low < param.high else ():
        values = [ask(w, float(x)) >= 0 for x in points]
        turns = [i for i in range(SCAN - 1) if values[i] != values[i + 1]]
        if turns:
            i = min(turns, key=lambda i: abs(points[i] + points[i + 1] - 2 * now[w]))
            at[w] = _bisect(partial(ask, w), float(points[i]), float(points[i + 1]))
            above[w] = values[i + 1]
    return Boundary(
        name, param.low, param.high, param.value, log, at, above, now, s.surplus >= 0, False
    )


def _bisect(ask: Callable[[float], float], low: float, high: float) -> float:
    """Return where S changes sign between two values of which one side signs."""
    up = ask(high) >= 0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if (ask(middle) >= 0) == up else (middle, high)
    return (low + high) / 2
