"""Greenland S, Rothman KJ (2008), Introduction to stratified analysis.

In: Rothman, Greenland, Lash (eds.), Modern Epidemiology, 3rd ed., chapter 15, Tables 15-1
(tolbutamide, by age), 15-2 (smoking and coronary death, person-time by age) and 15-5 (spermicides
and Down syndrome); Mantel–Haenszel estimates with 90 % limits in the text beside each table. For
the risk difference the chapter prints an upper limit of 0.088 and a chi-square of 0.001, where its
table gives 0.0874 and 0.0017; neither is used.
"""

import numpy as np
import pytest

from consilience.classical.counts import mantel_haenszel

ENDS = ["estimate", "lower", "upper"]


def crude(table):
    """All strata as one."""
    return table.drop(columns="study").sum().to_frame().T.assign(study="all")


@pytest.fixture
def tolbutamide(trials_of):
    return trials_of(events1=[8, 22], n1=[106, 98], events2=[5, 16], n2=[120, 85])


@pytest.fixture
def smoking(trials_of):
    """Deaths of British doctors; rates are per 10 000 person-years."""
    years = np.array([[52407, 43248, 28612, 12663, 5317], [18790, 10673, 5710, 2585, 1462]]) / 1e4
    deaths = [32, 104, 206, 186, 102], [2, 12, 28, 28, 31]
    return trials_of(
        events1=deaths[0], person_time1=years[0], events2=deaths[1], person_time2=years[1]
    )


@pytest.fixture
def spermicides(trials_of):
    return trials_of(events1=[3, 1], n1=[12, 4], events2=[104, 5], n2=[1163, 91])


def test_table_15_1_risk_difference(tolbutamide, agree):
    found = mantel_haenszel(tolbutamide, "RD", level=0.9)
    agree(found[["estimate", "lower", "Q_p"]], "0.035 -0.018 0.967")
    agree([mantel_haenszel(crude(tolbutamide), "RD")["estimate"]], "0.045")


def test_table_15_1_ratios(tolbutamide, agree):
    risk = mantel_haenszel(tolbutamide, "RR", level=0.9)
    agree(np.exp(risk[ENDS].astype(float)), "1.33 0.87 2.03")
    agree(risk[["Q", "Q_p"]], "0.447 0.504")
    odds = mantel_haenszel(tolbutamide, "OR", level=0.9, correct=False)
    agree(np.exp(odds[ENDS].astype(float)), "1.40 0.84 2.34")
    agree(odds[["Q", "Q_p"]], "0.347 0.556")
    agree(odds[["CMH", "CMH_p", "TA", "TA_p"]], "1.191 0.275 0.349 0.555")


def test_table_15_2_rates(smoking, agree):
    difference = mantel_haenszel(smoking, "IRD", level=0.9)
    agree(difference[[*ENDS, "Q"]], "11.44 6.35 16.53 26.876")
    ratio = mantel_haenszel(smoking, "IRR", level=0.9)
    agree(np.exp(ratio[ENDS].astype(float)), "1.42 1.19 1.70")
    agree(ratio[["Q", "Q_p"]], "10.412 0.034")
    agree([np.exp(mantel_haenszel(crude(smoking), "IRR")["estimate"])], "1.72")


def test_table_15_5_sparse_odds_ratio(spermicides, agree):
    found = mantel_haenszel(spermicides, "OR", level=0.9, correct=False)
    agree(np.exp(found[ENDS].astype(float)), "3.78 1.43 10.00")
    agree(found[["Q", "Q_p"]], "0.138 0.711")
    agree(found[["CMH", "CMH_p", "TA", "TA_p"]], "5.809 0.016 0.139 0.709")
