"""Groups' SDs as draws from a population."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Nuts
from consilience.errors import ModelError
from consilience.heterogeneity import PooledByGroup
from consilience.rows import newcomer

HALF = priors.HalfNormal(0.5)
MU = priors.Normal(0.0, 1.0)


def model(scatter):
    return cs.Model(mu=MU, heterogeneity=scatter)


def point(effects, *, typical, spread, deviations):
    hypers = PooledByGroup("arm", HALF).scatter(effects).hypers
    values = (typical, spread, *deviations)
    return {hyper.name: np.array([value]) for hyper, value in zip(hypers, values, strict=True)}


def test_groups_lie_log_normally_about_the_typical_one(effects):
    scatter = PooledByGroup("arm", HALF).scatter(effects)
    at = point(effects, typical=0.3, spread=0.5, deviations=(1.0, 0.0, -2.0))
    taus = dict(zip("abc", 0.3 * np.exp(0.5 * np.array([1.0, 0.0, -2.0])), strict=True))
    expected = [taus[arm] ** 2 for arm in effects.table["arm"]]
    np.testing.assert_allclose(scatter.variance(at)[0], expected, rtol=1e-14)
    derived = scatter.derived(at)
    assert {name: float(value[0]) for name, value in derived.items()} == pytest.approx(
        {f"tau[{arm}]": tau for arm, tau in taus.items()}
    )


def test_without_spread_it_is_normal_heterogeneity(effects):
    at = point(effects, typical=0.3, spread=0.0, deviations=(1.0, 0.0, -2.0))
    scatter = PooledByGroup("arm", HALF).scatter(effects)
    np.testing.assert_allclose(scatter.variance(at), 0.09)
    np.testing.assert_allclose(scatter.anywhere().variance(at), 0.09)


def test_a_group_never_seen_is_a_draw_from_the_population(effects):
    """E τ² = τ²·e^(2s²) for a log-normal τ; known groups keep their own."""
    at = point(effects, typical=0.3, spread=0.5, deviations=(1.0, 0.0, -2.0))
    scatter = PooledByGroup("arm", HALF).scatter(effects)
    both = scatter.at(pd.DataFrame({"arm": ["a", "z"]}))
    expected = [(0.3 * np.exp(0.5)) ** 2, 0.09 * np.exp(2 * 0.25)]
    np.testing.assert_allclose(both.variance(at)[0], expected, rtol=1e-10)
    rng = np.random.default_rng(1)
    many = {name: np.repeat(value, 40_000) for name, value in at.items()}
    taus = np.sqrt(scatter.anywhere().draw(many, (40_000, 1), rng)[:, 0])
    assert np.log(taus).mean() == pytest.approx(np.log(0.3), abs=0.02)
    assert np.log(taus).std() == pytest.approx(0.5, abs=0.02)


def test_it_has_too_many_hyperparameters_for_the_exact_engine(effects):
    choice = cs.engines.auto(model(PooledByGroup("arm", HALF)), effects)
    assert isinstance(choice.engine, Nuts)
    assert "this model has 5 (tau_typical, tau_spread, tau_deviation[a]" in choice.reason


def test_one_group_is_refused(effects_of):
    effects = effects_of([0.1, 0.2], [0.1, 0.1], arm="x")
    with pytest.raises(ModelError, match=r"at least two groups.*only 'x'"):
        cs.fit(model(PooledByGroup("arm", HALF)), effects)


@pytest.mark.parametrize("settings", [{"by": 1}, {"by": "arm", "spread": priors.Normal()}])
def test_settings_are_checked(settings):
    with pytest.raises(ModelError, match=r"by|spread"):
        PooledByGroup(**settings)


@pytest.mark.nuts
def test_groups_learn_from_one_another(effects_of):
    """Two trials among groups like theirs: their SD is known twice as well as from them alone.

    Brute force over the five hyperparameters is out of reach: the conditional of one group's SD
    given the others is checked instead, by the mean of its posterior under importance weights.
    """
    rng = np.random.default_rng(5)
    arms = ["a"] * 12 + ["b"] * 12 + ["c"] * 2
    y = rng.normal(0.3, np.hypot(0.3, 0.1), 26)
    effects = effects_of(y, np.full(26, 0.01), arm=arms)
    pooled = cs.fit(model(PooledByGroup("arm", HALF)), effects, Nuts(seed=3, target_accept=0.995))
    assert pooled.diagnosis.passed, pooled.diagnosis
    summary = pooled.summary()
    apart = cs.fit(model(heterogeneity.ByGroup("arm", HALF)), effects).summary()
    assert summary.loc["tau[c]", "sd"] < 0.6 * apart.loc["tau[c]", "sd"]
    assert list(summary.index[1:9]) == [
        *("tau_typical", "tau_spread", "tau_deviation[a]", "tau_deviation[b]"),
        *("tau_deviation[c]", "tau[a]", "tau[b]", "tau[c]"),
    ]
    assert pooled.posterior.variables == set(pooled.draws["posterior"].data_vars)
    _importance(pooled, effects)
    new = pooled.combine((newcomer(pooled, "new"),)).loc["new"]
    assert new["upper"] - new["lower"] > 3.5 * summary.loc["tau_typical", "median"]
    future = cs.predict(pooled, cs.NewTrial(sei=0.1, arm="never seen"), seed=1)["predictions"]
    assert float(future["theta"].quantile(0.975)) == pytest.approx(new["upper"], abs=0.2)


def _importance(fit, effects):
    """Self-normalised importance sampling from the prior: 4 million draws, the same posterior."""
    rng = np.random.default_rng(7)
    n, batches, (v,) = 200_000, 20, np.unique(effects.v)  # one v: a group is its size and sums
    own = [effects.y[effects.table["arm"] == arm] for arm in "abc"]
    size, mean = np.array([[len(y), y.mean()] for y in own]).T
    within = np.array([np.sum((y - y.mean()) ** 2) for y in own])
    sums = np.zeros(4)
    top = None
    for _ in range(batches):
        mu = rng.normal(0.3, 0.3, n)
        tau, s = np.abs(rng.normal(0, 0.5, n)), np.abs(rng.normal(0, 0.5, n))
        taus = tau[:, None] * np.exp(s[:, None] * rng.standard_normal((n, 3)))
        log_w = stats.norm(0, 1).logpdf(mu) - stats.norm(0.3, 0.3).logpdf(mu)
        variance, squares = taus**2 + v, within + size * (mean - mu[:, None]) ** 2
        log_w += -0.5 * np.sum(size * np.log(variance) + squares / variance, axis=1)
        top = log_w.max() if top is None else top
        w = np.exp(log_w - top)
        sums += [w.sum(), w @ mu, w @ tau, w @ taus[:, 2]]
    summary = fit.summary()
    for value, name in zip(sums[1:] / sums[0], ("mu", "tau_typical", "tau[c]"), strict=True):
        row = summary.loc[name]
        assert row["mean"] == pytest.approx(value, abs=4 * row["mcse"] + 0.01 * row["sd"])
