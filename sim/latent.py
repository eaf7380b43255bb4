r"""What is learned from the record, as independent standard normals and what they stand for.

Every learned number is a transform of its own N(0, 1), so that the prior of all of them is one
simple density and the sampler meets no boundary. The transforms are the prior rules of
:mod:`sim.draw` over whole arrays (a test holds one against the other), with two differences that
the record allows: the ideal of a party scatters around the party's own centre (drawn, not taken
from the same rows that are then scored), and the thresholds around a level that is drawn as well,

.. math:: \theta_{Pj} = a_P + 0.1\,z, \qquad a_P \sim N(\bar W_P,\; sd(W_P))   \qquad (5.2)

with the mean and spread the value of fighting has over the prior worlds. ``xp`` is ``numpy`` or
``jax.numpy``.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from sim.case import Case
from sim.draw import INDIFFERENT
from sim.ensemble import log_weight_sd, prior_ensemble
from sim.evidence import positions
from sim.respond import logistic
from sim.settings import Settings
from sim.traced import traced
from sim.worth import Bools, Floats, Ints

SALIENCE = ("analyst", "observers", "mentions", "equal")
"""Where weights are centred before the record is read: the analyst's numbers, observers' ranks
(rank sums; an issue nobody ranked stands at the mean of the ranks left), or nothing; the number of
mentions is evidence for ``analyst`` and ``mentions`` only."""
CENTRE_SD, SCATTER, SCATTER_SD = 2.0, 1.0, 0.5
"""Logit: a party's centre ~ N(0, 2); issues scatter by LogN(log 1, 0.5) around it (ours, wide: a
party may stand at the end of an axis)."""
ZETA, ZETA_SD, ZETA_MORE = 3.0, 0.5, 1.5
"""Sharpness of demands: joint texts LogN(log 3, .5); what is spoken HN(1.5) sharper (ours)."""
MENTION, MENTION_SD, ATTENTION_SD, CLUMPING, CLUMPING_SD = 0.7, 0.3, 0.5, 60.0, 1.0
"""Mentions follow weight to the power N(.7, .3); media attention N(0, .5); Dirichlet-multinomial
concentration LogN(log 60, 1), the last ours."""
DRIFT, MONTHS = 0.05, 24
"""A level that drifts: sd per sqrt(month), value units (5.1); months told apart, the cut-off's is
0, all older ones the last."""
VERDICT, VERDICT_SD, HOLDOUT = 0.1, 0.5, 0.08
"""Verdict noise LogN(log .1, .5) util (ours, wide: 28 rows); hold-out HN(.08) util (5.1 d)."""


@dataclass(frozen=True)
class Frame:
    """What does not change while a case is calibrated; shapes as in :class:`sim.world.World`."""

    log_salience: Floats
    weight_sd: float
    n_options: Ints
    direction: Ints
    monotone: Bools
    position: Floats
    fights: Bools
    level: Floats
    level_sd: Floats
    sds: Floats
    beta: Floats
    xi: Floats
    lapse: float
    posture: Floats
    counts_mentions: bool
    drift: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of parties, issues and options, the last of the largest issue."""
        return (*self.log_salience.shape, self.position.shape[1])


class Latent(NamedTuple):
    """What one draw of the normals stands for.

    ``weight`` (P, J), ``value`` (P, J, K), ``threshold`` (P, J), ``level`` (P,); ``beta``, ``xi``;
    ``posture`` (4,), 0 for joint texts; ``zeta`` (2,) spoken and joint; ``attention`` (J,),
    ``mention``, ``clumping``; ``noise`` and ``cut`` (2,) of verdicts, ``holdout`` (P,) util;
    ``drift`` (P, M), how far the level has moved since the oldest month, value units, 0 unless it
    drifts.
    """

    weight: Any
    value: Any
    threshold: Any
    level: Any
    beta: Any
    xi: Any
    posture: Any
    zeta: Any
    attention: Any
    mention: Any
    clumping: Any
    noise: Any
    cut: Any
    holdout: Any
    drift: Any


def level_of(case: Case, worlds: int = 400) -> tuple[Floats, Floats]:
    """Return mean and sd of the value of fighting on over so many prior worlds, (P,) each."""
    ensemble = prior_ensemble(case, Settings(), seed=0)
    reserve = np.array([ensemble.world(i).reserve for i in range(worlds)])
    return reserve.mean(axis=0), reserve.std(axis=0)


