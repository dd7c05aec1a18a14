"""Trials in groups, and brute force over any two or three hyperparameters, without structure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from consilience.effects import Effects, effect_sizes

Y = [0.31, 0.52, -0.14, 0.83, 0.25, 0.42, 0.02, 0.38, 1.05]
V = [0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07]
ARM = list("aabbacbca")
DOSE = [1.0, 2.0, 2.0, 3.0, 5.0, 1.0, 4.0, 2.0, 3.0]


@dataclass(frozen=True)
class Axis:
    """Values of one hyperparameter and the weights of a trapezoid rule, prior included."""

    points: np.ndarray
    log_weights: np.ndarray

    @classmethod
    def scale(cls, logpdf: Callable, step: float, reach=(-3.3, 3.2)) -> "Axis":
        """φ = exp(t − e^(−t)): double-exponential towards zero, exponential outwards."""
        t = np.arange(*reach, step)
        values = np.exp(t - np.exp(-t))
        return cls(values, np.log(values * (1 + np.exp(-t)) * step) + logpdf(values))

    @classmethod
    def line(cls, logpdf: Callable, sd: float, *, step: float, reach: float = 9.0) -> "Axis":
        """Equal steps over ±9 prior standard deviations: exact to rounding for what is smooth."""
        values = sd * np.arange(-reach, reach, step)
        return cls(values, np.log(sd * step) + logpdf(values))


@dataclass(frozen=True)
class Brute:
    """y ~ N(Xβ, diag(v + h(φ))), β ~ N(0, B), as one dense normal for each φ of a grid.

    `scatter` gives h (n, k) at φ (n, d).
    """

    y: np.ndarray
    v: np.ndarray
    X: np.ndarray
    B: np.ndarray
    scatter: Callable[[np.ndarray], np.ndarray]
    axes: Sequence[Axis]
    Axis: ClassVar[type[Axis]] = Axis

    @cached_property
    def grid(self) -> tuple[np.ndarray, np.ndarray, float]:
        grids = np.meshgrid(*(axis.points for axis in self.axes), indexing="ij")
        logs = np.meshgrid(*(axis.log_weights for axis in self.axes), indexing="ij")
        phi = np.stack([each.ravel() for each in grids], axis=1)
        log_mass = self.log_likelihood(phi) + sum(each.ravel() for each in logs)
        peak = log_mass.max()
        mass = np.exp(log_mass - peak)
        seen = mass > 1e-18 * mass.sum()
        return phi[seen], mass[seen] / mass.sum(), float(peak + np.log(mass.sum()))

    @property
    def log_evidence(self) -> float:
        return self.grid[2]

    def log_likelihood(self, phi: np.ndarray) -> np.ndarray:
        pieces = []
        for part in np.array_split(phi, max(1, len(phi) // 50_000)):
            covariance = self._covariance(part)
            y = np.broadcast_to(self.y[:, None], (len(part), len(self.y), 1))
            solved = np.linalg.solve(covariance, y)
            quadratic = solved[:, :, 0] @ self.y
            constant = len(self.y) * np.log(2 * np.pi)
            pieces.append(-0.5 * (constant + np.linalg.slogdet(covariance)[1] + quadratic))
        return np.concatenate(pieces)

    def hyper(self, place: int) -> "Mixed":
        phi, mass, _ = self.grid
        return Mixed(mass, phi[:, place], np.zeros(len(mass)))

    def coefficient(self, *weights: float) -> "Mixed":
        w = np.array(weights)
        nodes, k = len(self.grid[1]), len(self.y)
        return self._mixed(w, np.zeros((nodes, k)), np.zeros(nodes))

    def effect(self, i: int) -> "Mixed":
        h = self.scatter(self.grid[0])[:, i]
        return self._mixed(self.X[i], np.eye(len(self.y))[i] * h[:, None], h)

    def newcomer(self, weights: Sequence[float], own: np.ndarray) -> "Mixed":
        return self._mixed(np.array(weights), np.zeros((len(own), len(self.y))), own)

    def _covariance(self, phi: np.ndarray) -> np.ndarray:
        noise = np.eye(len(self.y)) * (self.v + self.scatter(phi))[:, None, :]
        return noise + (self.X * self.B) @ self.X.T

    def _mixed(self, w: np.ndarray, shared: np.ndarray, own: np.ndarray) -> "Mixed":
        phi, mass, _ = self.grid
        shared = (w * self.B) @ self.X.T + shared
        back = np.linalg.solve(self._covariance(phi), shared[:, :, None])[:, :, 0]
        return Mixed(mass, back @ self.y, w**2 @ self.B + own - np.sum(shared * back, axis=1))


@dataclass(frozen=True)
class Mixed:
    """A normal mixture over the grid: the marginal of one quantity."""

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

    def holds(self, row: pd.Series, tolerance: float = 1e-7) -> None:
        """Moments to 1e-7 of the SD; quantiles by the probability that lies below them."""
        assert abs(row["mean"] - self.mean) <= tolerance * self.sd, (row["mean"], self.mean)
        assert abs(row["sd"] - self.sd) <= tolerance * self.sd, (row["sd"], self.sd)
        if np.all(self.variances > 0):
            for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
                assert abs(self.below(row[column]) - share) <= tolerance, column
            assert abs(row["p_gt_0"] - 1 + self.below(0.0)) <= tolerance


@pytest.fixture(scope="session")
def brute() -> type[Brute]:
    return Brute


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., Effects]:
    """Effects from bare numbers."""

    def build(y, v, **columns) -> Effects:
        studies = [f"t{i}" for i in range(len(y))]
        table = pd.DataFrame({"study": studies, "yi": np.array(y, float), "vi": np.array(v, float)})
        return effect_sizes(table.assign(**columns), "GEN")

    return build


@pytest.fixture(scope="session")
def effects(effects_of) -> Effects:
    """Nine trials in three groups, with a dose."""
    return effects_of(Y, V, arm=ARM, dose=DOSE)
