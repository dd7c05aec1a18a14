"""Fits to question: exact ones of one to three standard deviations, and sampled twins of them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.effects import Effects
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.tree import Draws
from consilience.fit import Fit

Y = np.array([0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.02, 0.41])
V = np.array([0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.07])
TYPE = ["a", "a", "b", "b", "b", "c", "c", "a"]
AGAINST = ["x", "y", "x", "y", "x", "y", "x", "y"]
HALF = priors.HalfNormal(0.5)
MU = priors.Normal(0.0, 1.0)
NORMAL = heterogeneity.Normal(HALF)

MODELS = {
    "common": cs.Model(mu=MU, heterogeneity="Nothing"),
    "random": cs.Model(mu=MU, heterogeneity=NORMAL),
    "levels": cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("type", HALF), terms.Linear("against", MU)),
        heterogeneity=NORMAL,
    ),
    "crossed": cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("type", HALF), terms.Exchangeable("against", HALF)),
        heterogeneity=NORMAL,
    ),
    "by_group": cs.Model(mu=MU, heterogeneity=heterogeneity.ByGroup("against", HALF)),
    "cauchy": cs.Model(mu=MU, heterogeneity=heterogeneity.Normal(priors.HalfCauchy(0.3))),
    "flat": cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(priors.Flat())),
}


def effects_of(y, v, **columns) -> Effects:
    table = pd.DataFrame({"study": [f"t{i}" for i in range(len(y))], "yi": y, "vi": v})
    return cs.effect_sizes(table.assign(**columns), "GEN")


def eight(y=Y, v=V) -> Effects:
    years = [2003, 2001, 2010, 2001, 2005, 2020, 2015, 2008]
    return effects_of(y, v, type=TYPE, against=AGAINST, year=years)


def sampled(fit: Fit, **changes) -> Fit:
    """Give the draws of an exact fit to the posterior that answers for samplers."""
    posterior, tree = fit.posterior, fit.draws
    beta, hypers = posterior.layout.read(tree["posterior"].to_dataset())
    theta = tree["posterior"]["theta"].to_numpy()
    draws = Draws(hypers, beta, theta, tree["log_likelihood"]["yi"].to_numpy())
    quality = xr.Dataset(attrs={"faults": "", "steps": "", **changes})
    seed, bonds = fit.engine.seed, posterior.bonds
    twin = SampledPosterior(
        posterior.layout, posterior.scatter, draws, fit.effects, seed, quality, bonds
    )
    return Fit(fit.model, fit.effects, cs.engines.Nuts(seed=fit.engine.seed), twin)


@pytest.fixture(scope="session")
def make() -> Callable[..., Effects]:
    return effects_of


@pytest.fixture(scope="session")
def trials() -> Effects:
    return eight()


@pytest.fixture(scope="session")
def models() -> dict[str, cs.Model]:
    return MODELS


@pytest.fixture(scope="session")
def fits(trials) -> dict[str, Fit]:
    engine = cs.engines.Exact(seed=1)
    return {name: cs.fit(model, trials, engine) for name, model in MODELS.items()}


@pytest.fixture(scope="session")
def twins(fits) -> dict[str, Fit]:
    """The same models as a sampler would know them, from 40 000 draws."""
    many = cs.engines.Exact(seed=3, draws=10_000)
    return {
        name: sampled(cs.fit(MODELS[name], fits[name].effects, many))
        for name in ("random", "levels")
    }


@pytest.fixture(scope="session")
def twin_of() -> Callable[..., Fit]:
    return sampled


@pytest.fixture(scope="session")
def exact(fits) -> dict[str, ExactPosterior]:
    return {name: fit.posterior for name, fit in fits.items()}
