"""Viechtbauer W (2005), Bias and efficiency of estimators in the random-effects model.

Journal of Educational and Behavioral Statistics 30:261–293: seven estimators of tau² with I² and H²
on two sets of standardised mean differences, first example p. 271, second p. 272.
"""

import pytest

from consilience.classical.pool import pool

FIRST = (
    [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232],
    [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040],
)
SECOND = (
    [
        0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134,
        0.019, 0.175, 0.056, 0.045, 0.103, 0.121, -0.482, 0.290, 0.342,
    ],
    [
        0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034,
        0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096, 0.016, 0.035,
    ],
)  # fmt: skip
PAGE_271 = {
    "HS": "0.228 77.23 4.39", "HE": "0.148 68.80 3.21", "DL": "0.277 80.44 5.11",
    "ML": "0.197 74.51 3.92", "REML": "0.223 76.84 4.32", "EB": "0.192 74.05 3.85",
    "SJ": "0.199 74.75 3.96",
}  # fmt: skip
PAGE_272 = {
    "HS": "0.010 22.93 1.30", "HE": "0.000 0.00 1.00", "DL": "0.013 27.53 1.38",
    "ML": "0.013 28.45 1.40", "REML": "0.016 32.02 1.47", "EB": "0.010 23.72 1.31",
    "SJ": "0.025 42.67 1.74",
}  # fmt: skip
CASES = [
    *((FIRST, *each) for each in PAGE_271.items()),
    *((SECOND, *each) for each in PAGE_272.items()),
]


@pytest.mark.parametrize(("data", "estimator", "printed"), CASES)
def test_pages_271_and_272(effects_of, agree, data, estimator, printed):
    agree(pool(effects_of(*data), estimator).heterogeneity()[["tau2", "I2", "H2"]], printed)
