"""The models that only NUTS does: their simulator against a posterior by brute force.

The ranks are taken in a posterior computed on a dense grid from the densities of NumPy and SciPy
alone, so that what is drawn and what is written down in the model must be the same distribution.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.calibration import LEVELS, calibrate, simulator
from consilience.calibration.ranks import Calibration
from consilience.engines import Nuts

MU = np.linspace(-3.5, 3.5, 141)
TAU = np.linspace(0.005, 2.2, 60)
SHARE = np.linspace(0.0125, 0.4875, 20)
GAPS = np.sinh(np.linspace(0.0, 5.0, 600))
REPLICATIONS = 150
LEAST = 1e-300


def tails(v):
    """log p(y − mu) under θ = mu + τ·t₄ for each τ and trial, on the gaps of GAPS.

    The scale of the t is integrated out at 200 quantiles of its χ²; trials keep their variances, so
    that one table serves all replications.
    """
    u = (np.arange(200) + 0.5) / 200
    scales = np.sqrt(TAU[:, None] ** 2 * 4.0 / stats.chi2.ppf(u, 4))
    return [
        [np.log(normal(GAPS[:, None], np.sqrt(s**2 + each)).mean(axis=1) + LEAST) for each in v]
        for s in scales
    ]


def normal(x, sd):
    return np.exp(-0.5 * (x / sd) ** 2) / (sd * np.sqrt(2 * np.pi))


def robust(v):
    """Give posterior masses over (mu, tau, 1) for estimates y."""
    table = tails(v)

    def posterior(y):
        gaps = np.abs(y - MU[:, None])
        logs = [
            sum(np.interp(gaps[:, i], GAPS, curve) for i, curve in enumerate(row)) for row in table
        ]
        return normalised(np.stack(logs, axis=1)[:, :, None])

    return posterior


def two(v):
    """Give posterior masses over (mu, tau, share) for estimates y."""
    near, wide = (np.sqrt((m * TAU[:, None]) ** 2 + v) for m in (1.0, 5.0))

    def posterior(y):
        gap = (y - MU[:, None])[:, None, :]
        parts = [normal(gap, sd[None]) for sd in (near, wide)]
        logs = [np.log((1 - w) * parts[0] + w * parts[1] + LEAST).sum(axis=2) for w in SHARE]
        return normalised(np.stack(logs, axis=2))

    return posterior


def normalised(logs):
    prior = stats.norm.logpdf(MU)[:, None, None] + stats.halfnorm.logpdf(TAU, scale=0.5)[:, None]
    whole = logs + prior
    mass = np.exp(whole - whole.max())
    return mass / mass.sum()


def rank(grid, mass, truth):
    """P(parameter ≤ truth) of a marginal on a grid of midpoints."""
    ends = np.append(grid - np.diff(grid)[0] / 2, grid[-1] + np.diff(grid)[0] / 2)
    return float(np.interp(truth, ends, np.append(0.0, np.cumsum(mass))))


@pytest.mark.parametrize("name", ["robust_t", "two_component"])
def test_its_reviews_are_drawn_from_the_model_as_it_is_written(name, model_of, design):
    source, make = simulator(model_of(name), design), {"robust_t": robust}.get(name, two)
    posterior = make(design.v)
    rows = []
    for number in range(REPLICATIONS):
        drawn = source.draw(np.random.default_rng([9, number]))
        mass = posterior(drawn.y)
        row = {"mu": rank(MU, mass.sum(axis=(1, 2)), drawn.truth["mu"])}
        row["tau"] = rank(TAU, mass.sum(axis=(0, 2)), drawn.truth["tau"])
        if name == "two_component":
            row["outlier_weight"] = rank(
                SHARE, mass.sum(axis=(0, 1)), drawn.truth["outlier_weight"]
            )
        rows.append(row)
    ranks = pd.DataFrame(rows)
    table = Calibration(ranks, ranks > 0, 0, 9).table()
    assert table["p_uniform"].min() > 1e-4
    for level in LEVELS:
        error = np.sqrt(level * (1 - level) / REPLICATIONS)
        assert ((table[f"coverage_{level * 100:.0f}"] - level).abs() < 4 * error).all()


def test_groups_that_learn_from_one_another_are_drawn_as_they_are_written(design):
    """log τ[g] ~ N(log τ, s²): moments of the drawn spread, group by group."""
    pooled = heterogeneity.PooledByGroup("comparator_type", priors.HalfNormal(0.5))
    source = simulator(cs.Model(mu=priors.Normal(), heterogeneity=pooled), design)
    rng = np.random.default_rng(10)
    drawn = [source.draw(rng) for _ in range(4000)]
    levels = design.table["comparator_type"].to_numpy()
    scores = []
    for one in drawn:
        spread = {
            level: one.truth["tau_typical"]
            * np.exp(one.truth["tau_spread"] * one.truth[f"tau_deviation[{level}]"])
            for level in set(levels)
        }
        tau = np.array([spread[level] for level in levels])
        scores.append((one.y - one.truth["mu"]) / np.sqrt(tau**2 + design.v))
    z = np.concatenate(scores)
    assert stats.kstest(z, "norm").pvalue > 1e-3


@pytest.mark.slow
@pytest.mark.nuts
@pytest.mark.parametrize("name", ["robust_t", "binomial"])
def test_what_is_compiled_once_answers_as_the_engine(name, model_of, design_of, script):
    """With other data than it was compiled for: one observed variable, and two."""
    model, design = model_of(name), design_of(name)
    nuts = Nuts(seed=1, draws=400, tune=400)
    drawn = simulator(model, design).draw(np.random.default_rng(12)).effects
    found = script("once").NutsOnce(nuts, model, design).run(model, drawn)
    anew = Nuts(found.seed, nuts.draws, nuts.tune).run(model, drawn)
    ours, theirs = found.summary(0.95), anew.summary(0.95)
    gap = np.abs(ours["mean"] - theirs["mean"]) / np.hypot(ours["mcse"], theirs["mcse"])
    assert gap.max() < 4.0, (gap.idxmax(), gap.max())
    assert list(ours.index) == list(theirs.index)


@pytest.mark.slow
@pytest.mark.nuts
def test_nuts_itself_is_calibrated(model_of, design):
    """Few replications: each compiles the model anew. 500 are published, by script."""
    found = calibrate(model_of("robust_t"), design, 20, seed=11, engine=Nuts(seed=1, draws=500))
    assert found.table()["p_uniform"].min() > 1e-4
    assert found.faulty <= 2
