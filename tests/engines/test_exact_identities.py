"""What must hold of any exact posterior, whatever the numbers."""

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines.exact import panels
from consilience.errors import ModelError

Y = np.array([0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0, 0.31, 0.49])
V = np.array([0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07])
KINDS = list("abcdaabbd")
NUMBERS = ["mean", "sd", "median", "lower", "upper"]
FLAT = priors.Flat()


def random_effects(tau, mu=FLAT, *more):
    return cs.Model(mu=mu, terms=more, heterogeneity=heterogeneity.Normal(tau))


def pooling(c=1.0, shift=0.0):
    """Partial pooling on a scale c times as large, about a mean `shift` further up."""
    return random_effects(
        priors.HalfNormal(0.5 * c),
        priors.Normal(shift, c),
        terms.Exchangeable("kind", scale=priors.HalfNormal(0.3 * c)),
    )


def summary(model, effects, level=0.95):
    return cs.fit(model, effects, "exact").summary(level)


def close(ours, theirs, tolerance=1e-8):
    """Within a share of the posterior SD."""
    for column in NUMBERS:
        gap = np.abs(ours[column] - theirs[column]) / theirs["sd"]
        assert gap.max() < tolerance, (column, gap)


def test_the_order_of_trials_does_not_matter(effects_of):
    order = np.random.default_rng(1).permutation(len(Y))
    straight = cs.fit(pooling(), effects_of(Y, V, kind=KINDS), "exact")
    labels = [f"t{i}" for i in order]
    mixed = effects_of(Y[order], V[order], kind=[KINDS[i] for i in order], estimate=labels)
    turned = cs.fit(pooling(), mixed, "exact")
    close(turned.summary().loc[straight.summary().index], straight.summary())
    assert turned.log_evidence == pytest.approx(straight.log_evidence, abs=1e-10)


def test_shifting_trials_and_prior_shifts_the_posterior(effects_of):
    here = cs.fit(pooling(), effects_of(Y, V, kind=KINDS), "exact")
    there = cs.fit(pooling(shift=30.0), effects_of(Y + 30.0, V, kind=KINDS), "exact")
    moved = here.summary()
    rows = [name for name in moved.index if name == "mu" or name.startswith("theta")]
    moved.loc[rows, ["mean", "median", "lower", "upper"]] += 30.0
    close(there.summary(), moved)
    assert there.log_evidence == pytest.approx(here.log_evidence, abs=1e-9)


@pytest.mark.parametrize("c", [1e-4, 1e4])
def test_units_do_not_matter(effects_of, c):
    here = cs.fit(pooling(), effects_of(Y, V, kind=KINDS), "exact")
    there = cs.fit(pooling(c), effects_of(c * Y, c**2 * V, kind=KINDS), "exact")
    scaled = here.summary()
    scaled[NUMBERS] *= c
    close(there.summary(), scaled)
    assert there.log_evidence == pytest.approx(here.log_evidence - len(Y) * np.log(c), abs=1e-8)


SCALED = {
    "half-Cauchy": lambda c: priors.HalfCauchy(0.4 * c),
    "half-t": lambda c: priors.HalfStudentT(3.0, 0.4 * c),
    "exponential": lambda c: priors.Exponential(2.0 / c),
    "log-normal": lambda c: priors.LogNormal(-1.0 + np.log(c), 0.9),
    "inverse gamma": lambda c: priors.InverseGamma(1.5, 0.3 * c),
    "uniform": lambda c: priors.Uniform(0.1 * c, 2.0 * c),
    "improper uniform": lambda _: priors.Flat(),
}


@pytest.mark.parametrize("prior", SCALED)
@pytest.mark.parametrize("c", [1e-4, 1e4])
def test_units_do_not_matter_under_any_prior(effects_of, prior, c):
    scaled = summary(random_effects(SCALED[prior](1.0)), effects_of(Y, V))
    scaled[NUMBERS] *= c
    close(summary(random_effects(SCALED[prior](c)), effects_of(c * Y, c**2 * V)), scaled)


