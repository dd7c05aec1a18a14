"""Simulation-based calibration: does a model find what it was drawn from.

Parameters are drawn from the priors, trials from the model, and the model is fitted to them. Then
P(parameter ≤ truth | data) is uniform and an x % interval holds the truth x % of the time, exactly,
whatever the model: a departure is a fault of the computation.
"""

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.effects import Effects
from consilience.engines import Engine, Exact, Posterior
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.model import Model, weighed
from consilience.spec import to_mapping

LEVELS = (0.5, 0.8, 0.95)
_BINS = 20


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ranks of the truth in the posteriors of simulated reviews.

    Parameters
    ----------
    ranks : DataFrame
        One row for each replication: P(parameter ≤ truth | data) by parameter.
    model : dict
        The model, as plain values.
    seed : int
        Seed of the simulation.
    """

    ranks: pd.DataFrame
    model: dict[str, object]
    seed: int

    def table(self) -> pd.DataFrame:
        """Summarise: by parameter the χ² p value of uniform ranks and the coverage of intervals.

        Returns
        -------
        DataFrame
            ``replications, p_uniform, coverage_50, coverage_80, coverage_95`` and the Monte Carlo
            standard error of the last, ``se_95``.
        """
        rows = {str(name): _row(column.to_numpy()) for name, column in self.ranks.items()}
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def digest(self) -> str:
        """SHA-256 of the model, the seed and the ranks to nine digits."""
        content = json.dumps(
            [self.model, self.seed, self.ranks.round(9).to_numpy().tolist()], sort_keys=True
        )
        return hashlib.sha256(content.encode()).hexdigest()


def calibrate(
    model: Model, effects: Effects, replications: int, *, seed: int, engine: Engine | None = None
) -> Calibration:
    """Calibrate a model on the design of a set of trials.

    Parameters
    ----------
    model : Model
        A model whose priors are all proper and whose heterogeneity has a normal form.
    effects : Effects
        Gives the sampling variances and moderators; its estimates are not used.
    replications : int
        Number of simulated reviews.
    seed : int
        Seed of the simulation.
    engine : Engine, optional
        What is calibrated; the exact engine by default.

    References
    ----------
    Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788. Cook, Gelman & Rubin
    (2006), doi:10.1198/106186006X136976.
    """
    rng = np.random.default_rng(seed)
    template = Exact().run(model, effects)
    _refuse_improper(template)
    rows = []
    for _ in range(replications):
        truth, y = _simulate(template, weighed(model, effects), rng)
        found = engine.run(model, replace(effects, y=y)) if engine else template.again(y)
        rows.append(found.cdf(truth))
    return Calibration(pd.DataFrame(rows), to_mapping(model), seed)


def _simulate(
    template: Posterior, effects: Effects, rng: np.random.Generator
) -> tuple[dict[str, float], Array]:
    """Draw parameters from the priors and estimates from the model."""
    layout = template.layout
    hypers = {each.name: float(each.prior.ppf(rng.random(1))[0]) for each in layout.hypers}
    beta = np.concatenate(
        [
            part.prior.ppf(rng.random(len(part.labels)))
            * (hypers[part.scales[0].name] if part.scales else 1.0)
            for part in layout.parts
        ]
    )
    point = {name: np.array([value]) for name, value in hypers.items()}
    variance = template.scatter.draw(point, (1, effects.k), rng)[0] + effects.v
    y = layout.seen(beta) + np.sqrt(variance) * rng.standard_normal(effects.k)
    truth = dict(zip(layout.labels, beta.tolist(), strict=True)) | hypers
    return truth, y


def _refuse_improper(template: Posterior) -> None:
    layout = template.layout
    proper = all(part.prior.proper for part in layout.parts)
    if not (proper and all(hyper.prior.proper for hyper in layout.hypers)):
        raise ModelError(
            "Calibration draws parameters from their priors, which must be proper. Give mu and "
            "every standard deviation a proper prior."
        )


def _row(ranks: Array) -> dict[str, float]:
    count = len(ranks)
    observed = np.histogram(ranks, bins=_BINS, range=(0.0, 1.0))[0]
    statistic = float(np.sum((observed - count / _BINS) ** 2) / (count / _BINS))
    inside = {
        f"coverage_{level * 100:.0f}": float(np.mean(np.abs(ranks - 0.5) <= level / 2.0))
        for level in LEVELS
    }
    error = float(np.sqrt(0.95 * 0.05 / count))
    p_uniform = float(chdtrc(_BINS - 1, statistic))
    return {"replications": count, "p_uniform": p_uniform, **inside, "se_95": error}
