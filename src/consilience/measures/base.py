"""What every effect measure knows about itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import ModelError, Problem
from consilience.measures.checks import at, cell_problems
from consilience.trials.checks import Rule

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure(ABC):
    """An effect measure: from the columns of a trial table to estimates and their variances.

    Attributes
    ----------
    code : str
        metafor's name of the measure, and its name in the registry.
    label : str
        Its name in tables and on axes.
    scale : str
        What its values are, as priors, plots and comparisons need it: ``"raw"`` (units of the
        instrument), ``"standardised"``, ``"log"``, ``"logit"``, ``"probability"``, ``"rate"``,
        ``"arcsine"``, ``"square root"``, ``"correlation"``, ``"Fisher z"``, ``"reliability"``,
        ``"cube root"``.
    null : float
        The value of no effect; NaN where a measure describes one group and nothing is "no effect".
    needs : tuple of str
        The columns that every row must fill.
    either : tuple of str
        Columns of which every row must fill at least one; empty where there is no such choice.
    aliases : mapping of str to str
        metafor's names of its columns, which mean something else to another measure.
    rules : mapping of str to Rule
        What the numbers of its columns must be, beyond the rules that hold for every table.
    choices : mapping of str to tuple
        The values that a setting may take.
    directional : bool
        Whether its sign can be turned by the column `higher_is_better`.
    stands : str
        Which way its values point where no direction was declared, in one sentence.

    Raises
    ------
    ModelError
        If a setting is not among its choices.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    scale: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    either: ClassVar[tuple[str, ...]] = ()
    null: ClassVar[float] = 0.0
    aliases: ClassVar[Mapping[str, str]] = {}
    rules: ClassVar[Mapping[str, Rule]] = {}
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {}
    directional: ClassVar[bool] = True
    stands: ClassVar[str] = (
        "Effects are intervention minus comparator as they stand; no direction was declared."
    )

    def __post_init__(self) -> None:
        """Refuse a setting that is not among its choices."""
        for name, allowed in self.choices.items():
            value = getattr(self, name)
            if not any(type(value) is type(each) and value == each for each in allowed):
                known = ", ".join(map(repr, allowed))
                raise ModelError(
                    f"The measure {self.code} knows no {name}={value!r}. Choose from: {known}."
                )

    @abstractmethod
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Compute the estimates and their sampling variances, intervention minus comparator.

        Parameters
        ----------
        table : DataFrame, k rows
            A checked trial table with the columns of `needs`, or metafor's names of them.

        Returns
        -------
        yi, vi : ndarray (k,)
            On the scale on which the measure is analysed, not yet turned by direction; NaN in both
            where either is not finite.
        """

    @abstractmethod
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation: the SD of one participant's worth.

        Parameters
        ----------
        table : DataFrame, k rows
        v : ndarray (k,)
            Sampling variances of the estimates.

        Returns
        -------
        float
            On the scale of the estimates; NaN where the numbers of participants are unknown.

        References
        ----------
        Röver, Bender, Dias, et al. (2021), § 2.4, doi:10.1002/jrsm.1475.
        """

    @abstractmethod
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the sampling variance that a new trial of this size would have.

        Parameters
        ----------
        theta : ndarray
            True effects of the new trial, any shape.
        n1, n2 : int
            Participants with the intervention and with the comparator; a measure of one group
            takes their sum.
        observed : DataFrame
            The observed trials with their `vi` (``effects.frame``), from which a raw scale takes
            its standard deviation.

        Returns
        -------
        ndarray
            As the shape of `theta`.

        Raises
        ------
        ModelError
            Where the measure cannot know it.
        """

    def display(self, x: Floats) -> Floats:
        """Turn values of the analysed scale into those that are shown (here: the same)."""
        return x

    @property
    def turned(self) -> str:
        """Which way its values point once they are turned, in one sentence."""
        null = float(np.asarray(self.display(np.zeros(1)))[0])
        above = "Positive effects" if null == 0.0 else f"Values above {null:g}"
        return f"{above} favour the intervention."

    def complete(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give metafor's columns the names used here, and fill what follows from other columns.

        Parameters
        ----------
        table : DataFrame, k rows

        Returns
        -------
        DataFrame, k rows
            A column that is there under both names stays as it is.
        """
        there = set(table.columns.tolist())
        names = {
            alias: name
            for alias, name in self.aliases.items()
            if alias in there and name not in there
        }
        return table.rename(columns=names) if names else table

    def problems(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Find everything that keeps the rows of a complete table from having this effect.

        Parameters
        ----------
        table : DataFrame, k rows
            With the column `study`.

        Returns
        -------
        tuple of Problem
            Each with study, column, value and remedy; where single cells are at fault, what
            follows from several cells is not asked.
        """
        cells = cell_problems(table, self.needs, either=self.either, rules=self.rules)
        return cells or self.contradictions(table)

    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Find the rows whose cells are right one by one and impossible together (here: none)."""
        del table
        return ()

    def without_value(
        self, table: pd.DataFrame, *, column: str, remedy: str
    ) -> tuple[Problem, ...]:
        """Find the rows, but for those left out, whose effect or variance is no finite value."""
        y, v = self.compute(table)
        rows = ~(np.isfinite(y) & (v > 0)) & ~self.dropped(table)
        what = f"With these counts {self.code} or its variance has no finite value"
        return at(table, rows, column=column, what=what, remedy=remedy)

    def dropped(self, table: pd.DataFrame) -> Mask:
        """Say which rows of a complete table the measure's settings leave out, (k,)."""
        return np.zeros(len(table), dtype=bool)

    def notes(self, table: pd.DataFrame) -> tuple[str, ...]:
        """Say what the measure's settings do to the rows of a complete table (here: nothing)."""
        del table
        return ()


def participants(table: pd.DataFrame) -> Floats:
    """Return the participants of each row: ``n1 + n2``, else ``n``, ``ni`` or ``n_total``, or NaN.

    Parameters
    ----------
    table : DataFrame, k rows

    Returns
    -------
    ndarray (k,)
    """
    totals = np.full(len(table), np.nan)
    for column in ("n", "ni", "n_total"):
        if column in table:
            totals = np.where(np.isnan(totals), _floats(table[column]), totals)
    if {"n1", "n2"} <= set(table):
        arms = _floats(table["n1"]) + _floats(table["n2"])
        totals = np.where(np.isnan(arms), totals, arms)
    return totals


def unit_information_sd(table: pd.DataFrame, v: Floats) -> float:
    """Return sqrt(Σ n / Σ 1/v) over the rows whose number of participants is known.

    Parameters
    ----------
    table : DataFrame, k rows
    v : ndarray (k,)

    Returns
    -------
    float
        NaN where no row says its participants.

    References
    ----------
    Röver, Bender, Dias, et al. (2021), Res. Synth. Methods 12, 448-474, equation 6,
    doi:10.1002/jrsm.1475.
    """
    n = participants(table)
    known = ~np.isnan(n)
    if not known.any():
        return float("nan")
    return float(np.sqrt(n[known].sum() / (1.0 / v[known]).sum()))


def arms(table: pd.DataFrame, *columns: str) -> tuple[Floats, ...]:
    """Return the named columns of a table as float arrays of shape (k,)."""
    return tuple(_floats(table[column]) for column in columns)


def finite(y: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Make both NaN where either the estimate or its variance is not finite.

    Parameters
    ----------
    y, v : ndarray (k,)

    Returns
    -------
    y, v : ndarray (k,)
    """
    known = np.isfinite(y) & np.isfinite(v)
    return np.where(known, y, np.nan), np.where(known, v, np.nan)


def weighted(values: Floats, n: Floats) -> float:
    """Return the mean of the values weighted by size, over the rows where both are known.

    Parameters
    ----------
    values, n : ndarray (k,)

    Returns
    -------
    float
        NaN where no row knows both.
    """
    known = np.isfinite(values) & np.isfinite(n)
    total = float(n[known].sum())
    return float((n[known] * values[known]).sum()) / total if total else float("nan")


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=float, na_value=np.nan)
