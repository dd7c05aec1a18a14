"""Offsets of models of counts: known shifts of each trial's effect on the logarithmic scale."""

import numpy as np
import pandas as pd
import pytest
from tests.classical.test_glmm import drawn

from consilience.classical import glmm
from consilience.classical.glmm.pool import pool_counts
from consilience.errors import DataError, ModelError


def shifted_table(code, seed=4):
    table = drawn(code, seed=seed)
    rng = np.random.default_rng(9)
    return table.assign(x=rng.normal(size=len(table)), flat=0.7, half=0.35)


@pytest.mark.parametrize("code", glmm.REGISTRY)
def test_a_known_shift_of_all_trials_moves_the_mean_alone(code):
    table = shifted_table(code)
    plain, moved = pool_counts(table, code), pool_counts(table, code, moderators="offset(flat)")
    assert moved.beta[0] == pytest.approx(plain.beta[0] - 0.7, abs=1e-7)
    assert moved.names == ("mu",)
    assert moved.tau2 == pytest.approx(plain.tau2, rel=1e-5, abs=1e-9)
    np.testing.assert_allclose(moved.summary()["se"], plain.summary()["se"], rtol=1e-5)
    heights = [each.fit_statistics()["log_likelihood"] for each in (plain, moved)]
    assert heights[0] == pytest.approx(heights[1], abs=1e-8)
    for name in ("Q", "Q_wald", "I2"):
        ours, theirs = moved.heterogeneity()[name], plain.heterogeneity()[name]
        assert ours == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("code", glmm.REGISTRY)
def test_the_known_part_of_a_slope_comes_off_that_slope(code):
    table = shifted_table(code)
    table["known"] = 0.4 * table["x"]
    plain = pool_counts(table, code, moderators="x")
    moved = pool_counts(table, code, moderators="x + offset(known)")
    np.testing.assert_allclose(moved.beta, plain.beta - [0.0, 0.4], rtol=0, atol=1e-6)
    np.testing.assert_allclose(moved.cov, plain.cov, rtol=1e-4, atol=1e-9)


def test_person_time_is_an_offset_of_rates():
    """Events per unit of time: the logarithm of the time as an offset says the same."""
    table = drawn("IRLN")
    other = table.assign(person_time=1.0, log_time=np.log(table["person_time"]))
    plain = pool_counts(table, "IRLN")
    moved = pool_counts(other, "IRLN", moderators="offset(log_time)")
    assert moved.beta[0] == pytest.approx(plain.beta[0], abs=1e-7)
    assert moved.tau2 == pytest.approx(plain.tau2, rel=1e-5)
    ours, theirs = moved.confint(), plain.confint()
    np.testing.assert_allclose(ours["upper"], theirs["upper"], rtol=1e-5)


def test_two_offsets_add_up_and_are_named():
    table = shifted_table("OR.CM.EL")
    one = pool_counts(table, moderators="offset(flat)")
    two = pool_counts(table, moderators="offset(half) + offset(half)")
    assert two.beta[0] == pytest.approx(one.beta[0], abs=1e-9)
    assert "flat" in one.effects.log[-1]


def test_offsets_that_cannot_be_are_refused_by_name():
    table = shifted_table("PLO")
    with pytest.raises(ModelError, match="absent"):
        pool_counts(table, "PLO", moderators="offset(absent)")
    with pytest.raises(ModelError, match="subtracts an offset"):
        pool_counts(table, "PLO", moderators="x - offset(flat)")
    broken = table.assign(flat=[np.nan, *table["flat"][1:]])
    with pytest.raises(DataError, match="trial 0"):
        pool_counts(pd.DataFrame(broken), "PLO", moderators="offset(flat)")
