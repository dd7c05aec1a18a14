"""Any results side by side, and why they differ."""

import re

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.classical import small_study
from consilience.classical.counts import mantel_haenszel, peto
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


@pytest.fixture(scope="module")
def counts():
    columns = {
        "events1": [15, 5, 8, 3, 12, 4, 9], "n1": [102, 67, 54, 61, 150, 45, 80],
        "events2": [20, 9, 17, 8, 14, 12, 10], "n2": [99, 70, 52, 60, 148, 47, 83],
    }  # fmt: skip
    studies = [f"S{i}" for i in range(7)]
    return pd.DataFrame({"study": studies, **columns}, index=pd.Index(studies, name="estimate"))


@pytest.fixture(scope="module")
def odds(counts):
    return cs.effect_sizes(counts, "OR")


@pytest.fixture(scope="module")
def every_kind(counts, odds):
    """A Bayesian fit and one result of each kind that the classical rooms give."""
    model = cs.Model(mu=priors.Normal(0, 2.82), heterogeneity=heterogeneity.Normal(HALF))
    pooled = cs.pool(odds, "REML", inference="knha")
    return {
        "Bayes": cs.fit(model, odds),
        "REML": pooled,
        "regression": cs.pool(odds, "DL", moderators="n1"),
        "Mantel-Haenszel": mantel_haenszel(counts, "OR"),
        "Peto": peto(counts),
        "trim and fill": small_study.trim_fill(pooled, side="right"),
        "limit": small_study.limit_meta_analysis(pooled),
        "PET-PEESE": small_study.pet_peese(odds),
        "Egger's limit": small_study.regression_test(odds),
        "selection": small_study.selection_model(pooled, "steps", favoured="less"),
        "multilevel": cs.pool_multilevel(odds, "study"),
        "robust": cs.robust(pooled, cluster="study"),
        "counts": cs.pool_counts(counts, "OR.CM.EL"),
    }


def test_every_kind_of_result_stands_beside_a_fit(every_kind):
    table = cs.compare(every_kind)
    assert list(table.index) == list(every_kind)
    known = table[["estimate", "lower", "upper", "level", "k"]].astype(float)
    assert np.isfinite(known).all(axis=None)
    assert (table["lower"] < table["estimate"]).all()
    assert (table["estimate"] < table["upper"]).all()
    assert table.attrs["direction"] == every_kind["REML"].effects.direction


def test_every_kind_says_what_its_own_table_says(every_kind):
    table = cs.compare(every_kind)
    own = {
        "Mantel-Haenszel": every_kind["Mantel-Haenszel"],
        "Peto": every_kind["Peto"],
        "trim and fill": every_kind["trim and fill"].pooled.summary().loc["mu"],
        "limit": every_kind["limit"],
        "PET-PEESE": every_kind["PET-PEESE"].loc["PET-PEESE"],
        "Egger's limit": every_kind["Egger's limit"].loc["limit"],
        "selection": every_kind["selection"].loc["mu"],
        "multilevel": every_kind["multilevel"].summary().loc["mu"],
        "robust": every_kind["robust"].summary().loc["mu"],
        "counts": every_kind["counts"].summary().loc["mu"],
    }
    for name, row in own.items():
        for column in ("estimate", "lower", "upper", "level"):
            assert table.loc[name, column] == row[column], (name, column)
    assert table.loc["Mantel-Haenszel", "I2"] == every_kind["Mantel-Haenszel"]["I2"]
    tau2 = every_kind["selection"].loc["tau2", "estimate"]
    assert table.loc["selection", "tau"] == pytest.approx(tau2**0.5, rel=1e-12)
    assert table.loc["robust", "tau"] == table.loc["REML", "tau"]
    assert table.loc["counts", "tau"] == every_kind["counts"].tau2 ** 0.5
    assert table.loc["trim and fill", "k"] == 7 + every_kind["trim and fill"].missing


def test_what_an_analysis_does_not_say_is_nan(every_kind):
    table = cs.compare(every_kind)
    silent = ["Mantel-Haenszel", "Peto", "limit", "PET-PEESE", "selection", "robust"]
    assert table.loc[silent, ["prediction_lower", "prediction_upper"]].isna().all(axis=None)
    assert table.loc[["Mantel-Haenszel", "Peto", "limit"], "tau"].isna().all()
    words = " ".join(cs.explain(every_kind))
    assert "nan" not in words
    assert "Mantel-Haenszel at" in words


