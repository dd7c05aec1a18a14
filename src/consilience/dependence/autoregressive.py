"""Several times of the same participants: the further apart, the less alike."""

from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.dependence.base import (
    Dependence,
    Rows,
    Spoken,
    columns,
    correlation,
    named,
    one_column,
)
from consilience.dependence.pairs import within
from consilience.errors import DataError, ModelError, Problem


@final
@dataclass(frozen=True, slots=True)
class Autoregressive(Dependence):
    r"""Rows of a study at times s and t correlate with :math:`\rho^{|s - t|}`.

    Rows at the same time are left to the other rules.

    Parameters
    ----------
    rho : float
        Correlation one unit of time apart, from 0 to below 1.
    over : str
        The column of the times, a number in every row of a study with several.
    within : str or tuple of str
        The columns that tell groups of participants apart.

    Raises
    ------
    ModelError
        If rho lies outside [0, 1), or a column is no name.
    """

    rho: float
    over: str = "weeks"
    within: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Same participants over time"
    source: ClassVar[str] = (
        "Trikalinos & Olkin (2012), Clin. Trials 9, 610-620, doi:10.1177/1740774512453218"
    )

    def __post_init__(self) -> None:
        """Refuse what is no correlation; take one name or several."""
        rho = correlation(self.rho, "Autoregressive: rho")
        if rho < 0:
            raise ModelError(f"Autoregressive: rho cannot be negative, got {rho:.6g}.")
        object.__setattr__(self, "rho", rho)
        object.__setattr__(self, "over", one_column(self.over, "Autoregressive: over"))
        held = columns(self.within, "Autoregressive: within")
        object.__setattr__(self, "within", held)

    @property
    @override
    def label(self) -> str:
        apart = f"`{self.over}` apart"
        return f"rows of one {', '.join(self.within)} correlate {self.rho:.6g} to the {apart}"

    @override
    def speak(self, rows: Rows) -> Spoken:
        """Speak of pairs of one trial, by the time between them.

        Raises
        ------
        DataError
            If the times are words, or one is missing where a study has several rows.
        """
        pairs = within(rows.codes(tuple(self.within)), what=self.title)
        time = rows.numbers(self.over)
        _refuse_text(rows, time, column=self.over)
        named(rows, np.where(np.isnan(time), -1, 0), pairs, column=self.over)
        apart = np.abs(time[pairs.first] - time[pairs.second])
        return Spoken(pairs.where(apart > 0), self.rho ** apart[apart > 0])


def _refuse_text(rows: Rows, time: np.ndarray, *, column: str) -> None:
    if np.isnan(time).all() and rows.table[column].notna().any():
        what = "The times are words, not numbers"
        remedy = "Give them as numbers of one unit, such as weeks, in this or another column."
        raise DataError([Problem(what, remedy, column=column)])
