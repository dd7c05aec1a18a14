"""Models of the arms' own data: how fast their exact posteriors are."""

import sys
from collections.abc import Callable
from dataclasses import replace
from math import nan

from figure import HERE, Figure, warm

import consilience as cs

sys.path.insert(0, str(HERE / "calibration"))
from counted_trials import design_of

ALLOWED = {"conditional": 0.3, "poisson": 0.3, "arm_means": 0.3, "beta_binomial": 0.4}
"""Seconds for a model on the ten trials of the calibration, where a bound is set."""


def exact_binomial() -> Figure:
    """Fit the counts of 13 BCG trials exactly, warm: binomial arms, random odds ratios."""
    effects = cs.effect_sizes(cs.read_trials(HERE / "bcg.csv"), "OR")
    model = cs.Model(
        mu=cs.priors.Normal(0.0, 2.82),
        heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5)),
        likelihood=cs.likelihoods.Binomial(),
    )
    seconds = warm(lambda: cs.fit(model, effects, seed=1))
    return Figure("exact, binomial random effects, 13 trials", seconds, 0.2)


def exact_populated() -> Figure:
    """Do so with baselines from a population: four axes, warm."""
    effects = cs.effect_sizes(cs.read_trials(HERE / "bcg.csv"), "OR")
    model = cs.Model(
        mu=cs.priors.Normal(0.0, 2.82),
        heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5)),
        likelihood=cs.likelihoods.Binomial(baseline=cs.likelihoods.baselines.Exchangeable()),
    )
    seconds = warm(lambda: cs.fit(model, effects, seed=1), repeats=2)
    return Figure("exact, exchangeable baselines, random effects, 13 trials", seconds, 10.0)


def exact_of(name: str) -> Callable[[], Figure]:
    """Fit a model file exactly to the ten trials of its calibration, warm."""

    def measured() -> Figure:
        model = cs.read_model(HERE.parent / "models" / f"{name}.toml").model
        effects = design_of(model)
        seconds = warm(lambda: cs.fit(model, effects, seed=1), repeats=10)
        return Figure(f"exact, models/{name}.toml, 10 trials", seconds, ALLOWED.get(name, nan))

    return measured


def exact_scattered() -> Figure:
    """Fit overdispersed arms whose odds ratios scatter exactly, warm."""
    alone = cs.read_model(HERE.parent / "models" / "beta_binomial.toml").model
    scatter = cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5))
    model, effects = replace(alone, heterogeneity=scatter), design_of(alone)
    seconds = warm(lambda: cs.fit(model, effects, seed=1))
    return Figure("exact, overdispersed arms and random effects, 10 trials", seconds, 2.0)


FIGURES = (exact_binomial, exact_populated, exact_scattered, *map(exact_of, ALLOWED))