def frame_of(
    case: Case, salience: str = "analyst", level: tuple[Floats, Floats] | None = None
) -> Frame:
    """Return the fixed part of a calibration; ``level`` is `level_of` the case if not given."""
    centre, spread = level or level_of(case)
    params = case.priors.params
    sds = [params[f"response.sd_{n}"].value for n in (
        "increment_logit", "party_increment", "threshold")]  # fmt: skip
    return Frame(
        log_salience=np.log(np.maximum(salience_of(case, salience), 0.5)),
        weight_sd=log_weight_sd(case),
        n_options=np.array(case.agenda.n_options),
        direction=np.array(case.priors.direction, dtype=np.int64),
        monotone=np.array(case.priors.monotone),
        position=positions(case),
        fights=np.array([p in case.belligerents for p in range(len(case.parties))]),
        level=centre,
        level_sd=spread,
        sds=np.array(sds),
        beta=_pair(case, "response.beta"),
        xi=_pair(case, "response.xi"),
        lapse=params["response.lapse"].value,
        posture=np.array([params[f"response.posture.{n}"].value for n in (
            "leader", "spokes", "unnamed")]),
        counts_mentions=salience in ("analyst", "mentions"),
    )  # fmt: skip


def _pair(case: Case, name: str) -> Floats:
    param = case.priors.params[name]
    return np.array([param.value, param.sd or 0.0])


def salience_of(case: Case, source: str) -> Floats:
    """Return the salience a calibration starts from, (P, J), 0..100; see `SALIENCE`."""
    if source == "analyst":
        return np.array(case.priors.salience, dtype=float)
    parties, issues = len(case.parties), case.agenda.n_issues
    rank = np.full((parties, issues), np.nan)
    if source == "observers":
        for row in case.tables.salience:
            rank[case.party_index(row.party), case.agenda.issue_index(row.issue)] = row.rank
    for p in range(parties):
        left = sorted(set(range(1, issues + 1)) - set(rank[p][~np.isnan(rank[p])].astype(int)))
        rank[p, np.isnan(rank[p])] = float(np.mean(left)) if left else issues / 2
    return 100.0 * (issues + 1 - rank) / issues


def layout(frame: Frame) -> dict[str, Bools]:
    """Return the blocks of normals, in order: which cells of each are learned."""
    (parties, issues, options), every = frame.shape, np.ones
    ordered = (frame.direction != 0)[:, None] & frame.monotone
    k = np.arange(options)
    steps = (k > 0) & (k < frame.n_options[:, None])
    cells = {
        "weight": every((parties, issues)),
        "shape": ordered.any(axis=0)[:, None] & steps,
        "party_shape": ordered[:, :, None] & steps,
        "centre": every(parties),
        "scatter": every(()),
        "ideal": ~ordered,
        "level": every(parties),
        "threshold": every((parties, issues)),
        "beta": every(()),
        "xi": every(()),
        "posture": every(3),
        "zeta": every(2),
        "attention": every(issues),
        "mention": every(()),
        "clumping": every(()),
        "noise": every(()),
        "cut": every(2),
        "holdout": frame.fights,
    }
    if frame.drift:
        cells["drift"] = every((parties, MONTHS))
    return {name: np.array(mask, dtype=np.bool_) for name, mask in cells.items()}


def size(frame: Frame) -> int:
    """Return how many normals there are."""
    return sum(int(mask.sum()) for mask in layout(frame).values())


def split(z: Any, frame: Frame, xp: Any) -> dict[str, Any]:
    """Cut a vector of normals (D,) into its blocks, 0 in cells that are not learned."""
    blocks, start = {}, 0
    for name, mask in layout(frame).items():
        n = int(mask.sum())
        where = np.where(mask, np.cumsum(mask).reshape(mask.shape) - 1, n)
        blocks[name] = xp.concatenate([z[start : start + n], xp.zeros(1)])[where]
        start += n
    return blocks


