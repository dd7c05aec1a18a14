"""The Q-profile interval: its ends solve its equations, and it covers as it says."""

import numpy as np
import pytest
from scipy import stats

from consilience.classical.qprofile import tau2_interval
from consilience.classical.wls import Weighted

ONE = np.ones((9, 1))


def test_the_ends_meet_the_quantiles():
    rng = np.random.default_rng(4)
    v = rng.gamma(2, 0.1, 9)
    y = rng.normal(0, np.sqrt(v + 0.4))
    lower, upper = tau2_interval(y, v, ONE, level=0.9)
    chi2 = stats.chi2(8)
    assert pytest.approx(chi2.ppf(0.95), rel=1e-10) == Weighted(y, v, ONE, lower).Q
    assert pytest.approx(chi2.ppf(0.05), rel=1e-10) == Weighted(y, v, ONE, upper).Q


def test_equal_variances_have_a_closed_form():
    y, v = np.arange(9.0), np.full(9, 0.5)
    spread = np.sum((y - y.mean()) ** 2)
    chi2 = stats.chi2(8)
    expected = [spread / chi2.ppf(q) - 0.5 for q in (0.975, 0.025)]
    assert tau2_interval(y, v, ONE, level=0.95) == pytest.approx(expected, rel=1e-12)


def test_estimates_that_agree_too_well():
    y, v = np.full(9, 0.2), np.full(9, 0.5)
    assert tau2_interval(y, v, ONE, level=0.95) == (0, 0)


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_scale(c):
    rng = np.random.default_rng(5)
    v = rng.gamma(2, 0.1, 9)
    y = rng.normal(0, np.sqrt(v + 0.4))
    plain = np.array(tau2_interval(y, v, ONE, level=0.95))
    np.testing.assert_allclose(tau2_interval(c * y, c**2 * v, ONE, level=0.95), c**2 * plain, 1e-9)


def test_coverage():
    rng = np.random.default_rng(6)
    v = rng.gamma(2, 0.1, 9)
    draws = rng.normal(0, np.sqrt(v + 0.2), (1000, 9))
    ends = np.array([tau2_interval(y, v, ONE, level=0.9) for y in draws])
    covered = np.mean((ends[:, 0] <= 0.2) & (ends[:, 1] >= 0.2))
    assert covered == pytest.approx(0.9, abs=4 * np.sqrt(0.9 * 0.1 / 1000))
