"""Draw what is learned from its posterior: No-U-Turn sampling by NumPyro, a chain at a time.

The density is :mod:`sim.likelihood` over the standard normals of :mod:`sim.latent`. NumPyro comes
with the extra ``calibrate``; nothing else of Tango needs it. A chain depends on its number and the
seed only, so chains may run anywhere. Same machine and lock: same bytes.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from experiments.extras import NotInstalled
from sim.case import Case
from sim.errors import Fault
from sim.evidence import red_line_probability
from sim.latent import Frame, Latent, frame_of, meaning, size
from sim.likelihood import WIDE, Rule, Terms, log_likelihood, row_weights, terms
from sim.observed import Observations, evidence_until, observe, reading
from sim.worth import Floats

DEPTH = 8
"""Most doublings of a trajectory: 255 steps."""


@dataclass(frozen=True)
class Reading:
    """Which rows are read and how: the variants of a calibration.

    ``until`` is the first day not read (the day after the cut-off if None).
    """

    rule: Rule = field(default_factory=Rule)
    salience: str = "analyst"
    strict: bool = False
    leaders: bool = True
    until: date | None = None


@dataclass(frozen=True, eq=False)
class Problem:
    """A posterior ready to be sampled or scored: rows, their weights, what is fixed."""

    seen: Observations
    weights: Terms
    red: Floats
    frame: Frame
    rule: Rule


@dataclass(frozen=True)
class Chain:
    """Draws of one chain: normals (S, D), steps taken and whether each diverged, (S,)."""

    z: Floats
    steps: Floats
    diverged: Floats


@cache
def frame(case: Case, salience: str) -> Frame:
    """Return the fixed part of a calibration, once per process."""
    return frame_of(case, salience)


def problem_of(case: Case, how: Reading) -> Problem:
    """Return the posterior that one reading of the record leads to."""
    until = how.until or case.cutoff + timedelta(days=1)
    known = reading(evidence_until(case, until), how.strict, how.leaders)
    seen = observe(known, until, how.rule.fade)
    fixed = frame(case, how.salience)
    if how.rule.spatial:
        fixed = replace(fixed, direction=np.zeros_like(fixed.direction))
    fixed = replace(fixed, drift=how.rule.drift)
    if how.rule.free_level:
        fixed = replace(fixed, level_sd=np.full_like(fixed.level_sd, WIDE))
    return Problem(seen, row_weights(seen, how.rule), red_line_probability(known), fixed, how.rule)


def need_sampler() -> None:
    """Raise `NotInstalled` if the extra is not installed."""
    try:
        import numpyro  # noqa: F401
    except ImportError:
        fault = Fault(
            "experiment", "calibrate without its sampler",
            "an environment with requirements-calibrate.lock (see README)",
        )  # fmt: skip
        raise NotInstalled(fault) from None


def density(problem: Problem) -> Any:
    """Return the negative log posterior density of the normals given (weights, mentions, red)."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def potential(z: Any, weights: Any, mentions: Any, red: Any) -> Any:
        draw = meaning(z, problem.frame, jnp)
        seen = replace(problem.seen, mentions=mentions)
        rows = terms(draw, seen, red, problem.frame, problem.rule, jnp)
        return 0.5 * (z**2).sum() - log_likelihood(rows, weights)

    return potential


def evidence(problem: Problem) -> tuple[Any, Any, Any]:
    """Return the part of the record that `density` takes as an argument, for JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    arrays = (problem.weights, problem.seen.mentions, problem.red)
    moved: tuple[Any, Any, Any] = jax.tree.map(jnp.asarray, arrays)
    return moved


def sample(problem: Problem, seed: int, chain: int, warmup: int, draws: int) -> Chain:
    """Sample one chain."""
    need_sampler()
    given, whole = evidence(problem), density(problem)  # doubles before the first array is made
    return walk(lambda z: whole(z, *given), size(problem.frame), seed, chain, warmup, draws)


def walk(potential: Any, size: int, seed: int, chain: int, warmup: int, draws: int) -> Chain:
    """Walk one chain over ``size`` normals by the No-U-Turn sampler; ``potential`` is JAX's."""
    import jax
    from numpyro.infer import MCMC, NUTS

    key = jax.random.fold_in(jax.random.PRNGKey(seed), chain)
    start = 0.1 * jax.random.normal(jax.random.fold_in(key, 1), (size,))
    kernel = NUTS(potential_fn=potential, target_accept_prob=0.85, max_tree_depth=DEPTH)
    mcmc = MCMC(kernel, num_warmup=warmup, num_samples=draws, progress_bar=False)
    mcmc.run(key, init_params=start, extra_fields=("num_steps", "diverging"))
    told = mcmc.get_extra_fields()
    return Chain(
        np.array(mcmc.get_samples(), dtype=np.float64),
        np.array(told["num_steps"], dtype=float),
        np.array(told["diverging"], dtype=float),
    )


class Laplace:
    """A normal around the peak of a posterior; compiled once for any weights of its rows.

    The curvature of the prior is 1 in every direction; where a kink of a value (1.1) makes the
    likelihood look convex, the curvature is held at `LEAST`.
    """

    LEAST = 0.5

    def __init__(self, problem: Problem) -> None:
        need_sampler()
        import jax

        evidence(problem)  # doubles before anything is compiled
        whole = density(problem)
        self._value = jax.jit(jax.value_and_grad(whole))
        self._curve = jax.jit(jax.hessian(whole))
        self._size = size(problem.frame)

    def peak(self, given: tuple[Any, Any, Any], start: Floats | None = None) -> Floats:
        """Return the normals of highest posterior density, (D,), by SciPy's L-BFGS."""
        from scipy.optimize import minimize

        def both(z: Floats) -> tuple[float, Floats]:
            v, g = self._value(z, *given)
            return float(v), np.array(g, dtype=float)

        first = np.zeros(self._size) if start is None else start
        steps = {"maxiter": 500}
        return np.array(minimize(both, first, jac=True, method="L-BFGS-B", options=steps).x)

    def draws(self, given: tuple[Any, Any, Any], count: int, seed: int) -> Floats:
        """Return draws (count, D) of the normal around the peak."""
        top = self.peak(given)
        spread, axes = np.linalg.eigh(np.array(self._curve(top, *given)))
        scale = 1.0 / np.sqrt(np.maximum(spread, self.LEAST))
        luck = np.random.default_rng(seed).normal(size=(count, self._size))
        return np.asarray(top + (luck * scale) @ axes.T)


def draws_of(z: Floats, frame: Frame) -> list[Latent]:
    """Return what each row of normals (S, D) stands for."""
    return [meaning(row, frame, np) for row in z]
