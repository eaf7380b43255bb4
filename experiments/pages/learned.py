"""The report of the calibrated ensemble: evidence, what was learned, fit, layers, readings."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments import silence, store
from experiments.calibration import bands, learned, predictive, readings
from experiments.calibration.fit import draws_of
from experiments.calibration.forward import VARIANTS
from experiments.calibration.predictive import Check
from experiments.config import Config
from experiments.figures.style import STATUS_COLOURS, label
from experiments.pages.html import STYLE, greyed, interval, mix, section, table, text, words
from sim.case import Case
from sim.evidence import red_line_probability
from sim.latent import Frame, Latent
from sim.observed import observe
from sim.posterior import HOME, manifest_of, read_normals
from sim.worth import Floats

COLOURS = (
    STATUS_COLOURS["unacceptable"], STATUS_COLOURS["needs work"], STATUS_COLOURS["accept"],
    "#1d4f7c",
)  # fmt: skip
STANCES = ("rejects", "conditional", "accepts", "demands")
NUMBER = "{:.2f}".format


class Kept(NamedTuple):
    """The kept draws of a case, what is fixed, and how far the record narrowed each number."""

    draws: list[Latent]
    frame: Frame
    shares: dict[str, Floats]


@lru_cache(maxsize=1)
def drawn_of(case: Case) -> Kept:
    """Return the kept draws of a case, once per process."""
    z, frame = read_normals(HOME, case)
    return Kept(draws_of(z, frame), frame, learned.narrowed(z, frame))


def sections(run_dir: Path, case: Case, config: Config) -> str:
    """Return every section of the report as HTML."""
    kept = drawn_of(case)
    draws, shares = kept.draws, kept.shares
    return STYLE + "".join([
        _matrix(case), _weights(case, draws, shares), _values(case, draws, shares),
        _thresholds(case, draws, shares), _response(case, draws, shares),
        _fit(case, config.seed), _layers(run_dir), _readings(case, run_dir),
    ])  # fmt: skip


def _matrix(case: Case) -> str:
    """Return how many statements each party made on each point, and how they divide."""
    count = Counter((s.party, s.issue, s.stance) for s in case.tables.statements)
    rows = []
    for issue in case.agenda.issues:
        cells = [text(issue.title)]
        for party in case.parties:
            each = [count[party, issue.id, stance] for stance in STANCES]
            n = sum(each)
            said = ", ".join(f"{k} {s}" for k, s in zip(each, STANCES, strict=True) if k)
            bar = mix([k / n for k in each], COLOURS, said) if n else ""
            cells.append(f"{n or '-'} {bar}")
        rows.append(cells)
    key = ", ".join(
        f'<span style="background:{c};color:{"#222" if s == "conditional" else "#fff"};'
        f'padding:0 .3rem">{s}</span>' for s, c in zip(STANCES, COLOURS, strict=True)
    )  # fmt: skip
    said = (
        f"How many of the {len(case.tables.statements)} statements each party made on each point, "
        "and how they divide. A dash: the party said nothing that is coded, which is no consent."
    )
    return section("Evidence by party and point", said, f'<p class="key">{key}</p>',
                   table(["point", *map(label, case.parties)], rows))  # fmt: skip


def _spread(draws: list[Latent], of: Callable[[Latent], Floats]) -> Floats:
    """Return 5 %, median and 95 % of a number over draws, (3, ...)."""
    found: Floats = np.quantile([of(d) for d in draws], [0.05, 0.5, 0.95], axis=0)
    return found


def _points(case: Case, spread: Floats, share: Floats, top: float) -> str:
    """Return a table of a number (3, P, J) of every party on every point, and its contraction."""
    rows = []
    for j, issue in enumerate(case.agenda.issues):
        cells = [text(issue.title)]
        for p in range(len(case.parties)):
            grey = bool(share[p, j] < learned.LEARNED)
            told = f"{spread[1, p, j]:.3f}, {share[p, j]:.2f}"
            cells.append(interval(*spread[:, p, j], top, grey) + greyed(told, grey))
        rows.append(cells)
    return table(["point", *map(label, case.parties)], rows)


def _weights(case: Case, draws: list[Latent], shares: dict[str, Floats]) -> str:
    """Return every weight with its interval and contraction."""
    spread, share = _spread(draws, lambda d: d.weight), shares["weight"]
    top = float(spread[2].max())
    said = (
        f"Share of each party's weight on a point: bar middle 90 %, mark median (axis 0 to "
        f"{top:.2f}); below: median, and contraction (1 - variance after / before). Grey: below "
        f"{learned.LEARNED}, the analyst's. {100 * _known(share):.0f} % count as learned "
        f"(by the {len(draws)} kept draws; the share moves with the draws). What two sides "
        "would trade across points is not tested by any score."
    )
    return section("Weights", said, _points(case, spread, share, top))


def _thresholds(case: Case, draws: list[Latent], shares: dict[str, Floats]) -> str:
    """Return every threshold with its interval and contraction."""
    spread, share = _spread(draws, lambda d: d.threshold), shares["threshold"]
    said = (
        "Where a party's answer on a point turns from no to yes, on the scale of its values "
        "(0 worst, 1 best option): a higher threshold asks for more. Bar, mark and grey as for "
        f"weights, axis 0 to 1. {100 * _known(share):.0f} % count as learned. They are those of "
        "public words, not of closed rooms."
    )
    return section("Thresholds", said, _points(case, spread, share, 1.0))


def _known(share: Floats) -> float:
    """Return the share of numbers that count as learned."""
    return float((share >= learned.LEARNED).mean())


def _values(case: Case, draws: list[Latent], shares: dict[str, Floats]) -> str:
    """Return the value of every option with its interval and contraction."""
    spread, share = _spread(draws, lambda d: d.value), shares["value"]
    rows = []
    for j, issue in enumerate(case.agenda.issues):
        for k, option in enumerate(issue.options):
            cells = [text(issue.title) if k == 0 else "", words(option.code)]
            for p in range(len(case.parties)):
                fixed = bool(np.isnan(share[p, j, k]))
                grey = fixed or bool(share[p, j, k] < learned.LEARNED)
                how = "by scale" if fixed else f"{share[p, j, k]:.2f}"
                told = greyed(f"{spread[1, p, j, k]:.2f}, {how}", grey)
                cells.append(interval(*spread[:, p, j, k], 1.0, grey) + told)
            rows.append(cells)
    said = (
        "Value of every option, worst 0 to best 1: bar middle 90 %, mark median; below: median, "
        "and contraction. Grey: below "
        f"{learned.LEARNED}, or fixed by the scale (an end of an ordered point)."
    )
    head = ["point", "option", *map(label, case.parties)]
    return section("Values of options", said, table(head, rows))


def _response(case: Case, draws: list[Latent], shares: dict[str, Floats]) -> str:
    """Return the numbers of the response with intervals and contraction."""
    parties = [label(p) for p in case.parties]
    speakers = ["leaders", "spokespeople", "unnamed officials", "joint texts"]
    names, rows = {"posture": speakers, "level": parties, "holdout": parties}, []
    for name in ("beta", "xi", "posture", "mention", "level", "holdout"):
        spread = _spread(draws, lambda d, name=name: np.atleast_1d(getattr(d, name)))
        each = np.atleast_1d(shares[name])
        for n in range(spread.shape[1]):
            known = bool(each[n] >= learned.LEARNED)
            if np.isnan(each[n]):
                continue
            low, mid, high = map(NUMBER, spread[:, n])
            where = f"{name}, {names[name][n]}" if name in names else name
            rows.append([greyed(c, not known) for c in (where, mid, low, high, NUMBER(each[n]))])
    said = (
        "Sharpness (beta), stakes (xi), how far public words overstate (posture), how mentions "
        "follow weight, the level a verdict is judged from and hold-out by party. Grey: not "
        "learned."
    )
    head = ["number", "median", "5 %", "95 %", "contraction"]
    return section("How parties answer", said, table(head, rows, (1, 2, 3, 4)))


@lru_cache(maxsize=1)
def checks(case: Case, seed: int) -> tuple[list[Check], list[Check], list[Check]]:
    """Return the checks of fit: stance mix by basket, verdicts and open points by document."""
    draws, frame, _ = drawn_of(case)
    rule = VARIANTS[str((manifest_of(HOME, case) or {})["rule"])]
    seen = observe(case, fade=rule.fade)
    red = red_line_probability(case)
    told = predictive.replicates(draws, seen, red, frame, rule, seed)
    return (
        predictive.stance_mix(case, seen, told),
        predictive.rejected(draws, seen, frame, seed),
        predictive.open_points(case, seen, told),
    )


def _fit(case: Case, seed: int) -> str:
    rows = [
        [words(c.place), text(c.what), NUMBER(c.observed), NUMBER(c.mid),
         f"{c.low:.2f} to {c.high:.2f}", str(c.n), "" if c.fits else "outside"]
        for group in checks(case, seed) for c in group
    ]  # fmt: skip
    said = (
        "Posterior predictive checks: each draw answers every coded row once; what is counted on "
        "the record is counted on every replicate (see the figure). These rows taught the draws; "
        "only the backtest is a test of prediction."
    )
    head = ["where", "what", "record", "replicates", "90 %", "rows", ""]
    return section("Does the posterior fit its own rows?", said, table(head, rows, (2, 3, 5)))


def _layers(run_dir: Path) -> str:
    """Return the two layers of the best gain."""
    worlds = store.read_table(run_dir / "worlds")
    two = store.read_json(run_dir / "findings.json")["share_learned"]
    if worlds is None or two["value"] is None:
        return ""
    (low, high), (least, most) = two["inner"], two["outer"]
    top = most * 1.05
    bars = [
        ["outer box: everything drawn, the unlearned too", f"{least:+.1f} to {most:+.1f}",
         interval(max(least, 0.0), (least + most) / 2, most, top, grey=True)],
        ["inner band: preferences alone, noise taken out", f"{low:+.1f} to {high:+.1f}",
         interval(max(low, 0.0), (low + high) / 2, high, top)],
    ]  # fmt: skip
    said = (
        "Best gain of the worst-off signer, own war-months, middle 90 %. The record bears on "
        f"preferences only: {100 * two['value']:.0f} % of the variance between worlds, and an "
        f"interval {100 * two['share_of_width']:.0f} % as wide as the outer one. The rest is "
        "patience, the cost of war, hazards, hold-out and linkages, and their interplay: no "
        "statement teaches them. Of Pr(zopa) neither layer is left where every world has a text."
    )
    return section("Two layers", said, table(["layer", "90 %", ""], bars))


def _readings(case: Case, run_dir: Path) -> str:
    """Return what other readings of the record make of the range."""
    kept = readings.read(case)
    rows = [
        [words(r.reading), text(r.fit), f"{100 * r.pr_zopa:.0f} %", f"{r.median:+.1f}",
         f"{r.low:+.1f} to {r.high:+.1f}", str(r.worlds)]
        for r in kept
    ]  # fmt: skip
    if not kept:
        rows = [["strict, no leaders, observers, mentions, equal", readings.LATER, *["-"] * 4]]
    rows += _silences(run_dir)
    said = (
        "Strict: without rows whose notes a strict run leaves out; no leaders: without what "
        "leaders said; observers, mentions, equal: where weights are centred before the record is "
        "read. Each is a fit of its own, kept as a table by experiment=calibrate. No agreement: "
        "this run's draws reweighted by how long a text would have been worth signing at once; "
        "never part of Pr(zopa)."
    )
    head = ["reading", "fit", "Pr(zopa)", "gain (median, or mean)", "90 %", "worlds"]
    return section("Other readings of the record", said, table(head, rows, (2, 3, 5)))


def _silences(run_dir: Path) -> list[list[str]]:
    """Return the rows with and without the non-agreement term, from this run's worlds."""
    worlds = store.read_table(run_dir / "worlds")
    if worlds is None:
        return []
    every = bands.samples(worlds)
    n, gain = str(len(worlds)), float(every["zopa_months"].mean())
    share = f"{100 * every['pr_zopa'].mean():.0f} %"
    low, high = np.quantile(every["zopa_months"], [0.05, 0.95])
    rows = [["no agreement: not counted (this run)", "kept draws, mean", share, f"{gain:+.1f}",
             f"{low:+.1f} to {high:+.1f}", n]]  # fmt: skip
    for window in silence.WINDOWS[1:]:
        told = store.read_json(run_dir / "findings.json")
        found = told[f"no_agreement_{window.replace('-', '')}"]
        mean = told["mean_zopa_months"]["value"] + found["value"]
        k = found["pareto_k"]  # JSON keeps no infinity: too few draws to be trusted at all
        trust = "too few draws" if k is None else f"k {k:.2f}"
        rows.append(
            [
                f"no agreement since {window}",
                f"reweighted, mean ({trust})",
                share,
                f"{mean:+.1f}",
                "-",
                n,
            ]
        )
    return rows
