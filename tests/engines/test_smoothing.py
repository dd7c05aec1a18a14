"""Weights that do not differ need no smoothing, and a question about them is refused in words."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, priors
from consilience.engines.smoothing import smoothed
from consilience.errors import RefusalError


def test_equal_weights_stay_equal_beside_others():
    from arviz_stats.base import array_stats

    logs = np.random.default_rng(4).normal(0.0, 2.0, (3, 500))
    logs[1] = 7.0
    weights, k = smoothed(logs)
    assert np.ptp(weights[1]) == 0.0
    assert k[1] == 0.0
    for row in (0, 2):
        alone, shape = array_stats.psislw(-logs[row], r_eff=1.0)
        np.testing.assert_allclose(weights[row], alone, rtol=1e-12)
        assert k[row] == pytest.approx(float(shape), rel=1e-12)


def test_an_estimate_without_weight_cannot_be_left_out_once_more():
    table = pd.DataFrame({
        "study": ["Ash", "Birch", "Cedar"], "yi": [0.2, 0.4, 0.1], "vi": [0.04, 0.05, 0.03],
        "risk": ["low", "high", "low"],
    })  # fmt: skip
    left = bias.PowerWeight("risk", "high", 0.0)
    model = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity="Nothing", bias=left)
    fit = cs.fit(model, cs.effect_sizes(table, "GEN"), seed=1)
    with pytest.raises(RefusalError, match=r"'Birch'.*other estimates"):
        cs.loo(fit)
