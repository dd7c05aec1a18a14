"""The draws of an exact fit: independent, of the very posterior, in ArviZ's groups."""

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import engines, heterogeneity, priors, terms

Y = [0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0, 0.31, 0.49]
V = [0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07]
KINDS, AGAINST = list("abcdaabbd"), list("uuuvuwuvu")
SHARES = np.linspace(0.02, 0.98, 25)


@pytest.fixture(scope="module")
def fit(effects_of):
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(
            terms.Exchangeable("kind", scale=priors.HalfNormal(0.3)),
            terms.Linear("against", prior=priors.Normal(0.0, 0.5)),
        ),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    return cs.fit(model, effects_of(Y, V, kind=KINDS, against=AGAINST), "exact", seed=11)


def draws_by_row(fit):
    """Each row of the summary with its draws (chain, draw)."""
    posterior = fit.draws["posterior"].to_dataset()
    found = {name: posterior[name] for name in ("mu", "tau", "kind_scale")}
    found |= {f"kind[{level}]": posterior["kind"].sel(kind_level=level) for level in "abcd"}
    found |= {name: posterior["beta"].sel(coef=name) for name in posterior["coef"].to_numpy()}
    for label in fit.effects.labels:
        found[f"theta[{label}]"] = posterior["theta"].sel(estimate=label)
    return found


def test_every_row_of_the_summary_has_draws(fit):
    assert set(draws_by_row(fit)) == set(fit.summary().index)


def test_means_and_spreads_agree_with_the_marginals(fit):
    summary = fit.summary()
    for name, values in draws_by_row(fit).items():
        row, flat = summary.loc[name], values.to_numpy().ravel()
        assert abs(flat.mean() - row["mean"]) < 4 * row["sd"] / np.sqrt(flat.size)
        assert flat.std() == pytest.approx(row["sd"], rel=0.08)


def test_distributions_agree_with_the_marginals(fit):
    """Kolmogorov–Smirnov: chance alone goes beyond 0.0325 once in a thousand rows."""
    curves = fit.draws["marginals"].to_dataset()
    for name in curves["parameter"].to_numpy():
        flat = np.sort(draws_by_row(fit)[name].to_numpy().ravel())
        curve = curves.sel(parameter=name)
        cdf = np.interp(flat, curve["x"].to_numpy(), curve["cdf"].to_numpy())
        steps = np.arange(1, len(flat) + 1) / len(flat)
        assert np.abs(cdf - steps).max() < 0.0325, name


def test_draws_are_joint(fit):
    """Cov(mu, kind) < 0 and θᵢ − its expectation averages s(yᵢ − ηᵢ): the joint, not margins."""
    posterior = fit.draws["posterior"].to_dataset()
    mu, kind = posterior["mu"].to_numpy().ravel(), posterior["kind"].sel(kind_level="a")
    draws = mu + kind.to_numpy().ravel()
    exact = cs.subgroups(fit, by="kind").loc["a"]
    assert abs(draws.mean() - exact["estimate"]) < 4 * exact["sd"] / np.sqrt(draws.size)
    assert draws.std() == pytest.approx(exact["sd"], rel=0.06)


def test_draws_are_independent(fit):
    for name, values in draws_by_row(fit).items():
        flat = values.to_numpy().ravel()
        centred = flat - flat.mean()
        lag_one = np.mean(centred[1:] * centred[:-1]) / centred.var()
        assert abs(lag_one) < 4.5 / np.sqrt(flat.size), name


def test_groups_dims_and_coordinates(fit):
    tree = fit.draws
    wanted = {
        "posterior", "prior", "log_likelihood", "log_prior", "observed_data", "constant_data",
        "marginals",
    }  # fmt: skip
    assert wanted <= set(tree.children)
    posterior = tree["posterior"].to_dataset()
    assert dict(posterior.sizes) == {
        "chain": 4, "draw": 1000, "kind_level": 4, "coef": 2, "estimate": 9,
    }  # fmt: skip
    assert posterior["theta"].dims == ("chain", "draw", "estimate")
    assert posterior["beta"].dims == ("chain", "draw", "coef")
    assert list(posterior["coef"].to_numpy()) == ["against[v]", "against[w]"]
    assert list(posterior["kind_level"].to_numpy()) == list("abcd")
    assert list(posterior["estimate"].to_numpy()) == list(fit.effects.labels)
    np.testing.assert_array_equal(tree["observed_data"]["yi"], Y)
    np.testing.assert_array_equal(tree["constant_data"]["vi"], V)
    assert tree.attrs["direction"] == fit.effects.direction


