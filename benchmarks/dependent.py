"""Estimates that depend on one another: how fast, each beside its plain reference.

The reference of an exact fit is as many evaluations of a dense likelihood, one after the other in
numpy, as its rule has nodes.
"""

from functools import cache

import numpy as np
import pandas as pd
from figure import Figure, cpu, warm

import consilience as cs
from consilience import heterogeneity, likelihoods, priors, terms
from consilience.effects import Effects
from consilience.heterogeneity import structures

HALF, SLOPE = priors.HalfNormal(0.5), priors.Normal(0.0, 0.5)


def three_level() -> Figure:
    """Fit 100 estimates in 17 trials exactly, warm."""
    model = cs.Model(
        priors.Normal(0.0, 1.0),
        heterogeneity=heterogeneity.Nested("study", HALF, heterogeneity.Normal(HALF)),
    )
    seconds = warm(lambda: cs.fit(model, estimates(), seed=1))
    nodes = cs.fit(model, estimates(), seed=1).posterior.integrated.rule
    name = "exact, three-level, 100 estimates"
    return Figure(name, seconds, 0.1, len(nodes.weights) * dense(estimates()))


def multivariate() -> Figure:
    """Fit four outcomes of 25 trials with unknown correlations of effects and of errors, warm."""
    model = cs.Model(
        priors.Normal(0.0, 1.0),
        terms=(terms.Linear("outcome", SLOPE),),
        heterogeneity=heterogeneity.Multivariate(structure=structures.CompoundSymmetry(HALF)),
        likelihood=likelihoods.CorrelatedNormal(rho=priors.Beta(3.0, 3.0)),
    )
    seconds = warm(lambda: cs.fit(model, outcomes(), seed=1), 3)
    nodes = cs.fit(model, outcomes(), seed=1).posterior.integrated.rule
    name = "exact, multivariate, 100 estimates"
    return Figure(name, seconds, reference=len(nodes.weights) * dense(outcomes()))


def dense(effects: Effects) -> float:
    """Time one evaluation of a likelihood with V + H as a whole matrix."""
    study = effects.table["study"].to_numpy()
    whole = np.diag(effects.v + 0.04) + 0.09 * (study[:, None] == study[None])
    ones = np.ones(effects.k)

    def once() -> None:
        root = np.linalg.cholesky(whole)
        np.linalg.solve(root, np.stack([effects.y, ones], axis=1))

    return cpu(lambda: [once() for _ in range(50)]) / 50


@cache
def estimates() -> Effects:
    """Draw 100 estimates of 17 trials of very different size."""
    rng = np.random.default_rng(11)
    sizes = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 14, 16])
    study = np.repeat([f"t{i:02d}" for i in range(17)], sizes)
    return _drawn(study, rng, {})


@cache
def outcomes() -> Effects:
    """Draw four outcomes of 25 trials."""
    study = np.repeat([f"t{i:02d}" for i in range(25)], 4)
    return _drawn(study, np.random.default_rng(12), {"outcome": list("abcd") * 25})


def _drawn(study: np.ndarray, rng: np.random.Generator, columns: dict) -> Effects:
    k = len(study)
    shared = dict(zip(sorted(set(study)), rng.normal(0.0, 0.3, k), strict=False))
    v = rng.uniform(0.01, 0.1, k)
    y = 0.3 + np.array([shared[each] for each in study]) + rng.normal(0.0, np.sqrt(v + 0.04))
    table = pd.DataFrame({"study": study, "yi": y, "vi": v, **columns})
    return cs.effect_sizes(table.assign(estimate=[f"e{i:03d}" for i in range(k)]), "GEN")


FIGURES = (three_level, multivariate)
