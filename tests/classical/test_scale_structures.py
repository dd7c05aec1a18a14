"""Free of scale: every multilevel structure, location–scale model, regression and robust error.

Outcomes times 10⁻⁴ and 10⁴ change answers by exactly that, to 1e-9 of their standard errors. The
univariate estimators, intervals, diagnostics and small-study methods are in
test_reference_scale.py.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical import REGISTRY, hypotheses
from consilience.classical.location_scale import LocationScale, criteria, links
from consilience.classical.multilevel import components
from consilience.classical.multilevel import criteria as likelihoods
from consilience.classical.robust import adjustments

SCALES = [1e-4, 1e4]
PLACES = [f"p{i}" for i in range(12)]


def effects():
    """Twelve places with two outcomes at three times each."""
    rng = np.random.default_rng(12)
    place = np.repeat(PLACES, 6)
    outcome = np.tile(np.repeat(["a", "b"], 3), 12)
    time = np.tile([1.0, 2.0, 4.0], 24)
    n = len(place)
    v = rng.uniform(0.02, 0.1, n)
    level = rng.normal(0, 0.5, 12)[np.repeat(np.arange(12), 6)]
    table = pd.DataFrame({
        "study": place, "place": place, "outcome": outcome, "time": time,
        "x": rng.normal(size=n), "yi": 0.3 + level + rng.normal(0, np.sqrt(v + 0.08)), "vi": v,
    })  # fmt: skip
    return cs.effect_sizes(table.assign(estimate=[f"e{i}" for i in range(n)]), "GEN")


BASE = effects()


def scaled(c):
    return replace(BASE, y=BASE.y * c, v=BASE.v * c**2)


def distances():
    at = np.random.default_rng(3).uniform(0, 5, (12, 2))
    apart = np.linalg.norm(at[:, None] - at, axis=2)
    return pd.DataFrame(apart, PLACES, PLACES)


def component(code):
    """One of each in the registry; a new one has to be added here."""
    if code in {"AR", "HAR", "CAR"}:
        return components.get(code, inner="time", outer="place")
    if code in {"CS", "HCS", "UN", "ID", "DIAG"}:
        return components.get(code, inner="outcome", outer="place")
    if code.startswith("SP"):
        return components.get(code, place="place", distances=distances())
    if code == "Known":
        return components.get(code, level="place", matrix=np.exp(-distances()))
    if code == "Intercept":
        return components.get(code, level="place")
    return {"Nested": components.written("place/outcome")[0]}[code]


@cache
def structured(code, method, c):
    settings = {"method": method, "moderators": "x"}
    return cs.pool_multilevel(scaled(c), (component(code), "estimate"), **settings)


def same(one, other, unit, size):
    a, b = (np.asarray(each, dtype=float) for each in (one, other))
    np.testing.assert_allclose(b / unit, a, rtol=1e-9, atol=1e-9 * size)


@pytest.mark.parametrize("c", SCALES)
@pytest.mark.parametrize("method", sorted(likelihoods.REGISTRY))
@pytest.mark.parametrize("code", sorted(components.REGISTRY))
def test_multilevel_structures(code, method, c):
    one, other = structured(code, method, 1.0), structured(code, method, c)
    tables = [each.summary() for each in (one, other)]
    se = float(tables[0]["se"].min())
    for name in ("estimate", "se", "lower", "upper"):
        a, b = (table[name].to_numpy(dtype=float) for table in tables)
        np.testing.assert_allclose(b / c, a, rtol=1e-9, atol=1e-9 * se)
    parts = [each.variance_components() for each in (one, other)]
    unit = np.where(parts[0]["parameter"] == "tau2", c**2, 1.0)
    a, b = (part["estimate"].to_numpy(dtype=float) for part in parts)
    np.testing.assert_allclose(b / unit, a, rtol=1e-9, atol=1e-9)
    ends = [each.prediction_interval()[["lower", "upper"]].astype(float) for each in (one, other)]
    if np.isfinite(ends[0]).all():
        np.testing.assert_allclose(ends[1] / c, ends[0], rtol=1e-9, atol=1e-9 * se)


@pytest.mark.parametrize("c", SCALES)
@pytest.mark.parametrize("estimator", sorted(criteria.REGISTRY))
@pytest.mark.parametrize("link", sorted(links.REGISTRY))
def test_location_scale_models(link, estimator, c):
    model = LocationScale("x", "outcome", link=link, estimator=estimator)
    one, other = (cs.pool_location_scale(data, model) for data in (BASE, scaled(c)))
    size = float(one.summary()["se"].min())
    for name in ("estimate", "se", "lower", "upper"):
        same(one.summary()[name], other.summary()[name], c, size)
    same(one.tau2, other.tau2, c**2, float(one.tau2.max()))
    a, b = (each.scale.summary()["estimate"].to_numpy() for each in (one, other))
    b = b - np.array([2 * np.log(c), 0.0]) if link == "log" else b / c**2
    np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-9 * np.abs(a).max())


@pytest.mark.parametrize("c", SCALES)
@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_regressions(code, c):
    """Coefficients, their tests, R² and permutation tests."""
    one, other = (
        cs.pool(data, code, moderators="x + outcome", inference="knha")
        for data in (BASE, scaled(c))
    )
    size = float(one.summary()["se"].min())
    for name in ("estimate", "se", "lower", "upper"):
        same(one.summary()[name], other.summary()[name], c, size)
    same(one.summary()["p_value"], other.summary()["p_value"], 1.0, 1.0)
    same(one.tau2, other.tau2, c**2, float(BASE.v.mean()))
    same(hypotheses.wald_test(one), hypotheses.wald_test(other), 1.0, 1.0)
    same(hypotheses.explained(one), hypotheses.explained(other), 1.0, 1.0)


@pytest.mark.parametrize("c", SCALES)
@pytest.mark.parametrize("code", sorted(adjustments.REGISTRY))
def test_robust_errors(code, c):
    one, other = (
        cs.robust(cs.pool_multilevel(data, "place/outcome", moderators="x"), adjustment=code)
        for data in (BASE, scaled(c))
    )
    size = float(one.summary()["se"].min())
    for name in ("estimate", "se", "lower", "upper"):
        same(one.summary()[name], other.summary()[name], c, size)
    same(one.summary()["df"], other.summary()["df"], 1.0, 1.0)
