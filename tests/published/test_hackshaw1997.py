"""Hackshaw AK, Law MR, Wald NJ (1997), Lung cancer and environmental tobacco smoke.

BMJ 315:980–988 (abstract, p. 980; the 37 studies in the paper's figure 1 and in Hackshaw 1998,
Statistical Methods in Medical Research 7:119–136): an excess risk of 24 % (13 % to 36 %).

Takagi H, Umemoto T (2006), Revisiting evidence on lung cancer and passive smoking: adjustment for
publication bias by means of "trim and fill" algorithm. Lung Cancer 51:245–246 (abstract, p. 245):
44 studies with the 7 filled ones, relative risk 1.19 (1.08 to 1.31), p = 0.0004.
"""

import numpy as np
import pytest

from consilience.classical.pool import pool
from consilience.classical.small_study import trim_fill

RATIO = [
    1.18, 1.45, 2.02, 1.20, 0.75, 2.07, 2.13, 0.80, 0.79, 2.01, 1.23, 1.20, 1.52, 1.03, 1.55,
    1.03, 2.34, 1.65, 1.19, 1.52, 2.16, 1.08, 2.55, 1.62, 1.06, 0.79, 0.74, 2.27, 0.97, 1.60,
    1.19, 1.66, 1.26, 1.10, 1.66, 1.16, 1.11,
]  # fmt: skip
LOWER = [
    0.90, 1.02, 0.48, 0.80, 0.43, 0.81, 1.19, 0.34, 0.25, 1.09, 0.81, 0.50, 0.87, 0.41, 0.90,
    0.61, 0.81, 1.16, 0.82, 0.39, 1.08, 0.64, 0.74, 0.90, 0.74, 0.62, 0.32, 0.75, 0.78, 0.80,
    0.66, 0.73, 1.04, 0.62, 1.12, 0.80, 0.67,
]  # fmt: skip
UPPER = [
    1.54, 2.08, 8.56, 1.60, 1.30, 5.25, 3.83, 1.90, 2.45, 3.72, 1.87, 3.30, 2.63, 2.55, 2.67,
    1.74, 6.75, 2.35, 1.73, 5.96, 4.29, 1.82, 8.78, 2.91, 1.52, 1.02, 1.69, 6.82, 1.21, 3.00,
    2.13, 3.78, 1.54, 1.96, 2.45, 1.69, 1.84,
]  # fmt: skip


@pytest.fixture
def studies(effects_of):
    """From ratios and limits, all rounded to two decimals."""
    se = np.log(np.divide(UPPER, LOWER)) / (2 * 1.959964)
    return effects_of(np.log(RATIO), se**2)


def ratios(pooled):
    return np.exp(pooled.summary().loc["mu", ["estimate", "lower", "upper"]].astype(float))


def test_excess_risk_hackshaw_page_980(studies, agree):
    agree(100 * (ratios(pool(studies, "DL")) - 1), "24 13 36")


def test_trim_and_fill_takagi_page_245(studies, agree):
    found = trim_fill(pool(studies, "DL"), "L0")
    assert (found.missing, found.side, found.pooled.effects.k) == (7, "left", 44)
    agree(ratios(found.pooled), "1.19 1.08 1.31")
    agree(found.pooled.summary()["p_value"], "0.0004")
