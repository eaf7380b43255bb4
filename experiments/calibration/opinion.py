r"""The public that would have to ratify a text, learned from polls on plans (theory 1.6, 5.1 f).

A body of its own beside the leaders: its weights, values and its bar are drawn from wide priors and
weighted by what was answered, so nothing here touches the posterior of the parties.

.. math:: \mathrm{logit}\,p(x) = b\,\big(A(E)\,[u(x) - R] + (1 - A(E))\,\Delta(x)\big)

.. math:: accept \sim \mathrm{BetaBin}(n,\; p\,\kappa,\; (1-p)\,\kappa), \qquad
          attack \sim \mathrm{BetaBin}(n,\; q\,\kappa,\; (1-q)\,\kappa), \quad
          q = 1 - e^{-T \rho_0 e^{-k_E E}}

The undecided are split pro rata; what a poll calls a new attack is read over T months. Two waves of
one plan differ by more than chance, which :math:`\kappa` allows for. Linkages (1.1) are left out.
All numbers are transforms of standard normals; ``xp`` is ``numpy`` or ``jax.numpy``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
from scipy.special import betainc, polygamma

from sim.case import Case
from sim.documents import extremes
from sim.evidence import ideal_positions, positions
from sim.latent import around, rising
from sim.params import Param
from sim.priors import Poll
from sim.respond import logistic
from sim.traced import traced
from sim.worth import Floats, Ints, break_hazard, peace_factor

SCALARS = ("sharpness", "reserve", "agreement", "delta", "rho0", "k_e", "omega")
SWINGS, COMPLETIONS = 32, 50
"""Campaigns behind the chance of a referendum; fillings of a text with open issues."""
QUORUM = 0.5
"""Share of the valid votes a referendum needs."""


@dataclass(frozen=True, eq=False)
class Publics:
    """Draws of one public, (S, ...).

    ``weight`` (S, J), ``value`` (S, J, K); ``sharpness`` b, ``reserve`` R, ``delta``, ``rho0``,
    ``k_e``, ``omega`` and ``agreement`` kappa, (S,) each.
    """

    weight: Floats
    value: Floats
    sharpness: Floats
    reserve: Floats
    delta: Floats
    rho0: Floats
    k_e: Floats
    omega: Floats
    agreement: Floats

    def __len__(self) -> int:
        return len(self.weight)


def polled(case: Case) -> tuple[str, ...]:
    """Return the parties whose public was asked, in the case's order."""
    asked = {poll.party for poll in case.priors.polls}
    return tuple(p for p in case.parties if p in asked)


def size(case: Case) -> int:
    """Return how many normals a public is made of."""
    return case.agenda.n_issues * (2 + case.agenda.max_options) + len(SCALARS)


def cut(param: Param, z: Any, xp: Any) -> Any:
    """Return an uncertain number as a transform of normals (S,), by its law, cut to its range."""
    low, high, sd = param.low, param.high, param.sd or 0.0
    ndtr = _special(xp).ndtr
    laws: dict[str, Callable[[], Any]] = {
        "fixed": lambda: param.value + 0.0 * z,
        "uniform": lambda: low + ndtr(z) * (high - low),
        "loguniform": lambda: low * xp.exp(ndtr(z) * np.log(high / low)),
        "normal": lambda: param.value + sd * z,
        "lognormal": lambda: param.value * xp.exp(sd * z),
        "halfnormal": lambda: xp.abs(sd * z),
    }
    return xp.clip(laws[param.law](), low, high)


def _special(xp: Any) -> Any:
    return import_module("scipy.special" if xp is np else "jax.scipy.special")


