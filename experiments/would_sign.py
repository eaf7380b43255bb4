"""`tango would-sign text=... party=...`: in which region does a side prefer a text to fighting on?

Draws the worlds of a configuration and asks each of them; no talks are played or compiled.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.compose import composed
from experiments.config import Config, read_config
from experiments.ensembles import basis
from experiments.findings import percent
from experiments.ranges import median, quantile, sampling, share
from experiments.report import CONDITIONAL
from experiments.switches import settings_of
from experiments.words import check
from sim.agenda import BRACKETED
from sim.case import Case, load_case
from sim.documents import DocumentText, broken_by, surplus_interval, text_of
from sim.ensemble import Ensemble
from sim.errors import BadInput, Fault, FaultList, nearest
from sim.posterior import ensemble_of
from sim.rows import Statement
from sim.signing_region import Boundary, boundaries, joint_tipping, proven_everywhere, weights
from sim.standing import Standing, stand
from sim.worth import Ints, Table, is_signer

ALLOWED = "text=DOCUMENT or text='issue=option;...', party=NAME, and keys of a run"
WEIGHTS, STATEMENTS = 3, 6
"""Weights and statements that are shown."""
WIDE = 100


@dataclass(frozen=True)
class Asked:
    """A text as it is judged: complete, with the points it did not settle itself."""

    name: str
    document: DocumentText
    text: Ints
    open: tuple[int, ...]


def answer(words: Sequence[str]) -> int:
    """Answer a command line (without its first word) on stdout; return the exit code."""
    own, rest = _split(words)
    check(rest, [], sweep=False)
    config = read_config(composed(rest))
    case = load_case(config.case_section, folder=config.case_folder)
    party, asked = _read(own, case)
    print(screen(case, config, party, asked))
    return 0


def _split(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return our own two words and those of a run; a missing or repeated one is a fault."""
    own: dict[str, str] = {}
    rest, faults = [], FaultList()
    for word in words:
        name, _, value = word.partition("=")
        if name not in ("text", "party"):
            if "=" not in word:
                faults.add("would-sign", word, ALLOWED, nearest(word, ("text=", "party=")))
            rest.append(word)
        elif name in own:
            faults.add(name, f"{own[name]} and {value}", "one value")
        else:
            own[name] = value
    for name in ("text", "party"):
        if not own.get(name):
            faults.add(name, "nothing", ALLOWED)
    faults.raise_if_any()
    return own, rest


def _read(own: dict[str, str], case: Case) -> tuple[int, Asked]:
    """Return the party and the text asked about; raise `BadInput` with every fault."""
    faults, party, asked = FaultList(), -1, None
    try:
        party = case.party_index(own["party"])
    except BadInput as bad:
        faults.extend(bad.faults)
    try:
        asked = read_text(case, own["text"])
    except BadInput as bad:
        faults.extend(bad.faults)
    faults.raise_if_any()
    if asked is None:
        raise RuntimeError("a text that is no fault was not read")
    return party, asked


def read_text(case: Case, said: str) -> Asked:
    """Read a document id or ``issue=option;...`` as a complete text.

    An issue the text does not mention keeps what a signed text that is silent leaves in place
    (the treaty default). So does, and that is our reading, an issue left to the leaders or not
    known from an unpublished text; those are listed, and the best and worst ways to settle them
    are shown beside.
    """
    if "=" in said:
        text = case.agenda.parse(said)
        silent = text < BRACKETED
        text = np.where(silent, case.priors.treaty_default, text)
        document = DocumentText("", text, silent, int((~silent).sum()), bool((text < 0).any()))
        name = "the text given"
    elif said in case.document_ids:
        document = text_of(case, said)
        title = next(d.title for d in case.tables.documents if d.document_id == said)
        name = f"{title} ({said})"
    else:
        allowed = f"{', '.join(case.document_ids)}, or issue=option;..."
        raise BadInput(Fault("text", said, allowed, nearest(said, case.document_ids)))
    left = tuple(int(j) for j in np.flatnonzero(document.text < 0))
    whole = np.where(document.text < 0, case.priors.treaty_default, document.text)
    return Asked(name, document, np.ascontiguousarray(whole), left)


