r"""Is there a text that every required signer prefers to fighting on? Exact, with proof.

.. math:: zopa = \max_x \min_{P \in signers(x)} (S_P(x) - h_P) / scale_P \qquad (0b\,b,\; 6.1)

over texts that cross no signer's red line and, with ``law``, break no implication; the bar h is 0
unless one asks what is worth not waiting for. A party whose act no chosen option needs is no
constraint. The unknowns are two: the enforcement level E (for fixed E the surplus is a sum over
options and linkages) and which non-belligerents sign; every combination gets an integer dual
bound first (:mod:`sim.bound`), and those that could still beat the best text found are searched
(:mod:`sim.search`), all in one compiled call (:mod:`sim.question`). Only a search that is cut off
goes to HiGHS (:mod:`sim.milp`).

Why the scale is named: it moves the maximiser, never the sign. ``util`` counts each party's
worst-to-best swing, ``months`` its own war-months.
"""

from dataclasses import dataclass

import numpy as np

from sim.bound import LEAST, NOTHING
from sim.compiled import compiled
from sim.milp import maximise
from sim.proof import Certificate, Stakes, in_order, prove
from sim.question import choose_signers, fits, solve
from sim.world import World
from sim.worth import (
    MICRO,
    Bools,
    Floats,
    Ints,
    Table,
    broken_rules,
    enforcement_level,
    is_signer,
    surplus,
)

MAX_NODES = 20_000
"""Nodes after which a case is handed to HiGHS."""
FINE = 1000
ALL = 1 << 60
"""No text is worth as much: the search for the best one never ends early."""


@dataclass(frozen=True)
class Zopa:
    """The exact bargaining range of one world.

    Attributes
    ----------
    value : float
        Best smallest surplus, in the unit asked for; -inf when no text avoids every red line.
    bound : float
        Proven upper bound on it.
    proven : bool
        Whether value and bound meet (to the integer).
    text : (J,) int64 or None
        A text that attains ``value``.
    certificate : Certificate or None
        If asked for: the proof, for :func:`sim.certificate.check`.
    """

    value: float
    bound: float
    proven: bool
    text: Ints | None
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Existence:
    """Whether any text clears every bar: the sign of the range, without its size.

    Attributes
    ----------
    exists : bool
        Whether such a text was found.
    proven : bool
        True when one was found, or when every text was proven to fall short.
    text : (J,) int64 or None
        A text that clears the bar, not the best one.
    """

    exists: bool
    proven: bool
    text: Ints | None


def zopa(
    world: World | Stakes,
    table: Table,
    *,
    law: bool = True,
    unit: str = "util",
    free: Zopa | None = None,
    bar: Floats | None = None,
    certificate: bool = False,
) -> Zopa:
    """Return the exact bargaining range of a world (0b b, 6.1).

    Parameters
    ----------
    world : World or Stakes
    table : Table
    law : bool
        Whether the implications (1.4) bind.
    unit : {"util", "months"}
        The scale the smallest surplus is counted in.
    free : Zopa, optional
        The answer without implications, same unit and bar: if its text breaks none, it is also
        the answer with them.
    bar : (P,) float64, optional
        Util every party wants beyond fighting on (0b b: S >= h), rounded to micro-util.
    certificate : bool
        Whether to write down the proof; takes far longer than the answer.
    """
    if (
        free is not None
        and not certificate
        and free.text is not None
        and not broken_rules(free.text, table)
    ):
        return free
    ratio, hold = _ratio(world, unit), _micro_bar(world, bar)
    stakes = _counted(world, ratio, hold)
    grain = float(MICRO) if unit == "util" else float(MICRO * FINE * world.month.max())
    best, bound, text = _answer(stakes, table, law, LEAST, ALL)
    found, proven = best > LEAST, bound == best
    proof = None
    if certificate and proven:
        proof = prove(stakes, table, law, best, text if found else None, ratio, hold)
    if not found:
        return Zopa(-np.inf, -np.inf if proven else bound / grain, proven, None, proof)
    return Zopa(best / grain, bound / grain, proven, text, proof)


def exists(
    world: World | Stakes, table: Table, *, law: bool = True, bar: Floats | None = None
) -> Existence:
    """Say whether any text leaves every required signer at or above its bar (0b b).

    The sign of :func:`zopa` in less time: the search ends at the first such text.
    """
    return exists_above(world, table, _micro_bar(world, bar), law)


def exists_above(world: World | Stakes, table: Table, bar: Ints, law: bool = True) -> Existence:
    """Say whether any text leaves every required signer at or above its bar (P,), micro-util."""
    stakes = _counted(world, _ratio(world, "util"), bar)
    best, bound, text = _answer(stakes, table, law, -1, 0)
    found = best >= 0
    return Existence(found, found or bound < 0, text if found else None)


