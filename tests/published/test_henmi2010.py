"""Henmi M, Copas JB (2010), Confidence intervals for random effects meta-analysis.

Statistics in Medicine 29:2969–2983, p. 2978: P6 acupoint stimulation against postoperative nausea,
16 trials of Lee and Done (2004), log odds ratios by DerSimonian and Laird, three decimals.
"""

import numpy as np

from consilience.classical.pool import pool

TREATED = (
    [18, 5, 9, 32, 9, 11, 69, 3, 1, 11, 7, 4, 1, 24, 16, 28],
    [100, 50, 20, 135, 23, 18, 122, 25, 30, 30, 44, 47, 30, 40, 50, 110],
)
CONTROL = (
    [20, 18, 7, 31, 10, 12, 80, 12, 1, 19, 16, 6, 13, 71, 53, 25],
    [100, 50, 20, 139, 23, 18, 122, 25, 30, 30, 39, 47, 30, 80, 88, 111],
)


def test_dersimonian_and_laird_page_2978(log_odds_ratios, agree):
    pooled = pool(log_odds_ratios(treated=TREATED, control=CONTROL), "DL")
    row = pooled.summary().loc["mu", ["estimate", "lower", "upper"]]
    agree([pooled.tau2, *np.asarray(row, dtype=float)], "0.333 -0.679 -1.066 -0.291")
