"""Populations of baselines beside scattering effects, against sums over dense grids."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.interpolate import CubicSpline
from scipy.special import expit

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Exact, Nuts
from consilience.errors import RefusalError
from consilience.likelihoods import baselines

MU, TAU = (0.2, 0.9), 0.5
MEAN, SD = (-1.2, 0.8), 0.5
TRIALS = pd.DataFrame({
    "study": ["a", "b", "c"], "events1": [12, 0, 5], "n1": [30, 24, 19],
    "events2": [7, 3, 6], "n2": [28, 25, 22],
    "person_time1": [30.0, 24.0, 19.0], "person_time2": [28.0, 25.0, 22.0],
})  # fmt: skip
GRID = np.arange(-48, 49) * 0.08
"""Of mu, and of the mean of the baselines about its prior's."""
Y = np.arange(-85, 86) * 0.1
EDGE = 3.2
NODES = 24


def legendre():
    x, weights = np.polynomial.legendre.leggauss(NODES)
    return 0.5 * EDGE * (x + 1.0), 0.5 * EDGE * weights


ARMS = {
    "binomial": (
        lambda x, n, place: stats.binom.pmf(x, n, expit(place)),
        ("events1", "n1", "events2", "n2"), "OR", likelihoods.Binomial,
    ),
    "poisson": (
        lambda x, t, place: stats.poisson.pmf(x, t * np.exp(place)),
        ("events1", "person_time1", "events2", "person_time2"), "IRR", likelihoods.Poisson,
    ),
}  # fmt: skip


def smoothed(arm, tau):
    """Three splines of u: ∫ A₁(u + d) (d)ʲ N(d; 0, τ²) dd for j = 0, 1, 2."""
    u = np.arange(-26.0, 22.0, 0.03)
    weights = stats.norm.pdf(Y) * (Y[1] - Y[0])
    values = arm(u[:, None] + tau * Y) * weights
    return [CubicSpline(u, values @ (tau * Y) ** power) for power in range(3)]


def table(arms, sd, splines):
    """p(data | m, mu) of one trial, and its two moments of d − mu, each (m, mu)."""
    b = MEAN[0] + GRID[:, None] + sd * Y
    own = arms(b) * stats.norm.pdf(Y) * (Y[1] - Y[0])
    sums = MEAN[0] + np.arange(2 * len(GRID) - 1) * 0.08 + 2.0 * GRID[0]
    n = len(GRID)
    found = []
    for spline in splines:
        seen = spline(sums[:, None] + sd * Y)
        found.append(np.stack([seen[a : a + n] @ own[a] for a in range(n)]))
    return found


@cache
def brute(name):
    """Sum everything up."""
    pmf, columns, _, _ = ARMS[name]
    rows = [[row[column] for column in columns] for _, row in TRIALS.iterrows()]
    scales, weights = legendre()
    prior = weights * 2.0 * stats.norm.pdf(scales / TAU) / TAU
    prior_sd = weights * 2.0 * stats.norm.pdf(scales / SD) / SD
    plane = np.outer(stats.norm.pdf(GRID, 0.0, MEAN[1]), stats.norm.pdf(GRID, *MU)) * 0.08**2
    mass = np.zeros((NODES, NODES, len(GRID), len(GRID)))
    theta = np.zeros(2)
    for p, tau in enumerate(scales):
        splines = [smoothed(lambda t, r=row: pmf(r[0], r[1], t), tau) for row in rows]
        for q, sd in enumerate(scales):
            total = plane * prior[p] * prior_sd[q]
            for i, row in enumerate(rows):
                powers = splines[i] if i == 0 else splines[i][:1]
                own = table(lambda b, r=row: pmf(r[2], r[3], b), sd, powers)
                if i == 0:
                    first, second = own[1] / own[0], own[2] / own[0]
                total = total * own[0]
            mass[p, q] = total
            d = GRID + first
            theta += [np.sum(total * d), np.sum(total * (second + 2 * GRID * first + GRID**2))]
    whole = mass.sum()
    return SimpleNamespace(scales=scales, log=float(np.log(whole)), mass=mass / whole,
                           theta=theta / whole)  # fmt: skip


@cache
def fitted(name):
    _, columns, measure, kind = ARMS[name]
    trials = TRIALS[["study", *columns]].assign(higher_is_better=True)
    model = cs.Model(
        mu=priors.Normal(*MU),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(TAU)),
        likelihood=kind(
            baseline=baselines.Exchangeable(priors.Normal(*MEAN), priors.HalfNormal(SD))
        ),
    )
    return cs.fit(model, cs.effect_sizes(trials, measure), Exact())


def margin(found, place):
    """Values and shares of τ, the baselines' SD, their mean, or mu."""
    others = tuple(axis for axis in range(4) if axis != place)
    values = (found.scales, found.scales, MEAN[0] + GRID, GRID)[place]
    return values, found.mass.sum(axis=others)


