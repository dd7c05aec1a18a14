"""What is known to shift the effects, without a coefficient."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.design.columns import column_of
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem
from consilience.gaussian import Array, Block, Rows
from consilience.priors import Normal
from consilience.terms.base import Term

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Offset(Term):
    """A known shift of the expectation: θᵢ has expectation μ + Σ terms(i) + oᵢ.

    The shift is not centred: μ is the expectation where it is 0.

    Parameters
    ----------
    column : str
        The column of the trial table that holds oᵢ, on the effect's scale; or nothing.
    values : mapping of str to float, or pairs
        oᵢ by the label of the estimate, added to the column's; 0 for those that are not named.

    Raises
    ------
    ModelError
        If neither is given, or a shift is no finite number.
    """

    column: str = ""
    values: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Keep a mapping as pairs, so that the term compares by value."""
        given = self.values.items() if isinstance(self.values, Mapping) else self.values
        try:
            pairs = tuple((str(name), float(value)) for name, value in given)
        except (TypeError, ValueError):
            pairs = (("", np.nan),)
        text = isinstance(self.column, str) and (self.column or pairs)
        if not text or not np.isfinite([value for _, value in pairs]).all():
            raise ModelError(
                "Offset takes the name of a column, or shifts by estimate such as values="
                f"{{'Smith 2020': 0.1}}, not {self.column!r} and {self.values!r}."
            )
        object.__setattr__(self, "values", pairs)

    def block(self, effects: Effects) -> Block:
        """See `Term.block`; there are no columns.

        Raises
        ------
        ModelError
            If there is no such column, or no estimate of a name.
        DataError
            If a shift is missing or not finite.
        """
        known = self._known(effects.table)
        unknown = [name for name, _ in self.values if name not in effects.labels]
        if unknown:
            raise ModelError(
                f"Offset names {', '.join(map(repr, unknown))}, but there is no such estimate. "
                f"Estimates: {', '.join(effects.labels)}."
            )
        return Block("offset", (), np.empty((effects.k, 0)), Normal(), known=known)

    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:  # noqa: ARG002 - nothing is learnt
        """See `Term.rows`; a shift by estimate does not reach new trials, whose shift is 0.

        Raises
        ------
        DataError
            If the shift of a new trial is missing or not finite.
        """
        return Rows(np.empty((len(new), 0)), np.zeros(len(new)), self._known(new))

    def pymc(self, effects: Effects, name: str) -> "TensorVariable":  # noqa: ARG002 - no coefficients
        """See `Term.pymc`."""
        import pytensor.tensor as pt

        return pt.as_tensor_variable(self.block(effects).known)

    def reads(self, column: str) -> bool:
        """See `Term.reads`."""
        return column == self.column

    def _known(self, table: pd.DataFrame) -> Array:
        """Add the shifts of the column and those by label."""
        shifts = dict(self.values)
        own = np.array([shifts.get(str(label), 0.0) for label in table.index])
        return own + _numbers(table, self.column) if self.column else own


def _numbers(table: pd.DataFrame, column: str) -> Array:
    """Read a column of finite numbers."""
    own = pd.to_numeric(column_of(table, column), errors="coerce")
    values = own.to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        remedy = "Give the shift as a finite number, 0 for none."
        raise DataError(
            [
                Problem("no known shift", remedy, str(label), column, str(value))
                for label, value in table[column][bad].items()
            ]
        )
    return values
