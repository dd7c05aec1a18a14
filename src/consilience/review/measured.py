"""The rows that answer a review, measure by measure: converted, chosen, and told of as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from consilience import measures
from consilience.errors import DataError
from consilience.measures import Measure
from consilience.review.attempts import all_at_once
from consilience.review.cells import NO_CELLS, Cells
from consilience.review.check import measure_problems
from consilience.review.choosing import Choice, chosen
from consilience.review.conversions import ROW, Converted, Mask, converted, rules_of
from consilience.review.declared import Declaration
from consilience.review.declared_grid import NO_GRID, DeclaredGrid
from consilience.trials import Trials

MERGED = "A declared conversion joined this row to another one."
"""Why a row has no place in the table after the conversions."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The rows of trials.csv that one measure is computed from.

    Parameters
    ----------
    declared : Declaration
        With this measure, and the outcomes that it measures.
    measure : Measure
    made : Converted
        The rows of these outcomes after the conversions.
    choice : Choice
        Which of them are used.
    """

    declared: Declaration
    measure: Measure
    made: Converted
    choice: Choice

    @property
    def used(self) -> Mask:
        """The rows that are used, (rows,)."""
        return (self.choice.reasons == "").to_numpy(dtype=bool)


def measured(received: Trials, declared: Declaration) -> tuple[Measured, ...]:
    """Convert a table and choose its rows, once for each measure of a review.

    Parameters
    ----------
    received : Trials
        With labels.
    declared : Declaration

    Raises
    ------
    DataError
        With what is found of every measure; and if no row answers the review.
    """
    parts = declared.by_measure
    taken = [_reads(part, parts, received.frame) for part in parts]
    found = all_at_once(
        [partial(_measured, received, part, rows) for part, rows in zip(parts, taken, strict=True)]
    )
    held: tuple[Measured, ...] = tuple(found)  # type: ignore[arg-type]
    if not any(one.used.any() for one in held):
        raise DataError("No row of trials.csv answers for any cell of the grid. Widen [grid].")
    return held


def whole_choice(parts: Sequence[Measured], grid: DeclaredGrid) -> Choice:
    """Put the choices of all measures into one: a row is used where any measure uses it.

    Parameters
    ----------
    parts : sequence of Measured
    grid : DeclaredGrid
        With the outcomes of all of them, in the order of the cells.

    Returns
    -------
    Choice
        Its reasons by the row of trials.csv, from 1, without the rows that a conversion joined to
        others.
    """
    told: dict[int, str] = {}
    for part in parts:
        rows = part.made.trials.frame[ROW].astype(int)
        for row, reason in zip(rows, part.choice.reasons, strict=True):
            told[row] = reason if told.get(row, reason) else ""
    reasons = pd.Series(told, dtype="str").sort_index()
    return Choice(reasons, _cells(parts, grid))


def whole_steps(parts: Sequence[Measured]) -> Converted:
    """Put the conversions of all measures side by side.

    Parameters
    ----------
    parts : sequence of Measured

    Returns
    -------
    Converted
        The table is that of the first measure.
    """
    if len(parts) == 1:
        return parts[0].made
    steps = pd.concat([part.made.steps for part in parts], ignore_index=True)
    return replace(parts[0].made, steps=steps.drop_duplicates(ignore_index=True))


def _measured(received: Trials, declared: Declaration, rows: set[int]) -> Measured:
    measure = measures.get(declared.measure)
    made = _only(converted(received, measure, rules=rules_of(declared.conversions)), rows)
    lacking = made.lacking(measure)
    if faults := measure_problems(made.trials.frame, measure, lacking=lacking):
        raise DataError(faults)
    return Measured(declared, measure, made, chosen(made, declared, measure=measure))


def _reads(part: Declaration, parts: Sequence[Declaration], table: pd.DataFrame) -> set[int]:
    """Give the rows of the outcomes of one measure; the first one takes those of no outcome."""
    places = np.arange(1, len(table) + 1)
    if len(parts) == 1 or part.grid == NO_GRID:
        return set(places.tolist())
    held = table["outcome"].isin(_codes(part.grid))
    if part is parts[0]:
        read = {code for each in parts for code in _codes(each.grid)}
        held |= ~table["outcome"].isin(read)
    return set(places[held.to_numpy(dtype=bool)].tolist())


def _codes(grid: DeclaredGrid) -> set[str]:
    return {code for outcome in grid.outcomes for code in outcome.read}


def _only(made: Converted, rows: set[int]) -> Converted:
    """Keep these rows and the steps that made them; steps that name no row stay."""
    here = made.trials.frame[ROW].isin(rows).to_numpy(dtype=bool)
    if here.all():
        return made
    steps = made.steps[made.steps["row"].isin([0, *rows])]
    return Converted(made.trials.keep(here), steps.reset_index(drop=True))


def _cells(parts: Sequence[Measured], grid: DeclaredGrid) -> Cells:
    if grid == NO_GRID:
        return NO_CELLS
    held = {cell.key: cell for part in parts for cell in part.choice.cells.cells}
    keys = product(*([level.name for level in levels] for levels in grid.axes.values()))
    cells = tuple(held[outcome, time, people] for outcome, time, people in keys)
    return Cells(grid.outcomes, grid.times, grid.populations, cells)
