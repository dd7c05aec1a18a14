"""Several outcomes of the same participants, each two with a correlation of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

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
from consilience.trials.conversions.sheet import Sheet

type Pairwise = tuple[tuple[str, str, float], ...]


@final
@dataclass(frozen=True, slots=True)
class CorrelatedLevels(Dependence):
    r"""Rows of a study correlate as the levels of a column do, :math:`\rho_{ab} \sqrt{v_i v_j}`.

    Parameters
    ----------
    rho : mapping, DataFrame or tuple
        The correlation of each two levels: ``{("pain", "function"): 0.6}``, a square DataFrame with
        the levels as index and columns, or triples (level, level, correlation).
    over : str
        The column of the levels.
    within : str or tuple of str
        The columns that tell groups of participants apart.

    Raises
    ------
    ModelError
        If rho gives no correlation for each two levels, or a column is no name.
    """

    rho: Mapping[tuple[str, str], float] | pd.DataFrame | Pairwise
    over: str = "outcome"
    within: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Same participants, by level"
    source: ClassVar[str] = "Wei & Higgins (2013), Stat. Med. 32, 1191-1205, doi:10.1002/sim.5679"

    def __post_init__(self) -> None:
        """Write the correlations down as triples."""
        object.__setattr__(self, "rho", _triples(self.rho))
        object.__setattr__(self, "over", one_column(self.over, "CorrelatedLevels: over"))
        held = columns(self.within, "CorrelatedLevels: within")
        object.__setattr__(self, "within", held)

    @property
    @override
    def label(self) -> str:
        told = ", ".join(f"{a} with {b} {rho:.6g}" for a, b, rho in self._known)
        return f"rows of one {', '.join(self.within)} correlate as their `{self.over}` do: {told}"

    @property
    def _known(self) -> Pairwise:
        return self.rho if isinstance(self.rho, tuple) else ()

    @override
    def speak(self, rows: Rows) -> Spoken:
        """Speak of pairs of one trial that differ in the level.

        Raises
        ------
        DataError
            If the correlation of two levels is not given, or a level is missing.
        """
        pairs = within(rows.codes(tuple(self.within)), what=self.title)
        codes = rows.codes((self.over,))
        named(rows, codes, pairs, column=self.over)
        told = pairs.where(codes[pairs.first] != codes[pairs.second])
        levels = [str(level) for level in Sheet(rows.table).texts(self.over)]
        known = {(a, b): rho for a, b, rho in self._known}
        known |= {(b, a): rho for (a, b), rho in known.items()}
        couples = [(levels[i], levels[j]) for i, j in zip(*told, strict=True)]
        if unknown := {couple: at for at, couple in enumerate(couples) if couple not in known}:
            raise DataError(
                [
                    Problem(f"No correlation of {a!r} with {b!r} is given",
                            "Add it to rho of CorrelatedLevels.",
                            str(rows.names[told.second[at]]), self.over)
                    for (a, b), at in unknown.items()
                ]
            )  # fmt: skip
        return Spoken(told, np.array([known[couple] for couple in couples], dtype=float))


def _triples(given: object) -> Pairwise:
    """Read pairs of levels and their correlations from a mapping, triples or a matrix."""
    if isinstance(given, pd.DataFrame):
        return _of_frame(given)
    try:
        triples = (
            [(a, b, rho) for (a, b), rho in given.items()]
            if isinstance(given, Mapping)
            else [(a, b, rho) for a, b, rho in given]  # type: ignore[attr-defined]
        )
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"CorrelatedLevels: rho must give a number for each two levels, got {given!r}. "
            "Write {('pain', 'function'): 0.6}."
        ) from error
    return tuple(
        (str(a), str(b), correlation(rho, f"CorrelatedLevels: rho of {a} with {b}"))
        for a, b, rho in triples
    )


def _of_frame(frame: pd.DataFrame) -> Pairwise:
    """Read the correlations above the diagonal of a symmetric frame."""
    square = list(frame.index) == list(frame.columns)
    values = frame.to_numpy(dtype=float)
    if not (square and np.array_equal(values, values.T) and (np.diag(values) == 1).all()):
        raise ModelError(
            "CorrelatedLevels: rho as a DataFrame must be symmetric with ones on its diagonal, its "
            "index and its columns the levels in one order."
        )
    names = [str(name) for name in frame.index]
    return tuple(
        (names[i], names[j], correlation(values[i, j].item(), f"rho of {names[i]}, {names[j]}"))
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
    )
