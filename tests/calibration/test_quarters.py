"""Simulation-based calibration: over the prior the exact posterior's ranks are uniform.

Draw parameters from the prior and estimates from them; the posterior probability below the true
value is then uniform, for every parameter (Talts et al. 2018, arXiv:1804.06788). Exact quartiles
stand in for ranks among draws: a quarter of the true values lies in each of the four parts.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines.tree import Layout

RANDOM = cs.Model(
    mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5))
)
POOLING = cs.Model(
    mu=priors.Normal(0.0, 1.0),
    terms=(
        terms.Exchangeable("kind", priors.HalfNormal(0.5)),
        terms.Linear("against", priors.Normal(0.0, 0.5)),
    ),
    heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
)
K = 8
KINDS, AGAINST = list("aabbccdd"), list("uvwuvwuu")


def effects_of(y, v):
    table = pd.DataFrame({
        "study": [f"t{i}" for i in range(K)], "yi": y, "vi": v, "kind": KINDS, "against": AGAINST,
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


def from_the_prior(layout: Layout, rng):
    """One draw of every coefficient and standard deviation, by row name."""
    drawn = {hyper.name: float(hyper.prior.ppf(rng.random())) for hyper in layout.hypers}
    for part in layout.parts:
        scale = drawn[part.scales[0].name] if part.scales else 1.0
        drawn |= {label: scale * float(part.prior.ppf(rng.random())) for label in part.labels}
    return drawn


def quarters(model, replications, *, seed):
    """In which quarter of its posterior every true value lies: DataFrame of 0 … 3 by parameter."""
    rng = np.random.default_rng(seed)
    layout = cs.fit(model, effects_of(np.zeros(K), np.ones(K)), "exact").posterior.layout
    W = np.hstack([part.matrix for part in layout.parts])
    rows = []
    for _ in range(replications):
        v, truth = rng.uniform(0.02, 0.3, K), from_the_prior(layout, rng)
        theta = W @ [truth[label] for label in layout.labels]
        theta = theta + truth["tau"] * rng.normal(size=K)
        truth |= {f"theta[t{i}]": theta[i] for i in range(K)}
        y = theta + np.sqrt(v) * rng.normal(size=K)
        summary = cs.fit(model, effects_of(y, v), "exact").summary(0.5)
        ends = summary[["lower", "median", "upper"]]
        rows.append((ends.lt(pd.Series(truth), axis=0)).sum(axis=1))
    return pd.DataFrame(rows)


def is_uniform(found):
    """Chi-squared over the quarters; the smallest p of all parameters after Bonferroni."""
    pvalues = {
        name: stats.chisquare(np.bincount(found[name], minlength=4)).pvalue for name in found
    }
    worst = min(pvalues, key=pvalues.get)
    return min(1.0, pvalues[worst] * len(pvalues)), worst


def test_quarters_are_equally_full():
    """Of a model that holds the simpler one, whose turn comes under the mark `slow`."""
    pvalue, worst = is_uniform(quarters(POOLING, 60, seed=1))
    assert pvalue > 0.01, worst


def test_a_wrong_posterior_would_be_noticed():
    """The same check on the quarters of a posterior that is a third too narrow."""
    u = np.random.default_rng(4).uniform(size=200)
    narrow = stats.norm.cdf(1.5 * stats.norm.ppf(u))
    assert is_uniform(pd.DataFrame({"mu": (4 * narrow).astype(int)}))[0] < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(("model", "seed"), [(RANDOM, 3), (POOLING, 4)], ids=["random", "pooling"])
def test_quarters_are_equally_full_over_many_replications(model, seed):
    pvalue, worst = is_uniform(quarters(model, 1000, seed=seed))
    assert pvalue > 0.01, worst
