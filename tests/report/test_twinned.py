"""The classical twins of a joint model, outcome by outcome."""

from pathlib import Path

import numpy as np
import pandas as pd

import consilience as cs
from consilience.report.twinned import EVERY, twins_of

MODELS = Path(__file__).parents[2] / "models"


def test_a_model_with_one_mean_has_twins_with_one_mean():
    """A joint model may know nothing of outcomes: its twins pool everything, too."""
    rng = np.random.default_rng(5)
    study = np.repeat(list("ABCDEF"), 3)
    y = 0.3 + rng.normal(0.0, 0.3, 6).repeat(3) + rng.normal(0.0, 0.25, 18)
    table = pd.DataFrame({"study": study, "outcome": ["x", "y", "z"] * 6, "yi": y, "vi": 0.04})
    table["estimate"] = table["study"] + table["outcome"]
    effects = cs.effect_sizes(table, "GEN")
    fit = cs.fit(cs.read_model(MODELS / "three_level.toml").model, effects)
    found, refused = twins_of(fit)
    assert refused == ""
    assert set(found["outcome"]) == {EVERY}
    pooled = cs.pool_multilevel(effects, "study/estimate").summary().loc["mu"]
    first = found.iloc[0]
    np.testing.assert_allclose(
        first[["estimate", "lower", "upper"]].astype(float),
        pooled[["estimate", "lower", "upper"]].astype(float),
        rtol=1e-6,
    )
