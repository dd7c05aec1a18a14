"""The verb and its answer: shapes, small numbers of trials, refusals, size."""

import math
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from consilience.classical import REGISTRY, GivenWeights, get
from consilience.classical.diagnostics import (
    fit_statistics,
    gosh,
    influence,
    residuals,
    shrunken,
)
from consilience.classical.hypotheses import permutation_test, profile_interval
from consilience.classical.inference import KnappHartung
from consilience.classical.pool import pool
from consilience.classical.subgroups import subgroups
from consilience.covariance import Covariance
from consilience.errors import DataError, ModelError, RefusalError

COLUMNS = ["estimate", "se", "statistic", "df", "p_value", "lower", "upper", "level", "interval"]
SCATTER = ["tau2", "tau2_se", "tau", "tau2_lower", "tau2_upper", "I2", "H2", "Q", "Q_df", "Q_p"]


def test_shapes_of_the_answers(scattered):
    pooled = pool(scattered, "DL")
    assert list(pooled.summary().columns) == COLUMNS
    assert list(pooled.summary().index) == ["mu"]
    assert list(pooled.heterogeneity().index) == SCATTER
    assert list(pooled.prediction_interval().index) == [
        "estimate", "lower", "upper", "level", "interval",
    ]  # fmt: skip
    assert pooled.weights().sum() == pytest.approx(100)
    assert tuple(pooled.weights().index) == scattered.labels


def test_every_answer_names_its_direction_and_making(scattered):
    pooled = pool(scattered)
    answers = (pooled.summary(), pooled.heterogeneity(), pooled.prediction_interval())
    for answer in answers:
        assert answer.attrs["direction"] == scattered.direction
        assert answer.attrs["estimator"] == "REML"
    assert "√(tau² + se²)" in pooled.prediction_interval().attrs["convention"]


def test_names_and_objects_say_the_same(scattered):
    by_name = pool(scattered, "DL", inference="knha").summary()
    by_object = pool(scattered, get("DL"), inference=KnappHartung()).summary()
    pd.testing.assert_frame_equal(by_name, by_object)


def test_coefficients_solve_weighted_least_squares(scattered):
    """The textbook formula with a dense matrix, which the package never forms."""
    pooled = pool(scattered, moderators="kind + year")
    X = np.column_stack([np.ones(12), pooled.design.matrix])
    W = np.diag(1 / (scattered.v + pooled.tau2))
    cov = np.linalg.inv(X.T @ W @ X)
    beta = cov @ X.T @ W @ scattered.y
    summary = pooled.summary()
    np.testing.assert_allclose(summary["estimate"], beta, rtol=1e-6)
    np.testing.assert_allclose(summary["se"], np.sqrt(np.diag(cov)), rtol=1e-6)
    np.testing.assert_allclose(pooled.fitted(), X @ beta, atol=1e-8)
    assert list(summary.index) == ["intercept", "kind[b]", "kind[c]", "kind[d]", "year"]


def test_a_far_origin_of_a_moderator_changes_no_slope(scattered, effects_of):
    near = pool(scattered, moderators="year").summary().loc["year"]
    far = effects_of(scattered.y, scattered.v, year=scattered.table["year"].to_numpy() + 1e7)
    moved = pool(far, moderators="year").summary().loc["year"]
    np.testing.assert_allclose(
        moved[["estimate", "se", "p_value"]].astype(float),
        near[["estimate", "se", "p_value"]].astype(float),
        rtol=1e-8,
    )


def test_average_is_mu_or_the_mean_row(scattered):
    plain = pool(scattered)
    assert plain.average()["upper"] == plain.summary().loc["mu", "upper"]
    regression = pool(scattered, moderators="year")
    assert regression.average()["estimate"] == pytest.approx(regression.fitted().mean())
    assert regression.prediction_interval()["estimate"] == regression.average()["estimate"]
    assert "mean of the moderators" in regression.prediction_interval().attrs["convention"]


def test_level_reaches_every_interval(scattered):
    pooled = pool(scattered, inference="t", level=0.8)
    row = pooled.summary().loc["mu"]
    half = stats.t(11).ppf(0.9) * row["se"]
    assert row["upper"] == pytest.approx(row["estimate"] + half)
    assert row["level"] == pooled.prediction_interval()["level"] == 0.8
    assert pooled.heterogeneity()["tau2_upper"] < pool(scattered).heterogeneity()["tau2_upper"]


def test_one_estimate_speaks_for_itself(effects_of):
    pooled = pool(effects_of([0.3], [0.04]))
    row, found = pooled.summary().loc["mu"], pooled.heterogeneity()
    assert (row["estimate"], row["se"]) == pytest.approx((0.3, 0.2))
    assert (found["tau2"], found["Q"], found["Q_df"]) == (0, 0, 0)
    assert found[["tau2_se", "tau2_lower", "tau2_upper", "I2", "H2", "Q_p"]].isna().all()
    prediction = pooled.prediction_interval()
    assert math.isnan(prediction["upper"])
    assert "one estimate" in prediction.attrs["convention"]


