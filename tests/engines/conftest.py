"""Brute force, written apart from the engine: dense normals on a fine grid, no structure used."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from consilience.effects import Effects, effect_sizes

# The comparison whose tables the docs show is the one that is tested.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

NEGLIGIBLE = 1e-18


class Grid(NamedTuple):
    """Standard deviations (n, d), their posterior masses, and log p(y)."""

    phi: np.ndarray
    mass: np.ndarray
    log_evidence: float


class Target(NamedTuple):
    """w'β + e + constant; e has covariances `shared` with the estimates and variance `own`.

    Both are functions of the standard deviations (n, d), of shapes (n, k) and (n,).
    """

    weights: np.ndarray
    shared: Callable[[np.ndarray], np.ndarray]
    own: Callable[[np.ndarray], np.ndarray]
    constant: float = 0.0


@dataclass(frozen=True)
class Brute:
    """y ~ N(Xβ, V + h), with β ~ N(b, (sd·scale)²) integrated out as one k × k normal.

    `scaled[j]` is the column of φ that multiplies coefficient j, or −1; column 0 of φ is τ if
    `tau`; `log_priors` are those of φ; `reach` the ends of the grid on its own scale. `scatter`
    gives h (n, k) where it is not τ²; `signed` are the columns of φ that lie on the whole line.
    """

    y: np.ndarray
    v: np.ndarray
    X: np.ndarray
    b: np.ndarray
    sd: np.ndarray
    scaled: tuple[int, ...]
    log_priors: Sequence[Callable[[np.ndarray], np.ndarray]]
    tau: bool = True
    unit: float = 1.0
    reach: tuple[float, float] = (-3.4, 4.5)
    step: float = 0.02
    scatter: Callable[[np.ndarray], np.ndarray] | None = None
    signed: tuple[int, ...] = ()

    def grid(self) -> Grid:
        return self._everywhere

    @cached_property
    def _everywhere(self) -> Grid:
        phi, log_weights = self._axes()
        log_mass = self.log_joint(phi) + log_weights
        peak = log_mass.max()
        total = np.exp(log_mass - peak).sum()
        return Grid(phi, np.exp(log_mass - peak) / total, float(peak + np.log(total)))

    def log_joint(self, phi: np.ndarray) -> np.ndarray:
        prior = sum(f(phi[:, j]) for j, f in enumerate(self.log_priors))
        return prior + np.concatenate([self._log_likelihood(part) for part in _parts(phi)])

    def moments(self, phi: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray]:
        """Conditional mean and variance at every φ."""
        pieces = [self._moments(part, target) for part in _parts(phi)]
        mean, variance = (np.concatenate(each) for each in zip(*pieces, strict=True))
        return mean, variance

    def coefficient(self, *weights: float) -> Target:
        return Target(np.array(weights, float), self._nowhere, lambda phi: np.zeros(len(phi)))

    def effect(self, i: int) -> Target:
        """The true effect of trial i: its estimate without the sampling error."""
        error = -np.eye(len(self.y))[i] * self.v[i]
        return Target(
            np.zeros(len(self.b)),
            lambda phi: np.broadcast_to(error, (len(phi), len(error))),
            lambda phi: np.full(len(phi), self.v[i]),
            float(self.y[i]),
        )

    def newcomer(self, *weights: float, fresh: tuple[int, ...] = ()) -> Target:
        """The true effect of a new trial, with fresh levels of the scales named."""
        return Target(
            np.array(weights, float),
            self._nowhere,
            lambda phi: (
                self._h(phi)[:, 0] + sum((phi[:, j] ** 2 for j in fresh), np.zeros(len(phi)))
            ),
        )

    def below(self, place: int, value: float) -> float:
        """P(φ[place] ≤ value), by tanh–sinh quadrature of the marginal on [0, value]."""
        step = 0.04 if len(self.log_priors) < 3 else 0.1
        t = np.arange(-3.5, 3.5, step)
        share = 1.0 / (1.0 + np.exp(-np.pi * np.sinh(t)))
        weights = value * share * (1 - share) * np.pi * np.cosh(t) * step
        keep = weights > 0
        inside = self._log_marginal(place, value * share[keep])
        everything = self.grid().log_evidence
        return float(np.exp(inside - everything) @ weights[keep])

    def density(self, place: int, value: float) -> float:
        """Posterior density of φ[place] at a value."""
        inside = self._log_marginal(place, np.array([value]))
        return float(np.exp(inside[0] - self.grid().log_evidence))

    def _log_marginal(self, place: int, values: np.ndarray) -> np.ndarray:
        others = [axis for axis in range(len(self.log_priors)) if axis != place]
        rest, log_weights = self._product(others)
        phi = np.empty((len(values) * len(rest), len(self.log_priors)))
        phi[:, place] = np.repeat(values, len(rest))
        phi[:, others] = np.tile(rest, (len(values), 1))
        joint = self.log_joint(phi).reshape(len(values), -1) + log_weights
        return np.logaddexp.reduce(joint, axis=1)

    def _axis(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """φ = unit·exp(t − e^(−t)): double-exponential towards zero, exponential outwards."""
        if place in self.signed:
            t = np.arange(-4.2, 4.2, self.step)
            return np.sinh(t), np.log(np.cosh(t) * self.step)
        t = np.arange(*self.reach, self.step)
        phi = self.unit * np.exp(t - np.exp(-t))
        return phi, np.log(phi * (1 + np.exp(-t)) * self.step)

    def _axes(self) -> tuple[np.ndarray, np.ndarray]:
        return self._product(list(range(len(self.log_priors))))

    def _product(self, places: list[int]) -> tuple[np.ndarray, np.ndarray]:
        if not places:
            return np.empty((1, 0)), np.zeros(1)
        axes = [self._axis(place) for place in places]
        grids = np.meshgrid(*[phi for phi, _ in axes], indexing="ij")
        logs = np.meshgrid(*[log_weights for _, log_weights in axes], indexing="ij")
        return np.stack([g.ravel() for g in grids], axis=1), sum(g.ravel() for g in logs)

    def _h(self, phi: np.ndarray) -> np.ndarray:
        if self.scatter is not None:
            return self.scatter(phi)
        return phi[:, :1] ** 2 if self.tau else np.zeros((len(phi), 1))

    def _nowhere(self, phi: np.ndarray) -> np.ndarray:
        return np.zeros((len(phi), len(self.y)))

    def _covariances(self, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Prior variances (n, m) of the proper coefficients, and Cov(y) (n, k, k) under them."""
        padded = np.hstack([phi, np.ones((len(phi), 1))])
        variances = (np.where(np.isinf(self.sd), 0.0, self.sd) * padded[:, self.scaled]) ** 2
        k = len(self.y)
        noise = np.eye(k) * (self.v + self._h(phi))[:, None, :]
        return variances, noise + (self.X * variances[:, None, :]) @ self.X.T

    def _solved(self, phi: np.ndarray) -> tuple[np.ndarray, ...]:
        variances, cov = self._covariances(phi)
        free = self.X[:, np.isinf(self.sd)]
        r = self.y - self.X @ np.where(np.isinf(self.sd), 0.0, self.b)
        solved = np.linalg.solve(
            cov,
            np.broadcast_to(
                np.column_stack([r, free]), (len(cov), *free.shape[:1], 1 + free.shape[1])
            ),
        )
        gram = free.T @ solved[:, :, 1:]
        g = np.linalg.solve(gram, (free.T @ solved[:, :, :1]))[:, :, 0]
        return variances, cov, free, r, solved, gram, g

    def _log_likelihood(self, phi: np.ndarray) -> np.ndarray:
        _, cov, free, r, solved, gram, g = self._solved(phi)
        weighed = solved[:, :, 0] - np.einsum("nkf,nf->nk", solved[:, :, 1:], g)
        quadratic = np.einsum("nk,nk->n", r - g @ free.T, weighed)
        constant = (len(r) - free.shape[1]) * np.log(2 * np.pi)
        logs = np.linalg.slogdet(cov)[1] + np.linalg.slogdet(gram)[1]
        return -0.5 * (constant + logs + quadratic)

    def _moments(self, phi: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray]:
        """Best linear prediction with known covariances, flat coefficients by least squares."""
        variances, cov, free, r, _, gram, g = self._solved(phi)
        flat, w = np.isinf(self.sd), target.weights
        with_y = (variances * w) @ self.X.T + target.shared(phi)
        back = np.linalg.solve(cov, with_y[:, :, None])[:, :, 0]
        mean = g @ w[flat] + self.b[~flat] @ w[~flat] + np.sum(back * (r - g @ free.T), axis=1)
        mean = mean + target.constant
        loose = w[flat] - back @ free
        extra = np.einsum("nf,nf->n", loose, np.linalg.solve(gram, loose[:, :, None])[:, :, 0])
        own = variances @ w**2 + target.own(phi) - np.sum(with_y * back, axis=1)
        return mean, own + extra


