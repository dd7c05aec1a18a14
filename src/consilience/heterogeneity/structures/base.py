"""What a structure is: the covariance of the true effects of several outcomes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from consilience.errors import ModelError
from consilience.gaussian import CORRELATION, Array, Hyper, Point
from consilience.heterogeneity.base import settle
from consilience.priors import Prior

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

type Levels = tuple[str, ...]
"""The outcomes, in case-insensitive order."""


class Structure(ABC):
    """The covariance Σ = diag(τ) R diag(τ) of the true effects of p outcomes in one study.

    Attributes
    ----------
    code : str
        What metafor and `pool_multilevel` call it.
    """

    code: ClassVar[str]

    @abstractmethod
    def hypers(self, levels: Levels) -> tuple[Hyper, ...]:
        """Give its hyperparameters for these outcomes.

        Raises
        ------
        ModelError
            If a prior gives mass to correlations that so many outcomes cannot have.
        """

    @abstractmethod
    def covariance(self, point: Point, levels: Levels) -> Array:
        """Give Σ, (nodes, p, p)."""

    def derived(self, point: Point, levels: Levels) -> Mapping[str, Array]:  # noqa: ARG002
        """Give what follows from the hyperparameters and is reported; here nothing."""
        return {}

    @abstractmethod
    def pymc(self, levels: Levels) -> "TensorVariable":
        """Add the hyperparameters to the PyMC model in context, and give Σ, (p, p)."""


class OneCorrelation(Structure):
    """A structure with one correlation between any two outcomes.

    Attributes
    ----------
    tau, rho : Prior
        Priors of the SD of an outcome, and of the correlation.
    """

    __slots__ = ()

    tau: Prior
    rho: Prior

    def __post_init__(self) -> None:
        """Refuse what is no prior of its parameter."""
        settle(self, "tau")
        settle(self, "rho", CORRELATION)

    def correlation(self, levels: Levels) -> Hyper:
        """Give ρ.

        Raises
        ------
        ModelError
            If so many outcomes cannot correlate as low as its prior allows.
        """
        refuse_impossible(self.rho, len(levels))
        return Hyper("rho", self.rho, CORRELATION)


def equal_correlations(rho: Array, p: int) -> Array:
    """Give matrices (nodes, p, p) with one correlation (nodes,) off the diagonal."""
    own = np.eye(p)
    return np.asarray(own + rho[:, None, None] * (1.0 - own))


def refuse_impossible(prior: Prior, p: int) -> None:
    """Say nothing if p outcomes can all correlate as low as a prior allows.

    Raises
    ------
    ModelError
        If the matrix would not be positive definite: below −1/(p − 1).
    """
    least = -1.0 / (p - 1)
    if prior.support[0] < least - 1e-12:
        raise ModelError(
            f"{p} outcomes cannot all correlate with less than −1/{p - 1} = {least:.3g}: the "
            f"matrix would not be positive definite. The prior {prior.label} of rho reaches down "
            f"to {prior.support[0]:.3g}; use priors.Uniform({least:.3g}, 1), or Uniform(0, 1)."
        )
