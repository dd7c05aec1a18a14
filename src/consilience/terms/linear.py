"""Regression on moderators, written as a formula."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.design import Design, encode, mentions, once
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Block, Rows
from consilience.priors import Prior, UnitInformation, standing
from consilience.terms.base import Term

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Linear(Term):
    """Fixed regression coefficients for moderators.

    θᵢ has expectation μ + (xᵢ − x̄)'β, βⱼ ~ prior independently. Factors are coded by treatment
    contrasts against their first level in case-insensitive order; the columns are centred at their
    mean over the trials, so that μ keeps its meaning: the expectation at the mean row.

    Parameters
    ----------
    formula : str
        Moderators in the whitelisted grammar of `consilience.design`, e.g.
        ``"comparator_type + year"``.
    prior : Prior
        Prior of every coefficient, on the effect's scale per unit of the column. The default is a
        Normal of half a unit-information SD (1 on the scale of standardised mean differences).

    Raises
    ------
    ModelError
        If the formula is no text or the prior no prior.
    """

    formula: str
    prior: Prior = field(default_factory=UnitInformation)

    def __post_init__(self) -> None:
        """Look a name up, and refuse what is no formula or no prior."""
        if not isinstance(self.formula, str):
            raise ModelError(f"Linear: the formula is a text, not {self.formula!r}.")
        object.__setattr__(self, "prior", standing(self.prior, "Linear: prior"))

    def block(self, effects: Effects) -> Block:
        """See `Term.block`."""
        design = self._design(effects)
        return Block("beta", design.names, design.matrix - design.mean, self.prior)

    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:
        """See `Term.rows`."""
        design = self._design(effects)
        return Rows(design.rows(new) - design.mean, np.zeros(len(new)))

    def pymc(self, effects: Effects, name: str) -> "TensorVariable":
        """See `Term.pymc`."""
        import pytensor.tensor as pt

        coefficients = self.prior.pymc(name, dims=f"{name}_coef")
        return pt.dot(self.block(effects).matrix, coefficients)

    def regression(self) -> str:
        """See `Term.regression`."""
        return self.formula

    def reads(self, column: str) -> bool:
        """See `Term.reads`."""
        return mentions(self.formula, column)

    def _design(self, effects: Effects) -> Design:
        """Encode the formula."""
        design = once(
            effects,
            ("columns", self.formula),
            lambda: encode(self.formula, effects.frame, distinct=False),
        )
        if not design.intercept:
            raise ModelError(
                f"The formula {self.formula!r} of a Linear term takes the intercept out, but the "
                "model's mu is the intercept. Leave out 0 or - 1."
            )
        if not design.names:
            raise ModelError(
                f"The formula {self.formula!r} leaves no coefficient. Name a column, or leave the "
                "term out."
            )
        return design