def screen(case: Case, config: Config, party: int, asked: Asked) -> str:
    """Return the whole answer, one screen of plain text."""
    ensemble = ensemble_of(case, settings_of(config, case), config.seed)
    first, last = config.span(config.worlds)
    standing = stand(ensemble, range(first, last), asked.text, party)
    name, n = label(case.parties[party]), len(standing.surplus)
    parts = [
        [f"Would {name} sign {asked.name}?"],
        _answer(standing, asked, ensemble, name),
        _region(ensemble, standing, name),
        _record(case, party, asked, name),
        [
            f"{n} worlds of {case.name}, seed {config.seed}, drawn from {basis(config, case)}.",
            CONDITIONAL,
            NO_ADVICE,
        ],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts)


NO_ADVICE = "It says where a side would sign in this model, not that it should."


def label(party: str) -> str:
    """Return a party's name as it is written in a sentence."""
    return party.upper() if len(party) <= 3 else party.replace("_", " ").title()


def _answer(s: Standing, asked: Asked, ensemble: Ensemble, name: str) -> list[str]:
    """Say in how many worlds it prefers the text, by how much, and what else stands against it."""
    case, table = ensemble.case, ensemble.table
    willing = sampling((s.surplus >= 0).astype(float), share)
    month = s.surplus / np.array([w.month[s.party] for w in s.worlds])
    lines = [
        f"{name} prefers it to fighting on in {percent(willing.value)} of {len(month)} worlds "
        f"({willing.words(percent)}).",
        f"  Gain over fighting on: {median(month):+.1f} own war-months (median; 90 % of worlds: "
        f"{quantile(month, 0.05):+.1f} to {quantile(month, 0.95):+.1f}).",
        *_red_lines(s, asked, case, name),
        f"  Whose signature it needs: {_signers(asked.text, table, case)}.",
    ]
    broken = broken_by(_as_judged(asked), case, table)
    for rule in broken:
        how = ", by silence" if rule.by_silence else ""
        lines += _wrapped(f"  To be cured before it binds ({rule.kind}{how}): ", f"{rule.why}.")
    return lines + (_open_points(s, asked, ensemble) if asked.open else [])


def _as_judged(asked: Asked) -> DocumentText:
    d = asked.document
    silent = d.silent | (d.text < 0)
    return DocumentText(d.document_id, asked.text, silent, d.known, d.interval)


def _red_lines(s: Standing, asked: Asked, case: Case, name: str) -> list[str]:
    flags = np.array([
        w.red[s.party, np.arange(len(asked.text)), asked.text] for w in s.worlds
    ]).mean(axis=0)  # fmt: skip
    worst = [j for j in np.argsort(-flags, kind="stable")[:3] if flags[j] > 0]
    signs = percent(((s.surplus >= 0) & ~s.red).mean())
    crossed = percent(s.red.mean())
    said = (
        f"  Red lines: it crosses one of {name}'s in {crossed} of worlds; it would sign in {signs}"
    )
    ids = [f"{case.agenda.issue_ids[j]} ({percent(flags[j])})" for j in worst]
    return _wrapped(f"{said}. ", f"Most often: {', '.join(ids)}." if ids else "")


def _signers(text: Ints, table: Table, case: Case) -> str:
    needed = [label(p) for i, p in enumerate(case.parties) if is_signer(text, table, i)]
    return ", ".join(needed)


def _open_points(s: Standing, asked: Asked, ensemble: Ensemble) -> list[str]:
    """List the points the text leaves open, and what the best and worst ways to settle them do."""
    ids = ensemble.case.agenda.issue_ids
    kinds = {True: "left to the leaders", False: "not known"}
    lines = []
    for bracketed, words in kinds.items():
        here = [ids[j] for j in asked.open if (asked.document.text[j] == BRACKETED) == bracketed]
        if here:
            lines += _wrapped(
                f"  {len(here)} points {words}, read as silence: ", f"{', '.join(here)}."
            )
    ends = np.array([
        surplus_interval(asked.document, w, ensemble.table, s.party) for w in s.worlds
    ])  # fmt: skip
    low, high = ((ends[:, n] >= 0).mean() for n in (0, 1))
    return [
        *lines,
        f"  Settled at their worst for it, {percent(low)} of worlds would do; at their best, "
        f"{percent(high)}.",
    ]


def _wrapped(head: str, said: str) -> list[str]:
    """Return words after a head, broken into lines."""
    return textwrap.wrap(head + said, WIDE, subsequent_indent="    ", break_on_hyphens=False)


