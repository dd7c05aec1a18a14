"""Van Houwelingen HC, Arends LR, Stijnen T (2002), Advanced methods in meta-analysis.

Statistics in Medicine 21:589–624: log odds ratios of the 13 BCG trials, Table I, p. 594. The paper
prints 0.703 for the upper end of the common odds ratio, which is 0.7024.
"""

import math

import numpy as np
import pytest

from consilience.classical.hypotheses import explained
from consilience.classical.pool import pool
from consilience.effects import effect_sizes


@pytest.fixture
def bcg(bcg_trials):
    return effect_sizes(bcg_trials, "OR")


def ratios(pooled):
    return np.exp(pooled.summary().loc["mu", ["estimate", "lower", "upper"]].astype(float))


def test_common_effect_page_596(bcg, agree):
    agree(ratios(pool(bcg, "CE"))[["estimate", "lower"]], "0.647 0.595")


def test_random_effects_page_597(bcg, agree):
    pooled = pool(bcg, "ML")
    agree([*ratios(pooled), pooled.tau2], "0.476 0.336 0.675 0.302")


def test_profile_likelihood_interval_of_tau2_figure_3(bcg, agree):
    agree(pool(bcg, "ML").confint("PL").loc["tau2", ["lower", "upper"]], "0.12 0.89")


def test_where_most_true_effects_lie_page_599(bcg, agree):
    """Without the uncertainty of the mean, as in the paper."""
    pooled = pool(bcg, "ML")
    half = 1.959964 * math.sqrt(pooled.tau2)
    agree([pooled.beta[0] - half, pooled.beta[0] + half], "-1.820 0.336")


def test_regression_on_latitude_pages_608_and_609(bcg, agree):
    found = pool(bcg, "ML", moderators="latitude")
    agree(found.summary()["estimate"], "0.371 -0.033")
    agree(found.summary()["se"], "0.106 0.003")
    agree([found.tau2, explained(found)], "0.004 98.7")
