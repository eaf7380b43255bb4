"""What the polls taught of a public: sampled with its extra, kept beside the case, told.

``<case>_public.npz`` holds the normals of every polled party, (S, D) float32, with the hash of the
answers and priors they were drawn from; ``<case>_public.json`` says how well the chains agreed.
Reading them needs no sampler: ``opinion_of(case, "ukraine")`` and then
:func:`~experiments.calibration.opinion.acceptance` of any text.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from arviz_stats.base import array_stats

from experiments.calibration import fit
from experiments.calibration.fit import Chain
from experiments.calibration.opinion import (
    SCALARS,
    Publics,
    acceptance,
    accepted_between,
    completed,
    expected_attack,
    log_likelihood,
    passes,
    publics_of,
    size,
)
from experiments.findings import SHARE, Finding, Findings, finding, not_built
from experiments.ranges import Range
from sim.case import Case
from sim.documents import DocumentText, least_known, text_of
from sim.errors import BadInput, Fault
from sim.evidence import ideal_positions
from sim.posterior import HOME
from sim.priors import Poll
from sim.worth import Floats

KEPT = 400
"""Draws kept of every public."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the polls teach of one public: who was asked what, and equally weighted draws."""

    party: str
    polls: tuple[Poll, ...]
    publics: Publics


def asked(case: Case, party: str) -> tuple[Poll, ...]:
    """Return the polls of one party's public."""
    return tuple(poll for poll in case.priors.polls if poll.party == party)


def sample(case: Case, party: str, seed: int, chain: int, warmup: int, draws: int) -> Chain:
    """Sample one chain of a public by the No-U-Turn sampler."""
    fit.need_sampler()
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    polls = asked(case, party)

    def potential(z: Any) -> Any:
        told = log_likelihood(publics_of(case, party, z[None, :], jnp), case, polls, jnp)
        return 0.5 * (z**2).sum() - told[0]

    return fit.walk(potential, size(case), seed, chain, warmup, draws)


def answers_sha256(case: Case) -> str:
    """Return a hash of all that the public of a case is learned from."""
    total, priors = hashlib.sha256(), case.priors
    for poll in priors.polls:
        said = (poll.party, poll.accept, poll.reject, poll.expect_reattack, poll.n)
        total.update(repr((said, poll.text.tolist())).encode())
    tables = (priors.salience, priors.direction, priors.monotone, priors.enforcement,
              priors.power_shift, ideal_positions(case), case.agenda.n_options)  # fmt: skip
    for array in tables:
        total.update(np.ascontiguousarray(array).tobytes())
    heads = ("public.", "response.sd_", "delta", "rho0", "kE.")
    laws = [p for name, p in sorted(priors.params.items()) if name.startswith(heads)]
    for p in (*laws, *priors.omega):
        total.update(f"{p.name} {p.value} {p.sd} {p.low} {p.high} {p.law}".encode())
    return total.hexdigest()


def place_of(folder: Path, case: Case) -> Path:
    """Return where the draws of the publics of a case are kept."""
    return folder / f"{case.name}_public.npz"


