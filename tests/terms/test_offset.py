"""What is known to shift effects is added, not estimated."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError
from consilience.rows import combinations
from consilience.terms import Exchangeable, Offset

HALF = priors.HalfNormal(0.5)
SHIFTS = np.array([0.2, 0.0, -0.1, 0.3, 0.0, 0.1])


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame({
        "study": list("ABCDEF"), "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3],
        "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02], "shift": SHIFTS,
        "kind": list("ababab"), "gap": [0.1, None, 0.0, 0.0, 0.0, 0.0], "word": "x",
    })  # fmt: skip


@pytest.fixture(scope="module")
def trials(table):
    return cs.effect_sizes(table, "GEN")


def fitted(effects, *terms):
    scatter = heterogeneity.Normal(HALF)
    return cs.fit(cs.Model(mu=priors.Normal(0, 1), terms=terms, heterogeneity=scatter), effects)


@pytest.fixture(scope="module")
def both(table, trials):
    """With an offset, and with the shifts taken from the estimates beforehand."""
    moved = cs.effect_sizes(table.assign(yi=table["yi"] - SHIFTS), "GEN")
    level = Exchangeable("kind", HALF)
    return fitted(trials, Offset("shift"), level), fitted(moved, level)


def test_an_offset_is_a_subtraction(both):
    ours, theirs = both
    assert ours.log_evidence == pytest.approx(theirs.log_evidence, abs=1e-12)
    rows = [name for name in theirs.summary().index if not name.startswith("theta")]
    pd.testing.assert_frame_equal(ours.summary().loc[rows], theirs.summary().loc[rows], rtol=1e-9)


def test_true_effects_carry_the_shift(both):
    ours, theirs = (fit.summary().filter(like="theta", axis=0)["mean"] for fit in both)
    np.testing.assert_allclose(ours - theirs, SHIFTS, atol=1e-12)


def test_draws_replicates_and_left_out_trials_carry_it_too(both):
    ours, theirs = both
    gap = ours.draws["posterior"]["theta"] - theirs.draws["posterior"]["theta"]
    np.testing.assert_allclose(gap.mean(("chain", "draw")), SHIFTS, atol=1e-10)
    np.testing.assert_allclose(ours.posterior.foresee(), theirs.posterior.foresee(), atol=1e-10)
    ours_p, theirs_p = (cs.check(fit).trials["p_value"] for fit in both)
    np.testing.assert_allclose(ours_p, theirs_p, atol=1e-10)


def test_it_has_no_row_of_its_own(both):
    ours, theirs = both
    assert list(ours.summary().index) == list(theirs.summary().index)
    assert "offset" not in ours.draws["posterior"]


def test_shifts_by_label_are_those_of_a_column(trials, both):
    named = Offset(values=dict(zip("ABCDEF", SHIFTS, strict=True)))
    found = fitted(trials, named, Exchangeable("kind", HALF))
    pd.testing.assert_frame_equal(found.summary(), both[0].summary())
    assert named == Offset(values=tuple(zip("ABCDEF", SHIFTS.tolist(), strict=True)))
    assert hash(named)


def test_a_new_trial_says_its_own_shift(trials):
    fit = fitted(trials, Offset("shift"))
    rows = pd.DataFrame({"shift": [0.0, 0.25]}, index=["plain", "shifted"])
    found = fit.combine(combinations(fit, rows))["mean"]
    assert found["shifted"] - found["plain"] == pytest.approx(0.25, abs=1e-12)
    assert found["plain"] == pytest.approx(fit.summary().loc["mu", "mean"], abs=1e-12)
    with pytest.raises(ModelError, match="does not say its 'shift'"):
        cs.predict(fit, cs.NewTrial(sei=0.1))
    future = cs.predict(fit, cs.NewTrial(sei=0.1, shift=5.0), seed=1)["predictions"]
    assert float(future["mu"].mean()) == pytest.approx(5 + found["plain"], abs=0.02)


def test_prior_and_data_conflict_is_judged_after_the_shift(table):
    """Estimates near 20 with a known shift of 20 surprise nobody."""
    moved = cs.effect_sizes(table.assign(yi=table["yi"] + 20.0, shift=20.0), "GEN")
    assert "conflict" not in str(fitted(moved, Offset("shift")).diagnosis)
    assert "conflict" in str(fitted(moved).diagnosis)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"column": 3},
        {"values": {"A": "much"}},
        {"values": {"A": np.nan}},
        {"values": 4},
        {"column": ""},
    ],
    ids=str,
)
def test_settings_are_checked(settings):
    with pytest.raises(ModelError, match="Offset takes the name of a column"):
        Offset(**settings)


def test_unknown_names_and_empty_cells_are_named(trials):
    with pytest.raises(ModelError, match=r"'Z'.*no such estimate.*A, B"):
        fitted(trials, Offset(values={"Z": 0.1}))
    with pytest.raises(ModelError, match="no column 'typo'"):
        fitted(trials, Offset("typo"))
    with pytest.raises(DataError, match=r"'B'.*gap"):
        fitted(trials, Offset("gap"))
    with pytest.raises(DataError, match="word"):
        fitted(trials, Offset("word"))
