"""NUTS on estimates that share participants: the same model as the exact engine's."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.engines.shared_cases import MU, NORMAL, SV, TAU, Y, half_normal, shared_effects

import consilience as cs
from consilience import bias, engines, heterogeneity, priors
from consilience.covariance import Covariance
from consilience.errors import RefusalError
from consilience.gaussian import split

pytestmark = pytest.mark.nuts

K = len(Y)


@pytest.fixture(scope="module")
def effects():
    return shared_effects()


@pytest.fixture(scope="module")
def V(effects):
    return effects.V.to_numpy()


@pytest.fixture(scope="module")
def pair(effects):
    """The same model by both engines."""
    model = cs.Model(MU, (), NORMAL)
    return cs.fit(model, effects, "exact"), cs.fit(model, effects, engines.Nuts(seed=4))


def test_every_summary_is_within_four_errors_of_the_exact_one(pair):
    exact, sampled = (fit.summary() for fit in pair)
    assert list(exact.index) == list(sampled.index)
    assert np.abs((sampled["mean"] - exact["mean"]) / sampled["mcse"]).max() < 4
    assert np.abs(sampled["sd"] / exact["sd"] - 1).max() < 0.08
    assert not pair[1].posterior.faults


def test_an_estimate_is_foreseen_from_the_others_as_by_refits(pair):
    exact, sampled = (fit.posterior.foresee() for fit in pair)
    doubted = pair[1].posterior.doubted()
    assert doubted.sum() <= 2
    np.testing.assert_allclose(sampled[~doubted], exact[~doubted], atol=0.03)


@pytest.mark.filterwarnings("ignore:Estimated shape parameter")
def test_leave_one_out_estimates_what_the_refits_give(pair):
    exact, sampled = pair
    wanted, found = cs.exact_loo(exact).table["lpd"], cs.loo(sampled)
    sure = found.pareto_k.to_numpy() < 0.7
    np.testing.assert_allclose(found.elpd_i.to_numpy()[sure], wanted[sure], atol=0.12)


def test_whole_studies_are_left_out_together_as_by_refits(pair):
    exact, sampled = (cs.influence(fit, by="study").trials for fit in pair)
    sure = sampled.index[sampled["note"] == ""]
    assert len(sure) >= 3
    np.testing.assert_allclose(sampled.loc[sure, "mean"], exact.loc[sure, "mean"], atol=0.03)


def test_what_trials_borrow_is_the_same(pair):
    exact, sampled = (cs.borrowing(fit) for fit in pair)
    for column in ("shrinkage", "weight"):
        np.testing.assert_allclose(sampled.trials[column], exact.trials[column], atol=0.03)


def test_the_sampled_density_is_that_of_the_whole_covariance(effects, V):
    """With the shared errors integrated out, the model's density is the dense normal's."""
    own, loads = split(effects.shared, effects.v)
    model = cs.Model(MU, (), NORMAL).pymc(effects)
    assert len(model.free_RVs) == 3
    np.testing.assert_allclose(np.diag(own) + loads @ loads.T, V, atol=1e-15)
    assert loads.shape[1] <= 3
    np.testing.assert_array_equal(model["yi"].owner.inputs[-1].shape.eval(), [K])


def test_a_mixture_of_true_effects_agrees_with_all_its_components(effects, V):
    """TwoComponent on five estimates, two of which are correlated: a sum over 2⁵ normals."""
    few = effects.keep(np.isin(np.arange(K), [0, 1, 2, 3, 6]))
    shape = heterogeneity.TwoComponent(TAU, multiple=4.0, weight=priors.Uniform(0, 0.5))
    fit = cs.fit(cs.Model(MU, (), shape), few, engines.Nuts(seed=7))
    wanted = by_components(few, 4.0)
    summary = fit.summary()
    names = ["mu", "tau", *(f"theta[{label}]" for label in few.labels)]
    away = (summary.loc[names, "mean"] - wanted) / summary.loc[names, "mcse"]
    assert np.abs(away).max() < 4
    assert "sampling_error" in fit.draws["posterior"]
    assert not any("sampling_error" in row for row in summary.index)
    assert np.isfinite(fit.posterior.foresee()).all()
    again = engines.Nuts(seed=7).restore(fit.model, few, fit.draws)
    np.testing.assert_allclose(again.foresee(), fit.posterior.foresee(), rtol=1e-12)


def by_components(effects, multiple):
    """Posterior means of mu, tau and the true effects, by enumeration on a grid of tau and w."""
    V, y, k = effects.V.to_numpy(), effects.y, effects.k
    x, weights = np.polynomial.legendre.leggauss(40)
    total, sums = 0.0, np.zeros(2 + k)
    for tau, a in zip(2.4 * ((x + 1) / 2) ** 2, 2.4 * (x + 1) * weights / 2, strict=True):
        share, b = (x[::3] + 1) / 4, np.gradient((x[::3] + 1) / 4)
        for out in product([0, 1], repeat=k):
            far = np.array(out)
            h = np.diag((tau * np.where(far == 1, multiple, 1.0)) ** 2)
            cov = V + h + 0.64
            gain = np.linalg.solve(cov, y - 0.1)
            density = np.exp(-0.5 * (y - 0.1) @ gain) / np.sqrt(np.linalg.det(cov))
            chance = float(np.sum(b * share ** far.sum() * (1 - share) ** (k - far.sum())))
            mass = a * chance * density * np.exp(half_normal(0.4, tau))
            mu = 0.1 + 0.64 * gain.sum()
            total += mass
            sums += mass * np.array([mu, tau, *(0.1 + (h + 0.64) @ gain)])
    return sums / total


def test_a_bias_that_selects_is_refused_with_its_slot(effects):
    class Selective(bias.Nothing):
        def log_selection(self, y, se, *, favours):  # noqa: ARG002
            return np.zeros(len(y))

    model = cs.Model(MU, (), NORMAL, bias=Selective())
    with pytest.raises(RefusalError, match=r"share participants.*Selective.*bias\.Nothing"):
        cs.fit(model, effects, "nuts")


def test_weights_leave_the_rest_their_own_covariance(effects):
    """PyMC is given the submatrix of V where trials are left out."""
    model = cs.Model(MU, (), NORMAL, bias=bias.PowerWeight(weight=0.0)).pymc(effects)
    assert list(model.coords["estimate"]) == ["e0", "e2", "e3", "e6"]
    assert len(model.free_RVs) == 2  # none of those that are left is correlated with another
    members = Covariance((np.array([0, 3]),), (np.array([[SV[0], 0.03], [0.03, SV[3]]]),))
    model = cs.Model(MU, (), NORMAL, bias=bias.PowerWeight(weight=0.0))
    assert len(model.pymc(replace(effects, shared=members)).free_RVs) == 3