def write(folder: Path, case: Case, chains: Mapping[str, Floats], notes: Any) -> Path:
    """Write draws of every polled public, ``chains`` = {party: (C, S, D)}, with their manifest."""
    place = place_of(folder, case)
    kept: dict[str, Any] = {party: _thinned(z).astype(np.float32) for party, z in chains.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        np.savez_compressed(file, **kept)
    manifest = {
        "case": case.name,
        "answers_sha256": answers_sha256(case),
        "sha256": hashlib.sha256(place.read_bytes()).hexdigest(),
        **notes,
    }
    place.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return place


def _thinned(z: Floats) -> Floats:
    """Return evenly spaced draws of all chains (C, S, D), (`KEPT`, D)."""
    each = np.linspace(0, z.shape[1] - 1, min(KEPT // len(z), z.shape[1])).astype(int)
    return z[:, each].reshape(-1, z.shape[-1])


@cache
def opinion_of(case: Case, party: str, folder: Path = HOME) -> Opinion | None:
    """Return what the polls taught of a party's public; None if no draws of these polls are kept.

    Raises
    ------
    BadInput
        If the file is not the one its manifest describes.
    """
    place = place_of(folder, case)
    if not place.with_suffix(".json").is_file():
        return None
    manifest = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    if manifest["answers_sha256"] != answers_sha256(case):
        return None
    found = hashlib.sha256(place.read_bytes()).hexdigest()
    if found != manifest["sha256"]:
        raise BadInput(Fault(place.name, f"sha256 {found[:12]}", manifest["sha256"][:12]))
    with np.load(place) as arrays:
        if party not in arrays:
            return None
        z = arrays[party].astype(np.float64)
    return Opinion(party, asked(case, party), publics_of(case, party, z))


def followed(case: Case, party: str, z: Floats) -> Floats:
    """Return what chains (C, S, D) have to agree on, (M, C, S): the numbers and polled shares."""
    publics = publics_of(case, party, z.reshape(-1, z.shape[-1]))
    told = [getattr(publics, name) for name in SCALARS]
    told += [acceptance(publics, case, poll.text) for poll in asked(case, party)]
    return np.array(told).reshape(-1, *z.shape[:2])


def findings(case: Case, chains: Mapping[str, Floats]) -> Findings:
    """Say how well chains (C, S, D) of every public agree and meet its polls, and what it says.

    One finding per polled plan (quiet) and per document; a document that settles too few points
    for one number is told as an interval.
    """
    found: Findings = {}
    for party, z in chains.items():
        opinion = Opinion(party, asked(case, party), publics_of(case, party, _thinned(z)))
        worst = max(float(array_stats.rhat(path)) for path in followed(case, party, z))
        found[f"public_{party}_r_hat"] = finding(
            Range(worst, None, None, n=z.shape[0] * z.shape[1]), "1",
            f"The public, {party}: largest R-hat of its numbers and of every polled share "
            f"{worst:.3f}.",
        )  # fmt: skip
        found |= {f"poll_{party}_{n}": _met(case, opinion, n) for n in range(len(opinion.polls))}
        for document in case.document_ids:
            text = text_of(case, document)
            if text.known > 1 and document not in case.background_documents:
                tell = _told if text.known >= least_known(case) else _told_between
                found[f"public_{party}_{document}"] = tell(case, opinion, text)
    return found


def _met(case: Case, opinion: Opinion, n: int) -> Finding:
    """Return one poll beside what the fitted public says of that plan: a check, not a forecast."""
    poll = opinion.polls[n]
    share = acceptance(opinion.publics, case, poll.text)
    low, mid, high = np.quantile(share, [0.05, 0.5, 0.95])
    decided = poll.accept / (poll.accept + poll.reject)
    fear = expected_attack(opinion.publics, case, poll.text)
    said = (
        f"{poll.field}, {poll.plan.partition(':')[0]}: {100 * decided:.0f} % of those decided "
        f"accept; the fitted public {100 * mid:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
    )
    if poll.expect_reattack is not None:
        said += (
            f"; {100 * poll.expect_reattack:.0f} % expect a new attack, fitted "
            f"{100 * np.median(fear):.0f} %"
        )
    return finding(Range(float(mid), float(low), float(high), n=poll.n), SHARE, f"{said}.") | {
        "quiet": True
    }


def _told(case: Case, opinion: Opinion, document: DocumentText) -> Finding:
    """Return the share that would accept a document, its open points filled by equal chances."""
    text, name = document.text, document.document_id
    whole = completed(case, text) if (text < 0).any() else text
    share = acceptance(opinion.publics, case, whole)
    low, high = np.quantile(share, [0.05, 0.95])
    yes = float(passes(opinion.publics, case, whole).mean())
    left = int((text < 0).sum())
    filled = f", {left} points unknown or left open filled by equal chances" if left else ""
    return finding(
        Range(float(share.mean()), float(low), float(high), n=len(opinion.publics)), SHARE,
        f"The public, {opinion.party}, on {name}{filled}: {100 * share.mean():.0f} % of those "
        f"decided would accept (90 %: {100 * low:.0f} to {100 * high:.0f}); a referendum passes "
        f"with chance {100 * yes:.0f} %. Learned from {len(opinion.polls)} polled plans, "
        "conditional on the model.",
    )  # fmt: skip


def _told_between(case: Case, opinion: Opinion, document: DocumentText) -> Finding:
    """Return between which shares a document with few known points would be accepted (0b c)."""
    least, most = accepted_between(opinion.publics, case, document.text)
    low, high = float(np.quantile(least, 0.05)), float(np.quantile(most, 0.95))
    left = int((document.text < 0).sum())
    said = (
        f"The public, {opinion.party}, on {document.document_id}: with {left} points unknown or "
        f"left open no one share and no chance of a referendum; {100 * low:.0f} to "
        f"{100 * high:.0f} % of those decided would accept, by how the points are filled "
        f"(90 % of draws). Learned from {len(opinion.polls)} polled plans, conditional on the "
        "model."
    )
    span = {"low": low, "high": high, "unit": SHARE, "n": len(opinion.publics)}
    return not_built(said) | span