def publics_of(case: Case, party: str, z: Any, xp: Any = np) -> Publics:
    """Return what normals (S, D) stand for: publics nobody has asked yet, if they are luck."""
    params, p, issues = case.priors.params, case.party_index(party), case.agenda.n_issues
    options = case.agenda.max_options
    ends = np.cumsum([issues, issues * options, issues])
    weights, steps, ideals, scalars = xp.split(z, ends, axis=1)
    sd = np.sqrt(polygamma(1, params["public.concentration"].value / issues))
    raw = xp.exp(np.log(np.maximum(case.priors.salience[p], 0.5)) + sd * weights)
    laws = [params[f"public.{name}"] for name in SCALARS[:3]]
    laws += [params["delta"], params["rho0"], params[f"kE.{party}"], case.priors.omega[p]]
    told = {name: cut(law, scalars[:, i], xp)
            for i, (name, law) in enumerate(zip(SCALARS, laws, strict=True))}  # fmt: skip
    return Publics(
        weight=raw / raw.sum(axis=1, keepdims=True),
        value=_values(case, p, steps.reshape(-1, issues, options), ideals, xp),
        **told,
    )


def _values(case: Case, p: int, steps: Any, ideals: Any, xp: Any) -> Any:
    """Return what every option is worth to a public, (S, J, K), as its party's prior has it (1.1).

    ``steps`` (S, J, K) and ``ideals`` (S, J) are normals.
    """
    agenda, params = case.agenda, case.priors.params
    exists = np.arange(agenda.max_options) < np.array(agenda.n_options)[:, None]
    own = [params[f"response.sd_{k}"].value for k in ("increment_logit", "party_increment")]
    up = rising(np.hypot(*own) * steps, exists, xp)
    mean, direction = ideal_positions(case)[p], int(case.priors.direction[p])
    ideal = np.log(mean / (1.0 - mean)) + params["response.sd_ideal_logit"].value * ideals
    near = around(traced(logistic, xp)(ideal), positions(case), exists, xp)
    ordered = (case.priors.monotone & (direction != 0))[:, None]
    value = xp.where(ordered, up if direction > 0 else 1.0 - up, near)
    return xp.where(exists, value, 0.0)


def worth(publics: Publics, text: Ints) -> Any:
    """Return u of complete texts (..., J) to every draw of a public, util, (S, ...)."""
    known = publics.value[:, np.arange(text.shape[-1]), text]
    weight = publics.weight.reshape(len(publics.weight), *(1,) * (text.ndim - 1), -1)
    return (weight * known).sum(axis=-1)


def points(table: Floats | Ints, text: Ints) -> Floats:
    """Return a table's points (J, K) summed over complete texts, (...)."""
    total: Floats = table[np.arange(text.shape[-1]), text].sum(axis=-1)
    return total


def acceptance(publics: Publics, case: Case, text: Ints, xp: Any = np) -> Any:
    """Return the share that would accept complete texts (..., J), by draw of the public, (S, ...).

    See `completed` for a text with issues left open.
    """
    per = _by_draw(publics, text.ndim - 1)
    peace = traced(peace_factor, xp)(per.delta, attack_hazard(publics, case, text, xp))
    shift = per.omega * points(case.priors.power_shift, text)
    gain = peace * (worth(publics, text) - per.reserve) + (1.0 - peace) * shift
    return traced(logistic, xp)(per.sharpness * gain)


def _by_draw(publics: Publics, axes: int) -> Publics:
    """Return a public whose numbers (S,) stand before further axes, as those of many texts."""
    told = {name: getattr(publics, name).reshape(-1, *(1,) * axes) for name in SCALARS}
    return replace(publics, **told)


def attack_hazard(publics: Publics, case: Case, text: Ints, xp: Any = np) -> Any:
    """Return the monthly hazard of renewed war the public believes in, (S, ...) (2.3)."""
    per, level = _by_draw(publics, text.ndim - 1), points(case.priors.enforcement, text)
    return traced(break_hazard, xp)(per.rho0, per.k_e, level)


