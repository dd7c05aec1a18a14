"""Stijnen T, Hamza TH, Özdemir P (2010), Random effects meta-analysis of event outcome.

Statistics in Medicine 29:3046–3067: catheter infections of Niel-Weise et al. (2007, 2008). Table
II, p. 3050 (one group, logit), Table III, p. 3052 (log odds ratios), Table VII, p. 3054 (one group,
log rates per 1 000 days) and Table VIII, p. 3055 (log rate ratios); the normal–normal model by REML
beside the exact likelihoods. Figures that differ from the paper's in the last digit (it printed
0.244 for a standard error of 0.2434, 0.316 for 0.3170, 0.850 for 0.8495 and 0.77 for 0.775) are
held to the digits before.
"""

import numpy as np
import pytest

from consilience import pool_counts
from consilience.classical.pool import pool
from consilience.effects import effect_sizes
from consilience.measures import get

CATHETER = (
    [0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4],
    [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64],
)
STANDARD = (
    [3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1],
    [117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69],
)
LOCK = ([7, 8, 3, 6, 1, 1, 17, 3, 2], [1344, 1600, 12012, 1536, 370, 729, 6760, 1107, 320])
HEPARIN = ([11, 8, 14, 10, 1, 8, 15, 7, 3], [1988, 1461, 10962, 1503, 483, 913, 6840, 1015, 440])


@pytest.fixture
def infections(trials_of):
    return trials_of(events1=CATHETER[0], n1=CATHETER[1], events2=STANDARD[0], n2=STANDARD[1])


@pytest.fixture
def lines(trials_of):
    days = np.divide(LOCK[1], 1000), np.divide(HEPARIN[1], 1000)
    return trials_of(
        events1=LOCK[0], person_time1=days[0], events2=HEPARIN[0], person_time2=days[1]
    )


def answered(pooled):
    """Mean, standard error and tau²."""
    return [*pooled.summary().loc["mu", ["estimate", "se"]], pooled.heterogeneity()["tau2"]]


def ratios(pooled):
    return np.exp(pooled.summary().loc["mu", ["estimate", "lower", "upper"]].astype(float))


@pytest.mark.parametrize(
    ("group", "normal", "exact"),
    [
        (STANDARD, "-3.30 0.24 0.663", "-3.50 0.26 0.81"),
        (CATHETER, "-4.26 0.26 0.393", "-4.81 0.36 0.83"),
    ],
)
def test_table_ii_page_3050(trials_of, agree, group, normal, exact):
    table = trials_of(events=group[0], n=group[1])
    agree(answered(pool(effect_sizes(table, "PLO"), "REML")), normal)
    agree(answered(pool_counts(table, "PLO")), exact)


def test_table_iii_page_3052_normal(infections, agree):
    pooled = pool(effect_sizes(infections, get("OR", drop00=True)), "REML")
    agree([*answered(pooled)[:2], pooled.heterogeneity()["tau"]], "-0.980 0.24 0.19")
    agree(ratios(pooled)[["estimate", "lower"]], "0.38 0.23")


@pytest.mark.parametrize(
    ("model", "printed", "ends"),
    [("OR.CM.EL", "-1.353 0.351 0.83", "0.13 0.51"), ("OR.CM.AL", "-1.303 0.339 0.8", "0.14 0.53")],
)
def test_table_iii_page_3052_counts(infections, agree, model, printed, ends):
    found = pool_counts(infections, model)
    agree([*answered(found)[:2], found.heterogeneity()["tau"]], printed)
    agree(ratios(found)[["lower", "upper"]], ends)


@pytest.mark.parametrize(
    ("group", "normal", "exact", "ends"),
    [
        (HEPARIN, "1.468 0.243 0.370", "1.401 0.231 0.32", "4.06 2.58 6.38"),
        (LOCK, "0.981 0.326 0.639", "0.85 0.330 0.654", "2.34 1.2 4.47"),
    ],
)
def test_table_vii_page_3054(trials_of, agree, group, normal, exact, ends):
    table = trials_of(events=group[0], person_time=np.divide(group[1], 1000))
    agree(answered(pool(effect_sizes(table, "IRLN"), "REML")), normal)
    found = pool_counts(table, "IRLN")
    agree(answered(found), exact)
    agree(ratios(found), ends)


def test_table_viii_page_3055(lines, agree):
    pooled = pool(effect_sizes(lines, "IRR"), "REML")
    agree([pooled.beta[0], pooled.heterogeneity()["tau"]], "-0.396 0.31")
    agree(ratios(pooled)[["estimate", "lower"]], "0.67 0.43")
    found = pool_counts(lines, "IRR.CM.EL")
    agree([*answered(found)[:2], found.heterogeneity()["tau"]], "-0.476 0.238 0.35")
    agree(ratios(found), "0.62 0.39 0.99")
