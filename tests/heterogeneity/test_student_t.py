"""Heavy tails: a mixture of normals that is Student's t, and outliers that stand out."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats
from tests.outlying import V, Y, outlying, trials

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Nuts
from consilience.errors import ModelError, RefusalError
from consilience.heterogeneity import StudentT
from consilience.heterogeneity.student_t import scale_mixture
from consilience.rows import newcomer

HALF = priors.HalfNormal(0.5)
MU = priors.Normal(0.0, 1.0)


def model(scatter):
    return cs.Model(mu=MU, heterogeneity=scatter)


def population(effects, nu=4.0):
    return StudentT(nu, HALF).population(effects)


@pytest.mark.parametrize("nu", [1.2, 2.1, 3.0, 4.0, 10.0, 100.0])
def test_the_mixture_is_students_t(nu):
    """Density to 1e-8 from the centre to ten scales out; shares add up to 1."""
    multiples, shares = scale_mixture(nu)
    assert shares.sum() == pytest.approx(1.0, abs=1e-13)
    for t in (0.0, 0.1, 1.0, 3.0, 10.0):
        density = shares @ stats.norm(0, np.sqrt(multiples)).pdf(t)
        assert density == pytest.approx(stats.t(nu).pdf(t), rel=1e-8)


def test_many_degrees_of_freedom_are_normal():
    multiples, shares = scale_mixture(1e8)
    assert shares @ multiples == pytest.approx(1.0, abs=1e-7)
    assert np.ptp(multiples) < 0.01


@pytest.mark.parametrize("tau", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("residual", [0.0, 0.4, -2.0])
def test_log_density_is_the_convolution_of_t_and_normal(effects, residual, tau):
    v, t = 0.04, stats.t(4)
    peak = float(t.pdf(0.0))

    def inside(u):  # θ = residual + √v·u
        theta = residual + np.sqrt(v) * u
        kernel = (1.0 + (theta / tau) ** 2 / 4.0) ** -2.5  # Student's t with 4 degrees, unscaled
        return np.exp(-0.5 * u**2) / np.sqrt(2 * np.pi) * peak / tau * kernel

    centre = -residual / np.sqrt(v)
    ends = sorted({-38.0, 0.0, *(c for c in (centre, centre / 2) if abs(c) < 38), 38.0})
    exact = sum(
        integrate.quad(inside, a, b, epsabs=0, epsrel=1e-11, limit=500)[0]
        for a, b in pairwise(ends)
    )
    point = {"tau": np.array([tau])}
    found = population(effects).log_density(np.array([[residual]]), np.array([v]), point=point)
    assert found[0, 0] == pytest.approx(np.log(exact), abs=1e-8)


def test_with_many_degrees_of_freedom_it_is_normal_heterogeneity(effects):
    """The same log density as the Gaussian form, to 1e-6."""
    rng = np.random.default_rng(1)
    point = {"tau": rng.uniform(0.1, 1.0, 20)}
    residual = rng.normal(0, 0.3, (20, effects.k))
    plain = heterogeneity.Normal(HALF).scatter(effects)
    ours = population(effects, 1e8).log_density(residual, effects.v, point=point)
    theirs = plain.log_density(residual, effects.v, point=point)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_new_true_effects_are_drawn_from_student_t(effects):
    rng = np.random.default_rng(2)
    point = {"tau": np.full(20_000, 0.7)}
    variance = population(effects).anywhere().draw(point, (20_000, 1), rng)
    theta = np.sqrt(variance[:, 0]) * rng.standard_normal(20_000)
    assert stats.kstest(theta, stats.t(4, 0, 0.7).cdf).pvalue > 0.01
    sd = population(effects).marginal_sd({"tau": np.array([0.7])})[0, 0]
    assert sd == pytest.approx(0.7 * np.sqrt(2))


def test_without_a_variance_the_marginal_sd_is_infinite(effects):
    assert np.isinf(population(effects, 2.0).marginal_sd({"tau": np.ones(1)})[0, 0])


def test_the_outlier_limit_is_what_normal_scatter_hardly_reaches(effects_of):
    """With vᵢ → ∞ the probability is the prior's own: P(|t₄| > z), z = Φ⁻¹((1 + 0.95^(1/k))/2)."""
    effects = effects_of(Y, V)
    limit = stats.norm.ppf((1 + 0.95 ** (1 / 7)) / 2)
    assert 1 - stats.norm.cdf(limit) == pytest.approx((1 - 0.95 ** (1 / 7)) / 2)
    far = np.full(7, 1e8)
    found = population(effects).verdicts(np.zeros((1, 7)), far, point={"tau": np.ones(1)})
    expected = 2 * stats.t(4).sf(limit)
    np.testing.assert_allclose(found["outlier"], expected, rtol=1e-4)


