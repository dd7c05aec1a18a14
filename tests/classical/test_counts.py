"""Mantel–Haenszel and Peto against metafor, and what they are by definition."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.classical.references import COUNTS, near

from consilience.classical.counts import mantel_haenszel, peto
from consilience.errors import DataError, ModelError

NAMES = {
    "ai": "events1", "n1i": "n1", "ci": "events2", "n2i": "n2", "x1i": "events1",
    "t1i": "person_time1", "x2i": "events2", "t2i": "person_time2",
}  # fmt: skip
ANSWERS = {
    "beta": "estimate", "se": "se", "zval": "statistic", "pval": "p_value", "ci.lb": "lower",
    "ci.ub": "upper", "QE": "Q", "QEp": "Q_p", "I2": "I2", "H2": "H2", "MH": "CMH", "MHp": "CMH_p",
    "BD": "BD", "BDp": "BD_p", "TA": "TA", "TAp": "TA_p", "k": "k",
}  # fmt: skip


def table_of(name):
    given = COUNTS[name]["input"]
    frame = pd.DataFrame({NAMES[key]: values for key, values in given.items() if key in NAMES})
    if "bi" in given:
        frame = frame.assign(
            n1=np.add(given["ai"], given["bi"]), n2=np.add(given["ci"], given["di"])
        )
    frame = frame.dropna()
    return frame.set_axis([f"trial {i}" for i in range(len(frame))])


def check(ours, theirs):
    for key, name in ANSWERS.items():
        if theirs.get(key) is not None and name in ours.index:
            near(ours[name], theirs[key], 1e-6)


@pytest.mark.parametrize("name", COUNTS)
def test_mantel_haenszel(name):
    for measure, theirs in (COUNTS[name]["mh"] or {}).items():
        if "error" not in theirs:
            code = measure.split("_")[0]
            check(mantel_haenszel(table_of(name), code, correct="_" not in measure), theirs)


@pytest.mark.parametrize("name", COUNTS)
def test_peto(name):
    theirs = COUNTS[name]["peto"]
    if theirs and "error" not in theirs:
        check(peto(table_of(name)), theirs)


def test_one_table_is_itself():
    table = pd.DataFrame({"events1": [4], "n1": [50], "events2": [9], "n2": [60]}, index=["a"])
    odds = mantel_haenszel(table, "OR")
    assert odds["estimate"] == pytest.approx(np.log(4 * 51 / (46 * 9)))
    assert odds["se"] == pytest.approx(np.sqrt(1 / 4 + 1 / 46 + 1 / 9 + 1 / 51))
    assert mantel_haenszel(table, "RR")["estimate"] == pytest.approx(np.log(4 / 50 / (9 / 60)))
    assert mantel_haenszel(table, "RD")["estimate"] == pytest.approx(4 / 50 - 9 / 60)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_coverage_with_rare_events(measure):
    rng = np.random.default_rng(3)
    n1, n2 = np.full(20, 100), np.full(20, 120)
    p1, p2 = 0.04, 0.06
    truth = {
        "OR": np.log(p1 / (1 - p1) * (1 - p2) / p2), "RR": np.log(p1 / p2), "RD": p1 - p2,
    }[measure]  # fmt: skip
    hits = 0
    for _ in range(400):
        a, c = rng.binomial(n1, p1), rng.binomial(n2, p2)
        frame = pd.DataFrame({"events1": a, "n1": n1, "events2": c, "n2": n2})
        row = mantel_haenszel(frame, measure)
        hits += row["lower"] <= truth <= row["upper"]
    assert stats.binomtest(hits, 400, 0.95).pvalue > 1e-3


def test_swapping_the_arms_turns_the_sign():
    table = table_of("bcg")
    swapped = table.rename(columns=lambda name: name.translate(str.maketrans("12", "21")))
    for measure in ("OR", "RR", "RD"):
        one, other = mantel_haenszel(table, measure), mantel_haenszel(swapped, measure)
        assert other["estimate"] == pytest.approx(-one["estimate"])
        assert other["se"] == pytest.approx(one["se"])
    assert peto(swapped)["estimate"] == pytest.approx(-peto(table)["estimate"])


def test_refusals():
    table = table_of("bcg")
    with pytest.raises(ModelError, match="Known: IRD"):
        mantel_haenszel(table, "SMD")
    with pytest.raises(ModelError, match="person_time1"):
        mantel_haenszel(table, "IRR")
    with pytest.raises(DataError, match="trial 2"):
        mantel_haenszel(table.assign(events1=[1, 2, -1, *range(10)]))
    with pytest.raises(DataError, match="more events"):
        peto(table.assign(n1=1))
    nothing = pd.DataFrame({"events1": [0, 0], "n1": [9, 9], "events2": [0, 0], "n2": [9, 9]})
    with pytest.raises(ModelError, match="no odds ratio"):
        peto(nothing)
    with pytest.raises(ModelError, match="no events"):
        mantel_haenszel(nothing)
