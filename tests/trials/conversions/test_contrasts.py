"""Differences, tests, standardised differences and ratios, from raw data."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from consilience import measures
from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import ModelError
from consilience.trials import conversions
from consilience.trials.conversions import (
    CORToSMD,
    CORToZCOR,
    CountsToOR,
    DifferenceCI,
    DifferenceOverSD,
    DifferenceT,
    DifferenceToMD,
    DifferenceToSMD,
    FToT,
    MeansToDifference,
    MeansToSMD,
    ORToSMD,
    PrintedD,
    PrintedG,
    PrintedOR,
    PrintedR,
    PToT,
    SMDToCOR,
    SMDToOR,
    TToSMD,
)


@pytest.fixture
def tests_of(raw):
    """Student's test of each trial."""
    return stats.ttest_ind(*raw.arms, axis=1)


def test_an_interval_gives_the_effect_of_the_raw_data(raw, tests_of, through) -> None:
    held = tests_of.confidence_interval()
    table = raw.table(md_lower=held.low, md_upper=held.high)
    g, v = through(table, "SMD", DifferenceCI(), DifferenceToSMD())
    np.testing.assert_allclose((g, v), raw.effects("SMD"), rtol=1e-9)
    y, v = through(table, "MD", DifferenceCI(), DifferenceToMD())
    pooled = ((16 * raw.sds[0] ** 2 + 22 * raw.sds[1] ** 2) / 38) * (1 / 17 + 1 / 23)
    np.testing.assert_allclose((y, v), (raw.means[0] - raw.means[1], pooled), rtol=1e-9)


def test_an_interval_of_a_large_trial_is_read_as_a_normal_one(through) -> None:
    table = pd.DataFrame({"study": ["A", "B"], "md": 2.0, "n1": [30, np.nan], "n2": [30, np.nan]})
    table = table.assign(md_lower=2 - 1.959963984540054, md_upper=2 + 1.959963984540054)
    _, v = through(table, "MD", DifferenceCI(), DifferenceToMD())
    np.testing.assert_allclose(v, 1.0)


@pytest.mark.parametrize("printed", ["t_stat", "f_stat", "p_value"])
def test_a_test_gives_the_effect_of_the_raw_data(raw, tests_of, through, printed) -> None:
    shown = {
        "t_stat": tests_of.statistic,
        "f_stat": stats.f_oneway(*raw.arms, axis=1).statistic,
        "p_value": tests_of.pvalue,
    }
    mean1, mean2 = raw.means
    table = raw.table(md=mean1 - mean2, **{printed: shown[printed]})
    rules = (FToT(), PToT(), DifferenceT(), DifferenceToMD(), TToSMD())
    np.testing.assert_allclose(through(table, "SMD", *rules), raw.effects("SMD"), rtol=1e-8)
    _, v = through(table, "MD", *rules)
    np.testing.assert_allclose(np.sqrt(v), np.abs((mean1 - mean2) / tests_of.statistic), rtol=1e-8)


@pytest.mark.parametrize(
    ("clue", "sign"),
    [
        ({"md": -1.0}, -1),
        ({"mean1": 3.0, "mean2": 2.0}, 1),
        ({"d": -0.4}, -1),
        ({"g": 0.4}, 1),
        ({"favours": "intervention", "higher_is_better": "yes"}, 1),
        ({"favours": "intervention", "higher_is_better": "no"}, -1),
        ({"favours": "comparator", "higher_is_better": "yes"}, -1),
    ],
)
@pytest.mark.parametrize("rule", [(FToT(), {"f_stat": 6.25}), (PToT(), {"p_value": 0.0161})])
def test_the_sign_of_f_and_p_comes_from_elsewhere(filled, clue, sign, rule) -> None:
    table = pd.DataFrame({"study": ["A"], "n1": 26, "n2": 26} | rule[1] | clue, index=[0])
    (t,) = filled(table, ("t_stat",), rule[0], TToSMD())
    assert t[0] == pytest.approx(2.5 * sign, abs=0.01)


