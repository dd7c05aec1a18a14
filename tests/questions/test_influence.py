"""What each trial and each pair decides: reference programs, refits, and planted culprits."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.outlying import FAR, outlying

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError, RefusalError

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "questions.json").read_text("utf-8")
)["metafor"]
FLAT = cs.Model(mu=priors.Flat(), heterogeneity="Nothing")


def test_a_flat_common_effect_is_metafor_leave1out(make):
    """With a flat mu and no heterogeneity the posterior is the classical estimate."""
    effects = make(np.array(REFERENCE["yi"]), np.array(REFERENCE["vi"]))
    table = cs.influence(cs.fit(FLAT, effects)).trials.loc[list(effects.labels)]
    np.testing.assert_allclose(table["mean"], REFERENCE["estimate"], rtol=1e-8)
    np.testing.assert_allclose(table["sd"], REFERENCE["se"], rtol=1e-8)


@pytest.mark.parametrize("name", ["random", "common"])
def test_pairs_are_fits_to_the_other_trials(fits, models, trials, name):
    pairs = cs.influence(fits[name], 0.2).pairs
    assert len(pairs) == 28
    for a, b in ((0, 1), (2, 6), (5, 7)):
        fit = cs.fit(models[name], trials.keep(~np.isin(np.arange(8), (a, b))))
        mu = fit.summary().loc["mu"]
        row = pairs.loc[f"t{a} + t{b}"]
        for column in ("mean", "sd", "lower", "upper", "p_gt_0"):
            assert row[column] == pytest.approx(mu[column], abs=1e-7)
        chance = cs.probabilities(fit, (0.2,)).loc["mu", "p_gt_0.2"]
        assert row["p_gt"] == pytest.approx(chance, abs=1e-7)


def test_distances_follow_their_definitions(fits):
    found = cs.influence(fits["levels"])
    mean, sd = found.whole["mean"], found.whole["sd"]
    assert mean == pytest.approx(fits["levels"].summary().loc["mu", "mean"])
    for table in (found.trials, found.pairs):
        m, s = table["mean"], table["sd"]
        np.testing.assert_allclose(table["d_mean"], m - mean)
        np.testing.assert_allclose(table["cook"], ((m - mean) / sd) ** 2)
        kl = np.log(s / sd) + (sd**2 + (mean - m) ** 2) / (2 * s**2) - 0.5
        np.testing.assert_allclose(table["kl"], kl, atol=1e-12)
        assert (table["kl"] >= 0).all()
        assert table["kl"].is_monotonic_decreasing
        assert (table["accuracy"] < 1e-6).all()


def test_the_planted_trial_turns_the_conclusion(make, models):
    y = np.array([0.02, 0.05, -0.03, 0.01, 0.04, 2.5])
    v = np.array([0.04, 0.04, 0.04, 0.04, 0.04, 0.002])
    common = cs.fit(models["common"], make(y, v))
    found = cs.influence(common)
    assert found.conclusion == "above"
    assert list(found.trials.index[found.trials["turns"]]) == ["t5"]
    assert found.trials.index[0] == "t5"
    assert "Leaving out t5 alone turns the conclusion." in found.words
    with_it = found.pairs["first"].eq("t5") | found.pairs["second"].eq("t5")
    np.testing.assert_array_equal(found.pairs["turns"], with_it)
    assert "No pair of the other trials does." in found.words


def test_only_a_pair_turns_the_conclusion(make, models):
    y = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    v = np.array([0.2, 0.2, 0.2, 0.06, 0.06])
    found = cs.influence(cs.fit(models["common"], make(y, v)))
    assert found.conclusion == "above"
    assert not found.trials["turns"].any()
    assert list(found.pairs.index[found.pairs["turns"]]) == ["t3 + t4"]
    assert "No single trial turns the conclusion." in found.words
    assert any(
        words.startswith("1 pair of trials would turn it") and words.endswith("t3 and t4.")
        for words in found.words
    )


@pytest.mark.parametrize(("sign", "conclusion"), [(1, "above"), (-1, "below"), (0, "open")])
def test_conclusions_mirror(make, models, sign, conclusion):
    y = sign * np.array([0.5, 0.6, 0.4])
    assert cs.influence(cs.fit(models["common"], make(y, [0.02] * 3))).conclusion == conclusion


def test_studies_are_left_out_whole(make, models):
    table = {"group": ["a", "a", "b", "c"]}
    effects = make(np.array([0.1, 0.5, 0.2, 0.3]), np.full(4, 0.04), **table)
    fit = cs.fit(models["random"], effects)
    found = cs.influence(fit, by="group")
    assert sorted(found.trials.index) == ["a", "b", "c"]
    own = cs.fit(models["random"], effects.keep(np.array([False, False, True, True])))
    assert found.trials.loc["a", "mean"] == pytest.approx(own.summary().loc["mu", "mean"], abs=1e-8)
    with pytest.raises(ModelError, match="no column"):
        cs.influence(fit, by="nowhere")
    alike = cs.fit(models["random"], make([0.1, 0.2], [0.1, 0.1], group=["a", "a"]))
    with pytest.raises(ModelError, match="none is left"):
        cs.influence(alike, by="group")


def test_sampled_fits_are_reweighted(fits, twins):
    exact, drawn = cs.influence(fits["random"], 0.2), cs.influence(twins["random"], 0.2)
    for part, width in (("trials", 0.02), ("pairs", 0.04)):
        ours, theirs = getattr(exact, part), getattr(drawn, part).loc[getattr(exact, part).index]
        sure = theirs["note"] == ""
        assert sure.mean() > 0.7
        for column in ("mean", "sd", "p_gt", "tau"):
            np.testing.assert_allclose(theirs[column][sure], ours[column][sure], atol=width)
        assert theirs["mean"][~sure].isna().all()
        assert theirs["note"][~sure].str.contains("Pareto").all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_trials(make, models, k):
    effects = make(np.array([0.3, 0.1, 0.2])[:k], [0.05] * k)
    found = cs.influence(cs.fit(models["random"], effects))
    assert len(found.trials) == k
    assert len(found.pairs) == (3 if k == 3 else 0)
    assert found.words
    if k == 1:  # without it only the prior is left
        row = found.trials.iloc[0]
        assert row["mean"] == pytest.approx(0, abs=1e-9)
        assert row["sd"] == pytest.approx(1, rel=1e-7)


def test_rows_that_cannot_be_known_say_why(make):
    found = cs.influence(cs.fit(FLAT, make([0.3], [0.1])))
    assert np.isnan(found.trials["mean"].iloc[0])
    assert not found.trials["turns"].iloc[0]
    assert "flat" in found.trials["note"].iloc[0]


def test_many_trials_pair_the_most_influential_only(make, models):
    rng = np.random.default_rng(5)
    effects = make(rng.normal(0.2, 0.3, 120), rng.uniform(0.01, 0.1, 120))
    found = cs.influence(cs.fit(models["common"], effects))
    assert len(found.pairs) == 100 * 99 // 2
    assert set(found.pairs["first"]) <= set(found.trials.index[:100])


@pytest.mark.parametrize(
    "asked",
    [
        {"threshold": np.nan},
        {"threshold": "0"},
        {"certainty": 0.4},
        {"certainty": True},
        {"level": 2},
    ],
)
def test_bad_questions_are_refused(fits, asked):
    with pytest.raises(ModelError):
        cs.influence(fits["random"], **asked)


def test_the_last_row_of_the_cumulative_table_is_the_whole(fits):
    for name in ("random", "levels"):
        table = cs.cumulative(fits[name])
        mu = fits[name].summary().loc["mu"]
        assert list(table["k"]) == list(range(1, 9))
        assert table["year"].is_monotonic_increasing
        for column in ("mean", "sd", "median", "lower", "upper", "p_gt_0"):
            assert table[column].iloc[-1] == pytest.approx(mu[column], abs=1e-8)


def test_each_step_is_a_fit_to_the_trials_so_far(fits, models, trials):
    table = cs.cumulative(fits["random"])
    assert list(table.index[:3]) == ["t1", "t3", "t0"]  # equal years as they stand in the table
    first = cs.fit(models["random"], trials.only("t1", "t3", "t0")).summary()
    assert table["mean"].iloc[2] == pytest.approx(first.loc["mu", "mean"], abs=1e-8)
    assert table["tau"].iloc[2] == pytest.approx(first.loc["tau", "median"], abs=1e-7)


def test_too_few_trials_for_improper_priors_leave_rows_empty(make):
    model = cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(priors.Flat()))
    table = cs.cumulative(cs.fit(model, make([0.1, 0.4, 0.2, 0.3], [0.05] * 4, year=[1, 2, 3, 4])))
    assert list(table["median"].isna()) == [True, True, False, False]
    assert table["note"].iloc[:2].str.len().min() > 0
    assert (table["note"].iloc[2:] == "").all()


def test_an_order_that_is_not_known_is_refused(make, models, twins):
    fit = cs.fit(models["random"], make([0.1, 0.2], [0.1, 0.1], year=[2001, np.nan]))
    with pytest.raises(DataError, match="t1"):
        cs.cumulative(fit)
    with pytest.raises(ModelError, match="no column 'decade'"):
        cs.cumulative(fit, "decade")
    with pytest.raises(RefusalError, match="cumulative"):
        cs.cumulative(twins["random"])


def test_text_orders_too(make, models):
    fit = cs.fit(models["random"], make([0.1, 0.2], [0.1, 0.1], wave=["b", "a"]))
    assert list(cs.cumulative(fit, "wave").index) == ["t1", "t0"]


def test_outliers_by_holm_and_bonferroni(make, models):
    y = np.array([0.1, 0.15, 0.12, 0.08, 0.11, 0.9, 0.13, 0.09])
    found = cs.outliers(cs.fit(models["common"], make(y, np.full(8, 0.02))))
    p = found["p_value"].to_numpy()
    order = np.argsort(p)
    steps = np.maximum.accumulate(np.minimum(p[order] * np.arange(8, 0, -1), 1))
    np.testing.assert_allclose(found["p_holm"].to_numpy()[order], steps)
    np.testing.assert_allclose(found["p_bonferroni"], np.minimum(8 * p, 1))
    assert found["p_value"].idxmin() == "t5"
    assert found["p_outlier"].isna().all()
    assert "t5" in found.attrs["words"][0]


def test_outliers_of_a_sampled_fit(fits, twins):
    exact, drawn = cs.outliers(fits["random"]), cs.outliers(twins["random"])
    np.testing.assert_allclose(drawn["pit"], exact["pit"], atol=0.03)


def test_what_the_draws_cannot_foresee_stays_empty_and_says_why(twin_of, make, models):
    """One estimate carries the fit: its weights are worthless, and k shows it."""
    y, v = np.array([0.1, 0.2, 0.15, 4.0]), np.array([0.3, 0.3, 0.3, 1e-4])
    exact = cs.fit(models["random"], make(y, v), cs.engines.Exact(seed=2, draws=250))
    drawn = twin_of(exact)
    assert list(drawn.posterior.doubted()) == [False, False, False, True]
    assert not exact.posterior.doubted().any()
    found = cs.outliers(drawn)
    assert found.loc["t3", ["pit", "p_value", "p_holm", "p_bonferroni"]].isna().all()
    assert "Pareto k above 0.7" in found.loc["t3", "note"]
    assert found["note"].iloc[:3].eq("").all()
    assert any("t3" in words and "draws say too little" in words for words in found.attrs["words"])
    checked = cs.check(drawn)
    assert np.isnan(checked.trials.loc["t3", "p_value_loo"])
    assert any("t3" in words and "Pareto k" in words for words in checked.words)
    assert np.isfinite(cs.outliers(exact)["pit"]).all()


@pytest.mark.parametrize("verb", [cs.influence, cs.borrowing, cs.exact_loo, cs.ranks])
def test_a_repr_is_one_line(fits, verb):
    text = repr(verb(fits["levels"]))
    assert text.startswith(f"<{verb(fits['levels']).__class__.__name__}")
    assert text.endswith(">")
    assert "\n" not in text
    assert len(text) < 120


@pytest.mark.nuts
def test_a_heavy_tailed_model_names_its_outlier():
    fit = outlying()
    found = cs.outliers(fit)
    assert found["p_outlier"].idxmax() == FAR
    assert found["p_outlier"][FAR] > 0.8
    assert any(FAR in words for words in found.attrs["words"])
    borrowed = cs.borrowing(fit)
    assert borrowed.trials["weight"].isna().all()
    assert borrowed.trials["shrinkage"].idxmin() == FAR
    assert any("not Gaussian" in words for words in borrowed.words)
    assert len(cs.power_scaling(fit))
    assert len(cs.shortest(fit)) == len(fit.summary())
    assert np.isfinite(cs.conflict(fit)["p_value"]).all()
    assert len(cs.ranks(fit).table) == 7
    assert len(cs.probabilities(fit, (0.1,), rope=(-0.1, 0.1))) == 9
