"""Konstantopoulos S (2011), Fixed effects and variance components estimation in three-level models.

Research Synthesis Methods 2:61–76: modified school calendars, 56 schools in 11 districts; Table 4,
p. 70 (two levels, REML) and Table 5, p. 71 (three levels, ML); the manual of the R package mixmeta
(data set school) names the same two tables. The three-level model without moderators is printed to
four decimals by Cheung MW-L (2014), Modeling dependent effect sizes with
three-level meta-analyses, Psychological Methods 19:211–229, from the same data.
"""

import numpy as np
import pandas as pd
import pytest

from consilience import pool_multilevel
from consilience.classical.pool import pool
from consilience.effects import effect_sizes

DISTRICTS = {
    11: (4, 1976), 12: (4, 1989), 18: (3, 1994), 27: (4, 1976), 56: (4, 1997), 58: (11, 1976),
    71: (3, 1997), 86: (8, 1997), 91: (6, 2000), 108: (5, 2000), 644: (4, 1995),
}  # fmt: skip
YI = [
    -0.18, -0.22, 0.23, -0.30, 0.13, -0.26, 0.19, 0.32, 0.45, 0.38, 0.29, 0.16, 0.65, 0.36,
    0.60, 0.08, 0.04, 0.19, -0.06, -0.18, 0.00, 0.00, -0.28, -0.04, -0.30, 0.07, 0.00, 0.05,
    -0.08, -0.09, 0.30, 0.98, 1.19, -0.07, -0.05, -0.01, 0.02, -0.03, 0.00, 0.01, -0.10, 0.50,
    0.66, 0.20, 0.00, 0.05, 0.07, -0.52, 0.70, -0.03, 0.27, -0.34, 0.12, 0.61, 0.04, -0.05,
]  # fmt: skip
VI = [
    0.118, 0.118, 0.144, 0.144, 0.014, 0.014, 0.015, 0.024, 0.023, 0.043, 0.012, 0.020, 0.004,
    0.004, 0.007, 0.019, 0.007, 0.005, 0.004, 0.020, 0.018, 0.019, 0.022, 0.020, 0.021, 0.006,
    0.007, 0.007, 0.007, 0.007, 0.015, 0.011, 0.010, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001,
    0.001, 0.001, 0.010, 0.011, 0.010, 0.009, 0.013, 0.013, 0.031, 0.031, 0.030, 0.030, 0.030,
    0.087, 0.082, 0.067, 0.067,
]  # fmt: skip


@pytest.fixture
def calendars():
    rows = [(name, year) for name, (count, year) in DISTRICTS.items() for _ in range(count)]
    district, year = zip(*rows, strict=True)
    # The last two schools of the last district were studied a year earlier.
    years = np.array([*year[:-2], 1994, 1994])
    table = pd.DataFrame({
        "study": [f"school {i:02d}" for i in range(56)], "yi": YI, "vi": VI,
        "district": [str(each) for each in district], "year": years - years.mean(),
    })  # fmt: skip
    return effect_sizes(table, "GEN")


def test_two_levels_table_4_page_70(calendars, agree):
    pooled = pool(calendars, "REML")
    agree(pooled.summary().loc["mu", ["estimate", "se"]], "0.128 0.044")
    agree(pooled.heterogeneity()[["tau2", "tau2_se"]], "0.088 0.020")


def test_two_levels_and_the_year_table_4_page_70(calendars, agree):
    found = pool(calendars, "REML", moderators="year")
    agree([*found.summary()["estimate"], found.summary()["se"].iloc[1]], "0.126 0.005 0.004")


def test_three_levels_table_5_page_71(calendars, agree):
    found = pool_multilevel(calendars, "district/estimate", method="ML")
    agree(found.summary().loc["mu", ["estimate", "se"]], "0.1845 0.0805")
    agree(found.variance_components()["estimate"], "0.0577 0.0329")


def test_three_levels_and_the_year_table_5_page_71(calendars, agree):
    """The paper's intercept of 0.183 seems to be a misprint of 0.178, and is not used."""
    found = pool_multilevel(calendars, "district/estimate", moderators="year", method="ML")
    agree(found.summary().loc["year", ["estimate"]], "0.005")
    agree(found.variance_components()["estimate"], "0.056 0.033")
