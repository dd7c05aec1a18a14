"""Which rows are used: for one question, or for every cell of a grid."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from consilience.errors import DataError
from consilience.measures import Measure
from consilience.review.cells import NO_CELLS, Cells, Open, cell_problems, cells_of
from consilience.review.conversions import ROW, Converted, rules_of
from consilience.review.declared import Declaration
from consilience.review.declared_grid import NO_GRID, GridLevel
from consilience.review.printed import no_effect
from consilience.review.selection import (
    choose,
    decisions,
    excluded,
    first,
    in_words,
    printed,
    shared_control,
)

_NOWHERE = "No cell of the grid reads this outcome, time and population."


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The rows that are used.

    Parameters
    ----------
    reasons : Series of str, (rows,)
        Why each row is left out; empty for those that are used.
    cells : Cells
    rules : tuple of str
        How they were chosen, in words.
    """

    reasons: pd.Series
    cells: Cells
    rules: tuple[str, ...]


def chosen(
    made: Converted, declared: Declaration, *, measure: Measure, labels: Mapping[str, str]
) -> Choice:
    """Choose the rows of a review.

    Parameters
    ----------
    made : Converted
        The whole table after the conversions.
    declared : Declaration
    measure : Measure
    labels : mapping of str to str
        From a trial to its label.

    Raises
    ------
    DataError
        If no row is left, and with every trial of which several rows would be used at once and
        every cell that nobody can fill.
    """
    if declared.grid == NO_GRID:
        reasons = choose(made, declared, measure=measure)
        return Choice(reasons, NO_CELLS, in_words(declared, measure, labels=labels))
    return _of_grid(made, declared, measure=measure, labels=labels)


def _of_grid(
    made: Converted, declared: Declaration, *, measure: Measure, labels: Mapping[str, str]
) -> Choice:
    table, selection = made.trials.frame, declared.selection
    against = first(
        no_effect(made, measure, rules=rules_of(declared.conversions)),
        excluded(table, selection),
        shared_control(table, selection),
    )
    cells = cells_of(declared.grid, selection, Open(table, against))
    if problems := tuple(cell_problems(cells, table)):
        raise DataError(problems)
    if not cells.rows:
        raise DataError("No row of trials.csv answers for any cell of the grid. Widen [grid].")
    reasons = against.where(~table[ROW].isin(cells.rows), "")
    silent = (reasons == "") & ~table[ROW].isin(cells.rows)
    lost = _lost(cells)
    told = [lost.get(row, _NOWHERE) for row in table[ROW].astype(int)]
    reasons = reasons.mask(silent, pd.Series(told, table.index, dtype="str"))
    rules = _in_words(declared, measure) + decisions(selection, labels)
    return Choice(reasons, cells, rules)


def _lost(cells: Cells) -> dict[int, str]:
    """Give the reason for each row that an analysed cell leaves to another one."""
    told: dict[int, str] = {}
    for cell in cells.cells:
        for row, reason in zip(cell.left["row"], cell.left["reason"], strict=True):
            if reason:
                told.setdefault(int(row), str(reason))
    return told


def _in_words(declared: Declaration, measure: Measure) -> tuple[str, ...]:
    grid = declared.grid
    return (
        f"Outcomes: {_listed(grid.outcomes)}.",
        f"Times: {_listed(grid.times)}.",
        f"Populations: {_listed(grid.populations)}.",
        printed(declared, measure),
        "One estimate per comparison in each cell.",
    )


def _listed(levels: tuple[GridLevel, ...]) -> str:
    return ", ".join(
        f"{level.name} ({', else '.join(level.codes)})" if len(level.codes) > 1 else level.name
        for level in levels
    )
