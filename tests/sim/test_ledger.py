"""Who bears what: the account of every party adds up to its surplus, point by point."""

import numpy as np
import pytest

from sim.documents import text_of
from sim.ledger import against, ledger
from sim.standing import stand


@pytest.mark.parametrize("party", range(4))
def test_the_parts_of_an_account_add_up(ensemble, party):
    text = text_of(ensemble.case, "us_28_point").text
    standing = stand(ensemble, range(6), text, party)
    account = ledger(ensemble, standing, text)
    whole = account.points.sum(axis=1) + account.war + account.pairs
    assert whole == pytest.approx(standing.surplus, abs=3e-5)
    assert (account.war > 0).all()
    assert np.abs(account.pairs).max() < 0.3


def test_against_another_text_only_the_points_that_differ_count(ensemble):
    text = text_of(ensemble.case, "us_28_point").text
    other = text.copy()
    other[3] = 1 - min(int(text[3]), 1)
    standing = stand(ensemble, range(4), text, 1)
    gains = against(standing, text, other)
    assert (gains[:, 3] != 0).all()
    assert not np.delete(gains, 3, axis=1).any()
    assert against(standing, text, text).max() == 0