@pytest.mark.parametrize("rule", [(FToT(), {"f_stat": 6.25}), (PToT(), {"p_value": 0.0161})])
@pytest.mark.parametrize("clue", [{}, {"md": 0.0}, {"favours": "intervention"}, {"favours": "?"}])
def test_without_a_sign_there_is_no_effect(filled, rule, clue) -> None:
    table = pd.DataFrame({"study": ["A"], "n1": 26, "n2": 26, "t_stat": np.nan} | rule[1] | clue)
    assert np.isnan(filled(table, ("t_stat",), rule[0], TToSMD())[0]).all()


@pytest.mark.parametrize("p", [0.0, 1.0, 1.5, -0.1])
def test_a_p_value_that_is_none_gives_nothing(filled, p) -> None:
    table = pd.DataFrame(
        {"study": ["A"], "n1": 9, "n2": 9, "md": 1.0, "t_stat": np.nan, "p_value": p}
    )
    assert np.isnan(filled(table, ("t_stat",), PToT(), TToSMD())[0]).all()


def test_printed_d_and_g_give_the_effect_of_the_raw_data(raw, through) -> None:
    d = measures.get("SMD", correct=False).compute(raw.arms_table())[0]
    g, v = raw.effects("SMD")
    np.testing.assert_allclose(through(raw.table(d=d), "SMD", PrintedD()), (g, v))
    np.testing.assert_allclose(through(raw.table(g=g), "SMD", PrintedG()), (g, v))
    sd1, sd2 = raw.sds
    table = raw.table(md=raw.means[0] - raw.means[1], sd1=sd1, sd2=sd2)
    np.testing.assert_allclose(through(table, "SMD", DifferenceOverSD()), (g, v))
    table = (
        raw.arms_table()
        .drop(columns=["sd1", "sd2"])
        .assign(t_stat=stats.ttest_ind(*raw.arms, axis=1)[0])
    )
    rules = (MeansToDifference(), DifferenceT(), DifferenceToSMD())
    np.testing.assert_allclose(through(table, "SMD", *rules), (g, v))


@pytest.mark.parametrize("rule", [PrintedD(), PrintedG()])
def test_a_printed_effect_against_the_means_is_left_alone(filled, rule) -> None:
    table = pd.DataFrame(
        {"study": ["A"], "n1": 9, "n2": 9, "md": -1.0, "d": 0.5, "g": 0.5, "yi": np.nan}
    )
    assert np.isnan(filled(table, ("yi",), rule)[0]).all()


def test_an_adjusted_difference_needs_the_correlation_of_its_covariate(rng, through) -> None:
    n, r, trials = 40, 0.8, 1500
    x = rng.normal(size=(trials, 2, n))
    y = r * x + np.sqrt(1 - r**2) * rng.normal(size=(trials, 2, n)) + np.array([0.5, 0.0])[:, None]
    md, se = ancova(x, y)
    table = pd.DataFrame({"study": [str(i) for i in range(trials)], "n1": n, "n2": n})
    table = table.assign(md=md, md_se=se)
    naive, _ = through(table, "SMD", DifferenceToSMD())
    g, v = through(table, "SMD", DifferenceToSMD(covariates=r))
    assert naive.mean() == pytest.approx(0.5 / 0.6, abs=0.03)
    assert g.mean() == pytest.approx(0.5, abs=0.015)
    assert v.mean() == pytest.approx(g.var(), rel=0.12)


