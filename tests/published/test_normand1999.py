"""Normand SLT (1999), Meta-analysis: formulating, evaluating, combining, and reporting.

Statistics in Medicine 18:321–359.
"""

import numpy as np
import pytest

from consilience.classical.pool import pool


@pytest.fixture
def stays(effects_of):
    """Length of stay after stroke, specialist against routine care (Table VIII, p. 351).

    As in the paper, variances rest on the standard deviation pooled over the two arms.
    """
    n1, n2 = np.array([
        [155, 31, 75, 18, 8, 57, 34, 110, 60],
        [156, 32, 71, 18, 13, 52, 33, 183, 52],
    ])  # fmt: skip
    sd1, sd2 = np.array([
        [47, 7, 17, 20, 8, 7, 45, 16, 27],
        [64, 4, 29, 48, 11, 4, 34, 27, 20],
    ])  # fmt: skip
    mean1 = np.array([55, 27, 64, 66, 14, 19, 52, 21, 30])
    mean2 = np.array([75, 29, 119, 137, 18, 18, 41, 31, 23])
    pooled = ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)
    return effects_of(mean1 - mean2, pooled * (1 / n1 + 1 / n2))


@pytest.fixture
def lidocaine(effects_of):
    """Deaths with prophylactic lidocaine (Table I, p. 322), in percent."""
    n1, n2 = np.array([[39, 44, 107, 103, 110, 154], [43, 44, 110, 100, 106, 146]])
    p1, p2 = np.array([2, 4, 6, 7, 7, 11]) / n1, np.array([1, 4, 4, 5, 3, 4]) / n2
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    return effects_of(100 * (p1 - p2), 1e4 * variance)


@pytest.mark.parametrize(
    ("estimator", "printed"),
    [
        ("CE", [-3.49, -5.03, -1.96, 0]),
        ("DL", [-14.10, -24.45, -3.75, 218.72]),
        ("REML", [-15.12, -32.67, 2.43, 685.20]),
    ],
)
def test_table_ix_page_352(stays, estimator, printed):
    pooled = pool(stays, estimator)
    row = pooled.summary().loc["mu"]
    found = [row["estimate"], row["lower"], row["upper"], pooled.tau2]
    assert found == pytest.approx(printed, abs=5e-3)


@pytest.mark.parametrize("estimator", ["CE", "DL", "REML"])
def test_table_vii_page_349(lidocaine, estimator):
    pooled = pool(lidocaine, estimator)
    row = pooled.summary().loc["mu"]
    assert row["estimate"] == pytest.approx(2.94, abs=5e-3)
    assert [row["lower"], row["upper"]] == pytest.approx([0.4, 5.5], abs=0.05)
    assert pooled.tau2 == pytest.approx(0, abs=5e-4)