def test_a_new_kind_of_analysis_needs_four_things(odds):
    class Other:
        effects = odds

        def average(self):
            ends = {"lower": -1.0, "upper": 0.0, "level": 0.9, "interval": "confidence"}
            return pd.Series({"estimate": -0.5, **ends})

        def heterogeneity(self):
            return pd.Series({"tau": 0.25})

        def prediction_interval(self):
            return pd.Series({"lower": -2.0, "upper": 1.0})

    row = cs.compare({"other": Other()}).loc["other"]
    assert (row["estimate"], row["lower"], row["upper"]) == (-0.5, -1.0, 0.0)
    assert (row["tau"], row["prediction_lower"], row["k"]) == (0.25, -2.0, 7)
    assert np.isnan(row["I2"])


def test_directions_that_differ_are_refused():
    table = pd.DataFrame({
        "study": list("ABC"), "n1": 30, "mean1": [5.0, 6, 7], "sd1": 2.0, "n2": 30, "mean2": 5.0,
        "sd2": 2.0,
    })  # fmt: skip
    stands = cs.pool(cs.effect_sizes(table, "SMD"), "DL")
    turned = cs.pool(cs.effect_sizes(table.assign(higher_is_better="no"), "SMD"), "DL")
    assert stands.average()["estimate"] == -turned.average()["estimate"]
    with pytest.raises(ModelError, match=r"point different ways.*a: .*stand.*b: Positive"):
        cs.compare({"a": stands, "b": turned})


def test_counts_are_refused_beside_effects_that_were_turned(counts):
    turned = cs.effect_sizes(counts.assign(higher_is_better="no"), "OR")
    with pytest.raises(ModelError, match="without; what pools counts knows none"):
        cs.compare({"REML": cs.pool(turned, "REML"), "Peto": peto(counts)})


def test_odds_ratios_do_not_stand_beside_risk_ratios(counts, odds):
    results = {"OR": cs.pool(odds), "RR": mantel_haenszel(counts, "RR")}
    with pytest.raises(ModelError, match=r"OR \(OR\), RR \(RR\)"):
        cs.compare(results)


def test_ready_made_effects_take_the_name_of_their_measure(fit, effects):
    """A generic effect goes with no other; the remedy that the refusal names works."""
    table = pd.DataFrame({
        "study": list("ABC"), "n1": 30, "mean1": [5.0, 6, 7], "sd1": 2.0, "n2": 30, "mean2": 5.0,
        "sd2": 2.0,
    })  # fmt: skip
    smd = cs.pool(cs.effect_sizes(table, "SMD"), "DL")
    with pytest.raises(ModelError, match=r"Bayes \(GEN\), SMD \(SMD\).*column `measure`"):
        cs.compare({"Bayes": fit, "SMD": smd})
    given = effects.table[["study", "yi", "vi"]]
    named = cs.effect_sizes(given.assign(measure="SMD"), "SMD")
    assert len(cs.compare({"ready-made": cs.pool(named, "DL"), "SMD": smd})) == 2


@pytest.mark.parametrize(
    "given",
    [
        pd.Series({"estimate": 1.0}),
        pd.DataFrame({"estimate": [1.0]}, index=["mu"]),
        pd.DataFrame(
            {"estimate": 1.0, "lower": 0.0, "upper": 2.0, "level": 0.95, "interval": "confidence"},
            index=["slope"],
        ),
    ],
)
def test_rows_without_an_interval_and_tables_without_a_mean_are_refused(given):
    with pytest.raises(ModelError, match=r"'odd' is no analysis.*PET-PEESE"):
        cs.compare({"odd": given})


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


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_trials_are_told_once_and_without_hyphens(effects, k):
    few = effects.keep(np.arange(effects.k) >= effects.k - k)
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
    told = cs.explain({"Bayes": cs.fit(model, few), "REML": cs.pool(few, "REML")})
    words = " ".join(told)
    assert "−" in words
    assert not re.search(r"(?<!\w)-\d", words)
    assert "1 trials" not in words
    assert ("One trial says nothing of how much trials differ" in words) == (k == 1)
    assert ("Between-trial SD" in words) == (k > 1)
    assert sum("prior" in one for one in told) == (2 if k == 1 else 1)


def test_who_counts_shared_participants_twice_is_said(effects):
    group = ["one", "one", *map(str, range(2, effects.k))]
    rules = (cs.dependence.Clusters("group", 0.5),)
    linked = cs.effect_sizes(effects.table.assign(group=group), "GEN", shared=rules)
    bayes = cs.fit(
        cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF)), linked
    )
    aware, unaware = cs.pool(linked, "DL"), cs.pool(linked.sharing(), "DL")
    both = " ".join(cs.explain({"Bayes": bayes, "DL": aware}))
    assert "taken into account on both sides" in both
    one = " ".join(cs.explain({"Bayes": bayes, "DL": aware, "plain DL": unaware}))
    assert "plain DL took them as independent and may count participants twice" in one


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
