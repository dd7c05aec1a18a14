"""Coaching for the SAT in eight schools: Rubin (1981), J. Educ. Statistics 6:377–401.

Data: Table 5.2 of Gelman et al. (2013), Bayesian Data Analysis, 3rd ed. The figures below are
those of section 5.5 there, where the common effect is considered before the hierarchical model.
"""

import pytest

from consilience.classical.pool import pool

EFFECT = [28, 8, -3, 7, -1, 1, 18, 12]
SE = [15, 10, 16, 11, 9, 11, 10, 18]


def test_the_common_effect(effects_of):
    """7.7 points with standard error 4.1, and a chi-square below its seven degrees of freedom."""
    pooled = pool(effects_of(EFFECT, [se**2 for se in SE]), "CE")
    row, found = pooled.summary().loc["mu"], pooled.heterogeneity()
    assert row["estimate"] == pytest.approx(7.7, abs=0.05)
    assert row["se"] == pytest.approx(4.1, abs=0.05)
    assert found["Q"] < 7
    assert found["Q_df"] == 7


@pytest.mark.parametrize("estimator", ["DL", "REML"])
def test_less_scatter_than_chance(effects_of, estimator):
    """A chi-square below its degrees of freedom: no estimator sees tau² above zero."""
    assert pool(effects_of(EFFECT, [se**2 for se in SE]), estimator).tau2 == 0