def _parts(phi: np.ndarray, size: int = 20_000) -> list[np.ndarray]:
    return [phi[start : start + size] for start in range(0, max(len(phi), 1), size)]


@dataclass(frozen=True)
class Mixed:
    """A normal mixture over the grid: the marginal of one target."""

    mass: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    @property
    def mean(self) -> float:
        return float(self.mass @ self.means)

    @property
    def sd(self) -> float:
        return float(np.sqrt(self.mass @ (self.variances + (self.means - self.mean) ** 2)))

    def below(self, x: float) -> float:
        return float(self.mass @ ndtr((x - self.means) / np.sqrt(self.variances)))

    def density(self, x: float) -> float:
        z = (x - self.means) / np.sqrt(self.variances)
        return float(self.mass @ (np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi * self.variances)))


@pytest.fixture(scope="session")
def brute() -> type[Brute]:
    return Brute


@pytest.fixture(scope="session")
def mixed() -> Callable[[Brute, Grid, Target], Mixed]:
    def mix(model: Brute, grid: Grid, target: Target) -> Mixed:
        seen = grid.mass > NEGLIGIBLE
        return Mixed(grid.mass[seen], *model.moments(grid.phi[seen], target))

    return mix


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., Effects]:
    """Effects from bare numbers."""

    def build(y, v, **columns) -> Effects:
        studies = [f"t{i}" for i in range(len(y))]
        table = pd.DataFrame({"study": studies, "yi": np.array(y, float), "vi": np.array(v, float)})
        return effect_sizes(table.assign(**columns), "GEN")

    return build
