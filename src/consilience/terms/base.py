"""What a term is: a part of the expectation of the true effects."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import pandas as pd

from consilience.effects import Effects
from consilience.gaussian import Block, Rows

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Term(ABC):
    """A part of the linear predictor: θᵢ has expectation μ + Σ term(i)."""

    @abstractmethod
    def block(self, effects: Effects) -> Block:
        """Give the term's columns for these trials, with the prior of their coefficients.

        Raises
        ------
        ModelError, DataError
            If the term's moderators are missing, incomplete or cannot be told apart.
        """

    @abstractmethod
    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:
        """Give the term's rows for new trials, coded as `block` coded the old ones.

        Raises
        ------
        ModelError
            If a new trial has a level that the term cannot foresee, or lacks a moderator.
        """

    @abstractmethod
    def pymc(self, effects: Effects, name: str) -> "TensorVariable":
        """Add the term to the PyMC model in context.

        Parameters
        ----------
        effects : Effects
            The trials.
        name : str
            The name that the model gives the term's coefficients.

        Returns
        -------
        TensorVariable (k,)
            The term's contribution to each trial's expectation.
        """

    @abstractmethod
    def reads(self, column: str) -> bool:
        """Say whether the term reads this column of the trial table."""
