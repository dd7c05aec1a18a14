"""Sets of normal priors of mu."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from consilience.errors import ModelError
from consilience.gaussian import Array

_FEW = 5
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Normals:
    """Normal priors N(mₚ, sₚ²), one for each p.

    Parameters
    ----------
    location, scale : array (q,)
        Means m and standard deviations s, on the effect's scale.
    """

    location: Array
    scale: Array

    def __len__(self) -> int:
        """Count the priors."""
        return len(self.location)

    def only(self, place: int) -> "Normals":
        """Give one of the priors."""
        return Normals(self.location[[place]], self.scale[[place]])

    def log_density(self, x: Array, added: Array | float = 0.0) -> Array:
        """Give log N(x; m, s² + added), where x has the priors on its first axis.

        Parameters
        ----------
        x : array (q, n) or (1, n)
            Where.
        added : array (1, n) or float
            Variance that is added to that of every prior.
        """
        variance = self.scale[:, None] ** 2 + added
        return -0.5 * ((x - self.location[:, None]) ** 2 / variance + np.log(variance) + _LOG_2PI)


def product(locations: Array, scales: Array) -> Normals:
    """Combine every location with every scale, the scales fastest."""
    m, s = np.meshgrid(locations, scales, indexing="ij")
    return Normals(m.ravel(), s.ravel())


def net(locations: Array, scales: Array, centre: float) -> Normals:
    """Choose few priors that stand for all combinations: the extremes and some between them.

    Parameters
    ----------
    locations, scales : array
        The priors asked for.
    centre : float
        Where the trials lie: the location nearest to it is among those chosen, for there the
        hyperparameters take other values than under priors that contradict the trials.
    """
    nearest = locations[[np.argmin(np.abs(locations - centre))]]
    return product(np.union1d(_few(locations), nearest), _few(scales))


def finite(values: Sequence[float] | Array, what: str) -> Array:
    """Read a list of finite numbers.

    Raises
    ------
    ModelError
        If it is not one.
    """
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 1 or not len(found) or not np.all(np.isfinite(found)):
        raise ModelError(
            f"Prior {what} are a list of finite numbers on the effect's scale, such as "
            f"[0.1, 0.5, 1.0]; {values!r} is not."
        )
    return found


def positive(values: Sequence[float] | Array, what: str) -> Array:
    """Read a list of finite numbers above 0.

    Raises
    ------
    ModelError
        If it is not one.
    """
    found = finite(values, what)
    if np.any(found <= 0.0):
        raise ModelError(
            f"Prior {what} are standard deviations: each must be above 0, and "
            f"{found[found <= 0.0][0]:g} is not."
        )
    return found


def number(value: float, name: str) -> float:
    """Read one finite number.

    Raises
    ------
    ModelError
        If it is not one.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(value):
        raise ModelError(f"{name} is a finite number on the effect's scale; {value!r} is not.")
    return float(value)


def _few(values: Array) -> Array:
    """Thin out sorted values evenly, keeping both ends."""
    known = np.unique(values)
    places = np.linspace(0, len(known) - 1, min(_FEW, len(known))).round().astype(int)
    return known[places]
