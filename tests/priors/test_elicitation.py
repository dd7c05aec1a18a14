"""Priors from statements: simulated trials must keep what was said of them."""

from math import log, sqrt

import numpy as np
import pytest
from scipy import integrate, special, stats

from consilience.errors import ModelError
from consilience.priors import Prior, elicit

DRAWS = 1_000_000
ERROR = 4.0 * sqrt(0.25 / DRAWS)


def differences(prior: Prior) -> np.ndarray:
    """Draw how far apart the true effects of two trials lie."""
    rng = np.random.default_rng(7)
    tau = prior.ppf(rng.random(DRAWS))
    return np.abs(tau * (rng.standard_normal(DRAWS) - rng.standard_normal(DRAWS)))


@pytest.mark.parametrize(("factor", "mass"), [(2.0, 0.95), (1.2, 0.5), (10.0, 0.99)])
def test_ratios_stay_within_the_factor_as_often_as_said(factor: float, mass: float) -> None:
    prior = elicit.half_normal_factor(factor, mass)
    assert np.mean(differences(prior) < log(factor)) == pytest.approx(mass, abs=ERROR)


def test_a_factor_is_a_difference_of_logarithms() -> None:
    assert elicit.half_normal_factor(3.0, 0.9) == elicit.half_normal_difference(log(3.0), 0.9)
    assert elicit.half_normal_factor() == elicit.half_normal_factor(2.0, 0.95)


@pytest.mark.parametrize("mass", [0.01, 0.5, 0.95, 0.999])
def test_the_equation_holds(mass: float) -> None:
    sigma = elicit.half_normal_difference(0.7, mass).sigma
    c = 0.7 / (sqrt(2.0) * sigma)
    reached = 2 / np.pi * integrate.quad(special.k0, 0.0, c, epsabs=1e-14)[0]
    assert reached == pytest.approx(mass, abs=1e-12)


@pytest.mark.parametrize(
    ("typical", "factor", "mass"), [(1.3, 2.5, 0.95), (1.1, 5.0, 0.9), (2.0, 200.0, 0.99)]
)
def test_both_statements_of_a_log_normal_hold(typical: float, factor: float, mass: float) -> None:
    found = differences(elicit.log_normal_factor(typical, factor, mass=mass))
    assert np.mean(found < log(typical)) == pytest.approx(0.5, abs=ERROR)
    assert np.mean(found < log(factor)) == pytest.approx(mass, abs=ERROR)


def test_a_tau_that_is_nearly_known_has_nearly_no_spread() -> None:
    ratio = special.ndtri(0.975) / special.ndtri(0.75)
    prior = elicit.log_normal_difference(0.2, 0.2 * ratio * 1.0001)
    assert prior.sigma < 0.02
    assert prior.ppf(0.5) == pytest.approx(0.2 / (sqrt(2.0) * special.ndtri(0.75)), rel=1e-3)


def test_an_interval_of_the_mean_is_kept() -> None:
    prior = elicit.normal_interval(-0.2, 1.0)
    np.testing.assert_allclose(prior.ppf([0.025, 0.975]), [-0.2, 1.0], atol=1e-14)
    narrow = elicit.normal_interval(-0.2, 1.0, mass=0.5)
    np.testing.assert_allclose(stats.norm(narrow.mu, narrow.sigma).interval(0.5), [-0.2, 1.0])
    ratio = elicit.normal_ratio_interval(0.5, 2.0, mass=0.9)
    np.testing.assert_allclose(np.exp(ratio.ppf([0.05, 0.95])), [0.5, 2.0])
    assert ratio.mu == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: elicit.half_normal_factor(1.0), "factor must be a finite number above 1, got 1.0"),
        (lambda: elicit.half_normal_factor(2.0, 95), "mass must be between 0 and 1.*got 95"),
        (lambda: elicit.half_normal_difference(-1.0), "difference must be .* above 0"),
        (lambda: elicit.log_normal_factor(1.3, 1.2), "difference must be a finite number above"),
        (lambda: elicit.log_normal_factor(1.3, 1.5), "one known tau alone.*half_normal"),
        (lambda: elicit.log_normal_difference(0.1, 0.9, mass=0.4), "No log-normal prior"),
        (lambda: elicit.normal_interval(1.0, 1.0), "upper must be a finite number above 1"),
        (lambda: elicit.normal_interval(0.0, np.inf), "upper must be"),
        (lambda: elicit.normal_ratio_interval(0.0, 2.0), "lower must be a finite number above 0"),
    ],
)
def test_statements_that_say_nothing_are_refused(call: object, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        call()  # type: ignore[operator]
