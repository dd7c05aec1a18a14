"""What an engine is, and what it answers: a posterior that others can question."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.engines.tree import Layout
from consilience.errors import ModelError
from consilience.gaussian import STILL, Array, Bonds, Curve, Errors, Population
from consilience.model import Model

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Combination:
    """A linear combination of coefficients, perhaps with scatter and sampling error on top.

    w'β + fresh levels + (true-effect scatter) + (sampling error)

    Parameters
    ----------
    name : str
        Row name in the answer.
    weights : array (m,)
        Weights of all coefficients, in the order of `Posterior.coefficients`.
    fresh : tuple of str
        Scale hyperparameters from whose population a new level is drawn.
    levels : tuple of str
        What the new levels are called, as many as `fresh`; the same name is the same draw.
    scatter : Population
        The population, of one row, from which the true effect of a new trial is meant; none where
        its expectation is.
    error : float
        Sampling variance of a new estimate; 0 for none.
    known : float
        What is known to be added.
    curves : tuple of (int, Curve)
        Coefficients whose weights bend with hyperparameters, and how: curves of one row, added to
        the weights.
    """

    name: str
    weights: Array
    fresh: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    scatter: Population = STILL
    error: float = 0.0
    known: float = 0.0
    curves: tuple[tuple[int, Curve], ...] = ()


class Posterior(ABC):
    """What an engine knows after the data: the same questions for every engine."""

    @property
    @abstractmethod
    def layout(self) -> Layout:
        """The model's parameters."""

    @property
    @abstractmethod
    def scatter(self) -> Population:
        """The scatter of true effects."""

    @property
    @abstractmethod
    def bonds(self) -> Bonds:
        """The sampling errors given what was integrated or sampled, and what ties estimates."""

    @property
    def errors(self) -> Errors:
        """The sampling errors, but for what of their covariance depends on hyperparameters."""
        return self.bonds.errors

    @property
    @abstractmethod
    def coefficients(self) -> tuple[str, ...]:
        """Row names of all coefficients: ``mu``, then the terms' in order."""

    @property
    def variables(self) -> set[str]:
        """Names of the variables in the tree's group ``posterior``."""
        hypers = (hyper.variable for hyper in self.layout.hypers)
        return {*self.layout.places, *hypers, "theta"}

    @property
    @abstractmethod
    def log_evidence(self) -> float | None:
        """Natural log of the marginal likelihood; None where a prior is improper or unknown."""

    @property
    @abstractmethod
    def accuracy(self) -> float:
        """The relative error bound achieved by integration; nan for Monte Carlo."""

    @property
    @abstractmethod
    def faults(self) -> tuple[str, ...]:
        """Why the answers may not be trusted, in words; empty when they may."""

    @property
    @abstractmethod
    def steps(self) -> tuple[str, ...]:
        """What the engine did to get there, in words."""

    @abstractmethod
    def tree(self) -> "xr.DataTree":
        """Give the draws with ArviZ's groups."""

    @abstractmethod
    def summary(self, level: float) -> pd.DataFrame:
        """Summarise every parameter: hyperparameters, coefficients, true effects."""

    @abstractmethod
    def scales(self, level: float) -> pd.DataFrame:
        """Summarise the hyperparameters alone, with the same columns as `summary`."""

    @abstractmethod
    def combine(self, combinations: tuple[Combination, ...], *, level: float) -> pd.DataFrame:
        """Summarise linear combinations, with the same columns as `summary`."""

    @abstractmethod
    def cdf(self, values: Mapping[str, float]) -> dict[str, float]:
        """Give P(parameter ≤ value) for coefficients and hyperparameters by their row names."""

    @abstractmethod
    def foresee(self) -> Array:
        """Foresee each trial from the others.

        Returns
        -------
        array (k,)
            P(new estimate of trial i < yᵢ | all other trials), uniform if the model holds.
        """

    def doubted(self) -> NDArray[np.bool_]:
        """Say which answers of `foresee` are not to be trusted, (k,); or (1,): here, none."""
        return np.zeros(1, dtype=bool)


class Engine(ABC):
    """A way of computing a posterior; its settings are its fields."""

    seed: int

    def __post_init__(self) -> None:
        """Refuse settings that no computation can have.

        Raises
        ------
        ModelError
            For a seed below 0, another count below 1, a share outside (0, 1).
        """
        for slot in fields(self):  # type: ignore[arg-type]
            value = getattr(self, slot.name)
            if slot.type is int:
                least = 0 if slot.name == "seed" else 1
                object.__setattr__(self, slot.name, _whole(slot.name, value, least=least))
            elif not 0.0 < value < 1.0:
                raise ModelError(f"{slot.name} lies between 0 and 1; {value!r} does not.")

    @abstractmethod
    def run(self, model: Model, effects: Effects) -> Posterior:
        """Compute the posterior of a model given trials.

        Raises
        ------
        ModelError
            If the engine cannot do this model; the message says why and what can.
        ConvergenceError
            If the accuracy that is owed was not reached.
        """

    @abstractmethod
    def restore(self, model: Model, effects: Effects, tree: "xr.DataTree") -> Posterior:
        """Rebuild a posterior from the tree that it once gave, without computing it again.

        Raises
        ------
        ModelError
            If the tree does not belong to this model and these effects.
        """


def _whole(name: str, value: object, *, least: int) -> int:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:  # type: ignore[operator]
        raise ModelError(f"{name} is a whole number of {least} or more; {value!r} is not.")
    return int(value)  # type: ignore[call-overload]