def ancova(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adjust each trial, arms (trials, 2, n), for its covariate by least squares."""
    xc, yc = (each - each.mean(axis=2, keepdims=True) for each in (x, y))
    slope = (xc * yc).sum(axis=(1, 2)) / (xc**2).sum(axis=(1, 2))
    gap = x.mean(axis=2)[:, 0] - x.mean(axis=2)[:, 1]
    md = y.mean(axis=2)[:, 0] - y.mean(axis=2)[:, 1] - slope * gap
    n = x.shape[2]
    left = ((yc - slope[:, None, None] * xc) ** 2).sum(axis=(1, 2)) / (2 * n - 3)
    return md, np.sqrt(left * (2 / n + gap**2 / (xc**2).sum(axis=(1, 2))))


def binary(rng, *, good: tuple[float, float], n: int = 150, trials: int = 1500) -> pd.DataFrame:
    """Count who passes a threshold among logistic values."""
    counts = [rng.binomial(n, p, trials) for p in good]
    return pd.DataFrame({"study": [str(i) for i in range(trials)], "n1": n, "n2": n}).assign(
        events1=counts[0], events2=counts[1]
    )


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 1.5])
def test_counts_of_split_logistic_values_give_their_smd(rng, through, threshold) -> None:
    d = 0.5 * np.pi / np.sqrt(3)  # half a standard deviation of the logistic distribution
    above = tuple(stats.logistic.sf(threshold, loc=loc) for loc in (d, 0.0))
    y, v = through(binary(rng, good=above), "SMD", CountsToOR(), ORToSMD())
    assert y.mean() == pytest.approx(0.5, abs=0.02)
    assert v.mean() == pytest.approx(y.var(), rel=0.12)


def test_means_of_logistic_values_give_their_log_odds_ratio(rng, make, through) -> None:
    raw = make(rng.logistic(1.0, 1.0, (1500, 60)), rng.logistic(0.0, 1.0, (1500, 60)))
    y, v = through(raw.arms_table(), "OR", MeansToSMD(), SMDToOR())
    assert y.mean() == pytest.approx(1.0, abs=0.03)
    assert v.mean() == pytest.approx(y.var(), rel=0.12)


def test_counts_are_read_as_the_measure_reads_them(rng, through) -> None:
    table = binary(rng, good=(0.05, 0.02), n=40, trials=200)
    table = table[(table.events1 + table.events2) > 0]
    y, v = through(table, "SMD", CountsToOR(), ORToSMD())
    known = measures.get("OR2DL").compute(table)
    np.testing.assert_allclose((y, v), known, rtol=1e-12, atol=1e-12)


def test_a_printed_ratio_gives_its_logarithm_and_variance(through) -> None:
    y, se = np.array([0.7, -0.2]), np.array([0.3, 0.5])
    ends = [np.exp(y + s * stats.norm.ppf(0.975) * se) for s in (-1, 1)]
    table = pd.DataFrame({"study": ["A", "B"], "n1": 9, "n2": 9, "odds_ratio": np.exp(y)})
    table = table.assign(odds_ratio_lower=ends[0], odds_ratio_upper=ends[1])
    np.testing.assert_allclose(through(table, "OR", PrintedOR()), (y, se**2))


def test_a_ratio_outside_its_interval_is_left_alone(filled) -> None:
    table = pd.DataFrame({"study": ["A"], "odds_ratio": 0.4, "odds_ratio_lower": 1.1, "yi": np.nan})
    found = filled(table.assign(odds_ratio_upper=2.0), ("yi",), PrintedOR(), measure="OR")
    assert np.isnan(found[0]).all()


@pytest.mark.parametrize("n", [(60, 60), (30, 90)])
def test_two_arms_give_the_correlation_of_arm_and_value(rng, make, through, n) -> None:
    raw = make(rng.normal(0.8, 1.0, (1500, n[0])), rng.normal(0.0, 1.0, (1500, n[1])))
    group = np.r_[np.ones(n[0]), np.zeros(n[1])]
    known = np.array(
        [np.corrcoef(group, np.r_[a, b])[0, 1] for a, b in zip(*raw.arms, strict=True)]
    )
    y, v = through(raw.arms_table(), "COR", MeansToSMD(), SMDToCOR())
    np.testing.assert_allclose(y, known, rtol=0.02)
    assert v.mean() == pytest.approx(known.var(), rel=0.15)
    z, vz = through(raw.arms_table(), "ZCOR", MeansToSMD(), SMDToCOR(), CORToZCOR())
    np.testing.assert_allclose(z, np.arctanh(y))
    assert vz.mean() == pytest.approx(z.var(), rel=0.15)


def test_a_correlation_gives_the_smd_of_equal_arms(rng, make, through) -> None:
    raw = make(rng.normal(0.7, 1.0, (1500, 60)), rng.normal(0.0, 1.0, (1500, 60)))
    group = np.r_[np.ones(60), np.zeros(60)]
    r = [np.corrcoef(group, np.r_[a, b])[0, 1] for a, b in zip(*raw.arms, strict=True)]
    table = pd.DataFrame({"study": [str(i) for i in range(1500)], "n1": 60, "n2": 60, "r": r})
    y, v = through(table, "SMD", PrintedR(), CORToSMD())
    assert y.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(y, raw.effects("SMD")[0], rtol=0.02)
    assert v.mean() == pytest.approx(y.var(), rel=0.2)


def test_fishers_z_of_printed_correlations_is_that_of_the_measure(through) -> None:
    table = pd.DataFrame({"study": ["A", "B"], "r": [0.5, -0.2], "n_total": [80, 30]})
    z, _ = through(table, "ZCOR", PrintedR(), CORToZCOR())
    np.testing.assert_allclose(z, measures.get("ZCOR").compute(table.assign(n=table.n_total))[0])


RATIOS = [("OR", "odds_ratio"), ("RR", "risk_ratio"), ("HR", "hazard_ratio"), ("IRR", "rate_ratio")]


def printed_ratios(rng, code: str) -> tuple[np.ndarray, np.ndarray]:
    """Return log ratios and standard errors of 30 simulated trials, from their raw counts."""
    n, time = 400, 250.0
    a, c = rng.binomial(n, 0.3, 30), rng.binomial(n, 0.2, 30)
    forms = {
        "OR": (np.log(a * (n - c) / (c * (n - a))), 1 / a + 1 / c + 1 / (n - a) + 1 / (n - c)),
        "RR": (np.log(a / c), 1 / a + 1 / c - 2 / n),
        "IRR": (np.log((a / time) / (c / time)), 1 / a + 1 / c),
        "HR": (np.log(a / c), 1 / a + 1 / c),
    }
    y, v = forms[code]
    return y, np.sqrt(v)


@pytest.mark.parametrize(("code", "column"), RATIOS)
@pytest.mark.parametrize("level", [0.95, 0.9])
def test_a_ratio_and_its_interval_give_back_the_raw_datas_effect(rng, through, code, column, level):
    y, se = printed_ratios(rng, code)
    low, high = stats.norm.interval(level, y, se)
    table = pd.DataFrame({"study": [f"T{i}" for i in range(30)], column: np.exp(y)}).assign(
        **{f"{column}_lower": np.exp(low), f"{column}_upper": np.exp(high)}
    )
    found, v = through(table, code, conversions.get(f"Printed{code}", level=level))
    np.testing.assert_allclose(found, y, rtol=1e-12)
    np.testing.assert_allclose(v, se**2, rtol=1e-10)
    with pytest.raises(ModelError, match=f"Printed{code}: level"):
        conversions.get(f"Printed{code}", level=95)


@pytest.mark.parametrize(("code", "column"), RATIOS)
def test_a_ratio_and_its_exact_p_give_back_the_raw_datas_effect(rng, through, code, column) -> None:
    y, se = printed_ratios(rng, code)
    p = 2 * stats.norm.sf(np.abs(y / se))
    table = pd.DataFrame({"study": [f"T{i}" for i in range(30)], column: np.exp(y), "p_value": p})
    found, v = through(table, code, conversions.get(f"PTo{code}"))
    np.testing.assert_allclose(found, y, rtol=1e-12)
    np.testing.assert_allclose(v, se**2, rtol=1e-8)


@pytest.mark.parametrize(("code", "column"), RATIOS)
def test_ratios_that_say_nothing_about_precision_are_left_alone(code, column) -> None:
    low, high = f"{column}_lower", f"{column}_upper"
    rows = [
        {column: 1.0, "p_value": 0.9},
        {column: 2.0, "p_value": 1.0},
        {column: 2.0, "p_value": 0.0},
        {column: -2.0, "p_value": 0.1},
        {column: 2.0, low: 2.5, high: 3.0, "p_value": 0.01},
        {column: 2.0, low: -0.1, high: 3.0},
        {column: 2.0, low: 1.0},
        {column: 2.0},
    ]
    table = pd.DataFrame(rows).assign(study=[f"T{i}" for i in range(len(rows))])
    rules = (conversions.get(f"Printed{code}"), conversions.get(f"PTo{code}"))
    assert not convert(table, code, rules=rules).log


def test_ratios_and_counts_stand_in_one_sheet() -> None:
    table = pd.DataFrame(
        [
            {"study": "counts", "events1": 10, "n1": 50, "events2": 20, "n2": 60},
            {
                "study": "interval",
                "risk_ratio": 0.5,
                "risk_ratio_lower": 0.25,
                "risk_ratio_upper": 1,
            },
            {"study": "p", "risk_ratio": 0.5, "p_value": 0.05},
        ]
    )
    found = effect_sizes(table, "RR", conversions="DEFAULT")
    assert found.y[1] == found.y[2] == np.log(0.5)
    np.testing.assert_allclose(found.v[1:], (np.log(2) / stats.norm.ppf(0.975)) ** 2, rtol=1e-12)
    assert found.y[0] == effect_sizes(table.head(1), "RR").y[0]


def test_columns_of_words_named_like_statistics_are_left_alone() -> None:
    """A region r, a group g: no printed correlation and no printed g."""
    table = pd.DataFrame({
        "study": ["A", "B"], "n1": 20, "n2": 22, "d": [0.5, 0.2], "g": ["young", "old"],
        "r": ["north", None], "scale": "x", "mean1": [1.0, 2.0], "mean2": [0.5, 1.9],
    })  # fmt: skip
    found = convert(table, "SMD")
    assert found.frame["g"].tolist() == ["young", "old"]
    assert set(found.frame["measure"]) == {"SMD"}
    assert {line.rule.split(":")[0] for line in found.log} == {
        "Means to difference",
        "Printed d",
    }
    for rule in (conversions.SwapArms(("A",)), conversions.ReverseScale("x", 0.0, 9.0)):
        turned = convert(table, "SMD", rules=(rule, "DEFAULT")).frame
        assert turned["g"].tolist() == ["young", "old"]
        assert turned["yi"].iloc[0] < 0


@pytest.mark.parametrize(("md", "held"), [(0.1, True), (0.5, True), (0.9, True), (5.0, False)])
def test_a_difference_outside_its_interval_is_left_alone(filled, md, held) -> None:
    table = pd.DataFrame({"study": ["A"], "md": md, "md_lower": 0.1, "md_upper": 0.9})
    (se,) = filled(
        table.assign(md_se=np.nan), ("md_se",), DifferenceCI(), DifferenceToMD(), measure="MD"
    )
    assert np.isfinite(se).all() == held


@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_a_t_that_contradicts_the_difference_is_left_alone(filled, measure) -> None:
    rows = {"study": ["A", "B", "C"], "md": -0.5, "t_stat": [-2.0, 2.0, np.nan], "f_stat": 4.0}
    table = pd.DataFrame(rows).assign(n1=50, n2=50, yi=np.nan)
    (y,) = filled(table, ("yi",), *conversions.DEFAULT, measure=measure)
    assert np.isnan(y).tolist() == [False, True, False]
    assert y[0] == y[2] < 0


@pytest.mark.parametrize(("code", "column"), RATIOS)
def test_an_interval_far_from_the_middle_of_its_logarithms_is_left_alone(code, column) -> None:
    """Rounding alone may move a ratio far: 0.1 from 0.1 to 0.5 can be 0.14 from 0.05 to 0.45."""
    rows = [(0.8, 0.6, 3.0), (0.8, 0.6, 1.1), (0.1, 0.1, 0.5)]
    names = [column, f"{column}_lower", f"{column}_upper"]
    table = pd.DataFrame(rows, columns=names).assign(study=["swapped", "fine", "rounded"])
    made = convert(table, code, rules=(conversions.get(f"Printed{code}"),))
    assert {line.study for line in made.log} == {"fine", "rounded"}
