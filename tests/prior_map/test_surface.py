"""The map of priors: each of its points is the posterior that a refit gives."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

import consilience as cs
from consilience import bias, heterogeneity, priors, terms
from consilience.errors import ModelError
from consilience.prior_map import prior_map

HALF = priors.HalfNormal(0.5)
RANDOM = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(HALF))
SHOWN = {"mean": "mean", "sd": "sd", "median": "median", "lower": "lower", "upper": "upper",
         "p_gt": "p_gt_0"}  # fmt: skip


def agree(surface, fit, refit, *, tolerance: float = 1e-8) -> None:
    """Compare every point of a map with a refit; differences in standard deviations."""
    for location in surface["location"].to_numpy():
        for scale in surface["scale"].to_numpy():
            own = surface.sel(location=location, scale=scale)
            row = refit(fit, location, scale).summary().loc["mu"]
            for ours, theirs in SHOWN.items():
                size = 1.0 if ours == "p_gt" else row["sd"]
                gap = abs(float(own[ours]) - row[theirs]) / size
                assert gap < tolerance, (ours, location, scale, gap)


@pytest.mark.parametrize(
    "name",
    ["common_effect", "random_effects", "partial_pooling", "moderated", "sceptical",
     "location_scale", "down_weighted", "bias_adjusted"],
)  # fmt: skip
def test_each_point_is_a_refit(name, fitted, refit):
    fit = fitted(name)
    agree(prior_map(fit, [-0.8, 0.7], [0.1, 1.0]), fit, refit)


@pytest.mark.parametrize(("name", "location"), [("nested", -0.5), ("crossed", 0.4)])
def test_each_point_is_a_refit_with_three_scales(name, location, fitted, refit):
    fit = fitted(name)
    surface = prior_map(fit, [location], [0.2])
    agree(surface, fit, refit, tolerance=1e-7)
    assert surface.attrs["accuracy"] < 1e-6


def test_without_heterogeneity_it_is_the_textbook(fitted):
    """Normal prior, normal likelihood: precisions add up."""
    fit, m, s = fitted("common_effect"), np.array([-1.0, 0.3]), np.array([0.05, 1.0, 30.0])
    w = 1.0 / fit.effects.v
    m2, s2 = np.meshgrid(m, s**2, indexing="ij")
    variance = 1.0 / (1.0 / s2 + w.sum())
    mean = variance * (m2 / s2 + w @ fit.effects.y)
    found = prior_map(fit, m, s, threshold=0.2)
    assert found["mean"].to_numpy() == pytest.approx(mean, abs=1e-12)
    assert found["sd"].to_numpy() == pytest.approx(np.sqrt(variance), abs=1e-12)
    expected = ndtr((mean - 0.2) / np.sqrt(variance))
    assert found["p_gt"].to_numpy() == pytest.approx(expected, abs=1e-12)
    assert found["upper"].to_numpy() == pytest.approx(
        mean + 1.959963984540054 * np.sqrt(variance), abs=1e-9
    )


def test_brute_force_over_mean_and_heterogeneity(make):
    """A dense grid over (mu, tau), in which nothing of the engine is used."""
    y, v = np.array([0.1, 0.6, -0.2, 0.9]), np.array([0.04, 0.02, 0.09, 0.05])
    fit = cs.fit(RANDOM, make(y.tolist(), v.tolist()))
    mu, tau = np.linspace(-3.0, 3.0, 4001), (np.arange(4000) + 0.5) / 4000 * 3.5
    spread = v[:, None] + tau**2
    log_tau = -0.5 * (tau / 0.5) ** 2
    squares = sum((y[i] - mu[:, None]) ** 2 / spread[i] + np.log(spread[i]) for i in range(len(y)))
    likelihood = np.exp(log_tau - 0.5 * squares).sum(axis=1)
    for m, s in ((-0.5, 0.2), (0.0, 1.0), (1.0, 0.4)):
        density = likelihood * np.exp(-0.5 * ((mu - m) / s) ** 2)
        density /= density.sum()
        mean = density @ mu
        found = prior_map(fit, [m], [s], threshold=0.10125).squeeze()
        assert float(found["mean"]) == pytest.approx(mean, abs=1e-7)
        assert float(found["sd"]) == pytest.approx(np.sqrt(density @ (mu - mean) ** 2), abs=1e-7)
        assert float(found["p_gt"]) == pytest.approx(density[mu > 0.10125].sum(), abs=2e-6)


def test_priors_that_contradict_the_trials_and_one_between_them(make, refit):
    """The extremes need a large tau, the prior in their midst a small one: both must be seen."""
    fit = cs.fit(RANDOM, make([0.3, 0.32, 0.28, 0.31], 0.01))
    agree(prior_map(fit, [-4.0, 0.3, 4.0], [0.05]), fit, refit, tolerance=1e-7)


def test_priors_much_narrower_than_the_likelihood(make, refit):
    fit = cs.fit(RANDOM, make([0.3, 0.5], 0.1))
    agree(prior_map(fit, [-0.2, 0.4], [1e-4, 3.0]), fit, refit, tolerance=1e-7)


@pytest.mark.parametrize("y", [[0.4], [0.4, -0.1]])
def test_one_and_two_trials(y, make, refit):
    fit = cs.fit(RANDOM, make(y, 0.05))
    agree(prior_map(fit, [-0.5, 0.5], [0.3, 1.0]), fit, refit)


def test_improper_priors_of_tau(make, refit):
    model = replace(RANDOM, heterogeneity=heterogeneity.Normal(priors.Jeffreys()))
    fit = cs.fit(model, make([0.1, 0.5, 0.3, 0.7, 0.2], [0.03, 0.05, 0.02, 0.06, 0.04]))
    agree(prior_map(fit, [-0.5, 0.5], [0.2, 1.0]), fit, refit, tolerance=1e-7)


def test_heavy_tails(make, refit):
    """A half-Cauchy prior of tau and three trials: the posterior of mu falls off slowly."""
    model = replace(RANDOM, heterogeneity=heterogeneity.Normal(priors.HalfCauchy(1.0)))
    fit = cs.fit(model, make([0.1, 0.9, -0.8], 0.01))
    agree(prior_map(fit, [-2.0, 0.0, 2.0], [0.3, 5.0]), fit, refit, tolerance=1e-7)


def test_an_offset_and_a_flat_prior_of_its_own(make, refit):
    table = make([0.4, 0.9, 0.2, 0.5], 0.04, known=[0.1, 0.5, 0.0, 0.2])
    model = cs.Model(mu=priors.Flat(), terms=terms.Offset("known"),
                     heterogeneity=heterogeneity.Normal(HALF))  # fmt: skip
    fit = cs.fit(model, table)
    agree(prior_map(fit, [0.0, 0.4], [0.2, 1.0]), fit, refit)


def test_evidence_differs_between_priors_as_it_does_between_refits(fitted, refit):
    fit = fitted("partial_pooling")
    surface = prior_map(fit, [-0.5, 0.3], [0.2, 1.0])
    logs = surface["log_evidence"].to_numpy()
    theirs = np.array([[refit(fit, m, s).log_evidence for s in (0.2, 1.0)] for m in (-0.5, 0.3)])
    assert logs - logs[0, 0] == pytest.approx(theirs - theirs[0, 0], abs=1e-8)


def test_the_probability_rises_with_the_location(fitted):
    """The posterior of mu under N(m, s²) has a monotone likelihood ratio in m."""
    surface = prior_map(fitted("random_effects"), np.linspace(-2, 2, 31), [0.05, 0.3, 1.0, 4.0])
    for name in ("p_gt", "mean", "lower", "median", "upper"):
        assert (np.diff(surface[name].to_numpy(), axis=0) > -1e-12).all(), name
    assert (surface["p_gt"].diff("location").sum("location") > 0.0).all()


def test_a_vague_prior_is_a_flat_one(fitted, effects):
    fit = fitted("random_effects")
    flat = cs.fit(replace(fit.model, mu=priors.Flat()), effects).summary().loc["mu"]
    found = prior_map(fit, [0.0], [1000.0]).squeeze()
    for name in ("mean", "sd", "lower", "upper"):
        assert float(found[name]) == pytest.approx(flat[name], abs=1e-6)


def test_the_threshold_and_the_level(fitted, refit, chance):
    fit = fitted("partial_pooling")
    surface = prior_map(fit, [-0.3], [0.4], threshold=0.2, level=0.5)
    other = refit(fit, -0.3, 0.4)
    assert float(surface["p_gt"].squeeze()) == pytest.approx(chance(other, 0.2), abs=1e-9)
    row = other.summary(0.5).loc["mu"]
    assert float(surface["upper"].squeeze()) == pytest.approx(row["upper"], abs=1e-9)
    assert surface.attrs | {"accuracy": 0} == {"threshold": 0.2, "level": 0.5, "accuracy": 0}


def test_without_priors_the_map_lies_about_the_one_held(fitted):
    fit = fitted("sceptical")
    surface = cs.prior_map(fit)
    assert surface.sizes == {"location": 25, "scale": 25}
    assert surface["location"].to_numpy()[[0, -1]] == pytest.approx([-0.2551, 0.2551])
    assert surface["scale"].to_numpy()[[0, -1]] == pytest.approx([0.02551, 0.5102])


def test_four_hundred_priors_take_no_time(fitted):
    """A tenth of a second on an idle core; here ten times as much is allowed."""
    fit, seconds = fitted("random_effects"), []
    for _ in range(3):
        start = process_time()
        prior_map(fit, np.linspace(-1, 1, 20), np.geomspace(0.1, 2, 20))
        seconds.append(process_time() - start)
    assert min(seconds) < 1.0


@settings(max_examples=12, deadline=None)
@given(
    y=st.lists(st.floats(-3, 3), min_size=1, max_size=5),
    v=st.floats(1e-3, 2.0),
    m=st.floats(-3, 3),
    s=st.floats(0.02, 5.0),
    size=st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_any_trials_any_prior_any_unit(make, refit, y, v, m, s, size):
    scatter = heterogeneity.Normal(priors.HalfNormal(0.5 * size))
    model = cs.Model(mu=priors.Normal(0.0, size), heterogeneity=scatter)
    fit = cs.fit(model, make([each * size for each in y], v * size**2))
    agree(prior_map(fit, [m * size], [s * size]), fit, refit, tolerance=1e-6)


@pytest.mark.parametrize(
    ("locations", "scales", "message"),
    [
        ([0.0, np.nan], [1.0], "locations are a list of finite numbers"),
        ([0.0], [np.inf], "scales are a list of finite numbers"),
        ([0.0], [0.0], "must be above 0"),
        ([0.0], [1.0, -0.5], "-0.5 is not"),
        ("abc", [1.0], "locations"),
        ([[0.0], [1.0]], [1.0], "locations"),
        ([None], [1.0], "locations"),
    ],
)
def test_priors_that_are_none(fitted, locations, scales, message):
    with pytest.raises(ModelError, match=message):
        prior_map(fitted("common_effect"), locations, scales)


@pytest.mark.parametrize(
    "settings", [{"threshold": np.nan}, {"threshold": "0"}, {"level": 1.0}, {"level": 95}]
)
def test_settings_out_of_range(fitted, settings):
    with pytest.raises(ModelError):
        prior_map(fitted("common_effect"), [0.0], [1.0], **settings)


def test_more_scales_than_can_be_integrated_are_refused(effects, fitted):
    fit = fitted("crossed")
    wide = replace(fit, model=replace(fit.model, bias=bias.RiskOfBias()))
    with pytest.raises(ModelError, match=r"at most 3 .* has 4 .*again"):
        prior_map(wide, [0.0], [1.0])


def test_a_model_without_a_gaussian_form_is_refused_with_the_remedy(fitted):
    fit = fitted("random_effects")
    robust = replace(fit, model=replace(RANDOM, heterogeneity=heterogeneity.StudentT(tau=HALF)))
    with pytest.raises(ModelError, match=r"worked out exactly.*StudentT.*priors\.Normal"):
        prior_map(robust, [0.0], [1.0])
