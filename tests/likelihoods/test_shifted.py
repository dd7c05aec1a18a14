"""Curves by correlation are sums over dense grids, far out and for arms without events as well."""

from math import log

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import comb, expit, log_expit, logsumexp

import consilience as cs
from consilience import likelihoods, priors
from consilience.engines.integrated.loops import heights
from consilience.engines.integrated.table import tabulate
from consilience.likelihoods import baselines

TRIALS = pd.DataFrame({
    "study": list("abcdef"), "events1": [12, 0, 7, 0, 30, 2], "n1": [30, 26, 7, 40, 40, 70_000],
    "events2": [14, 2, 1, 0, 3, 9_000], "n2": [28, 25, 9, 44, 50, 70_000],
    "person_time1": [30.0, 41.0, 8.5, 900.0, 3.0, 1e5],
    "person_time2": [28.5, 39.0, 12.0, 850.0, 7.0, 1e5],
})  # fmt: skip
PRIOR = stats.norm(-1.0, 2.0)
BASE = baselines.Fixed(priors.Normal(-1.0, 2.0))
RHO = 0.07


def dense(b, row, law):
    """log ∫ by a sum over 12 001 points about where the comparator's arm is."""
    one, two = law(row)
    step = b[1] - b[0]

    def of(theta):
        with np.errstate(all="ignore"):
            height = one(b + theta) + two(b) + PRIOR.logpdf(b)
        return logsumexp(np.where(np.isnan(height), -np.inf, height)) + np.log(step)

    return of


def binomial(row):
    def arm(x, n):
        ways = log(comb(int(n), int(x), exact=True))
        return lambda s: ways + x * log_expit(s) + (n - x) * log_expit(-s)

    return arm(row.events1, row.n1), arm(row.events2, row.n2)


def overdispersed(row):
    size = (1.0 - RHO) / RHO

    def arm(x, n):
        return lambda s: stats.betabinom.logpmf(x, n, expit(s) * size, expit(-s) * size)

    return arm(row.events1, row.n1), arm(row.events2, row.n2)


def poisson(row):
    def arm(x, t):
        return lambda s: stats.poisson.logpmf(x, t * np.exp(s))

    return arm(row.events1, row.person_time1), arm(row.events2, row.person_time2)


