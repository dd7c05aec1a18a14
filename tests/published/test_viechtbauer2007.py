"""Viechtbauer W (2007), Confidence intervals for the amount of heterogeneity in meta-analysis.

Statistics in Medicine 26:37–52, Table II, p. 44: diuretics against pre-eclampsia, nine trials of
Collins, Yusuf and Peto (1985), log odds ratios. The printed figures have two decimals.
"""

import pytest

from consilience.classical.pool import pool

TREATED = (
    [14, 21, 14, 6, 12, 138, 15, 6, 65],
    [131, 385, 57, 38, 1011, 1370, 506, 108, 153],
)
CONTROL = (
    [14, 17, 24, 18, 35, 175, 20, 2, 40],
    [136, 134, 48, 40, 760, 1336, 524, 103, 102],
)


@pytest.fixture
def diuretics(log_odds_ratios):
    return log_odds_ratios(treated=TREATED, control=CONTROL)


@pytest.mark.parametrize(("estimator", "tau2"), [("DL", 0.23), ("REML", 0.30)])
def test_estimates(diuretics, estimator, tau2):
    assert pool(diuretics, estimator).tau2 == pytest.approx(tau2, abs=5e-3)


def test_q_profile_interval(diuretics):
    found = pool(diuretics, "DL").heterogeneity()
    ends = [found["tau2_lower"], found["tau2_upper"]]
    assert ends == pytest.approx([0.07, 2.20], abs=5e-3)
