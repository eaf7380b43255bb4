"""Golden transcripts: one world of each case, told line by line and replayed exactly.

``make golden`` rewrites them and shows the difference; the commit says why it changed.
"""

from pathlib import Path

import pytest

from experiments.story import tell
from experiments.worker import simulate_chunk
from sim.case import load_case
from sim.settings import Calendar, Settings

HERE = Path(__file__).parent
TALES = {"camp_david": (1978, 0), "ukraine_2025": (2025, 0)}
"""Case: seed and world. The first world of the year the talks took place in, whatever it tells."""


def transcript(name: str) -> str:
    """Return the story of a case's golden world over its first weeks."""
    seed, world = TALES[name]
    case = load_case(name)
    settings = Settings(calendar=Calendar(horizon_weeks=8))
    worlds, rounds = simulate_chunk(case, settings, seed, world, world + 1, trace=True)
    row = {name: column[0] for name, column in worlds.items()}
    turns = [dict(zip(rounds, turn, strict=True)) for turn in zip(*rounds.values(), strict=True)]
    return "\n".join(tell(row, turns, case.parties)) + "\n"


@pytest.mark.parametrize("name", TALES)
def test_the_golden_world_is_told_the_same_way(name, request):
    path, told = HERE / f"{name}.txt", transcript(name)
    if request.config.getoption("--golden"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
    assert len(told.splitlines()) <= 60


@pytest.mark.parametrize("name", TALES)
def test_a_fresh_reader_finds_who_refused_what_at_which_contact(name):
    told = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    case = load_case(name)
    meetings = [line for line in told.splitlines() if line[:4].isdigit()]
    assert meetings
    assert "unacceptable" in told
    assert "put up for signature" in told
    assert told.splitlines()[-2].startswith("END, week ")
    assert any(party in told for party in case.parties)
