"""What a term is: a part of the expectation of the true effects."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Array, Block, Rows
from consilience.terms.mixing import UNMIXED, Mixing

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

    def regression(self) -> str:
        """Give the term as a formula, for classical models of the same structure.

        Raises
        ------
        RefusalError
            In the base version: the term is no regression.
        """
        raise RefusalError(
            f"terms.{type(self).__name__} has no formula that a classical model could take. Fit "
            "with terms.Linear, or call pool_multilevel yourself."
        )

    @property
    def bends(self) -> bool:
        """Whether its columns bend with a location that is to be found; here, not."""
        return False

    def jumps(self, effects: Effects) -> bool:  # noqa: ARG002 - nothing bends
        """Say whether a bend is constant between edges of its location; here there is none."""
        return False

    def edges(self, effects: Effects) -> Array:  # noqa: ARG002 - nothing bends
        """Give the ends of the location's range and the breaks inside, in order; here, none."""
        return np.empty(0)

    def over(self, effects: Effects) -> Mixing:  # noqa: ARG002 - nothing to mix over
        """Give what the likelihood is summed over in PyMC, where a term jumps; here, nothing."""
        return UNMIXED

    @abstractmethod
    def reads(self, column: str) -> bool:
        """Say whether the term reads this column of the trial table."""
