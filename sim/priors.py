"""What a case assumes before any evidence is weighed: arrays over parties, issues and options.

Shapes: P parties in their fixed order, J issues, K = the largest number of options; cells of
options that do not exist are 0 or False.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agenda import Agenda, BoolArray, IntArray, frozen
from sim.errors import nearest
from sim.nodes import Node, listed
from sim.params import HAZARD, Param, read_param, read_params

KINDS = ("law", "meaning", "condition")
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """If an option is chosen, another issue must take one of some options (theory 1.4).

    ``kind`` says what it rests on: a ``law``, the ``meaning`` of the words, or a stated
    ``condition``.
    """

    issue: int
    option: int
    then_issue: int
    then_options: tuple[int, ...]
    why: str
    kind: str


@dataclass(frozen=True, eq=False)
class Ending:
    """A way the fighting ends without a text: a complete outcome (J,) and its monthly hazard."""

    name: str
    end: str
    text: IntArray
    hazard: Param


@dataclass(frozen=True)
class Paper:
    """One paper of a split: its name, who accepts it (parties) and its issues (indices)."""

    name: str
    signers: tuple[int, ...]
    issues: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Poll:
    """What the public of one party said of a whole plan; shares of 1.

    ``text`` (J,) is the plan with its treaty default where it is silent (0b c); ``n`` respondents
    were read it; ``expect_reattack`` is None where that was not asked.
    """

    field: str
    party: str
    plan: str
    text: IntArray
    accept: float
    reject: float
    expect_reattack: float | None
    n: int
    source: str


@dataclass(frozen=True, eq=False)
class Priors:
    """Everything a case assumes; arrays are read-only.

    Attributes
    ----------
    salience : (P, J), 0..100; only ratios within a party count.
    salience_concentration : float, Dirichlet concentration around salience.
    direction : (P,) int8; +1 worth rises along the listed options, -1 falls, 0 single-peaked.
    monotone : (J,) bool; False where the listed order is no preference order.
    enforcement : (J, K) int64 points; power_shift : (J, K) shift points.
    omega : one `Param` per party, util per shift point.
    rules : implications, which bind what enters into force.
    consent_options : (J, K, P) bool, who must perform the option by the list of the priors;
        a body such as ``us.congress`` counts as its party.
    consent_bodies : {(j, k): names as written}.
    consent_issues : (J, P) bool, the vetoes of consent.csv.
    status_quo, treaty_default : (J,) int64.
    front_lost : (J,) int64, the status quo once the contested region is lost (2.2); the status
        quo itself where the case names no front.
    endings : ends without a text, complete texts.
    params : every other number by dotted name.
    papers, polls : one split into papers; public opinion on whole plans.
    """

    salience: FloatArray
    salience_concentration: float
    direction: NDArray[np.int8]
    monotone: BoolArray
    enforcement: IntArray
    power_shift: FloatArray
    omega: tuple[Param, ...]
    rules: tuple[Rule, ...]
    consent_options: NDArray[np.bool_]
    consent_bodies: dict[tuple[int, int], tuple[str, ...]]
    consent_issues: NDArray[np.bool_]
    status_quo: IntArray
    front_lost: IntArray
    treaty_default: IntArray
    endings: tuple[Ending, ...]
    params: dict[str, Param]
    papers: tuple[Paper, ...]
    polls: tuple[Poll, ...]


def read_priors(
    node: Node, agenda: Agenda, parties: Sequence[str], belligerents: Sequence[str]
) -> dict[str, Any]:
    """Read the priors of a case mapping; faults gather in ``node.faults``.

    Returns
    -------
    dict
        The fields of `Priors` except ``consent_issues``, which comes from a table.
    """
    status_quo = _text(node.child("status_quo"), agenda)
    silent = _text(node.child("treaty_default"), agenda)
    options, bodies = _consent(node.child("consent"), agenda, parties)
    concentration = node.child("salience_concentration")
    return {
        "salience": _salience(node.child("salience"), agenda, len(parties)),
        "salience_concentration": read_param(
            concentration, "salience_concentration", (1e-3, 1e9)
        ).value,
        "direction": _direction(node.child("direction"), parties),
        "monotone": _monotone(node.child("not_monotone"), agenda),
        "enforcement": frozen(_points(node.child("enforcement"), agenda, _whole).astype(np.int64)),
        "power_shift": _points(node.child("power_shift"), agenda, Node.number),
        "omega": _omega(node.child("omega"), parties),
        "rules": tuple(
            rule
            for part in node.child("implications").elements()
            if (rule := _rule(part, agenda)) is not None
        ),
        "consent_options": options,
        "consent_bodies": bodies,
        "status_quo": status_quo,
        "front_lost": _front_lost(node, agenda, status_quo),
        "treaty_default": silent,
        "endings": _endings(node.child("endings"), agenda, status_quo, belligerents),
        "params": read_params(node.child("params"), parties, belligerents),
        "papers": _papers(node, agenda, parties),
        "polls": _polls(node, agenda, parties, silent),
    }


def _issue(node: Node, issue: str, agenda: Agenda) -> int | None:
    if issue in agenda.issue_ids:
        return agenda.issue_index(issue)
    node.fault(listed(agenda.issue_ids), nearest(issue, agenda.issue_ids), "an unknown issue")
    return None


def _option(node: Node, j: int, agenda: Agenda) -> int:
    codes = agenda.issues[j].codes
    word = node.word(codes)
    return 0 if word is None else codes.index(word)


def _cells(node: Node, agenda: Agenda) -> list[tuple[int, int, Node]]:
    """Walk ``{issue: {option: value}}`` and return (j, k, value) of every known pair."""
    found = []
    for issue, inner in node.items():
        j = _issue(inner, issue, agenda)
        for code, value in inner.items() if j is not None else []:
            codes = agenda.issues[j or 0].codes
            if code in codes:
                found.append((j or 0, codes.index(code), value))
            else:
                value.fault(listed(codes), nearest(code, codes), "an unknown option")
    return found


def _sourced(node: Node) -> Node:
    """Check ``{unit, source, values}`` and return the values."""
    node.keys(("unit", "source", "values"))
    node.child("unit").text()
    node.child("source").text()
    return node.child("values")


def _salience(node: Node, agenda: Agenda, n_parties: int) -> FloatArray:
    salience = np.zeros((n_parties, agenda.n_issues))
    values = _sourced(node)
    values.keys(agenda.issue_ids)
    for j, issue in enumerate(agenda.issue_ids):
        if values.has(issue):
            for p, number in enumerate(values.child(issue).elements(n_parties)):
                salience[p, j] = number.number(0.0, 100.0)
    if not node.faults and not (salience.sum(axis=1) > 0.0).all():
        values.fault("one number above 0 for every party", found="a party with zeros only")
    return frozen(salience)


def _direction(node: Node, parties: Sequence[str]) -> NDArray[np.int8]:
    node.keys(parties)
    signs = [node.child(party) for party in parties if node.has(party)]
    for sign in signs:
        if sign.value not in (-1, 0, 1) or isinstance(sign.value, bool):
            sign.fault("-1, 0, 1")
    clean = [s.value if s.value in (-1, 0, 1) else 0 for s in signs]
    return frozen(np.array(clean, dtype=np.int8))


def _monotone(node: Node, agenda: Agenda) -> BoolArray:
    listed_out = node.words(agenda.issue_ids)
    monotone = [issue.ordered and issue.id not in listed_out for issue in agenda.issues]
    return frozen(np.array(monotone, dtype=np.bool_))


def _whole(node: Node) -> float:
    return float(node.whole())


def _points(node: Node, agenda: Agenda, read: Callable[[Node], float]) -> FloatArray:
    points = np.zeros((agenda.n_issues, agenda.max_options))
    for j, k, value in _cells(_sourced(node), agenda):
        number = read(value)
        points[j, k] = 0.0 if np.isnan(number) else number
    return frozen(points)


def _omega(node: Node, parties: Sequence[str]) -> tuple[Param, ...]:
    node.keys(parties)
    return tuple(
        read_param(node.child(party), f"omega.{party}") for party in parties if node.has(party)
    )


def _rule(node: Node, agenda: Agenda) -> Rule | None:
    node.keys(("if", "then", "why", "kind"))
    kind, why = node.child("kind").word(KINDS), node.child("why").text()
    condition, demand = node.child("if").elements(2), node.child("then").elements(2)
    if not condition or not demand:
        return None
    j = _issue(condition[0], str(condition[0].value), agenda)
    then = _issue(demand[0], str(demand[0].value), agenda)
    if j is None or then is None:
        return None
    options = tuple(_option(option, then, agenda) for option in demand[1].elements())
    return Rule(j, _option(condition[1], j, agenda), then, options, why, kind or "")


def _consent(
    node: Node, agenda: Agenda, parties: Sequence[str]
) -> tuple[NDArray[np.bool_], dict[tuple[int, int], tuple[str, ...]]]:
    needs = np.zeros((agenda.n_issues, agenda.max_options, len(parties)), dtype=np.bool_)
    bodies: dict[tuple[int, int], tuple[str, ...]] = {}
    for j, k, names in _cells(node, agenda):
        for body in names.elements():
            party = str(body.value).partition(".")[0]
            if party in parties:
                needs[j, k, parties.index(party)] = True
            else:
                body.fault(listed(parties) + ", or a body as party.body", nearest(party, parties))
        bodies[j, k] = tuple(str(body.value) for body in names.elements())
    return frozen(needs), bodies


def _text(node: Node, agenda: Agenda) -> IntArray:
    text = np.zeros(agenda.n_issues, dtype=np.int64)
    node.keys(agenda.issue_ids)
    for j, issue in enumerate(agenda.issue_ids):
        if node.has(issue):
            text[j] = _option(node.child(issue), j, agenda)
    return frozen(text)


def _front_lost(case: Node, agenda: Agenda, status_quo: IntArray) -> IntArray:
    if not case.has("front"):
        return status_quo
    node, text = case.child("front"), status_quo.copy()
    node.keys(("issue", "lost"))
    j = _issue(node.child("issue"), str(node.child("issue").value), agenda)
    if j is not None:
        text[j] = _option(node.child("lost"), j, agenda)
    return frozen(text)


def _endings(
    node: Node, agenda: Agenda, status_quo: IntArray, belligerents: Sequence[str]
) -> tuple[Ending, ...]:
    ends = ("armistice_outside", *(f"war_decided_{party}" for party in belligerents))
    found = []
    for name, part in node.items():
        part.keys(("end", "hazard", "text"))
        end = part.child("end").word(ends) or ""
        text = _overlaid(part.child("text"), agenda, status_quo)
        hazard = read_param(part.child("hazard"), f"endings.{name}.hazard", HAZARD)
        found.append(Ending(name, end, text, hazard))
    return tuple(found)


def _papers(case: Node, agenda: Agenda, parties: Sequence[str]) -> tuple[Paper, ...]:
    if not case.has("documents_partition"):
        return ()
    node = case.child("documents_partition")
    node.keys(("source", "papers"))
    node.child("source").text()
    papers = node.child("papers").items()
    found = [_paper(name, paper, agenda, parties) for name, paper in papers]
    covered = [j for paper in found for j in paper.issues]
    for j, issue in enumerate(agenda.issue_ids):
        if covered.count(j) != 1 and not case.faults:
            times = f"{issue} in {covered.count(j)} papers"
            node.child("papers").fault("every issue in one paper", found=times)
    return tuple(found)


def _paper(name: str, node: Node, agenda: Agenda, parties: Sequence[str]) -> Paper:
    node.keys(("signers", "issues"))
    signers = node.child("signers").words(parties)
    issues = node.child("issues").words(agenda.issue_ids)
    return Paper(
        name,
        tuple(parties.index(signer) for signer in signers if signer),
        tuple(agenda.issue_index(issue) for issue in issues if issue),
    )


def _polls(
    case: Node, agenda: Agenda, parties: Sequence[str], silent: IntArray
) -> tuple[Poll, ...]:
    shares, texts, found = ("accept", "reject"), ("field", "plan", "source"), []
    for node in case.child("polls").elements() if case.has("polls") else []:
        node.keys((*texts, "party", "text", "n", *shares), ("expect_reattack",))
        asked = node.child("expect_reattack")
        values: dict[str, Any] = {
            **{key: node.child(key).text() for key in texts},
            **{key: node.child(key).number(0.0, 1.0) for key in shares},
            "expect_reattack": asked.number(0.0, 1.0) if node.has("expect_reattack") else None,
            "n": node.child("n").whole(1),
            "text": _overlaid(node.child("text"), agenda, silent),
        }
        total = values["accept"] + values["reject"]
        if total <= 0.0 or total > 1.0:
            said = f"accept and reject together {total:g}"
            node.fault("accept and reject together above 0 and at most 1", found=said)
        found.append(Poll(party=node.child("party").word(parties) or "", **values))
    return tuple(found)


def _overlaid(node: Node, agenda: Agenda, ground: IntArray) -> IntArray:
    """Return a complete text with the options of a mapping laid over it."""
    text = ground.copy()
    for issue, option in node.items():
        j = _issue(option, issue, agenda)
        if j is not None:
            text[j] = _option(option, j, agenda)
    return frozen(text)
