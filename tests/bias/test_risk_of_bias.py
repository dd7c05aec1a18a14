"""Trials at high risk of bias shift by an amount that is estimated."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import bias, heterogeneity, priors
from consilience.bias import RiskOfBias
from consilience.errors import DataError, ModelError
from consilience.rows import newcomer

HALF, SPREAD = priors.HalfNormal(0.5), priors.HalfNormal(0.3)
MU, MEAN = priors.Normal(0.0, 1.0), priors.Normal(0.0, 0.4)
Y = np.array([0.1, 0.2, 0.15, 0.6, 0.7, 0.4, 0.25])
V = np.array([0.03, 0.02, 0.05, 0.03, 0.04, 0.02, 0.06])
RISK = ["low", "low", "some concerns", "High", "high", "high ", "low"]
HIGH = np.array([0, 0, 0, 1, 1, 1, 0])


def model(distortion):
    return cs.Model(mu=MU, heterogeneity=heterogeneity.Normal(HALF), bias=distortion)


def adjusting(**settings):
    return RiskOfBias(**({"mean": MEAN, "spread": SPREAD} | settings))


def built(**columns):
    table = pd.DataFrame({"study": [f"t{i}" for i in range(7)], "yi": Y, "vi": V})
    return cs.effect_sizes(table.assign(**columns), "GEN")


@pytest.fixture(scope="module")
def trials():
    return built(risk_of_bias=RISK, blinding=["high", *["low"] * 6])


@pytest.fixture(scope="module")
def adjusted(trials):
    return cs.fit(model(adjusting()), trials, "exact")


def brute():
    """(τ, κ) on a dense grid; y ~ N(0, diag(v + τ²) + κ²·diag(high) + μ's and b's covariance)."""
    t = np.arange(-3.4, 2.4, 0.05)
    sd, weight = np.exp(t - np.exp(-t)), np.exp(t - np.exp(-t)) * (1 + np.exp(-t)) * 0.05
    tau, kappa = (each.ravel() for each in np.meshgrid(sd, sd, indexing="ij"))
    log_mass = np.log(np.outer(weight, weight).ravel())
    log_mass += stats.halfnorm(scale=0.5).logpdf(tau) + stats.halfnorm(scale=0.3).logpdf(kappa)
    known = np.ones((7, 7)) + 0.16 * np.outer(HIGH, HIGH)
    noise = V + tau[:, None] ** 2 + HIGH * kappa[:, None] ** 2
    covariance = known + np.eye(7) * noise[:, None, :]
    solved = np.linalg.solve(covariance, np.broadcast_to(Y[:, None], (len(tau), 7, 1)))[:, :, 0]
    log_mass += -0.5 * (solved @ Y + np.linalg.slogdet(covariance)[1] + 7 * np.log(2 * np.pi))
    peak = log_mass.max()
    mass = np.exp(log_mass - peak)
    return covariance, solved, mass / mass.sum(), peak + np.log(mass.sum()), tau


def moments(mass, means, variances):
    mean = mass @ means
    return mean, np.sqrt(mass @ (variances + (means - mean) ** 2))


def test_mean_bias_and_true_effects_against_brute_force(adjusted):
    covariance, solved, mass, log_evidence, tau = brute()
    summary = adjusted.summary()
    assert adjusted.log_evidence == pytest.approx(log_evidence, abs=1e-7)
    for name, loads, own in (
        ("mu", np.ones(7), 1.0),
        ("bias[risk_of_bias]", 0.16 * HIGH, 0.16),
    ):
        back = np.linalg.solve(covariance, np.broadcast_to(loads[:, None], (len(tau), 7, 1)))
        exact = moments(mass, solved @ loads, own - back[:, :, 0] @ loads)
        assert (summary.loc[name, "mean"], summary.loc[name, "sd"]) == pytest.approx(
            exact, abs=1e-7
        )
    for i in (0, 4):  # a true effect shares μ with all estimates, τ² with its own, and no bias
        loads = np.ones((len(tau), 7)) + np.eye(7)[i] * tau[:, None] ** 2
        back = np.linalg.solve(covariance, loads[:, :, None])[:, :, 0]
        own = 1.0 + tau**2 - np.sum(loads * back, axis=1)
        exact = moments(mass, np.sum(loads * solved, axis=1), own)
        row = summary.loc[f"theta[t{i}]"]
        assert (row["mean"], row["sd"]) == pytest.approx(exact, abs=1e-7)


def test_each_biased_trial_has_a_deviation_of_its_own(adjusted):
    index = list(adjusted.summary().index)
    assert index[:4] == ["mu", "tau", "bias[risk_of_bias]", "bias_deviation[risk_of_bias:t3]"]
    assert "bias_scale[risk_of_bias]" in index
    posterior = adjusted.draws["posterior"]
    assert list(posterior["bias_deviation_level"].to_numpy()) == [
        f"risk_of_bias:t{i}" for i in (3, 4, 5)
    ]
    assert posterior["bias"].dims == ("chain", "draw", "bias_level")


def test_it_takes_the_bias_out_of_the_mean(adjusted, trials):
    plain = cs.fit(model(bias.Nothing()), trials)
    assert adjusted.summary().loc["mu", "mean"] < plain.summary().loc["mu", "mean"] - 0.05
    assert adjusted.summary().loc["mu", "sd"] > plain.summary().loc["mu", "sd"]


def test_without_bias_it_is_nothing(trials):
    """Priors of mean and spread at zero: the same posterior."""
    none = adjusting(mean=priors.Normal(0.0, 1e-9), spread=priors.HalfNormal(1e-9))
    ours, theirs = (cs.fit(model(each), trials) for each in (none, bias.Nothing()))
    rows = theirs.summary().index
    columns = ["mean", "sd", "median", "lower", "upper", "p_gt_0"]
    pd.testing.assert_frame_equal(
        ours.summary().loc[rows, columns], theirs.summary()[columns], rtol=1e-6, atol=1e-8
    )
    assert ours.log_evidence == pytest.approx(theirs.log_evidence, abs=1e-7)


def test_an_unbounded_bias_leaves_the_trials_out(trials):
    """b ~ N(0, 10⁴): trials at high risk tell about themselves alone, not about μ."""
    wide = adjusting(mean=priors.Normal(0.0, 1e4), spread=priors.HalfNormal(1e-6))
    kept = trials.without("t3", "t4", "t5")
    ours = cs.fit(model(wide), trials.without("t3", "t4")).summary().loc["mu"]
    theirs = cs.fit(model(bias.Nothing()), kept).summary().loc["mu"]
    assert (ours["mean"], ours["sd"]) == pytest.approx((theirs["mean"], theirs["sd"]), abs=1e-5)


def test_some_concerns_count_where_they_are_named(trials):
    more = adjusting(high=("high", "some concerns"))
    labels = more.shift(trials)[1].labels
    assert labels == tuple(f"bias_deviation[risk_of_bias:t{i}]" for i in (2, 3, 4, 5))


def test_domains_have_biases_of_their_own_that_add_up(trials):
    both = adjusting(column=("risk_of_bias", "blinding"))
    common, first, second = both.shift(trials)
    assert common.labels == ("bias[risk_of_bias]", "bias[blinding]")
    np.testing.assert_array_equal(common.matrix[:, 1], np.eye(7)[0])
    assert (first.scales[0].name, second.scales[0].name) == (
        "bias_scale[risk_of_bias]",
        "bias_scale[blinding]",
    )
    fit = cs.fit(model(both), trials)
    assert isinstance(fit.engine, cs.engines.Exact)
    assert list(fit.draws["posterior"]["bias_scale_level"].to_numpy()) == [
        "risk_of_bias",
        "blinding",
    ]


def test_new_trials_are_free_of_bias(adjusted):
    new = adjusted.combine((newcomer(adjusted, "new"),)).loc["new"]
    mu, tau = adjusted.summary().loc["mu"], adjusted.summary().loc["tau"]
    assert new["mean"] == pytest.approx(mu["mean"], abs=1e-10)
    expected = mu["sd"] ** 2 + tau["mean"] ** 2 + tau["sd"] ** 2
    assert new["sd"] ** 2 == pytest.approx(expected, rel=1e-9)
    future = cs.predict(adjusted, cs.NewTrial(sei=0.1), seed=1)["predictions"]
    assert float(future["mu"].mean()) == pytest.approx(mu["mean"], abs=0.02)


def test_replicates_and_left_out_trials_carry_the_bias(adjusted):
    """What is replicated is the estimate, bias and all."""
    replicated = cs.check(adjusted).trials["mean"]
    summary = adjusted.summary()["mean"]
    for i in (3, 4, 5):
        own = summary[f"bias_deviation[risk_of_bias:t{i}]"]
        expected = summary["mu"] + summary["bias[risk_of_bias]"] + own
        assert replicated[f"t{i}"] == pytest.approx(expected, abs=0.03)


def test_no_trial_at_high_risk_is_refused_with_what_there_is(trials):
    with pytest.raises(ModelError, match=r"None of the 7.*grave.*High.*low"):
        cs.fit(model(adjusting(high="grave")), trials)


def test_missing_columns_and_cells_are_named(trials):
    with pytest.raises(ModelError, match="'allocation'"):
        cs.fit(model(adjusting(column="allocation")), trials)
    with pytest.raises(DataError, match=r"t1.*risk_of_bias"):
        cs.fit(model(adjusting()), built(risk_of_bias=["high", None, *["low"] * 5]))


def test_a_prior_that_leans_needs_effects_with_a_direction(trials):
    leaning = adjusting(mean=priors.Normal(0.2, 0.2))
    with pytest.raises(ModelError, match=r"leans to one side.*higher_is_better"):
        cs.fit(model(leaning), trials)
    directed = built(risk_of_bias=RISK, higher_is_better="yes")
    assert cs.fit(model(leaning), directed).diagnosis.passed


def test_flat_biases_that_cannot_be_told_apart_are_refused():
    """Every trial at high risk, μ and b flat: their sum is all that is seen."""
    everywhere = built(risk_of_bias="high")
    flat = cs.Model(
        mu=priors.Flat(),
        heterogeneity=heterogeneity.Normal(HALF),
        bias=adjusting(mean=priors.Flat()),
    )
    with pytest.raises(ModelError, match=r"mu, bias\[risk_of_bias\] cannot be told apart"):
        cs.fit(flat, everywhere)


@pytest.mark.parametrize(
    "settings",
    [
        {"column": ""},
        {"column": ()},
        {"high": ("high", 3)},
        {"high": ()},
        {"mean": 0.2},
        {"spread": priors.Normal()},
    ],
    ids=str,
)
def test_settings_are_checked(settings):
    with pytest.raises(ModelError, match="RiskOfBias"):
        RiskOfBias(**settings)


def test_single_names_are_sequences_of_one():
    assert RiskOfBias("x", "high") == RiskOfBias(("x",), ["high"])


@pytest.mark.parametrize("kind", [bias.Nothing(), RiskOfBias(), bias.PowerWeight()], ids=repr)
def test_none_of_them_selects_and_says_so(kind):
    with pytest.raises(ModelError, match=r"does not say which estimates come to light.*positive"):
        kind.log_selection(Y, np.sqrt(V), favours=1)
