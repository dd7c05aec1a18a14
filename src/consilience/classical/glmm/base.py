"""What a generalised linear mixed model of counts is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from consilience.classical.glmm.arms import Arm
from consilience.classical.glmm.ascent import Ascent
from consilience.classical.wls import Floats
from consilience.errors import ModelError

_MOST_NODES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A first guess at the answer.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Estimates of single trials, half an event added where one is missing, and their variances.
    X : ndarray, shape (k, p)
        Design matrix.
    beta : ndarray, shape (p,)
        Weighted least squares coefficients.
    """

    y: Floats
    v: Floats
    X: Floats
    beta: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One likelihood, with where to start and where the coefficients are.

    Parameters
    ----------
    ascent : Ascent
    parameters : ndarray, shape (P,)
        First guess.
    own : ndarray, shape (k,)
        First guess at free arguments.
    beta : slice
        Where the coefficients are among the parameters.
    """

    ascent: Ascent
    parameters: Floats
    own: Floats
    beta: slice


@dataclass(frozen=True, slots=True)
class Glmm(ABC):
    """A likelihood of events whose trials' effects are ``theta ~ N(x'beta, tau²)``.

    To add one: a file with a final subclass, and a line in the folder's registry. Estimates are by
    maximum likelihood.

    Parameters
    ----------
    common : bool
        Whether all trials share one effect (``tau² = 0``).
    nodes : int
        Of the adaptive Gauss–Hermite rule; 1 is Laplace's approximation; 0, the default, doubles
        them until the log likelihood stands to 1e-8.

    Raises
    ------
    ModelError
        For settings that are no such things.
    """

    common: bool = False
    nodes: int = 0

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""
    measure: ClassVar[str]
    """Code of the effect measure, whose columns it reads."""
    nuisance: ClassVar[tuple[str, ...]] = ()
    """Names of common parameters beside the coefficients and tau."""
    drops: ClassVar[bool] = True
    """Whether trials without events, or with nothing else, are left out."""

    def __post_init__(self) -> None:
        """Refuse settings that are no such things."""
        wrong = not isinstance(self.common, bool) or type(self.nodes) is not int
        if wrong or not 0 <= self.nodes <= _MOST_NODES:
            raise ModelError(
                f"common is true or false and nodes a whole number from 0 to {_MOST_NODES}, not "
                f"{self.common!r} and {self.nodes!r}."
            )

    @abstractmethod
    def arms(self, table: pd.DataFrame) -> tuple[Arm, ...]:
        """Read the likelihoods of k trials' events off a checked table of counts."""

    @abstractmethod
    def task(self, arms: tuple[Arm, ...], start: Start, *, nodes: int, scatters: bool) -> Task:
        """Write the marginal likelihood as a function of the parameters.

        The coefficients come with ``tau`` last where the effects scatter.
        """

    @abstractmethod
    def constant(self, arms: tuple[Arm, ...]) -> float:
        """Log probability that was taken off the heights."""

    def nuisances(self, parameters: Floats, beta: slice) -> tuple[float, ...]:
        """Read the values of `nuisance` off the parameters; there are none here."""
        return tuple(parameters[: beta.start])

    @abstractmethod
    def saturated(self, arms: tuple[Arm, ...], start: Start, *, nodes: int) -> tuple[float, float]:
        """Give the height of the model with one free effect for each trial, and Wald's statistic.

        The statistic tests that these effects are ``X beta``; trials whose own effect is infinite
        tell it nothing.
        """

    def extra(self, k: int) -> int:
        """Count the parameters beside the coefficients and tau² for k trials."""
        return len(self.nuisance) * (k > 0)

    def observations(self, k: int) -> int:
        """Count the observations of k trials: trials here, arms where both are modelled."""
        return k


def residual_squares(theta: Floats, weights: Floats, X: Floats) -> float:
    """``min over beta of Σ w (theta - x'beta)²``, over the trials whose weight is above zero.

    Parameters
    ----------
    theta, weights : ndarray, shape (k,)
        Estimates of single trials, and their informations.
    X : ndarray, shape (k, p)
    """
    known = np.isfinite(theta) & (weights > 0)
    root = np.sqrt(weights[known])
    left, right = X[known] * root[:, None], theta[known] * root
    fitted = left @ np.linalg.lstsq(left, right, rcond=None)[0]
    return float(((right - fitted) ** 2).sum())
