"""The public that would vote on a text: its share at every strength of guarantees (1.5, 1.6).

The public is the one the polls teach (:mod:`experiments.calibration.opinion`). As for the sides,
every strength E stands for the package of exactly E points the public likes best, added to the rest
of the text.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from experiments.calibration.opinion import Publics, acceptance, passes, polled
from experiments.calibration.polls import opinion_of
from sim.case import Case
from sim.worth import Floats, Ints, enforcement_level


@dataclass(frozen=True, eq=False)
class Referendum:
    """What a party's public makes of a text with the best package of every strength.

    Attributes
    ----------
    party : str
    publics : Publics
        Draws of the public, S of them.
    levels : (L,) int64
        Strengths for which there is a package.
    texts : (L, J) int64
    """

    case: Case
    party: str
    publics: Publics
    levels: Ints
    texts: Ints

    def shares(self) -> Floats:
        """Return the share of the public that accepts, by draw and level, (S, L)."""
        found: Floats = acceptance(self.publics, self.case, self.texts)
        return found

    def chances(self) -> Floats:
        """Return the chance that a referendum passes, by draw and level, (S, L)."""
        return passes(self.publics, self.case, self.texts)

    def shares_at(self, rho0: float) -> Floats:
        """Return the mean share with the hazard that a deal breaks held at a value, (L,)."""
        held = replace(self.publics, rho0=np.full(len(self.publics), rho0))
        found: Floats = acceptance(held, self.case, self.texts).mean(axis=0)
        return found


def referendums(case: Case, text: Ints) -> list[Referendum]:
    """Return what every polled public makes of a text; none where no poll was learned from."""
    asked = ((party, opinion_of(case, party)) for party in polled(case))
    return [_of(case, p, opinion.publics, text) for p, opinion in asked if opinion is not None]


def _of(case: Case, party: str, publics: Publics, text: Ints) -> Referendum:
    texts = packages(case, text)
    points = np.array([enforcement_level(t, case.priors.enforcement) for t in texts])
    liked = acceptance(publics, case, texts).mean(axis=0)
    levels = np.unique(points)
    best = [int(np.flatnonzero(points == e)[liked[points == e].argmax()]) for e in levels]
    return Referendum(case, party, publics, levels, texts[best])


def packages(case: Case, text: Ints) -> Ints:
    """Return the text with every package of the issues that carry enforcement points, (N, J)."""
    free = np.flatnonzero((case.priors.enforcement > 0).any(axis=1))
    every = list(product(*(range(case.agenda.n_options[j]) for j in free)))
    texts = np.tile(text, (len(every), 1))
    texts[:, free] = every
    return texts
