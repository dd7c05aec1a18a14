"""How many effective draws a second: θ integrated out, beside the plain non-centred model.

The plain one is written down as a PyMC user would, with one standard normal for each trial, and
sampled by ``pm.sample`` as it comes. Both are timed on their second run, when what was compiled for
the first is at hand; PyMC still prepares its functions anew in every call, which its time as called
includes and its sampling time does not. Counted is the smallest bulk ESS of mu, tau and all true
effects.
"""

import time
import warnings
from functools import cache

import numpy as np

import consilience as cs
from consilience.engines.nuts.parametrisation import Forms
from consilience.engines.nuts.sampler import Settings
from consilience.gaussian import shrinkage

DRAWS = 1000
SEED = 1


def marginalised(effects: cs.Effects, model: cs.Model) -> float:
    """Minimum ESS a second of this package's engine, true effects drawn back included."""
    compiled = Forms(model.pymc(effects), frozenset()).compiled(turned=False)
    settings = Settings(DRAWS, DRAWS, 4, 0.9)

    def run() -> dict[str, np.ndarray]:
        draws = compiled.run(settings, SEED).posterior
        mu, tau = draws["mu"].to_numpy(), draws["tau"].to_numpy()
        share, rest = shrinkage(tau[..., None] ** 2, effects.v)
        noise = np.random.default_rng(SEED).standard_normal(rest.shape)
        theta = mu[..., None] + share * (effects.y - mu[..., None]) + np.sqrt(rest) * noise
        return {"mu": mu, "tau": tau, "theta": theta}

    run()
    began = time.perf_counter()
    draws = run()
    return smallest(draws) / (time.perf_counter() - began)


@cache
def plain(effects: cs.Effects) -> tuple[float, float]:
    """Minimum ESS a second of the non-centred model: as called, and of the sampling alone."""
    import pymc as pm

    with pm.Model() as model:
        mu, tau = pm.Normal("mu", 0, 2.82), pm.HalfNormal("tau", 0.5)
        theta = pm.Deterministic("theta", mu + tau * pm.Normal("eta", shape=effects.k))
        pm.Normal("y", theta, np.sqrt(effects.v), observed=effects.y)
    sampling: list[float] = []

    def run() -> dict[str, np.ndarray]:
        with model, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trace = pm.sample(
                DRAWS, tune=DRAWS, chains=4, random_seed=SEED, progressbar=False, quiet=True
            )
        sampling.append(float(trace["posterior"].attrs["sampling_time"]))
        return {name: trace["posterior"][name].to_numpy() for name in ("mu", "tau", "theta")}

    run()
    began = time.perf_counter()
    ess = smallest(run())
    return ess / (time.perf_counter() - began), ess / sampling[-1]


def smallest(draws: dict[str, np.ndarray]) -> float:
    """Smallest bulk ESS of draws (chain, draw, …)."""
    from arviz_stats.base import array_stats

    columns = [values.reshape(*values.shape[:2], -1) for values in draws.values()]
    ess = array_stats.ess(np.concatenate(columns, -1), chain_axis=0, draw_axis=1, method="bulk")
    return float(np.min(ess))
