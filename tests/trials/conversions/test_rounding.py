"""Rounding is no contradiction: what agrees before it was printed is never refused."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import consilience as cs
from consilience import measures
from consilience.errors import DataError
from consilience.trials import from_frame
from consilience.trials.checks import doubts
from consilience.trials.conversions.amiss import amiss
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.rounding import half_units, outside

Z = 1.959963984540054


def decimals(x: float) -> float:
    return round(x, 2)


def figures(x: float) -> float:
    return x if x == 0 else round(x, max(0, 1 - math.floor(math.log10(abs(x)))))


def printed(x: object, how: Callable[[float], float]) -> np.ndarray:
    return np.array([how(float(each)) for each in np.asarray(x)])


HOW = pytest.mark.parametrize("how", [decimals, figures])
ROWS = 400
drawn = given(seed=st.integers(0, 2**32 - 1))
few = settings(deadline=None, max_examples=4)


def rows(**cells: np.ndarray) -> pd.DataFrame:
    k = len(next(iter(cells.values())))
    return pd.DataFrame({"study": [f"S{i}" for i in range(k)], **cells})


def row(**cells: float) -> pd.DataFrame:
    return pd.DataFrame({"study": ["A"], **{name: [x] for name, x in cells.items()}})


@HOW
@few
@drawn
def test_a_standard_error_and_its_square_agree_however_both_are_rounded(how, seed) -> None:
    se = np.exp(np.random.default_rng(seed).uniform(-4, 4, ROWS))
    table = rows(yi=np.full(ROWS, 0.3), vi=printed(se**2, how), sei=printed(se, how))
    table = table[(table["vi"] > 0) & (table["sei"] > 0)]
    assert len(table) > 0.5 * ROWS
    assert (cs.effect_sizes(table, "GEN").v == table["vi"]).all()


def test_one_rounded_beside_one_in_full_agrees() -> None:
    for vi, sei in ((0.02, 0.15), (0.0225, 0.15), (0.0228, 0.15), (0.5, math.sqrt(0.5)), (1, 1.2)):
        assert measures.get("GEN").contradictions(row(yi=0.3, vi=vi, sei=sei)) == ()


@pytest.mark.parametrize(
    ("vi", "sei"),
    [
        (0.15, 0.15),  # the same number twice
        (0.15, 0.0225),  # the two columns exchanged
        (0.04, 0.25),  # [0.035, 0.045] against [0.060, 0.065]
        (0.0225, 0.16),
        (2.25e-12, 1.6e-6),  # no number is too small to be compared
        (2.25e12, 1.6e6),
    ],
)
def test_real_contradictions_are_refused(vi: float, sei: float) -> None:
    table = row(yi=0.3, vi=vi, sei=sei)
    with pytest.raises(DataError, match="not the square of the standard error"):
        cs.effect_sizes(table, "GEN")


@HOW
@pytest.mark.parametrize(
    ("name", "code"), [("odds", "OR"), ("risk", "RR"), ("hazard", "HR"), ("rate", "IRR")]
)
@few
@drawn
def test_a_rounded_ratio_with_its_rounded_interval_is_taken(how, name, code, seed) -> None:
    rng = np.random.default_rng(seed)
    y, se = rng.uniform(-3, 3, ROWS), rng.uniform(0.05, 1.5, ROWS)
    ends = {"": y, "_lower": y - Z * se, "_upper": y + Z * se}
    table = rows(**{f"{name}_ratio{end}": printed(np.exp(x), how) for end, x in ends.items()})
    assert not any(amiss(Sheet(table)))
    ratio, low, high = (table[f"{name}_ratio{end}"] for end in ends)
    whole = (low > 0) & (low < high) & (ratio > 0)
    assert whole.sum() > 0.8 * ROWS
    made = cs.effect_sizes(table[whole], code, conversions="DEFAULT")
    np.testing.assert_allclose(made.y, np.log(ratio[whole]), rtol=1e-12)


@HOW
@few
@drawn
def test_a_rounded_difference_with_interval_and_t_is_taken(how, seed) -> None:
    rng = np.random.default_rng(seed)
    y, se = rng.uniform(-30, 30, ROWS), np.exp(rng.uniform(-4, 3, ROWS))
    cells = {"md": y, "md_lower": y - Z * se, "md_upper": y + Z * se, "t_stat": y / se}
    table = rows(**{name: printed(x, how) for name, x in cells.items()})
    assert not any(amiss(Sheet(table)))
    whole = table["md_lower"] < table["md_upper"]
    assert whole.sum() > 0.5 * ROWS
    made = cs.effect_sizes(table[whole], "MD", conversions="DEFAULT")
    assert (made.y == table["md"][whole].to_numpy()).all()


def test_decimals_may_differ_from_cell_to_cell() -> None:
    """An estimate printed to one decimal beside an interval to two: 0.14 (0.12 to 0.16)."""
    assert amiss(Sheet(row(md=0.1, md_lower=0.12, md_upper=0.16))) == [""]
    assert not outside(*(np.array([x]) for x in (0.1, 0.12, 0.16))).any()
    made = cs.effect_sizes(row(md=0.1, md_lower=0.12, md_upper=0.16), "MD", conversions="DEFAULT")
    assert made.y.item() == 0.1


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"md": 2.0, "md_lower": 2.5, "md_upper": 3.1}, "md lies outside its interval"),
        ({"md": 0.0, "md_lower": 0.12, "md_upper": 0.9}, "md lies outside its interval"),
        ({"md": 0.1, "md_lower": 0.16, "md_upper": 0.2}, "md lies outside its interval"),
        ({"md": 1.2, "t_stat": -2.1}, "md and t_stat have opposite signs"),
        ({"md": 1.2, "d": -0.3}, "md and d have opposite signs"),
        ({"mean1": 11.2, "mean2": 10.4, "d": -0.3}, "d and the means point opposite ways"),
        ({"mean1": 11.2, "mean2": 10.4, "t_stat": -2.0}, "t_stat and the means"),
        ({"odds_ratio": 0.5, "odds_ratio_lower": 0.6, "odds_ratio_upper": 0.9}, "lies outside"),
        ({"odds_ratio": 1.9, "odds_ratio_lower": 0.5, "odds_ratio_upper": 2.0}, "not centred"),
        ({"risk_ratio": 2, "risk_ratio_lower": 2.5, "risk_ratio_upper": 3}, "lies outside"),
    ],
)  # fmt: skip
def test_real_contradictions_within_a_row_are_named(cells: dict, words: str) -> None:
    assert words in amiss(Sheet(row(**cells)))[0]


def test_means_that_may_be_equal_but_for_rounding_contradict_no_sign() -> None:
    """12.34 and 12.35 printed as 12.34 and 12.3, the difference over the SD as −0.002."""
    cells = {"n1": 40, "n2": 40, "mean1": 12.34, "mean2": 12.3, "d": -0.002}
    made = cs.effect_sizes(row(**cells), "SMD", conversions="DEFAULT")
    assert made.y.item() == pytest.approx(-0.002, rel=0.02)


@HOW
@few
@drawn
def test_statistics_of_one_trial_agree_however_they_are_rounded(how, seed) -> None:
    """Raw data, analysed as one does, printed in eleven ways: no check doubts them."""
    from scipy import stats

    rng = np.random.default_rng(seed)
    table = pd.concat([rows(**_analysed(rng, stats, how)) for _ in range(60)], ignore_index=True)
    table["study"] = [f"S{i}" for i in table.index]
    told = doubts(from_frame(table), ["statistics", "intervals", "logs"])
    assert not told, [str(each) for each in told]


def _analysed(rng: np.random.Generator, stats: object, how: Callable) -> dict[str, np.ndarray]:
    n, m = rng.integers(12, 90, 2)
    scale, gap = rng.uniform(0.8, 9), rng.uniform(-1, 1)
    x, y = rng.normal(scale * gap, scale, n), rng.normal(0, scale, m)
    found = stats.ttest_ind(x, y)
    df, md = n + m - 2, float(x.mean() - y.mean())
    low, high = found.confidence_interval(0.95)
    pooled = math.sqrt(((n - 1) * x.var(ddof=1) + (m - 1) * y.var(ddof=1)) / df)
    cells = {
        "mean1": x.mean(), "sd1": x.std(ddof=1), "mean2": y.mean(), "sd2": y.std(ddof=1),
        "md": md, "md_lower": low, "md_upper": high, "t_stat": found.statistic,
        "f_stat": found.statistic**2, "p_value": found.pvalue, "d": md / pooled,
    }  # fmt: skip
    shown = {name: printed([value], how) for name, value in cells.items()}
    return {"n1": np.array([float(n)]), "n2": np.array([float(m)]), **shown}


@settings(deadline=None)
@given(st.floats(1e-9, 1e6), st.integers(0, 6))
def test_half_units_hold_what_rounding_took_away(x, places) -> None:
    shown = round(x, places)
    if shown > 0:
        assert abs(x - shown) <= half_units(np.array(shown)) * (1 + 1e-9)
