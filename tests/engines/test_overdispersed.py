"""Overdispersed counts of one effect: funnels along ρ, whose neck is the binomial limit."""

from math import lgamma

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Exact
from consilience.engines.integrated.frame import Standardised, Straight
from consilience.engines.integrated.solving import solved_in
from consilience.likelihoods import baselines

N1 = [24, 31, 18, 60, 45, 120, 38, 27, 80, 52]
N2 = [22, 33, 17, 58, 49, 60, 40, 27, 82, 25]
SCATTERED = ([2, 30, 7, 1, 4, 5, 0, 17, 15, 0], [6, 32, 14, 17, 16, 21, 35, 11, 40, 0])
ALIKE = ([5, 7, 4, 14, 10, 28, 9, 6, 18, 12], [4, 6, 3, 11, 9, 11, 7, 5, 15, 5])
STEP = 0.1
B = np.arange(-32.0, 30.0, STEP)
MU = np.arange(-200, 201) * STEP
S = np.arange(len(B) + len(MU) - 1) * STEP + B[0] + MU[0]


def effects_of(events):
    return cs.effect_sizes(pd.DataFrame({
        "study": [f"t{i}" for i in range(10)], "events1": events[0], "n1": N1,
        "events2": events[1], "n2": N2,
    }), "OR")  # fmt: skip


def model(likelihood=None):
    base = baselines.Fixed(priors.Normal(-1.0, 2.0))
    chosen = likelihood or likelihoods.BetaBinomial("Logit", base, priors.Uniform(0.0, 0.2))
    return cs.Model(priors.Normal(0.0, 2.82), (), heterogeneity.Nothing(), chosen)


def rising(a, x):
    """log a(a + 1)…(a + x − 1), twelve factors at a time."""
    blocks = np.array_split(np.arange(x), 1 + x // 12)
    return sum(np.log(np.prod(a + block[:, None], axis=0)) for block in blocks)


def arm(x, n, *, log_odds, rho):
    size = (1.0 - rho) / rho
    p, q = size / (1.0 + np.exp(-log_odds)), size / (1.0 + np.exp(log_odds))
    ways = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
    return ways + rising(p, x) + rising(q, n - x) - rising(np.full(1, size), n)


def dense(events):
    """Evidence, and mean and SD of mu and rho: sums over lattices of b and mu, panels in √ρ."""
    t, w = np.polynomial.legendre.leggauss(12)
    edges = np.linspace(0.0, np.sqrt(0.2), 5)
    root = (edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (t + 1.0)).ravel()
    rho, mass = root**2, np.tile(0.5 * w / 4.0, 4) * np.sqrt(0.2) * 2.0 * root / 0.2
    believed = np.exp(-0.5 * ((B + 1.0) / 2.0) ** 2) / (2.0 * np.sqrt(2.0 * np.pi)) * STEP
    heights = np.tile(np.log(mass), (len(MU), 1))
    for x1, n1, x2, n2 in zip(events[0], N1, events[1], N2, strict=True):
        for place, each in enumerate(rho):
            second = np.exp(arm(x2, n2, log_odds=B, rho=each)) * believed
            first = np.exp(arm(x1, n1, log_odds=S, rho=each))
            heights[:, place] += np.log(np.correlate(first, second, "valid"))
    prior = -0.5 * (MU / 2.82) ** 2 - np.log(2.82 * np.sqrt(2.0 * np.pi)) + np.log(STEP)
    heights += prior[:, None]
    top = heights.max()
    joint = np.exp(heights - top)
    whole = joint.sum()
    found = [top + np.log(whole)]
    for values, share in ((MU, joint.sum(axis=1) / whole), (rho, joint.sum(axis=0) / whole)):
        mean = values @ share
        found += [mean, np.sqrt(share @ (values - mean) ** 2)]
    return found


@pytest.mark.parametrize("events", [SCATTERED, ALIKE], ids=["far apart", "alike"])
def test_it_is_the_sum_over_dense_lattices(events):
    """Far apart: a search on one grid cuts the neck off. Alike: the posterior ends at ρ = 0."""
    evidence, *moments = dense(events)
    fit = cs.fit(model(), effects_of(events), "exact")
    summary = fit.summary()
    owed = fit.posterior.accuracy
    assert fit.posterior.frame.__class__ is Standardised
    assert owed < 1e-8
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-10 + owed)
    for name, mean, sd in (("mu", *moments[:2]), ("rho", *moments[2:])):
        assert summary.loc[name, "mean"] == pytest.approx(mean, abs=owed * sd + 1e-11)
        assert summary.loc[name, "sd"] == pytest.approx(sd, rel=owed + 1e-10)


def test_where_rho_ends_close_to_zero_it_is_the_binomial_model():
    base, effects = baselines.Fixed(priors.Normal(-1.0, 2.0)), effects_of(ALIKE)
    nearly = likelihoods.BetaBinomial("Logit", base, priors.Uniform(0.0, 1e-10))
    found = cs.fit(model(nearly), effects, "exact")
    limit = cs.fit(model(likelihoods.Binomial("Logit", base)), effects, "exact")
    assert found.log_evidence == pytest.approx(limit.log_evidence, abs=2e-7)
    columns = ["mean", "sd", "lower", "upper"]
    np.testing.assert_allclose(
        found.summary().loc["mu", columns].astype(float),
        limit.summary().loc["mu", columns].astype(float), atol=1e-6,
    )  # fmt: skip


def test_both_frames_and_the_whole_range_of_rho_agree():
    """Up to ρ = 1, where an arm has events in all of its participants or in none."""
    wide = likelihoods.BetaBinomial("Logit", baselines.Fixed(priors.Normal(-1.0, 2.0)))
    few = effects_of(SCATTERED).keep(np.arange(10) < 2)
    posterior = cs.fit(model(wide), few, Exact(tolerance=1e-6)).posterior
    straight = solved_in(Straight(posterior.form), 1e-6).integrated
    rule = posterior.integrated.rule
    assert isinstance(posterior.frame, Standardised)
    assert rule.log_evidence == pytest.approx(straight.rule.log_evidence, abs=1e-6)
    means = [each.weights @ each.phi for each in (rule, straight.rule)]
    np.testing.assert_allclose(*means, atol=1e-6)


def test_arms_of_very_different_size_take_few_nodes():
    """The 13 BCG trials, with arms of 123 to 88 391 people: ρ matters from one over that on."""
    effects = cs.effect_sizes(cs.read_trials("benchmarks/bcg.csv"), "OR")
    one = cs.fit(model(), effects, Exact(tolerance=1e-7)).posterior.integrated
    other = cs.fit(model(), effects, Exact(tolerance=1e-9)).posterior.integrated
    assert other.accuracy < 1e-9
    assert other.rule.shape[1] <= 64
    assert one.rule.log_evidence == pytest.approx(other.rule.log_evidence, abs=1e-7)
    means = [each.rule.weights @ each.rule.phi for each in (one, other)]
    np.testing.assert_allclose(*means, atol=1e-8)