def smallest_surplus(stakes: World | Stakes, table: Table, text: Ints) -> int:
    """Return the smallest surplus among the required signers of a complete text, micro-util."""
    level = enforcement_level(text, table.enforcement)
    return min(
        surplus(text, stakes.coef[p], stakes.base[p], stakes.link[p], table.links, level)
        for p in range(len(stakes.base))
        if is_signer(text, table, p)
    )


def _ratio(world: World | Stakes, unit: str) -> Ints:
    """Return how many units of the range one micro-util of each party makes, (P,)."""
    if unit == "util":
        return np.ones(len(world.base), dtype=np.int64)
    ratio = np.floor(FINE * world.month.max() / world.month + 0.5)
    if not ratio.max() < 1 << 32:
        raise OverflowError("war-months of the parties differ too much to be counted in integers")
    counted: Ints = ratio.astype(np.int64)
    return counted


def _micro_bar(world: World | Stakes, bar: Floats | None) -> Ints:
    if bar is None:
        return np.zeros(len(world.base), dtype=np.int64)
    held: Ints = np.floor(np.asarray(bar) * MICRO + 0.5).astype(np.int64)
    return held


def _counted(world: World | Stakes, ratio: Ints, bar: Ints) -> Stakes:
    """Return the stakes less the bar, in the units of the range."""
    base = (world.base - bar[:, None]) * ratio[:, None]
    coef, link = world.coef, world.link
    if ratio.max() > 1:
        coef, link = coef * ratio[:, None, None, None], link * ratio[:, None, None]
    return in_order(Stakes(coef, base, link, world.red, world.month))


def _answer(
    stakes: Stakes, table: Table, law: bool, best: int, enough: int
) -> tuple[int, int, Ints]:
    """Return best smallest surplus above ``best``, a proven bound on it, and its text."""
    best, text, bounds = _searched(stakes, table, law, best, enough)
    unproven = best
    for turn, level in zip(*np.nonzero(bounds == -NOTHING), strict=True):
        if best >= enough:
            break
        best, bound = _stubborn(stakes, table, law, int(turn), int(level), best, text)
        unproven = max(unproven, bound)
    return best, max(best, unproven), text


def _searched(
    stakes: Stakes, table: Table, law: bool, best: int, enough: int
) -> tuple[int, Ints, Ints]:
    """Return what the search finds: surplus, text, bounds (sets, L); -NOTHING where cut off."""
    if not compiled(fits)(stakes.coef, stakes.base, stakes.link):
        raise OverflowError("surpluses differ too much between parties to be counted in integers")
    plain = in_order(table)
    text = np.zeros(len(table.n_options), dtype=np.int64)
    others = len(table.belligerent) - int(table.belligerent.sum())
    bounds = np.zeros((1 << others, stakes.base.shape[1]), dtype=np.int64)
    best, _ = compiled(solve)(
        *stakes[:4], plain, law, best, enough, MAX_NODES,
        text, bounds,
    )  # fmt: skip
    return int(best), text, bounds


def left_open(world: World | Stakes, table: Table, *, sign: bool, law: bool = True) -> int:
    """Return how many sets of signers and levels the search leaves to HiGHS; ``sign`` alone or all.

    Those that could still hold a text above the best one found.
    """
    stakes = _counted(world, _ratio(world, "util"), _micro_bar(world, None))
    best, enough = (-1, 0) if sign else (LEAST, ALL)
    best, _, bounds = _searched(stakes, table, law, best, enough)
    return 0 if best >= enough else int((bounds == -NOTHING).sum())


def _stubborn(
    stakes: Stakes, table: Table, law: bool, turn: int, level: int, best: int, text: Ints
) -> tuple[int, int]:
    """Let HiGHS settle what the search left open; return (best, bound), text overwritten."""
    signers = choose_signers(table.belligerent, turn)
    found, bound = maximise(
        table, stakes.coef[signers, level], stakes.base[signers, level],
        stakes.link[signers, level], open_options(stakes.red, table, signers), level, law,
        best if best > LEAST else None,
    )  # fmt: skip
    if found is not None and (score := smallest_surplus(stakes, table, found)) > best:
        best, text[:] = score, found
    return best, int(min(max(bound, float(best)), float(-LEAST)))


def open_options(red: Bools, table: Table, signers: Ints) -> Bools:
    """Return the options open when exactly these parties may be asked, (J, K)."""
    allowed: Bools = np.arange(red.shape[2])[None, :] < table.n_options[:, None]
    for p in range(red.shape[0]):
        allowed = allowed & ~(red[p] if p in signers else table.needs[:, :, p])
    return allowed
