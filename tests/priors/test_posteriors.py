"""Posteriors of tau under every prior of the reference program, and under brute force.

Moments and evidence bind to 1e-9, quantiles to 1e-6.
"""

import json
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate

from consilience import heterogeneity, priors
from consilience.effects import Effects, effect_sizes
from consilience.engines import Exact
from consilience.engines.exact.coordinate import Coordinate
from consilience.engines.exact.marginals import hyper_marginals
from consilience.fit import Fit, fit
from consilience.model import Model
from consilience.priors import LogNormal, LogStudentT, Normal, Prior
from consilience.terms import Linear

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "priors_posteriors.json").read_text(encoding="utf-8")
)
NAMES = {
    "BergerDeely": priors.BergerDeely,
    "DuMouchel": priors.DuMouchel,
    "I2": priors.I2,
    "Jeffreys": priors.Jeffreys,
    "conventional": priors.Conventional,
    "improper uniform": priors.Flat,
    "shrinkage": priors.Shrinkage,
    "sqrt": priors.SqrtUniform,
}
FAMILIES = {
    "exponential": lambda p: priors.Exponential(p["rate"]),
    "halfcauchy": lambda p: priors.HalfCauchy(p["scale"]),
    "halfnormal": lambda p: priors.HalfNormal(p["scale"]),
    "halft": lambda p: priors.HalfStudentT(p["df"], p["scale"]),
    "inverse-gamma on tau^2": lambda p: priors.Squared(priors.InverseGamma(p["shape"], p["scale"])),
    "lognormal": lambda p: (
        LogNormal(p["param"]["mu"], p["param"]["sigma"])
        if "param" in p
        else LogNormal(p["meanlog"], p["sdlog"])
    ),
    "lomax": lambda p: priors.Lomax(p["shape"], p["scale"]),
    "uniform": lambda p: priors.Uniform(p["min"], p["max"]),
}
CASES = [
    pytest.param(data, theirs, id=f"{name}: {which}")
    for name, data in REFERENCE["data"].items()
    for which, theirs in data["fits"].items()
]


def prior_of(given: dict[str, Any]) -> Prior:
    family = given["family"]
    return NAMES[family]() if family in NAMES else FAMILIES[family](given)


def effects_of(y: list[float], v: np.ndarray, **moderators: list[float]) -> Effects:
    names = [f"trial {number}" for number in range(len(y))]
    return effect_sizes(pd.DataFrame({"study": names, "yi": y, "vi": v, **moderators}), "GEN")


def fitted(data: dict[str, Any], theirs: dict[str, Any]) -> Fit:
    moderators = {"ablat": data["ablat"]} if "ablat" in data else {}
    terms = (Linear("ablat", prior=priors.Flat()),) if moderators else ()
    mu = Normal(*theirs["mu_prior"]) if theirs["mu_prior"] else priors.Flat()
    tau = prior_of(theirs["tau_prior"])
    model = Model(mu=mu, terms=terms, heterogeneity=heterogeneity.Normal(tau=tau))
    return fit(model, effects_of(data["y"], np.square(data["sigma"]), **moderators), Exact())


@pytest.mark.parametrize(("data", "theirs"), CASES)
def test_tau_and_evidence_agree_with_bayesmeta(data: dict, theirs: dict) -> None:
    ours = fitted(data, theirs)
    row = ours.summary().loc["tau"]
    (median, mean, sd), quantiles = theirs["moments"], np.array(theirs["quantiles"])
    # The reference gives no moment where the tail has none.
    np.testing.assert_allclose(row["mean"], np.inf if mean is None else mean, rtol=1e-9)
    np.testing.assert_allclose(row["sd"], np.inf if sd is None else sd, rtol=1e-9)
    np.testing.assert_allclose(row["median"], median, rtol=1e-6)
    ends = row[["lower", "upper"]].to_numpy(dtype=float)
    np.testing.assert_allclose(ends, quantiles[[1, 9]], rtol=1e-6)
    (marginal,) = hyper_marginals(ours.posterior.integrated.rule)
    found = marginal.quantile(np.array(REFERENCE["p"]))
    np.testing.assert_allclose(found, quantiles, rtol=1e-6)
    assert prior_of(theirs["tau_prior"]).proper == theirs["proper"]
    if theirs["evidence"] is None:
        assert ours.log_evidence is None
    else:
        np.testing.assert_allclose(ours.log_evidence, log(theirs["evidence"]), atol=1e-9)


