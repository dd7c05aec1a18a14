"""Distribution functions of levels close to zero, where their densities have a cusp.

Brute force as in `conftest.py`: dense normals on a grid that is doubly exponential towards zero,
fine enough to follow Φ(x/ω) for every x.
"""

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import bias, heterogeneity, priors, terms
from consilience.engines.base import Combination
from consilience.questions.asking import coefficients

Y, V = [0.22, 0.35, 0.80, 0.36, -0.05, 0.1], [0.034, 0.017, 0.034, 0.032, 0.133, 0.06]
KIND, RISK = list("aabbcc"), ["high", "low", "high", "low", "high", "low"]
POINTS = np.array([sign * 10.0**e for e in np.arange(-6.0, 0.6, 0.5) for sign in (-1, 1)])
SHARES = (1e-4, 0.025, 0.2, 0.49, 0.5, 0.51, 0.8, 0.975, 0.9999)
BOUND = 1e-7
SCALES = {
    "half-normal": (priors.HalfNormal(0.5), stats.halfnorm(scale=0.5).logpdf),
    "tight": (priors.HalfNormal(0.02), stats.halfnorm(scale=0.02).logpdf),
    "half-Cauchy": (priors.HalfCauchy(0.3), stats.halfcauchy(scale=0.3).logpdf),
    "exponential": (priors.Exponential(3.0), stats.expon(scale=1 / 3).logpdf),
    "log-normal": (priors.LogNormal(-2.0, 1.5), stats.lognorm(1.5, scale=np.exp(-2.0)).logpdf),
    "inverse gamma": (priors.InverseGamma(1.0, 0.05), stats.invgamma(1.0, scale=0.05).logpdf),
}


def indicators(labels):
    return np.array([[label == level for level in sorted(set(labels))] for label in labels], float)


def held(fit, model, grid, *, mixed, weights) -> None:
    """The distribution function at any point, and quantiles by the probability below them."""
    names = fit.posterior.coefficients
    ours = coefficients(fit.posterior)
    place = int(np.argmax(weights))
    exact = mixed(model, grid, model.coefficient(*weights))
    for x in (*POINTS, 0.0):
        assert abs(ours.cdf(np.full(len(names), x))[place] - exact.below(x)) <= BOUND, (names, x)
    for share in SHARES:
        assert abs(exact.below(ours.quantile(share)[place]) - share) <= BOUND, (names, share)


@pytest.mark.parametrize("name", SCALES)
def test_levels_without_further_scatter(brute, mixed, effects_of, name):
    prior, log_prior = SCALES[name]
    exchangeable = terms.Exchangeable("kind", prior)
    concrete = cs.Model(priors.Normal(0.1, 1.0), (exchangeable,), heterogeneity.Nothing())
    fit = cs.fit(concrete, effects_of(Y, V, kind=KIND), "exact")
    columns = np.hstack([np.ones((6, 1)), indicators(KIND)])
    b, sd = np.array([0.1, 0.0, 0.0, 0.0]), np.ones(4)
    model = brute(
        np.array(Y), np.array(V), columns, b, sd, (-1, 0, 0, 0), (log_prior,),
        tau=False, reach=(-3.4, 6.0), step=0.01,
    )  # fmt: skip
    grid = model.grid()
    for level in (1, 3):
        held(fit, model, grid, mixed=mixed, weights=np.eye(4)[level])


@pytest.fixture(scope="module")
def biased(brute, effects_of):
    """Two scales of levels beside each other: one of them belongs to the bias."""
    concrete = cs.Model(
        priors.Normal(0.1, 1.0),
        (terms.Exchangeable("kind", priors.HalfNormal(0.5)),),
        heterogeneity.Nothing(),
        bias=bias.RiskOfBias("risk", "high", priors.Normal(0.0, 0.4), priors.HalfNormal(0.3)),
    )
    high = indicators(RISK)[:, :1]
    columns = np.hstack([np.ones((6, 1)), indicators(KIND), high, np.eye(6)[:, ::2]])
    model = brute(
        np.array(Y), np.array(V), columns, np.array([0.1, *[0.0] * 7]),
        np.array([1.0, 1.0, 1.0, 1.0, 0.4, 1.0, 1.0, 1.0]), (-1, 0, 0, 0, -1, 1, 1, 1),
        (stats.halfnorm(scale=0.5).logpdf, stats.halfnorm(scale=0.3).logpdf),
        tau=False, reach=(-3.3, 3.0), step=0.04,
    )  # fmt: skip
    return cs.fit(concrete, effects_of(Y, V, kind=KIND, risk=RISK), "exact"), model, model.grid()


@pytest.mark.parametrize("place", [0, 1, 3, 4, 5, 7])
def test_levels_along_two_scales(biased, mixed, place):
    held(*biased, mixed=mixed, weights=np.eye(8)[place])


def test_what_combines_levels(biased, mixed):
    """Differences of levels and of deviations have the cusp too; so has a sum over both scales."""
    fit, model, grid = biased
    contrasts = np.array([[0, 1, -1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0, -1]], float)
    both = np.array([[0, 0, 1, 0, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0, 0, 0]], float)
    rows = np.vstack([contrasts, both])
    asked = tuple(Combination(f"c{i}", row) for i, row in enumerate(rows))
    for level in (0.02, 0.5, 0.95):
        found = fit.posterior.combine(asked, level=level)
        for each, row in zip(asked, rows, strict=True):
            exact = mixed(model, grid, model.coefficient(*row))
            below = [exact.below(found.loc[each.name, end]) for end in ("lower", "median", "upper")]
            assert below == pytest.approx([(1 - level) / 2, 0.5, (1 + level) / 2], abs=BOUND)


def test_mean_and_spread_are_those_of_the_rule(biased):
    """The graded nodes are interpolated; what they average to is still what the rule integrates."""
    fit, _, _ = biased
    rule = fit.posterior.integrated.rule
    given, ours = rule.conditional, coefficients(fit.posterior)
    mean = rule.weights @ given.mean
    sd = np.sqrt(rule.weights @ (given.variance + (given.mean - mean) ** 2))
    assert np.max(np.abs(ours.mean() - mean) / sd) <= 1e-11
    assert np.max(np.abs(ours.sd() / sd - 1.0)) <= 1e-11


def test_one_trial_of_each_kind(effects_of):
    """Next to nothing is known of the scale but its prior, nor of the levels."""
    model = cs.Model(
        priors.Normal(0.0, 1.0),
        (terms.Exchangeable("kind", priors.HalfNormal(0.3)),),
        heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    for k in (2, 3):
        effects = effects_of(Y[:k], V[:k], kind=list("abc")[:k])
        summary = cs.fit(model, effects, "exact").summary()
        assert np.isfinite(summary[["mean", "sd", "median", "lower", "upper"]]).all(axis=None)
        assert (summary["lower"] < summary["median"]).all()


def test_levels_are_symmetric_where_the_data_are(effects_of):
    """Of two kinds that mirror each other so do the distribution functions, to rounding."""
    model = cs.Model(
        priors.Normal(0.0, 1.0),
        (terms.Exchangeable("kind", priors.HalfCauchy(0.5)),),
        heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    fit = cs.fit(model, effects_of([0.3, -0.3], [0.04, 0.04], kind=["a", "b"]), "exact")
    ours = coefficients(fit.posterior)
    for x in POINTS:
        below = ours.cdf(np.array([0.0, x, -x]))
        assert below[1] == pytest.approx(1.0 - below[2], abs=1e-12)