def conjugate(y, v, X, b, B):
    """The normal posterior of a linear model with known variances, and log p(y)."""
    cov = np.diag(v) + X @ B @ X.T
    gain = B @ X.T @ np.linalg.inv(cov)
    mean, covariance = b + gain @ (y - X @ b), B - gain @ X @ B
    return mean, covariance, stats.multivariate_normal(X @ b, cov).logpdf(y)


def test_without_heterogeneity_the_posterior_is_the_textbook_normal(effects_of):
    model = cs.Model(mu=priors.Normal(0.2, 0.7), heterogeneity="Nothing")
    fit = cs.fit(model, effects_of(Y, V), "exact")
    precision = 1 / 0.49 + np.sum(1 / V)
    mean, sd = (0.2 / 0.49 + np.sum(Y / V)) / precision, precision**-0.5
    row = fit.summary().loc["mu"]
    expected = [mean, sd, mean, *stats.norm(mean, sd).ppf([0.025, 0.975])]
    np.testing.assert_allclose(row[NUMBERS].to_numpy(float), expected, rtol=1e-12)
    assert row["p_gt_0"] == pytest.approx(stats.norm(mean, sd).sf(0.0), rel=1e-10)
    evidence = conjugate(Y, V, np.ones((9, 1)), np.array([0.2]), np.array([[0.49]]))[2]
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-11)
    assert "tau" not in fit.summary().index
    np.testing.assert_allclose(fit.summary().filter(like="theta", axis=0)["mean"], mean)


def test_regression_without_heterogeneity_is_the_textbook_normal(effects_of):
    x = np.arange(9.0) - 4.0
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(terms.Linear("x", prior=priors.Normal(0.0, 0.5)),),
        heterogeneity="Nothing",
    )
    fit = cs.fit(model, effects_of(Y, V, x=x), "exact")
    X, B = np.column_stack([np.ones(9), x]), np.diag([1.0, 0.25])
    mean, covariance, evidence = conjugate(Y, V, X, np.zeros(2), B)
    found = fit.summary().loc[["mu", "x"]]
    np.testing.assert_allclose(found["mean"], mean, rtol=1e-11)
    np.testing.assert_allclose(found["sd"], np.sqrt(np.diag(covariance)), rtol=1e-11)
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-11)


def test_flat_priors_without_heterogeneity_are_inverse_variance_weighting(effects_of):
    row = summary(cs.Model(mu=FLAT, heterogeneity="Nothing"), effects_of(Y, V)).loc["mu"]
    pooled = cs.pool(effects_of(Y, V), "CE").summary().loc["mu"]
    expected = pooled[["estimate", "se", "estimate", "lower", "upper"]].to_numpy(float)
    np.testing.assert_allclose(row[NUMBERS].to_numpy(float), expected, rtol=1e-11)


def test_a_known_tau_gives_the_conditional_normal(effects_of):
    """A uniform prior 2e-9 wide: θᵢ | y is closed form, with shrinkage v/(v + τ²)."""
    tau = 0.3
    found = summary(random_effects(priors.Uniform(tau, tau + 2e-9)), effects_of(Y, V))
    w = 1 / (V + tau**2)
    mu, var = np.sum(w * Y) / w.sum(), 1 / w.sum()
    shrink = V / (V + tau**2)
    effects = found.filter(like="theta", axis=0)
    np.testing.assert_allclose(effects["mean"], shrink * mu + (1 - shrink) * Y, rtol=1e-7)
    sd = np.sqrt((1 - shrink) * V + shrink**2 * var)
    np.testing.assert_allclose(effects["sd"], sd, rtol=1e-7)
    assert found.loc["mu", "mean"] == pytest.approx(mu, rel=1e-7)


