"""Bridge sampling: its evidence against what is known, and its error against what it does."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines import Nuts
from consilience.engines.nuts.bridge import FittedNormal, refuse_unmixed, solved
from consilience.errors import ConvergenceError, RefusalError

CHAINS, DRAWS = 4, 250


def bridged(seed: int, *, shift: float = 0.0):
    """Integrate e^shift times the density of two logistic variables, whose integral is known."""
    rng = np.random.default_rng(seed)

    def log_p(x):
        return shift + np.sum(-x - 2.0 * np.logaddexp(0.0, -x), axis=-1)

    normal = FittedNormal.of(rng.logistic(size=(CHAINS * DRAWS, 2)))
    draws = rng.logistic(size=(CHAINS, DRAWS, 2))
    proposed = normal.draw(CHAINS * DRAWS, rng)
    flat = draws.reshape(-1, 2)
    there = (log_p(flat) - normal.log_density(flat)).reshape(CHAINS, DRAWS)
    return solved(there, log_p(proposed) - normal.log_density(proposed))


def test_the_error_is_that_of_many_repetitions():
    """100 runs: z has mean 0 and SD 1, each within four standard errors of theirs."""
    runs = [bridged(seed) for seed in range(100)]
    z = np.array([run.log / run.error for run in runs])
    assert abs(z.mean()) < 4.0 / np.sqrt(len(z))
    assert abs(z.std() - 1.0) < 4.0 / np.sqrt(2.0 * len(z))


@pytest.mark.parametrize("shift", [-5000.0, 5000.0])
def test_any_size_of_evidence(shift):
    plain = bridged(1)
    moved = bridged(1, shift=shift)
    assert moved.log - shift == pytest.approx(plain.log, abs=1e-7)
    assert moved.error == pytest.approx(plain.error, rel=1e-6)


def test_chains_that_have_not_mixed_are_refused():
    draws = np.random.default_rng(1).normal(size=(4, 200, 2)) + np.arange(4)[:, None, None]
    with pytest.raises(ConvergenceError, match=r"not mixed.*draws=4000"):
        refuse_unmixed(draws)


@pytest.fixture(scope="module")
def fits():
    """One model by both engines; no sampler is needed for the fit itself."""
    rng = np.random.default_rng(3)
    vi = rng.uniform(0.02, 0.2, 12)
    table = pd.DataFrame({"study": [f"t{n}" for n in range(12)], "group": list("abcd") * 3})
    table = table.assign(yi=rng.normal(0.4, np.sqrt(vi + 0.04)), vi=vi)
    effects = cs.effect_sizes(table, "GEN")
    half = priors.HalfNormal(0.5)
    levels = (terms.Exchangeable("group", scale=half),)
    model = cs.Model(priors.Normal(0, 1), levels, heterogeneity.Normal(half))
    exact = cs.fit(model, effects)
    sampled = cs.Fit(model, effects, Nuts(seed=1), _silent(exact))
    return exact, sampled


def _silent(exact):
    own = exact.posterior
    return SimpleNamespace(log_evidence=None, faults=(), layout=own.layout, accuracy=np.nan)


def test_a_gaussian_model_has_the_evidence_that_the_exact_engine_gives(fits):
    """Within three standard errors, for levels, a scale and a mean: six parameters."""
    exact, sampled = fits
    found = cs.bayes_factor(sampled, exact)
    assert found.error < 0.1
    assert abs(found.log) < 1.5 * found.error  # the bound is two standard errors


def test_improper_priors_have_none(fits):
    exact, _ = fits
    flat = cs.fit(
        cs.Model(mu=priors.Flat(), heterogeneity=exact.model.heterogeneity), exact.effects
    )
    silent = cs.Fit(flat.model, flat.effects, Nuts(), _silent(flat))
    with pytest.raises(RefusalError, match=r"'b' has an improper prior.*HalfNormal"):
        cs.bayes_factor(exact, silent)
