"""Priors made of the trials' precision: their formulas, identities and refusals."""

from math import log, sqrt

import numpy as np
import pandas as pd
import pytest
from tests.across import across

from consilience import priors
from consilience.effects import Effects, effect_sizes
from consilience.errors import ModelError
from consilience.heterogeneity import Normal as Scatter
from consilience.model import Model, resolve
from consilience.priors import (
    I2,
    BergerDeely,
    Context,
    Conventional,
    DuMouchel,
    Jeffreys,
    Lomax,
    OverallJeffreys,
    Prior,
    Shrinkage,
    Squared,
)

V = np.array([0.02, 0.1, 0.4, 1.7])
X = np.array([1e-4, 0.05, 0.3, 1.0, 12.0])
KINDS = (BergerDeely, Conventional, DuMouchel, I2, Jeffreys, OverallJeffreys, Shrinkage)
every = across("kind", KINDS, ids=lambda kind: kind.__name__)

# As bayesmeta's manual and the papers write them, up to a constant where improper.
FORMULAS = {
    BergerDeely: lambda t: np.prod((t / (V + t**2)) ** (1 / len(V))),
    DuMouchel: lambda t: sqrt(harmonic()) / (sqrt(harmonic()) + t) ** 2,
    I2: lambda t: 2 * typical() * t / (typical() + t**2) ** 2,
    Jeffreys: lambda t: sqrt(np.sum((t / (V + t**2)) ** 2)),
    OverallJeffreys: lambda t: sqrt(np.sum(1 / (V + t**2)) * np.sum((t / (V + t**2)) ** 2)),
    Shrinkage: lambda t: 2 * harmonic() * t / (harmonic() + t**2) ** 2,
}


def harmonic() -> float:
    return len(V) / np.sum(1.0 / V)


def typical() -> float:
    return (len(V) - 1) * np.sum(1 / V) / (np.sum(1 / V) ** 2 - np.sum(1 / V**2))


def effects() -> Effects:
    table = pd.DataFrame({"study": list("ABCD"), "yi": [0.1, 0.4, -0.3, 0.2], "vi": V})
    return effect_sizes(table, "GEN")


@pytest.mark.parametrize("kind", FORMULAS, ids=lambda kind: kind.__name__)
def test_densities_are_those_of_their_formulas(kind: type[Prior]) -> None:
    direct = [log(FORMULAS[kind](t)) for t in X]
    np.testing.assert_allclose(kind(tuple(V)).logpdf(X), direct, rtol=1e-11)


def test_the_conventional_prior_has_its_shape_and_integrates() -> None:
    shape = [np.mean(np.log(t / (V + t**2) ** 1.5)) for t in X]
    ours = Conventional(tuple(V)).logpdf(X)
    np.testing.assert_allclose(ours - ours[0], np.array(shape) - shape[0], rtol=1e-12)


def test_equal_variances_make_the_closed_forms() -> None:
    s2, many = 0.3, (0.3, 0.3, 0.3)
    conventional = Conventional(many)
    density = np.log(sqrt(s2) * X / (s2 + X**2) ** 1.5)
    np.testing.assert_allclose(conventional.logpdf(X), density, rtol=1e-12, atol=1e-13)
    below = X**2 / (s2 + X**2 + np.sqrt(s2 * (s2 + X**2)))
    np.testing.assert_allclose(conventional.cdf(X), below, rtol=1e-12)
    np.testing.assert_allclose(conventional.ppf(below), X, rtol=1e-12)
    difference = BergerDeely(many).logpdf(X) - Jeffreys(many).logpdf(X)
    np.testing.assert_allclose(difference, difference[0], rtol=1e-12)
    constant = OverallJeffreys(many).logpdf(X) - conventional.logpdf(X)
    np.testing.assert_allclose(constant, constant[0], rtol=1e-12)


