"""The exact engine against brute force: dense normals on a fine grid, written apart from it."""

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.rows import newcomer

BCG = [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.012, -0.4694, -1.3713]
BCG_V = [0.3256, 0.1946, 0.4154, 0.02, 0.0512, 0.0069, 0.223, 0.004, 0.0564, 0.073]
SMALL, SMALL_V = [0.1, 0.5, 0.9], [0.04, 0.05, 0.03]
PAIR, PAIR_V = [0.1, 0.5], [0.04, 0.05]
SCHOOLS = [28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16]
SCHOOLS_V = np.array([14.9, 10.2, 16.3, 11, 9.4, 11.4, 10.4, 17.6]) ** 2

PRIORS = {
    "half-normal": (priors.HalfNormal(0.5), stats.halfnorm(scale=0.5).logpdf),
    "half-Cauchy": (priors.HalfCauchy(0.5), stats.halfcauchy(scale=0.5).logpdf),
    "half-t": (priors.HalfStudentT(4, 0.5), lambda x: np.log(2) + stats.t(4, 0, 0.5).logpdf(x)),
    "exponential": (priors.Exponential(2.0), stats.expon(scale=0.5).logpdf),
    "log-normal": (priors.LogNormal(-1.07, 0.87), stats.lognorm(0.87, scale=np.exp(-1.07)).logpdf),
    "inverse gamma": (priors.InverseGamma(1.0, 0.15), stats.invgamma(1.0, scale=0.15).logpdf),
    "improper uniform": (priors.Flat(), np.zeros_like),
}
FLAT, NORMAL = (priors.Flat(), 0.0, np.inf), (priors.Normal(0.2, 0.7), 0.2, 0.7)
FAR = (-3.4, 25.0)
"""A grid out to 10¹⁰, for tails that fall like powers."""


def near(found: float, exact: float, scale: float, tolerance: float = 1e-7) -> None:
    assert abs(found - exact) <= tolerance * scale, (found, exact)


def hold(row, marginal, *, moments=True) -> None:
    """Moments to 1e-7 of the SD; quantiles by the probability that lies below them."""
    if moments:
        near(row["mean"], marginal.mean, marginal.sd)
        near(row["sd"], marginal.sd, marginal.sd)
    for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
        near(marginal.below(row[column]), share, 1.0)
    near(row["p_gt_0"], 1 - marginal.below(0.0), 1.0)


def hold_scale(row, model, grid, place: int, *, moments=True) -> None:
    if moments:
        phi = grid.phi[:, place]
        mean = grid.mass @ phi
        sd = np.sqrt(grid.mass @ (phi - mean) ** 2)
        near(row["mean"], mean, sd)
        near(row["sd"], sd, sd)
    for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
        near(model.below(place, row[column]), share, 1.0)


def random_effects(brute, y, v, log_prior, mu, **settings):
    ones = np.ones((len(y), 1))
    b, sd = np.array([mu[1]]), np.array([mu[2]])
    return brute(np.array(y), np.array(v), ones, b, sd, (-1,), (log_prior,), **settings)


@pytest.mark.parametrize("mu", [FLAT, NORMAL], ids=["flat mu", "normal mu"])
@pytest.mark.parametrize("prior", PRIORS)
def test_random_effects(brute, mixed, effects_of, prior, mu):
    ours, log_prior = PRIORS[prior]
    model = random_effects(brute, BCG, BCG_V, log_prior, mu)
    fit = fitted(effects_of(BCG, BCG_V), ours, mu[0])
    hold_all(fit, model, mixed)
    proper = mu is NORMAL and ours.proper
    assert (fit.log_evidence is not None) == proper
    if proper:
        near(fit.log_evidence, model.grid().log_evidence, 1.0)


def fitted(effects, tau, mu):
    return cs.fit(cs.Model(mu=mu, heterogeneity=heterogeneity.Normal(tau)), effects, "exact")


def hold_all(fit, model, mixed, *, moments=True) -> None:
    grid, summary = model.grid(), fit.summary()
    hold(summary.loc["mu"], mixed(model, grid, model.coefficient(1.0)), moments=moments)
    hold_scale(summary.loc["tau"], model, grid, 0, moments=moments)
    for i, label in enumerate(fit.effects.labels):
        hold(summary.loc[f"theta[{label}]"], mixed(model, grid, model.effect(i)))
    new = fit.combine((newcomer(fit, "new"),)).loc["new"]
    hold(new, mixed(model, grid, model.newcomer(1.0)), moments=moments)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("mu", [FLAT, NORMAL], ids=["flat mu", "normal mu"])
