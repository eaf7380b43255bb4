"""Our side of the bench: whole worlds of 104 weeks, drawn and negotiated, on one core.

`ours` is the one place that knows how worlds are played; a new engine is one more line there.
"""

import numpy as np

from agents.batch import play_worlds
from agents.seating import SIGN
from experiments.bench.measure import Measure, timed
from sim.ensemble import Ensemble
from sim.negotiation import Negotiation, prior_beliefs, round_rules
from sim.record import AGREED as AGREED_NAME
from sim.round import AGREED, Rules

NEVER = SIGN.index("agents.always_no:sign")


def ours(ensemble: Ensemble, worlds: int, watched: int) -> list[Measure]:
    """Measure the engines: ``worlds`` compiled, ``watched`` driven by Mesa."""
    rules = round_rules(ensemble, prior_beliefs(ensemble))
    signing = np.zeros((2, len(ensemble.case.parties)), dtype=np.int64)
    refusing = signing.copy()
    refusing[1, list(ensemble.case.belligerents)] = NEVER
    play(ensemble, rules, signing, 1)  # compiles, which is not counted
    watch(ensemble, rules, 1)
    return [
        timed(lambda: play(ensemble, rules, signing, worlds), "compiled", "as configured"),
        timed(
            lambda: play(ensemble, rules, refusing, worlds),
            "compiled_104_weeks",
            "both sides answer and never sign: no world ends early by agreement",
        ),
        timed(lambda: watch(ensemble, rules, watched), "mesa", "watched, every contact kept"),
    ]


def play(
    ensemble: Ensemble, rules: Rules, manners: np.ndarray, worlds: int
) -> tuple[int, int, int]:
    """Play worlds in the compiled batch; return worlds, contacts held and agreements."""
    issues = ensemble.case.agenda.n_issues
    ends = np.zeros((worlds, 2), dtype=np.int64)
    texts, reports = (np.zeros((worlds, issues), dtype=np.int64) for _ in range(2))
    play_worlds(ensemble.prior, rules, manners, 0, -1, ends, texts, reports)
    held = np.searchsorted(rules.schedule.day, ends[:, 1], side="right")
    return worlds, int(held.sum()), int((ends[:, 0] == AGREED).sum())


def watch(ensemble: Ensemble, rules: Rules, worlds: int) -> tuple[int, int, int]:
    """Play worlds in the Mesa engine."""
    records = [Negotiation(ensemble, i, rules).run() for i in range(worlds)]
    agreed = sum(record.end == AGREED_NAME for record in records)
    return worlds, sum(len(record.turns) for record in records), agreed