def test_shrinkage_and_relative_heterogeneity_are_uniform() -> None:
    q = np.array([0.01, 0.3, 0.9])
    tau = Shrinkage(tuple(V)).ppf(q)
    np.testing.assert_allclose(harmonic() / (harmonic() + tau**2), 1.0 - q, rtol=1e-12)
    tau = I2(tuple(V)).ppf(q)
    np.testing.assert_allclose(tau**2 / (typical() + tau**2), q, rtol=1e-12)
    tau = DuMouchel(tuple(V)).ppf(q)
    np.testing.assert_allclose(sqrt(harmonic()) / (sqrt(harmonic()) + tau), 1.0 - q, rtol=1e-12)
    assert DuMouchel(tuple(V)).known == Lomax(1.0, sqrt(harmonic()))
    assert Shrinkage(tuple(V)).known == Squared(Lomax(1.0, harmonic()))


@every
def test_a_change_of_unit_changes_nothing_else(kind: type[Prior]) -> None:
    unit = 40.0
    here, there = kind(tuple(V)), kind(tuple(unit**2 * V))
    change = there.logpdf(unit * X) - here.logpdf(X)
    expected = -log(unit) if here.proper else change[0]
    np.testing.assert_allclose(change, expected, rtol=1e-11)


@every
def test_the_order_of_the_trials_does_not_matter(kind: type[Prior]) -> None:
    np.testing.assert_allclose(kind(tuple(V)).logpdf(X), kind(tuple(V[::-1])).logpdf(X), rtol=1e-12)


@every
def test_a_model_gives_them_the_variances_of_its_effects(kind: type[Prior]) -> None:
    concrete = resolve(Model(heterogeneity=Scatter(tau=kind())), effects())
    assert concrete.heterogeneity.tau == kind(tuple(V))
    assert concrete.heterogeneity.tau.label == f"{kind.__name__}()"


@every
def test_given_variances_are_kept(kind: type[Prior]) -> None:
    own = kind((0.5, 0.6))
    assert own.resolve(Context(2.0, V)) is own


@every
@across("question", ["logpdf", "pymc"])
def test_they_ask_for_the_variances(kind: type[Prior], question: str) -> None:
    with pytest.raises(ModelError, match=r"sampling variances of the estimates.*resolve\(context"):
        getattr(kind(), question)("tau" if question == "pymc" else 0.5)


@every
@across("v", [(0.1, 0.0), (-1.0,), (np.inf,), (np.nan,), 0.1])
def test_impossible_variances_are_refused(kind: type[Prior], v: object) -> None:
    with pytest.raises(ModelError, match=f"{kind.__name__}: v must be a list of finite numbers"):
        kind(v)


@pytest.mark.parametrize("prior", [Jeffreys((0.1,)), OverallJeffreys((0.1,)), BergerDeely((0.1,))])
def test_the_improper_ones_have_no_probabilities(prior: Prior) -> None:
    assert not prior.proper
    with pytest.raises(ModelError, match=r"is improper.*HalfNormal"):
        prior.cdf(0.5)
    with pytest.raises(ModelError, match="is improper"):
        prior.ppf(0.5)


def test_one_trial_has_no_relative_heterogeneity() -> None:
    with pytest.raises(ModelError, match=r"I2\(\) needs at least two estimates.*Shrinkage"):
        I2((0.1,)).logpdf(0.5)


def test_many_trials_fit_in_memory() -> None:
    v = np.random.default_rng(5).uniform(0.01, 1.0, 100_000)
    density = Jeffreys(tuple(v)).logpdf(np.linspace(0.1, 1.0, 50))
    direct = log(0.1) + 0.5 * log(np.sum((v + 0.01) ** -2.0))
    np.testing.assert_allclose(density[0], direct, rtol=1e-12)


def test_tibshiranis_prior_is_found_by_its_name() -> None:
    assert priors.get("TibshiraniJeffreys") == Jeffreys() == priors.TibshiraniJeffreys()
