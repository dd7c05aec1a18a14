"""Any results side by side, and why they differ."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.compare import typical_variance
from consilience.errors import ModelError
from consilience.rows import newcomer

HALF = priors.HalfNormal(0.5)
COLUMNS = [
    "estimate", "lower", "upper", "level", "interval", "tau", "I2", "prediction_lower",
    "prediction_upper", "k",
]  # fmt: skip


@pytest.fixture(scope="module")
def effects():
    y, v = [0.22, 0.35, 0.80, 0.36, 0.25, -0.05], [0.034, 0.017, 0.034, 0.032, 0.106, 0.133]
    return cs.effect_sizes(
        pd.DataFrame({"study": list("ABCDEF"), "yi": y, "vi": v, "kind": list("aabbcc")}), "GEN"
    )


@pytest.fixture(scope="module")
def fit(effects):
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
    return cs.fit(model, effects)


@pytest.fixture(scope="module")
def pooling(effects):
    model = cs.Model(
        mu=priors.Normal(0, 1), terms=(terms.Exchangeable("kind", HALF),),
        heterogeneity=heterogeneity.Normal(HALF),
    )  # fmt: skip
    return cs.fit(model, effects)


def test_columns_are_those_of_the_contract(fit, effects):
    table = cs.compare(
        {"Bayes": fit, "DL": cs.pool(effects, "DL"), "REML": cs.pool(effects, "REML")}
    )
    assert list(table.columns) == COLUMNS
    assert list(table.index) == ["Bayes", "DL", "REML"]
    assert list(table["interval"]) == ["credible", "confidence", "confidence"]
    assert table.attrs["direction"] == effects.direction
    assert (table["k"] == 6).all()
    numbers = table.drop(columns="interval").astype(float)
    assert np.isfinite(numbers).all(axis=None)


def test_a_fit_is_its_summary(fit):
    row, summary = cs.compare({"Bayes": fit}).loc["Bayes"], fit.summary()
    for column, source in (("estimate", "mean"), ("lower", "lower"), ("upper", "upper")):
        assert row[column] == pytest.approx(summary.loc["mu", source], rel=1e-12)
    tau = summary.loc["tau", "median"]
    assert row["tau"] == tau
    s2 = typical_variance(fit.effects)
    assert row["I2"] == pytest.approx(100 * tau**2 / (tau**2 + s2))
    new = fit.combine((newcomer(fit, "new"),)).loc["new"]
    assert row["prediction_lower"] == pytest.approx(new["lower"], rel=1e-12)
    assert row["prediction_upper"] == pytest.approx(new["upper"], rel=1e-12)


def test_a_classical_analysis_is_its_own_summary(effects):
    pooled = cs.pool(effects, "REML", inference="knha", level=0.9)
    row, own = cs.compare({"REML": pooled}).loc["REML"], pooled.summary().loc["mu"]
    for column in ("estimate", "lower", "upper", "level"):
        assert row[column] == own[column]
    found, prediction = pooled.heterogeneity(), pooled.prediction_interval()
    assert (row["tau"], row["I2"]) == (found["tau"], found["I2"])
    assert row["prediction_lower"] == prediction["lower"]


def test_the_level_asked_for_is_the_fits(fit):
    half, whole = (cs.compare({"Bayes": fit}, level=level).loc["Bayes"] for level in (0.5, 0.95))
    assert half["level"] == 0.5
    assert whole["lower"] < half["lower"] < half["upper"] < whole["upper"]
    assert half["estimate"] == whole["estimate"]


def test_predictions_are_wider_than_the_mean_and_more_so_for_new_kinds(fit, pooling):
    for each in (fit, pooling):
        row = cs.compare({"Bayes": each}).loc["Bayes"]
        assert row["prediction_lower"] < row["lower"]
        assert row["prediction_upper"] > row["upper"]


def test_a_model_without_tau_has_none(effects):
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity="Nothing")
    row = cs.compare({"common": cs.fit(model, effects)}).loc["common"]
    assert (row["tau"], row["I2"]) == (0.0, 0.0)
    assert (row["prediction_lower"], row["prediction_upper"]) == (row["lower"], row["upper"])


def test_one_trial_can_be_compared(effects):
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
    row = cs.compare({"one": cs.fit(model, effects.only("A"))}).loc["one"]
    assert row["k"] == 1
    assert np.isnan(row["I2"])
    assert np.isfinite(row["estimate"])


def test_the_typical_variance_of_equal_trials_is_theirs():
    table = pd.DataFrame({"study": list("ABC"), "yi": [0.1, 0.2, 0.3], "vi": 0.04})
    assert typical_variance(cs.effect_sizes(table, "GEN")) == pytest.approx(0.04)


@pytest.mark.parametrize("nothing", [{}, [], (), None])
def test_nothing_is_not_compared(nothing):
    with pytest.raises(ModelError, match="at least one analysis"):
        cs.compare(nothing)


@pytest.mark.parametrize("given", [3, None, "fit", pd.DataFrame()])
def test_what_is_no_analysis_is_refused_by_name(fit, given):
    with pytest.raises(ModelError, match="'odd' is no analysis"):
        cs.compare({"Bayes": fit, "odd": given})


@pytest.mark.parametrize("given", ["fit", "list"])
def test_analyses_come_by_name(fit, given):
    with pytest.raises(ModelError, match="name"):
        cs.compare(fit if given == "fit" else [fit])


def test_directions_that_differ_are_both_said(fit):
    table = pd.DataFrame({
        "study": list("ABC"), "n1": 30, "mean1": [5.0, 6, 7], "sd1": 2.0, "n2": 30, "mean2": 5.0,
        "sd2": 2.0, "higher_is_better": "yes",
    })  # fmt: skip
    other = cs.pool(cs.effect_sizes(table, "SMD"), "DL")
    direction = cs.compare({"a": fit, "b": other}).attrs["direction"]
    assert "favour the intervention" in direction
    assert "as they stand" in direction


def test_differences_are_told_with_the_numbers(fit, effects):
    results = {"Bayes": fit, "DL": cs.pool(effects, "DL")}
    words, table = " ".join(cs.explain(results)), cs.compare(results)
    for name in ("Bayes", "DL"):
        for column in ("estimate", "lower", "upper", "tau"):
            assert f"{table.loc[name, column]:.2f}" in words
    ratio = np.diff(table.loc["Bayes", ["lower", "upper"]]) / np.diff(
        table.loc["DL", ["lower", "upper"]]
    )
    assert f"{float(ratio[0]):.2f} times as wide" in words


def test_terms_are_given_as_a_reason_for_a_difference(pooling, fit, effects):
    dl = cs.pool(effects, "DL")
    assert "terms" in " ".join(cs.explain({"Bayes": pooling, "DL": dl}))
    assert "terms" not in " ".join(cs.explain({"Bayes": fit, "DL": dl}))


def test_one_side_alone_needs_no_explanation(fit, effects):
    assert cs.explain({"Bayes": fit}) == ()
    assert cs.explain({"DL": cs.pool(effects, "DL")}) == ()


def test_measures_without_a_common_scale_are_refused():
    table = pd.DataFrame({
        "study": list("ABC"), "n1": 30, "mean1": [5.0, 6, 7], "sd1": 2.0, "n2": 30, "mean2": 5.0,
        "sd2": 2.0,
    })  # fmt: skip
    results = {code: cs.pool(cs.effect_sizes(table, code), "DL") for code in ("SMD", "MD")}
    with pytest.raises(ModelError, match=r"SMD \(SMD\), MD \(MD\)"):
        cs.compare(results)