def test_one_and_two_trials(brute, mixed, effects_of, mu, k):
    ours, log_prior = PRIORS["half-normal"]
    model = random_effects(brute, PAIR[:k], PAIR_V[:k], log_prior, mu)
    hold_all(fitted(effects_of(PAIR[:k], PAIR_V[:k]), ours, mu[0]), model, mixed)


@pytest.mark.parametrize(
    ("prior", "k"), [("half-Cauchy", 2), ("half-Cauchy", 1), ("improper uniform", 3)]
)
def test_heavy_tails_have_the_right_quantiles_and_no_false_moments(
    brute, mixed, effects_of, prior, k
):
    """E τ² = ∫ τ² p(y | τ) p(τ) dτ diverges: the answer is infinite, not refused and not cut."""
    ours, log_prior = PRIORS[prior]
    y, v = SMALL[:k], SMALL_V[:k]
    model = random_effects(brute, y, v, log_prior, FLAT, reach=FAR)
    fit = fitted(effects_of(y, v), ours, priors.Flat())
    assert np.isinf(fit.summary().loc[["mu", "tau"], "sd"]).all()
    hold_all(fit, model, mixed, moments=False)


def test_where_there_is_no_mean_none_is_shown(effects_of):
    """One trial, flat mu, half-Cauchy tau: mu has tails like a Cauchy, and no mean."""
    summary = fitted(effects_of([0.3], [0.04]), priors.HalfCauchy(0.5), priors.Flat()).summary()
    assert summary.loc["tau", "mean"] == np.inf
    assert np.isnan(summary.loc["mu", "mean"])
    assert summary.loc["mu", "median"] == pytest.approx(0.3, abs=1e-10)


POOLED_Y = [0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0, 0.31, 0.49]
POOLED_V = [0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07]
KINDS, AGAINST = list("abcdeffdd"), list("uuuvuwuvu")
SPREADS = {
    "half-normal": PRIORS["half-normal"],
    "half-Cauchy": PRIORS["half-Cauchy"],
}


@pytest.fixture(scope="module")
def pooled(brute, effects_of):
    """Partial pooling in both forms: exchangeable kinds, comparators by regression."""
    indicators = np.array([[kind == level for level in "abcdef"] for kind in KINDS], float)
    contrasts = np.array([[a == level for level in "vw"] for a in AGAINST], float)
    contrasts -= contrasts.mean(axis=0)
    X = np.hstack([np.ones((9, 1)), indicators, contrasts])
    log_priors = (stats.halfnorm(scale=0.5).logpdf, stats.halfnorm(scale=0.3).logpdf)
    b, sd = np.array([0.1, *[0.0] * 8]), np.array([1.0, *[1.0] * 6, 0.5, 0.5])
    model = brute(
        np.array(POOLED_Y), np.array(POOLED_V), X, b, sd, (-1, *[1] * 6, -1, -1), log_priors,
        reach=(-3.3, 3.2), step=0.05,
    )  # fmt: skip
    pooling = cs.Model(
        mu=priors.Normal(0.1, 1.0),
        terms=(
            terms.Exchangeable("kind", scale=priors.HalfNormal(0.3)),
            terms.Linear("against", prior=priors.Normal(0.0, 0.5)),
        ),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    effects = effects_of(POOLED_Y, POOLED_V, kind=KINDS, against=AGAINST)
    return cs.fit(pooling, effects), model, model.grid()


def test_partial_pooling_evidence(pooled):
    fit, _, grid = pooled
    near(fit.log_evidence, grid.log_evidence, 1.0)


def test_partial_pooling_scales(pooled):
    fit, model, grid = pooled
    hold_scale(fit.summary().loc["tau"], model, grid, 0)
    hold_scale(fit.summary().loc["kind_scale"], model, grid, 1)


def test_partial_pooling_coefficients(pooled, mixed):
    fit, model, grid = pooled
    names = ["mu", *(f"kind[{level}]" for level in "abcdef"), "against[v]", "against[w]"]
    for weights, name in zip(np.eye(9), names, strict=True):
        marginal = mixed(model, grid, model.coefficient(*weights))
        hold(fit.summary().loc[name], marginal)


def test_partial_pooling_true_effects(pooled, mixed):
    fit, model, grid = pooled
    for i, label in enumerate(fit.effects.labels):
        hold(fit.summary().loc[f"theta[{label}]"], mixed(model, grid, model.effect(i)))


def test_partial_pooling_of_a_trial_of_a_new_kind(pooled, mixed):
    fit, model, grid = pooled
    new = fit.combine((newcomer(fit, "new"),)).loc["new"]
    hold(new, mixed(model, grid, model.newcomer(*np.eye(9)[0], fresh=(1,))))
