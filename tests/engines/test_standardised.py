"""Exact posteriors of counts in standardised coordinates, where they are funnels as well."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Exact
from consilience.engines.exact import rule as rules
from consilience.engines.exact.integrand import coordinates_of, search
from consilience.engines.integrated import assemble
from consilience.engines.integrated.frame import Standardised, Straight
from consilience.engines.integrated.solving import solved_in
from consilience.errors import ConvergenceError
from consilience.likelihoods import baselines

YEARS1 = 1.5 * np.array([24, 31, 18, 60, 45, 120, 38, 27, 80, 52.0])
YEARS2 = 1.5 * np.array([22, 33, 17, 58, 49, 60, 40, 27, 82, 25.0])
COUNTS = {
    "70 000 events beside none": ([70_000, *[0] * 9], [41_000, *[0] * 9]),
    "a sharp trial among others": (
        [42, 38, 24, 233, 2521, 709, 1, 0, 163, 11], [14, 12, 2, 47, 822, 101, 1, 0, 47, 0]
    ),
}  # fmt: skip
TAIL = np.array([-0.6, -0.02, 0.0, 0.02, 0.6])


def table(name):
    one, two = COUNTS[name]
    return pd.DataFrame({
        "study": [f"t{i}" for i in range(10)], "events1": one, "events2": two,
        "person_time1": YEARS1, "person_time2": YEARS2,
    })  # fmt: skip


def model(**slots):
    chosen = {
        "mu": priors.Normal(0.0, 2.82),
        "heterogeneity": heterogeneity.Normal(priors.HalfNormal(0.5)),
        "likelihood": likelihoods.Poisson(baselines.Fixed(priors.Normal(-3.0, 3.0))),
    }
    return cs.Model(**{**chosen, **slots})


@cache
def fitted(name):
    return cs.fit(model(), cs.effect_sizes(table(name), "IRR"), Exact(seed=3, draws=400))


def plain_sum(form, centre, at):
    """Evidence, moments of mu and tau, and P(mu < at), by rules that know nothing of frames.

    mu = centre + 0.002 sinh(t) and tau = u², both in panels, with edges at the points asked for.
    """
    edges = np.sort(np.concatenate([np.linspace(-9.2, 9.2, 24), np.arcsinh((at - centre) / 0.002)]))
    t, w = panels(edges, 14)
    u, v = panels(np.linspace(0.0, 2.0, 13), 12)
    mu, tau = centre + 0.002 * np.sinh(t), u**2
    both = np.stack([grid.ravel() for grid in np.meshgrid(mu, tau, indexing="ij")], axis=1)
    heights = form.log_likelihood(both).reshape(len(mu), len(tau))
    heights += (form.hypers[0].prior.logpdf(mu) + np.log(0.002 * np.cosh(t) * w))[:, None]
    heights += form.hypers[1].prior.logpdf(tau) + np.log(2.0 * u * v)
    top = heights.max()
    mass = np.exp(heights - top)
    whole = mass.sum()
    along, across = mass.sum(axis=1) / whole, mass.sum(axis=0) / whole
    mean = along @ mu
    return {
        "evidence": top + np.log(whole), "mean": mean, "sd": np.sqrt(along @ (mu - mean) ** 2),
        "tau": across @ tau, "below": [along[mu < point].sum() for point in at],
    }  # fmt: skip


def panels(edges, order):
    x, w = np.polynomial.legendre.leggauss(order)
    half = 0.5 * np.diff(edges)[:, None]
    return (edges[:-1, None] + half * (x + 1.0)).ravel(), (half * w).ravel()


@pytest.mark.parametrize("name", COUNTS)
def test_funnels_are_integrated_to_what_is_owed_in_few_nodes(name):
    """Once the first was refused, and of the second a third of the mass was overlooked.

    Where tau is zero the first trial leaves mu a hundredth of what the others leave it elsewhere.
    """
    fit = fitted(name)
    posterior = fit.posterior
    sharpest = int(np.argmin(fit.effects.v))
    at = fit.effects.y[sharpest] + TAIL
    wanted = plain_sum(posterior.form, at[2], at)
    summary = fit.summary()
    assert isinstance(posterior.frame, Standardised)
    assert posterior.accuracy < 1e-6
    assert np.prod(posterior.integrated.rule.shape) <= 5000
    assert fit.log_evidence == pytest.approx(wanted["evidence"], abs=1e-7)
    assert summary.loc["mu", "mean"] == pytest.approx(wanted["mean"], abs=1e-7)
    assert summary.loc["mu", "sd"] == pytest.approx(wanted["sd"], rel=1e-6)
    assert summary.loc["tau", "mean"] == pytest.approx(wanted["tau"], rel=1e-6)
    below = [posterior.cdf({"mu": point})["mu"] for point in at]
    np.testing.assert_allclose(below, wanted["below"], atol=2e-7)


@pytest.mark.parametrize("name", COUNTS)
def test_a_marginal_laid_out_is_a_distribution_and_that_of_the_draws(name):
    fit = fitted(name)
    marginal = fit.posterior._axes[0]
    x = marginal.mean() + marginal.sd() * np.linspace(-30.0, 30.0, 4001)
    below = marginal.cdf(x)
    np.testing.assert_allclose((below[0], below[-1]), (0.0, 1.0), atol=1e-11)
    assert np.diff(below).min() > -1e-9
    q = np.array([0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999])
    quantiles = marginal.quantile(q)
    np.testing.assert_allclose(marginal.cdf(quantiles), q, atol=1e-9)
    drawn = fit.draws["posterior"]["mu"].to_numpy().ravel()
    share = (drawn[:, None] < quantiles).mean(axis=0)
    assert (np.abs(share - q) / np.sqrt(q * (1.0 - q) / len(drawn))).max() < 4.5


def test_neither_the_order_of_trials_nor_their_direction_matters():
    name = "a sharp trial among others"
    plain, backwards = fitted(name), table(name).iloc[::-1].reset_index(drop=True)
    for other, sign in ((backwards, 1.0), (backwards.assign(higher_is_better="no"), -1.0)):
        again = cs.fit(model(), cs.effect_sizes(other, "IRR"), Exact())
        assert again.log_evidence == pytest.approx(plain.log_evidence, abs=1e-8)
        ours, theirs = (fit.posterior._axes for fit in (again, plain))
        assert ours[0].mean() == pytest.approx(sign * theirs[0].mean(), abs=1e-8)
        q = np.array([0.025, 0.975])
        np.testing.assert_allclose(
            ours[0].quantile(q), theirs[0].quantile(q)[:: int(sign)] * sign, atol=1e-7
        )
        np.testing.assert_allclose(ours[1].quantile(q), theirs[1].quantile(q), atol=1e-7)


FEW = pd.DataFrame({
    "study": list("abcdef"), "events1": [12, 10, 31, 4, 0, 22], "n1": [30, 26, 80, 40, 25, 60],
    "events2": [14, 9, 20, 8, 3, 35], "n2": [28, 25, 79, 41, 24, 61],
    "year": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "kind": list("xxxyyy"),
})  # fmt: skip
WIDER = {
    "two coefficients": {"terms": cs.terms.Linear("year")},
    "two scales": {"heterogeneity": heterogeneity.ByGroup("kind", priors.HalfNormal(0.5))},
    "heavier tails": {"mu": priors.StudentT(4.0, 0.0, 1.5)},
}


@pytest.mark.parametrize("name", WIDER)
def test_the_frame_does_not_matter(name):
    asked = model(likelihood=likelihoods.Hypergeometric(), **WIDER[name])
    whole = assemble(asked, cs.effect_sizes(FEW, "OR"))
    one, two = (solved_in(frame.of(whole), 1e-7) for frame in (Standardised, Straight))
    first, second = one.integrated.rule, two.integrated.rule
    assert first.log_evidence == pytest.approx(second.log_evidence, abs=1e-6)
    np.testing.assert_allclose(first.weights @ first.phi, second.weights @ second.phi, atol=1e-6)
    q = np.array([0.025, 0.5, 0.975])
    ours, theirs = one.frame.coefficients(first), two.frame.coefficients(second)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.quantile(q), b.quantile(q), atol=1e-5)
    assert np.prod(first.shape) < np.prod(second.shape)


def test_a_prior_with_ends_keeps_its_own_axis():
    """Its density is the wide one's, cut off and normalised."""
    effects, hyper = cs.effect_sizes(FEW, "OR"), likelihoods.Hypergeometric()
    cut = cs.fit(model(mu=priors.Uniform(-1.0, 0.5), likelihood=hyper), effects)
    wide = cs.fit(model(mu=priors.Uniform(-9.0, 9.0), likelihood=hyper), effects)
    assert isinstance(cut.posterior.frame, Straight)
    below = {x: wide.posterior.cdf({"mu": x})["mu"] for x in (-1.0, -0.3, 0.5)}
    wanted = (below[-0.3] - below[-1.0]) / (below[0.5] - below[-1.0])
    assert cut.posterior.cdf({"mu": -0.3})["mu"] == pytest.approx(wanted, abs=1e-7)


