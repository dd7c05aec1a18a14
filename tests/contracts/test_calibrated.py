"""Simulation-based calibration of the exact components, small: ranks uniform, intervals cover."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, heterogeneity, priors, terms
from consilience.calibration import calibrate

HALF, MU, SLOPE = priors.HalfNormal(0.5), priors.Normal(0.0, 1.0), priors.Normal(0.0, 0.5)
NORMAL = heterogeneity.Normal(HALF)
REPLICATIONS = 80
UNLIKELY = 1e-4

MODELS = {
    "by group": {"heterogeneity": heterogeneity.ByGroup("arm", HALF)},
    "log-linear": {"heterogeneity": heterogeneity.LogLinear("dose", HALF, SLOPE)},
    "pairs": {"terms": terms.Exchangeable("arm", HALF, within="dose"), "heterogeneity": NORMAL},
    "spline and offset": {
        "terms": (terms.Spline("dose", 3, SLOPE), terms.Offset("known")),
        "heterogeneity": NORMAL,
    },
    "risk of bias": {
        "heterogeneity": NORMAL,
        "bias": bias.RiskOfBias("risk", "high", SLOPE, priors.HalfNormal(0.3)),
    },
    "down-weighted": {"heterogeneity": NORMAL, "bias": bias.PowerWeight("risk", "high", 0.3)},
}


@pytest.fixture(scope="module")
def effects():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({
        "study": list("ABCDEFGH"), "yi": 0.0, "vi": rng.uniform(0.02, 0.15, 8),
        "arm": list("aabbabab"), "dose": [1.0, 2, 2, 3, 5, 4, 1, 3],
        "known": rng.normal(0, 0.5, 8), "risk": ["high", "low", "low", "high"] * 2,
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@pytest.mark.parametrize("name", MODELS)
def test_a_model_finds_what_it_was_drawn_from(name, effects):
    model = cs.Model(mu=MU, **MODELS[name])
    found = calibrate(model, effects, REPLICATIONS, seed=7)
    table = found.table()
    assert table["p_uniform"].min() > UNLIKELY, table
    assert (np.abs(table["coverage_95"] - 0.95) < 4 * table["se_95"] + 0.01).all(), table
    parts = cs.fit(model, effects).posterior.layout
    assert set(table.index) == {*parts.labels, *(hyper.name for hyper in parts.hypers)}
