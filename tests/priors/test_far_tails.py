"""Far outside the data log densities follow the power laws and exponentials of the theory."""

from math import log, pi

import numpy as np
import pytest
from scipy import special

from consilience.priors import (
    Exponential,
    HalfCauchy,
    HalfNormal,
    HalfStudentT,
    InverseGamma,
    LogNormal,
    Normal,
    StudentT,
)


def test_half_cauchy_decays_as_the_square() -> None:
    expected = log(2.0 * 0.5 / pi) - 2.0 * log(1e300)
    np.testing.assert_allclose(HalfCauchy(0.5).logpdf(1e300), expected, rtol=1e-14)


@pytest.mark.parametrize("nu", [1.0, 3.0, 30.0])
def test_student_t_decays_as_the_power_of_its_degrees_of_freedom(nu: float) -> None:
    centre = special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - 0.5 * log(nu * pi)
    expected = centre + (nu + 1) * (0.5 * log(nu) - log(1e300))
    np.testing.assert_allclose(StudentT(nu, 0.0, 1.0).logpdf(-1e300), expected, rtol=1e-13)
    np.testing.assert_allclose(HalfStudentT(nu, 1.0).logpdf(1e300), expected + log(2.0), rtol=1e-13)


def test_inverse_gamma_decays_as_the_power_of_its_shape() -> None:
    expected = 2.5 * log(3.0) - special.gammaln(2.5) - 3.5 * log(1e300)
    np.testing.assert_allclose(InverseGamma(2.5, 3.0).logpdf(1e300), expected, rtol=1e-14)


def test_inverse_gamma_vanishes_at_zero() -> None:
    assert InverseGamma(0.001, 0.001).logpdf(0.0) == -np.inf
    np.testing.assert_allclose(InverseGamma(1.0, 1.0).logpdf(1e-300), -1e300, rtol=1e-14)


def test_log_normal_is_a_parabola_in_the_logarithm() -> None:
    prior, x = LogNormal(-2.56, 1.74), np.array([1e-300, 1e300])
    expected = Normal(-2.56, 1.74).logpdf(np.log(x)) - np.log(x)
    np.testing.assert_allclose(prior.logpdf(x), expected, rtol=1e-13)


def test_exponential_and_normal_decay_to_the_last_representable_number() -> None:
    np.testing.assert_allclose(Exponential(2.0).logpdf(1e300), -2e300, rtol=1e-14)
    np.testing.assert_allclose(Normal().logpdf(-1e150), -0.5e300, rtol=1e-14)
    np.testing.assert_allclose(HalfNormal(1.0).logpdf(1e150), -0.5e300, rtol=1e-14)


@pytest.mark.parametrize("x", [0.0, 1e-300])
def test_densities_on_a_standard_deviation_are_finite_at_zero(x: float) -> None:
    np.testing.assert_allclose(HalfNormal(0.5).logpdf(x), log(2.0 * (2.0 / pi) ** 0.5))
    np.testing.assert_allclose(HalfCauchy(0.5).logpdf(x), log(4.0 / pi))
    np.testing.assert_allclose(HalfStudentT(1.0, 0.5).logpdf(x), log(4.0 / pi))
    np.testing.assert_allclose(Exponential(3.0).logpdf(x), log(3.0))


def test_many_degrees_of_freedom_make_a_normal() -> None:
    x = np.linspace(-6.0, 6.0, 49)
    np.testing.assert_allclose(StudentT(1e12, 0.0, 1.0).logpdf(x), Normal().logpdf(x), rtol=1e-8)
    np.testing.assert_allclose(
        HalfStudentT(1e12, 0.5).logpdf(x), HalfNormal(0.5).logpdf(x), rtol=1e-8
    )
    q = np.concatenate([np.geomspace(1e-12, 0.5, 20), [0.9, 0.999]])
    for student, normal in (
        (StudentT(1e12, 0.0, 1.0), Normal()),
        (HalfStudentT(1e12, 0.5), HalfNormal(0.5)),
    ):
        np.testing.assert_allclose(student.cdf(normal.ppf(q)), q, rtol=1e-8)
        np.testing.assert_allclose(student.ppf(q), normal.ppf(q), rtol=1e-8, atol=1e-15)


def test_both_tails_of_student_t_keep_their_relative_accuracy() -> None:
    # nu = 1 and nu = 2 have closed forms: arctan, and x / √(2 + x²).
    x = np.concatenate([-np.geomspace(1e-8, 1e8, 33), np.geomspace(1e-8, 1e8, 33)])
    cauchy, second = StudentT(1.0, 0.0, 1.0), StudentT(2.0, 0.0, 1.0)
    np.testing.assert_allclose(cauchy.cdf(x), np.arctan2(1.0, -x) / np.pi, rtol=1e-11)
    np.testing.assert_allclose(cauchy.ppf(cauchy.cdf(x[x < 0])), x[x < 0], rtol=1e-9, atol=1e-11)
    root = np.sqrt(2.0 + x**2)
    lower = np.where(x < 0.0, 1.0 / (root * (root - x)), 0.5 * (1.0 + x / root))
    np.testing.assert_allclose(second.cdf(x), lower, rtol=1e-13)


def test_one_degree_of_freedom_makes_a_half_cauchy() -> None:
    x, q = np.geomspace(1e-12, 1e12, 49), np.linspace(0.0, 1.0, 21)
    cauchy, student = HalfCauchy(0.7), HalfStudentT(1.0, 0.7)
    np.testing.assert_allclose(student.logpdf(x), cauchy.logpdf(x), rtol=1e-13)
    np.testing.assert_allclose(student.cdf(x), cauchy.cdf(x), rtol=1e-11)
    np.testing.assert_allclose(student.ppf(q), cauchy.ppf(q), rtol=1e-11)