def test_the_exact_engine_refuses_and_auto_takes_nuts(effects):
    with pytest.raises(RefusalError, match=r"StudentT.*no Gaussian form.*Nuts"):
        cs.fit(model(StudentT(4.0, HALF)), effects, "exact")
    choice = cs.engines.auto(model(StudentT(4.0, HALF)), effects)
    assert isinstance(choice.engine, Nuts)


@pytest.mark.parametrize("nu", [1.0, 0.5, -3, np.inf, np.nan, "4", True, None])
def test_degrees_of_freedom_are_checked(nu):
    with pytest.raises(ModelError, match="nu must be a finite number above 1"):
        StudentT(nu)


def test_whole_numbers_become_floats():
    assert StudentT(4) == StudentT(4.0)
    assert type(StudentT(4).nu) is float


class Grid:
    """Posterior of μ and τ by the trapezoid rule, θ by that on s = sinh x, θ = μ + τs."""

    def __init__(self, y, v, nu):
        mu = np.linspace(-0.8, 1.2, 161)
        tau = np.exp(np.linspace(-7, 1.2, 140))
        x = np.arange(-9, 9, 0.02)
        s, weights = np.sinh(x), 0.02 * np.cosh(x) * stats.t(nu).pdf(np.sinh(x))
        far = np.abs(s) > stats.norm.ppf((1 + 0.95 ** (1 / len(y))) / 2)
        self.mu, self.tau = (each.ravel() for each in np.meshgrid(mu, tau, indexing="ij"))
        log_mass = stats.norm.logpdf(self.mu) + stats.halfnorm(scale=0.5).logpdf(self.tau)
        log_mass += np.log(self.tau)
        shares = []
        for yi, vi in zip(y, v, strict=True):
            density = self._density(yi, vi, s)
            log_mass += np.log(density @ weights)
            shares.append((density @ (weights * far)) / (density @ weights))
        self.mass = np.exp(log_mass - log_mass.max())
        self.mass /= self.mass.sum()
        self.outlier = np.array(shares) @ self.mass

    def _density(self, yi, vi, s):
        z = (yi - self.mu[:, None] - self.tau[:, None] * s) / np.sqrt(vi)
        return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi * vi)


@pytest.mark.nuts
def test_nuts_agrees_with_brute_force_and_names_the_outlier(tmp_path):
    fit, effects = outlying(), trials()
    assert fit.model == model(StudentT(4.0, HALF))
    assert fit.diagnosis.passed, fit.diagnosis
    summary, grid = fit.summary(), Grid(Y, V, 4.0)
    for name, values in (("mu", grid.mu), ("tau", grid.tau)):
        row = summary.loc[name]
        assert row["mean"] == pytest.approx(grid.mass @ values, abs=4 * row["mcse"])
    for i, label in enumerate(effects.labels):
        row = summary.loc[f"outlier[{label}]"]
        assert row["mean"] == pytest.approx(grid.outlier[i], abs=4 * row["mcse"] + 1e-4)
    assert summary.loc["outlier[t6]", "mean"] > 0.9
    assert summary.filter(regex=r"outlier\[t[0-5]", axis=0)["mean"].max() < 0.1
    assert fit.posterior.variables == {"mu", "tau", "theta", "outlier"}
    _predicts(fit)
    fit.save(tmp_path / "fit.nc")
    assert cs.load_fit(tmp_path / "fit.nc").summary().equals(summary)


def _predicts(fit):
    """A new trial has the tails of t: wider at 95 % than the normal of the same quartiles."""
    new = fit.combine((newcomer(fit, "new"),)).loc["new"]
    mu, tau = fit.summary().loc["mu"], fit.summary().loc["tau"]
    assert new["upper"] - new["lower"] > 2 * 1.96 * tau["median"]
    assert new["mean"] == pytest.approx(mu["mean"], abs=0.05)
    future = cs.predict(fit, cs.NewTrial(sei=0.1), seed=1)["predictions"]
    assert float(future["theta"].quantile(0.975)) == pytest.approx(new["upper"], abs=0.15)
    assert fit.posterior.foresee()[6] > 0.97
    # The draws know little of what the others foresee for the outlier; if too little, it is said.
    checked, doubted = cs.check(fit), fit.posterior.doubted()[6]
    assert np.isnan(checked.trials.loc["t6", "p_value_loo"]) == doubted
    named = next(words for words in checked.words if "t6" in words)
    assert ("Pareto k" if doubted else "is not foreseen") in named
