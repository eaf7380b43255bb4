"""Hypothesis strategies and an independent brute force: small worlds, every text enumerated.

Nothing here imports the solver: the oracle shares no code with what it checks.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from hypothesis import strategies as st

from sim.proof import Stakes
from sim.worth import Table


@dataclass
class Small:
    """A small bargaining problem in plain arrays; ``world()`` and ``table()`` wrap it."""

    coef: np.ndarray  # (P, L, J, K) int64
    base: np.ndarray  # (P, L) int64
    red: np.ndarray  # (P, J, K) bool
    n_options: np.ndarray  # (J,)
    enforcement: np.ndarray  # (J, K)
    needs: np.ndarray  # (J, K, P) bool
    belligerent: np.ndarray  # (P,) bool
    rules: list[tuple[int, int, int, tuple[int, ...]]]
    month: np.ndarray  # (P,)
    links: np.ndarray = None  # (Q, 4); none unless given
    link: np.ndarray = None  # (P, L, Q) int64

    def __post_init__(self):
        if self.links is None:
            parties, levels = self.base.shape
            self.links = np.zeros((0, 4), dtype=np.int64)
            self.link = np.zeros((parties, levels, 0), dtype=np.int64)

    def table(self) -> Table:
        """Wrap as the Table a rule reads."""
        rule_ok = np.zeros((len(self.rules), self.coef.shape[3]), dtype=np.bool_)
        for r, rule in enumerate(self.rules):
            rule_ok[r, list(rule[3])] = True
        return Table(
            self.n_options, self.enforcement, self.needs, self.belligerent,
            np.array([r[:2] for r in self.rules], dtype=np.int64).reshape(-1, 2),
            np.array([r[2] for r in self.rules], dtype=np.int64),
            rule_ok, self.links, np.zeros(len(self.n_options), dtype=np.bool_),
        )  # fmt: skip

    def world(self) -> Stakes:
        """Wrap as what the solver reads of a World."""
        return Stakes(self.coef, self.base, self.link, self.red, self.month)

    def texts(self):
        """Yield every text of the agenda."""
        yield from product(*(range(n) for n in self.n_options))

    def gains(self, text) -> list[tuple[int, int]]:
        """List (party, integer surplus) of the signers of a text."""
        level = sum(int(self.enforcement[j, k]) for j, k in enumerate(text))
        out = []
        for p in range(len(self.belligerent)):
            asked = any(self.needs[j, k, p] for j, k in enumerate(text))
            if self.belligerent[p] or asked:
                worth = sum(int(self.coef[p, level, j, k]) for j, k in enumerate(text))
                for q, (i, k, j, m) in enumerate(self.links):
                    worth += int(self.link[p, level, q]) * (text[i] == k and text[j] == m)
                out.append((p, worth + int(self.base[p, level])))
        return out

    def lawful(self, text) -> bool:
        """Say whether a text keeps every rule."""
        return all(text[a] != b or text[c] in ok for a, b, c, ok in self.rules)

    def clean(self, text) -> bool:
        """Say whether a text crosses no signer's red line."""
        signers = [p for p, _ in self.gains(text)]
        return not any(self.red[p, j, k] for p in signers for j, k in enumerate(text))

    def brute_force(self, law: bool = True) -> float:
        """Return the best smallest surplus over every text, util; -inf if none is clean."""
        best = -np.inf
        for text in self.texts():
            if self.clean(text) and (self.lawful(text) or not law):
                best = max(best, min(s for _, s in self.gains(text)) / 1e6)
        return best


@st.composite
def smalls(draw, least_parties=2) -> Small:
    """Draw a small problem: levels, consent, red lines, rules, linkages, all on."""
    return small_of(
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(least_parties, 4)),
        draw(st.integers(2, 5)),
    )


def small_of(seed: int, parties: int, issues: int) -> Small:
    """Build a small problem from a seed (Hypothesis shrinks the seed and the sizes)."""
    rng = np.random.default_rng(seed)
    options = 4
    n_options = rng.integers(2, options + 1, issues)
    pad = np.arange(options)[None, :] >= n_options[:, None]
    enforcement = rng.integers(0, 3, (issues, options)) * (rng.random((issues, options)) < 0.5)
    enforcement[pad] = 0
    levels = int(enforcement.max(axis=1).sum()) + 1
    weight = rng.dirichlet(np.ones(issues), parties)
    value = rng.random((parties, issues, options))
    peace = np.sort(rng.uniform(0.4, 0.9, (parties, levels)), axis=1)
    shift = rng.normal(0, 0.03, (parties, issues, options))
    worth = weight[:, :, None] * value
    coef = np.round(1e6 * (peace[:, :, None, None] * worth[:, None] + shift[:, None])).astype(
        np.int64
    )
    base = np.round(-1e6 * peace * rng.uniform(0.3, 0.8, (parties, 1))).astype(np.int64)
    belligerent = np.arange(parties) < 2
    needs = rng.random((issues, options, parties)) < 0.15
    needs[:, :, :2] = False
    rules = []
    for _ in range(int(rng.integers(0, 4))):
        a, c = rng.choice(issues, 2, replace=False)
        keep = rng.permutation(n_options[c])[: max(1, n_options[c] // 2)]
        rules.append((int(a), int(rng.integers(n_options[a])), int(c), tuple(map(int, keep))))
    red = rng.random((parties, issues, options)) < 0.1
    month = rng.uniform(0.001, 0.01, parties)
    links = np.zeros((int(rng.integers(0, 4)), 4), dtype=np.int64)
    for q in range(len(links)):  # now and then the same pair twice, or a cycle
        i, j = rng.choice(issues, 2, replace=False)
        links[q] = i, rng.integers(n_options[i]), j, rng.integers(n_options[j])
    size = rng.normal(0, 0.06, (parties, len(links)))
    link = np.round(1e6 * peace[:, :, None] * size[:, None]).astype(np.int64)
    return Small(
        coef, base, red, n_options, enforcement.astype(np.int64), needs, belligerent, rules, month,
        links, link,
    )  # fmt: skip
