"""The effect at each level of a factor, and how strongly the levels differ."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines import Combination
from consilience.errors import DataError, ModelError
from consilience.rows import combinations

HALF = priors.HalfNormal(0.5)
SCATTER = heterogeneity.Normal(HALF)
LEVELS = {"kind": ["B", "c", "NA", "Ü"], "against": ["active", "TAU", "wait"]}


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": list("ABCDEFGHI"), "n1": 40, "n2": 40,
        "yi": [0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0, 0.31, 0.49],
        "vi": [0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07],
        "kind": ["B", "B", "NA", "c", "c", "Ü", "c", "B", "NA"],
        "against": ["TAU"] * 3 + ["active", "TAU", "wait", "TAU", "active", "TAU"],
        "dose": [1.0, 2, 2, 3, 1, 3, 2, 1, 3],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@pytest.fixture(scope="module")
def fit(effects):
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Exchangeable("kind", HALF), terms.Linear("against", priors.Normal(0, 0.5))),
        heterogeneity=SCATTER,
    )
    return cs.fit(model, effects, cs.engines.Exact(seed=4, draws=10_000))


def test_columns_are_those_of_the_contract(fit):
    table = cs.subgroups(fit, by="kind")
    columns = ["estimate", "lower", "upper", "level", "interval", "k"]
    assert set(columns) <= set(table.columns)
    assert table.index.name == "kind"
    assert (table["interval"] == "credible").all()
    assert table.attrs["direction"] == fit.effects.direction


@pytest.mark.parametrize("by", LEVELS)
def test_levels_stand_in_case_insensitive_order_with_their_numbers(fit, by):
    table = cs.subgroups(fit, by=by)
    assert list(table.index) == LEVELS[by]
    counts = fit.effects.table[by].value_counts()
    assert dict(table["k"]) == dict(counts)


def test_an_exchangeable_level_is_mu_and_its_own_deviation(fit):
    """Its exact marginal against the draws of μ + u, within 4 Monte Carlo errors."""
    table, posterior = cs.subgroups(fit, by="kind"), fit.draws["posterior"].to_dataset()
    for level, row in table.iterrows():
        draws = (posterior["mu"] + posterior["kind"].sel(kind_level=level)).to_numpy().ravel()
        assert abs(draws.mean() - row["estimate"]) < 4 * row["sd"] / np.sqrt(draws.size)
        assert draws.std() == pytest.approx(row["sd"], rel=0.025)
        for share, column in ((0.025, "lower"), (0.5, "median"), (0.975, "upper")):
            error = 4 * np.sqrt(share * (1 - share) / draws.size)
            assert abs(np.mean(draws < row[column]) - share) < error
        assert abs(np.mean(draws > 0) - row["p_gt_0"]) < 0.012


def test_a_linear_level_is_the_expectation_with_the_rest_at_its_mean(fit):
    table, posterior = cs.subgroups(fit, by="against"), fit.draws["posterior"].to_dataset()
    shares = {"active": [-6 / 9, -1 / 9], "TAU": [3 / 9, -1 / 9], "wait": [-6 / 9, 8 / 9]}
    for level, weights in shares.items():
        draws = (posterior["mu"] + posterior["beta"].to_numpy() @ weights).to_numpy().ravel()
        row = table.loc[level]
        assert abs(draws.mean() - row["estimate"]) < 4 * row["sd"] / np.sqrt(draws.size)
        assert draws.std() == pytest.approx(row["sd"], rel=0.025)


def test_the_trials_mean_of_the_levels_is_mu(fit):
    """Linear terms are centred: averaged over the trials, the levels give μ back."""
    table = cs.subgroups(fit, by="against")
    average = np.average(table["estimate"], weights=table["k"])
    assert average == pytest.approx(fit.summary().loc["mu", "mean"], abs=1e-12)


def differences(fit, by, **settings):
    table = cs.subgroups(fit, by=by, **settings)
    return table, pd.DataFrame(table.attrs["differences"]).set_index(["a", "b"])


@pytest.mark.parametrize("by", LEVELS)
def test_every_pair_is_compared_once(fit, by):
    table, pairs = differences(fit, by)
    k = len(LEVELS[by])
    assert len(pairs) == k * (k - 1) / 2
    for (a, b), row in pairs.iterrows():
        gap = table.loc[a, "estimate"] - table.loc[b, "estimate"]
        assert row["estimate"] == pytest.approx(gap, abs=1e-12)
        assert (row["p_gt_0"] > 0.5) == (row["lower"] + row["upper"] > 0) or abs(gap) < 0.05


def test_differences_are_antisymmetric(effects, fit):
    """With the levels renamed so that their order turns round, P becomes 1 − P and signs turn."""
    names = {"B": "z", "c": "y", "NA": "x", "Ü": "w"}
    table = effects.table.assign(kind=effects.table["kind"].map(names)).reset_index(drop=True)
    turned = cs.fit(fit.model, cs.effect_sizes(table, "GEN"))
    _, here = differences(fit, "kind")
    _, there = differences(turned, "kind")
    for (a, b), row in here.iterrows():
        other = there.loc[names[b], names[a]]
        assert other["p_gt_0"] == pytest.approx(1 - row["p_gt_0"], abs=1e-7)
        assert other["estimate"] == pytest.approx(-row["estimate"], abs=1e-9)
        assert other["lower"] == pytest.approx(-row["upper"], abs=1e-6)


def test_probabilities_of_differences_are_those_of_the_draws(fit):
    posterior = fit.draws["posterior"]["kind"]
    _, pairs = differences(fit, "kind")
    for (a, b), row in pairs.iterrows():
        gap = posterior.sel(kind_level=a) - posterior.sel(kind_level=b)
        assert abs(float((gap > 0).mean()) - row["p_gt_0"]) < 0.012


def test_the_spread_between_levels_is_the_scale(fit):
    spread = cs.subgroups(fit, by="kind").attrs["spread"]
    row = fit.summary().loc["kind_scale"]
    assert spread == {name: row[name] for name in ("mean", "median", "lower", "upper")}
    assert cs.subgroups(fit, by="against").attrs["spread"] == {}


def test_levels_are_shrunk_as_the_classical_ones_are_not(fit, effects):
    bayes = cs.subgroups(fit, by="kind")
    classical = cs.subgroups(cs.pool(effects, "DL"), by="kind")
    assert list(classical.index) == list(bayes.index)
    assert set(bayes.columns) & set(classical.columns) >= {"estimate", "lower", "upper", "k"}
    assert np.ptp(bayes["estimate"]) < np.ptp(classical["estimate"])
    assert {"Q_between", "Q_df", "Q_p"} <= set(classical.attrs)


def test_words_say_what_is_sure_and_what_leans_on_others(fit):
    words = cs.subgroups(fit, by="kind").attrs["words"]
    assert "Seen in one trial only: Ü." in words
    assert f"{fit.summary().loc['kind_scale', 'median']:.2f}" in words


def test_levels_that_differ_for_sure_are_named():
    y = np.repeat([0.0, 2.0], 6)
    table = pd.DataFrame(
        {
            "study": [f"t{i}" for i in range(12)],
            "yi": y,
            "vi": 0.02,
            "kind": np.repeat(["low", "high"], 6),
        }
    )
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Linear("kind", priors.Normal(0, 2)),),
        heterogeneity=SCATTER,
    )
    words = cs.subgroups(cs.fit(model, cs.effect_sizes(table, "GEN")), by="kind").attrs["words"]
    assert "high above low" in words


def test_the_level_is_the_askers(fit):
    half, whole = (cs.subgroups(fit, by="kind", level=level) for level in (0.5, 0.95))
    assert (half["level"] == 0.5).all()
    assert (half["upper"] - half["lower"] < whole["upper"] - whole["lower"]).all()


@pytest.mark.parametrize("dtype", [float, int, str])
def test_numbers_as_levels(effects, dtype):
    """A numeric factor has the same levels however its column was read."""
    table = effects.table.assign(dose=effects.table["dose"].astype(int).astype(dtype)).reset_index(
        drop=True
    )
    model = cs.Model(
        mu=priors.Normal(0, 1), terms=(terms.Exchangeable("dose", HALF),), heterogeneity=SCATTER
    )
    fit = cs.fit(model, cs.effect_sizes(table, "GEN"))
    found = cs.subgroups(fit, by="dose")
    assert list(found.index) == ["1", "2", "3"]
    assert list(found["k"]) == [3, 3, 3]
    summary = fit.summary()
    for level in found.index:
        expected = summary.loc["mu", "mean"] + summary.loc[f"dose[{level}]", "mean"]
        assert found.loc[level, "estimate"] == pytest.approx(expected, abs=1e-12)


def test_a_factor_that_the_model_does_not_read_is_refused(fit):
    with pytest.raises(ModelError, match=r"no term that reads 'dose'.*Exchangeable\('dose'\)"):
        cs.subgroups(fit, by="dose")


@pytest.mark.parametrize("by", ["typo", "", None, 5])
def test_a_missing_column_is_refused_with_those_there_are(fit, by):
    with pytest.raises(ModelError, match=r"no column.*kind"):
        cs.subgroups(fit, by=by)


@pytest.mark.parametrize("given", [None, pd.DataFrame(), "fit"])
def test_only_analyses_have_subgroups(given):
    with pytest.raises((ModelError, DataError), match="fit"):
        cs.subgroups(given, by="kind")


def test_every_term_that_reads_the_factor_speaks_of_its_levels(effects):
    """A level is the average expectation of all trials, were they of it: slopes by level too."""
    both = (terms.Exchangeable("kind", HALF), terms.Linear("dose:kind", priors.Normal(0, 0.5)))
    fit = cs.fit(cs.Model(mu=priors.Normal(0, 1), terms=both, heterogeneity=SCATTER), effects)
    table = cs.subgroups(fit, by="kind")
    for level, row in table.iterrows():
        each = combinations(fit, effects.frame.assign(kind=level))
        mean = np.mean([one.weights for one in each], axis=0)
        wanted = fit.combine((Combination(str(level), mean),)).iloc[0]
        np.testing.assert_allclose(
            row[["estimate", "sd"]].astype(float), wanted[["mean", "sd"]].astype(float), rtol=1e-10
        )
    assert table.loc["B", "estimate"] != pytest.approx(table.loc["c", "estimate"], abs=1e-3)
