"""What one measure must be to another: contrasts of levels, changes of names, limits."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience import measures
from consilience.measures.irft import rate
from consilience.measures.pft import proportion

TWO: Mapping[str, list[float]] = {
    **{"events1": [3, 17, 60, 0], "n1": [20, 40, 90, 12]},
    **{"events2": [9, 11, 55, 5], "n2": [25, 38, 80, 11]},
    **{"person_time1": [30.5, 80, 900, 7], "person_time2": [40, 75.5, 850, 9]},
    **{"mean1": [5, 9, 12.5, 3], "sd1": [1.5, 2, 4, 1], "mean2": [4, 9.5, 11, 2.5]},
    **{"sd2": [1.25, 2.5, 3, 1.5]},
}
TABLE = pd.DataFrame(TWO)


def arm(number: int) -> pd.DataFrame:
    """One arm of the table, with the columns of a single group."""
    held = [column for column in TABLE if column.endswith(str(number))]
    return TABLE[held].rename(columns=lambda column: column.removesuffix(str(number)))


@pytest.mark.parametrize(
    ("contrast", "level", "settings"),
    [
        ("RD", "PR", {"to": "none"}),
        ("OR", "PLO", {"to": "all"}),
        ("RR", "PLN", {"to": "all"}),
        ("AS", "PAS", {}),
        ("IRD", "IR", {"to": "all"}),
        ("IRR", "IRLN", {"to": "all"}),
        ("IRSD", "IRS", {}),
        ("MD", "MN", {}),
        ("ROM", "MNLN", {"correct": False}),
        ("VR", "SDLN", {}),
        ("CVR", "CVLN", {"correct": False}),
    ],
)
def test_a_contrast_is_the_difference_of_two_levels(
    contrast: str, level: str, settings: dict[str, object]
) -> None:
    y, v = measures.get(contrast, **settings).compute(TABLE)
    known = {} if level == "MNLN" else settings
    one, two = (measures.get(level, **known).compute(arm(number)) for number in (1, 2))
    if contrast == "RD":
        one, two = (np.where(np.isnan(y), np.nan, each) for each in (one, two))
    np.testing.assert_allclose(y, one[0] - two[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(v, one[1] + two[1], rtol=1e-12)


def test_the_older_correction_of_a_variation_ratio_is_that_of_its_levels() -> None:
    y, _ = measures.get("CVR", correct="3.8").compute(TABLE)
    one, two = (measures.get("CVLN").compute(arm(number))[0] for number in (1, 2))
    np.testing.assert_allclose(y, one - two, rtol=1e-12)


@pytest.mark.parametrize(("change", "difference"), [("MC", "MD"), ("ROMC", "ROM")])
def test_unrelated_pairs_are_two_arms(change: str, difference: str) -> None:
    table = TABLE.assign(n1=30, n2=30, n=30, r=0.0)
    ours, theirs = (measures.get(code).compute(table) for code in (change, difference))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_changes_of_the_same_variance_are_standardised_alike() -> None:
    # With r = 1/2 and equal SDs the changes have the SD of the scores.
    table = TABLE.assign(n=30, r=0.5, sd2=TABLE["sd1"])
    np.testing.assert_allclose(
        measures.get("SMCC").compute(table), measures.get("SMCR").compute(table), rtol=1e-12
    )
    by_scores = measures.get("SMCR").compute(table)
    np.testing.assert_allclose(measures.get("SMCRH", vtype="LS2").compute(table), by_scores)


def test_standardised_differences_of_equal_arms_agree() -> None:
    table = TABLE.assign(n1=30, n2=30, sd2=TABLE["sd1"])
    y, _ = measures.get("SMD").compute(table)
    np.testing.assert_allclose(measures.get("SMDH").compute(table)[0], y, rtol=1e-12)
    plain = [measures.get(c, correct=False).compute(table)[0] for c in ("SMD", "SMD1", "SMD1H")]
    np.testing.assert_allclose(plain[1], plain[0], rtol=1e-12)
    np.testing.assert_array_equal(plain[1], plain[2])


@pytest.mark.parametrize(("short", "long"), [("OR2D", "OR2DL"), ("D2OR", "D2ORL")])
def test_the_short_name_is_the_logistic_form(short: str, long: str) -> None:
    ours, theirs = (measures.get(code).compute(TABLE) for code in (short, long))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("code", "constant"), [("OR2DL", np.pi / np.sqrt(3)), ("OR2DN", 1.65)])
def test_an_odds_ratio_and_a_difference_convert_by_one_constant(code: str, constant: float) -> None:
    y, v = measures.get(code).compute(TABLE)
    log_or, woolf = measures.get("OR").compute(TABLE)
    np.testing.assert_allclose(constant * y, log_or, rtol=1e-14)
    np.testing.assert_allclose(constant**2 * v, woolf, rtol=1e-14)
    d = measures.get("SMD", correct=False).compute(TABLE)
    back = measures.get({"OR2DL": "D2ORL", "OR2DN": "D2ORN"}[code]).compute(TABLE)
    np.testing.assert_allclose(back, (constant * d[0], constant**2 * d[1]), rtol=1e-14)


def test_a_hazard_ratio_of_one_table_is_petos_odds_ratio() -> None:
    # At a single time the log-rank statistic is the hypergeometric one.
    y, v = measures.get("PETO", to="none").compute(TABLE)
    table = pd.DataFrame({"o_minus_e": y / v, "logrank_v": 1 / v})
    np.testing.assert_allclose(measures.get("HR").compute(table), (y, v), rtol=1e-12)


def test_a_ready_made_hazard_ratio_goes_before_the_log_rank() -> None:
    table = pd.DataFrame(
        {
            "log_hr": [0.3, np.nan],
            "log_hr_se": [0.2, np.nan],
            "o_minus_e": [1.0, 6.0],
            "logrank_v": [2.0, 12.0],
        }
    )
    y, v = measures.get("HR").compute(table)
    np.testing.assert_allclose(y, [0.3, 0.5])
    np.testing.assert_allclose(v, [0.04, 1 / 12])


def test_a_published_peto_odds_ratio_is_reproduced() -> None:
    # Yusuf et al. (1985) define O − E and V; of 8 events in 12 and 12: E = 4, V = 8·16/(4·23).
    row = pd.DataFrame({"events1": [2], "n1": [12], "events2": [6], "n2": [12]})
    y, v = measures.get("PETO").compute(row)
    np.testing.assert_allclose(1 / v, 8 * 16 / (4 * 23))
    np.testing.assert_allclose(y, -2 * v)


def test_a_partial_correlation_comes_from_r_or_from_t() -> None:
    r, n, m = np.array([0.3, -0.6]), np.array([40, 25]), np.array([3, 2])
    left = n - m - 1
    table = pd.DataFrame({"t_stat": r * np.sqrt(left / (1 - r**2)), "n": n, "predictors": m})
    given_r = pd.DataFrame({"r": r, "n": n, "predictors": m})
    for code in ("PCOR", "ZPCOR"):
        ours, direct = (measures.get(code).compute(each) for each in (table, given_r))
        np.testing.assert_allclose(ours, direct, rtol=1e-12)
    np.testing.assert_allclose(measures.get("PCOR").compute(table)[0], r, rtol=1e-12)


def test_one_predictor_makes_a_partial_correlation_a_correlation() -> None:
    table = pd.DataFrame({"r": [0.3, -0.6], "n": [40, 25], "predictors": 1})
    for partial, plain in (("PCOR", "COR"), ("ZPCOR", "ZCOR")):
        ours, theirs = (measures.get(code).compute(table) for code in (partial, plain))
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)


def test_yules_coefficients_are_functions_of_the_odds_ratio() -> None:
    psi = np.exp(measures.get("OR").compute(TABLE)[0])
    np.testing.assert_allclose(measures.get("YUQ").compute(TABLE)[0], (psi - 1) / (psi + 1))
    root = np.sqrt(psi)
    np.testing.assert_allclose(measures.get("YUY").compute(TABLE)[0], (root - 1) / (root + 1))


def test_twice_the_arcsine_difference_is_cohens_h() -> None:
    # Cohen (1988), p. 180: h = φ1 − φ2 with φ = 2 arcsin √P; φ(.50) = 1.571 and φ(.20) = .927.
    row = pd.DataFrame({"events1": [50], "n1": [100], "events2": [20], "n2": [100]})
    assert 2 * measures.get("AS").compute(row)[0][0] == pytest.approx(1.571 - 0.927, abs=1e-3)


@given(n=st.integers(1, 3000), data=st.data())
def test_the_double_arcsine_is_inverted(n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    y, _ = measures.get("PFT").compute(pd.DataFrame({"events": [float(x)], "n": [float(n)]}))
    assert proportion(y, np.array([float(n)]))[0] == pytest.approx(x / n, abs=1e-7)


@given(x=st.integers(0, 10_000), t=st.floats(0.01, 1e5))
def test_the_transformed_rate_is_inverted(x: int, t: float) -> None:
    table = pd.DataFrame({"events": [float(x)], "person_time": [t]})
    y, _ = measures.get("IRFT").compute(table)
    assert rate(y, np.array([t]))[0] == pytest.approx(x / t, rel=1e-6, abs=1e-9 / t)


@pytest.mark.parametrize(
    ("code", "row", "shown"),
    [
        ("OR", {"events1": 6, "n1": 10, "events2": 3, "n2": 10}, 3.5),
        ("RR", {"events1": 6, "n1": 10, "events2": 3, "n2": 10}, 2.0),
        ("IRR", {"events1": 6, "person_time1": 12, "events2": 3, "person_time2": 24}, 4.0),
        ("PLN", {"events": 3, "n": 12}, 0.25),
        ("PLO", {"events": 3, "n": 12}, 0.25),
        ("PAS", {"events": 3, "n": 12}, 0.25),
        ("IRLN", {"events": 3, "person_time": 12}, 0.25),
        ("IRS", {"events": 3, "person_time": 12}, 0.25),
        ("ZCOR", {"r": 0.4, "n": 30}, 0.4),
        ("ZPCOR", {"r": 0.4, "n": 30, "predictors": 2}, 0.4),
        ("AHW", {"alpha": 0.8, "items": 10, "n": 30}, 0.8),
        ("ABT", {"alpha": 0.8, "items": 10, "n": 30}, 0.8),
        ("MNLN", {"mean": 7, "sd": 2, "n": 30}, 7.0),
        ("HR", {"log_hr": np.log(1.5), "log_hr_se": 0.1}, 1.5),
    ],
)
def test_what_is_shown_is_the_quantity_itself(
    code: str, row: dict[str, float], shown: float
) -> None:
    measure = measures.get(code)
    y, _ = measure.compute(pd.DataFrame([row]))
    np.testing.assert_allclose(measure.display(y), [shown], rtol=1e-12)
