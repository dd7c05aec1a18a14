"""Variance inflation: metafor's own test, the definition by regression, and other codings."""

import numpy as np
import pytest
from tests.classical.references import REGRESSIONS

import consilience as cs
from consilience.classical.diagnostics import variance_inflation
from consilience.errors import ModelError

# metafor, tests/testthat/test_misc_vif.r; data of Bangert-Drowns et al. (2004).
METAFOR = {
    "length": 1.53710262575577, "wic": 1.38604929927746, "feedback": 1.64904565071108,
    "info": 1.83396138431786, "pers": 5.67803138275492, "imag": 1.1553714953831,
    "meta": 4.53327503733189,
}  # fmt: skip
TOGETHER = 2.06507966959426


def test_beside_metafors_own_test(effects_of):
    model = REGRESSIONS["bangert_multi"]
    columns = dict(zip(model["names"][1:], np.transpose(model["X"])[1:], strict=True))
    pooled = cs.pool(
        effects_of(model["yi"], model["vi"], **columns), moderators=" + ".join(columns)
    )
    table = variance_inflation(pooled, ["length", "wic"])
    # Their tau² stops at an absolute change of 1e-5.
    assert table["vif"].to_dict() == pytest.approx(METAFOR | {"length + wic": TOGETHER}, rel=2e-6)
    assert table.loc["length + wic", "sif"] == pytest.approx(TOGETHER**0.25, rel=2e-6)


def test_one_moderator_by_its_regression_on_the_others(scattered):
    """``1 / (1 - R²)`` of the weighted regression of the column on the others."""
    pooled = cs.pool(scattered, moderators="year + kind")
    weights = np.sqrt(1 / (scattered.v + pooled.tau2))
    X = pooled.design.full
    rest = np.delete(X, 1, axis=1) * weights[:, None]
    y, mean = X[:, 1] * weights, X[:, :1] * weights[:, None]
    left = [y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0] for basis in (rest, mean)]
    expected = (left[1] @ left[1]) / (left[0] @ left[0])
    table = variance_inflation(pooled)
    assert table.loc["year", "vif"] == pytest.approx(expected, rel=1e-9)
    # Two sets that are all there is inflate each other alike.
    assert table.loc["kind", "vif"] == pytest.approx(expected, rel=1e-9)
    assert table.loc["kind", "columns"] == 3


def test_a_factor_does_not_depend_on_its_coding(effects_of, scattered):
    kinds = list(scattered.frame["kind"])
    other = {"a": "z", "b": "y", "c": "x", "d": "w"}  # another reference
    turned = effects_of(scattered.y, scattered.v, kind=[other[kind] for kind in kinds],
                        year=scattered.frame["year"].to_numpy())  # fmt: skip
    one, two = (
        variance_inflation(cs.pool_multilevel(each, "study", moderators="year + kind"))
        for each in (scattered, turned)
    )
    assert one.loc["kind", "vif"] == pytest.approx(two.loc["kind", "vif"], rel=1e-7)


def test_refusals(scattered):
    with pytest.raises(ModelError, match="Without moderators"):
        variance_inflation(cs.pool(scattered))
    for wrong in (["dose"], "year"):
        with pytest.raises(ModelError, match="Known: year"):
            variance_inflation(cs.pool(scattered, moderators="year"), wrong)
