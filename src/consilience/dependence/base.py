"""What every rule of dependence knows about itself, and the table that it reads."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.dependence.pairs import Codes, Pairs, coded
from consilience.errors import DataError, ModelError, Problem
from consilience.measures import Measure
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.rows import row_names

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """The estimates whose covariance is asked for.

    Parameters
    ----------
    table : DataFrame, k rows
        With the column `study`.
    measure : Measure
    v : ndarray (k,)
        Their sampling variances.
    """

    table: pd.DataFrame
    measure: Measure
    v: Floats

    def __len__(self) -> int:
        """Return the number of estimates."""
        return len(self.v)

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """How a message names each row, (k,)."""
        return row_names(self.table["study"].reset_index(drop=True)).to_numpy(dtype=object)

    def codes(self, columns: Sequence[str]) -> Codes:
        """Give rows numbers by what stands in these columns, (k,); −1 where a cell is empty.

        Raises
        ------
        DataError
            For a column that is not there.
        """
        self.require(columns)
        return coded([self.table[name] for name in columns])

    def numbers(self, column: str) -> Floats:
        """Return a column of numbers, (k,).

        Raises
        ------
        DataError
            For a column that is not there.
        """
        self.require((column,))
        return Sheet(self.table).numbers(column)

    def require(self, columns: Sequence[str]) -> None:
        """Ask for columns.

        Raises
        ------
        DataError
            Naming those that are not there.
        """
        known = ", ".join(map(str, self.table.columns))
        remedy = f"Add it, or name another one; the table has: {known}."
        missing = [name for name in columns if name not in self.table]
        if missing:
            raise DataError(
                [Problem("The table has no such column", remedy, column=name) for name in missing]
            )


class Spoken(NamedTuple):
    """The pairs of estimates of which a rule speaks, and what it says."""

    pairs: Pairs
    correlation: Floats
    """Of their sampling errors, (pairs,)."""


@dataclass(frozen=True, slots=True)
class Dependence(ABC):
    """One reason why the sampling errors of estimates are correlated.

    Where several rules speak of a pair of estimates, what they say is multiplied: two different
    outcomes in two comparisons with one control arm correlate as the outcomes do times as the
    comparisons do. (A product of correlation matrices, element by element, is one again: Schur.)
    Correlations are those of the effects as they are analysed, turned by `higher_is_better`.

    Attributes
    ----------
    title : str
        Its name in the log.
    source : str
        Where it is published.
    rank : int
        Of the rules that speak of a pair only those of the lowest rank are heard.
    """

    title: ClassVar[str]
    source: ClassVar[str]
    rank: ClassVar[int] = 1

    @abstractmethod
    def speak(self, rows: Rows) -> Spoken:
        """Return the pairs that it knows about, with their correlations.

        Raises
        ------
        DataError
            Naming the rows that it cannot judge.
        """

    @property
    @abstractmethod
    def label(self) -> str:
        """What it takes for granted, as the log prints it."""

    def doubts(self, rows: Rows, spoken: Spoken, *, alone: Mask) -> tuple[Problem, ...]:
        """Find the pairs that it would need another rule for (here: none).

        Parameters
        ----------
        rows : Rows
        spoken : Spoken
        alone : ndarray (pairs,) of bool
            The pairs of which no other rule speaks.
        """
        del rows, spoken, alone
        return ()


def columns(value: str | Sequence[str], name: str) -> tuple[str, ...]:
    """Return one name or several as a tuple.

    Raises
    ------
    ModelError
        For anything else, and for none.
    """
    several = value if isinstance(value, list | tuple) else ()
    names = (value,) if isinstance(value, str) else tuple(several)
    if not names or not all(isinstance(each, str) and each for each in names):
        raise ModelError(f"{name} must name one column or more, got {value!r}.")
    return names


def one_column(value: object, name: str) -> str:
    """Return the name of one column.

    Raises
    ------
    ModelError
        For anything else.
    """
    if not isinstance(value, str) or not value:
        raise ModelError(f"{name} must name one column, got {value!r}.")
    return value


def correlation(value: object, name: str) -> float:
    """Return a correlation as a float.

    Raises
    ------
    ModelError
        For what is no number strictly between −1 and 1.
    """
    if isinstance(value, Real) and not isinstance(value, bool) and -1 < float(value) < 1:
        return float(value)
    raise ModelError(
        f"{name} must lie between −1 and 1, got {value!r}. Give what the participants' own data, "
        "or those of a similar trial, show; and see how much hangs on it (over_rho)."
    )


def named(rows: Rows, codes: Codes, pairs: Pairs, *, column: str) -> None:
    """Refuse rows of a pair whose cell is empty.

    Raises
    ------
    DataError
        Naming each of them.
    """
    asked = np.unique(np.concatenate([pairs.first, pairs.second]))
    empty = asked[codes[asked] < 0]
    if empty.size:
        what = "The cell is empty where several estimates of one study must be told apart"
        remedy = "Fill it: the same text where it is the same, another where it is another."
        raise DataError([Problem(what, remedy, str(rows.names[i]), column) for i in empty])
