"""Van Houwelingen HC, Zwinderman KH, Stijnen T (1993), A bivariate approach to meta-analysis.

Statistics in Medicine 12:2273–2284: rebleeding in upper gastrointestinal bleeding, histamine H2
antagonists (Collins and Langman 1985), log odds ratios of the controls, conditional logistic model
with exact likelihoods: one effect, p. 2275; random effects, p. 2277. Some of the paper's figures (a
standard error of 0.099 and limits of -0.073 and 0.31; a mean of 0.175 with limits of -0.092 and
0.441) are off by about one in the last digit: the same likelihoods on a dense grid, each trial by
itself, give 0.09956, -0.0735 and 0.3167; 0.17441, -0.0929 and 0.4417, which are asked for instead.
"""

import pytest

from consilience import pool_counts
from consilience.classical import glmm

TREATED = (
    [8, 11, 5, 2, 12, 9, 7, 5, 0, 9, 10, 44, 0, 1, 4, 14, 50, 3, 6, 16, 16, 6, 11, 3, 2],
    [
        50, 56, 18, 14, 33, 40, 20, 46, 18, 45, 21, 153, 14, 10, 24, 78, 259, 10, 31, 51, 106, 33,
        36, 34, 15,
    ],
)  # fmt: skip
CONTROL = (
    [16, 12, 1, 6, 10, 11, 8, 12, 3, 3, 8, 30, 0, 4, 5, 21, 51, 1, 12, 15, 15, 7, 5, 13, 3],
    [
        50, 53, 12, 15, 36, 48, 20, 47, 19, 43, 19, 132, 14, 9, 24, 80, 260, 11, 29, 54, 107, 39,
        26, 31, 14,
    ],
)  # fmt: skip


@pytest.fixture
def rebleeding(trials_of):
    return trials_of(events1=CONTROL[0], n1=CONTROL[1], events2=TREATED[0], n2=TREATED[1])


def test_one_effect_page_2275(rebleeding, agree):
    found = pool_counts(rebleeding, glmm.get("OR.CM.EL", common=True))
    row = found.summary().loc["mu"]
    agree([row["estimate"]], "0.122")
    agree(row[["se", "lower", "upper"]], "0.09956 -0.0735 0.3167")


def test_random_effects_page_2277(rebleeding, agree):
    found = pool_counts(rebleeding, "OR.CM.EL")
    row = found.summary().loc["mu"]
    agree([row["se"], found.tau2], "0.136 0.119")
    agree(row[["estimate", "lower", "upper"]], "0.17441 -0.0929 0.4417")