def test_two_halves_of_a_uniform_prior_make_the_whole(effects_of):
    """p(y) and E[τ | y] under Uniform(0, 2) are the mixture of those under its two halves."""
    mu, effects = priors.Normal(0.0, 1.0), effects_of(Y, V)
    ends = [(0.0, 2.0), (0.0, 0.21), (0.21, 2.0)]
    whole, low, high = (
        cs.fit(random_effects(priors.Uniform(*each), mu), effects, "exact") for each in ends
    )
    logs = np.array([low.log_evidence + np.log(0.21 / 2), high.log_evidence + np.log(1.79 / 2)])
    assert whole.log_evidence == pytest.approx(np.logaddexp(*logs), abs=1e-9)
    shares = np.exp(logs - whole.log_evidence)
    for row in ("mu", "tau", "theta[t2]"):
        parts = [each.summary().loc[row, "mean"] for each in (low, high)]
        whole_mean = whole.summary().loc[row, "mean"]
        assert whole_mean == pytest.approx(shares @ parts, abs=1e-9)


def test_posterior_to_prior_density_at_zero_is_the_bayes_factor(effects_of):
    """Savage–Dickey: p(τ = 0 | y) / p(τ = 0) = p(y | no heterogeneity) / p(y)."""
    mu, effects = priors.Normal(0.0, 1.0), effects_of(Y, V)
    tau = priors.HalfNormal(0.5)
    fit = cs.fit(random_effects(tau, mu), effects, "exact")
    none = cs.fit(cs.Model(mu=mu, heterogeneity="Nothing"), effects, "exact")
    curve = fit.draws["marginals"].to_dataset().sel(parameter="tau")
    assert float(curve["x"][0]) == 0.0
    ratio = np.log(float(curve["density"][0])) - tau.logpdf(0.0)
    assert ratio == pytest.approx(none.log_evidence - fit.log_evidence, abs=1e-6)


def test_exchangeable_trials_and_heterogeneity_share_alike(effects_of):
    """With one trial per level, τ and the scale of the levels enter as τ² + ω²: equal marginals."""
    model = random_effects(
        priors.HalfNormal(0.4), FLAT, terms.Exchangeable("study", scale=priors.HalfNormal(0.4))
    )
    found = summary(model, effects_of(Y, V))
    close(found.loc[["tau"]], found.loc[["study_scale"]].set_axis(["tau"]), 1e-7)


def test_equal_trials_are_one_trial_of_their_joint_weight(effects_of):
    nothing = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity="Nothing")
    many = summary(nothing, effects_of([0.3] * 6, [0.06] * 6)).loc[["mu"]]
    close(many, summary(nothing, effects_of([0.3], [0.01])).loc[["mu"]], 1e-10)


def test_equal_trials_leave_their_value_as_the_centre(effects_of):
    found = summary(random_effects(priors.HalfNormal(0.5)), effects_of([0.3] * 6, [0.04] * 6))
    centred = found.drop(index="tau")
    np.testing.assert_allclose(centred[["mean", "median"]], 0.3, atol=1e-12)
    np.testing.assert_allclose(centred["upper"] - 0.3, 0.3 - centred["lower"], rtol=1e-9)


def test_one_trial_that_is_all_but_exact(effects_of):
    found = summary(
        random_effects(priors.HalfNormal(0.5)), effects_of([0.1, 0.5, 0.3], [0.04, 0.05, 1e-12])
    )
    exact = summary(
        random_effects(priors.HalfNormal(0.5)), effects_of([0.1, 0.5, 0.3], [0.04, 0.05, 1e-8])
    )
    assert found.loc["theta[t2]", "sd"] == pytest.approx(1e-6, rel=1e-6)
    close(found.drop(index="theta[t2]"), exact.drop(index="theta[t2]"), 1e-5)


@pytest.mark.parametrize("v", [1e-12, 1e12])
def test_very_precise_and_very_vague_trials(effects_of, v):
    found = summary(
        random_effects(priors.HalfNormal(0.5), priors.Normal(0.0, 1.0)), effects_of(Y, [v] * 9)
    )
    assert np.isfinite(found[NUMBERS].to_numpy(float)).all()
    if v > 1:  # nothing is learnt: the prior of tau and mu, to within 1/v
        assert found.loc["tau", "mean"] == pytest.approx(0.5 * np.sqrt(2 / np.pi), rel=1e-9)
        assert found.loc["mu", "sd"] == pytest.approx(1.0, rel=1e-9)
    else:  # every trial is known: its own effect
        effects = found.filter(like="theta", axis=0)
        np.testing.assert_allclose(effects["mean"], Y, atol=1e-9)
        np.testing.assert_allclose(effects["sd"], 1e-6, rtol=1e-6)


