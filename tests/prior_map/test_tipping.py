"""The tipping point: the conclusion turns there, and nowhere nearer."""

from dataclasses import replace

import numpy as np
import pytest

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import ModelError
from consilience.prior_map import tipping_point
from consilience.prior_map.likelihood import likelihood_of
from consilience.prior_map.normals import Normals
from consilience.prior_map.posteriors import posteriors

HALF = priors.HalfNormal(0.5)
RANDOM = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(HALF))
COMMON = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity="Nothing")


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5])
@pytest.mark.parametrize(
    "name", ["common_effect", "random_effects", "partial_pooling", "sceptical", "bias_adjusted"]
)
def test_a_refit_there_stands_on_the_boundary(name, threshold, fitted, refit, chance):
    fit = fitted(name)
    point = tipping_point(fit, threshold=threshold)
    there = chance(refit(fit, point.location, point.scale), threshold)
    assert there == pytest.approx(point.boundary, abs=1e-8)
    assert point.probability == pytest.approx(chance(fit, threshold), abs=1e-9)
    held = np.array(point.held)
    gap = np.array([point.location, point.scale]) - held
    assert point.distance == pytest.approx(np.hypot(*gap), rel=1e-12)


def test_three_scales(fitted, refit, chance):
    fit = fitted("nested")
    point = tipping_point(fit)
    there = chance(refit(fit, point.location, point.scale), 0.0)
    assert there == pytest.approx(point.boundary, abs=1e-6)


@pytest.mark.parametrize("name", ["random_effects", "partial_pooling"])
@pytest.mark.parametrize("threshold", [0.0, 0.2])
def test_a_step_further_the_conclusion_is_another_one(name, threshold, fitted, refit, chance):
    fit = fitted(name)
    point = tipping_point(fit, threshold=threshold)
    for step in (-1e-3, 1e-3):
        share = 1.0 + step
        location = point.held[0] + share * (point.location - point.held[0])
        scale = point.held[1] + share * (point.scale - point.held[1])
        said = point.rule.conclusion(chance(refit(fit, location, scale), threshold))
        assert (said == point.conclusion) is (step < 0.0)


@pytest.mark.parametrize(
    ("name", "threshold"),
    [("common_effect", 0.0), ("random_effects", 0.0), ("random_effects", 0.2),
     ("partial_pooling", 0.0), ("sceptical", 0.5)],
)  # fmt: skip
def test_no_nearer_prior_turns_the_conclusion(name, threshold, fitted):
    """A random search over the disc about the prior held, right up to the point found."""
    fit = fitted(name)
    point = tipping_point(fit, threshold=threshold)
    inside = disc(point, count=4000, radius=(1.0 - 1e-6) * point.distance)
    said = conclusions(fit, inside, point)
    assert set(said) == {point.conclusion}
    around = disc(point, count=4000, radius=1.3 * point.distance)
    assert set(conclusions(fit, around, point)) != {point.conclusion}


def test_nor_does_a_refit_with_a_nearer_one(fitted, refit, chance):
    fit = fitted("random_effects")
    point = tipping_point(fit, threshold=0.2)
    inside = disc(point, count=25, radius=0.999 * point.distance)
    for m, s in zip(inside.location, inside.scale, strict=True):
        assert point.rule.conclusion(chance(refit(fit, m, s), 0.2)) == point.conclusion


def disc(point, *, count: int, radius: float) -> Normals:
    rng = np.random.default_rng(7)
    angle, share = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count))
    m = point.held[0] + radius * share * np.cos(angle)
    s = point.held[1] + radius * share * np.sin(angle)
    kept = s > 0.05 * point.held[1]
    return Normals(m[kept], s[kept])


def conclusions(fit, inside: Normals, point) -> list[str]:
    likelihood = likelihood_of(fit, inside.location, inside.scale)
    found = posteriors(likelihood, inside).above(point.rule.threshold)
    return [point.rule.conclusion(each) for each in found]


def test_the_three_conclusions(make):
    for y, expected in ((1.0, "above"), (-1.0, "below"), (0.05, "open")):
        point = tipping_point(cs.fit(COMMON, make([y, y], 0.05)))
        assert point.conclusion == expected
        assert point.exists


def test_a_conclusion_that_no_prior_changes(make):
    """Ten thousand participants' worth: only certainty stands against them."""
    fit = cs.fit(COMMON, make([1.0, 1.0], 1e-3))
    point = tipping_point(fit)
    assert not point.exists
    assert np.isnan([point.location, point.scale, point.boundary]).all()
    assert point.distance == np.inf
    assert "No normal prior changes this, short of one that is all but certain" in point.words
    inside = disc(replace(point, distance=1.0), count=4000, radius=1.0)
    assert set(conclusions(fit, inside, point)) == {"above"}


