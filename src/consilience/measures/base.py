"""What every effect measure knows about itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


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
        ``"standardised"`` or ``"raw"`` (units of the instrument), as the default priors need it.
    null : float
        The value of no effect.
    needs : tuple of str
        The columns that every row must fill.
    either : tuple of str
        Columns of which every row must fill at least one; empty where there is no such choice.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    scale: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    either: ClassVar[tuple[str, ...]] = ()
    null: ClassVar[float] = 0.0

    @abstractmethod
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Compute the estimates and their sampling variances, intervention minus comparator.

        Parameters
        ----------
        table : DataFrame, k rows
            A checked trial table with the columns of `needs`.

        Returns
        -------
        yi, vi : ndarray (k,)
            On the scale on which the measure is analysed, not yet turned by direction.
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
        Röver, Bender, Dias, et al. (2021), Res. Synth. Methods 12, 448-474, § 2.4.
        """

    @abstractmethod
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the sampling variance that a new trial of this size would have.

        Parameters
        ----------
        theta : ndarray
            True effects of the new trial, any shape.
        n1, n2 : int
            Participants with the intervention and with the comparator.
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


def participants(table: pd.DataFrame) -> Floats:
    """Return the participants of each row: ``n1 + n2``, else ``ni``, else ``n_total``, else NaN."""
    totals = np.full(len(table), np.nan)
    for column in ("ni", "n_total"):
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
    Röver, Bender, Dias, et al. (2021), Res. Synth. Methods 12, 448-474, equation 6.
    """
    n = participants(table)
    known = ~np.isnan(n)
    if not known.any():
        return float("nan")
    return float(np.sqrt(n[known].sum() / (1.0 / v[known]).sum()))


def arms(table: pd.DataFrame, *columns: str) -> tuple[Floats, ...]:
    """Return the named columns of a table as float arrays of shape (k,)."""
    return tuple(_floats(table[column]) for column in columns)


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=float, na_value=np.nan)