class Unbounded(Straight):
    """A frame that knows no ceiling."""

    def ceiling(self, points):
        return np.inf * np.ones(len(points))


@pytest.mark.parametrize("name", COUNTS)
def test_what_the_priors_rule_out_is_not_asked_and_the_search_finds_the_same(name, monkeypatch):
    whole = assemble(model(), cs.effect_sizes(table(name), "IRR"))
    asked, plain = [], type(whole).log_likelihood
    monkeypatch.setattr(
        type(whole), "log_likelihood", lambda form, psi: asked.append(len(psi)) or plain(form, psi)
    )
    found, counts = [], []
    for frame in (Straight(whole), Unbounded(whole)):
        asked.clear()
        found.append(search(frame, coordinates_of(frame)))
        counts.append(sum(asked))
    np.testing.assert_array_equal(found[0].lower, found[1].lower)
    np.testing.assert_array_equal(found[0].upper, found[1].upper)
    assert counts[0] < 0.8 * counts[1]
    psi = np.stack([np.linspace(-50.0, 50.0, 301), np.full(301, 0.3)], axis=1)
    assert plain(whole, psi).max() <= whole.ceiling


def test_a_search_that_overlooks_mass_is_refused(monkeypatch):
    def short(form, coordinates):
        found = search(form, coordinates)
        return replace(found, lower=found.lower + np.array([0.0, 0.4]))

    monkeypatch.setattr(rules, "search", short)
    with pytest.raises(ConvergenceError, match="posterior of tau overlooked"):
        cs.fit(model(), cs.effect_sizes(table("a sharp trial among others"), "IRR"), "exact")
