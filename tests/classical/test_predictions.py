"""Predictions at given moderators, and likelihood ratio tests of models with levels."""

import numpy as np
import pytest
from scipy import stats
from tests.classical.multilevel_cases import MODELS, case

import consilience as cs
from consilience.classical.diagnostics import fit_statistics
from consilience.classical.multilevel import levels_ratio, pool_multilevel
from consilience.classical.prediction import REGISTRY
from consilience.errors import ModelError


@pytest.fixture(scope="module")
def regression():
    effects, _, _ = case("konst_year_REML")
    return cs.pool(effects, moderators="since", inference="t")


def test_an_interval_is_that_of_the_scatter_and_of_the_mean(regression):
    rows = np.array([[1.0, 0.0], [1.0, 10.0]])
    table = regression.predictions(rows, labels=["start", "later"])
    spread = np.sqrt(regression.tau2 + np.einsum("ij,jk,ik->i", rows, regression.cov, rows))
    half = stats.t.ppf(0.975, regression.effects.k - 2) * spread
    mean = rows @ regression.beta
    np.testing.assert_allclose(table["prediction_lower"], mean - half)
    np.testing.assert_allclose(table["prediction_upper"], mean + half)
    assert "quantile" in table.attrs["convention"]


@pytest.mark.parametrize("convention", sorted(set(REGISTRY) - {"nagashima"}))
def test_at_the_mean_row_it_is_the_prediction_interval(regression, convention):
    row = regression.design.full.mean(axis=0, keepdims=True)
    table = regression.predictions(row, labels=["mean"], convention=convention)
    alone = regression.prediction_interval(convention)
    found = table.loc["mean", ["prediction_lower", "prediction_upper"]].tolist()
    assert found == pytest.approx(alone[["lower", "upper"]].tolist(), rel=1e-12)


def test_nothing_is_foreseen_under_a_common_effect(regression):
    common = cs.pool(regression.effects, "CE", moderators="since")
    table = common.predictions(np.array([[1.0, 0.0]]), labels=["a"])
    assert table[["prediction_lower", "prediction_upper"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["konst_3level_REML", "konst_3level_ML"])
def test_three_levels_against_two(name):
    """Against metafor's likelihood of three levels, and that of the plain analysis of two."""
    effects, random, settings = case(name)
    full = pool_multilevel(effects, random, **settings)
    reduced = pool_multilevel(effects, "estimate", **settings)
    method = settings["method"]
    two = fit_statistics(cs.pool(effects, method)).loc[method, "log_likelihood"]
    found = levels_ratio(full, reduced)
    wanted = 2 * (MODELS[name]["fit.stats"][method]["ll"] - two)
    assert found["statistic"] == pytest.approx(wanted, abs=1e-6)
    assert found["df"] == 1
    assert found["p_value"] == pytest.approx(stats.chi2.sf(wanted, 1), rel=1e-5)


def test_moderators_by_maximum_likelihood():
    effects, random, _ = case("konst_year_REML")
    full, reduced = (
        pool_multilevel(effects, random, method="ML", moderators=each) for each in ("since", None)
    )
    assert levels_ratio(full, reduced)["df"] == 1
    with pytest.raises(ModelError, match="not among those of the first"):
        levels_ratio(reduced, full)


def test_what_cannot_be_compared_is_refused():
    effects, random, _ = case("konst_year_REML")
    plain = pool_multilevel(effects, random)
    year = pool_multilevel(effects, random, moderators="since")
    with pytest.raises(ModelError, match='fit both by "ML"'):
        levels_ratio(year, plain)
    with pytest.raises(ModelError, match="by the same method"):
        levels_ratio(plain, pool_multilevel(effects, "estimate", method="ML"))
    with pytest.raises(ModelError, match="not nested"):
        levels_ratio(pool_multilevel(effects, "estimate"), plain)
    with pytest.raises(ModelError, match="not a Pooled"):
        levels_ratio(plain, cs.pool(effects))
