"""Overdispersed counts whose true effects scatter: three axes, and tables for every ρ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import make_interp_spline
from tests.engines.test_overdispersed import arm

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Exact, Nuts
from consilience.engines.integrated.frame import Standardised, Straight
from consilience.engines.integrated.solving import solved_in
from consilience.likelihoods import baselines

STEP = 0.1
B = np.arange(-320, 300) * STEP
THETA = np.arange(-600, 601) * STEP
S = np.arange(len(B) + len(THETA) - 1) * STEP + B[0] + THETA[0]
INSIDE = 0.5 * (1.0 + np.tanh((48.0 - np.abs(THETA)) / 2.0))
"""A flat tail has no Fourier series unless it ends softly, far from where mu may be."""

BASE = baselines.Fixed(priors.Normal(-1.0, 2.0))
FEW = pd.DataFrame({
    "study": ["a", "b", "c"], "events1": [5, 0, 31], "n1": [24, 18, 120],
    "events2": [8, 3, 20], "n2": [22, 17, 60],
})  # fmt: skip
TEN = pd.DataFrame({
    "study": [f"Trial {number}" for number in range(1, 11)],
    "events1": [5, 9, 1, 20, 7, 31, 0, 4, 12, 10], "n1": [24, 31, 18, 60, 45, 120, 38, 27, 80, 52],
    "events2": [8, 12, 3, 25, 15, 20, 2, 9, 20, 8], "n2": [22, 33, 17, 58, 49, 60, 40, 27, 82, 25],
})  # fmt: skip


def model(*, tau=0.5, rho=None, likelihood=None):
    counts = likelihoods.BetaBinomial("Logit", BASE, rho or priors.Uniform(0.0, 0.2))
    scatter = heterogeneity.Normal(priors.HalfNormal(tau))
    return cs.Model(priors.Normal(0.0, 2.82), (), scatter, likelihood or counts)


def odds(table):
    return cs.effect_sizes(table, "OR")


@dataclass
class Axis:
    """Nodes with the prior masses of panels that end at given points as well."""

    nodes: np.ndarray
    masses: np.ndarray

    @classmethod
    def over(cls, edges, cuts, log_density):
        t, w = np.polynomial.legendre.leggauss(14)
        edges = np.unique(np.concatenate([edges, cuts]))
        half = 0.5 * np.diff(edges)[:, None]
        nodes = (edges[:-1, None] + half * (t + 1.0)).ravel()
        return cls(nodes, (half * w).ravel() * np.exp(log_density(nodes)))


class Dense:
    """Everything by sums: over b and μ on lattices, over τ and ρ on panels.

    The normal scatter is put on by Fourier series, in which it is a product.
    """

    def __init__(self, table, *, cuts):
        self.tau = Axis.over(np.array([0.0, 0.3, 1.0, 2.0, 4.4]), cuts["tau"],
                             priors.HalfNormal(0.5).logpdf)  # fmt: skip
        root = np.sqrt([0.0, 0.2])
        roots = Axis.over(np.linspace(*root, 5), np.sqrt(cuts["rho"]), np.zeros_like)
        self.rho = Axis(roots.nodes**2, roots.masses * 2.0 * roots.nodes / 0.2)
        waves = 2.0 * np.pi * np.fft.rfftfreq(len(THETA), STEP)
        self.smooth = np.exp(-0.5 * np.outer(self.tau.nodes**2, waves**2))
        prior = np.exp(priors.Normal(0.0, 2.82).logpdf(THETA)) * STEP
        k = len(table)
        self.joint = np.zeros((len(THETA), len(self.tau.nodes), len(self.rho.nodes)))
        self.effects = np.zeros((k, len(THETA)))
        for place, rho in enumerate(self.rho.nodes):
            curves = self.curves(table, rho)
            each = [self.scattered(curve) for curve in curves]
            mass = self.tau.masses * self.rho.masses[place]
            self.joint[:, :, place] = (np.prod(each, axis=0) * mass[:, None] * prior).T
            for i in range(k):
                others = np.prod([one for j, one in enumerate(each) if j != i], axis=0) * prior
                rest = self.scattered(others * np.ones((len(mass), 1)))
                self.effects[i] += mass @ (curves[i] * rest) / STEP

    @staticmethod
    def curves(table, rho):
        believed = np.exp(-0.5 * ((B + 1.0) / 2.0) ** 2) / (2.0 * np.sqrt(2.0 * np.pi)) * STEP
        return [
            np.correlate(
                np.exp(arm(row.events1, row.n1, log_odds=S, rho=rho)),
                np.exp(arm(row.events2, row.n2, log_odds=B, rho=rho)) * believed, "valid",
            ) * INSIDE
            for row in table.itertuples()
        ]  # fmt: skip

    def scattered(self, curve):
        return np.fft.irfft(np.fft.rfft(curve) * self.smooth, len(THETA))

    @property
    def evidence(self):
        return self.joint.sum()

    def moments(self, values, axis):
        others = tuple(other for other in range(3) if other != axis)
        share = self.joint.sum(axis=others) / self.evidence
        mean = values @ share
        return mean, np.sqrt(share @ (values - mean) ** 2)

    def below(self, values, axis, q):
        others = tuple(other for other in range(3) if other != axis)
        return self.joint.sum(axis=others)[values < q].sum() / self.evidence


def along(density):
    """Mean, SD and distribution function of a density on the lattice of effects."""
    whole = density.sum() * STEP
    mean = density @ THETA * STEP / whole
    sd = np.sqrt(density @ (THETA - mean) ** 2 * STEP / whole)
    curve = make_interp_spline(THETA, density / whole, k=9)
    return mean, sd, lambda q: curve.integrate(THETA[0], q)


QUANTILES = {"lower": 0.025, "median": 0.5, "upper": 0.975}


def test_it_is_the_sum_over_dense_grids():
    fit = cs.fit(model(), odds(FEW), "exact")
    summary = fit.summary()
    cuts = {name: summary.loc[name, list(QUANTILES)].to_numpy(float) for name in ("tau", "rho")}
    dense = Dense(FEW, cuts=cuts)
    assert fit.log_evidence == pytest.approx(np.log(dense.evidence), abs=1e-8)
    for name, axis, values in (("tau", 1, dense.tau.nodes), ("rho", 2, dense.rho.nodes)):
        mean, sd = dense.moments(values, axis)
        assert summary.loc[name, "mean"] == pytest.approx(mean, abs=1e-8 * sd)
        assert summary.loc[name, "sd"] == pytest.approx(sd, rel=1e-7)
        for column, wanted in QUANTILES.items():
            found = dense.below(values, axis, summary.loc[name, column])
            assert found == pytest.approx(wanted, abs=1e-7), (name, column)
    mu = dense.joint.sum(axis=(1, 2)) / STEP
    names = ["mu", *(f"theta[{study}]" for study in FEW["study"])]
    for name, density in zip(names, [mu, *dense.effects], strict=True):
        mean, sd, below = along(density)
        assert summary.loc[name, "mean"] == pytest.approx(mean, abs=1e-7 * sd), name
        assert summary.loc[name, "sd"] == pytest.approx(sd, rel=1e-6), name
        for column, wanted in QUANTILES.items():
            found = below(summary.loc[name, column])
            assert found == pytest.approx(wanted, abs=1e-6), (name, column)


ANSWERS = ["mean", "sd", "lower", "upper"]


def close(one, other, rows, atol):
    np.testing.assert_allclose(
        one.summary().loc[rows, ANSWERS].astype(float),
        other.summary().loc[rows, ANSWERS].astype(float), rtol=0.0, atol=atol,
    )  # fmt: skip


def test_where_effects_hardly_scatter_it_is_the_model_of_one_effect():
    found = cs.fit(model(tau=1e-7), odds(TEN), "exact")
    counts = likelihoods.BetaBinomial("Logit", BASE, priors.Uniform(0.0, 0.2))
    one = cs.Model(priors.Normal(0.0, 2.82), (), heterogeneity.Nothing(), counts)
    limit = cs.fit(one, odds(TEN), "exact")
    assert found.log_evidence == pytest.approx(limit.log_evidence, abs=1e-8)
    close(found, limit, ["mu", "rho", "theta[Trial 7]"], 1e-6)


@pytest.mark.parametrize("rho", [priors.Uniform(0.0, 1e-10), priors.Beta(1.0, 1e9)], ids=str)
def test_where_rho_is_next_to_nothing_it_is_the_binomial_model(rho):
    found = cs.fit(model(rho=rho), odds(TEN), "exact")
    limit = cs.fit(model(likelihood=likelihoods.Binomial("Logit", BASE)), odds(TEN), "exact")
    assert found.log_evidence == pytest.approx(limit.log_evidence, abs=1e-6)
    close(found, limit, ["mu", "tau", "theta[Trial 1]", "theta[Trial 7]"], 1e-5)


ODD = {
    "one trial": {"events1": [5], "n1": [24], "events2": [8], "n2": [22]},
    "no events": {"events1": [0, 0], "n1": [24, 31], "events2": [0, 1], "n2": [22, 33]},
    "arms of one": {"events1": [1, 0, 3], "n1": [1, 1, 9], "events2": [0, 0, 2], "n2": [1, 1, 8]},
    "a hundred thousand": {
        "events1": [5, 2_000, 12], "n1": [24, 100_000, 80],
        "events2": [8, 3_100, 20], "n2": [22, 100_000, 82],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_trials_are_integrated_in_two_ways_alike(name):
    """In other coordinates, at other nodes and other values of rho.

    Close to ρ = 0 the plain coordinates miss the neck that a hundred thousand people make.
    """
    table = pd.DataFrame(ODD[name])
    rho = priors.Uniform(0.01 if name == "a hundred thousand" else 0.0, 0.2)
    fit = cs.fit(model(rho=rho), odds(table.assign(study=[f"t{i}" for i in table.index])), "exact")
    posterior = fit.posterior
    assert isinstance(posterior.frame, Standardised)
    straight = solved_in(Straight(posterior.form), 1e-7).integrated.rule
    rule = posterior.integrated.rule
    assert rule.log_evidence == pytest.approx(straight.log_evidence, abs=1e-7)
    means = [each.weights @ each.phi for each in (rule, straight)]
    np.testing.assert_allclose(*means, atol=1e-6)
    summary = fit.summary()
    assert (summary["lower"] < summary["median"]).all()
    assert (summary["median"] < summary["upper"]).all()


def test_draws_are_of_the_exact_posterior():
    """ω of a draw lies between those at which curves are tabulated."""
    fit = cs.fit(model(), odds(TEN), Exact(draws=2_500, seed=4))
    summary, posterior = fit.summary(), fit.draws["posterior"]
    draws = {name: posterior[name].to_numpy().ravel() for name in ("mu", "tau", "rho")}
    for place, study in enumerate(TEN["study"]):
        draws[f"theta[{study}]"] = posterior["theta"].to_numpy()[..., place].ravel()
    for name, values in draws.items():
        row, count = summary.loc[name], len(values)
        assert abs(values.mean() - row["mean"]) < 4.0 * row["sd"] / np.sqrt(count), name
        for column, wanted in QUANTILES.items():
            share = np.mean(values < row[column])
            assert abs(share - wanted) < 4.0 * np.sqrt(wanted * (1 - wanted) / count), name


def test_every_question_is_answered():
    fit = cs.fit(model(), odds(TEN.iloc[[0, 2, 5]]), "exact")
    left, accuracy = fit.posterior.left_out()
    assert np.isfinite(left).all()
    assert (accuracy < 1e-6).all()
    assert (fit.posterior.within() > left).all()
    places = fit.posterior.foresee()
    assert ((places > 0.0) & (places < 1.0)).all()
    alone = cs.fit(model(), odds(TEN.iloc[[2, 5]]), "exact")
    assert left[0] == pytest.approx(fit.log_evidence - alone.log_evidence, abs=1e-7)


@pytest.mark.slow
def test_both_engines_agree():
    exact, sampled = (cs.fit(model(), odds(TEN), engine) for engine in (Exact(), Nuts(seed=2)))
    one, other = exact.summary(), sampled.summary()
    gap = np.abs(one["mean"] - other["mean"]) / other["mcse"]
    assert gap.max() < 4.0, gap
    assert np.abs(other["sd"] / one["sd"] - 1.0).max() < 0.1
