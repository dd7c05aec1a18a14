"""A smooth curve along a moderator."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.design import Design, encode, once
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Block, Rows
from consilience.priors import Prior, UnitInformation, standing
from consilience.terms.base import Term

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Spline(Term):
    """A cubic B-spline of a numeric moderator: f(xᵢ) = Σⱼ (Bⱼ(xᵢ) − B̄ⱼ)·βⱼ, βⱼ ~ prior.

    Knots stand at quantiles of the trials. The basis functions are centred at their mean over the
    trials, so that μ keeps its meaning, and add up to at most 1, so that the curve moves by no more
    than the coefficients do: a prior of SD s says that about ±2s is as far as it goes. Beyond the
    trials' range nothing is said: a new trial there is refused.

    Parameters
    ----------
    column : str
        The moderator, a column of numbers.
    df : int
        Number of basis functions, from 3 (one cubic) up; each further one adds a knot.
    prior : Prior
        Prior of every coefficient, on the effect's scale. The default is a Normal of half a
        unit-information SD (1 for standardised mean differences).

    Raises
    ------
    ModelError
        If the column is no name, the prior no prior, or df not a whole number from 3 to 50.

    References
    ----------
    Eilers & Marx (1996), Flexible smoothing with B-splines and penalties,
    doi:10.1214/ss/1038425655, for the basis.
    """

    column: str
    df: int = 4
    prior: Prior = field(default_factory=UnitInformation)

    def __post_init__(self) -> None:
        """Refuse what is no column, no prior or no number of basis functions."""
        if not isinstance(self.column, str) or not self.column:
            raise ModelError(f"Spline: the column is a name, not {self.column!r}.")
        object.__setattr__(self, "prior", standing(self.prior, "Spline: prior"))
        whole = isinstance(self.df, int) and not isinstance(self.df, bool)
        if not (whole and 3 <= self.df <= 50):
            raise ModelError(
                f"Spline: df must be a whole number from 3 to 50, got {self.df!r}. Give Spline a "
                "df such as 4."
            )

    def block(self, effects: Effects) -> Block:
        """See `Term.block`.

        Raises
        ------
        ModelError
            If the trials have too few different values for so many basis functions.
        """
        design = self._design(effects)
        labels = tuple(f"{self._variable}[{place + 1}]" for place in range(self.df))
        return Block(self._variable, labels, design.matrix - design.mean, self.prior)

    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:
        """See `Term.rows`."""
        design = self._design(effects)
        return Rows(design.rows(new) - design.mean, np.zeros(len(new)))

    def pymc(self, effects: Effects, name: str) -> "TensorVariable":
        """See `Term.pymc`."""
        import pytensor.tensor as pt

        coefficients = self.prior.pymc(name, dims=f"{name}_level")
        return pt.dot(self.block(effects).matrix, coefficients)

    def reads(self, column: str) -> bool:
        """See `Term.reads`."""
        return column == self.column

    @property
    def _variable(self) -> str:
        """Name of the coefficients."""
        return f"{self.column}_spline"

    def _design(self, effects: Effects) -> Design:
        """Encode the basis, with knots at quantiles of the trials."""
        formula = f"bs(`{self.column}`, df={self.df})"
        return once(effects, ("design", formula), lambda: encode(formula, effects.frame))
