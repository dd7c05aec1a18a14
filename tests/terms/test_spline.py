"""A smooth curve along a moderator."""

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import BSpline

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError
from consilience.rows import combinations
from consilience.terms import Linear, Spline

HALF = priors.HalfNormal(0.5)
WIDE = priors.Normal(0.0, 1.0)


@pytest.fixture(scope="module")
def trials():
    rng = np.random.default_rng(3)
    year = np.sort(rng.uniform(1990, 2020, 60))
    y = 0.4 + 0.3 * np.sin((year - 1990) / 6) + rng.normal(0, 0.1, 60)
    studies = [f"t{i}" for i in range(60)]
    table = pd.DataFrame({"study": studies, "yi": y, "vi": 0.01, "year": year, "kind": "x"})
    return cs.effect_sizes(table, "GEN")


def fitted(effects, *terms):
    scatter = heterogeneity.Normal(HALF)
    return cs.fit(cs.Model(mu=WIDE, terms=terms, heterogeneity=scatter), effects)


def test_the_columns_are_centred_cubic_b_splines(trials):
    """Against scipy's, with knots at the quantiles; the first function is the intercept's."""
    year = trials.table["year"].to_numpy()
    inner = np.quantile(year, [1 / 3, 2 / 3])
    knots = np.concatenate([[year.min()] * 4, inner, [year.max()] * 4])
    basis = BSpline.design_matrix(year, knots, 3).toarray()[:, 1:]
    block = Spline("year", 5, WIDE).block(trials)
    np.testing.assert_allclose(block.matrix, basis - basis.mean(axis=0), atol=1e-12)
    assert block.labels == tuple(f"year_spline[{place}]" for place in range(1, 6))


def test_it_follows_a_curve_that_a_line_cannot(trials):
    curve, line = (
        fitted(trials, Spline("year", 6, WIDE)),
        fitted(trials, Linear("scale(year)", WIDE)),
    )
    truth = 0.4 + 0.3 * np.sin((trials.table["year"] - 1990) / 6)
    found = curve.combine(combinations(curve, trials.table))["mean"].to_numpy()
    assert np.abs(found - truth.to_numpy()).max() < 0.15
    assert curve.log_evidence > line.log_evidence + 10


def test_it_is_the_regression_on_the_same_columns(trials):
    """Spline is a Linear term with names of its own."""
    ours = fitted(trials, Spline("year", 4, WIDE))
    theirs = fitted(trials, Linear("bs(year, df=4)", WIDE))
    pd.testing.assert_frame_equal(
        ours.summary().reset_index(drop=True), theirs.summary().reset_index(drop=True), rtol=1e-9
    )


def test_mu_is_the_expectation_at_the_mean_of_the_trials(trials):
    fit = fitted(trials, Spline("year", 6, WIDE))
    found = fit.combine(combinations(fit, trials.table))["mean"].mean()
    assert found == pytest.approx(fit.summary().loc["mu", "mean"], abs=1e-10)


def test_new_trials_within_the_range_are_placed_on_the_curve(trials):
    fit = fitted(trials, Spline("year", 6, WIDE))
    low, high = trials.table["year"].min(), trials.table["year"].max()
    inside = pd.DataFrame({"year": np.linspace(low, high, 5)}, index=list("abcde"))
    assert np.isfinite(fit.combine(combinations(fit, inside))["mean"]).all()


@pytest.mark.parametrize("year", [1950.0, 2040.0])
def test_beyond_the_range_it_refuses_in_words(trials, year):
    fit = fitted(trials, Spline("year", 6, WIDE))
    with pytest.raises(ModelError, match=r"beyond the ends of a spline"):
        cs.predict(fit, cs.NewTrial(sei=0.2, year=year))


@pytest.mark.parametrize("df", [2, 51, 3.5, "4", True, None])
def test_the_number_of_functions_is_checked(df):
    with pytest.raises(ModelError, match="whole number from 3 to 50"):
        Spline("year", df)


def test_a_column_of_text_or_with_gaps_is_refused(trials):
    with pytest.raises(ModelError, match="holds text"):
        fitted(trials, Spline("kind"))
    table = trials.frame.reset_index(drop=True)
    table.loc[7, "year"] = np.nan
    with pytest.raises(DataError, match=r"t7.*year"):
        fitted(cs.effect_sizes(table, "GEN"), Spline("year", 4, WIDE))


def test_the_same_spline_twice_is_refused(trials):
    with pytest.raises(ModelError, match="twice"):
        fitted(trials, Spline("year", 4, WIDE), Spline("year", 4, priors.Normal(0, 2)))
