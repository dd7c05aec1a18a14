"""Heterogeneity that follows moderators: exact for up to two columns."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Combination
from consilience.errors import ModelError
from consilience.heterogeneity import LogLinear
from consilience.rows import newcomer

HALF, LOG_HALF = priors.HalfNormal(0.5), stats.halfnorm(scale=0.5).logpdf
GAMMA, LOG_GAMMA = priors.Normal(0.1, 0.4), stats.norm(0.1, 0.4).logpdf
MU = priors.Normal(0.0, 1.0)


def model(scatter):
    return cs.Model(mu=MU, heterogeneity=scatter)


@pytest.fixture(scope="module")
def doses(effects):
    dose = effects.table["dose"].to_numpy()
    return dose - dose.mean()


@pytest.fixture(scope="module")
def sloped(effects, doses, brute):
    """One column, by the engine and by brute force."""
    grid = brute(
        effects.y, effects.v, np.ones((effects.k, 1)), np.ones(1),
        lambda phi: (phi[:, [0]] * np.exp(phi[:, [1]] * doses)) ** 2,
        [brute.Axis.scale(LOG_HALF, 0.05), brute.Axis.line(LOG_GAMMA, 0.4, step=0.1)],
    )  # fmt: skip
    return cs.fit(model(LogLinear("dose", HALF, GAMMA)), effects, "exact"), grid


def test_one_column_against_brute_force(sloped):
    fit, grid = sloped
    summary = fit.summary()
    assert list(summary.index[:3]) == ["mu", "tau", "log_tau[dose]"]
    assert fit.log_evidence == pytest.approx(grid.log_evidence, abs=1e-7)
    grid.coefficient(1.0).holds(summary.loc["mu"])
    for place, name in enumerate(("tau", "log_tau[dose]")):
        grid.hyper(place).holds(summary.loc[name])
    for i, label in enumerate(fit.effects.labels):
        grid.effect(i).holds(summary.loc[f"theta[{label}]"])


def test_quantiles_of_a_coefficient_of_either_sign(sloped):
    """By the mass of the brute-force grid, smoothed over its step."""
    fit, grid = sloped
    phi, mass, _ = grid.grid
    values = np.unique(phi[:, 1])
    density = np.array([mass[phi[:, 1] == value].sum() for value in values]) / np.diff(values)[0]
    cdf = np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(values))
    row = fit.summary().loc["log_tau[dose]"]
    for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
        assert np.interp(row[column], values[1:], cdf) == pytest.approx(share, abs=2e-3)
    assert 1 - np.interp(0.0, values[1:], cdf) == pytest.approx(row["p_gt_0"], abs=2e-3)


def test_two_columns_against_brute_force(effects, brute):
    effects = effects.keep((effects.table["arm"] != "c").to_numpy())
    arms = (effects.table["arm"] == "b").to_numpy(float)
    doses = effects.table["dose"].to_numpy()
    columns = np.stack([doses - doses.mean(), arms - arms.mean()])
    slope = brute.Axis.line(LOG_GAMMA, 0.4, step=0.4, reach=6)
    grid = brute(
        effects.y, effects.v, np.ones((effects.k, 1)), np.ones(1),
        lambda phi: (phi[:, [0]] * np.exp(phi[:, 1:] @ columns)) ** 2,
        [brute.Axis.scale(LOG_HALF, 0.1), slope, slope],
    )  # fmt: skip
    fit = cs.fit(model(LogLinear("dose + arm", HALF, GAMMA)), effects, "exact")
    assert fit.log_evidence == pytest.approx(grid.log_evidence, abs=1e-6)
    grid.coefficient(1.0).holds(fit.summary().loc["mu"], 1e-6)
    for place, name in enumerate(("tau", "log_tau[dose]", "log_tau[arm[b]]")):
        grid.hyper(place).holds(fit.summary().loc[name], 1e-6)


def test_without_a_slope_it_is_normal_heterogeneity(effects):
    """γ ~ N(0, 1e-9): the same posterior to 1e-8."""
    flat = cs.fit(model(LogLinear("dose", HALF, priors.Normal(0.0, 1e-9))), effects)
    plain = cs.fit(model(heterogeneity.Normal(HALF)), effects)
    columns = ["mean", "sd", "lower", "upper", "p_gt_0"]
    ours = flat.summary().drop(index="log_tau[dose]")[columns]
    pd.testing.assert_frame_equal(ours, plain.summary()[columns], rtol=1e-7, atol=1e-9)
    assert flat.log_evidence == pytest.approx(plain.log_evidence, abs=1e-8)


def test_a_bounded_prior_is_integrated_to_its_ends(effects, doses, brute):
    """Uniform(−0.2, 0.1): Gauss–Legendre on the interval itself."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    inside = brute.Axis(-0.05 + 0.15 * nodes, np.log(0.15 * weights / 0.3))
    grid = brute(
        effects.y, effects.v, np.ones((effects.k, 1)), np.ones(1),
        lambda phi: (phi[:, [0]] * np.exp(phi[:, [1]] * doses)) ** 2,
        [brute.Axis.scale(LOG_HALF, 0.05), inside],
    )  # fmt: skip
    bounded = LogLinear("dose", HALF, priors.Uniform(-0.2, 0.1))
    fit = cs.fit(model(bounded), effects, "exact")
    assert fit.log_evidence == pytest.approx(grid.log_evidence, abs=1e-7)
    grid.hyper(1).holds(fit.summary().loc["log_tau[dose]"])
    assert fit.summary().loc["log_tau[dose]", "upper"] < 0.1


