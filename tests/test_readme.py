"""The README's promises: its example negotiator runs, and what it names exists."""

import re
from pathlib import Path

from experiments.negotiators import seat_of
from sim.case import load_case
from sim.ensemble import prior_ensemble
from sim.negotiation import Negotiation, prepared
from sim.respond import ACCEPT, OPEN, UNACCEPTABLE
from sim.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """Return the README's one code block of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)[0]


def test_the_example_negotiator_is_seated_by_one_function_and_one_yaml(tmp_path, monkeypatch):
    source, seat_file = block("python"), block("yaml")
    assert len((source + seat_file).splitlines()) < 30
    (tmp_path / "my_manners.py").write_text(source, encoding="utf-8")
    folder = tmp_path / "conf" / "negotiator"
    folder.mkdir(parents=True)
    (folder / "half.yaml").write_text(seat_file, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    case = load_case("camp_david")
    party = case.parties[case.belligerents[0]]
    ensemble = prior_ensemble(case, Settings(seats={party: seat_of("half")}), 1978)
    talks = Negotiation(ensemble, 0, prepared(ensemble, 2))
    record = talks.run()
    p = case.belligerents[0]
    answered = [turn for turn in record.turns if p in turn.statuses]
    assert answered
    for turn in answered:
        for j, k in enumerate(turn.tabled):
            wanted = ACCEPT if talks.world.value[p, j, k] >= 0.5 else UNACCEPTABLE
            wanted = OPEN if k < 0 else wanted
            assert turn.statuses[p][j] == wanted


def test_every_file_the_readme_links_to_exists():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]
