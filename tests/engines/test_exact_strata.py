"""The exact engine over an unknown location, against integrals of our own and against NUTS."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines import Exact, Nuts
from consilience.errors import ModelError, RefusalError
from consilience.exposure import curve_of

X = np.array([12.0, 25.0, 25.0, 38.0, 47.0, 60.0, 71.0, 93.0])
Y = np.array([0.10, -0.22, 0.05, 0.02, 0.31, 0.55, 0.38, 0.62])
V = np.array([0.05, 0.03, 0.08, 0.04, 0.06, 0.03, 0.05, 0.02])
S = np.array([14.0, 20.0, 11.0, 18.0, 25.0, 16.0, 21.0, 12.0])
N = priors.Normal(0.1, 0.8)
TAU = heterogeneity.Normal(priors.HalfNormal(0.4))
PLACE = priors.Uniform(0.0, 100.0)


def trials(**columns):
    table = {"study": list("ABCDEFGH"), "yi": Y, "vi": V, "dose": X, "sd": S} | columns
    return cs.effect_sizes(pd.DataFrame(table), "GEN")


def model(term, mu=N):
    return cs.Model(mu=mu, terms=term, heterogeneity=TAU)


def step(x, c):
    return (x >= c) * 1.0


def ramp(x, c):
    top = max(93.0 - c, 0.0)
    return np.maximum(x - c, 0.0) / top if top > 0.0 else 0.0 * x


def saturating(x, c):
    return x / (x + c)


class Dense:
    """The posterior by dense algebra on a grid of (c, τ): nothing of the library is used."""

    def __init__(self, shape, *, from_zero, cuts, order, new=54.5):
        t, w = np.polynomial.legendre.leggauss(60)
        tau = np.concatenate([0.05 * (t + 1.0), 0.1 + 1.95 * (t + 1.0)])
        tau_w = np.concatenate([0.05 * w, 1.95 * w])
        prior = tau_w * np.sqrt(2 / np.pi) / 0.4 * np.exp(-0.5 * (tau / 0.4) ** 2)
        u, uw = np.polynomial.legendre.leggauss(order)
        rows = []
        for a, b in pairwise(cuts):
            for c, cw in zip(a + (b - a) * (u + 1) / 2, (b - a) * uw / 2, strict=True):
                g, at = shape(X, c), float(shape(np.array([new]), c)[0])
                known = [np.full(len(tau), c), tau, np.log(prior * cw / 100)]
                rows.append(np.column_stack([*known, self.given(g, tau, from_zero, at)]))
        found = np.concatenate(rows)
        log = found[:, 2] + found[:, 3]
        self.log_evidence = log.max() + np.log(np.exp(log - log.max()).sum())
        self.p = np.exp(log - self.log_evidence)
        self.c, self.tau = found[:, 0], found[:, 1]
        self.means, self.variances = found[:, 4:8], found[:, 8:12]

    @staticmethod
    def given(g, tau, from_zero, at):
        """Log likelihood, and means and variances of mu, β, θ of the fifth trial, E(θ | new)."""
        mean = g.mean()
        if from_zero:
            W, weights = g[:, None], np.array([[mean], [1.0], [g[4]], [at]])
        else:
            W = np.column_stack([np.ones(8), g - mean])
            weights = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, g[4] - mean], [1.0, at - mean]])
        p = W.shape[1]
        prior_mean, prior = np.full(p, 0.1), 0.64 * np.eye(p)
        total = np.eye(8) * (V + tau[:, None] ** 2)[:, :, None] + W @ prior @ W.T
        inverse, residual = np.linalg.inv(total), Y - W @ prior_mean
        gain = prior @ W.T @ inverse
        beta, covariance = prior_mean + gain @ residual, prior - gain @ W @ prior
        square = np.einsum("i,nij,j->n", residual, inverse, residual)
        log = -0.5 * (np.linalg.slogdet(2 * np.pi * total)[1] + square)
        means = beta @ weights.T
        variances = np.einsum("ij,njk,ik->ni", weights, covariance, weights)
        share = tau**2 / (tau**2 + V[4])
        means[:, 2] = (1 - share) * means[:, 2] + share * Y[4]
        variances[:, 2] = (1 - share) ** 2 * variances[:, 2] + share * V[4]
        return np.column_stack([log, means, np.maximum(variances, 0.0)])

    def moments(self, values, variances=0.0):
        mean = self.p @ values
        return mean, np.sqrt(self.p @ (variances + (values - mean) ** 2))

    def rows(self):
        found = {"dose_location": self.moments(self.c), "tau": self.moments(self.tau)}
        for n, name in enumerate(("mu", "dose_effect", "theta[E]", "new")):
            found[name] = self.moments(self.means[:, n], self.variances[:, n])
        return found

    def below(self, n, value):
        sd = np.sqrt(self.variances[:, n])
        steep = np.where(sd > 0, sd, 1e-300)
        return self.p @ ndtr((value - self.means[:, n]) / steep)


CUTS = np.array([0.0, 12, 25, 38, 47, 54.5, 60, 71, 93, 100])
FINE = np.unique(np.concatenate([CUTS, np.arange(0.0, 101.0, 10.0)]))
CASES = {
    "threshold": (terms.Threshold("dose", PLACE, N), step, CUTS, 2),
    "threshold with an effect below": (
        terms.Threshold("dose", PLACE, N, from_zero=False), step, CUTS, 2),
    "threshold with a spread": (terms.Threshold("dose", PLACE, N, spread="sd"), None, FINE, 8),
    "hinge": (terms.Hinge("dose", PLACE, N), ramp, FINE, 8),
    "Emax": (terms.Emax("dose", PLACE, N, from_zero=False), saturating, FINE, 8),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_whole_posterior_is_that_of_a_dense_grid(name):
    term, shape, cuts, order = CASES[name]
    shape = shape or (lambda x, c: ndtr((x - c) / (S if len(x) == 8 else np.median(S))))
    dense = Dense(shape, from_zero=term.from_zero, cuts=cuts, order=order)
    fit = cs.fit(model(term), trials())
    assert isinstance(fit.engine, Exact)
    assert fit.posterior.accuracy < 3e-9
    assert fit.log_evidence == pytest.approx(dense.log_evidence, abs=1e-8)
    table, rows = fit.summary(), dense.rows()
    new = curve_of(fit, "dose", np.array([54.5])).iloc[0]
    for label, (mean, sd) in rows.items():
        found = new if label == "new" else table.loc[label]
        # The curve of a hinge at an exposure that no trial had has a kink between the nodes.
        off = 3e-4 if (label, name) == ("new", "hinge") else 1e-7
        assert found["mean"] == pytest.approx(mean, abs=off * (1.0 + sd)), label
        assert found["sd"] == pytest.approx(sd, rel=off), label
    cdf = fit.posterior.cdf({"dose_effect": 0.4, "dose_location": 47.0, "tau": 0.1, "mu": 0.2})
    assert cdf["dose_effect"] == pytest.approx(dense.below(1, 0.4), abs=1e-7)
    assert cdf["mu"] == pytest.approx(dense.below(0, 0.2), abs=1e-7)
    assert cdf["dose_location"] == pytest.approx(dense.p[dense.c < 47.0].sum(), abs=1e-7)
    assert cdf["tau"] == pytest.approx(dense.p[dense.tau < 0.1].sum(), abs=1e-7)
    ends = fit.summary(0.9).loc["dose_effect", ["lower", "upper"]]
    assert [dense.below(1, end) for end in ends] == pytest.approx([0.05, 0.95], abs=1e-7)


@pytest.fixture(scope="module")
def exact():
    return cs.fit(model(CASES["threshold"][0]), trials(), seed=4)


def test_draws_and_archive_say_what_the_summary_says(exact, tmp_path):
    drawn, table = exact.draws["posterior"].to_dataset(), exact.summary()
    for name in ("mu", "tau", "dose_location", "dose_effect"):
        own = drawn[name].to_numpy().ravel()
        assert abs(own.mean() - table.loc[name, "mean"]) < 4.5 * own.std() / np.sqrt(own.size), name
    exact.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(again.summary(), table)


def test_it_foresees_each_trial_from_the_others(exact):
    """Against the fit without the trial, whose own prediction is that of a new trial."""
    place = 5
    others = trials().keep(np.arange(8) != place)
    refit = cs.fit(model(CASES["threshold"][0]), others)
    new = cs.NewTrial(sei=float(np.sqrt(V[place])), dose=60.0)
    yi = cs.predict(refit, new, seed=1)["predictions"]["yi"].to_numpy().ravel()
    below = np.mean(yi < Y[place])
    assert exact.posterior.foresee()[place] == pytest.approx(below, abs=4.0 * 0.5 / np.sqrt(4000))


def test_the_unit_of_the_exposure_makes_no_difference(exact):
    scaled = trials(dose=X * 7.0 / 100.0)
    term = terms.Threshold("dose", priors.Uniform(0.0, 7.0), N)
    other = cs.fit(model(term), scaled)
    assert other.log_evidence == pytest.approx(exact.log_evidence, abs=1e-10)
    a, b = exact.summary(), other.summary()
    numbers = ["mean", "sd", "median", "lower", "upper"]
    factor = np.where(a.index == "dose_location", 0.07, 1.0)[:, None]
    np.testing.assert_allclose(b[numbers], a[numbers] * factor, rtol=1e-7, atol=1e-9)


def test_the_prior_of_mu_is_not_used_where_the_curve_begins_at_no_effect(exact):
    other = cs.fit(model(CASES["threshold"][0], mu=priors.Normal(9.0, 0.1)), trials())
    assert other.log_evidence == pytest.approx(exact.log_evidence, abs=1e-12)
    assert any("prior of mu is not used" in step for step in exact.diagnosis.steps)
    below = model(CASES["threshold with an effect below"][0])
    moved = replace(below, mu=priors.Normal(9.0, 0.1))
    assert cs.fit(moved, trials()).log_evidence < cs.fit(below, trials()).log_evidence - 10.0


def test_two_scales_and_a_second_term_stand_beside_the_location():
    table = trials(kind=list("abababab"))
    beside = (terms.Threshold("dose", PLACE, N), terms.Exchangeable("kind", priors.HalfNormal(0.3)))
    fit = cs.fit(model(beside), table)
    assert {"tau", "kind_scale", "dose_location", "kind[a]"} <= set(fit.summary().index)
    pooled = replace(model(beside), terms=beside[:1])
    shrunk = replace(beside[1], scale=priors.HalfNormal(1e-6))
    tight = cs.fit(model((beside[0], shrunk)), table)
    assert tight.log_evidence == pytest.approx(cs.fit(pooled, table).log_evidence, abs=1e-6)


def test_what_is_uncertain_goes_to_nuts_in_words():
    error = terms.Threshold("dose", PLACE, N, spread="sd", error="sd")
    with pytest.raises(RefusalError, match=r"dose_location, dose_true\[A\].*Use engines.Nuts"):
        Exact().accept(model(error), trials())
    two = (terms.Threshold("dose", PLACE, N), terms.Hinge("sd", PLACE, N, from_zero=False))
    with pytest.raises(RefusalError, match="dose_location, sd_location"):
        Exact().accept(model(two), trials())
    with pytest.raises(ModelError, match="begin at no effect"):
        Exact().accept(model((two[0], replace(two[1], from_zero=True))), trials())


@pytest.mark.nuts
def test_nuts_sums_over_the_intervals_and_agrees(exact):
    sampled = cs.fit(exact.model, trials(), Nuts(seed=3))
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = exact.summary(), sampled.summary()
    assert list(ours.index) == list(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"]) / theirs["mcse"]
    assert gap.max() < 4.0, (gap.idxmax(), gap.max())
    at = np.array([30.0, 54.5, 80.0])
    a, b = curve_of(exact, "dose", at), curve_of(sampled, "dose", at)
    assert np.all(np.abs(a["mean"] - b["mean"]) < 4.0 * b["mcse"])
