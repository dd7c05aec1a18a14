"""Subgroups: each level as if alone, and the test between them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from consilience.classical.pool import pool
from consilience.classical.subgroups import subgroups
from consilience.errors import DataError, ModelError

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "metafor_metareg.json"


def test_each_level_is_pooled_as_if_alone(scattered):
    table = subgroups(pool(scattered, "DL", inference="knha"), "kind")
    alone = pool(scattered.keep(scattered.table["kind"] == "b"), "DL", inference="knha")
    columns = ["estimate", "se", "lower", "upper"]
    assert table.loc["b", columns].tolist() == alone.summary().loc["mu", columns].tolist()
    assert table.loc["b", "tau2"] == alone.tau2
    assert table["k"].tolist() == [2, 4, 4, 2]
    assert list(table.columns) == [*columns, "level", "interval", "k", "tau2"]


def test_q_between_splits_cochrans_q(scattered):
    """Under a common effect: Q = Q within the levels + Q between them."""
    table = subgroups(pool(scattered, "CE"), "kind")
    within = sum(
        pool(scattered.keep(scattered.table["kind"] == level), "CE").heterogeneity()["Q"]
        for level in table.index
    )
    total = pool(scattered, "CE").heterogeneity()["Q"]
    assert table.attrs["Q_between"] + within == pytest.approx(total)
    assert table.attrs["Q_p"] == pytest.approx(stats.chi2(3).sf(table.attrs["Q_between"]))


@pytest.mark.parametrize("inference", ["z", "knha"])
@pytest.mark.parametrize("estimator", ["CE", "DL"])
def test_common_tau2_is_the_omnibus_test_of_the_regression(effects_of, inference, estimator):
    """metafor's QM of a regression on one factor; an F statistic with Knapp and Hartung."""
    model = json.loads(REFERENCE.read_text(encoding="utf-8"))["models"]["linde_group"]
    dummies = np.array(model["X"])[:, 1:]
    group = np.where(dummies.any(axis=1), dummies.argmax(axis=1) + 2, 1)
    effects = effects_of(model["yi"], model["vi"], group=group)
    fit = model["fits"][f"{'EE' if estimator == 'CE' else estimator}_{inference}"]
    pooled = pool(effects, estimator, inference=inference)
    attrs = subgroups(pooled, "group", common_tau2=True).attrs
    statistic = attrs["Q_between"] / (attrs["Q_df"] if inference == "knha" else 1)
    assert statistic == pytest.approx(fit["QM"], rel=1e-6)
    assert attrs["Q_p"] == pytest.approx(fit["QMp"], rel=1e-6)


def test_common_tau2_rows_are_the_cell_means(scattered):
    table = subgroups(pool(scattered), "kind", common_tau2=True)
    means = pool(scattered, moderators="0 + kind").summary()
    np.testing.assert_allclose(table["estimate"], means["estimate"], rtol=1e-9)
    np.testing.assert_allclose(table["se"], means["se"], rtol=1e-9)
    assert table["tau2"].nunique() == 1


def test_a_level_of_one_trial_is_shown_and_said(effects_of):
    effects = effects_of([0.1, 0.4, 0.9], [0.1, 0.1, 0.1], kind=["a", "a", "lone"])
    table = subgroups(pool(effects, inference="knha"), "kind")
    assert table.loc["lone", "k"] == 1
    assert math.isnan(table.loc["lone", "tau2"])
    assert table.loc["lone", "upper"] == pytest.approx(0.9 + 1.959964 * math.sqrt(0.1))
    assert "lone" in table.attrs["notes"][0]
    assert "lone" in table.attrs["words"]


def test_words_follow_the_test(effects_of):
    far = effects_of([0, 0.1, 5, 5.1], [0.1] * 4, kind=list("aabb"))
    near = effects_of([0, 0.1, 0.05, 0.1], [0.1] * 4, kind=list("aabb"))
    assert "more than chance" in subgroups(pool(far, "CE"), "kind").attrs["words"]
    assert "does not show that they are alike" in subgroups(pool(near, "CE"), "kind").attrs["words"]


def test_refusals(scattered, effects_of):
    with pytest.raises(ModelError, match="ignore its moderators"):
        subgroups(pool(scattered, moderators="year"), "kind")
    with pytest.raises(ModelError, match="no column 'colour'"):
        subgroups(pool(scattered), "colour")
    with pytest.raises(ModelError, match="one level only, 'a'"):
        subgroups(pool(scattered.only("trial 0", "trial 1")), "kind")
    with pytest.raises(DataError, match="trial 1"):
        subgroups(pool(effects_of([0, 1], [1, 1], kind=["a", ""])), "kind")
