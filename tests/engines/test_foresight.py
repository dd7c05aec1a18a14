"""The data of a trial against what the others foresee, by brute force on grids."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import consilience as cs
from consilience import likelihoods, priors
from consilience.engines.foresight import Others, foreseen
from consilience.likelihoods import baselines
from consilience.likelihoods.falling import Ways, fallen

BASE = baselines.Fixed(priors.Normal(-1.0, 0.8))
B = np.linspace(-6.0, 4.0, 401)[:, None]
WEIGHTS = np.array([0.7, 0.3])
OTHERS = Others(np.array([0.4, -0.3]), np.array([0.09, 0.3]), {}, WEIGHTS)
N1, N2, T1, T2, TOTAL = 14, 20, 30.0, 21.0, 7


def theta_of(node):
    """Points of a normal distribution, close enough for what has edges, and their weights."""
    z = np.linspace(-7.0, 7.0, 281)
    w = stats.norm.pdf(z)
    return OTHERS.eta[node] + np.sqrt(OTHERS.h[node]) * z, w / w.sum()


def trials(x1, measure, **columns):
    table = pd.DataFrame({
        "study": ["a", "b"], "events1": [x1, 3], "events2": [TOTAL - x1, 5], "n1": [N1, 30],
        "n2": [N2, 31], "person_time1": [T1, 9.0], "person_time2": [T2, 9.0], **columns,
    })  # fmt: skip
    return cs.effect_sizes(table, measure)


def binomials(moved):
    def log_joint(x, theta, _):
        p2 = special.expit(B)
        with np.errstate(divide="ignore", invalid="ignore"):
            one = stats.binom.logpmf(x, N1, moved(p2, theta))
        return one + stats.binom.logpmf(TOTAL - x, N2, p2)

    return log_joint


def poissons(x, theta, _):
    one = stats.poisson.logpmf(x, T1 * np.exp(B + theta))
    return one + stats.poisson.logpmf(TOTAL - x, T2 * np.exp(B))


def overdispersed(x, theta, rho):
    size = (1.0 - rho) / rho
    p1, p2 = special.expit(B + theta), special.expit(B)
    one = stats.betabinom.logpmf(x, N1, p1 * size, (1.0 - p1) * size)
    return one + stats.betabinom.logpmf(TOTAL - x, N2, p2 * size, (1.0 - p2) * size)


def brute(log_joint, rho=(None, None)):
    """P(x | m) of every x, from the joint probabilities of both arms on a grid of baselines."""
    x, prior = np.arange(TOTAL + 1), stats.norm.pdf(B, -1.0, 0.8)
    mass = np.zeros(len(x))
    for node, weight in enumerate(WEIGHTS):
        for theta, share in zip(*theta_of(node), strict=True):
            joint = np.exp(log_joint(x, theta, rho[node])) * prior
            mass += weight * share * joint.sum(axis=0)
    return mass / mass.sum()


CASES = {
    "odds ratios": (likelihoods.Binomial("Logit", BASE), "OR",
                    binomials(lambda p, d: special.expit(special.logit(p) + d))),
    "risk ratios": (likelihoods.Binomial("Log", BASE), "RR",
                    binomials(lambda p, d: np.minimum(p * np.exp(d), 1.0))),
    "risk differences": (likelihoods.Binomial("Identity", BASE), "RD",
                         binomials(lambda p, d: np.clip(p + d, 0.0, 1.0))),
    "rate ratios": (likelihoods.Poisson(BASE), "IRR", poissons),
}  # fmt: skip


def mid_p(mass):
    return np.cumsum(mass) - 0.5 * mass


@pytest.mark.parametrize("name", CASES)
def test_events_stand_where_their_distribution_given_the_total_puts_them(name):
    likelihood, measure, log_joint = CASES[name]
    wanted = mid_p(brute(log_joint))
    for x in (0, 2, TOTAL):
        found = foreseen(likelihood, trials(x, measure), 0, others=OTHERS)
        assert found == pytest.approx(wanted[x], abs=2e-4)


def test_hyperparameters_of_the_likelihood_are_integrated_out():
    rho = np.array([0.05, 0.3])
    likelihood = likelihoods.BetaBinomial("Logit", BASE, priors.Beta(1.0, 5.0))
    found = foreseen(likelihood, trials(2, "OR"), 0, others=OTHERS._replace(omega={"rho": rho}))
    assert found == pytest.approx(mid_p(brute(overdispersed, rho))[2], abs=5e-4)


def conditional(x, others=OTHERS, **columns):
    return foreseen(likelihoods.Hypergeometric(), trials(x, "OR", **columns), 0, others=others)


def test_the_conditional_likelihood_is_fishers_own():
    x, law, mass = np.arange(TOTAL + 1), stats.nchypergeom_fisher, np.zeros(TOTAL + 1)
    for node, weight in enumerate(WEIGHTS):
        for theta, share in zip(*theta_of(node), strict=True):
            mass += weight * share * law.pmf(x, N1 + N2, N1, TOTAL, np.exp(theta))
    assert [conditional(at) for at in x] == pytest.approx(mid_p(mass), abs=2e-4)


def test_turned_effects_and_exchanged_arms_give_the_other_tail():
    turned = OTHERS._replace(eta=-OTHERS.eta)
    assert conditional(2, turned, higher_is_better="no") == pytest.approx(1 - conditional(2))
    exchanged = cs.effect_sizes(
        pd.DataFrame({"study": ["a", "b"], "events1": [TOTAL - 2, 3], "n1": [N2, 30],
                      "events2": [2, 5], "n2": [N1, 31]}), "OR",
    )  # fmt: skip
    found = foreseen(likelihoods.Hypergeometric(), exchanged, 0, others=turned)
    assert found == pytest.approx(1 - conditional(2))


def test_where_one_way_was_open_to_the_events_there_is_no_answer():
    zeros = {"events1": [0, 3], "events2": [0, 5]}
    for likelihood in (likelihoods.Hypergeometric(), likelihoods.Binomial(baseline=BASE)):
        assert np.isnan(foreseen(likelihood, trials(0, "OR", **zeros), 0, others=OTHERS))


def test_means_stand_where_the_behrens_fisher_distribution_puts_them():
    columns = {"mean1": [1.1, 0.0], "mean2": [0.2, 0.0], "sd1": [1.5, 1.0], "sd2": [2.5, 1.0]}
    effects = trials(2, "MD", n1=[4, 30], n2=[6, 31], **columns)
    se1, se2, e = 1.5 / 2.0, 2.5 / np.sqrt(6.0), np.linspace(-80.0, 80.0, 16001)
    second = stats.t.pdf(e / se2, 5) / se2 * (e[1] - e[0])
    wanted = sum(
        weight * share * np.sum(stats.t.cdf((0.9 - theta + e) / se1, 3) * second)
        for node, weight in enumerate(WEIGHTS)
        for theta, share in zip(*theta_of(node), strict=True)
    )
    found = foreseen(likelihoods.ArmMeans(), effects, 0, others=OTHERS)
    assert found == pytest.approx(wanted, abs=5e-4)


@pytest.mark.parametrize("own", [0, 3, 170, 400])
def test_many_ways_to_fall_are_added_up_from_few(own):
    """Overdispersed events of 1 000 participants, 400 in all, by the whole sum."""
    x, theta = np.arange(401.0), np.array([-1.0, 0.0, 2.0])
    asked = []

    def log_at(x1):
        asked.extend(x1)
        p = special.expit(-1.0 + theta)[:, None]
        one = stats.betabinom.logpmf(x1, 500, 30.0 * p, 30.0 * (1.0 - p))
        return one + stats.betabinom.logpmf(400 - x1, 500, 8.0, 22.0)

    ways = Ways(x, special.gammaln(401.0) - special.gammaln(x + 1) - special.gammaln(401.0 - x))
    told = fallen(log_at, ways, float(own), upwards=True)
    every = np.exp(log_at(x))
    wanted = (every[:, :own].sum(axis=1) + 0.5 * every[:, own]) / every.sum(axis=1)
    np.testing.assert_allclose(np.exp(told.log_below - told.log_all), wanted, atol=1e-6)
    assert len(asked) < 401 + 70
