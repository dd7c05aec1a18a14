"""The data of a new trial's arms, against closed forms, sums and grids; most without any fit."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import special, stats

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.engines import Nuts
from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.tree import Draws, Layout, grow
from consilience.errors import DataError, ModelError
from consilience.gaussian import UNTIED, Bonds, Errors
from consilience.likelihoods import baselines
from consilience.model import all_hypers, blocks

SHAPE, N1, N2, MU = (4, 5000), 30, 40, 0.5
FIXED = baselines.Fixed(priors.Normal(-1.0, 0.8))
HALF, NOTHING = priors.HalfNormal(0.5), heterogeneity.Nothing()


def trials(measure="OR", **columns):
    table = pd.DataFrame({
        "study": ["a", "b"], "events1": [4, 7], "n1": [20, 33], "events2": [2, 6], "n2": [21, 30],
        "person_time1": [20.0, 33.0], "person_time2": [21.0, 30.0], "mean1": [1.0, 0.4],
        "sd1": [1.5, 2.0], "mean2": [0.2, 0.1], "sd2": [1.1, 1.8], **columns,
    })  # fmt: skip
    return cs.effect_sizes(table, measure)


def known(likelihood, effects=None, scatter=NOTHING, **hypers):
    """A fit that is certain of all its parameters: every draw is the same."""
    effects = trials() if effects is None else effects
    model = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=scatter, likelihood=likelihood)
    layout = Layout(blocks(model, effects), all_hypers(model, effects))
    theta = np.full((*SHAPE, effects.k), MU)
    held = {name: np.full(SHAPE, value) for name, value in hypers.items()}
    draws = Draws(held, np.full((*SHAPE, 1), MU), theta, 0.0 * theta)
    population, quality = model.heterogeneity.population(effects), xr.Dataset(attrs={"faults": ""})
    bonds = Bonds(Errors.of(effects.v), UNTIED)
    posterior = SampledPosterior(layout, population, draws, effects, 0, quality, bonds, likelihood)
    fit = cs.Fit(model, effects, Nuts(), posterior)
    fit.__dict__["draws"] = grow(layout, draws, effects=effects, seed=0)
    return fit


def drawn(fit, seed=1, **new):
    found = cs.predict(fit, cs.NewTrial(**new), seed=seed)["predictions"]
    return {name: values.to_numpy().ravel() for name, values in found.data_vars.items()}


def follows(values, cdf):
    """Counts follow a distribution: the largest gap of the shares below, in a thousand trials."""
    x = np.arange(values.max() + 1.0)
    reached = np.searchsorted(np.sort(values), x, side="right") / len(values)
    return np.max(np.abs(reached - cdf(x))) < 1.95 / np.sqrt(len(values))


@pytest.mark.parametrize(("word", "sign"), [("yes", 1.0), ("no", -1.0)])
def test_a_known_effect_and_risk_give_binomial_events(word, sign):
    fit = known(likelihoods.Binomial(baseline=FIXED), trials(higher_is_better=word))
    found = drawn(fit, n1=N1, n2=N2, risk2=0.2)
    first = special.expit(special.logit(0.2) + sign * MU)
    assert follows(found["events2"], lambda x: stats.binom.cdf(x, N2, 0.2))
    assert follows(found["events1"], lambda x: stats.binom.cdf(x, N1, first))
    assert abs(np.corrcoef(found["events1"], found["events2"])[0, 1]) < 4.0 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("link", "measure", "risk"),
    [("Log", "RR", 0.2 * np.exp(MU)), ("Identity", "RD", 0.2 + MU)],
)
def test_the_link_carries_the_effect_to_the_other_arm(link, measure, risk):
    fit = known(likelihoods.Binomial(link, FIXED), trials(measure))
    found = drawn(fit, n1=N1, n2=N2, risk2=0.2)
    assert follows(found["events1"], lambda x: stats.binom.cdf(x, N1, risk))


def test_a_risk_that_is_a_beta_distribution_gives_beta_binomial_events():
    fit = known(likelihoods.Hypergeometric())
    found = drawn(fit, n1=N1, n2=N2, risk2=priors.Beta(3.0, 17.0))
    assert follows(found["events2"], lambda x: stats.betabinom.cdf(x, N2, 3.0, 17.0))


def test_a_rate_that_is_a_gamma_distribution_gives_negative_binomial_events():
    fit = known(likelihoods.Poisson(FIXED), trials("IRR"))
    sizes = {"person_time1": 20.0, "person_time2": 35.0}
    found = drawn(fit, **sizes, rate2=priors.Exponential(0.1))
    (scale,) = {float(priors.Exponential(0.1).ppf(1.0 - np.exp(-1.0)))}
    assert follows(found["events2"], lambda x: stats.nbinom.cdf(x, 1, 1.0 / (1.0 + 35.0 * scale)))
    point = drawn(fit, **sizes, rate2=0.1)
    assert follows(point["events1"], lambda x: stats.poisson.cdf(x, 2.0 * np.exp(MU)))


def test_overdispersed_arms_vary_by_themselves():
    likelihood = likelihoods.BetaBinomial("Logit", FIXED, priors.Beta(1.5, 12.0))
    found = drawn(known(likelihood, rho=0.1), n1=N1, n2=N2, risk2=0.2)
    assert follows(found["events2"], lambda x: stats.betabinom.cdf(x, N2, 1.8, 7.2))


def test_a_population_of_baselines_gives_the_new_trial_one():
    z, w = np.polynomial.hermite_e.hermegauss(60)
    fit = known(
        likelihoods.Binomial(baseline=baselines.Exchangeable()), baseline_mean=-1.0, baseline_sd=0.6
    )
    risks, shares = special.expit(-1.0 + 0.6 * z), w / w.sum()
    for stated, cdf in (
        ({}, lambda x: stats.binom.cdf(x[:, None], N2, risks) @ shares),
        ({"risk2": 0.3}, lambda x: stats.binom.cdf(x, N2, 0.3)),
    ):
        assert follows(drawn(fit, n1=N1, n2=N2, **stated)["events2"], cdf)


def test_true_effects_scatter_before_events_do():
    scatter = heterogeneity.Normal(HALF)
    fit = known(likelihoods.Binomial(baseline=FIXED), scatter=scatter, tau=0.8)
    z, w = np.polynomial.hermite_e.hermegauss(60)
    risks = special.expit(special.logit(0.2) + MU + 0.8 * z)
    found = drawn(fit, n1=N1, n2=N2, risk2=0.2)
    assert follows(found["events1"], lambda x: stats.binom.cdf(x[:, None], N1, risks) @ w / w.sum())


def test_what_the_trial_would_conclude_is_the_sum_over_all_tables():
    fit = known(likelihoods.Binomial(baseline=FIXED))
    found = drawn(fit, n1=N1, n2=N2, risk2=0.1)
    x1, x2 = np.meshgrid(np.arange(N1 + 1.0), np.arange(N2 + 1.0), indexing="ij")
    first = special.expit(special.logit(0.1) + MU)
    mass = stats.binom.pmf(x1, N1, first) * stats.binom.pmf(x2, N2, 0.1)
    add = 0.5 * ((x1 % N1 == 0) | (x2 % N2 == 0))
    cells = [x1 + add, N1 - x1 + add, x2 + add, N2 - x2 + add]
    y = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    se = np.sqrt(sum(1.0 / cell for cell in cells))
    wanted = {
        "yi": y, "sei": se, "lower_gt_0": y - 1.959964 * se > 0.0,
        "upper_lt_0": y + 1.959964 * se < 0.0, "no_events1": x1 == 0.0, "no_events2": x2 == 0.0,
    }  # fmt: skip
    for name, values in wanted.items():
        sd = np.sqrt(np.sum(mass * values**2) - np.sum(mass * values) ** 2)
        assert abs(found[name].mean() - np.sum(mass * values)) < 4.0 * sd / np.sqrt(20_000), name


def test_means_vary_by_the_standard_deviations_that_were_stated():
    fit = known(likelihoods.ArmMeans(), trials("MD"))
    found = drawn(fit, n1=N1, n2=N2, sd1=2.0, sd2=1.0)
    assert set(found) == {"mu", "theta", "yi", "sei", "lower_gt_0", "upper_lt_0"}
    variance = 4.0 / N1 + 1.0 / N2
    assert stats.kstest((found["yi"] - MU) / np.sqrt(variance), stats.norm.cdf).pvalue > 1e-3
    assert np.mean(found["sei"] ** 2) == pytest.approx(variance, rel=0.01)
    arms = drawn(fit, n1=N1, n2=N2, sd1=2.0, sd2=1.0, mean2=3.0)
    assert arms["mean2"].mean() == pytest.approx(3.0, abs=4.0 / np.sqrt(40 * 20_000))
    np.testing.assert_allclose(arms["yi"], arms["mean1"] - arms["mean2"])


def test_the_comparator_of_a_trial_that_was_seen_is_known_from_both_its_arms():
    b = np.linspace(-9.0, 4.0, 4001)
    log_density = stats.binom.logpmf(4, 20, special.expit(b + MU))
    log_density = log_density + stats.binom.logpmf(2, 21, special.expit(b))
    for likelihood, prior in (
        (likelihoods.Binomial(baseline=FIXED), stats.norm.logpdf(b, -1.0, 0.8)),
        (likelihoods.Hypergeometric(), stats.norm.logpdf(b, 0.0, 10.0)),
    ):
        mass = np.exp(log_density + prior)
        risk = special.expit(b)
        found = drawn(known(likelihood), n1=N1, n2=10_000, risk2="a")["events2"] / 10_000
        mean = np.sum(mass * risk) / mass.sum()
        sd = np.sqrt(np.sum(mass * (risk - mean) ** 2) / mass.sum())
        assert abs(found.mean() - mean) < 4.0 * sd / np.sqrt(20_000)
        assert found.std() == pytest.approx(sd, rel=0.03)


def test_so_is_the_mean_of_a_comparator_that_was_seen():
    fit = known(likelihoods.ArmMeans(), trials("MD"))
    found = drawn(fit, n1=N1, n2=10**8, sd1=2.0, sd2=1.0, mean2="a")["mean2"]
    b, se1, se2 = np.linspace(-4.0, 5.0, 4001), 1.5 / np.sqrt(20.0), 1.1 / np.sqrt(21.0)
    mass = stats.t.pdf((b + MU - 1.0) / se1, 19) * stats.t.pdf((b - 0.2) / se2, 20)
    mean = np.sum(mass * b) / mass.sum()
    sd = np.sqrt(np.sum(mass * (b - mean) ** 2) / mass.sum())
    assert abs(found.mean() - mean) < 4.0 * sd / np.sqrt(20_000)
    assert found.std() == pytest.approx(sd, rel=0.03)


def test_the_table_tells_chances_also_those_that_are_certain():
    fit = known(likelihoods.Binomial(baseline=FIXED))
    new = [cs.NewTrial(200, 200, risk2=0.5, name=name) for name in ("one", "two")]
    tree = cs.predict(fit, new, level=0.9)
    table = cs.summarise(tree)
    assert table.loc["no_events1[one]", ["mean", "sd"]].tolist() == [0.0, 0.0]
    seen = tree["predictions"]["lower_gt_0"].isel(trial=1).mean()
    assert table.loc["lower_gt_0[two]", "mean"] == pytest.approx(float(seen))
    wider = cs.predict(fit, new, level=0.99)["predictions"]["lower_gt_0"].mean()
    assert float(wider) < float(tree["predictions"]["lower_gt_0"].mean())


def test_without_a_comparator_only_the_estimate_is_foreseen_and_that_is_said():
    tree = cs.predict(known(likelihoods.Binomial(baseline=FIXED)), cs.NewTrial(N1, N2))
    assert set(tree["predictions"].data_vars) == {"mu", "theta", "yi"}
    assert "risk2" in tree["predictions"].attrs["ignored"]


@pytest.mark.parametrize(
    ("stated", "error", "words"),
    [
        ({"risk2": 0.0}, DataError, "risk2"), ({"risk2": 1.2}, DataError, "between 0 and 1"),
        ({"risk2": True}, DataError, "risk2"), ({"risk2": ""}, DataError, "risk2"),
        ({"risk2": np.nan}, DataError, "risk2"), ({"rate2": -1.0}, DataError, "rate2"),
        ({"mean2": np.inf}, DataError, "mean2"), ({"sd1": 0.0}, DataError, "sd1"),
        ({"person_time1": "long"}, DataError, "person_time1"),
        ({"risk2": 0.1, "rate2": 0.1}, ModelError, "risk2 and rate2"),
        ({"risk2": priors.Normal(0.0, 1.0)}, ModelError, "beyond 0 and 1"),
        ({"rate2": priors.Normal(0.0, 1.0)}, ModelError, "beyond 0"),
        ({"rate2": 0.1}, ModelError, "asks for risk2"),
        ({"risk2": "c"}, ModelError, "no trial 'c'.*a, b"),
        ({"risk2": 0.1, "n1": None, "n2": None}, ModelError, "n1 and n2"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_stated_is_refused_by_name(stated, error, words):
    fit = known(likelihoods.Binomial(baseline=FIXED))
    with pytest.raises(error, match=words):
        drawn(fit, **{"n1": N1, "n2": N2, **stated})


def test_estimates_alone_have_no_comparator():
    with pytest.raises(ModelError, match=r"risk2.*likelihoods\.Binomial"):
        drawn(known(likelihoods.Normal()), n1=N1, n2=N2, risk2=0.2)


def test_a_new_trial_among_scales_of_both_directions_says_its_own():
    fit = known(likelihoods.Binomial(baseline=FIXED), trials(higher_is_better=["yes", "no"]))
    with pytest.raises(ModelError, match="higher_is_better"):
        drawn(fit, n1=N1, n2=N2, risk2=0.2)
    found = drawn(fit, n1=N1, n2=N2, risk2=0.2, higher_is_better="no")
    first = special.expit(special.logit(0.2) - MU)
    assert follows(found["events1"], lambda x: stats.binom.cdf(x, N1, first))


@pytest.mark.slow
def test_new_trials_and_left_out_trials_of_simulated_reviews_are_uniform():
    """Parameters from the priors, 120 reviews of five trials, and one trial more, not shown."""
    rng, size, uniform = np.random.default_rng(12), np.array([25, 40, 60, 30, 45]), []
    scatter = heterogeneity.Normal(priors.HalfNormal(0.4))
    likelihood = likelihoods.Binomial(baseline=FIXED)
    model = cs.Model(mu=priors.Normal(0.0, 0.7), heterogeneity=scatter, likelihood=likelihood)
    for _ in range(120):
        mu, tau = 0.7 * rng.standard_normal(), abs(0.4 * rng.standard_normal())
        b, d = -1.0 + 0.8 * rng.standard_normal(6), mu + tau * rng.standard_normal(6)
        n = np.append(size, 50)
        x1, x2 = rng.binomial(n, special.expit(b + d)), rng.binomial(n, special.expit(b))
        table = pd.DataFrame({"study": list("abcde"), "events1": x1[:5], "n1": size,
                              "events2": x2[:5], "n2": size})  # fmt: skip
        fit = cs.fit(model, cs.effect_sizes(table, "OR"), cs.engines.Exact(tolerance=1e-6))
        new = drawn(fit, n1=50, n2=50, risk2=priors.Beta(1.0, 1.0))["theta"]
        risk = special.expit(b[5])
        told = drawn(fit, n1=50, n2=50, risk2=float(risk))["events1"]
        pit = np.mean(told < x1[5]) + rng.random() * np.mean(told == x1[5])
        uniform.append((pit, np.mean(new < d[5]), fit.posterior.foresee()[0]))
    pits = np.array(uniform)
    assert stats.kstest(pits[:, 0], stats.uniform.cdf).pvalue > 1e-3
    assert stats.kstest(pits[:, 1], stats.uniform.cdf).pvalue > 1e-3
    mid = pits[np.isfinite(pits[:, 2]), 2]
    assert abs(mid.mean() - 0.5) < 4.0 / np.sqrt(12 * len(mid))
    assert 0.85 < mid.var() * 12.0 < 1.15  # a mid-p value varies a little less than a uniform one
