"""Check a proof that no text beats another: no solver, nothing compiled, whole numbers only.

Every set of signers and every level has a tree of boxes (options left open, (J, K) bool), nodes
in preorder: a split sends some options of an issue left and the others right; a leaf's
multipliers bound every text in its box. ``proof`` is a :class:`sim.proof.Certificate`.
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from sim.records import record
from sim.worth import Bools, Ints, Table

NEVER = -(1 << 60)


@record
class Case(NamedTuple):
    """One set of signers (S of them) at one level: gains (S, J, K), (S,), (S, Q), and the rest."""

    coef: Ints
    base: Ints
    link: Ints
    signs: Bools
    level: int
    rules: list[Any]


def check(proof: Any, world: Any, table: Table) -> bool:
    """Say whether the text is worth ``proof.value`` and no box holds anything better."""
    by = proof.ratio
    coef, link = world.coef * by[:, None, None, None], world.link * by[:, None, None]
    base = (world.base - proof.bar[:, None]) * by[:, None]
    rules = list(zip(*table[4:7], strict=True)) if proof.law else []
    size = [np.abs(a.astype(float)).max(initial=0) for a in (coef, base, link, proof.prices)]
    fine = size[0] * coef.shape[2] + size[1] + size[2] * link.shape[2] < 1 << 40
    fine = bool(fine and size[3] < 1 << 51 and proof.prices[:, :-1].sum(axis=1).max() < 1 << 17)
    if proof.text is not None:
        fine = fine and proof.value == worth(proof.text, coef, base, link, world.red, rules, table)
    for asked in product((True, False), repeat=len(coef)):
        signs = np.array(asked)
        whole = np.arange(coef.shape[3]) < table.n_options[:, None]
        whole = whole & ~world.red[signs].any(axis=0) & ~table.needs[:, :, ~signs].any(axis=2)
        for e in range(base.shape[1] if signs[table.belligerent].all() else 0):
            case = Case(coef[signs, e], base[signs, e], link[signs, e], signs, e, rules)
            fine = fine and covered(proof, case, table, whole.copy())
    return bool(fine)


def worth(
    x: Ints, coef: Ints, base: Ints, link: Ints, red: Bools, rules: list[Any], table: Table
) -> int | None:
    """Return the smallest surplus of a text; None if it breaks a rule or crosses a red line."""
    at, on = np.arange(len(x)), [x[i] == k and x[j] == m for i, k, j, m in table.links]
    signs, e = table.belligerent | table.needs[at, x].any(axis=0), table.enforcement[at, x].sum()
    each = base[:, e] + coef[:, e, at, x].sum(axis=1) + link[:, e] @ np.array(on, dtype=np.int64)
    broken = any(x[i] == k and not ok[x[t]] for (i, k), t, ok in rules)
    return None if broken or red[signs][:, at, x].any() else int(each[signs].min())


def covered(proof: Any, case: Case, table: Table, whole: Bools) -> bool:
    """Say whether the tree of this case leaves no text of the whole box unbounded."""
    node, boxes = proof.roots.get((*case.signs.tolist(), case.level), len(proof.split)), [whole]
    while boxes:
        if node >= len(proof.split):
            return False
        box, (issue, bits) = boxes.pop(), proof.split[node]
        alive = narrow(box, case, table)
        if issue >= 0:
            left, other = (bits >> np.arange(box.shape[1])) & 1 == 1, box.copy()
            box[issue], other[issue] = box[issue] & left, other[issue] & ~left
            boxes += [other, box]
        elif (
            alive and bound(box, proof.prices[node], proof.parent[node], case, table) > proof.value
        ):
            return False
        node += 1
    return True


def narrow(box: Bools, case: Case, table: Table) -> bool:
    """Strike options that no lawful text of this level in the box holds; False: none is left."""
    points, before = table.enforcement, ~box
    while (before != box).any() and box.any(axis=1).all():
        before = box.copy()
        for (i, k), t, ok in case.rules:
            if box[i, k] and not (box[t] & ok).any():
                box[i, k] = False
            elif box[i, k] and box[i].sum() == 1:
                box[t] &= ok
        low, high = np.where(box, points, 1 << 20).min(1), np.where(box, points, -1 << 20).max(1)
        box &= points + (low.sum() - low)[:, None] <= case.level
        box &= points + (high.sum() - high)[:, None] >= case.level
    return bool(box.any(axis=1).all())


def bound(box: Bools, price: Ints, parent: Ints, case: Case, table: Table) -> float:
    """Return the dual bound of a box: max-sum over the forest ``parent``, loose pairs at best."""
    lam, mu, (issues, options) = price[:-1][case.signs], price[-1], box.shape
    if lam.min() < 0 or lam.sum() == 0:
        return np.inf
    gain = np.where(box, np.tensordot(lam, case.coef, 1) + mu * table.enforcement, NEVER)
    pair, total = (
        np.zeros((issues, options, options), np.int64),
        int(lam @ case.base) - int(mu) * case.level,
    )
    for (i, k, j, m), w in zip(table.links, lam @ case.link, strict=True):
        if box[i, k] and box[j, m] and (i != j or k == m):
            if box[i].sum() == 1 or i == j:
                gain[j, m] += w
            elif box[j].sum() == 1:
                gain[i, k] += w
            elif parent[i] == j or parent[j] == i:
                pair[(i, k, m) if parent[i] == j else (j, m, k)] += w
            else:
                total += max(int(w), 0)
    for (i, k), t, ok in case.rules:
        if parent[i] == t:
            pair[i, k, ~ok] = NEVER
        elif parent[t] == i:
            pair[t, ~ok, k] = NEVER
    waiting = np.flatnonzero(parent >= 0)
    while len(waiting):
        ready = waiting[~np.isin(waiting, parent[waiting])]
        if not len(ready):
            return np.inf  # a cycle: no forest
        for j in ready:
            up = np.maximum(gain[j][:, None] + pair[j], NEVER).max(axis=0)
            gain[parent[j]] = np.maximum(gain[parent[j]] + up, NEVER)
        waiting = np.setdiff1d(waiting, ready)
    total += sum(gain[parent < 0].max(axis=1).tolist())
    return -np.inf if total < NEVER // 2 else total // int(lam.sum())
