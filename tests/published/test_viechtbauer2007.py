"""Viechtbauer W (2007), Confidence intervals for the amount of heterogeneity in meta-analysis.

Statistics in Medicine 26:37–52, Table II, p. 44: diuretics against pre-eclampsia, nine trials of
Collins, Yusuf and Peto (1985), log odds ratios. The printed figures have two decimals. The ends of
the REML profile interval (1.475) and of Sidik and Jonkman's (1.675) lie on the edge between two
printed values and are not used.
"""

import numpy as np
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


@pytest.mark.parametrize(
    ("estimator", "printed"), [("DL", "0.23"), ("ML", "0.24"), ("REML", "0.30"), ("SJ", "0.46")]
)
def test_estimates(diuretics, agree, estimator, printed):
    agree([pool(diuretics, estimator).tau2], printed)


def test_q_profile_interval(diuretics, agree):
    agree(pool(diuretics, "DL").heterogeneity()[["tau2_lower", "tau2_upper"]], "0.07 2.20")


def test_profile_likelihood_intervals(diuretics, agree):
    agree(pool(diuretics, "ML").confint("PL").loc["tau2", ["lower", "upper"]], "0.03 1.13")
    agree(pool(diuretics, "REML").confint("PL").loc["tau2", ["lower"]], "0.04")


@pytest.mark.parametrize(("estimator", "printed"), [("ML", "-0.10 0.58"), ("REML", "-0.13 0.73")])
def test_wald_intervals(diuretics, agree, estimator, printed):
    found = pool(diuretics, estimator).heterogeneity()
    agree(found["tau2"] + 1.96 * np.array([-1, 1]) * found["tau2_se"], printed)
