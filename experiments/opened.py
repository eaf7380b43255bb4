"""What the rows of :mod:`experiments.openings` say, for findings and figures alike."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.config import Config
from experiments.findings import SHARE, Findings, finding, middle, not_built, percent
from experiments.openings import (
    ALL,
    AMEND,
    ANY,
    CARROT,
    INSTRUMENTS,
    OPEN,
    PAIR,
    POINTS,
    STICK,
    TRUST,
    WAITING,
    WAR,
    ranges,
)
from experiments.ranges import Floats, median, sampling, share
from sim.case import Case

UNITS = (
    "carrot, stick: own war-months, below 0 what could be taken away; trust: times its own; "
    "points: enforcement points; war: % by which the ratio of strength moves in its favour; pair: "
    "own war-months of the first belligerent; amend: points; null: no amount does"
)

TOLD = {
    CARROT: "own war-months paid to it on signature",
    STICK: "own war-months by which fighting on is worth less to it",
    TRUST: "how many times its trust in a point of enforcement",
    POINTS: "further points of enforcement, counted by everybody",
    WAR: "% by which the ratio of strength moves in its favour",
}
"""What the amount of an instrument is."""

SUFFIX = {CARROT: " months", STICK: " months", TRUST: " times", POINTS: " points", WAR: " %"}


def subject(name: str) -> str:
    """Say which range is meant.

    >>> subject("any_text"), subject("us_28_point")
    ('any text', 'us_28_point as it stands')
    """
    plain = {ANY: "any text", WAITING: "any text worth not waiting for"}
    return plain.get(name, f"{name} as it stands")


class Opened:
    """The rows of one range, by instrument and party, world by world."""

    def __init__(self, worlds: pa.Table, name: str) -> None:
        rows = [row for row in worlds.to_pylist() if row.get("range") == name]
        self.name, self.rows = name, rows
        self.open = np.array([r["amount"] == 1.0 for r in rows if r["kind"] == OPEN])
        self.changes = [r for r in rows if r["kind"] == AMEND]
        self.pairs: dict[int, list[tuple[float, float]]] = {
            r["world"]: [] for r in rows if r["kind"] == OPEN and r["amount"] == 1.0
        } | {r["world"]: [] for r in rows if r["kind"] == OPEN}
        for r in rows:
            if r["kind"] == PAIR:
                self.pairs[r["world"]].append((r["amount"], r["second"]))

    def amounts(self, kind: str, party: str) -> Floats:
        """Return the least amount per world of those that were asked; nan where none opens."""
        wanted = f"{kind}:{party}"
        found = [r["amount"] for r in self.rows if r["condition"] == wanted]
        return np.array([np.nan if x is None else x for x in found], dtype=float)

    def needed(self, kind: str, party: str) -> Floats:
        """Return the least amount in every world in which the range is closed."""
        found = self.amounts(kind, party)
        return found[~self.open] if len(found) == len(self.open) else found

    def opened_by_both(self, one: Floats, two: Floats) -> Floats:
        """Return the share of worlds open once carrots are paid to both belligerents, (X, Y)."""
        total = np.zeros((len(one), len(two)))
        for n, pairs in enumerate(self.pairs.values()):
            if self.open[n]:
                total += 1.0
                continue
            enough = np.zeros_like(total, dtype=bool)
            for x, y in pairs:
                enough |= (one[:, None] >= x) & (two[None, :] >= y)
            total += enough
        return total / max(len(self.pairs), 1)


def parties_of(case: Case, kind: str) -> list[str]:
    """Return whom an instrument is used on, in the fixed order of the parties."""
    if kind == POINTS:
        return [ALL]
    return [case.parties[p] for p in case.belligerents] if kind == WAR else list(case.parties)


def findings(worlds: pa.Table, case: Case, config: Config) -> Findings:
    """Return what opens each range, party by party and instrument by instrument."""
    asked = config.openings
    if not asked.worlds:
        return {}
    found: Findings = {}
    for name in ranges(case, asked.documents):
        of = Opened(worlds, name)
        if len(of.open):
            found |= _of_range(of, case)
            if of.changes:
                found |= _changes(of)
    return found


def _of_range(of: Opened, case: Case) -> Findings:
    value, closed = sampling(of.open.astype(float), share), int((~of.open).sum())
    aside = "" if of.name in (ANY, WAITING) else " (red lines and law set aside)"
    spare = [
        f"{p} {-median(of.amounts(CARROT, p)[of.open]):.1f}" for p in case.parties if of.open.any()
    ]
    left = ""
    if spare:
        left = f"; where it is, {', '.join(spare)} own war-months (median) could be taken from one"
    found = {
        f"open_{of.name}": finding(
            value,
            SHARE,
            f"Signed by all, {subject(of.name)}{aside}: in {percent(value.value)} of {value.n} "
            f"worlds ({value.words(percent)}){left}.",
        )
    }
    if closed:
        found |= {f"opens_{of.name}_{k}": _instrument(of, case, k, closed) for k in INSTRUMENTS}
    return found


def _instrument(of: Opened, case: Case, kind: str, closed: int) -> dict[str, Any]:
    """Say how often an instrument used on one party alone opens a closed range, and how much."""
    parts, able = [], np.zeros(closed, dtype=bool)
    for party in parties_of(case, kind):
        needed = of.needed(kind, party)
        able |= ~np.isnan(needed)
        parts.append(f"{party} {told(needed, SUFFIX[kind])}")
    value = sampling(able.astype(float), share)
    return finding(
        value,
        "share of closed worlds",
        f"{kind.title()} ({TOLD[kind]}), used on one alone where "
        f"{subject(of.name)} is not signed by all ({closed} worlds): {'; '.join(parts)}.",
    )


def told(needed: Floats, suffix: str) -> str:
    """Say in what share of worlds some amount opens, and which, median and middle 90 %.

    >>> told(np.array([1.0, 2.0, 3.0, np.nan]), " months")
    'opens 75 % with 2.0 months (median; 90 % of them 1.0 to 3.0)'
    >>> told(np.array([np.nan]), "")
    'opens none'
    """
    amounts = needed[~np.isnan(needed)]
    if not len(amounts):
        return "opens none"
    least = middle(amounts)
    return (
        f"opens {percent(len(amounts) / len(needed))} with {least.value:.1f}{suffix} (median; "
        f"90 % of them {least.low:.1f} to {least.high:.1f})"
    )


def _changes(of: Opened) -> Findings:
    """Say how few points of a document must change so that all sign, and which most often."""
    name = f"changes_{of.name}"
    fewest = np.array([r["amount"] for r in of.changes if r["amount"] is not None], dtype=float)
    if not len(fewest):
        return {name: not_built(f"No change to {of.name} lets all sign.")}
    sets = [r["changed"].split("|") for r in of.changes if r["amount"] is not None]
    in_any = Counter(i for world in sets for i in {j for s in world for j in s.split(";") if j})
    in_all = Counter(
        i for world in sets for i in set.intersection(*(set(s.split(";")) for s in world)) if i
    )
    value, choices = middle(fewest), median(np.array([float(len(s)) for s in sets]))
    sentence = (
        f"Fewest points of {of.name} to change so that all sign, red lines and law in force: "
        f"{value.value:.0f} (median of {len(fewest)} worlds; 90 % {value.low:.0f} to "
        f"{value.high:.0f}), {choices:.0f} smallest sets of changes in the middle world; in every "
        f"set: {_often(in_all, len(sets))}; in some set: {_often(in_any, len(sets))}."
    )
    return {name: finding(value, "points", sentence)}


def _often(counts: "Counter[str]", n: int, most: int = 4) -> str:
    listed = (f"{issue} ({percent(c / n)} of worlds)" for issue, c in counts.most_common(most))
    return ", ".join(listed) or "none"
