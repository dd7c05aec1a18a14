"""What a rule had to assume: a value, or a distribution of values."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from numbers import Real
from typing import Protocol, final, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from consilience.errors import ModelError

type Floats = NDArray[np.float64]
type Assumption = float | Distribution

_NODES = {1: 15, 2: 9, 3: 5}
_POINTS = 256


@runtime_checkable
class Distribution(Protocol):
    """What may stand for a number that nobody printed; every prior of the library is one."""

    @property
    def support(self) -> tuple[float, float]:
        """Ends of the support."""

    def ppf(self, q: ArrayLike) -> Floats:
        """Return the quantiles of the probabilities `q`."""


@final
@dataclass(frozen=True, slots=True)
class StandardNormal:
    """The standard normal distribution, for a rule that knows the spread itself."""

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -inf, inf

    @property
    def label(self) -> str:
        """What it stands for."""
        return "as scattered as its peers"

    def ppf(self, q: ArrayLike) -> Floats:
        """Return the quantiles of the probabilities `q`."""
        return np.asarray(ndtri(np.asarray(q, dtype=np.float64)))


def checked(value: object, name: str, *, limits: tuple[float, float]) -> Assumption:
    """Return an assumption whose values are all possible.

    Parameters
    ----------
    value : float or Distribution
    name : str
        What is assumed, for the message: ``"ChangeSD: correlation"``.
    limits : tuple of float
        The least and the greatest possible value.

    Raises
    ------
    ModelError
        For anything else than a number or a distribution, and for impossible values.
    """
    low, high = limits
    remedy = f"Give a number between {low:g} and {high:g}, or a distribution within them."
    if isinstance(value, Real) and not isinstance(value, bool):
        if low <= float(value) <= high and np.isfinite(float(value)):
            return float(value)
        raise ModelError(f"{name} cannot be {value!r}. {remedy}")
    if not isinstance(value, Distribution):
        raise ModelError(f"{name} must be a number or a distribution, got {value!r}. {remedy}")
    least, greatest = value.support
    if least < low or greatest > high:
        raise ModelError(
            f"{name}: {in_words(value)} reaches beyond {low:g} to {high:g}. Cut it off there "
            "(priors.Truncated)."
        )
    return value


def in_words(value: Assumption) -> str:
    """Print a value with six digits, a distribution by its label."""
    return f"{value:.6g}" if isinstance(value, float) else str(getattr(value, "label", repr(value)))


def quantile(value: Distribution, z: float) -> float:
    """Return the value of a distribution that lies where `z` lies in the standard normal."""
    return float(value.ppf(ndtr(z)))


def expectation(value: Assumption) -> float:
    """Return the mean of what is assumed."""
    if isinstance(value, float):
        return value
    z, weights = nodes(1)
    return float(weights @ np.array([quantile(value, each) for each in z[:, 0]]))


def nodes(dimensions: int) -> tuple[Floats, Floats]:
    """Return points of the standard normal in so many dimensions, with their weights.

    Gauss-Hermite rules of 15, 9 and 5 points a side up to three dimensions, beyond them 256 points
    of an additive recurrence (Kronecker) sequence with exact mean and covariance.

    Returns
    -------
    z : ndarray (m, dimensions)
    weights : ndarray (m,)
        They add up to one.
    """
    if dimensions not in _NODES:
        return _recurrence(dimensions)
    points, weights = np.polynomial.hermite_e.hermegauss(_NODES[dimensions])
    grid = np.meshgrid(*[points] * dimensions, indexing="ij")
    shares = np.meshgrid(*[weights / weights.sum()] * dimensions, indexing="ij")
    return np.stack([g.ravel() for g in grid], axis=1), np.prod([s.ravel() for s in shares], axis=0)


def _recurrence(dimensions: int) -> tuple[Floats, Floats]:
    """Give normal points of an additive recurrence, exact to the second moments, and weights."""
    root = _root(dimensions)
    steps = root ** -np.arange(1.0, dimensions + 1.0)
    half = np.asarray(ndtri((0.5 + np.outer(np.arange(1, _POINTS // 2 + 1), steps)) % 1.0))
    z = np.concatenate([half, -half])  # mirrored and rotated: mean and covariance are exact
    rotated = np.linalg.solve(np.linalg.cholesky(np.cov(z.T, bias=True)), z.T).T
    return rotated, np.full(_POINTS, 1.0 / _POINTS)


def _root(dimensions: int) -> float:
    root = 2.0
    for _ in range(60):  # x^(d+1) = x + 1: the golden ratio's kin, a contraction
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    return root


def names(fields: Sequence[str], holder: object) -> tuple[str, ...]:
    """Return those of the fields in which `holder` has a distribution, not a value."""
    return tuple(name for name in fields if not isinstance(getattr(holder, name), float))
