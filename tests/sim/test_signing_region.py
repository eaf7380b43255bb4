"""Where a party would sign: every boundary against worlds drawn anew on either side of it."""

import numpy as np
import pytest

from sim.documents import text_of
from sim.ensemble import prior_ensemble
from sim.settings import Settings
from sim.signing_region import boundaries, proven_everywhere, weights
from sim.standing import mixed, shares_of, stand, surplus_of, utility_of, worth_of_war
from sim.worth import enforcement_level, surplus

SEED, WORLDS = 2026, range(24)
STEP = 1e-3
"""Share of the range on either side of a boundary: far more than the rounding of an integer."""


@pytest.fixture(scope="module", params=[("us_28_point", 1), ("europe_counter", 0)])
def standing(request, ensemble):
    document, party = request.param
    return stand(ensemble, WORLDS, text_of(ensemble.case, document).text, party), document


def exact(case, i, document, party, fixed):
    """Return the integer surplus of one world drawn with some numbers held."""
    ensemble = prior_ensemble(case, Settings(fixed=fixed), SEED)
    world, table = ensemble.world(i), ensemble.table
    text = text_of(case, document).text
    level = enforcement_level(text, table.enforcement)
    return surplus(
        text, world.coef[party], world.base[party], world.link[party], table.links, level
    )


def test_the_parts_add_up_to_the_surplus(standing):
    s, _ = standing
    parts = s.peace * s.gain + (1 - s.peace) * s.shift
    assert parts == pytest.approx(s.surplus, abs=3e-5)
    for w, world in enumerate(s.worlds):
        war = worth_of_war(s, w, world.delta, world.fighting.hazard[s.party])
        assert war == pytest.approx(world.reserve[s.party], abs=1e-12)


def test_on_either_side_of_a_boundary_the_answer_differs(standing, ensemble):
    """Patience, hazards, costs, guarantees: the number is held there and the world drawn anew."""
    s, document = standing
    asked = 0
    for b in boundaries(ensemble, s):
        step = STEP * (b.high - b.low)
        for w in np.flatnonzero(b.held)[:3]:
            low, high = (
                exact(ensemble.case, s.numbers[w], document, s.party, {b.name: x})
                for x in np.clip([b.at[w] - step, b.at[w] + step], b.low, b.high)
            )
            assert (low < 0 <= high) if b.above[w] else (high < 0 <= low), b.name
            asked += 1
    assert asked >= 10


def test_a_weight_at_its_boundary_leaves_the_party_indifferent(standing, ensemble):
    """The weight is multiplied, all are normalised, the war is valued anew."""
    s, document = standing
    text, found = text_of(ensemble.case, document).text, 0
    for b in weights(ensemble, s)[:4]:
        j = ensemble.case.agenda.issue_index(b.name.removeprefix("weight."))
        for w in np.flatnonzero(b.held)[:3]:
            old, p = s.worlds[w], s.party
            weight = old.weight.copy()
            weight[p, j] *= b.at[w]
            weight[p] /= weight[p].sum()
            world, prior = old._replace(weight=weight), ensemble.prior
            lots = (text, prior.status_quo, prior.front_lost, *prior.ending_text)
            u, now, gone, *ends = (utility_of(ensemble, world, x, p) for x in lots)
            shares = shares_of(world, world.delta, world.fighting.hazard[p])
            war = mixed(shares, now, gone, np.array(ends)) - shares[0] * s.cost[w]
            gain = u - war
            found += 1
            left = surplus_of(gain, s.shift[w], s.delta[w], s.rho0[w], s.k_e[w], s.level)
            assert left == pytest.approx(0, abs=1e-5)
    assert found >= 3


def test_what_is_proven_over_a_box_holds_anywhere_in_it(standing, ensemble):
    s, document = standing
    party, priors = ensemble.case.parties[s.party], ensemble.case.priors
    yes, no = proven_everywhere(ensemble, s)
    assert not (yes & no).any()
    assert (yes | no).any()
    gen = np.random.default_rng(3)
    box = {n: priors.params[n] for n in (f"cost_flow.{party}", "rho0", f"kE.{party}")}
    box[f"omega.{party}"] = priors.omega[s.party]
    for w in [*np.flatnonzero(yes)[:4], *np.flatnonzero(no)[:4]]:
        for _ in range(4):
            fixed = {n: float(gen.uniform(p.low, p.high)) for n, p in box.items()}
            sign = exact(ensemble.case, s.numbers[w], document, s.party, fixed) >= 0
            assert sign == yes[w]


def test_half_the_worlds_answer_the_other_way_beyond_the_tipping_value(standing, ensemble):
    s, _ = standing
    for b in boundaries(ensemble, s):
        tip = b.tipping()
        if tip is not None:
            assert (b.share_at(tip) >= 0.5) != (b.share_at(b.middle) >= 0.5)
            assert b.low <= tip <= b.high


def test_shares_move_one_way_where_the_closed_form_says_so(standing, ensemble):
    """A dearer war never lowers the share that signs."""
    s, _ = standing
    cost = boundaries(ensemble, s)[0]
    shares = [cost.share_at(x) for x in np.linspace(cost.low, cost.high, 20)]
    assert shares == sorted(shares)
    assert cost.proven
    assert cost.name.startswith("cost_flow.")
