"""Wildly unequal sampling variances are said, by name, beside every table."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical import REGISTRY


def effects(ratio, *, k=12):
    table = pd.DataFrame({
        "study": [f"s{i}" for i in range(k)], "lab": list("abcd") * 3,
        "yi": np.linspace(-1, 1, k), "vi": np.geomspace(0.01, 0.01 * ratio, k),
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@pytest.mark.parametrize("code", REGISTRY)
def test_a_named_warning_of_wildly_unequal_variances(code):
    pooled = cs.pool(effects(1e20), code)
    (note,) = pooled.summary().attrs["notes"]
    assert "1e+20" in note
    assert "s0" in note
    assert "s11" in note
    assert np.isfinite(pooled.tau2)
    assert np.isfinite(pooled.beta).all()


def test_levels_and_robust_errors_say_it_too():
    data = effects(1e8)
    fit = cs.pool_multilevel(data, "lab/study")
    assert "1e+08" in fit.summary().attrs["notes"][0]
    assert "1e+08" in cs.robust(fit, "lab").summary().attrs["notes"][0]


def test_ordinary_ones_are_not_worth_a_word():
    assert "notes" not in cs.pool(effects(1e4)).summary().attrs
