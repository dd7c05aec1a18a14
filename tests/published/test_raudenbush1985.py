"""Raudenbush SW, Bryk AS (1985), Empirical Bayes meta-analysis.

Journal of Educational Statistics 10:75–98: teacher expectancy and pupils' IQ. Results in the text
of pp. 83, 85 and 86 (scatter alone) and pp. 90 and 92 (weeks of contact). The paper's Q of 35.85
and 16.58 rest on unrounded data, ours (35.83 and 16.57) on the decimals that it prints.
"""

import pytest

from consilience.classical.pool import pool

D = [
    0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80,
    0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07, -0.07,
]  # fmt: skip
V = [
    0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630,
    0.0912, 0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303,
]  # fmt: skip
WEEKS = [2, 3, 3, 0, 0, 3, 3, 3, 0, 1, 0, 0, 1, 2, 3, 3, 1, 2, 3]


@pytest.fixture
def expectancy(effects_of):
    return effects_of(D, V, weeks=WEEKS)


def test_random_effects_pages_83_to_86(expectancy, agree):
    pooled = pool(expectancy, "REML")
    row = pooled.summary().loc["mu"]
    agree([pooled.tau2, row["estimate"], row["statistic"]], "0.019 0.084 1.62")


def test_weeks_of_contact_pages_90_and_92(expectancy, agree):
    found = pool(expectancy, "REML", moderators="weeks")
    table = found.summary()
    agree([found.tau2, *table["estimate"], *table["statistic"]], "0.000 0.407 -0.157 4.68 -4.39")
