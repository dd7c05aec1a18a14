"""DerSimonian R, Kacker R (2007), Contemporary Clinical Trials 28:105–114.

Tables 3 and 4, pp. 111–112: the CLASP example (aspirin against pre-eclampsia), log odds ratios of
six trials.
"""

import pytest

from consilience.classical.pool import pool

TREATED = [5, 5, 12, 69, 9, 313], [156, 303, 565, 1570, 103, 4659]
CONTROL = [8, 17, 9, 94, 11, 352], [74, 303, 477, 1565, 105, 4650]


@pytest.mark.parametrize(
    ("estimator", "printed"),
    [("DL", [0.2323, -0.3240, 0.1540]), ("REML", [0.1843, -0.2980, 0.1343])],
)
def test_tables_3_and_4(log_odds_ratios, estimator, printed):
    pooled = pool(log_odds_ratios(treated=TREATED, control=CONTROL), estimator)
    row = pooled.summary().loc["mu"]
    found = [pooled.heterogeneity()["tau"], row["estimate"], row["se"]]
    assert found == pytest.approx(printed, abs=5e-5)
