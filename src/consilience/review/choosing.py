"""Which rows are used: for one question, or for every cell of a grid."""

from collections.abc import Mapping, Sequence
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
    """

    reasons: pd.Series
    cells: Cells


def chosen(made: Converted, declared: Declaration, *, measure: Measure) -> Choice:
    """Choose the rows of a review.

    Parameters
    ----------
    made : Converted
        The whole table after the conversions.
    declared : Declaration
    measure : Measure

    Raises
    ------
    DataError
        If no row is left for a question without a grid, and with every trial of which several rows
        would be used at once and every cell that nobody can fill.
    """
    if declared.grid == NO_GRID:
        return Choice(choose(made, declared, measure=measure), NO_CELLS)
    return _of_grid(made, declared, measure=measure)


def rules_in_words(
    parts: Sequence[tuple[Declaration, Measure]], labels: Mapping[str, str]
) -> tuple[str, ...]:
    """Say how rows were chosen, in the order in which it was done.

    Parameters
    ----------
    parts : sequence of pairs
        A declaration and its measure; of a grid one for each measure.
    labels : mapping of str to str
        From a trial to its label.
    """
    declared, measure = parts[0]
    if declared.grid == NO_GRID:
        return in_words(declared, measure, labels=labels)
    several = len(parts) > 1
    told = [_listed(each.grid.outcomes) + f" ({own.label})" * several for each, own in parts]
    needed = [f"{own.label}: " * several + printed(each, own) for each, own in parts]
    return (
        f"Outcomes: {'; '.join(told)}.",
        f"Times: {_listed(declared.grid.times)}.",
        f"Populations: {_listed(declared.grid.populations)}.",
        *needed,
        "One estimate per comparison in each cell.",
        *decisions(declared.selection, labels),
    )


def _of_grid(made: Converted, declared: Declaration, *, measure: Measure) -> Choice:
    table, selection = made.trials.frame, declared.selection
    against = first(
        no_effect(made, measure, rules=rules_of(declared.conversions)),
        excluded(table, selection),
        shared_control(table, selection),
    )
    cells = cells_of(declared, Open(table, against))
    if problems := tuple(cell_problems(cells, table)):
        raise DataError(problems)
    reasons = against.where(~table[ROW].isin(cells.rows), "")
    silent = (reasons == "") & ~table[ROW].isin(cells.rows)
    lost = _lost(cells)
    told = [lost.get(row, _NOWHERE) for row in table[ROW].astype(int)]
    reasons = reasons.mask(silent, pd.Series(told, table.index, dtype="str"))
    return Choice(reasons, cells)


def _lost(cells: Cells) -> dict[int, str]:
    """Give the reason for each row that an analysed cell leaves to another one."""
    told: dict[int, str] = {}
    for cell in cells.cells:
        for row, reason in zip(cell.left["row"], cell.left["reason"], strict=True):
            if reason:
                told.setdefault(int(row), str(reason))
    return told


def _listed(levels: tuple[GridLevel, ...]) -> str:
    return ", ".join(
        f"{level.name} ({', else '.join(level.codes)})" if len(level.codes) > 1 else level.name
        for level in levels
    )