def test_the_same_seed_gives_the_same_draws_and_another_others(fit, effects_of):
    effects = fit.effects
    again = cs.fit(fit.model, effects, "exact", seed=11).draws["posterior"]["mu"]
    other = cs.fit(fit.model, effects, "exact", seed=12).draws["posterior"]["mu"]
    np.testing.assert_array_equal(fit.draws["posterior"]["mu"], again)
    assert not np.allclose(other, again)


def test_numbers_of_draws_and_chains_are_the_engines(fit):
    few = cs.fit(fit.model, fit.effects, engines.Exact(seed=1, draws=30, chains=2))
    assert few.draws["posterior"]["theta"].shape == (2, 30, 9)


def test_log_likelihood_is_that_of_the_marginal_model(fit):
    """log N(yᵢ; ηᵢ, vᵢ + τ²) at each draw, with θ integrated out."""
    posterior = fit.draws["posterior"].to_dataset()
    columns = np.hstack([part.matrix for part in fit.posterior.layout.parts])
    beta = np.concatenate(
        [posterior["mu"].to_numpy()[..., None], posterior["kind"], posterior["beta"]], axis=-1
    )
    sd = np.sqrt(posterior["tau"].to_numpy()[..., None] ** 2 + np.array(V))
    expected = stats.norm(beta @ columns.T, sd).logpdf(Y)
    np.testing.assert_allclose(fit.draws["log_likelihood"]["yi"], expected, rtol=1e-9)


def test_log_prior_is_that_of_the_model(fit):
    posterior, found = fit.draws["posterior"].to_dataset(), fit.draws["log_prior"].to_dataset()
    scale = posterior["kind_scale"]
    expected = {
        "mu": stats.norm(0, 1).logpdf(posterior["mu"]),
        "tau": stats.halfnorm(scale=0.5).logpdf(posterior["tau"]),
        "kind_scale": stats.halfnorm(scale=0.3).logpdf(scale),
        "kind": stats.norm(0, np.asarray(scale)[..., None]).logpdf(posterior["kind"]),
        "beta": stats.norm(0, 0.5).logpdf(posterior["beta"]),
    }
    assert set(found.data_vars) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-7, atol=1e-7)


def test_prior_draws_follow_the_priors(fit):
    prior = fit.draws["prior"].to_dataset()
    known = {
        "mu": stats.norm(0, 1),
        "tau": stats.halfnorm(scale=0.5),
        "kind_scale": stats.halfnorm(scale=0.3),
    }
    for name, distribution in known.items():
        assert stats.kstest(prior[name].to_numpy().ravel(), distribution.cdf).pvalue > 1e-3
    unit = prior["kind"] / prior["kind_scale"]
    assert stats.kstest(unit.to_numpy().ravel(), stats.norm.cdf).pvalue > 1e-3


def test_marginal_curves_are_densities_with_their_distribution_functions(fit):
    curves = fit.draws["marginals"].to_dataset()
    assert set(curves.data_vars) == {"x", "density", "cdf"}
    assert curves["x"].dims == ("parameter", "point")
    for name in ("mu", "tau", "kind_scale", "against[v]"):
        x, density, cdf = (
            curves[v].sel(parameter=name).to_numpy() for v in ("x", "density", "cdf")
        )
        assert np.all(np.diff(x) > 0)
        assert np.all(density >= 0), name
        assert np.all(np.diff(cdf) >= -1e-12)
        steps = np.diff(x) * (density[1:] + density[:-1]) / 2
        np.testing.assert_allclose(np.cumsum(steps), cdf[1:] - cdf[0], atol=2e-3, err_msg=name)


def test_arviz_reads_the_tree(fit):
    import arviz as az

    summary = az.summary(fit.draws, ci_prob=0.95, round_to="none")
    ours = fit.summary()
    assert summary.loc["mu", "mean"] == pytest.approx(ours.loc["mu", "mean"], abs=0.01)
    assert (summary["r_hat"] < 1.01).all()
    loo = az.loo(fit.draws)
    assert np.isfinite(loo.elpd)
    sensitivity = az.psense_summary(fit.draws)
    assert {"mu", "tau"} <= set(sensitivity.index)
