"""Copas's model: the other program's numbers, the law by brute force, the published example."""

import numpy as np
import pytest
from scipy import integrate, stats
from tests.classical.references import EXTRAS

from consilience.classical.pool import pool
from consilience.classical.small_study import copas_model, copas_sensitivity
from consilience.errors import ModelError

TEN = [.25, .18, .40, .30, .12, .55, .22, .32, .45, .28], [
    .08, .10, .15, .09, .07, .20, .08, .12, .17, .10]  # fmt: skip


def test_beside_metasens(effects_of):
    """metasens 1.5-3, its likelihood maximised at given probabilities of publication."""
    profile = copas_model(pool(effects_of(TEN[0], np.square(TEN[1])))).profile.set_index("publish")
    for level, estimate in ((1.0, 0.246944262521), (0.9, 0.2414960626094), (0.3, 0.2286357398443)):
        assert profile.loc[level, "estimate"] == pytest.approx(estimate, abs=2e-6)
    assert profile.loc[0.9, "rho"] == pytest.approx(0.9999, abs=1e-8)
    assert (profile["tau2"] < 1e-9).all()


def test_passive_smoking_as_published(effects_of):
    """Copas and Shi (2000), BMJ 320:417: 24 % without selection, 15 % if 60 % were included."""
    kept = EXTRAS["hackshaw1998 GEN"]
    found = copas_model(pool(effects_of(kept["yi"], kept["vi"])), surest=0.99)
    included = 37 / (37 + found.profile["unpublished"].to_numpy(float))
    excess = 100 * np.expm1(found.profile["estimate"].to_numpy(float))
    assert excess[0] == pytest.approx(24, abs=0.5)
    assert np.interp(0.6, included[::-1], excess[::-1]) == pytest.approx(15, abs=0.5)


def test_the_likelihood_is_that_of_published_trials(effects_of):
    """Chance of y and of publication by integrating over the sampling error, no closed form."""
    effects = effects_of(TEN[0], np.square(TEN[1]))
    row = copas_sensitivity(pool(effects), [0.2], gamma1=[0.05]).iloc[0]
    mu, rho, tau2 = float(row["estimate"]), float(row["rho"]), float(row["tau2"])
    total = 0.0
    for y, s in zip(*TEN, strict=True):
        u = 0.2 + 0.05 / s
        mills = stats.norm.pdf(u) / stats.norm.cdf(u)
        sigma = s / np.sqrt(1 - rho**2 * mills * (u + mills))

        def joint(e, y=y, sigma=sigma, u=u):
            published = stats.norm.cdf((u + rho * e) / np.sqrt(1 - rho**2))
            rest = max(tau2, 1e-8)
            return (
                stats.norm.pdf(e) * stats.norm.pdf(y - mu - sigma * e, 0, np.sqrt(rest)) * published
            )

        at = (y - mu) / sigma
        density = integrate.quad(joint, at - 1, at + 1, points=[at], epsabs=1e-12, limit=500)[0]
        total += np.log(density / stats.norm.cdf(u))
    assert row["log_likelihood"] == pytest.approx(total, abs=2e-3)


def test_without_selection_it_is_maximum_likelihood(scattered):
    row = copas_model(pool(scattered)).profile.iloc[0]
    plain = pool(scattered, "ML")
    assert row["estimate"] == pytest.approx(plain.beta[0], rel=1e-8)
    assert row["tau2"] == pytest.approx(plain.tau2, rel=1e-7)
    assert row["unpublished"] == 0


def test_selection_is_undone(effects_of):
    """1,500 trials published by Copas's own rule, at the true gammas."""
    rng = np.random.default_rng(3)
    s = rng.uniform(0.1, 0.6, 1500)
    e, d = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 1500).T
    y = 0.2 + 0.1 * rng.standard_normal(1500) + s * e
    seen = -0.6 + 0.2 / s + d > 0
    pooled = pool(effects_of(y[seen], s[seen] ** 2), "ML")
    row = copas_sensitivity(pooled, [-0.6], gamma1=[0.2]).iloc[0]
    assert pooled.beta[0] - 0.2 > 4 * pooled.summary()["se"].iloc[0]
    assert abs(row["estimate"] - 0.2) < 3 * row["se"]


def test_refusals(scattered, effects_of):
    with pytest.raises(ModelError, match="without moderators"):
        copas_model(pool(scattered, moderators="year"))
    with pytest.raises(ModelError, match="of different variances"):
        copas_model(pool(effects_of([1, 2, 3, 4.0], [1.0] * 4)))
    for publish in ((), (0.5, 0.6), (1.2,), (0.0,), (0.99995,)):
        with pytest.raises(ModelError, match="publish"):
            copas_model(pool(scattered), publish=publish)
    with pytest.raises(ModelError, match="alpha"):
        copas_model(pool(scattered), alpha=1.0)
    with pytest.raises(ModelError, match="gamma1"):
        copas_sensitivity(pool(scattered), [0.0], gamma1=[-1.0])