def test_many_trials_reach_the_asymptotic_sd(effects_of):
    """sd(τ) → (τ² + v) / (τ √(2k)), the inverse root of the information."""
    k, tau, v = 4_000, 0.3, 0.05
    rng = np.random.default_rng(5)
    y = 0.2 + rng.normal(0.0, np.sqrt(tau**2 + v), k)
    found = summary(random_effects(priors.HalfNormal(0.5)), effects_of(y, np.full(k, v)))
    estimate = found.loc["tau", "mean"]
    expected = (estimate**2 + v) / (estimate * np.sqrt(2 * k))
    assert found.loc["tau", "sd"] == pytest.approx(expected, rel=4e-3)
    assert found.loc["mu", "sd"] == pytest.approx(np.sqrt((estimate**2 + v) / k), rel=4e-3)


IMPROPER = {
    "one trial, flat tau": (1, random_effects(FLAT)),
    "one trial, flat tau, normal mu": (1, random_effects(FLAT, priors.Normal(0.0, 1.0))),
    "two trials, flat tau": (2, random_effects(FLAT)),
    "as many coefficients as trials, flat tau": (
        4, random_effects(FLAT, FLAT, terms.Linear("study", prior=FLAT)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPROPER)
def test_an_improper_posterior_is_refused(effects_of, case):
    k, model = IMPROPER[case]
    effects = effects_of(Y[:k], V[:k], kind=list("aabb")[:k])
    with pytest.raises(ModelError, match="improper"):
        cs.fit(model, effects, "exact")


def test_two_trials_under_a_flat_tau_and_a_proper_mu_are_proper(effects_of):
    """The integrand falls like τ⁻²: the posterior is proper and has no mean."""
    fit = cs.fit(random_effects(FLAT, priors.Normal(0.0, 1.0)), effects_of(Y[:2], V[:2]), "exact")
    row = fit.summary().loc["tau"]
    assert row["mean"] == row["sd"] == np.inf
    assert 0 < row["lower"] < row["median"] < row["upper"] < np.inf
    assert fit.log_evidence is None


def test_a_flat_scale_of_levels_is_refused(effects_of):
    model = random_effects(priors.HalfNormal(0.5), FLAT, terms.Exchangeable("kind", scale=FLAT))
    with pytest.raises(ModelError, match=r"kind_scale.*proper prior"):
        cs.fit(model, effects_of(Y[:4], V[:4], kind=list("aabb")), "exact")


@pytest.mark.parametrize(
    "prior",
    [priors.HalfStudentT(0.5, 0.5), priors.LogNormal(0.0, 2.0), priors.HalfCauchy(0.5)],
    ids=lambda prior: prior.label,
)
def test_a_proper_prior_is_never_called_improper(effects_of, prior):
    """One trial and a flat mu: the likelihood is the same for all τ, the posterior is the prior."""
    row = summary(random_effects(prior), effects_of(Y[:1], V[:1])).loc["tau"]
    expected = prior.ppf([0.5, 0.025, 0.975])
    np.testing.assert_allclose(
        row[["median", "lower", "upper"]].to_numpy(float), expected, rtol=1e-6
    )


@pytest.mark.parametrize("steep", [0.5, 40.0, 300.0])
def test_quantiles_between_nodes_are_found_to_rounding_in_few_steps(monkeypatch, steep):
    """Newton's method ends where rounding does, and does not go on to halve its bracket."""
    rule, asked = panels.Panels(0.0, 4.0, 6, 36), np.linspace(0.001, 0.999, 999)
    density, steps = np.exp(-steep * (rule.nodes - 1.0) ** 2), []
    plain = panels.legendre.legvander
    monkeypatch.setattr(panels.legendre, "legvander", lambda *at: steps.append(at) or plain(*at))
    found = rule.invert(density, asked)
    assert len(steps) < 16
    whole = rule.cumulative(density, np.array([4.0]))
    np.testing.assert_allclose(rule.cumulative(density, found) / whole, asked, rtol=0, atol=1e-14)
