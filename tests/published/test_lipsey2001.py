"""Lipsey MW, Wilson DB (2001), Practical Meta-Analysis, Sage, chapter 7.

Ten studies of challenge programmes for juvenile delinquents. Exhibits 7.3 (p. 133), 7.4 (p. 138),
7.6 and 7.7 (p. 141). The book's statistics of the fits come from rounded sums, and six of them
differ from ours by one or two in the fourth decimal; those are held to three decimals.
"""

import numpy as np
import pytest

from consilience.classical.hypotheses import explained, wald_test
from consilience.classical.pool import pool

YI = [-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00]
VI = [0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067]
RANDOM = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
INTENSITY = [7, 3, 7, 5, 7, 7, 4, 4, 5, 6]
COLUMNS = ["estimate", "se", "statistic", "p_value", "lower", "upper"]


@pytest.fixture
def programmes(effects_of):
    return effects_of(YI, VI, random=RANDOM, intensity=INTENSITY)


def test_exhibit_7_3_page_133(programmes, agree):
    common, scattered = pool(programmes, "CE"), pool(programmes, "DL")
    agree(common.summary().loc["mu", COLUMNS], "0.1549 0.0609 2.5450 0.0109 0.0356 0.2742")
    agree(common.heterogeneity()[["Q", "Q_p"]], "14.7640 0.0976")
    agree(scattered.summary().loc["mu", COLUMNS], "0.1534 0.0858 1.7893 0.0736 -0.0146 0.3215")
    agree([scattered.tau2], "0.025955")


def test_exhibit_7_4_page_138(programmes, agree):
    """The analogue to the analysis of variance."""
    found = pool(programmes, "CE", moderators="random")
    groups = found.contrast(np.array([[1, 0], [1, 1]]), labels=("other", "random"))
    ends = ["estimate", "se", "lower", "upper"]
    agree(groups.loc["other", ends], "0.2984 0.0813 0.1390 0.4578")
    agree(groups.loc["random", ends], "-0.0277 0.0917 -0.2075 0.1521")
    agree(wald_test(found)[["statistic", "p_value"]], "7.074 0.0078")
    agree(found.heterogeneity()[["Q", "Q_p"]], "7.690 0.4643")
    within = [
        pool(programmes.keep(np.equal(RANDOM, each)), "CE").heterogeneity() for each in (0, 1)
    ]
    agree(within[0][["Q", "Q_p"]], "6.438 0.2659")
    agree(within[1][["Q", "Q_p"]], "1.2519 0.7406")


def test_exhibit_7_6_page_141(programmes, agree):
    """Weighted regression, common effect."""
    found = pool(programmes, "CE", moderators="random + intensity")
    table = found.summary()[COLUMNS]
    agree(table.iloc[0], "0.3223 0.2998 1.0752 0.2823 -0.2652 0.9099")
    agree(table.loc["random"], "-0.3298 0.1304 -2.5286 0.0115 -0.5854 -0.0742")
    agree(table.loc["intensity"], "-0.0041 0.0493 -0.0829 0.9339 -0.1007 0.0925")
    agree(wald_test(found)[["statistic", "p_value"]], "7.0807 0.0290")
    agree(found.heterogeneity()[["Q", "Q_p"]], "7.683 0.361")


def test_exhibit_7_7_page_141(programmes, agree):
    """The same with scatter by the method of moments."""
    found = pool(programmes, "DL", moderators="random + intensity")
    table = found.summary()[COLUMNS]
    agree(table.iloc[0], "0.3311 0.3198 1.0351 0.3006 -0.2958 0.9579")
    agree(table.loc["random"], "-0.3269 0.1439 -2.2712 0.0231 -0.6090 -0.0448")
    agree(table.loc["intensity"], "-0.0068 0.0528 -0.1292 0.8972 -0.1103 0.0967")
    agree(wald_test(found)[["statistic", "p_value"]], "5.571 0.0617")
    agree([found.tau2, explained(found)], "0.00488 81.2")
