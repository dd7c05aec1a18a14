"""Selection models on simulated trials: their likelihood by brute quadrature, what they find."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from consilience.classical.pool import pool
from consilience.classical.small_study import Truncated, selection_model

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor_selection as brute  # noqa: E402 - found by the line above


@pytest.mark.parametrize("name", [*brute.FUNCTIONS])
def test_the_likelihood_is_that_of_brute_quadrature(effects_of, name):
    """On simulated trials under selection, and nothing near is more likely."""
    rng = np.random.default_rng(11)
    count = 400 if name == "beta" else 200  # of fewer it finds no maximum
    v = rng.uniform(0.02, 0.3, count)
    y = rng.normal(0.15, np.sqrt(v + 0.03))
    p = stats.norm.sf(y / np.sqrt(v))
    kept = rng.random(count) < np.where(p < 0.025, 1.0, np.where(p < 0.5, 0.5, 0.25))
    effects = effects_of(y[kept], v[kept])
    side = "two-sided" if name == "step_05_twosided" else "greater"
    pooled = pool(effects, "CE" if name == "step_025_EE" else "ML")
    table = selection_model(pooled, brute.FUNCTIONS[name], favoured=side)
    values = table["estimate"].to_numpy()
    best = brute.height(effects, name, side=side, values=values)
    assert best == pytest.approx(table.attrs["log_likelihood"], rel=1e-9)
    for place in range(len(values)):
        for factor in (0.99, 1.01):
            moved = values.copy()
            moved[place] *= factor
            assert brute.height(effects, name, side=side, values=moved) <= best + 1e-9


@pytest.mark.parametrize(
    ("count", "seed"),
    [(1500, 0), *(pytest.param(4000, n, marks=pytest.mark.slow) for n in range(3))],
)
def test_selection_is_undone(effects_of, count, seed):
    """The insignificant trials were published three times in ten: the model finds it."""
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.2, count)
    y = rng.normal(0.2, np.sqrt(v + 0.04))
    kept = (stats.norm.sf(y / np.sqrt(v)) < 0.025) | (rng.random(count) < 0.3)
    pooled = pool(effects_of(y[kept], v[kept]))
    found = selection_model(pooled, "steps", favoured="greater")
    assert pooled.beta[0] > 0.28
    for name, truth in (("mu", 0.2), ("tau2", 0.04), ("delta[0.025–1]", 0.3)):
        row = found.loc[name]
        assert abs(row["estimate"] - truth) < 4 * row["se"]
    assert found.attrs["LRT_p"] < 1e-6


def test_truncation_is_undone(effects_of):
    """Estimates below 0.1 were published one time in four, whatever their p value."""
    rng = np.random.default_rng(8)
    v = rng.uniform(0.01, 0.2, 500)
    y = rng.normal(0.1, np.sqrt(v + 0.04))
    kept = (y > 0.1) | (rng.random(500) < 0.25)
    table = selection_model(pool(effects_of(y[kept], v[kept])), Truncated(0.1), favoured="greater")
    for name, truth in (("mu", 0.1), ("tau2", 0.04), ("delta", 0.25)):
        assert abs(table.loc[name, "estimate"] - truth) < 4 * table.loc[name, "se"]
    few = y[kept][:100], v[kept][:100]
    plain = selection_model(pool(effects_of(*few)), Truncated(0.1), favoured="greater")
    turned = selection_model(pool(effects_of(-few[0], few[1])), Truncated(-0.1), favoured="less")
    assert turned["estimate"].abs().tolist() == pytest.approx(plain["estimate"].tolist(), rel=1e-9)
