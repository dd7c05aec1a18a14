"""Adjustments that print a standard error say by name which of them rests on one cluster alone."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical.robust import adjustments


@pytest.fixture(scope="module")
def regression():
    """Only the last study has x = 1, by one estimate; all others have three or four."""
    rng = np.random.default_rng(8)
    study = np.repeat(list("abcdef"), [3, 4, 3, 4, 3, 1])
    table = pd.DataFrame({
        "study": study, "yi": rng.normal(0.3, 0.4, len(study)), "vi": rng.uniform(0.02, 0.1, 18),
        "x": (study == "f").astype(float), "z": rng.normal(size=18),
    })  # fmt: skip
    table["estimate"] = [f"e{i}" for i in range(18)]
    return cs.pool(cs.effect_sizes(table, "GEN"), moderators="x + z")


@pytest.mark.parametrize("code", sorted({*adjustments.REGISTRY} - {"CR2", "CR3"}))
def test_the_coefficient_and_its_cluster_are_named(regression, code):
    found = cs.robust(regression, "study", adjustment=code)
    table = found.summary()
    (note,) = table.attrs["notes"]
    assert note.startswith("x: The standard error is too small: rests on one cluster alone (f)")
    assert np.isfinite(table["se"]).all()
    assert "notes" not in found.contrast(np.array([[1.0, 0, 0]]), labels=["a"]).attrs
    assert "(f)" in found.test(np.array([[0.0, 1, 0]])).attrs["notes"][0]


def test_it_is_too_small(regression):
    """The one estimate's own error alone is larger than what CR0 prints."""
    robust = cs.robust(regression, "study", adjustment="CR0").summary().loc["x", "se"]
    model = regression.summary().loc["x", "se"]
    assert robust < 0.75 * model
    assert np.isnan(cs.robust(regression, "study").summary().loc["x", "se"])


def test_the_residual_of_that_cluster_is_zero_whatever_its_estimate(regression):
    from dataclasses import replace

    effects = regression.effects
    moved = replace(effects, y=np.where(effects.table["study"] == "f", 50.0, effects.y))
    other = cs.pool(moved, moderators="x + z")
    one, two = (cs.robust(each, "study", adjustment="CR0") for each in (regression, other))
    np.testing.assert_allclose(one.summary()["se"], two.summary()["se"], rtol=1e-6)