CASES = {
    "binomial": (likelihoods.Binomial("Logit", BASE), "OR", binomial),
    "beta-binomial": (
        likelihoods.BetaBinomial("Logit", BASE, priors.Uniform(0.0, 0.5)), "OR", overdispersed,
    ),
    "poisson": (likelihoods.Poisson(BASE), "IRR", poisson),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_sum_over_a_dense_grid(name):
    likelihood, measure, law = CASES[name]
    curves = likelihood.curves(cs.effect_sizes(TRIALS, measure))
    point = {"rho": np.array([RHO])} if curves.hypers else {}
    theta = curves.centre + curves.width * np.array([-11.0, -3.0, 0.4, 12.0])[:, None]
    found = curves.log(theta, point)
    for place, row in enumerate(TRIALS.itertuples()):
        of = dense(np.linspace(-40.0, 16.0, 12_001), row, law)
        wanted = np.array([of(each) for each in theta[:, place]])
        felt = wanted > wanted.max() - 300.0
        far = theta[:, place][felt]
        assert felt.sum() >= 3, far
        np.testing.assert_allclose(found[felt, place], wanted[felt], rtol=1e-11, atol=3e-9)
    turned = likelihood.curves(
        cs.effect_sizes(TRIALS.assign(higher_is_better="no"), measure)
    )  # fmt: skip
    np.testing.assert_allclose(turned.log(-theta, point), found, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_tables_say_what_the_curves_say_and_ask_for_little(name):
    likelihood, measure, _ = CASES[name]
    curves = likelihood.curves(cs.effect_sizes(TRIALS, measure))
    point, asked = {"rho": np.array([RHO])} if curves.hypers else {}, []

    def ask(theta, order):
        asked.append(np.isfinite(theta).sum())
        return curves.log(theta, point, order=order)

    table, errors = tabulate(ask, curves.centre, curves.width)
    error = errors.max()
    assert error < 2e-11
    assert sum(asked) < 800 * len(TRIALS)
    theta = table.ends[:, 0] + np.random.default_rng(1).random((400, 6)) * np.ptp(
        table.ends, axis=1
    )
    theta[:200] = curves.centre + curves.width * np.linspace(-9.0, 9.0, 200)[:, None]
    found, wanted = np.empty(theta.shape), curves.log(theta, point, order=70)
    heights()(table, theta, found)
    felt = wanted > wanted.max(axis=0) - 60.0
    np.testing.assert_allclose(found[felt], wanted[felt], rtol=0.0, atol=10.0 * error)


def test_an_arm_without_events_says_no_more_far_out():
    """Nobody has the event whatever the effect: what is left is the comparator's arm."""
    curves = CASES["binomial"][0].curves(cs.effect_sizes(TRIALS, "OR"))
    b = np.linspace(-40.0, 30.0, 70_001)
    alone = stats.binom.logpmf(2, 25, expit(b)) + PRIOR.logpdf(b)
    wanted = logsumexp(alone) + np.log(b[1] - b[0])
    theta = np.full((4, 6), np.array([[-60.0], [-1e3], [-1e5], [-4e6]]))
    np.testing.assert_allclose(curves.log(theta, {})[:, 1], wanted, rtol=0.0, atol=1e-11)


def test_baselines_that_end_abruptly_are_integrated_all_the_same():
    """No trapezoid rule is exact for them, and two of them say so."""
    bounded = likelihoods.Binomial("Logit", baselines.Fixed(priors.Uniform(-2.0, 0.5)))
    curves = bounded.curves(cs.effect_sizes(TRIALS.iloc[:2], "OR"))
    t, w = np.polynomial.legendre.leggauss(200)
    b = -0.75 + 1.25 * t
    theta = np.linspace(-3.0, 3.0, 5)[:, None] + np.zeros(2)
    for place, row in enumerate(TRIALS.iloc[:2].itertuples()):
        one, two = binomial(row)
        mass = np.exp(one(b + theta[:, [place]]) + two(b)) @ (0.5 * w)
        np.testing.assert_allclose(curves.log(theta, {})[:, place], np.log(mass), atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_arms_at_opposite_ends_are_numbers_however_far_the_effect(name):
    """A step that is fine for the peak misses the sum where both arms pull: it is seen to."""
    likelihood, measure, _ = CASES[name]
    ends = pd.DataFrame({
        "study": ["a", "b", "c"], "events1": [1999, 1, 1000], "n1": 2000, "events2": [1, 1999, 1],
        "n2": 2000, "person_time1": [1.0, 1e4, 1.0], "person_time2": [1e4, 1.0, 1e4],
    })  # fmt: skip
    curves = likelihood.curves(cs.effect_sizes(ends, measure))
    point = {"rho": np.array([RHO])} if curves.hypers else {}
    theta = np.repeat(np.linspace(-24.8, 24.7, 97)[:, None], 3, axis=1)
    found, plain = curves.log(theta, point), curves.plain.log(theta, point)
    assert np.isfinite(found).all()
    assert (found < plain.max(axis=0) + 1e-6).all()
    for depth, error in ((60.0, 2e-5), (500.0, 5e-3)):
        felt = plain > plain.max(axis=0) - depth
        np.testing.assert_allclose(found[felt], plain[felt], rtol=0.0, atol=error)


def test_between_its_points_a_lattice_says_what_others_say():
    """Where a steep and a flat tail meet, log ℓ bends within a fraction of its own width."""
    likelihood, measure, _ = CASES["beta-binomial"]
    curves = likelihood.curves(cs.effect_sizes(TRIALS, measure))
    theta = curves.centre + np.sinh(np.linspace(-5.0, 5.0, 601))[:, None]
    for rho in (1e-7, 2e-4, 0.014, 0.053):
        point = {"rho": np.array([rho])}
        one, other = (curves.log(theta, point, order=order) for order in (40, 60))
        felt = one > one.max(axis=0) - 60.0
        size = 1e-14 * TRIALS["n1"].to_numpy()
        assert (np.abs(np.where(felt, one - other, 0.0)).max(axis=0) < 2e-11 + size).all(), rho