PLACES = {"tau": 0, "baseline_sd": 1, "baseline_mean": 2, "mu": 3}


@pytest.mark.parametrize("name", ARMS)
def test_evidence(name):
    np.testing.assert_allclose(fitted(name).log_evidence, brute(name).log, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("parameter", PLACES)
@pytest.mark.parametrize("name", ARMS)
def test_moments(name, parameter):
    row = fitted(name).summary().loc[parameter]
    values, shares = margin(brute(name), PLACES[parameter])
    mean = values @ shares
    sd = np.sqrt(shares @ (values - mean) ** 2)
    np.testing.assert_allclose([row["mean"], row["sd"]], [mean, sd], rtol=0.0, atol=1e-6 * sd)


@pytest.mark.parametrize("parameter", ["mu", "baseline_mean"])
@pytest.mark.parametrize("name", ARMS)
def test_quantiles(name, parameter):
    """On even grids a spline through densities gives the distribution function."""
    row = fitted(name).summary().loc[parameter]
    values, shares = margin(brute(name), PLACES[parameter])
    below = CubicSpline(values, shares / 0.08).antiderivative()
    reached = below(row[["lower", "median", "upper"]].to_numpy(dtype=float))
    np.testing.assert_allclose(reached, [0.025, 0.5, 0.975], rtol=0.0, atol=3e-6)


@pytest.mark.parametrize("parameter", ["tau", "baseline_sd"])
@pytest.mark.parametrize("name", ARMS)
def test_quantiles_of_scales(name, parameter):
    """At Gauss's nodes the polynomial through densities does."""
    row = fitted(name).summary().loc[parameter]
    values, shares = margin(brute(name), PLACES[parameter])
    _, weights = legendre()
    x = 2.0 * values / EDGE - 1.0
    series = np.polynomial.legendre.Legendre(
        np.polynomial.legendre.legfit(x, shares / weights, NODES - 1)
    ).integ()
    ends = 2.0 * row[["lower", "median", "upper"]].to_numpy(dtype=float) / EDGE - 1.0
    reached = 0.5 * EDGE * (series(ends) - series(-1.0))
    np.testing.assert_allclose(reached, [0.025, 0.5, 0.975], rtol=0.0, atol=3e-6)


@pytest.mark.parametrize("name", ARMS)
def test_a_true_effect(name):
    row = fitted(name).summary().loc["theta[a]"]
    mean, square = brute(name).theta
    sd = np.sqrt(square - mean**2)
    np.testing.assert_allclose([row["mean"], row["sd"]], [mean, sd], rtol=0.0, atol=1e-6 * sd)


@pytest.mark.slow
def test_by_sampling():
    """NUTS says the same of thirteen trials, within four Monte Carlo errors."""
    trials = cs.read_trials(Path(__file__).parents[2] / "benchmarks" / "bcg.csv")
    effects = cs.effect_sizes(trials, "OR")
    model = cs.Model(
        mu=priors.Normal(0.0, 2.82),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
        likelihood=likelihoods.Binomial(baseline=baselines.Exchangeable()),
    )
    exact, drawn = (cs.fit(model, effects, engine).summary() for engine in (Exact(), Nuts(seed=3)))
    for parameter, row in drawn.iterrows():
        away = abs(row["mean"] - exact.loc[parameter, "mean"])
        assert away < 4.0 * row["mcse"], parameter
        np.testing.assert_allclose(row["sd"], exact.loc[parameter, "sd"], rtol=0.1)


def test_what_it_says():
    fit = fitted("binomial")
    assert "baseline_mean, baseline_sd" in fit.posterior.steps[0]
    assert fit.posterior.accuracy < 1e-6
    drawn = fit.draws["posterior"]
    summary = fit.summary()
    for name in ("mu", "tau", "baseline_mean", "baseline_sd"):
        row, values = summary.loc[name], drawn[name].to_numpy().ravel()
        assert abs(values.mean() - row["mean"]) < 4.5 * row["sd"] / np.sqrt(values.size)
        np.testing.assert_allclose(values.std(), row["sd"], rtol=0.1)


@pytest.mark.parametrize(
    ("mu", "link", "measure", "words"),
    [
        (priors.Uniform(-3.0, 3.0), "Logit", "OR", "priors on the whole line"),
        (priors.Normal(), "Log", "RR", "up to 3 parameters together"),
    ],
)
def test_refused_in_words(mu, link, measure, words):
    effects = cs.effect_sizes(TRIALS.assign(higher_is_better=True), measure)
    model = cs.Model(
        mu=mu,
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
        likelihood=likelihoods.Binomial(link, baselines.Exchangeable()),
    )
    with pytest.raises(RefusalError, match=words):
        cs.fit(model, effects, Exact())
