"""Other priors of mu from draws, where nothing exact is to be had."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from tests.outlying import outlying

import consilience as cs
from consilience import heterogeneity, priors
from consilience.prior_map.normals import product
from consilience.prior_map.reweighted import reweighted

Y, V, HELD = 0.3, 0.04, priors.Normal(0.1, 0.5)
LOCATIONS, SCALES = np.array([-0.2, 0.1, 0.4]), np.array([0.2, 0.5, 0.9])
COUNT = 40_000


def conjugate(m, s):
    """Posterior and log evidence of N(m, s²) given one estimate: the textbook."""
    variance = 1.0 / (1.0 / V + 1.0 / s**2)
    posterior = stats.norm(variance * (Y / V + m / s**2), np.sqrt(variance))
    return posterior, stats.norm(m, np.sqrt(V + s**2)).logpdf(Y)


@pytest.fixture(scope="module")
def draws():
    under, _ = conjugate(HELD.mu, HELD.sigma)
    mu = under.rvs((4, COUNT // 4, 1), random_state=np.random.default_rng(1))
    layout = SimpleNamespace(parts=(SimpleNamespace(prior=HELD),))
    return SimpleNamespace(draws=SimpleNamespace(beta=mu), layout=layout)


def test_conjugate_normals(draws):
    """Within four Monte Carlo errors; importance weights cost at most nine tenths of the draws."""
    found = reweighted(draws, product(LOCATIONS, SCALES), threshold=0.2, level=0.9)
    error = 4.0 / np.sqrt(0.1 * COUNT)
    _, before = conjugate(HELD.mu, HELD.sigma)
    for place, (m, s) in enumerate((m, s) for m in LOCATIONS for s in SCALES):
        exact, evidence = conjugate(m, s)
        assert found["pareto_k"][place] < 0.7
        assert abs(found["mean"][place] - exact.mean()) < error * exact.std()
        assert abs(found["sd"][place] / exact.std() - 1.0) < error
        assert abs(found["p_gt"][place] - exact.sf(0.2)) < 0.5 * error
        for name, share in (("lower", 0.05), ("median", 0.5), ("upper", 0.95)):
            assert abs(exact.cdf(found[name][place]) - share) < 0.5 * error
        assert abs(found["log_evidence"][place] - (evidence - before)) < error


def test_the_prior_held_changes_nothing(draws):
    found = reweighted(draws, product(np.array([0.1]), np.array([0.5])), threshold=0.0, level=0.95)
    mu = draws.draws.beta.ravel()
    assert found["mean"][0] == pytest.approx(mu.mean(), abs=1e-12)
    assert found["sd"][0] == pytest.approx(mu.std(), abs=1e-12)
    assert found["p_gt"][0] == pytest.approx((mu > 0.0).mean(), abs=1e-12)
    assert found["log_evidence"][0] == pytest.approx(0.0, abs=1e-12)


def test_where_there_are_no_draws_there_is_no_answer(draws):
    found = reweighted(draws, product(np.array([-4.0]), np.array([0.1])), threshold=0.0, level=0.95)
    assert found["pareto_k"][0] > 0.7
    assert all(np.isnan(found[name][0]) for name in found if name != "pareto_k")


def test_a_prior_that_is_not_normal_gets_a_map_about_its_middle(effects):
    """Exact, for what the trials say does not depend on the prior that was held."""
    wide = cs.Model(mu=priors.StudentT(4, 0.1, 0.3), heterogeneity=heterogeneity.Nothing())
    fit = cs.fit(replace(wide, mu=priors.Normal(0.0, 1.0)), effects)
    part = fit.posterior.form.parts[0]
    form = replace(fit.posterior.form, parts=(replace(part, prior=wide.mu),))
    posterior = replace(fit.posterior, form=form)
    surface = cs.prior_map(replace(fit, model=wide, posterior=posterior))
    spread = stats.t(4, 0.1, 0.3).ppf(0.75) - stats.t(4, 0.1, 0.3).ppf(0.25)
    scale = spread / (2 * stats.norm.ppf(0.75))
    assert surface["location"].to_numpy().mean() == pytest.approx(0.1, abs=1e-9)
    assert float(surface["scale"].max()) == pytest.approx(2.0 * scale, rel=1e-9)
    same = cs.prior_map(fit, surface["location"].to_numpy(), surface["scale"].to_numpy())
    np.testing.assert_allclose(surface["p_gt"], same["p_gt"], atol=1e-9)


@pytest.mark.nuts
def test_a_sampled_model_is_mapped_like_a_refit():
    fit, moved = outlying(), priors.Normal(-0.3, 0.2)
    surface = cs.prior_map(fit, [0.0, -0.3], [1.0, 0.2])
    refit = cs.fit(replace(fit.model, mu=moved), fit.effects, fit.engine).summary()
    there = surface.sel(location=-0.3, scale=0.2)
    error = 4.0 * refit.loc["mu", "mcse"] * 3.0  # both are sampled, and one is reweighted besides
    assert abs(float(there["mean"]) - refit.loc["mu", "mean"]) < error
    assert np.isnan(surface.attrs["accuracy"])
    assert float(surface.sel(location=0.0, scale=1.0)["mean"]) == pytest.approx(
        fit.summary().loc["mu", "mean"], abs=1e-9
    )