def test_what_counts_as_certainty_can_be_chosen(make):
    fit = cs.fit(COMMON, make([1.0, 1.0], 1e-3))
    point = tipping_point(fit, narrowest=1e-4)
    assert point.exists
    assert 1e-4 < point.scale < 0.05
    # Shrinkage of two trials of variance 0.001 to a mean that is 1.96 posterior SDs above zero.
    s2, b2 = point.scale**2, 1e-3 / 2
    mean = (s2 + point.location * b2) / (s2 + b2)
    assert mean / np.sqrt(s2 * b2 / (s2 + b2)) == pytest.approx(1.959963984540054, abs=1e-6)


def test_it_turns_with_the_unit(make):
    y, v, unit = np.array([0.1, 0.6, 0.4]), np.array([0.04, 0.02, 0.09]), 250.0
    first = tipping_point(cs.fit(RANDOM, make(y.tolist(), v.tolist())), threshold=0.1)
    scatter = heterogeneity.Normal(priors.HalfNormal(0.5 * unit))
    model = cs.Model(mu=priors.Normal(0.0, unit), heterogeneity=scatter)
    fit = cs.fit(model, make((unit * y).tolist(), (unit**2 * v).tolist()))
    other = tipping_point(fit, threshold=0.1 * unit)
    ours, theirs = ([p.location, p.scale, p.distance] for p in (first, other))
    assert np.array(theirs) / unit == pytest.approx(np.array(ours), rel=1e-6)


def test_it_turns_with_the_sign(make):
    y = [0.1, 0.6, 0.4]
    first, other = (
        tipping_point(cs.fit(RANDOM, make([sign * each for each in y], 0.02))) for sign in (1, -1)
    )
    assert (other.location, other.scale) == pytest.approx((-first.location, first.scale), abs=1e-6)
    assert {first.conclusion, other.conclusion} in ({"above", "below"}, {"open"})


def test_more_certainty_is_lost_sooner(fitted):
    distances = [
        tipping_point(fitted("partial_pooling"), certainty=each).distance
        for each in (0.8, 0.9, 0.95)
    ]
    assert np.all(np.diff(distances) < 0.0)


def test_the_words_say_where_the_prior_is_centred_and_how_sure_it_is(fitted):
    """A panel is told of a prior that somebody may hold, and of no distance."""
    point = cs.tipping_point(fitted("random_effects"))
    assert point.prior == "a normal one centred at -0.26 with an SD of 0.241"
    assert point.words.startswith(
        "Under the prior held, a normal one centred at 0 with an SD of 1, P(mu > 0) = 0.997"
    )
    assert "the conclusion is that mu is above 0" in point.words
    assert f"nearest prior that changes this is {point.prior}: it holds that" in point.words
    lower, upper = (point.location + z * point.scale for z in (-1.96, 1.96))
    assert f"between {lower:.2g} and {upper:.2g} with a probability of 0.95" in point.words


def test_where_there_is_no_prior_the_words_say_so(fitted):
    point = cs.tipping_point(fitted("common_effect"), certainty=0.5000001, narrowest=0.9999)
    if not point.exists:
        assert point.prior == "no normal prior"


@pytest.mark.parametrize(
    "settings",
    [
        {"certainty": 0.5}, {"certainty": 1.0}, {"certainty": np.nan}, {"certainty": "high"},
        {"threshold": np.inf}, {"threshold": None}, {"narrowest": 0.0}, {"narrowest": 1.0},
    ],
)  # fmt: skip
def test_settings_out_of_range(fitted, settings):
    with pytest.raises(ModelError, match=next(iter(settings))):
        tipping_point(fitted("common_effect"), **settings)


def test_a_flat_prior_holds_nothing(make):
    fit = cs.fit(replace(RANDOM, mu=priors.Flat()), make([0.1, 0.5, 0.3], 0.04))
    with pytest.raises(ModelError, match=r"no scale.*priors\.Normal"):
        tipping_point(fit)


def test_one_trial(make, refit, chance):
    fit = cs.fit(RANDOM, make([0.9], 0.05))
    point = tipping_point(fit)
    there = chance(refit(fit, point.location, point.scale), 0.0)
    assert there == pytest.approx(point.boundary, abs=1e-8)
