"""What has no standard error says so, and what is no input is refused in words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.classical.multilevel_cases import effects_from

import consilience as cs
from consilience import classical
from consilience.classical.hypotheses import permutation_test
from consilience.classical.robust import robust
from consilience.classical.small_study import (
    copas_model,
    excess_significance,
    pet_peese,
    regression_test,
)
from consilience.errors import ConvergenceError, ModelError

INFERRED = ["se", "statistic", "df", "p_value", "lower", "upper"]
AGREEING = pytest.mark.parametrize("value", [0.5, 0.1, -7.3, 1e5 + 0.1])


def levels(*counts):
    """Give clusters of two estimates of one variance; so many of each level of `kind`."""
    rng = np.random.default_rng(5)
    kinds = [kind for kind, count in zip("abcd", counts, strict=False) for _ in range(count)]
    table = {
        "study": [f"s{i // 2}" for i in range(2 * len(kinds))],
        "yi": rng.normal(0.3, 0.4, 2 * len(kinds)),
        "vi": np.repeat(rng.uniform(0.05, 0.2, len(kinds)), 2),
    }
    effects = effects_from(table)
    return replace(effects, table=effects.table.assign(kind=np.repeat(kinds, 2)))


@pytest.mark.parametrize("single", [False, True])
def test_a_level_of_one_cluster_has_no_robust_error(single):
    effects = levels(4, 4, 1)
    if single:
        effects = effects.keep(np.arange(effects.k) < effects.k - 1)
    pooled = cs.pool(effects, moderators="kind")
    found = robust(pooled, "study", adjustment="CR2")
    table = found.summary()
    assert table.loc["kind[c]", INFERRED].isna().all()
    assert np.isfinite(table.loc[["intercept", "kind[b]"], INFERRED].to_numpy(float)).all()
    assert np.isfinite(table["estimate"]).all()
    (note,) = table.attrs["notes"]
    assert note.startswith("kind[c]: No standard error")
    assert "s8" in note
    assert found.average()[["lower", "upper"]].isna().all()
    assert len(repr(found)) < 120
    assert "s8 alone>" in repr(found)
    assert np.isnan(found.test()["p_value"])
    assert np.isfinite(found.test(np.eye(3)[1:2])["p_value"])
    side = cs.compare({"plain": pooled, "robust": found})
    assert side.loc["robust", ["lower", "upper"]].isna().all()


def test_the_other_levels_are_those_of_an_analysis_without_the_lone_cluster():
    whole = cs.pool(levels(4, 4, 1), "CE", moderators="kind")
    rest = cs.pool(whole.effects.keep(np.arange(18) < 16), "CE", moderators="kind")
    ours = robust(whole, "study").summary().loc[["intercept", "kind[b]"], INFERRED]
    theirs = robust(rest, "study").summary().loc[["intercept", "kind[b]"], INFERRED]
    np.testing.assert_allclose(ours.to_numpy(float), theirs.to_numpy(float), rtol=1e-9)


def test_where_every_coefficient_rests_on_one_cluster_nothing_is_told():
    found = robust(cs.pool(levels(1, 1), moderators="kind"), "study")
    assert found.summary()[INFERRED].isna().all(axis=None)
    assert np.isnan(found.test()["statistic"])


@AGREEING
def test_agreeing_estimates_tell_knapp_and_hartung_nothing(effects_of, value):
    effects = effects_of([value] * 4, [0.1, 0.2, 0.3, 0.4])
    pooled = cs.pool(effects, inference="knha")
    assert pooled.summary()[["se", "p_value", "lower", "upper"]].isna().all(axis=None)
    assert 'inference="z"' in pooled.summary().attrs["notes"][0]
    normal = cs.pool(effects)
    assert normal.summary()["se"].item() == pytest.approx(np.sum([10, 5, 10 / 3, 2.5]) ** -0.5)
    assert normal.heterogeneity()[["tau2", "Q"]].tolist() == [0.0, 0.0]
    new = normal.prediction_interval("nagashima")
    assert np.isnan([new["lower"], new["upper"]]).all()
    assert new.attrs["convention"].startswith("none: estimates that agree")
    many = pd.DataFrame({"set": "x", "yi": effects.y, "vi": effects.v})
    assert np.isnan(classical.pool_many(many, "set", inference="knha")["se"].item())


@AGREEING
@pytest.mark.parametrize("call", [regression_test, pet_peese])
def test_agreeing_estimates_tell_a_regression_nothing(effects_of, value, call):
    table = call(effects_of([value] * 4, [0.1, 0.2, 0.3, 0.4]))
    assert table[["se", "p_value", "lower", "upper"]].isna().all(axis=None)
    assert "agree exactly" in table.attrs["notes"][0]


def test_agreement_is_the_most_extreme_of_all_signs(effects_of):
    pooled = cs.pool(effects_of([0.1] * 4, [0.1, 0.2, 0.3, 0.4]), inference="knha")
    assert permutation_test(pooled)["p_value"].item() == 2 / 16


def test_a_tiny_scatter_is_no_rounding(effects_of):
    pooled = cs.pool(effects_of(1 + 1e-9 * np.arange(4), [0.1] * 4), inference="knha")
    expected = 1e-9 * np.std(np.arange(4), ddof=1) / 2
    assert pooled.summary()["se"].item() == pytest.approx(expected, rel=1e-5)


def test_hopeless_variances_are_refused_in_words(effects_of):
    pooled = cs.pool(effects_of([0.5, 1, -2, 3], [1e-12, 0.2, 0.3, 1e8]), "REML")
    with pytest.raises(ConvergenceError, match="variances that differ by many orders"):
        pooled.prediction_interval("nagashima")


@pytest.mark.parametrize("moderators", [["year"], 3, ("year",)])
def test_moderators_are_one_text(scattered, moderators):
    with pytest.raises(ModelError, match="Moderators are a formula in one text"):
        cs.pool(scattered, moderators=moderators)


@pytest.mark.parametrize("level", ["0.95", None, 2, np.nan, True, [0.9]])
@pytest.mark.parametrize("call", [cs.pool, cs.pool_multilevel, regression_test])
def test_a_level_is_a_number_between_zero_and_one(scattered, call, level):
    with pytest.raises(ModelError, match="is no probability between 0 and 1"):
        call(scattered, level=level)


@pytest.mark.parametrize("alpha", ["0.1", None, 0.0, 1.0, np.nan, [0.1]])
def test_a_p_value_is_held_against_a_number_between_zero_and_one(scattered, alpha):
    calls = (lambda: pet_peese(scattered, alpha=alpha),
             lambda: excess_significance(cs.pool(scattered), alpha=alpha),
             lambda: copas_model(cs.pool(scattered), alpha=alpha))  # fmt: skip
    for call in calls:
        with pytest.raises(ModelError, match=r"alpha .* is no probability between 0 and 1"):
            call()


def test_what_is_no_component_is_refused_in_words(scattered):
    with pytest.raises(ModelError, match=r"None is no tau² estimator. Known: CE, DL"):
        cs.pool(scattered, None)
    with pytest.raises(ModelError, match=r"3 is no method of inference. Known: adhoc"):
        cs.pool(scattered, inference=3)
    with pytest.raises(ModelError, match=r"a rule, not 'x'.*PowerOfVariance"):
        classical.get("GENQ", weighting="x")
    with pytest.raises(ModelError, match=r"a rule, not 1.*PowerOfVariance"):
        classical.get("GENQM", weighting=1)
    with pytest.raises(ModelError, match=r"The model is a LocationScale, not 'year'"):
        cs.pool_location_scale(scattered, "year")
    with pytest.raises(ModelError, match=r"cs.pool_multilevel answers, not a int"):
        cs.robust(3)
    with pytest.raises(ModelError, match=r"named by a column, such as \"study\", not 3"):
        cs.robust(cs.pool(scattered), 3)
    with pytest.raises(ModelError, match=r"None is no cluster-robust adjustment. Known: CR0"):
        cs.robust(cs.pool(scattered), adjustment=None)
