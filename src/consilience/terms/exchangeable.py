"""Levels of a factor as draws from a population: partial pooling."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.design import once
from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Block, Hyper, Rows
from consilience.priors import HalfWeaklyInformative, Normal, Prior, standing
from consilience.terms.base import Term

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Exchangeable(Term):
    """A factor whose levels are draws from a population.

    θᵢ has expectation μ + u[level(i)], u[l] ~ N(0, scale²), scale ~ prior. Levels seen in many
    trials keep their own estimate, a level seen in one is shrunk towards the others and says how
    little it knows, and a level never seen is a new draw from the same population.

    Parameters
    ----------
    factor : str
        The column of the trial table that names the levels.
    scale : Prior
        Prior of the standard deviation between levels, on the effect's scale. The default is a
        HalfNormal of a quarter of a unit-information SD (0.5 for standardised mean differences);
        on log ratios, of 0.5.
    within : str
        Another column, or nothing. With it the levels are the pairs of both columns, such as
        exercise against usual care. Beside a term for the other column they are nested in it;
        beside terms for both columns they are their interaction. Terms for two columns without it
        are crossed.

    Raises
    ------
    ModelError
        If the factor is no name, `within` no other one, or the scale no prior on [0, ∞).

    References
    ----------
    Gelman & Hill (2007), *Data Analysis Using Regression and Multilevel/Hierarchical Models*,
    ch. 12. Röver et al. (2021), doi:10.1002/jrsm.1475, for the default.
    """

    factor: str
    scale: Prior = field(default_factory=HalfWeaklyInformative)
    within: str = ""

    def __post_init__(self) -> None:
        """Look a name up, and refuse what is no factor or no prior on a standard deviation."""
        if not isinstance(self.factor, str) or not self.factor:
            raise ModelError(
                f"Exchangeable: the factor is the name of a column, not {self.factor!r}."
            )
        if not isinstance(self.within, str) or self.within == self.factor:
            raise ModelError(
                f"Exchangeable: within is the name of another column, not {self.within!r}."
            )
        object.__setattr__(self, "scale", standing(self.scale, "Exchangeable: scale"))
        self._hyper()

    def block(self, effects: Effects) -> Block:
        """See `Term.block`."""
        key = ("levels", self.factor, self.within)
        labels, matrix = once(effects, key, lambda: self._columns(effects))
        return Block(self.variable, labels, matrix, Normal(0.0, 1.0), (self._hyper(),))

    def rows(self, effects: Effects, new: pd.DataFrame) -> Rows:
        """See `Term.rows`."""
        matrix = _indicators(self._names(new), self.levels(effects))
        return Rows(matrix, 1.0 - matrix.sum(axis=1))

    def pymc(self, effects: Effects, name: str) -> "TensorVariable":
        """See `Term.pymc`.

        The levels are non-centred, u = scale · z: with few trials per level the scale is weakly
        informed, and centred levels would form a funnel with it.
        """
        import pymc as pm
        import pytensor.tensor as pt

        dims = f"{name}_level"
        scale = self.scale.pymc(f"{name}_scale")
        unit = pm.Normal(f"{name}_unit", 0.0, 1.0, dims=dims)
        levels = pm.Deterministic(name, scale * unit, dims=dims)
        return pt.dot(self.block(effects).matrix, levels)

    def reads(self, column: str) -> bool:
        """See `Term.reads`."""
        return bool(column) and column in (self.factor, self.within)

    @property
    def variable(self) -> str:
        """Name of the levels' variable: the factor, or ``factor:within``."""
        return f"{self.factor}:{self.within}" if self.within else self.factor

    def levels(self, effects: Effects) -> tuple[str, ...]:
        """Name the levels among these trials, in case-insensitive order; pairs as ``a:b``.

        Raises
        ------
        ModelError
            If fewer than two levels are there: their spread could not be told from nothing.
        """
        found = sorted(set(self._names(effects.table)), key=lambda name: (name.lower(), name))
        if len(found) < 2:
            raise ModelError(
                f"Exchangeable({self.variable!r}) needs at least two levels among the trials; "
                f"there is only {found[0]!r}. Leave the term out of the model."
            )
        return tuple(found)

    def _columns(self, effects: Effects) -> tuple[tuple[str, ...], np.ndarray]:
        levels = self.levels(effects)
        labels = tuple(f"{self.variable}[{level}]" for level in levels)
        return labels, _indicators(self._names(effects.table), levels)

    def _names(self, table: pd.DataFrame) -> list[str]:
        """Name the level of each row; pairs as ``a:b``."""
        columns = [_column(table, name) for name in (self.factor, self.within) if name]
        return [":".join(pair) for pair in zip(*columns, strict=True)]

    def _hyper(self) -> Hyper:
        """Give the standard deviation between levels."""
        return Hyper(f"{self.variable}_scale", self.scale)


def _column(table: pd.DataFrame, factor: str) -> list[str]:
    """Read the labels of a column, without the blanks around them."""
    return [label.strip() for label in as_labels(table, factor)]


def _indicators(names: list[str], levels: tuple[str, ...]) -> np.ndarray:
    """Give a column of 0 and 1 for each level; a level never seen has none."""
    return (np.array(names, dtype=object)[:, None] == np.array(levels, dtype=object)).astype(float)