def test_one_estimate_has_no_degrees_of_freedom(effects_of):
    with pytest.raises(ModelError, match=r"trial 0.*degrees of freedom"):
        pool(effects_of([0.3], [0.04]), inference="knha")


@pytest.mark.parametrize("inference", ["z", "t", "knha", "adhoc"])
def test_two_estimates_by_hand(effects_of, inference):
    pooled = pool(effects_of([0.0, 1.0], [0.1, 0.1]), "DL", inference=inference)
    assert pooled.tau2 == pytest.approx(0.4)
    assert pooled.summary().loc["mu", ["estimate", "se"]].tolist() == pytest.approx([0.5, 0.5])


def test_common_effect_foresees_nothing(scattered):
    pooled = pool(scattered, "CE")
    prediction, found = pooled.prediction_interval(), pooled.heterogeneity()
    assert math.isnan(prediction["lower"])
    assert "common effect" in prediction.attrs["convention"]
    assert found["tau2"] == 0
    assert math.isnan(found["tau2_upper"])
    assert found["I2"] == pytest.approx(100 * (1 - 11 / found["Q"]))


def test_more_coefficients_than_estimates(scattered):
    few = scattered.only("trial 0", "trial 5")
    with pytest.raises(ModelError, match=r"2 estimates cannot tell 2 coefficients.*year"):
        pool(few, moderators="year")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"estimator": "PLM"}, "Known: CE, DL, DLIT.*SJIT"),
        ({"inference": "wald"}, "Known: adhoc, knha, t, z"),
        ({"level": 95}, "no probability"),
        ({"moderators": "latitude"}, "no such column"),
    ],
)
def test_refusals_say_what_to_do(scattered, settings, said):
    with pytest.raises(ModelError, match=said):
        pool(scattered, **settings)


def test_missing_moderators_are_listed_by_study(effects_of):
    effects = effects_of([0.1, 0.2, 0.3, 0.4], [0.1] * 4, dose=[1.0, np.nan, 3.0, np.nan])
    with pytest.raises(DataError) as caught:
        pool(effects, moderators="dose")
    assert [problem.study for problem in caught.value.problems] == ["trial 1", "trial 3"]


def test_a_hundred_thousand_estimates(effects_of):
    rng = np.random.default_rng(1)
    v = rng.gamma(2, 0.1, 100_000) + 0.01
    effects = effects_of(rng.normal(0.3, np.sqrt(v + 0.1)), v, x=rng.normal(size=100_000))
    start = time.perf_counter()
    pooled = pool(effects, moderators="x")
    assert time.perf_counter() - start < 20
    assert pooled.tau2 == pytest.approx(0.1, abs=0.01)
    assert pooled.summary().loc["x", "estimate"] == pytest.approx(0, abs=0.01)


def correlated(effects_of, seed=1, k=14):
    """Estimates in blocks of two and three, correlated at 0.3 to 0.8, and some alone."""
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2, 1, k))
    data = effects_of(0.4 + rng.normal(0, np.sqrt(v + 0.2)), v, x=rng.normal(size=k))
    members = tuple(map(np.array, ([0, 3], [1, 2, 7], [5, 6], [9, 10, 13])))
    blocks = []
    for at in members:
        block = rng.uniform(0.3, 0.8) * np.sqrt(np.outer(v[at], v[at]))
        np.fill_diagonal(block, v[at])
        blocks.append(block)
    return replace(data, shared=Covariance(members, tuple(blocks)))


@pytest.mark.parametrize("code", REGISTRY)
@pytest.mark.parametrize("moderators", [None, "x"])
def test_shared_participants_by_dense_generalised_least_squares(effects_of, code, moderators):
    data = correlated(effects_of)
    pooled = pool(data, code, moderators=moderators, inference="knha")
    y, X, V = data.y, pooled.design.full, data.shared.dense(data.v)
    W = np.linalg.inv(V + pooled.tau2 * np.eye(14))
    cov = np.linalg.inv(X.T @ W @ X)
    beta = cov @ X.T @ W @ y
    np.testing.assert_allclose(pooled.beta, beta, rtol=1e-9)
    residual = W - W @ X @ cov @ X.T @ W
    factor = y @ residual @ y / (14 - X.shape[1])
    np.testing.assert_allclose(pooled.cov, factor * cov, rtol=1e-9)
    weights = W.sum(axis=1)
    np.testing.assert_allclose(pooled.weights(), 100 * weights / weights.sum(), rtol=1e-9)


def _dense_tau2(code, y, V, X):
    """tau² by its defining equation, with whole matrices."""
    k, p = X.shape

    def projector(tau2, W=None):
        W = np.linalg.inv(V + tau2 * np.eye(k)) if W is None else W
        return W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)

    if code in {"DL", "HE"}:
        first = projector(0.0, np.eye(k) if code == "HE" else None)
        excess = y @ first @ y - np.trace(first @ V)
        return max(0.0, excess / np.trace(first))

    def height(tau2):
        whole = V + tau2 * np.eye(k)
        found = -0.5 * (np.linalg.slogdet(whole)[1] + y @ projector(tau2) @ y)
        extra = np.linalg.slogdet(X.T @ np.linalg.solve(whole, X))[1]
        return found - 0.5 * extra * (code == "REML")

    if code in {"ML", "REML"}:
        found = optimize.minimize_scalar(
            lambda t: -height(t), bounds=(0, 3), method="bounded", options={"xatol": 1e-12}
        )
        return found.x if height(found.x) > height(0.0) else 0.0
    if y @ projector(0.0) @ y <= k - p:
        return 0.0
    return optimize.brentq(lambda t: y @ projector(t) @ y - (k - p), 0, 50, xtol=1e-14)