def test_a_steep_slope_far_from_its_prior_is_found(effects_of):
    """80 trials whose SD grows e-fold per unit, under a prior that expected nothing."""
    rng = np.random.default_rng(2)
    x = np.linspace(-2, 2, 80)
    y = rng.normal(0.3, np.hypot(0.2 * np.exp(x), 0.05))
    effects = effects_of(y, np.full(80, 0.0025), x=x)
    fit = cs.fit(model(LogLinear("x", HALF, priors.Normal(0.0, 0.2))), effects)
    row = fit.summary().loc["log_tau[x]"]
    assert 0.6 < row["lower"] < row["upper"] < 1.2
    assert fit.posterior.accuracy < 1e-8
    assert row["p_gt_0"] == pytest.approx(1.0, abs=1e-10)


def test_a_new_trial_scatters_as_its_moderator_says(sloped, doses, effects):
    fit, grid = sloped
    phi, _, _ = grid.grid
    at = 4.0 - effects.table["dose"].mean()
    population = fit.posterior.scatter.at(pd.DataFrame({"dose": [4.0]}))
    row = fit.combine((Combination("new", np.ones(1), scatter=population),)).loc["new"]
    grid.newcomer([1.0], (phi[:, 0] * np.exp(phi[:, 1] * at)) ** 2).holds(row)
    somewhere = fit.combine((newcomer(fit, "new"),)).loc["new"]
    grid.newcomer([1.0], phi[:, 0] ** 2).holds(somewhere)


def test_draws_and_marginals_know_both_signs(sloped):
    fit, _ = sloped
    row = fit.summary().loc["log_tau[dose]"]
    draws = fit.draws["posterior"]["log_tau"].to_numpy().ravel()
    assert draws.mean() == pytest.approx(row["mean"], abs=4.5 * row["sd"] / np.sqrt(draws.size))
    assert (draws > 0).mean() == pytest.approx(row["p_gt_0"], abs=0.04)
    curve = fit.draws["marginals"].to_dataset().sel(parameter="log_tau[dose]")
    assert curve["x"][0] < 0 < curve["x"][-1]
    assert np.trapezoid(curve["density"], curve["x"]) == pytest.approx(1.0, abs=1e-4)
    assert np.interp(row["lower"], curve["x"], curve["cdf"]) == pytest.approx(0.025, abs=1e-3)


def test_a_saved_fit_answers_the_same(sloped, tmp_path):
    fit, _ = sloped
    fit.save(tmp_path / "fit.nc")
    loaded = cs.load_fit(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(loaded.summary(), fit.summary(), rtol=1e-12)
    assert loaded.model == fit.model


def test_three_columns_go_to_nuts(effects):
    choice = cs.engines.auto(model(LogLinear("dose + arm", HALF, GAMMA)), effects)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "this model has 4" in choice.reason


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"formula": 3}, "formula is a text"),
        ({"formula": "dose", "coefficients": priors.Flat()}, "needs a proper prior"),
        ({"formula": "dose", "tau": priors.Normal()}, "cannot be negative"),
        ({"formula": "dose", "coefficients": 0.5}, "takes a Prior"),
    ],
)
def test_settings_are_checked(settings, words):
    with pytest.raises(ModelError, match=words):
        LogLinear(**settings)


def test_a_formula_without_intercept_is_refused(effects):
    with pytest.raises(ModelError, match="tau is the intercept"):
        cs.fit(model(LogLinear("0 + arm", HALF, GAMMA)), effects)
