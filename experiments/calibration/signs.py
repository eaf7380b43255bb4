"""External sign check, nothing refitted: talks whose outcome is known, beside always saying no.

A talk that names no text is asked whether *some* text is better than fighting on for every signer
(zopa >= 0); one that names a text whether every signer would prefer that very text, its open
points filled as suits the least content signer. Worlds are those of the talk's case: its posterior
where it has one, else its prior. Two talks are an anecdote, not a test; that a text exists is no
forecast of signatures, so what is said of the case at hand stands beside it.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from experiments.config import Config
from experiments.findings import SHARE, Finding, Findings, exactly, finding
from experiments.ranges import sampling, share
from sim.case import Case, default_root, load_case
from sim.documents import text_of
from sim.ensemble import Ensemble
from sim.errors import BadInput, FaultList
from sim.nodes import Node
from sim.posterior import ensemble_of, is_calibrated
from sim.settings import Settings
from sim.world import World
from sim.worth import Bools, Ints, Table, crosses_red_line, enforcement_level, is_signer, surplus
from sim.zopa import zopa

KEYS = ("case", "text", "agreed")
"""What a talk says: its case, the document on the table or null, whether it was agreed."""
MOST_OPEN = 4
"""Open points a named text may have: every way to fill them is tried in every world."""


def talks_of(config: Config, case: Case) -> list[tuple[str, Case, str | None, bool]]:
    """Return the talks to be checked: (name, case, document or None, agreed).

    Raises
    ------
    BadInput
        With every fault at once.
    """
    found, faults = [], FaultList()
    for name, talk in config.backtest.signs.items():
        node = Node(talk, "backtest.signs.", (name,), faults)
        whole, agreed = node.keys(KEYS), node.child("agreed").flag()
        whose = _case(node.child("case"), case) if whole else None
        if whose is not None:
            found.append((name, whose, _document(node.child("text"), whose), agreed))
    faults.raise_if_any()
    return found


def installed() -> list[str]:
    """Return the names of the installed cases."""
    return sorted(file.stem for file in default_root().glob("*.yaml"))


def _case(node: Node, here: Case) -> Case | None:
    """Return the case a talk names, the one at hand or an installed one; None after a fault."""
    name = node.word(dict.fromkeys([here.name, *installed()]))
    try:
        return here if name == here.name else load_case(name) if name else None
    except BadInput as bad:
        node.faults.extend(bad.faults)
        return None


def _document(node: Node, case: Case) -> str | None:
    """Return the document a talk names, None for any text; its fillings must be few."""
    document = None if node.value is None else node.word(case.document_ids)
    left = int((text_of(case, document).text < 0).sum()) if document else 0
    if left > MOST_OPEN:
        node.fault(f"a text with at most {MOST_OPEN} open", found=f"{document}, {left} points open")
    return document


def would_sign(world: World, table: Table, text: Ints) -> bool:
    """Say whether every signer of a complete text prefers it to fighting on and refuses nothing."""
    level = enforcement_level(text, table.enforcement)
    for p in range(len(world.month)):
        if is_signer(text, table, p):
            worth = surplus(text, world.coef[p], world.base[p], world.link[p], table.links, level)
            if worth < 0 or crosses_red_line(text, world.red[p]):
                return False
    return True


def fillings(text: Ints, n_options: Ints) -> Iterator[Ints]:
    """Yield every completion of a text.

    >>> [list(t) for t in fillings(np.array([1, -1]), np.array([3, 2]))]
    [[np.int64(1), np.int64(0)], [np.int64(1), np.int64(1)]]
    """
    free = np.flatnonzero(text < 0)
    for options in itertools.product(*(range(int(n_options[j])) for j in free)):
        whole = text.copy()
        whole[free] = options
        yield whole


def signs(ensemble: Ensemble, document: str | None, worlds: int) -> Bools:
    """Return in which worlds the model says yes, (W,)."""
    found, table = np.zeros(worlds, dtype=np.bool_), ensemble.table
    given = text_of(ensemble.case, document).text if document else None
    for i in range(worlds):
        world = ensemble.world(i)
        if given is None:
            found[i] = zopa(world, table).value >= 0.0
        else:
            found[i] = any(would_sign(world, table, t) for t in fillings(given, table.n_options))
    return found


def findings(config: Config, case: Case, worlds: int) -> Findings:
    """Say what share of worlds says yes to every talk, and score it beside always no."""
    found: Findings = {}
    errors = []
    for name, whose, document, agreed in talks_of(config, case):
        ensemble = _worlds(whose, config.seed)
        yes = signs(ensemble, document, worlds)
        errors.append((float(yes.mean()) - agreed, agreed))
        found[f"sign_check_{name}"] = _told(name, document, agreed, yes, ensemble.settings.ensemble)
    if errors:
        here = signs(_worlds(case, config.seed), None, worlds)
        found["sign_check_here"] = finding(
            sampling(here.astype(float), share), SHARE,
            f"The same question put to {case.name}, where nobody had signed by {case.cutoff}: some "
            f"text exists in {100 * here.mean():.0f} % of {worlds} worlds; so a yes of the sign "
            "check is no forecast of a signature.",
        )  # fmt: skip
        model = float(np.mean([e**2 for e, _ in errors]))
        never = float(np.mean([float(agreed) for _, agreed in errors]))
        for who, score in {"model": model, "always_no": never}.items():
            found[f"sign_check_{who}"] = finding(
                exactly(score, len(errors)), "score",
                f"Sign check, {len(errors)} talks with a known end, Brier score of "
                f"{who.replace('_', ' ')}: {score:.2f} (lower is better; of so few talks no more "
                "than an anecdote).",
            )  # fmt: skip
    return found


def _worlds(case: Case, seed: int) -> Ensemble:
    """Return the worlds of a case: its posterior, or its prior where it has none."""
    kind = "posterior" if is_calibrated(case) else "prior"
    return ensemble_of(case, Settings(ensemble=kind), seed)


def _told(name: str, document: str | None, agreed: bool, yes: Bools, kind: str) -> Finding:
    """Return the share of worlds that says yes to one talk, with what happened."""
    what = f"every signer would prefer {document}" if document else "some text exists"
    happened = "agreed" if agreed else "not agreed"
    return finding(
        sampling(yes.astype(float), share), SHARE,
        f"Sign check {name} ({happened}; always no says 0 %): {what} in "
        f"{100 * yes.mean():.0f} % of {len(yes)} worlds of its {kind}.",
    )  # fmt: skip
