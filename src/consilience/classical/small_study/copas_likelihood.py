"""The likelihood of Copas's selection model at one assumed selection."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import chdtrc, log_ndtr

from consilience.classical.small_study.climb import climb, curvature, polish
from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

_LOG_2PI = math.log(2 * math.pi)
_RHO = 0.9999
_TINY = 1e-30
_FLAT, _EDGE = 1e-5, 1e-7
_BOUNDS = [(-math.inf, math.inf), (-_RHO, _RHO), (0.0, math.inf), (-math.inf, math.inf)]


@dataclass(frozen=True, slots=True, eq=False)
class CopasProblem:
    """Estimates in units of a typical standard error.

    Parameters
    ----------
    y, sei : ndarray, shape (k,)
    unit : float
        The typical standard error, on the analysed scale.
    level : float
        Of the intervals.
    """

    y: Floats
    sei: Floats
    unit: float
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class CopasFit:
    """Estimates under one assumed selection, in units of the problem.

    Parameters
    ----------
    mu, se : float
    rho : float
        nan without selection.
    tau2 : float
    height : float
        Log likelihood.
    """

    mu: float
    se: float
    rho: float
    tau2: float
    height: float


def copas_fit(problem: CopasProblem, gammas: tuple[float, float]) -> CopasFit:
    """Maximise over mu, rho and tau² at one selection.

    With ``u = gamma0 + gamma1 / s``, lambda Mills's ratio at u, ``sigma² = s² / (1 - rho² lambda
    (u + lambda))``, ``S² = sigma² + tau²``, ``r = rho sigma / S`` and ``e = (y - mu) / S`` the log
    likelihood is ``Σ log φ(e) - log S - log Φ(u) + log Φ((u + r e) / √(1 - r²))``.

    Raises
    ------
    ConvergenceError
        If no maximum is found.
    """
    selection = _Selection.of(problem, gammas)
    x, height, se = _maximum(selection, _starts(problem, selected=selection.selected), slope=False)
    rho = float(x[1]) if selection.selected else math.nan
    return CopasFit(float(x[0]), se, rho, float(x[2]), height)


def residual_p(problem: CopasProblem, gammas: tuple[float, float], fit: CopasFit) -> float:
    """Test by the likelihood ratio whether the mean depends on the standard error all the same.

    Raises
    ------
    ConvergenceError
        If no maximum is found.
    """
    rho = fit.rho if math.isfinite(fit.rho) else 0.0
    starts = [np.array([fit.mu, part * rho, fit.tau2 + extra, 0.0])
              for part in (1.0, 0.5) for extra in (0.0, 0.05)]  # fmt: skip
    height = _maximum(_Selection.of(problem, gammas), starts, slope=True)[1]
    return float(chdtrc(1, max(0.0, 2 * (height - fit.height))))


@dataclass(frozen=True, slots=True, eq=False)
class _Selection:
    """The problem with what one assumed selection makes of each trial."""

    y: Floats
    sei: Floats
    u: Floats
    shrink: Floats
    published: Floats
    selected: bool
    name: str

    @classmethod
    def of(cls, problem: CopasProblem, gammas: tuple[float, float]) -> Self:
        selected = math.isfinite(gammas[0])
        u = gammas[0] + gammas[1] / problem.sei if selected else np.full_like(problem.sei, 40.0)
        ratio = np.exp(-(u**2) / 2 - _LOG_2PI / 2 - log_ndtr(u))
        name = f"gamma0 = {gammas[0]:.4g}"
        return cls(problem.y, problem.sei, u, ratio * (u + ratio), log_ndtr(u), selected, name)

    def height(self, x: Floats) -> tuple[float, Floats]:
        """Log likelihood and slopes; a step along the imaginary axis cancels no digits."""
        moved = x + 1j * _TINY * np.vstack([np.zeros(4), np.eye(4)])
        mu, rho, tau2, slope = moved.T[:, :, None]
        sigma2 = self.sei**2 / (1 - rho**2 * self.shrink)
        total = sigma2 + tau2
        e = (self.y - mu - slope * self.sei) / np.sqrt(total)
        heights = -(e**2) / 2 - np.log(total) / 2 - _LOG_2PI / 2
        if self.selected:
            r = rho * np.sqrt(sigma2 / total)
            heights = heights + log_ndtr((self.u + r * e) / np.sqrt(1 - r**2)) - self.published
        whole = heights.sum(axis=1)
        return float(whole[0].real), whole.imag[1:] / _TINY


def _maximum(
    selection: _Selection, starts: list[Floats], *, slope: bool
) -> tuple[Floats, float, float]:
    """Find the highest point from these starts, and mu's standard error there."""
    free = np.array([True, selection.selected, True, slope])
    runs = [climb(selection.height, x, bounds=_BOUNDS, free=free) for x in starts]
    x, height = max(runs, key=lambda run: run[1])
    inside = free & np.array([True, abs(x[1]) < _RHO - _EDGE, x[2] > _EDGE, True])
    x[2] = x[2] if inside[2] else 0.0
    x, height, slopes = polish(selection.height, x, free=inside)
    bounded = abs(x[1]) <= _RHO and x[2] >= 0
    if not (math.isfinite(height) and bounded and np.abs(slopes[inside]).max() < _FLAT):
        raise ConvergenceError(
            f"The likelihood of Copas's model at {selection.name} has no maximum that Newton's "
            "steps could find. Assume less selection, or look for estimates far beyond all others."
        )
    information = curvature(selection.height, x, free=inside)
    variance = float(np.linalg.pinv(information)[0, 0])
    return x, height, math.sqrt(variance) if variance > 0 else math.nan


def _starts(problem: CopasProblem, *, selected: bool) -> list[Floats]:
    w = problem.sei**-2.0
    mean = float(w @ problem.y / w.sum())
    spread = max(0.1, float(np.mean((problem.y - mean) ** 2 - problem.sei**2)))
    rhos = (-0.5, 0.5) if selected else (0.0,)
    return [np.array([mean, rho, tau2, 0.0]) for rho in rhos for tau2 in (spread, 0.05)]
