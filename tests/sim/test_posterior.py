"""Draws kept beside a case, and worlds that take them whole."""

import json

import numpy as np
import pytest

from sim.case import load_case
from sim.ensemble import posterior_ensemble, prior_ensemble
from sim.errors import BadInput
from sim.latent import frame_of, layout, meaning, size
from sim.learned import BELIEFS, draw_of
from sim.posterior import (
    HOME,
    evidence_sha256,
    is_calibrated,
    learned_of,
    manifest_of,
    read_normals,
    write_posterior,
)
from sim.settings import Settings


@pytest.fixture(scope="module")
def case():
    return load_case("camp_david")


@pytest.fixture(scope="module")
def frame(case):
    parties = len(case.parties)
    return frame_of(case, level=(np.full(parties, 0.4), np.full(parties, 0.1)))


@pytest.fixture(scope="module")
def normals(frame):
    return np.random.default_rng(3).normal(size=(6, size(frame))).astype(np.float32).astype(float)


def test_what_is_written_is_read_again(case, frame, normals, tmp_path):
    write_posterior(tmp_path, case, frame, normals, {"rule": "m2"})
    z, found = read_normals(tmp_path, case)
    np.testing.assert_array_equal(z, normals)
    np.testing.assert_array_equal(found.level, frame.level)
    notes = manifest_of(tmp_path, case)
    assert notes is not None
    assert notes["evidence_sha256"] == evidence_sha256(case)
    assert notes["draws"] == 6


def test_a_damaged_file_is_refused(case, frame, normals, tmp_path):
    place = write_posterior(tmp_path, case, frame, normals, {})
    place.write_bytes(place.read_bytes()[:-1])
    with pytest.raises(BadInput, match="sha256"):
        read_normals(tmp_path, case)


def test_draws_of_other_evidence_are_no_draws(case, frame, normals, tmp_path):
    place = write_posterior(tmp_path, case, frame, normals, {})
    notes = place.with_suffix(".json")
    changed = json.loads(notes.read_text()) | {"evidence_sha256": "0" * 64}
    notes.write_text(json.dumps(changed))
    assert manifest_of(tmp_path, case) is None


def test_a_world_takes_one_draw_whole_and_the_rest_from_its_own_address(case, frame, normals):
    learned = learned_of(normals, frame)
    worlds = posterior_ensemble(case, Settings(), 9, learned)
    prior = prior_ensemble(case, Settings(), 9)
    for i in (0, 1, 5):
        world, d = worlds.world(i), draw_of(i, 6)
        meant = meaning(normals[d], frame, np)
        np.testing.assert_array_equal(world.weight, meant.weight)
        np.testing.assert_array_equal(world.value, meant.value)
        np.testing.assert_array_equal(world.threshold, meant.threshold)
        assert world.beta == meant.beta
        assert world.delta == prior.world(i).delta
        np.testing.assert_array_equal(world.hazard, prior.world(i).hazard)


def test_nobody_believes_in_the_true_draw():
    """Beliefs take the odd draws, worlds the even ones."""
    taken = {draw_of(i, 800) for i in range(2000)}
    believed = {draw_of(BELIEFS + i, 800) for i in range(200)}
    assert taken.isdisjoint(believed)
    assert len(taken) == 400
    assert len(believed) == 200


def test_fitted_without_stakes_worlds_answer_without_them(case, frame, normals):
    worlds = posterior_ensemble(case, Settings(), 9, learned_of(normals, frame, stakes=False))
    assert worlds.world(2).xi == 0.0


def test_only_used_cells_are_learned(frame):
    cells = layout(frame)
    assert not cells["shape"][:, 0].any()
    assert not cells["ideal"][(frame.direction != 0)[:, None] & frame.monotone].any()


def test_the_main_case_has_a_posterior_of_its_own_evidence():
    main = load_case("ukraine_2025")
    assert is_calibrated(main)
    notes = manifest_of(HOME, main)
    assert notes is not None
    assert notes["draws"] >= 400
    z, frame = read_normals(HOME, main)
    assert z.shape == (notes["draws"], size(frame))
