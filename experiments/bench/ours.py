"""Our side of the bench: whole worlds of 104 weeks, drawn and negotiated, on one core.

`ours` is the one place that knows how worlds are played; a new engine is one more line there.
"""

from collections.abc import Callable

import numpy as np

from agents.batch import play_worlds
from agents.seating import REDRAFT, SIGN
from experiments.bench.measure import Measure, timed
from sim.ensemble import Ensemble
from sim.negotiation import Negotiation, prepared
from sim.record import AGREED as AGREED_NAME
from sim.state import AGREED, Rules
from sim.zopa import exists, zopa

Work = tuple[int, int, int]
"""Of what was timed: negotiations, rounds, agreements."""

NEVER = SIGN.index("agents.always_no:sign")
EXPECTED = REDRAFT.index("agents.mediator:redraft")
PARTICLES = REDRAFT.index("agents.mediator:redraft_particles")

ENGINES = (
    ("expected", EXPECTED, True, "mediator=expected", 1),
    ("particles", PARTICLES, True, "mediator=particles", 10),
    ("no_learning", EXPECTED, False, "mediator=expected learning=false", 1),
)
"""Name, number of the redraft, whether it learns, how to ask for it, and the share of the worlds
it is given (one in so many)."""


def ours(ensemble: Ensemble, worlds: int, watched: int) -> list[Measure]:
    """Measure every mediator compiled, Mesa, and the exact solver; ``expected`` comes first.

    Parameters
    ----------
    ensemble : Ensemble
    worlds : int
        Played compiled, and solved; the slow mediator gets a part of them.
    watched : int
        Driven by Mesa.
    """
    rules = prepared(ensemble)
    signing = np.zeros((3, len(ensemble.case.parties)), dtype=np.int64)
    refusing = signing.copy()
    refusing[1, list(ensemble.case.belligerents)] = NEVER
    found = []
    for name, redraft, learns, asked, part in ENGINES:
        pen = np.array([redraft, 0], dtype=np.int64)
        setting, count = rules._replace(learning=learns), max(worlds // part, 1)
        play(ensemble, setting, signing, pen, 1)  # compiles, which is not counted
        for suffix, manners, note in (
            ("", signing, asked),
            ("_104_weeks", refusing, f"{asked}, both sides negotiate and never sign"),
        ):

            def work(setting=setting, manners=manners, pen=pen, count=count) -> Work:
                return play(ensemble, setting, manners, pen, count)

            found.append(timed(work, name + suffix, note))
    watch(ensemble, rules, 1)
    mesa = timed(lambda: watch(ensemble, rules, watched), "mesa", "watched, every contact kept")
    return [*found, mesa, *solved(ensemble, worlds)]


def play(
    ensemble: Ensemble, rules: Rules, manners: np.ndarray, pen: np.ndarray, worlds: int
) -> Work:
    """Draw and play worlds in the compiled batch.

    ``manners`` (3, P) and ``pen`` (2,) are the numbers of :mod:`agents.seating`.
    """
    case = ensemble.case
    ends = np.zeros((worlds, 2), dtype=np.int64)
    texts, reports = (np.zeros((worlds, case.agenda.n_issues), dtype=np.int64) for _ in range(2))
    holdouts = np.zeros((worlds, len(case.parties)))
    play_worlds(ensemble.prior, rules, manners, pen, 0, ends, texts, reports, holdouts)
    held = np.searchsorted(rules.schedule.day, ends[:, 1], side="right")
    return worlds, int(held.sum()), int((ends[:, 0] == AGREED).sum())


def watch(ensemble: Ensemble, rules: Rules, worlds: int) -> Work:
    """Play worlds in the Mesa engine."""
    records = [Negotiation(ensemble, i, rules).run() for i in range(worlds)]
    agreed = sum(record.end == AGREED_NAME for record in records)
    return worlds, sum(len(record.turns) for record in records), agreed


def solved(ensemble: Ensemble, worlds: int) -> list[Measure]:
    """Measure the draw of prior worlds, and the exact solver on them."""
    table = ensemble.table
    ensemble.world(0)  # compiles, which is not counted
    drawn = []

    def draw() -> Work:
        drawn.extend(ensemble.world(i) for i in range(worlds))
        return worlds, 0, 0

    found = [timed(draw, "draw", "a world with its tables of the war", unit="worlds drawn")]
    rows: list[tuple[str, Callable[..., bool], str]] = [
        ("zopa", lambda w: zopa(w, table).value >= 0.0, "exact range with its bound, law binding"),
        ("exists", lambda w: exists(w, table).exists, "its sign alone"),
    ]

    def work(answer: Callable[..., bool]) -> Callable[[], Work]:
        return lambda: (len(drawn), 0, sum(answer(world) for world in drawn))

    for name, answer, note in rows:
        answer(drawn[0])  # compiles, which is not counted
        found.append(timed(work(answer), name, note, unit="worlds solved"))
    return found
