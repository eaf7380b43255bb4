"""Robust: which text do most worlds accept, what do its rivals share, how far is every document?

One search on the worlds of the run; what is told is counted on as many fresh ones, numbered after
them. The rows of the run are texts: the best, those nearly as good, what single worlds and the mean
world would pick, every document of the round and the best texts within so many changes of it; and
the account of every party. Nothing here is a recommendation.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.columns import Column
from experiments.config import Config
from experiments.findings import SHARE, Finding, Findings, exactly, finding, percent
from experiments.ranges import BoxRange, Floats, median, sampling, share
from experiments.switches import settings_of
from sim.agenda import UNKNOWN
from sim.case import Case
from sim.compiled import compiled
from sim.documents import DocumentText, text_of
from sim.jury import hold_text, jury_of, new_bench, share_accepted, verdicts
from sim.ledger import against, ledger
from sim.posterior import ensemble_of
from sim.proof import Stakes
from sim.robust import NEAR, STARTS, STEPS, draft, inclusion, stay_close
from sim.standing import stand
from sim.world import World
from sim.worth import Bools, Ints, broken_rules
from sim.zopa import zopa

FIRST = ("robust_share", "near_optimal", "winners_curse", "single_world", "mean_world")
"""The findings that come first."""
BOXED = False
"""The worlds are the box: every number is drawn."""
UNIT = "draft"

SINGLES = 40
"""Worlds whose own best text is tried elsewhere."""
CHANGES = 10
"""Most changes of a document that are looked at."""
FEWEST_KNOWN = 2
"""Documents that settle fewer points are too near to everything."""
ALIKE = 0.95
"""Share of the nearly as good texts that hold the same option where a point counts as settled."""
LEAST_WORLDS = 40
"""Below so many worlds the search is kept short: a smoke run."""

Row = dict[str, Any]


def units(case: Case, config: Config) -> int:
    """Return 1: the search is one piece of work."""
    return 1


def columns(case: Case, config: Config) -> dict[str, Column]:
    """Return the columns: one row per text, then one per party and point of the best text."""
    real, text, whole = pa.float64(), pa.string(), pa.int64()
    return {
        "kind": (text, "best | near | single_world | mean_world | document | close | account"),
        "name": (text, "document id, number of a world, or party"),
        "changes": (whole, "points changed, of those the document settles"),
        "text": (text, "issue=option;..."),
        "share_searched": (real, "share of the worlds searched on that accept"),
        "share_fresh": (real, "share of the fresh worlds that accept"),
        "least_util": (real, "util, median smallest surplus in fresh worlds; claimed beside"),
        "claimed_util": (real, "util, where the text was chosen"),
        "broken_implications": (whole, "implications"),
        "issue": (text, "of an account; null for the cost of war saved"),
        "fighting_months": (real, "own war-months beyond fighting on, median"),
        "fighting_util": (real, "util"),
        "status_quo_months": (real, "own war-months beyond the status quo, median"),
        "status_quo_util": (real, "util"),
        "default_months": (real, "own war-months beyond the treaty default, median"),
        "default_util": (real, "util"),
    }


def simulate(case: Case, config: Config, first: int, last: int) -> dict[str, list[Any]]:
    """Return the rows of the search; its only unit is number 0."""
    rows: list[Row] = []
    if first == 0 < last:
        rows = list(Search(case, config).rows())
    return {name: [row.get(name) for row in rows] for name in columns(case, config)}


class Search:
    """The worlds of a run, searched and fresh, and everything that is asked of them."""

    def __init__(self, case: Case, config: Config) -> None:
        self.case, self.config, n = case, config, config.worlds
        self.is_short = n < LEAST_WORLDS
        self.ensemble = ensemble_of(case, settings_of(config, case), config.seed)
        self.table = self.ensemble.table
        self.searched = [self.ensemble.world(i) for i in range(n)]
        self.fresh = [self.ensemble.world(i) for i in range(n, 2 * n)]
        self.jury = jury_of(self.ensemble, self.searched, range(n))
        self.other = jury_of(self.ensemble, self.fresh, range(n, 2 * n))

    def rows(self) -> Iterable[Row]:
        """Yield every row, the best text first."""
        starts, steps = (8, STEPS // 10) if self.is_short else (STARTS, STEPS)
        found = draft(self.jury, self.config.seed, starts, steps)
        best = found.best.text
        yield self._row("best", "", best)
        bench = compiled(new_bench)(self.other)
        for text, part in zip(found.near, found.shares, strict=True):
            compiled(hold_text)(self.other, bench, text)
            fresh = float(compiled(share_accepted)(self.other, bench))
            codes = self.case.agenda.codes(text)
            yield {
                "kind": "near", "text": codes, "share_searched": float(part), "share_fresh": fresh
            }  # fmt: skip
        yield from self._picks()
        for document in documents(self.case):
            yield from self._of_document(document)
        yield from self._accounts(best)

    def _row(self, kind: str, name: str, text: Ints, **more: Any) -> Row:
        """Count one text exactly, on the worlds searched and on the fresh ones."""
        here, _ = verdicts(text, self.searched, self.table)
        there, least = verdicts(text, self.fresh, self.table)
        return {
            "kind": kind,
            "name": name,
            "text": self.case.agenda.codes(text),
            "share_searched": float(here.mean()),
            "share_fresh": float(there.mean()),
            "least_util": median(least),
            "broken_implications": broken_rules(text, self.table),
            **more,
        }

    def _picks(self) -> Iterable[Row]:
        """Yield what single worlds and the mean world would pick, tried elsewhere."""
        for i, world in enumerate(self.searched[: 4 if self.is_short else SINGLES]):
            own = zopa(world, self.table)
            if own.text is not None:
                yield self._row("single_world", str(i), own.text, claimed_util=own.value)
        own = zopa(mean_world(self.searched), self.table)
        if own.text is not None:
            yield self._row("mean_world", "", own.text, claimed_util=own.value)

    def _of_document(self, document: DocumentText) -> Iterable[Row]:
        """Yield a document and the best texts within so many changes of it."""
        anchor = settled(document)
        begin = np.where(anchor < 0, self.case.priors.treaty_default, anchor)
        most = min(CHANGES, int((anchor >= 0).sum()))
        if self.is_short:
            most = min(most, 2)
        name = document.document_id
        yield self._row("document", name, begin)
        for changes, end in enumerate(stay_close(self.jury, anchor, begin, most)):
            yield self._row("close", name, end.text, changes=changes)

    def _accounts(self, text: Ints) -> Iterable[Row]:
        """Yield what every party gains or bears, point by point, on the fresh worlds."""
        priors, n = self.case.priors, self.config.worlds
        for p, party in enumerate(self.case.parties):
            s = stand(self.ensemble, range(n, 2 * n), text, p)
            account = ledger(self.ensemble, s, text)
            gains = {
                "fighting": account.points,
                "status_quo": against(s, text, priors.status_quo),
                "default": against(s, text, priors.treaty_default),
            }
            for j, issue in enumerate(self.case.agenda.issue_ids):
                row = {"kind": "account", "name": party, "issue": issue}
                for name, gain in gains.items():
                    row[f"{name}_util"] = median(gain[:, j])
                    row[f"{name}_months"] = median(gain[:, j] / account.month)
                yield row
            yield {
                "kind": "account",
                "name": party,
                "fighting_util": median(account.war),
                "fighting_months": median(account.war / account.month),
            }


def mean_world(worlds: list[World]) -> Stakes:
    """Return the world of mean surpluses; an option most worlds refuse is refused."""

    def mean(name: str) -> Ints:
        total: Ints = np.mean([getattr(w, name) for w in worlds], axis=0).round().astype(np.int64)
        return total

    red = np.mean([w.red for w in worlds], axis=0) > 0.5
    month = np.mean([w.month for w in worlds], axis=0)
    return Stakes(mean("coef"), mean("base"), mean("link"), red, month)


def documents(case: Case) -> list[DocumentText]:
    """Return the documents of the round: dated from its start on, with points to speak of."""
    since = {d.document_id for d in case.tables.documents if d.date >= case.start}
    return [text for text in every_document(case) if text.document_id in since]


def every_document(case: Case) -> list[DocumentText]:
    """Return the documents of the record with points to speak of, background aside."""
    names = [name for name in case.document_ids if name not in case.background_documents]
    texts = [text_of(case, name) for name in names]
    return [text for text in texts if text.known >= FEWEST_KNOWN]


def settled(document: DocumentText) -> Ints:
    """Return what a document settles; points it leaves open or that are unknown are free."""
    return np.ascontiguousarray(np.where(document.text < 0, UNKNOWN, document.text))


def of_kind(worlds: pa.Table, kind: str, name: str | None = None) -> list[Row]:
    """Return the rows of a kind, as mappings."""
    return [
        row
        for row in worlds.to_pylist()
        if row["kind"] == kind and (name is None or row["name"] == name)
    ]


def settled_alike(shares: Floats) -> Bools:
    """Say on which points the texts agree, (J,), by the share that holds each option, (J, K)."""
    alike: Bools = shares.max(axis=1) >= ALIKE
    return alike


def parsed(case: Case, rows: list[Row]) -> Ints:
    """Return the texts of rows, (N, J)."""
    return np.array([case.agenda.parse(row["text"]) for row in rows])


def distances(case: Case, text: Ints, anchor: Ints) -> tuple[int, float]:
    """Return the Hamming distance on settled points, plain and by mean weight (6.8)."""
    salience = case.priors.salience / case.priors.salience.sum(axis=1, keepdims=True)
    weight = salience[list(case.belligerents)].mean(axis=0)
    differs = (anchor >= 0) & (text != anchor)
    return int(differs.sum()), float(weight[differs].sum())


def findings(
    worlds: pa.Table, rounds: pa.Table | None, case: Case, config: Config, box: dict[str, BoxRange]
) -> Findings:
    """Return how robust a text can be, what is shared, and where the documents stand."""
    best = of_kind(worlds, "best")[0]
    near = of_kind(worlds, "near")
    found = {"robust_share": _robust(best, config.worlds)}
    found["near_optimal"] = _near(case, near)
    found["winners_curse"] = _curse(best, near)
    found["single_world"] = _picked(of_kind(worlds, "single_world"), "single_world")
    found["mean_world"] = _picked(of_kind(worlds, "mean_world"), "mean_world")
    texts = parsed(case, near)
    for document in documents(case):
        name = document.document_id
        found[f"share_{name}"] = _document(worlds, name, config.worlds)
    for document in every_document(case):
        found[f"distance_{document.document_id}"] = _distance(case, texts, best, document)
    return found


def _counted(value: float, n: int) -> Floats:
    """Return as many ones and zeros as a share of ``n`` worlds stands for."""
    return (np.arange(n) < round(value * n)).astype(float)


def _robust(best: Row, n: int) -> Finding:
    value = sampling(_counted(best["share_fresh"], n), share)
    sentence = (
        f"The most robust text found is accepted by every required signer in "
        f"{percent(value.value)} of {n} fresh worlds ({value.words(percent)}); no recommendation."
    )
    return finding(value, SHARE, sentence)


def _near(case: Case, near: list[Row]) -> Finding:
    """Say how many texts are nearly as good and which points they share."""
    texts, agenda = parsed(case, near), case.agenda
    shares = inclusion(texts, agenda.max_options)
    ids = np.flatnonzero(settled_alike(shares))
    said = ", ".join(
        f"{agenda.issue_ids[j]}={agenda.issues[j].codes[int(shares[j].argmax())]}" for j in ids
    )
    sentence = (
        f"{len(texts)} texts found are within {NEAR:g} of the best share; {len(ids)} of "
        f"{agenda.n_issues} points are settled alike in at least {percent(ALIKE)} of them"
        f"{f' ({said})' if said else ''}, {int((shares.max(axis=1) == 1).sum())} in all."
    )
    return finding(exactly(float(len(ids)), len(texts)), "points", sentence)


def _curse(best: Row, near: list[Row]) -> Finding:
    fall = best["share_searched"] - best["share_fresh"]
    fresh = float(np.mean([row["share_fresh"] for row in near]))
    sentence = (
        f"Winner's curse: {percent(best['share_searched'])} of the worlds it was chosen on, "
        f"{percent(best['share_fresh'])} of fresh ones; the nearly as good texts "
        f"{percent(fresh)} of fresh ones on average."
    )
    return finding(exactly(fall, len(near)), SHARE, sentence)


PICKS = {
    "single_world": "Texts best in one world (mean of {n})",
    "mean_world": "The text best in the mean world",
}


def _picked(rows: list[Row], kind: str) -> Finding:
    """Say what a text chosen without the other worlds is worth in fresh ones."""
    fresh = float(np.mean([row["share_fresh"] for row in rows]))
    claimed = float(np.mean([row["claimed_util"] for row in rows]))
    least = float(np.mean([row["least_util"] for row in rows]))
    sentence = (
        f"{PICKS[kind].format(n=len(rows))}: accepted in {percent(fresh)} of fresh worlds; there "
        f"its smallest surplus is {least:+.3f} util (median), where it was chosen {claimed:+.3f}."
    )
    return finding(exactly(fresh, len(rows)), SHARE, sentence)


def _document(worlds: pa.Table, name: str, n: int) -> Finding:
    """Say how a document fares, and how soon changes of its points help."""
    close = of_kind(worlds, "close", name)
    asked = of_kind(worlds, "document", name)[0]
    value = sampling(_counted(asked["share_fresh"], n), share)
    broken = asked["broken_implications"]
    law = f" (it breaks {broken} as it stands)" if broken else ""
    parts = ", ".join(
        f"{percent(row['share_fresh'])} with {row['changes']}" for row in close[: CHANGES + 1 : 2]
    )
    sentence = (
        f"{name}, open points read as silence: accepted in {percent(value.value)} of fresh "
        f"worlds{law}; with its open points free and so many points changed: {parts}."
    )
    return finding(value, SHARE, sentence)


def _distance(case: Case, near: Ints, best: Row, document: DocumentText) -> Finding:
    """Say how many of its points the robust text, and the nearest of its peers, change."""
    anchor = settled(document)
    whole, heavy = distances(case, case.agenda.parse(best["text"]), anchor)
    least = min(distances(case, text, anchor)[0] for text in near)
    known = int((anchor >= 0).sum())
    sentence = (
        f"{document.document_id} differs from the most robust text in {whole} of its {known} "
        f"settled points ({percent(heavy)} of the belligerents' mean weight), from the nearest of "
        f"the nearly as good in {least}; silence of a published text is settled."
    )
    return finding(exactly(float(whole), known), "points", sentence)


def figures(run_dir: Path, case: Case, config: Config) -> list[Path]:
    """Draw what near-optimal texts share, the paths from the documents, and the account."""
    from experiments.figures import robust, source, style

    run = source.read(run_dir, case, config)
    with style.look():
        return robust.draw(run)
