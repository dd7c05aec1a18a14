"""Many at once is each by itself."""

import time

import numpy as np
import pandas as pd
import pytest

from consilience.classical import REGISTRY
from consilience.classical.inference import REGISTRY as INFERENCES
from consilience.classical.many import pool_many
from consilience.classical.pool import pool
from consilience.errors import DataError, ModelError

ROWS = ["estimate", "se", "statistic", "p_value", "lower", "upper"]


@pytest.fixture(scope="module")
def frame():
    """Forty sets of 2 to 14 estimates, homogeneous to very scattered, rows shuffled."""
    rng = np.random.default_rng(3)
    review = np.repeat(np.arange(40), rng.integers(2, 15, 40))
    v = np.exp(rng.normal(-2, 1, len(review)))
    tau2 = rng.choice([0, 0.1, 4], 40)[review]
    y = rng.normal(0.5, np.sqrt(v + tau2))
    return pd.DataFrame({"review": review, "yi": y, "vi": v}).sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def alone(frame, effects_of):
    """The effects of each set."""
    return {
        review: effects_of(part["yi"].to_numpy(), part["vi"].to_numpy())
        for review, part in frame.groupby("review")
    }


@pytest.mark.parametrize("code", REGISTRY)
def test_each_set_is_as_if_alone(frame, alone, code):
    inference = sorted(INFERENCES)[len(code) % len(INFERENCES)]
    table = pool_many(frame, "review", estimator=code, inference=inference, level=0.9)
    for review, effects in alone.items():
        pooled = pool(effects, code, inference=inference, level=0.9)
        row, scatter = table.loc[review], pooled.heterogeneity()
        expected = pooled.summary().loc["mu", ROWS].tolist()
        assert row[ROWS].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert row["tau2"] == pytest.approx(pooled.tau2, rel=1e-9, abs=1e-13)
        for name in ("I2", "Q", "Q_p"):
            assert row[name] == pytest.approx(scatter[name], rel=1e-9, abs=1e-9)
        assert row["k"] == effects.k


@pytest.mark.parametrize("c", [1e-4, 1e4])
def test_scale(frame, c):
    plain = pool_many(frame, "review")
    scaled = pool_many(frame.assign(yi=c * frame["yi"], vi=c**2 * frame["vi"]), "review")
    np.testing.assert_allclose(scaled["tau2"], c**2 * plain["tau2"], rtol=1e-9)
    np.testing.assert_allclose(scaled["estimate"], c * plain["estimate"], rtol=1e-9)


def test_one_estimate_speaks_for_itself():
    frame = pd.DataFrame({"r": ["a", "b", "b"], "yi": [0.3, 0.1, 0.2], "vi": [0.04, 0.1, 0.1]})
    row = pool_many(frame, "r").loc["a"]
    assert (row["estimate"], row["se"], row["tau2"]) == pytest.approx((0.3, 0.2, 0))
    assert row[["I2", "Q_p"]].isna().all()


def test_fast_enough_to_be_worth_it():
    """Twenty thousand sets of ten; owed are 50,000 a second, here with room for slow machines."""
    rng = np.random.default_rng(1)
    v = np.exp(rng.normal(-2, 1, 200_000))
    y = rng.normal(0, np.sqrt(v + 0.1))
    frame = pd.DataFrame({"r": np.repeat(np.arange(20_000), 10), "yi": y, "vi": v})
    pool_many(frame.head(20), "r")
    start = time.process_time()
    assert len(pool_many(frame, "r")) == 20_000
    assert time.process_time() - start < 4


def test_refusals(frame):
    with pytest.raises(DataError, match="vi"):
        pool_many(frame.assign(vi=-1.0), "review")
    with pytest.raises(ModelError, match="Known: CE"):
        pool_many(frame, "review", estimator="PLM")
    with pytest.raises(ModelError, match="no probability"):
        pool_many(frame, "review", level=95)
