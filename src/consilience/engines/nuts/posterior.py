"""A posterior known by draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

from consilience.effects import Effects
from consilience.engines.base import Combination, Posterior
from consilience.engines.foresight import Others, foreseen
from consilience.engines.nuts.counted import log_masses
from consilience.engines.smoothing import GOOD, smoothed
from consilience.engines.summary import from_draws, ordered, table
from consilience.engines.tree import Draws, Layout, grow
from consilience.gaussian import Array, Bonds, Point, Population, inverse
from consilience.likelihoods import Likelihood, Normal

COMMON = "sampling_error"
"""Variable of what an estimate's sampling error has in common with others, where it was sampled."""

_COLUMN = np.empty((0, 1))
_GRID = 257


@dataclass(frozen=True)
class SampledPosterior(Posterior):
    """Draws from NUTS, with the same questions as an exact posterior.

    Parameters
    ----------
    parameters : Layout
        The model's parameters.
    spread : Population
        The scatter of true effects.
    draws : Draws
        Joint draws (chain, draw, …).
    effects : Effects
        The trials.
    seed : int
        Seed of whatever is drawn on top.
    quality : Dataset
        Per-run facts: divergences, energy diagnostics, the steps of the ladder in `attrs`.
    left : Bonds
        The sampling errors that are left given what was drawn, and what ties estimates together.
    likelihood : Likelihood
        How the data arise, its priors concrete.
    """

    parameters: Layout
    spread: Population
    draws: Draws
    effects: Effects
    seed: int
    quality: xr.Dataset
    left: Bonds
    likelihood: Likelihood = field(default_factory=Normal)

    @property
    def layout(self) -> Layout:
        """See `Posterior.layout`."""
        return self.parameters

    @property
    def scatter(self) -> Population:
        """See `Posterior.scatter`."""
        return self.spread

    @property
    def bonds(self) -> Bonds:
        """See `Posterior.bonds`."""
        return self.left

    @property
    def coefficients(self) -> tuple[str, ...]:
        """See `Posterior.coefficients`."""
        return self.layout.labels

    @property
    def variables(self) -> set[str]:
        """See `Posterior.variables`."""
        derived = (name.partition("[")[0] for name in self.draws.derived)
        return {*super().variables, *derived, *self.draws.verdicts}

    @property
    def log_evidence(self) -> float | None:
        """See `Posterior.log_evidence`; draws alone do not give it."""
        return None

    @property
    def accuracy(self) -> float:
        """See `Posterior.accuracy`."""
        return np.nan

    @property
    def faults(self) -> tuple[str, ...]:
        """See `Posterior.faults`."""
        return tuple(str(self.quality.attrs["faults"]).splitlines())

    @property
    def steps(self) -> tuple[str, ...]:
        """See `Posterior.steps`."""
        return tuple(str(self.quality.attrs["steps"]).splitlines())

    def summary(self, level: float) -> pd.DataFrame:
        """See `Posterior.summary`."""
        verdicts = {name: own for name, own in self.draws.verdicts.items() if name != COMMON}
        trials = {"theta": self.draws.theta, **verdicts}
        every = np.concatenate([self.draws.beta, self._drawn, *trials.values()], axis=-1)
        scalars, rows = tuple(self._scalars()), [r for name in trials for r in self._rows(name)]
        own = {hyper.name for hyper in self.scatter.hypers} | set(self.draws.derived)
        found = from_draws(every, (*self.coefficients, *scalars, *rows), level)
        whole = ordered(found, tuple(name for name in scalars if name in own))
        return table(whole, level=level, accuracy=np.nan)

    def reported(self) -> tuple[Array, tuple[str, ...]]:
        """Give the draws (chain, draw, q) of all quantities with an interval, and their names."""
        every = np.concatenate([self.draws.beta, self._drawn, self.draws.theta], axis=-1)
        return every, (*self.coefficients, *self._scalars(), *self._rows("theta"))

    def scales(self, level: float) -> pd.DataFrame:
        """See `Posterior.scales`."""
        rows = from_draws(self._drawn, tuple(self._scalars()), level)
        return table(rows, level=level, accuracy=np.nan)

    def combine(self, combinations: tuple[Combination, ...], *, level: float) -> pd.DataFrame:
        """See `Posterior.combine`."""
        rng = np.random.default_rng([self.seed, 2])
        columns = [self._combined(each, rng) for each in combinations]
        names = tuple(each.name for each in combinations)
        rows = from_draws(np.stack(columns, axis=-1), names, level)
        return table(rows, level=level, accuracy=np.nan)

    def cdf(self, values: Mapping[str, float]) -> dict[str, float]:
        """See `Posterior.cdf`; the share of draws."""
        columns = dict(zip(self.coefficients, self._flat(self.draws.beta).T, strict=True))
        columns |= {name: draws.ravel() for name, draws in self._scalars().items()}
        return {name: float(np.mean(columns[name] <= value)) for name, value in values.items()}

    def foresee(self) -> Array:
        """See `Posterior.foresee`; by Pareto-smoothed importance weights instead of refits.

        Of the arms' own data it is what `engines.foresight.foreseen` says.
        """
        weights, _ = self._weights
        shares = np.exp(weights - weights.max(axis=1, keepdims=True))
        shares = shares / shares.sum(axis=1, keepdims=True)
        if self.likelihood.by_curves:
            return np.array([self.foresee_one(at, row) for at, row in enumerate(shares)])
        return np.sum(shares * self._below_all.T, axis=1)

    def foresee_one(self, place: int, shares: Array) -> float:
        """Foresee the arms' data of one trial from draws that count by shares (draws,)."""
        point = self._point()
        eta = self._flat(self.layout.seen(self.draws.beta, self.draws.hypers))
        h = self.scatter.draw(point, eta.shape, np.random.default_rng([self.seed, 4]))
        own = self.likelihood.curves(self.effects).hypers
        omega = {hyper.name: point[hyper.name] for hyper in own}
        others = Others(eta[:, place], h[:, place], omega, shares)
        return foreseen(self.likelihood, self.effects, place, others=others)

    def stranger(self, place: int, effects: Effects) -> tuple[float, float]:
        """Foresee a trial that did not count when these draws were made.

        Its log predictive density, and P(new data would speak for less than its own).

        Parameters
        ----------
        place : int
            Which trial.
        effects : Effects
            The trials with what it reported.
        """
        point = self._point()
        eta = self._flat(self.layout.seen(self.draws.beta, self.draws.hypers))
        if self.likelihood.by_curves:
            curves = self.likelihood.curves(effects)
            logs = log_masses(curves, self.scatter, eta=eta, point=point)[:, place]
            told = replace(self, effects=effects)
            return _mean_of(logs), told.foresee_one(place, np.full(len(eta), 1.0 / len(eta)))
        residual = effects.y - eta
        logs = self.scatter.log_density(residual, effects.v, point=point)[:, place]
        below = self.scatter.below(residual, effects.v, point=point)[:, place]
        return _mean_of(logs), float(below.mean())

    def doubted(self) -> NDArray[np.bool_]:
        """See `Posterior.doubted`: where the Pareto k of the weights is above 0.7.

        References
        ----------
        Vehtari et al. (2024), JMLR 25(72), for the limit.
        """
        return np.asarray(~(self._weights[1] <= GOOD))

    @property
    def _below_all(self) -> Array:
        """P(new estimate < the observed), (draws, k), of normal estimates."""
        common = self.draws.verdicts.get(COMMON, np.zeros(self.draws.theta.shape))
        residual = self._flat(
            self.effects.y - self.layout.seen(self.draws.beta, self.draws.hypers) - common
        )
        v = np.where(np.any(common != 0.0, axis=(0, 1)), self.errors.v, self.effects.v)
        below = self.scatter.below(residual, v, point=self._point())
        for place in np.flatnonzero(self.bonds.blocked):
            below[:, place] = self._below(residual, int(place))
        return below

    def _below(self, residual: Array, place: int) -> Array:
        """P(new estimate < the observed), (draws,), given the others of its block."""
        at, some = self.bonds.company(place, (), own=float(self.effects.v[place]))
        h = np.broadcast_to(self.scatter.variance(self._point()), residual.shape)[:, at]
        own = int(np.searchsorted(at, place))
        precision = inverse(some.total(h, self._point()))[:, own]
        away = np.sum(precision * residual[:, at], axis=1)
        return np.asarray(ndtr(away / np.sqrt(precision[:, own])))

    @cached_property
    def _weights(self) -> tuple[Array, Array]:
        """Log weights (k, draws) of the draws without each estimate, and their Pareto k (k,)."""
        return smoothed(-self._flat(self.draws.log_likelihood).T)

    def tree(self) -> xr.DataTree:
        """See `Posterior.tree`."""
        grown = grow(self.layout, self.draws, effects=self.effects, seed=self.seed)
        grown["sample_stats"] = xr.DataTree(self.quality)
        grown["marginals"] = xr.DataTree(self._marginals())
        return grown

    def _combined(self, combination: Combination, rng: np.random.Generator) -> Array:
        """Draw a linear combination, with curves, fresh levels and error of its own."""
        total = self.draws.beta @ combination.weights + combination.known
        for place, curve in combination.curves:
            own = self.draws.beta[..., place, None]
            total = total + curve.seen(_COLUMN, own, self.draws.hypers)[..., 0]
        variance = np.full(total.shape, combination.error)
        for name in combination.fresh:
            variance = variance + self.draws.hypers[name] ** 2
        drawn = combination.scatter.draw(self._point(), (total.size, 1), rng)
        variance = variance + drawn.reshape(total.shape)
        return total + np.sqrt(variance) * rng.standard_normal(total.shape)

    def _point(self) -> Point:
        return {name: values.ravel() for name, values in self.draws.hypers.items()}

    def _scalars(self) -> dict[str, Array]:
        """Hyperparameters, and what follows from them."""
        return {**self.draws.hypers, **self.draws.derived}

    @property
    def _drawn(self) -> Array:
        """Draws of the hyperparameters and what follows from them, (chain, draw, d)."""
        columns = [values[..., None] for values in self._scalars().values()]
        return np.concatenate([self.draws.beta[..., :0], *columns], axis=-1)

    def _rows(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}[{label}]" for label in self.effects.labels)

    @staticmethod
    def _flat(values: Array) -> Array:
        return values.reshape(-1, values.shape[-1])

    def _marginals(self) -> xr.Dataset:
        """Smooth each parameter's draws, in the dataset that exact marginals have."""
        scalars = self._scalars()
        names = [*self.coefficients, *scalars]
        columns = [*self._flat(self.draws.beta).T, *(v.ravel() for v in scalars.values())]
        curves = [_curve(values) for values in columns]
        dims = ("parameter", "point")
        stacked = (np.stack(part) for part in zip(*curves, strict=True))
        named = zip(("x", "density", "cdf"), stacked, strict=True)
        coords = {"parameter": np.array(names, dtype=object)}
        return xr.Dataset({name: (dims, rows) for name, rows in named}, coords)


def _mean_of(logs: Array) -> float:
    """Give the logarithm of the mean of what has these logarithms."""
    return float(logsumexp(logs) - np.log(len(logs)))


def _curve(values: Array) -> tuple[Array, Array, Array]:
    """Estimate a density by ArviZ's kernel estimate, kept inside the range of the draws."""
    from arviz_stats.base import array_stats

    grid, density, _ = array_stats.kde(values, bound_correction=True, grid_len=_GRID)
    cdf = np.searchsorted(np.sort(values), grid, side="right") / len(values)
    return np.asarray(grid), np.asarray(density), cdf
