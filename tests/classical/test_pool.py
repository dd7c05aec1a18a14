"""The verb and its answer: shapes, small numbers of trials, refusals, size."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from consilience.classical import get
from consilience.classical.inference import KnappHartung
from consilience.classical.pool import pool
from consilience.errors import DataError, ModelError

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
