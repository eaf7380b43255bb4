"""Laws of war and states drawn at random, in the ranges of a hot war (theory 8.3)."""

import math

import numpy as np

from sim.war import AID, COHESION, ECONOMY, GAIN, RATIO, STATE, WarLaw


def law_of(pick: int) -> WarLaw:
    """Draw a law; endings are an armistice, side 1 exhausted, side 0 exhausted."""
    gen = np.random.default_rng(pick)

    def wide(middle, factor=3.0):
        return middle * factor ** gen.uniform(-1, 1)

    return WarLaw(
        drift=gen.normal(490, 120),
        push=350.0,
        front_noise=wide(130, 1.6),
        contested=gen.uniform(0.19, 0.7),
        region=gen.uniform(4800, 5300),
        pull=math.log(2) / wide(12, 2),
        ratio_noise=wide(0.12, 2),
        aid=np.array([wide(0.15), wide(0.4, 2)]),
        economy_effect=wide(0.5, 2),
        fade=math.log(2) / wide(12, 2),
        economy_noise=np.array([wide(0.015, 2), wide(0.015, 2)]),
        rest=gen.uniform(0.4, 0.8, 2),
        recovery=math.log(2) / wide(3, 1.5),
        shock_rate=np.array([wide(0.06, 2), wide(0.06, 2)]),
        shock=np.array([-0.15, -0.15]),
        hazard=np.array([wide(0.028), wide(0.004), wide(0.003)]),
        favours=np.array([-1, 0, 1]),
        slope_ratio=1.5,
        slope_cohesion=2.0,
    )


def state_of(pick: int) -> np.ndarray:
    """Draw a state."""
    gen = np.random.default_rng(pick + 1)
    state = np.zeros(STATE)
    state[GAIN], state[RATIO] = gen.uniform(0, 8000), gen.normal(0, 0.3)
    state[COHESION : COHESION + 2] = gen.uniform(0.2, 0.9, 2)
    state[ECONOMY : ECONOMY + 2] = gen.normal(0, 0.1, 2)
    state[AID : AID + 2] = 1.0
    return state


def mirrored(law: WarLaw) -> WarLaw:
    """Return the law with the names of the two sides exchanged."""
    swapped = {
        name: getattr(law, name)[::-1].copy()
        for name in ("aid", "economy_noise", "rest", "shock_rate", "shock")
    }
    favours = np.where(law.favours < 0, -1, 1 - law.favours)
    return law._replace(drift=-law.drift, favours=favours, **swapped)


def value_of_fighting(
    status_quo: float, cost: float, ends: np.ndarray, hazards: np.ndarray, delta: float
) -> float:
    r"""Return the value of fighting on when the war state is constant (2.2, closed form).

    .. math:: W = \frac{(1-\delta)(u^{SQ} - c) + \delta \sum_e h_e u_e}{1-\delta(1-\sum_e h_e)}

    Parameters
    ----------
    status_quo : float
        Utility of the no-deal status quo, util.
    cost : float
        Flow cost of fighting, share of the whole stake.
    ends, hazards : (N,) float64
        Utility (util) and believed monthly hazard of every way the war can end without a deal.
    delta : float
        Monthly discount factor in (0, 1).
    """
    total = 0.0
    flow = (1.0 - delta) * (status_quo - cost)
    for n in range(len(ends)):
        flow += delta * hazards[n] * ends[n]
        total += hazards[n]
    return flow / (1.0 - delta * (1.0 - total))