@pytest.mark.parametrize(
    "prior",
    [
        LogStudentT(5.0, -1.925, 0.965),
        LogStudentT(5.0, -1.72, 1.295),
        LogNormal(-1.28, 5.0),
        priors.Conventional(),
        priors.Shrinkage(),
        priors.DuMouchel(),
        priors.Mixture((priors.HalfNormal(0.1), priors.HalfCauchy(1.0)), (0.8, 0.2)),
    ],
    ids=lambda prior: prior.label,
)
@pytest.mark.parametrize("name", ["hinks2010_logOR", "peto1980_logOR"])
def test_evidence_and_median_agree_with_brute_force(prior: Prior, name: str) -> None:
    """In ln tau, from where numbers begin to where they end: no coordinate of the engine."""
    data = REFERENCE["data"][name]
    y, v = np.array(data["y"]), np.square(data["sigma"])
    ours = fit(
        Model(mu=Normal(0.0, 4.0), heterogeneity=heterogeneity.Normal(tau=prior)),
        effects_of(data["y"], v),
        Exact(),
    )
    concrete = prior.resolve(priors.Context(np.nan, v))

    def density(t: float) -> float:
        covariance = np.diag(v + np.exp(2 * t)) + 16.0
        _, log_size = np.linalg.slogdet(2 * np.pi * covariance)
        likelihood = -0.5 * (log_size + y @ np.linalg.solve(covariance, y))
        return float(np.exp(likelihood + concrete.logpdf(np.exp(t)) + t))

    middle = log(ours.summary().loc["tau", "median"])
    steps = np.array([-690, -300, -100, -50, -25, -12, -8, -5, -3, -2, -1, -0.5, 0])
    below = sum(_pieces(density, middle + np.maximum(steps, -690 - middle)))
    above = sum(_pieces(density, middle - steps[::-1][:-3]))
    np.testing.assert_allclose(np.exp(ours.log_evidence), below + above, rtol=1e-8)
    np.testing.assert_allclose(below / (below + above), 0.5, rtol=1e-8)


def _pieces(density: Any, ends: np.ndarray) -> list[float]:
    settings = {"epsabs": 0, "epsrel": 1e-11, "limit": 200}
    return [integrate.quad(density, a, b, **settings)[0] for a, b in pairwise(ends)]


def test_a_rhodes_prior_is_integrated_in_milliseconds_and_read_back(tmp_path: Path) -> None:
    from consilience.fit import load_fit

    data = REFERENCE["data"]["hinks2010_logOR"]
    tau = priors.catalogue.find("SMD", publication="rhodes2015").prior
    effects = effects_of(data["y"], np.square(data["sigma"]))
    first = fit(Model(mu=Normal(), heterogeneity=heterogeneity.Normal(tau=tau)), effects, Exact())
    assert np.prod(first.posterior.integrated.rule.shape) <= 2000
    marginal = first.draws["marginals"].to_dataset().sel(parameter="tau")
    assert np.all(np.isfinite(marginal["density"]))
    assert marginal["density"].max() < 1e3
    first.save(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(load_fit(tmp_path / "fit.nc").summary(), first.summary())


@pytest.mark.parametrize("depth", [0.0, 1.0])
@pytest.mark.parametrize("lower", [0.0, 0.2])
def test_coordinates_are_maps_with_a_slope(depth: float, lower: float) -> None:
    coordinate = Coordinate(0.3, lower, depth=depth)
    x = np.array([0.02, 0.1, 0.5, 1.0, 3.0, 9.0])
    value = coordinate.value(x)
    inside = value > lower * (1.0 + 1e-9)
    np.testing.assert_allclose(coordinate.place(value)[inside], x[inside], rtol=1e-7)
    step = 1e-6 * x
    slope = (coordinate.value(x + step) - coordinate.value(x - step)) / (2.0 * step)
    np.testing.assert_allclose(np.exp(coordinate.log_jacobian(x))[inside], slope[inside], rtol=1e-5)
    assert coordinate.value(np.zeros(1)) == lower
    assert coordinate.place(np.array([lower])) == 0.0
    assert coordinate.log_jacobian(np.zeros(1)) == -np.inf
