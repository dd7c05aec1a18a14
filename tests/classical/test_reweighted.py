"""Given tau² and given weights: metafor's definitions by other routes, brute force, refusals."""

from dataclasses import replace

import numpy as np
import pytest

import consilience as cs
from consilience.classical import GivenTau2, GivenWeights, PowerOfVariance, reweighted
from consilience.classical.small_study import henmi_copas
from consilience.covariance import Covariance
from consilience.errors import ModelError, RefusalError


@pytest.fixture(scope="module")
def tied(scattered):
    """The first three estimates share participants."""
    spread = np.sqrt(scattered.v[:3])
    block = np.outer(spread, spread) * (0.5 + 0.5 * np.eye(3))
    return replace(scattered, shared=Covariance((np.arange(3),), (block,)))


def test_the_tau2_that_was_estimated_gives_the_same_answer(tied):
    ours = cs.pool(tied, "REML", moderators="year", inference="knha")
    again = cs.pool(tied, GivenTau2(ours.tau2), moderators="year", inference="knha")
    np.testing.assert_array_equal(again.beta, ours.beta)
    np.testing.assert_array_equal(again.cov, ours.cov)
    assert np.isnan(again.heterogeneity()["tau2_se"])
    assert again.prediction_interval()["upper"] == ours.prediction_interval()["upper"]


def test_one_estimate_with_a_given_tau2_has_both_errors(effects_of):
    row = cs.pool(effects_of([0.3], [0.04]), GivenTau2(0.05)).summary().loc["mu"]
    assert row["estimate"] == pytest.approx(0.3)
    assert row["se"] == pytest.approx(0.3)
    for wrong in (-0.1, np.nan, np.inf):
        with pytest.raises(ModelError, match="is no variance"):
            GivenTau2(wrong)


def test_inverse_variances_beside_tau2_are_those_of_henmi_and_copas(scattered):
    """Their estimate weights by 1 / v and knows of DerSimonian and Laird's tau²; other code."""
    found = reweighted(cs.pool(scattered, "DL"), PowerOfVariance(1.0))
    theirs = henmi_copas(scattered)
    row = found.summary().loc["mu"]
    assert row["estimate"] == pytest.approx(theirs["estimate"], rel=1e-12)
    assert row["se"] == pytest.approx(theirs["se"], rel=1e-12)


def test_the_covariance_is_that_of_the_linear_map_from_estimates_to_coefficients(tied):
    pooled = cs.pool(tied, moderators="year + kind", inference="t")
    weighting = GivenWeights(list(np.arange(1.0, 13.0)))
    found = reweighted(pooled, weighting)
    rows = np.array([
        reweighted(replace(pooled, effects=replace(tied, y=unit)), weighting).beta
        for unit in np.eye(12)
    ])  # fmt: skip
    total = tied.shared.dense(tied.v) + pooled.tau2 * np.eye(12)
    np.testing.assert_allclose(found.beta, rows.T @ tied.y, rtol=1e-9)
    np.testing.assert_allclose(found.cov, rows.T @ total @ rows, rtol=1e-7)
    np.testing.assert_allclose(rows.T @ pooled.design.full, np.eye(5), atol=1e-8)
    assert found.weights().sum() == pytest.approx(100.0)
    assert np.all(np.diag(found.cov) >= np.diag(pooled.cov) * (1 - 1e-12))  # Gauss and Markov
    assert cs.hypothesis(found, {"year": 1}).loc[:, "df"].iloc[0] == 7


def test_equal_weights_give_the_plain_mean(scattered):
    pooled = cs.pool(scattered)
    found = reweighted(pooled, PowerOfVariance(0.0))
    mean, se = scattered.y.mean(), np.sqrt(np.sum(scattered.v + pooled.tau2)) / 12
    assert found.average()["estimate"] == pytest.approx(mean, rel=1e-12)
    assert found.average()["se"] == pytest.approx(se, rel=1e-12)
    half = 1.959963984540054 * np.sqrt(pooled.tau2 + se**2)
    ends = found.prediction_interval()
    assert ends["upper"] - ends["estimate"] == pytest.approx(half, rel=1e-12)
    row = cs.compare({"equal": found}).loc["equal"]
    assert row["estimate"] == pytest.approx(mean)
    assert row["prediction_upper"] == pytest.approx(mean + half)


def test_refusals(scattered):
    with pytest.raises(RefusalError, match="'knha' rescales"):
        reweighted(cs.pool(scattered, inference="knha"), PowerOfVariance(0.0))
    with pytest.raises(ModelError, match="3 weights were given for 12"):
        reweighted(cs.pool(scattered), GivenWeights([1, 2, 3]))
    with pytest.raises(ModelError, match="are a rule"):
        reweighted(cs.pool(scattered), [1.0] * 12)
    with pytest.raises(ModelError, match=r"takes what cs\.pool answers"):
        reweighted(cs.pool_multilevel(scattered, "study"), PowerOfVariance(0.0))
    ends = reweighted(cs.pool(scattered, "CE"), PowerOfVariance(0.0)).prediction_interval()
    assert np.isnan(ends["lower"])
