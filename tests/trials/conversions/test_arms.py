"""What completes an arm: standard errors, intervals, medians, changes; on raw data."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from consilience.trials.conversions import (
    BoxCox,
    ChangeCorrelation,
    ChangeSD,
    ChangeToFinal,
    ChangeToMD,
    CIToSD,
    EqualArms,
    Luo2018,
    QuantileEstimation,
    SEToSD,
    TotalFromDF,
    Wan2014,
)

QUARTILES = (25, 50, 75)


def test_standard_errors_give_the_sds_of_the_raw_data(raw, filled) -> None:
    errors = [stats.sem(arm, axis=1) for arm in raw.arms]
    mean1, mean2 = raw.means
    table = raw.table(mean1=mean1, mean2=mean2, se1=errors[0], se2=errors[1])
    np.testing.assert_allclose(filled(table, ("sd1", "sd2"), SEToSD()), raw.sds, rtol=1e-13)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_of_small_arms_give_the_sds_and_means_of_the_raw_data(raw, filled, level) -> None:
    ends = {}
    for arm, values in zip("12", raw.arms, strict=True):
        held = stats.ttest_1samp(values, 0.0, axis=1).confidence_interval(level)
        ends |= {f"mean{arm}_lower": held.low, f"mean{arm}_upper": held.high}
    table = raw.table(**ends)
    found = filled(table, ("sd1", "sd2", "mean1", "mean2"), CIToSD(level=level))
    np.testing.assert_allclose(found, (*raw.sds, *raw.means), rtol=1e-10)


def test_intervals_of_large_arms_are_read_as_normal_ones(rng, make, filled) -> None:
    raw = make(rng.normal(0, 2, (5, 60)), rng.normal(0, 2, (5, 400)))
    ends = {}
    for arm, mean, sd, values in zip("12", raw.means, raw.sds, raw.arms, strict=True):
        half = stats.norm.ppf(0.975) * sd / np.sqrt(values.shape[1])
        ends |= {
            f"mean{arm}": mean,
            f"mean{arm}_lower": mean - half,
            f"mean{arm}_upper": mean + half,
        }
    np.testing.assert_allclose(filled(raw.table(**ends), ("sd1", "sd2"), CIToSD()), raw.sds)


def summaries(raw, *, quartiles: bool, extremes: bool) -> pd.DataFrame:
    cells = {}
    for arm, values in zip("12", raw.arms, strict=True):
        q1, median, q3 = np.percentile(values, QUARTILES, axis=1)
        cells[f"median{arm}"] = median
        if quartiles:
            cells |= {f"lower_quartile{arm}": q1, f"upper_quartile{arm}": q3}
        if extremes:
            cells |= {f"min{arm}": values.min(axis=1), f"max{arm}": values.max(axis=1)}
    return raw.table(**cells)


FORMS = [(True, False), (False, True), (True, True)]


@pytest.mark.parametrize("rule", [Wan2014(), Luo2018()])
@pytest.mark.parametrize(("quartiles", "extremes"), FORMS)
@pytest.mark.parametrize("n", [15, 80, 300])
def test_medians_of_normal_samples_give_mean_and_sd_without_bias(
    rng, make, filled, rule, quartiles, extremes, n
) -> None:
    raw = make(rng.normal(50, 10, (1500, n)), rng.normal(45, 10, (1500, n)))
    table = summaries(raw, quartiles=quartiles, extremes=extremes)
    mean, sd = filled(table, ("mean1", "sd1"), rule)
    assert mean.mean() == pytest.approx(50, abs=4 * mean.std() / np.sqrt(1500))
    # sample quartiles by linear interpolation lie a little inside those that Wan's constants assume
    assert sd.mean() == pytest.approx(10, rel=0.03 if n > 15 else 0.08)


@pytest.mark.parametrize(("quartiles", "extremes"), FORMS)
@pytest.mark.parametrize("n", [25, 200])
def test_luo_is_nearer_to_the_sample_mean_than_wan(
    rng, make, filled, quartiles, extremes, n
) -> None:
    raw = make(rng.normal(0, 1, (1500, n)), rng.normal(0, 1, (1500, n)))
    table = summaries(raw, quartiles=quartiles, extremes=extremes)
    misses = [
        np.mean((filled(table, ("mean1",), rule)[0] - raw.means[0]) ** 2)
        for rule in (Luo2018(), Wan2014())
    ]
    assert misses[0] < misses[1] * 1.01


def test_the_mean_of_quartiles_is_known_a_quarter_less_well_than_its_docstring_says(
    rng, make, filled
) -> None:
    raw = make(rng.normal(0, 1, (1500, 400)), rng.normal(0, 1, (1500, 400)))
    table = summaries(raw, quartiles=True, extremes=False)
    mean1, mean2 = filled(table, ("mean1", "mean2"), Luo2018())
    ratio = np.var(mean1 - mean2) / (2 / 400)
    assert 1.15 < ratio < 1.35


@pytest.mark.parametrize(
    ("rule", "quartiles", "extremes"),
    [(QuantileEstimation(), True, False), *((BoxCox(), *form) for form in FORMS)],
)
def test_skewed_samples_are_read_better_than_as_normal_ones(
    rng, make, filled, rule, quartiles, extremes
) -> None:
    raw = make(rng.lognormal(2.0, 0.6, (60, 200)), rng.lognormal(2.0, 0.6, (60, 200)))
    table = summaries(raw, quartiles=quartiles, extremes=extremes)
    truth = np.array([*raw.means, *raw.sds])
    columns = ("mean1", "mean2", "sd1", "sd2")
    errors = [
        np.sqrt(np.mean((np.array(filled(table, columns, each)) - truth) ** 2, axis=1))
        for each in (rule, Luo2018())
    ]
    assert (errors[0][:2] < 0.7 * errors[1][:2]).all()
    assert (errors[0][2:] < 0.9 * errors[1][2:]).all()


@pytest.mark.parametrize("quartiles", [True, False])
def test_quantile_estimation_with_extremes_is_in_range(rng, make, filled, quartiles) -> None:
    raw = make(rng.lognormal(2.0, 0.6, (30, 200)), rng.lognormal(2.0, 0.6, (30, 200)))
    table = summaries(raw, quartiles=quartiles, extremes=True)
    mean, sd = filled(table, ("mean1", "sd1"), QuantileEstimation())
    assert mean.mean() == pytest.approx(np.exp(2.18), rel=0.08)
    assert sd.mean() == pytest.approx(np.exp(2.18) * np.sqrt(np.expm1(0.36)), rel=0.3)


@pytest.mark.parametrize(
    "sample",
    [stats.norm(20, 4), stats.gamma(3, scale=2), stats.weibull_min(1.6, scale=5), stats.beta(2, 5)],
    ids=["normal", "gamma", "weibull", "beta"],
)
def test_quantile_estimation_recovers_the_family(filled, sample) -> None:
    low, middle, high = sample.ppf([0.25, 0.5, 0.75])
    table = pd.DataFrame(
        {"study": ["A"], "n1": [100], "median1": middle, "lower_quartile1": low}
        | {"upper_quartile1": high, "n2": [100], "mean2": [1.0], "sd2": [1.0]}
    )
    (mean,), (sd,) = filled(table, ("mean1", "sd1"), QuantileEstimation())
    assert mean == pytest.approx(sample.mean(), rel=0.03)
    assert sd == pytest.approx(sample.std(), rel=0.08)


@pytest.mark.parametrize("rule", [Wan2014(), Luo2018(), QuantileEstimation(), BoxCox()])
def test_quantiles_out_of_order_give_nothing(rule, filled) -> None:
    table = pd.DataFrame(
        {"study": ["A"], "n1": [40], "median1": [9.0], "lower_quartile1": [10.0]}
        | {"upper_quartile1": [12.0], "n2": [40], "mean2": [1.0], "sd2": [1.0], "sd1": [np.nan]}
    )
    assert np.isnan(filled(table, ("sd1",), rule)[0]).all()


@pytest.fixture
def before_after(rng, make):
    cov = [[9.0, 0.6 * 3 * 4], [0.6 * 3 * 4, 16.0]]
    pairs = (
        rng.multivariate_normal([20, 24], cov, (150, 50)),
        rng.multivariate_normal([20, 22], cov, (150, 50)),
    )
    before, after = (make(*(arm[..., i] for arm in pairs)) for i in (0, 1))
    return before, after, make(*(arm[..., 1] - arm[..., 0] for arm in pairs))


def change_table(before_after, *, with_after: bool, with_change: bool) -> pd.DataFrame:
    cells = {}
    names = ("baseline_", "", "change_")
    shown = (True, with_after, with_change)
    for raw, prefix, show in zip(before_after, names, shown, strict=True):
        for arm, mean, sd in zip("12", raw.means, raw.sds, strict=True):
            if show:
                cells |= {f"{prefix}mean{arm}": mean, f"{prefix}sd{arm}": sd}
    return before_after[0].table(**cells)


def correlations(before_after) -> list[np.ndarray]:
    before, after, _ = before_after
    return [
        np.array([np.corrcoef(x, y)[0, 1] for x, y in zip(b, a, strict=True)])
        for b, a in zip(before.arms, after.arms, strict=True)
    ]


def test_three_sds_give_away_the_correlation_of_the_raw_data(before_after) -> None:
    from consilience.trials import from_frame
    from consilience.trials.conversions.sheet import Sheet

    trials = from_frame(change_table(before_after, with_after=True, with_change=True))
    found = ChangeCorrelation().values(Sheet(trials.frame))
    given = [found[0]["change_r1"], found[1]["change_r2"]]
    np.testing.assert_allclose(given, correlations(before_after), rtol=1e-9)


def test_the_correlation_gives_the_sd_of_the_changes(before_after, through) -> None:
    r1, r2 = correlations(before_after)
    table = change_table(before_after, with_after=True, with_change=False)
    table = table.assign(change_r1=r1, change_r2=r2).rename(columns={"mean1": "m", "mean2": "k"})
    table = table.assign(mean1=table.m, mean2=table.k).drop(columns=["m", "k"])
    from consilience.trials import from_frame
    from consilience.trials.conversions.sheet import Sheet

    found = ChangeSD(0.1).values(Sheet(from_frame(table).frame))
    change = before_after[2]
    np.testing.assert_allclose([f[f"change_sd{i}"] for i, f in enumerate(found, 1)], change.sds)
    np.testing.assert_allclose([f[f"change_mean{i}"] for i, f in enumerate(found, 1)], change.means)
    y, v = through(
        change_table(before_after, with_after=False, with_change=True), "MD", ChangeToMD()
    )
    known = change.effects("MD")
    np.testing.assert_allclose((y, v), known)


def test_changes_and_baselines_give_the_final_values_of_the_raw_data(before_after, filled) -> None:
    r1, r2 = correlations(before_after)
    table = change_table(before_after, with_after=False, with_change=True)
    table = table.assign(change_r1=r1, change_r2=r2)
    after = before_after[1]
    found = filled(table, ("mean1", "mean2", "sd1", "sd2"), ChangeToFinal(0.0))
    np.testing.assert_allclose(found, (*after.means, *after.sds), rtol=1e-9)


def test_an_assumed_correlation_is_right_on_average(before_after, filled) -> None:
    table = change_table(before_after, with_after=False, with_change=True)
    found = filled(table, ("sd1", "sd2"), ChangeToFinal(0.6))
    known = np.mean(before_after[1].sds, axis=1)
    assert np.isnan(found).sum() <= 9  # a trial or two whose changes scatter too little for 0.6
    np.testing.assert_allclose(np.nanmean(found, axis=1), known, rtol=0.03)


def test_impossible_correlations_give_nothing(filled) -> None:
    table = pd.DataFrame(
        {"study": ["A"], "n1": 20, "n2": 20, "sd1": [np.nan], "mean1": [np.nan]}
        | {f"{name}{arm}": [1.0] for name in ("baseline_mean", "change_mean") for arm in "12"}
        | {"baseline_sd1": [10.0], "change_sd1": [1.0], "baseline_sd2": [3.0], "change_sd2": [3.0]}
    )
    sd1, mean1, sd2 = filled(table, ("sd1", "mean1", "sd2"), ChangeToFinal(0.5))
    assert np.isnan(sd1).all()
    assert (mean1, sd2) == (2.0, pytest.approx(3.0))


@pytest.mark.parametrize(
    ("share", "total", "arms"), [(0.5, 31, (15, 16)), (0.5, 40, (20, 20)), (2 / 3, 60, (40, 20))]
)
def test_totals_become_whole_arms(filled, share, total, arms) -> None:
    table = pd.DataFrame({"study": ["A"], "n_total": [total], "d": [0.3]})
    from consilience.trials.conversions import PrintedD

    n1, n2 = filled(table, ("n1", "n2"), EqualArms(share), PrintedD())
    assert (n1[0], n2[0]) == arms


def test_one_printed_arm_gives_the_other(filled) -> None:
    from consilience.trials.conversions import PrintedD

    table = pd.DataFrame({"study": ["A", "B"], "n_total": [50, 50], "d": 0.3})
    table = table.assign(n1=[18, np.nan], n2=[np.nan, 21])
    found = filled(table, ("n1", "n2"), EqualArms(), PrintedD())
    np.testing.assert_array_equal(found, [[18, 29], [32, 21]])


def test_degrees_of_freedom_give_the_total(rng, filled) -> None:
    from consilience.trials.conversions import PrintedD

    x, y = rng.normal(size=12), rng.normal(size=15)
    df = stats.ttest_ind(x, y).df
    table = pd.DataFrame({"study": ["A"], "f_df": [df], "d": [0.1]})
    (total,) = filled(table, ("n_total",), TotalFromDF(), EqualArms(), PrintedD())
    assert total == 27