def meaning(z: Any, frame: Frame, xp: Any) -> Latent:
    """Return what a vector of standard normals (D,) stands for."""
    b = split(z, frame, xp)
    raw = xp.exp(frame.log_salience + frame.weight_sd * b["weight"])
    level = frame.level + frame.level_sd * b["level"]
    posture = xp.concatenate([frame.posture * half(b["posture"], xp), xp.zeros(1)])
    joint = ZETA * xp.exp(ZETA_SD * b["zeta"][1])
    return Latent(
        weight=raw / raw.sum(axis=1, keepdims=True),
        value=values(b, frame, xp),
        threshold=level[:, None] + frame.sds[2] * b["threshold"],
        level=level,
        beta=frame.beta[0] * xp.exp(frame.beta[1] * b["beta"]),
        xi=inside_unit(frame.xi[0], frame.xi[1], b["xi"], xp),
        posture=posture,
        zeta=xp.stack([joint + ZETA_MORE * half(b["zeta"][0], xp), joint]),
        attention=ATTENTION_SD * b["attention"],
        mention=MENTION + MENTION_SD * b["mention"],
        clumping=CLUMPING * xp.exp(CLUMPING_SD * b["clumping"]),
        noise=VERDICT * xp.exp(VERDICT_SD * b["noise"]),
        cut=half(b["cut"], xp),
        holdout=HOLDOUT * half(b["holdout"], xp) * frame.fights,
        drift=_drifted(b["drift"], xp) if frame.drift else np.zeros((len(level), MONTHS)),
    )


def _drifted(steps: Any, xp: Any) -> Any:
    """Return how far a level has moved by every month (P, M), the latest first, from its steps."""
    return DRIFT * xp.cumsum(steps[:, ::-1], axis=1)[:, ::-1]


def values(b: dict[str, Any], frame: Frame, xp: Any) -> Any:
    """Return the option values of every party, (P, J, K); 0 where there is no option (1.1)."""
    exists = np.arange(frame.position.shape[1])[None, :] < frame.n_options[:, None]
    up = rising(frame.sds[0] * b["shape"] + frame.sds[1] * b["party_shape"], exists, xp)
    along = xp.where(frame.direction[:, None, None] > 0, up, 1.0 - up)
    scatter = SCATTER * xp.exp(SCATTER_SD * b["scatter"])
    ideal = traced(logistic, xp)(CENTRE_SD * b["centre"][:, None] + scatter * b["ideal"])
    near = around(ideal, frame.position, exists, xp)
    ordered = (frame.direction != 0)[:, None, None] & frame.monotone[None, :, None]
    return xp.where(exists, xp.where(ordered, along, near), 0.0)


def rising(steps: Any, exists: Bools, xp: Any) -> Any:
    """Return values rising 0 to 1 by softmax increments, (..., J, K); the first is unused (1.1)."""
    counted = exists & (np.arange(exists.shape[1]) > 0)
    grown = xp.cumsum(xp.where(counted, xp.exp(steps), 0.0), axis=-1)
    return grown / grown[..., -1:]


def around(ideal: Any, position: Floats, exists: Bools, xp: Any) -> Any:
    """Return 1 - abs(position - ideal), rescaled to worst 0, best 1, (P, J, K) (1.1)."""
    near = 1.0 - xp.abs(position - ideal[..., None])
    low = xp.where(exists, near, 2.0).min(axis=-1, keepdims=True)
    high = xp.where(exists, near, -2.0).max(axis=-1, keepdims=True)
    return (near - low) / xp.maximum(high - low, INDIFFERENT)


def half(z: Any, xp: Any) -> Any:
    """Return a half-normal as a rising transform of a standard normal (no kink, no mirror)."""
    ndtr, ndtri = _normal(xp)
    return -ndtri(0.5 * ndtr(-z))


def inside_unit(mean: float, sd: float, z: Any, xp: Any) -> Any:
    """Return a normal cut to [0, 1] as a transform of a standard normal."""
    ndtr, ndtri = _normal(xp)
    low, high = ndtr(-mean / sd), ndtr((1.0 - mean) / sd)
    return mean + sd * ndtri(low + ndtr(z) * (high - low))


def _normal(xp: Any) -> tuple[Any, Any]:
    """Return the normal distribution function and its inverse of the array library."""
    special = import_module("scipy.special" if xp is np else "jax.scipy.special")
    return special.ndtr, special.ndtri
