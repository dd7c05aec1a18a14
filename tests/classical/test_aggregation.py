"""Several estimates of a study made one: generalised least squares by whole matrices, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical import aggregated
from consilience.covariance import Covariance
from consilience.effects import effect_sizes
from consilience.errors import DataError, ModelError, RefusalError


@pytest.fixture
def several():
    table = pd.DataFrame({
        "study": list("aabbbc"), "estimate": [f"e{i}" for i in range(6)],
        "dose": [1, 1, 2, 2, 2, 3], "time": [1, 2, 1, 2, 3, 1],
        "yi": [0.1, 0.4, 0.3, 0.0, 0.5, 0.2], "vi": [0.1, 0.2, 0.1, 0.3, 0.2, 0.15],
    })  # fmt: skip
    return effect_sizes(table, "GEN", shared=cs.dependence.Correlated(0.6, over="time"))


def test_the_best_weights_by_whole_matrices(several):
    """The coefficients of study dummies in generalised least squares, and their covariance."""
    inverse = np.linalg.inv(several.shared.dense(several.v))
    X = (several.table["study"].to_numpy()[:, None] == np.array(list("abc"))).astype(float)
    information = X.T @ inverse @ X
    found = aggregated(several)
    np.testing.assert_allclose(
        found.y, np.linalg.solve(information, X.T @ inverse @ several.y), rtol=1e-12
    )
    np.testing.assert_allclose(np.diag(found.v), np.linalg.inv(information), atol=1e-15)
    assert found.labels == ("a", "b", "c")
    assert list(found.table.columns) == ["study", "dose"]
    assert "6 estimates to 3" in found.log[-1]
    assert cs.pool(found, moderators="dose").effects.k == 3


def test_rows_of_a_study_need_not_stand_together(several):
    order = [0, 2, 1, 5, 3, 4]
    mixed = effect_sizes(several.frame.iloc[order].reset_index(), "GEN",
                         shared=cs.dependence.Correlated(0.6, over="time"))  # fmt: skip
    one, other = aggregated(several), aggregated(mixed)
    assert other.labels == ("a", "b", "c")
    np.testing.assert_allclose(other.y, one.y, rtol=1e-12)
    np.testing.assert_allclose(other.v, one.v, rtol=1e-12)


def test_plain_means(several):
    found = aggregated(several, weighted=False)
    assert found.y == pytest.approx([0.25, 0.8 / 3, 0.2])
    V = several.shared.dense(several.v)
    assert found.v == pytest.approx([V[:2, :2].mean(), V[2:5, 2:5].mean(), 0.15])


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_free_of_scale_and_of_the_order_of_rows(several, factor):
    one = aggregated(several)
    blocks = tuple(block * factor**2 for block in several.shared.blocks)
    scaled = replace(several, y=several.y * factor, v=several.v * factor**2,
                     shared=Covariance(several.shared.members, blocks))  # fmt: skip
    np.testing.assert_allclose(aggregated(scaled).y, one.y * factor, rtol=1e-12)
    np.testing.assert_allclose(aggregated(scaled).v, one.v * factor**2, rtol=1e-12)
    back = aggregated(effect_sizes(
        several.frame[::-1].reset_index(), "GEN", shared=cs.dependence.Correlated(0.6, over="time")
    ))  # fmt: skip
    assert back.labels == ("c", "b", "a")
    np.testing.assert_allclose(back.y[::-1], one.y, rtol=1e-12)


def test_refusals(several):
    with pytest.raises(DataError, match=r"no column 'lab'.*Known: study"):
        aggregated(several, "lab")
    with pytest.raises(DataError, match=r"'e1', column 'lab': the cell is empty"):
        aggregated(replace(several, table=several.table.assign(lab=["x", None] + ["y"] * 4)), "lab")
    with pytest.raises(RefusalError, match="e0, e1 share participants, but not their time"):
        aggregated(several, "time")
    with pytest.raises(ModelError, match="takes Effects"):
        aggregated([0.1, 0.2])
