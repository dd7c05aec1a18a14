"""BCG vaccine against tuberculosis: Colditz et al. (1994), JAMA 271:698–702.

Risk ratios of 13 trials as analysed by Viechtbauer W (2010), Conducting meta-analyses in R with
the metafor package, Journal of Statistical Software 36(3):1–48: the random-effects model of the
first worked example, its output printed to four decimals.
"""

import numpy as np
import pytest

from consilience.classical.pool import pool

VACCINATED = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
VACCINATED_FREE = np.array([
    119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886,
])  # fmt: skip
CONTROL = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
CONTROL_FREE = np.array([
    128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825,
])  # fmt: skip


@pytest.fixture
def bcg(effects_of):
    n1, n2 = VACCINATED + VACCINATED_FREE, CONTROL + CONTROL_FREE
    yi = np.log(VACCINATED / n1) - np.log(CONTROL / n2)
    return effects_of(yi, 1 / VACCINATED - 1 / n1 + 1 / CONTROL - 1 / n2)


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
