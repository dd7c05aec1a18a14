"""Ordinary trials and outliers: a mixture of two normals."""

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Nuts
from consilience.errors import ModelError, RefusalError
from consilience.heterogeneity import TwoComponent

HALF = priors.HalfNormal(0.5)
MU = priors.Normal(0.0, 1.0)
Y = np.array([0.3, 0.25, 0.4, 0.2, 0.35, 0.28, 1.6])
V = np.full(7, 0.01)


def model(scatter):
    return cs.Model(mu=MU, heterogeneity=scatter)


def points(n, rng):
    return {"tau": rng.uniform(0.01, 1.0, n), "outlier_weight": rng.uniform(0.01, 0.5, n)}


def test_the_density_is_that_of_two_normals(effects):
    rng = np.random.default_rng(1)
    point = points(5, rng)
    residual = rng.normal(0, 1, (5, effects.k))
    found = (
        TwoComponent(HALF, 3.0).population(effects).log_density(residual, effects.v, point=point)
    )
    tau, w = point["tau"][:, None], point["outlier_weight"][:, None]
    ordinary = stats.norm(0, np.sqrt(effects.v + tau**2)).pdf(residual)
    outlying = stats.norm(0, np.sqrt(effects.v + 9 * tau**2)).pdf(residual)
    np.testing.assert_allclose(found, np.log((1 - w) * ordinary + w * outlying), atol=1e-12)


@pytest.mark.parametrize("settings", [{"multiple": 1.0}, {"weight": priors.Uniform(0.0, 1e-12)}])
def test_without_outliers_it_is_normal_heterogeneity(effects, settings):
    """A multiple of 1, or a share of 0, leave one normal."""
    rng = np.random.default_rng(2)
    ours = TwoComponent(HALF, **settings).population(effects)
    weight = ours.hypers[1].prior.ppf(0.0)
    point = points(20, rng) | {"outlier_weight": np.full(20, weight)}
    residual = effects.y - rng.normal(0, 1, (20, 1))
    plain = heterogeneity.Normal(HALF).scatter(effects)
    np.testing.assert_allclose(
        ours.log_density(residual, effects.v, point=point),
        plain.log_density(residual, effects.v, point=point),
        atol=1e-9,
    )


def test_new_trials_are_outliers_in_their_share(effects):
    rng = np.random.default_rng(3)
    n = 40_000
    point = {"tau": np.full(n, 0.2), "outlier_weight": np.full(n, 0.3)}
    here = TwoComponent(HALF, 5.0).population(effects).anywhere()
    variance = here.draw(point, (n, 1), rng)[:, 0]
    assert np.mean(variance > 0.5) == pytest.approx(0.3, abs=0.01)
    assert here.marginal_sd(point)[0, 0] == pytest.approx(np.sqrt(0.7 * 0.04 + 0.3 * 1.0))


def test_the_exact_engine_refuses(effects):
    with pytest.raises(RefusalError, match=r"TwoComponent.*no Gaussian form"):
        cs.fit(model(TwoComponent(HALF)), effects, "exact")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"multiple": 0.9}, "at least 1"),
        ({"multiple": np.nan}, "at least 1"),
        ({"multiple": "5"}, "at least 1"),
        ({"weight": priors.Uniform(0.0, 2.0)}, "between 0 and 1"),
        ({"weight": priors.Flat()}, "proper prior"),
        ({"tau": priors.Normal()}, "cannot be negative"),
    ],
    ids=str,
)
def test_settings_are_checked(settings, words):
    with pytest.raises(ModelError, match=words):
        TwoComponent(**settings)


class Grid:
    """Posterior of μ, τ and w by the trapezoid rule."""

    def __init__(self, y, v, multiple):
        axes = np.linspace(-0.6, 1.2, 121), np.exp(np.linspace(-7, 1, 100)), np.linspace(0, 0.5, 41)
        mu, tau, w = (each.ravel() for each in np.meshgrid(*axes, indexing="ij"))
        edge = np.where((w == 0) | (w == 0.5), 0.5, 1.0)
        log_mass = np.log(edge * tau) + stats.norm.logpdf(mu)
        log_mass += stats.halfnorm(scale=0.5).logpdf(tau)
        shares = []
        for yi, vi in zip(y, v, strict=True):
            first = (1 - w) * stats.norm(mu, np.sqrt(vi + tau**2)).pdf(yi)
            second = w * stats.norm(mu, np.sqrt(vi + (multiple * tau) ** 2)).pdf(yi)
            log_mass += np.log(first + second)
            shares.append(second / (first + second))
        mass = np.exp(log_mass - log_mass.max())
        self.mass, self.mu, self.tau, self.w = mass / mass.sum(), mu, tau, w
        self.outlier = np.array(shares) @ self.mass


@pytest.mark.nuts
def test_nuts_agrees_with_brute_force_and_names_the_outlier(effects_of):
    effects = effects_of(Y, V)
    fit = cs.fit(model(TwoComponent(HALF, 5.0)), effects, Nuts(seed=2))
    assert fit.diagnosis.passed, fit.diagnosis
    summary, grid = fit.summary(), Grid(Y, V, 5.0)
    for name, values in (("mu", grid.mu), ("tau", grid.tau), ("outlier_weight", grid.w)):
        row = summary.loc[name]
        assert row["mean"] == pytest.approx(grid.mass @ values, abs=4 * row["mcse"] + 1e-4)
    for i, label in enumerate(effects.labels):
        row = summary.loc[f"outlier[{label}]"]
        assert row["mean"] == pytest.approx(grid.outlier[i], abs=4 * row["mcse"] + 1e-4)
    assert summary.loc["outlier[t6]", "mean"] > 0.9
    ratio = summary.loc["tau_outlier", "mean"] / summary.loc["tau", "mean"]
    assert ratio == pytest.approx(5.0)
    assert abs(summary.loc["theta[t6]", "mean"] - 1.6) < 0.1  # believed, not shrunk
