"""BCG vaccine against tuberculosis: Colditz et al. (1994), JAMA 271:698–702.

Risk ratios of 13 trials as analysed by Viechtbauer W (2010), Conducting meta-analyses in R with
the metafor package, Journal of Statistical Software 36(3):1–48: the random-effects model of the
first worked example, its output printed to four decimals.
"""

import pytest

from consilience.classical.pool import pool
from consilience.effects import effect_sizes


@pytest.fixture
def bcg(bcg_trials):
    return effect_sizes(bcg_trials, "RR")


def test_pooled_log_risk_ratio(bcg):
    row = pool(bcg, "REML").summary().loc["mu"]
    printed = {"estimate": -0.7145, "se": 0.1798, "statistic": -3.9744}
    printed |= {"lower": -1.0669, "upper": -0.3622}
    for column, value in printed.items():
        assert row[column] == pytest.approx(value, abs=5e-5)
    assert row["p_value"] < 0.0001


def test_heterogeneity(bcg):
    found = pool(bcg, "REML").heterogeneity()
    assert found["tau2"] == pytest.approx(0.3132, abs=5e-5)
    assert found["tau2_se"] == pytest.approx(0.1664, abs=5e-5)
    assert found["tau"] == pytest.approx(0.5597, abs=5e-5)
    assert found["I2"] == pytest.approx(92.22, abs=5e-3)
    assert found["H2"] == pytest.approx(12.86, abs=5e-3)
    assert found["Q"] == pytest.approx(152.2330, abs=5e-5)
    assert found["Q_df"] == 12
