"""The evidence of a sampled model, by bridge sampling on the unconstrained space of its density."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.engines.nuts.sampler import Settings, compile_model
from consilience.errors import ConvergenceError
from consilience.gaussian import Array

if TYPE_CHECKING:
    import pymc

_ROUNDS, _SETTLED = 1000, 1e-12
_MIXED, _ROUGH = 1.01, 0.2
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Bridged:
    """A log evidence and its Monte Carlo error.

    Parameters
    ----------
    log : float
        Natural logarithm of p(y).
    error : float
        Its standard error, which is the relative one of p(y).
    """

    log: float
    error: float


def bridge(model: "pymc.Model", *, settings: Settings, seed: int) -> Bridged:
    """Estimate the evidence of a PyMC model from draws of it and of a normal that resembles it.

    With p the density of the parameters on the unconstrained scale, not normalised, and g the
    normal with the mean and covariance of half of the draws:

        p(y) = E_g[h p] / E_p[h g],  h = 1/(s₁ p + s₂ p(y) g),

    solved by iteration, with the shares s₁, s₂ of effective draws of either. The error is that of
    both expectations, draws of p counted as their autocorrelation lets them.

    Parameters
    ----------
    model : pymc.Model
        With proper priors.
    settings : Settings
        How it is sampled.
    seed : int
        Of the sampler and of the draws of g.

    Raises
    ------
    ConvergenceError
        If the chains have not mixed, or the relative error is above 0.2.

    References
    ----------
    Meng & Wong (1996), Statistica Sinica 6, 831–860, for the estimate. Gronau et al. (2017),
    doi:10.1016/j.jmp.2017.09.005, for the iteration. Frühwirth-Schnatter (2004),
    doi:10.1111/j.1368-423X.2004.00125.x, for its error.
    """
    names = [str(variable.name) for variable in model.value_vars]
    parts = compile_model(model).unconstrained(settings, seed, names=names)
    density = _LogDensity.of(model, parts)
    draws = np.concatenate([part.reshape(*part.shape[:2], -1) for part in parts.values()], axis=-1)
    refuse_unmixed(draws)
    half = draws.shape[1] // 2
    fitted, kept = draws[:, :half].reshape(-1, draws.shape[2]), draws[:, half:]
    normal = FittedNormal.of(fitted)
    proposed = normal.draw(kept.shape[0] * kept.shape[1], np.random.default_rng([seed, 5]))
    flat = kept.reshape(-1, kept.shape[2])
    there = density.at(flat) - normal.log_density(flat)
    here = density.at(proposed) - normal.log_density(proposed)
    found = solved(there.reshape(kept.shape[:2]), here)
    if not found.error <= _ROUGH:
        raise ConvergenceError(
            f"Bridge sampling gives the evidence with a relative error of {found.error:.2g}, more "
            f"than {_ROUGH:g}: the posterior is far from normal. Give the sampler more draws, "
            "engines.Nuts(draws=4000), or compare by loo(fit)."
        )
    return found


@dataclass(frozen=True, slots=True)
class _LogDensity:
    """The log density of a model's unconstrained parameters, laid side by side."""

    function: object
    places: tuple[tuple[str, slice, tuple[int, ...]], ...]

    @classmethod
    def of(cls, model: "pymc.Model", parts: dict[str, Array]) -> "_LogDensity":
        """Compile it, for parameters as they are drawn, (chain, draw, …) each."""
        shapes = [part.shape[2:] for part in parts.values()]
        ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)]).tolist()
        places = tuple(zip(parts, map(slice, ends[:-1], ends[1:]), shapes, strict=True))
        return cls(model.compile_logp(jacobian=True), places)

    def at(self, points: Array) -> Array:
        """Evaluate at points (n, d), one after the other."""
        return np.array([self._one(point) for point in points])

    def _one(self, point: Array) -> float:
        named = {name: point[part].reshape(shape) for name, part, shape in self.places}
        return float(self.function(named))  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class FittedNormal:
    """N(mean, LL'), which resembles a posterior and whose constant is known.

    Parameters
    ----------
    mean : array (d,)
    root : array (d, d)
        L, lower triangular.
    """

    mean: Array
    root: Array

    @classmethod
    def of(cls, draws: Array) -> "FittedNormal":
        """Fit it to draws (n, d)."""
        covariance = np.atleast_2d(np.cov(draws, rowvar=False))
        return cls(draws.mean(axis=0), np.linalg.cholesky(covariance))

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Draw (count, d)."""
        return self.mean + rng.standard_normal((count, len(self.mean))) @ self.root.T

    def log_density(self, points: Array) -> Array:
        """Log density at points (n, d)."""
        units = np.linalg.solve(self.root, (points - self.mean).T)
        constant = len(self.mean) * _LOG_2PI + 2.0 * np.log(np.diagonal(self.root)).sum()
        return np.asarray(-0.5 * (constant + np.sum(units**2, axis=0)))


def solved(there: Array, here: Array) -> Bridged:
    """Solve for the evidence by iteration, with its error.

    Parameters
    ----------
    there : array (chain, draw)
        log p/g at draws of p, which are counted as their autocorrelation lets them.
    here : array (n,)
        log p/g at independent draws of g.
    """
    from arviz_stats.base import array_stats

    effective = float(array_stats.ess(there, chain_axis=0, draw_axis=1, method="mean"))
    share = effective / (effective + len(here))
    log, before = float(np.median(there)), np.inf
    for _ in range(_ROUNDS):
        if abs(log - before) <= _SETTLED * (1.0 + abs(log)):
            break
        before = log
        ours, theirs = _parts(here - log, share)[0], _parts(there - log, share)[1]
        log += float(np.log(ours.mean() / theirs.mean()))
    ours, theirs = _parts(here - log, share)[0], _parts(there - log, share)[1]
    wrong = array_stats.mcse(theirs, chain_axis=0, draw_axis=1, method="mean") / theirs.mean()
    return Bridged(log, float(np.hypot(ours.std() / ours.mean() / np.sqrt(len(ours)), wrong)))


def _parts(logs: Array, share: float) -> tuple[Array, Array]:
    """Give h p and h g, p normalised, from log p/g: without overflow on either side."""
    ratio = np.exp(-np.abs(logs))
    p, g = np.where(logs > 0.0, 1.0, ratio), np.where(logs > 0.0, ratio, 1.0)
    total = share * p + (1.0 - share) * g
    return p / total, g / total


def refuse_unmixed(draws: Array) -> None:
    """Say nothing if the chains agree; where they do not, bridge sampling's error would hide it.

    Parameters
    ----------
    draws : array (chain, draw, d)

    Raises
    ------
    ConvergenceError
        If R-hat of any parameter is above 1.01, or is none.
    """
    from arviz_stats.base import array_stats

    worst = float(np.max(array_stats.rhat(draws, chain_axis=0, draw_axis=1)))
    if not worst <= _MIXED:
        raise ConvergenceError(
            f"The chains for the evidence have not mixed (R-hat {worst:.3f}). Give the sampler "
            "more draws, engines.Nuts(draws=4000), or tighter priors."
        )
