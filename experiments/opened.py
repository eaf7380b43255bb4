"""What the rows of :mod:`experiments.openings` say, for findings and figures alike."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.config import Config
from experiments.findings import (
    SHARE,
    Findings,
    finding,
    left_out,
    middle,
    not_built,
    percent,
    unsettled,
)
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
    """The rows of one range, by instrument and party, world by world; what is unproven set aside.

    ``open`` tells of every world that was settled; ``pairs`` holds those whose pairs were, too.
    """

    def __init__(self, worlds: pa.Table, name: str) -> None:
        rows = [row for row in worlds.to_pylist() if row.get("range") == name]
        self.name, self.rows = name, [r for r in rows if r["proven"]]
        self.unproven = [r for r in rows if not r["proven"]]
        self.is_open = {r["world"]: r["amount"] == 1.0 for r in self.rows if r["kind"] == OPEN}
        self.open = np.array(list(self.is_open.values()), dtype=bool)
        self.changes = [r for r in self.rows if r["kind"] == AMEND]
        left_out = {r["world"] for r in self.unproven if r["kind"] == PAIR}
        self.pairs: dict[int, list[tuple[float, float]]] = {
            world: [] for world in self.is_open if world not in left_out
        }
        for r in self.rows:
            if r["kind"] == PAIR:
                self.pairs[r["world"]].append((r["amount"], r["second"]))

    def n_unproven(self, *kinds: str) -> int:
        """Return in how many worlds a question of some kinds stayed unproven."""
        return len({r["world"] for r in self.unproven if r["kind"] in kinds})

    def amounts(self, kind: str, party: str, is_open: bool) -> dict[int, float]:
        """Return the least amount in every world whose range is open, or closed; nan: none does."""
        wanted = f"{kind}:{party}"
        return {
            r["world"]: np.nan if r["amount"] is None else r["amount"]
            for r in self.rows
            if r["condition"] == wanted and self.is_open[r["world"]] == is_open
        }

    def needed(self, kind: str, party: str) -> Floats:
        """Return the least amount in every world in which the range is closed."""
        return np.array(list(self.amounts(kind, party, is_open=False).values()), dtype=float)

    def lacking(self, party: str) -> Floats:
        """Return what a party lacks to sign in every world whose range is open; below 0: to spare.

        Own war-months, with it among the signers; infinite where no text has them all.
        """
        found = self.amounts(CARROT, party, is_open=True).values()
        return np.nan_to_num(np.array(list(found), dtype=float), nan=np.inf)

    def opened_by_both(self, one: Floats, two: Floats) -> Floats:
        """Return the share of worlds open once carrots are paid to both belligerents, (X, Y)."""
        total = np.zeros((len(one), len(two)))
        for world, pairs in self.pairs.items():
            if self.is_open[world]:
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
        if len(of.open) or of.unproven:
            found |= _of_range(of, case)
        if of.changes or of.n_unproven(AMEND):
            found |= _changes(of)
    return found


def _of_range(of: Opened, case: Case) -> Findings:
    """Say how often a range is open, what each party has to spare, and what opens it."""
    name, unproven = f"open_{of.name}", of.n_unproven(OPEN)
    if not len(of.open):
        return {name: unsettled(f"Whether all sign {subject(of.name)}", unproven)}
    value, closed = sampling(of.open.astype(float), share), int((~of.open).sum())
    aside = "" if of.name in (ANY, WAITING) else " (red lines and law set aside)"
    sentence = (
        f"Signed by all, {subject(of.name)}{aside}: in {percent(value.value)} of {value.n} "
        f"worlds ({value.words(percent)}){_spare(of, case)}{left_out(unproven)}."
    )
    found = {name: finding(value, SHARE, sentence) | {"n_unproven": unproven}}
    if closed:
        found |= {f"opens_{of.name}_{k}": _instrument(of, case, k, closed) for k in INSTRUMENTS}
    return found


def _spare(of: Opened, case: Case) -> str:
    """Say of every party what it has to spare where the range is open, or lacks to sign too."""
    spare, lacks = [], []
    for party in case.parties:
        lacking = of.lacking(party)
        if not len(lacking):
            continue
        x = median(lacking)
        if x <= 0:
            spare.append(f"{party} {-x + 0.0:.1f}")
        else:
            lacks.append(
                f"{party} would {f'lack {x:.1f} to sign' if x < np.inf else 'not sign'} too"
            )
    if not (spare or lacks):
        return ""
    taken = [f"{', '.join(spare)} could be taken from one"] if spare else []
    return (
        "; where it is, in own war-months (median, with the party among the signers): "
        f"{'; '.join([*taken, *lacks])}"
    )


def _instrument(of: Opened, case: Case, kind: str, closed: int) -> dict[str, Any]:
    """Say how often an instrument used on one party alone opens a closed range, and how much."""
    parties = parties_of(case, kind)
    each = [of.amounts(kind, party, is_open=False) for party in parties]
    settled = sorted(set.intersection(*map(set, each)))  # worlds, for every party
    unproven = of.n_unproven(OPEN) + closed - len(settled)
    question = f"{kind.title()} ({TOLD[kind]}), used on one alone where {subject(of.name)} is not "
    if not settled:
        return unsettled(f"{question}signed by all,", unproven)
    needed = np.array([[amounts[world] for world in settled] for amounts in each])
    value = sampling((~np.isnan(needed)).any(axis=0).astype(float), share)
    said = zip(parties, needed, strict=True)
    parts = [f"{party} {told(amounts, SUFFIX[kind])}" for party, amounts in said]
    return finding(
        value,
        "share of closed worlds",
        f"{question}signed by all ({len(settled)} worlds): {'; '.join(parts)}{left_out(unproven)}.",
    ) | {"n_unproven": unproven}


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
    name, unproven = f"changes_{of.name}", of.n_unproven(AMEND)
    if not of.changes:
        return {name: unsettled(f"Which points of {of.name} to change so that all sign", unproven)}
    fewest = np.array([r["amount"] for r in of.changes if r["amount"] is not None], dtype=float)
    if not len(fewest):
        none = not_built(f"No change to {of.name} lets all sign{left_out(unproven)}.")
        return {name: none | {"n_unproven": unproven}}
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
        f"set: {_often(in_all, len(sets))}; in some set: {_often(in_any, len(sets))}"
        f"{left_out(unproven)}."
    )
    return {name: finding(value, "points", sentence) | {"n_unproven": unproven}}


def _often(counts: "Counter[str]", n: int, most: int = 4) -> str:
    listed = (f"{issue} ({percent(c / n)} of worlds)" for issue, c in counts.most_common(most))
    return ", ".join(listed) or "none"