@pytest.mark.parametrize("code", ["DL", "HE", "ML", "REML", "PM", "EB"])
@pytest.mark.parametrize("seed", range(4))
def test_tau2_with_shared_participants_by_dense_algebra(effects_of, code, seed):
    data = correlated(effects_of, seed=seed)
    pooled = pool(data, code, moderators="x")
    y, X, V = data.y, pooled.design.full, data.shared.dense(data.v)
    assert pooled.tau2 == pytest.approx(_dense_tau2(code, y, V, X), rel=1e-6, abs=1e-8)
    W = np.linalg.inv(V)
    residual = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    found = pooled.heterogeneity()
    assert found["Q"] == pytest.approx(y @ residual @ y, rel=1e-9)
    typical = 12 / np.trace(residual)
    assert found["I2"] == pytest.approx(100 * pooled.tau2 / (pooled.tau2 + typical), rel=1e-8)
    if code == "ML":
        full = fit_statistics(pooled).loc["ML", "log_likelihood"]
        whole = V + pooled.tau2 * np.eye(14)
        dense = stats.multivariate_normal.logpdf(y, X @ pooled.beta, whole)
        assert full == pytest.approx(dense, rel=1e-9)


def test_uncorrelated_blocks_change_nothing(scattered):
    at = np.array([2, 5, 6])
    shared = Covariance((at,), (np.diag(scattered.v[at]),))
    for code in REGISTRY:
        plain, blocked = (pool(e, code, moderators="year") for e in
                          (scattered, replace(scattered, shared=shared)))  # fmt: skip
        pd.testing.assert_frame_equal(blocked.summary(), plain.summary(), rtol=1e-8)
        pd.testing.assert_series_equal(blocked.heterogeneity(), plain.heterogeneity(), rtol=1e-6)


def test_the_units_of_correlated_estimates_cancel(effects_of):
    data = correlated(effects_of)
    for factor in (1e-4, 1e4):
        blocks = tuple(factor**2 * block for block in data.shared.blocks)
        other = replace(data, y=factor * data.y, v=factor**2 * data.v,
                        shared=Covariance(data.shared.members, blocks))  # fmt: skip
        one, two = pool(data, "REML"), pool(other, "REML")
        assert two.beta[0] == pytest.approx(factor * one.beta[0], rel=1e-9)
        assert two.tau2 == pytest.approx(factor**2 * one.tau2, rel=1e-9)


def test_what_needs_independence_refuses_in_words(effects_of):
    data = correlated(effects_of)
    pooled = pool(data, "REML")
    asks = (
        lambda: residuals(pooled), lambda: influence(pooled), lambda: gosh(pooled),
        lambda: shrunken(pooled), lambda: permutation_test(pooled),
        lambda: pooled.prediction_interval("nagashima"),
        lambda: pool(data, get("GENQ", weighting=GivenWeights([1.0] * 14))),
    )  # fmt: skip
    for ask in asks:
        with pytest.raises(RefusalError, match="share"):
            ask()
    levels = data.table.assign(kind=["a"] * 3 + ["b"] * 11)
    with pytest.raises(RefusalError, match="trial 0, trial 3"):
        subgroups(pool(replace(data, table=levels)), "kind")
    assert np.isfinite(profile_interval(pool(data, "ML"))["upper"]).all()


def test_covariances_that_cannot_be_name_their_estimates(effects_of):
    data = correlated(effects_of)
    wrong = np.full((2, 2), 9.0) + np.diag([1e-20, -1.0])
    broken = replace(data, shared=Covariance((np.array([0, 3]),), (wrong,)))
    with pytest.raises(DataError, match="trial 0, trial 3"):
        pool(broken)


def test_many_blocks_cost_little(effects_of):
    k = 40_000
    rng = np.random.default_rng(0)
    v = rng.gamma(4, 0.05, k)
    data = effects_of(rng.normal(0.2, np.sqrt(v + 0.1)), v)
    at = np.arange(k).reshape(-1, 2)
    half = 0.5 * np.sqrt(v[at[:, 0]] * v[at[:, 1]])
    blocks = tuple(np.array([[v[i], c], [c, v[j]]]) for (i, j), c in zip(at, half, strict=True))
    data = replace(data, shared=Covariance(tuple(at), blocks))
    start = time.process_time()
    pool(data, "REML")
    assert time.process_time() - start < 8


@pytest.mark.parametrize("what", [pd.DataFrame({"yi": [1.0], "vi": [1.0]}), None, [1, 2]])
def test_pooling_what_is_no_effects_says_how_to_make_them(what):
    with pytest.raises(ModelError, match=r"takes effects.*effect_sizes"):
        pool(what)