def _region(ensemble: Ensemble, s: Standing, name: str) -> list[str]:
    """Tell what the answer hangs on, one number at a time, then together."""
    found = boundaries(ensemble, s)
    heavy = [b for b in weights(ensemble, s)[:WEIGHTS] if b.held.any()]
    yes, no = proven_everywhere(ensemble, s)
    head = f"  {'':<34}{'range':<19}{'boundary in':<13}{'median':<9}{'signs':<12}half the worlds"
    return [
        "What the answer hangs on: one number moves, the others stay as each world drew them",
        head,
        *(_row(b) for b in found),
        *(_row(b) for b in heavy),
        "  * found by scanning and bisection, not certified; the others are closed forms, proven."
        " A weight",
        "    moves by a factor. 'half the worlds': held there in every world, half answer the"
        " other way.",
        *_wrapped("  Nearest single change: ", _nearest([*found, *heavy])),
        *_wrapped("  Nearest joint change: ", _joint(ensemble, s)),
        f"  Proven whatever {name}'s cost of war, kE, omega and rho0 within range: signs in "
        f"{percent(yes.mean())}, not in {percent(no.mean())}.",
    ]


def _row(b: Boundary) -> str:
    """Return one line of the table of boundaries."""
    held, mark = b.held, "" if b.proven else " *"
    span = f"{b.low:.3g} to {b.high:.3g}"
    where, side = "-", "-"
    if held.any():
        above = float(b.above[held].mean())
        where = f"{median(b.at[held]):.3g}"
        side = "above" if above == 1 else "below" if above == 0 else f"{percent(above)} above"
    tip = b.tipping()
    said = "no value" if tip is None else f"at {tip:.3g} ({b.steps_to(tip):+.1f} sd)"
    label = f"{b.name}{mark}"
    return f"  {label:<34}{span:<19}{percent(held.mean()):<13}{where:<9}{side:<12}{said}"


def _nearest(found: Sequence[Boundary]) -> str:
    tips = [(b, tip) for b in found if (tip := b.tipping()) is not None]
    if not tips:
        return "none; no single number within its range turns half the worlds."
    b, tip = min(tips, key=lambda pair: abs(pair[0].steps_to(pair[1])))
    now = f"{b.middle:.3g}, the middle of its prior"
    steps = abs(b.steps_to(tip))
    return f"{b.name} at {tip:.3g} instead of {now} ({steps:.1f} standard deviations)."


def _joint(ensemble: Ensemble, s: Standing) -> str:
    found = joint_tipping(ensemble, s)
    if found is None:
        return "none within the ranges of cost of war, rho0, kE and omega."
    step, values = found
    said = ", ".join(f"{name} {value:.3g}" for name, value in values.items())
    return f"{said} ({step:.2f} standard deviations each)."


def _record(case: Case, party: int, asked: Asked, name: str) -> list[str]:
    """List the party's dated statements against the text, the strongest and latest first."""
    against, for_it = statements(case, party, asked)
    if not against:
        return [f"On record, {name} has said nothing against it ({len(for_it)} statements for it)."]
    shown = min(len(against), STATEMENTS)
    head = (
        f"On record against it: {len(against)} statements of {name} ({len(for_it)} for a point of "
        f"it). The strongest, the latest first:"
    )
    return [head, *(_statement(row) for row in against[:shown])]


def statements(case: Case, party: int, asked: Asked) -> tuple[list[Statement], list[Statement]]:
    """Return a party's statements against and for the points the text itself settles.

    Against: it rejects the option, or demands another of the same issue. For: it demands or
    accepts the option. The strongest first, then the latest.
    """
    agenda, against, for_it = case.agenda, [], []
    for row in case.tables.statements:
        j = agenda.issue_index(row.issue)
        if row.party != case.parties[party] or j in asked.open:
            continue
        same = agenda.option_index(row.issue, row.option) == asked.text[j]
        if (same and row.stance == "rejects") or (not same and row.stance == "demands"):
            against.append(row)
        elif same and row.stance in ("demands", "accepts"):
            for_it.append(row)
    order = [sorted(rows, key=lambda r: (-r.strength, -r.date.toordinal())) for rows in (
        against, for_it)]  # fmt: skip
    return order[0], order[1]


def _statement(row: Statement) -> str:
    """Return two lines on a statement: who said what about which option, and its gist."""
    who = row.speaker.partition(" (")[0]
    what = f"{row.stance} {row.issue}={row.option}"
    head = f"  {row.statement_id} (strength {row.strength}) {who} {what}"
    return f"{head}\n      {_cut(row.gist, WIDE - 6)}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 3].rstrip()}..."
