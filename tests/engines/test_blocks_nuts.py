"""NUTS on tied estimates against the exact engine: one compilation, every row within 4 MCSE."""

import numpy as np
import pytest
from tests.engines.tied_cases import CASES, model, review

import consilience as cs
from consilience.engines import Nuts

NAME = "compound symmetry and correlated errors"


@pytest.fixture(scope="module")
def both():
    case = CASES[NAME]
    effects = review(case.outcomes)
    return [cs.fit(model(case), effects, engine) for engine in ("exact", Nuts(seed=2))]


@pytest.mark.nuts
def test_the_engines_agree_on_every_row(both):
    exact, sampled = both
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = exact.summary(), sampled.summary()
    assert list(ours.index) == list(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"]) / theirs["mcse"]
    assert gap.max() < 4.0, (gap.idxmax(), gap.max())
    spread = np.abs(theirs["sd"] / ours["sd"] - 1.0) * np.sqrt(theirs["ess_bulk"])
    assert spread.max() < 10.0, spread.idxmax()


@pytest.mark.nuts
def test_what_follows_is_blind_to_the_engine(both):
    exact, sampled = both
    ours, theirs = (fit.draws["log_likelihood"]["yi"].mean(("chain", "draw")) for fit in both)
    np.testing.assert_allclose(ours, theirs, atol=0.05)
    one, other = (cs.outcome_borrowing(fit).outcomes for fit in both)
    np.testing.assert_allclose(one["borrowed"], other["borrowed"], atol=0.02)
    np.testing.assert_allclose(one["elsewhere"], other["elsewhere"], atol=0.01)
    found = [cs.check(fit).trials["p_value_loo"].to_numpy() for fit in (exact, sampled)]
    sound = np.isfinite(found[1])
    assert sound.sum() >= 5
    np.testing.assert_allclose(found[0][sound], found[1][sound], atol=0.06)