def expected_attack(publics: Publics, case: Case, text: Ints, xp: Any = np) -> Any:
    """Return the share that expects a new attack within the horizon, (S, ...)."""
    months = case.priors.params["public.horizon"].value
    return -xp.expm1(-months * attack_hazard(publics, case, text, xp))


def completed(case: Case, text: Ints, times: int = COMPLETIONS, seed: int = 0) -> Ints:
    """Return a text (times, J) with its open issues filled by equal chances (0b c)."""
    n = np.array(case.agenda.n_options)
    luck = np.random.default_rng(seed).integers(0, n, (times, len(n)))
    filled: Ints = np.where(text >= 0, text, luck)
    return filled


def accepted_between(publics: Publics, case: Case, text: Ints) -> tuple[Floats, Floats]:
    """Return the least and greatest share that would accept a text with open issues, (S,) each.

    Exact over all completions: at every enforcement level every issue at its worst or best (0b c).
    """
    per, priors = _by_draw(publics, 1), case.priors
    levels = np.arange(int(priors.enforcement.max(axis=1).sum()) + 1)
    hazard = traced(break_hazard, np)(per.rho0, per.k_e, levels)
    peace = traced(peace_factor, np)(per.delta, hazard)
    gain = peace[..., None, None] * (publics.weight[..., None] * publics.value)[:, None]
    gain = gain + ((1.0 - peace) * per.omega)[..., None, None] * priors.power_shift
    low, high = extremes(text, gain, case.agenda.n_options, priors.enforcement)
    least, most = (low - peace * per.reserve).min(axis=1), (high - peace * per.reserve).max(axis=1)
    share = traced(logistic, np)
    return share(publics.sharpness * least), share(publics.sharpness * most)


def log_likelihood(publics: Publics, case: Case, polls: Sequence[Poll], xp: Any = np) -> Any:
    """Return how probable the polls are under every draw, log, (S,), but for a constant."""
    texts = np.array([poll.text for poll in polls])
    decided = np.array([round(poll.n * (poll.accept + poll.reject)) for poll in polls])
    yes = [n * p.accept / (p.accept + p.reject) for n, p in zip(decided, polls, strict=True)]
    told = _answers(np.round(yes), decided, acceptance(publics, case, texts, xp), publics, xp)
    feared = [poll for poll in polls if poll.expect_reattack is not None]
    n = np.array([poll.n for poll in feared])
    attack = np.round([poll.n * (poll.expect_reattack or 0.0) for poll in feared])
    texts = np.array([poll.text for poll in feared], dtype=np.int64).reshape(-1, texts.shape[1])
    fear = _answers(attack, n, expected_attack(publics, case, texts, xp), publics, xp)
    return told.sum(axis=1) + fear.sum(axis=1)


def _answers(yes: Floats, n: Ints, share: Any, publics: Publics, xp: Any) -> Any:
    """Return beta-binomial log chances of ``yes`` (T,) of ``n``, (S, T), but for a constant."""
    sure, betaln = xp.clip(share, 1e-6, 1.0 - 1e-6), _special(xp).betaln
    a, b = sure * publics.agreement[:, None], (1.0 - sure) * publics.agreement[:, None]
    return betaln(yes + a, n - yes + b) - betaln(a, b)


def passes(publics: Publics, case: Case, text: Ints, seed: int = 0) -> Floats:
    """Return the chance that a referendum on complete texts (..., J) passes, (S, ...) (1.6).

    The share on the day is a beta draw around p, moved by a campaign.
    """
    rng, share = np.random.default_rng(seed), acceptance(publics, case, text)
    sure, clear = np.clip(share, 1e-6, 1.0 - 1e-6), _by_draw(publics, text.ndim - 1).agreement
    found = np.zeros_like(share)
    for swing in case.priors.params["public.swing"].value * rng.normal(size=SWINGS):
        least = np.clip(QUORUM - swing, 0.0, 1.0)
        found += betainc((1.0 - sure) * clear, sure * clear, 1.0 - least) / SWINGS  # above least
    return found
