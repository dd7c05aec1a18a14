"""Priors made of other priors: what they are, and what they refuse to be made of."""

from math import inf, log, sqrt

import numpy as np
import pytest
from scipy import stats

from consilience import priors
from consilience.errors import ModelError, RefusalError
from consilience.model import Model
from consilience.priors import (
    Flat,
    HalfNormal,
    HalfUnitInformation,
    InverseGamma,
    LogNormal,
    LogStudentT,
    Mixture,
    Normal,
    Prior,
    Squared,
    StudentT,
    Truncated,
    Uniform,
    UnitInformation,
)
from consilience.spec import from_mapping, to_mapping, to_toml

X = np.array([1e-6, 0.01, 0.2, 0.5, 1.0, 3.0])


def test_half_of_a_normal_is_a_half_normal() -> None:
    cut, half = Truncated(Normal(0.0, 0.5), 0.0), HalfNormal(0.5)
    np.testing.assert_allclose(cut.logpdf(X), half.logpdf(X), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(cut.cdf(X), half.cdf(X), rtol=1e-9)
    assert cut.support == (0.0, inf)


def test_a_truncated_normal_is_that_of_scipy() -> None:
    theirs = stats.truncnorm(-2.0, 1.0, loc=1.0, scale=0.5)
    ours, x = Truncated(Normal(1.0, 0.5), 0.0, 1.5), np.linspace(0.05, 1.45, 9)
    np.testing.assert_allclose(ours.logpdf(x), theirs.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-12)
    np.testing.assert_allclose(ours.ppf([0.1, 0.5, 0.9]), theirs.ppf([0.1, 0.5, 0.9]), rtol=1e-12)


def test_the_square_of_a_log_normal_is_one() -> None:
    # ln τ² ~ N(m, s) is ln τ ~ N(m/2, s/2), the conversion of the published priors.
    root, direct = Squared(LogNormal(-2.56, 1.74)), LogNormal(-1.28, 0.87)
    np.testing.assert_allclose(root.logpdf(X), direct.logpdf(X), rtol=1e-12)
    np.testing.assert_allclose(root.cdf(X), direct.cdf(X), rtol=1e-12)
    squared, log_t = Squared(LogStudentT(5.0, -3.44, 2.59)), LogStudentT(5.0, -1.72, 1.295)
    np.testing.assert_allclose(squared.logpdf(X), log_t.logpdf(X), rtol=1e-12)


def test_a_log_student_t_is_the_exponential_of_a_student_t() -> None:
    theirs = stats.t(5.0, -1.72, 1.295)
    ours = LogStudentT(5.0, -1.72, 1.295)
    np.testing.assert_allclose(ours.logpdf(X), theirs.logpdf(np.log(X)) - np.log(X), rtol=1e-12)
    np.testing.assert_allclose(ours.cdf(X), theirs.cdf(np.log(X)), rtol=1e-12)


def test_squares_agree_with_simulation() -> None:
    prior = InverseGamma(1.0, 0.15)
    tau = np.sqrt(prior.ppf(np.random.default_rng(1).random(200_000)))
    ours = Squared(prior).cdf(np.quantile(tau, [0.1, 0.5, 0.9]))
    np.testing.assert_allclose(ours, [0.1, 0.5, 0.9], atol=0.005)


def test_a_mixture_is_what_it_is_made_of() -> None:
    parts, shares = (Normal(0.3, 0.1), StudentT(3.0, 0.0, 1.0)), (0.8, 0.2)
    mixed, x = Mixture(parts, shares), np.linspace(-5.0, 5.0, 21)
    density = sum(w * np.exp(p.logpdf(x)) for p, w in zip(parts, shares, strict=True))
    np.testing.assert_allclose(np.exp(mixed.logpdf(x)), density, rtol=1e-13)
    np.testing.assert_allclose(mixed.cdf(mixed.ppf([1e-12, 0.3, 0.999])), [1e-12, 0.3, 0.999])
    assert mixed.label.startswith("Mixture(priors = (Normal(mu = 0.3, sigma = 0.1), StudentT(")


def test_quantiles_of_a_mixture_with_a_gap_and_of_any_size() -> None:
    gap = Mixture((Uniform(0.0, 1.0), Uniform(2.0, 3.0)), (0.5, 0.5))
    np.testing.assert_allclose(gap.ppf([0.25, 0.5, 0.75]), [0.5, 1.0, 2.5])
    small = Mixture((HalfNormal(1e-200), HalfNormal(1e200)), (0.5, 0.5))
    np.testing.assert_allclose(small.ppf(0.25), HalfNormal(1e-200).ppf(0.5), rtol=1e-12)


def test_only_a_mixture_of_one_normal_is_normal() -> None:
    assert Mixture((Normal(0.1, 0.2),), (1.0,)).normal_moments() == (0.1, 0.2)
    with pytest.raises(RefusalError, match=r"has 2 parts.*no Gaussian form.*Nuts"):
        Mixture((Normal(0.1, 0.2), Normal()), (0.5, 0.5)).normal_moments()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Truncated(Flat(), 0.0, 1.0), r"Truncated cannot be made of Flat\(\).*Uniform"),
        (lambda: Truncated(Normal(), 2.0, 1.0), "upper must be greater than lower = 2.0"),
        (lambda: Truncated(Normal(), np.nan), "lower must be a number"),
        (lambda: Truncated(Normal(), 8.0), "leaves less than a millionth"),
        (lambda: Truncated(0.5), "Truncated is made of priors, not of 0.5"),
        (lambda: Squared(Normal()), r"a square cannot be negative, but Normal\(mu = 0"),
        (lambda: Squared(Flat()), "is improper"),
        (lambda: Squared("HalfNormal"), "Squared is made of priors"),
        (lambda: Mixture((Flat(), Normal()), (0.5, 0.5)), "is improper"),
        (lambda: Mixture((Normal(),), (0.5, 0.5)), "one for each of the 1 priors"),
        (lambda: Mixture((), ()), "one for each of the 0 priors"),
        (lambda: Mixture((Normal(), Normal()), (0.5, 0.6)), "add up to 1"),
        (lambda: Mixture((Normal(), Normal()), (1.5, -0.5)), "greater than 0"),
        (lambda: Mixture((Normal(), 3.0), (0.5, 0.5)), "made of priors, not of 3.0"),
        (lambda: Mixture((Normal(),), ("x",)), "weights must be numbers"),
    ],
)
def test_unfit_parts_are_refused_in_words(build: object, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        build()  # type: ignore[operator]


@pytest.mark.parametrize(
    "prior",
    [
        Truncated(StudentT(3.0, 0.35, 0.102), 0.0),
        Truncated(HalfUnitInformation(), upper=3.0),
        Mixture((UnitInformation(), Normal(0.0, 3.0)), (0.9, 0.1)),
        Squared(Mixture((InverseGamma(1.0, 0.15), HalfNormal(1.0)), (0.25, 0.75))),
        priors.Jeffreys(),
        priors.Conventional((0.1, 0.2)),
        priors.Catalogue("SMD", publication="rhodes2015"),
        priors.Lomax(6.0, 3.0),
    ],
    ids=lambda prior: prior.label,
)
def test_they_survive_mapping_and_toml(prior: Prior, tmp_path) -> None:
    from consilience.heterogeneity import Normal as Scatter
    from consilience.spec import read_model

    of_mu = prior.proper and prior.support[0] < 0.0
    model = Model(mu=prior) if of_mu else Model(heterogeneity=Scatter(tau=prior))
    assert from_mapping(to_mapping(model)) == model
    path = tmp_path / "model.toml"
    path.write_text(to_toml(model), encoding="utf-8")
    assert read_model(path).model == model


def test_a_robust_prior_gives_way_where_the_normal_insists() -> None:
    robust = Mixture((Normal(0.0, 0.1), Normal(0.0, 2.0)), (0.9, 0.1))
    odds = robust.logpdf(3.0) - Normal(0.0, 0.1).logpdf(3.0)
    assert odds > 400.0
    np.testing.assert_allclose(robust.logpdf(3.0), log(0.1) + Normal(0.0, 2.0).logpdf(3.0))
    assert robust.support == (-inf, inf)
    assert Squared(Uniform(0.25, 4.0)).support == (sqrt(0.25), 2.0)
