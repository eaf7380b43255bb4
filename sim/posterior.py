"""Draws of what the record teaches, kept beside a case: labelled arrays with a manifest.

``<case>.npz`` holds one array of standard normals per block of :func:`sim.latent.layout`, (D, n)
float32; ``<case>.json`` says which evidence they were drawn from, by what, how well the chains
agreed, and the checksum of the first. A world takes everything learned from one draw together and
draws the rest, on which the record is silent, from the prior at its own address.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.case import Case, default_root
from sim.ensemble import Ensemble, posterior_ensemble, prior_ensemble
from sim.errors import BadInput, Fault
from sim.evidence import red_line_probability
from sim.latent import Frame, frame_of, layout, meaning
from sim.learned import Learned
from sim.observed import observe
from sim.settings import Settings
from sim.worth import Floats


def evidence_sha256(case: Case) -> str:
    """Return a hash of all that the kept draws rest on: rows, red-line chances, laws of the prior.

    The month of a row is left out: only a level that drifts reads it, and no kept draw does.
    """
    total = hashlib.sha256()
    seen, params, priors = observe(case), case.priors.params, case.priors
    for name in (n for n in seen.__dataclass_fields__ if n != "month"):
        total.update(name.encode() + np.ascontiguousarray(getattr(seen, name)).tobytes())
    for array in (priors.salience, priors.direction, priors.monotone, case.agenda.n_options):
        total.update(np.ascontiguousarray(array).tobytes())
    total.update(red_line_probability(case).tobytes())
    for name in sorted(params):
        if name.startswith("response."):
            p = params[name]
            total.update(f"{name} {p.value} {p.sd} {p.low} {p.high} {p.law}".encode())
    return total.hexdigest()


def drawn_place(folder: Path, case: Case) -> Path:
    """Return where the draws of a case are kept."""
    return folder / f"{case.name}.npz"


def write_posterior(folder: Path, case: Case, frame: Frame, z: Floats, notes: Any) -> Path:
    """Write draws of the normals (D, n) with their manifest; return the file of the draws."""
    arrays: dict[str, Any] = {"frame_level": frame.level, "frame_level_sd": frame.level_sd}
    start = 0
    for name, mask in layout(frame).items():
        n = int(mask.sum())
        arrays[name] = z[:, start : start + n].astype(np.float32)
        start += n
    folder.mkdir(parents=True, exist_ok=True)
    place = drawn_place(folder, case)
    with place.open("wb") as file:
        np.savez_compressed(file, **arrays)
    manifest = {
        "case": case.name,
        "evidence_sha256": evidence_sha256(case),
        "draws": len(z),
        "sha256": hashlib.sha256(place.read_bytes()).hexdigest(),
        **notes,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    place.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return place


def manifest_of(folder: Path, case: Case) -> dict[str, Any] | None:
    """Return the manifest of the draws of a case, None if there are none from its evidence."""
    place = drawn_place(folder, case).with_suffix(".json")
    if not place.is_file():
        return None
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found if found["evidence_sha256"] == evidence_sha256(case) else None


def read_normals(folder: Path, case: Case) -> tuple[Floats, Frame]:
    """Return the normals (D, n) of a case and the fixed part they were drawn with.

    Raises
    ------
    BadInput
        If the file is not the one its manifest describes.
    """
    place, manifest = drawn_place(folder, case), manifest_of(folder, case)
    if manifest is None:
        raise BadInput(Fault("ensemble.kind", "posterior", "prior (no draws from this evidence)"))
    found = hashlib.sha256(place.read_bytes()).hexdigest()
    if found != manifest["sha256"]:
        raise BadInput(Fault(place.name, f"sha256 {found[:12]}", f"{manifest['sha256'][:12]}"))
    with np.load(place) as arrays:
        frame = frame_of(case, level=(arrays["frame_level"], arrays["frame_level_sd"]))
        z = np.concatenate([arrays[name] for name in layout(frame)], axis=1)
    return z.astype(np.float64), frame


@cache
def learned_from(folder: Path, case: Case) -> Learned:
    """Return what the kept draws of a case stand for, once per process."""
    stakes = bool((manifest_of(folder, case) or {}).get("stakes", True))
    return learned_of(*read_normals(folder, case), stakes)


def learned_of(z: Floats, frame: Frame, stakes: bool = True) -> Learned:
    """Return what draws of the normals (D, n) stand for, as worlds take it.

    Without ``stakes`` they were fitted with xi = 0 (4.1), and worlds answer so.
    """
    draws = [meaning(row, frame, np) for row in z]
    response = [[d.beta, d.xi if stakes else 0.0, frame.lapse, *d.posture[:3]] for d in draws]
    return Learned(
        np.array([d.weight for d in draws], dtype=np.float64),
        np.array([d.value for d in draws], dtype=np.float64),
        np.array([d.threshold for d in draws], dtype=np.float64),
        np.array(response, dtype=np.float64),
    )


HOME = default_root().parent / "ensemble"
"""Where the draws of the installed cases are kept."""


def is_calibrated(case: Case) -> bool:
    """Say whether there are draws made from the evidence of this case."""
    return manifest_of(HOME, case) is not None


def ensemble_of(case: Case, settings: Settings, seed: int) -> Ensemble:
    """Return the ensemble the settings ask for.

    Raises
    ------
    BadInput
        If a posterior is asked for of a case that has no draws.
    """
    if settings.ensemble == "prior":
        return prior_ensemble(case, settings, seed)
    return posterior_ensemble(case, settings, seed, learned_from(HOME, case))
