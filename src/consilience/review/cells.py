"""The cells of a grid: which rows answer for each, and why the others do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import Problem
from consilience.review.conversions import ROW
from consilience.review.declared import Declaration, Selection
from consilience.review.declared_grid import AXES, GridLevel, Leave

type Mask = NDArray[np.bool_]
type Key = tuple[str, str, str]

NOBODY = "No row of trials.csv gives an effect here."
"""Why a cell that is analysed has no estimate."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One outcome at one time in one population.

    Parameters
    ----------
    outcome, time, population : str
        The names of its levels.
    analysed : bool
        Whether it is one of the analyses of the review.
    reason : str
        Why it is not, or why it has no estimate; empty otherwise.
    rows : tuple of int
        The rows of `trials.csv` that answer for it, from 1; one for each trial.
    left : DataFrame
        The rows that belong to it and do not answer: `row, trial, label, scale, population, weeks`
        (where the table has it) and `reason`.
    measure : str
        Code of the effect measure.
    """

    outcome: str
    time: str
    population: str
    analysed: bool
    reason: str
    rows: tuple[int, ...]
    left: pd.DataFrame
    measure: str = ""

    @property
    def key(self) -> Key:
        """Outcome, time and population."""
        return (self.outcome, self.time, self.population)

    @property
    def k(self) -> int:
        """How many estimates it has."""
        return len(self.rows)

    @property
    def name(self) -> str:
        """Its levels in one text."""
        return ", ".join(self.key)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A grid of cells.

    Parameters
    ----------
    outcomes, times, populations : tuple of GridLevel
    cells : tuple of Cell
        Outcome by outcome, and within it time by time; none where a review has one question.
    """

    outcomes: tuple[GridLevel, ...] = ()
    times: tuple[GridLevel, ...] = ()
    populations: tuple[GridLevel, ...] = ()
    cells: tuple[Cell, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is a grid."""
        return bool(self.cells)

    @property
    def rows(self) -> frozenset[int]:
        """Every row of `trials.csv` that answers somewhere."""
        return frozenset(row for cell in self.cells for row in cell.rows)

    @property
    def measures(self) -> tuple[str, ...]:
        """Codes of the measures of its cells, each once."""
        return tuple(dict.fromkeys(cell.measure for cell in self.cells))


NO_CELLS = Cells()
"""One question, one analysis."""


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """The rows that may answer for cells.

    Parameters
    ----------
    table : DataFrame
        After the conversions, with the row's place and its label.
    reasons : Series of str
        Why a row answers nowhere, whatever the cell; empty where nothing is against it.
    """

    table: pd.DataFrame
    reasons: pd.Series

    def where(self, mask: Mask) -> "Open":
        """Return the rows where a mask, of shape (rows,), is true."""
        return Open(self.table[mask], self.reasons[mask])


def cells_of(declared: Declaration, rows: Open) -> Cells:
    """Choose the rows of every cell: one for each trial.

    Parameters
    ----------
    declared : Declaration
        Its grid, the choices that no general rule makes, and its measure.
    rows : Open
    """
    grid, selection = declared.grid, declared.selection
    keys = product(grid.outcomes, grid.times, grid.populations)
    belongs = {
        (axis, level.name): rows.table[axis].isin(level.read).to_numpy(dtype=bool)
        for axis, levels in grid.axes.items()
        for level in levels
    }
    found = []
    for levels in keys:
        masks = [belongs[axis, level.name] for axis, level in zip(AXES, levels, strict=True)]
        here = np.logical_and.reduce(masks)
        one = _cell(levels, grid.leave, selection=selection, rows=rows.where(here))
        found.append(replace(one, measure=declared.measure))
    return Cells(grid.outcomes, grid.times, grid.populations, tuple(found))


def cell_problems(cells: Cells, table: pd.DataFrame) -> Iterator[Problem]:
    """Find the trials with several estimates in one cell, and the cells that nobody can fill.

    Parameters
    ----------
    cells : Cells
    table : DataFrame
        As of `Open`.
    """
    by_row = table.set_index(table[ROW].astype(int))
    for cell in cells.cells:
        if len(cell.rows) > 1:
            yield from _repeated(cell, by_row.loc[list(cell.rows)])
        if cell.analysed and not cell.rows and cell.left.empty:
            what = "review.toml, key `grid`: no row of trials.csv belongs to this cell"
            remedy = "Leave it out with a reason ([[grid.leave]]), or correct the names."
            yield Problem(what, remedy, value=cell.name)


def _cell(
    levels: tuple[GridLevel, ...], leave: tuple[Leave, ...], *, selection: Selection, rows: Open
) -> Cell:
    key: Key = (levels[0].name, levels[1].name, levels[2].name)
    why = left_out(key, leave)
    here, reasons = rows.table, rows.reasons
    if not why and len(here):
        reasons = _chosen(here, reasons, levels=levels, selection=selection)
    used = here[ROW][reasons == ""].astype(int)
    left = _told(here[reasons != ""]).assign(reason=reasons[reasons != ""])
    empty = NOBODY if not len(used) else ""
    kept = () if why else tuple(used.tolist())
    return Cell(*key, analysed=not why, reason=why or empty, rows=kept, left=left)


def left_out(key: Key, leave: tuple[Leave, ...]) -> str:
    """Say why a cell is not analysed; empty where it is.

    Parameters
    ----------
    key : tuple of str
        Outcome, time and population.
    leave : tuple of Leave
    """
    for one in leave:
        axes = zip(key, (one.outcomes, one.times, one.populations), strict=True)
        if all(not names or name in names for name, names in axes):
            return one.reason
    return ""


def _chosen(
    here: pd.DataFrame, reasons: pd.Series, *, levels: tuple[GridLevel, ...], selection: Selection
) -> pd.Series:
    """Give the reasons once scales, weeks and preferences are chosen, where there is a choice."""
    if not here["trial"][reasons == ""].duplicated().any():
        return reasons
    for rule in (_other_scale, _other_weeks):
        now = here[reasons == ""]
        reasons = reasons.where(reasons != "", rule(now, selection).reindex(here.index).fillna(""))
    for axis, level in zip(AXES, levels, strict=True):
        if len(level.read) == 1:
            continue
        now = here[reasons == ""]
        more = _less_preferred(now, axis, level.read).reindex(here.index).fillna("")
        reasons = reasons.where(reasons != "", more)
    return reasons


def _other_scale(rows: pd.DataFrame, selection: Selection) -> pd.Series:
    """Leave out the other scales of a trial where the chosen one is among its rows."""
    told = pd.Series("", rows.index, dtype="str")
    present = set(rows["trial"])
    for one in (each for each in selection.scale if each.trial in present):
        own = rows["trial"] == one.trial
        if (own & (rows["scale"] == one.scale)).any():
            here = own & (rows["scale"] != one.scale)
            told = told.mask(here, f"This trial is read by {one.scale}. {one.reason}")
    return told


def _other_weeks(rows: pd.DataFrame, selection: Selection) -> pd.Series:
    """Leave out the other times of a trial where the chosen one is among its rows."""
    told = pd.Series("", rows.index, dtype="str")
    present = set(rows["trial"])
    for one in (each for each in selection.weeks if each.trial in present):
        own = rows["trial"] == one.trial
        if (own & (rows["weeks"] == one.weeks)).any():
            here = own & (rows["weeks"] != one.weeks)
            told = told.mask(here, f"This trial is read at {one.weeks:g} weeks. {one.reason}")
    return told


def _less_preferred(rows: pd.DataFrame, axis: str, codes: tuple[str, ...]) -> pd.Series:
    rank = rows[axis].map({code: place for place, code in enumerate(codes)})
    best = rank.groupby(rows["trial"]).transform("min")
    preferred = best.map(dict(enumerate(codes)))
    words = f"The trial also has an estimate of the {axis} " + preferred + ", which is preferred."
    return pd.Series("", rows.index, dtype="str").mask(rank > best, words)


def _repeated(cell: Cell, used: pd.DataFrame) -> Iterator[Problem]:
    again = used[used["trial"].duplicated(keep=False)]
    for trial, rows in again.groupby("trial"):
        scales = dict.fromkeys(rows["scale"])
        places = f"rows {', '.join(map(str, rows[ROW].astype(int)))}"
        what = f"Several estimates ({places}) fall into the cell {cell.name}"
        yield Problem(what, _remedy(rows), str(trial), "scale", " and ".join(scales))


def _remedy(rows: pd.DataFrame) -> str:
    """Say how one of several estimates of a trial can be chosen."""
    if not rows.drop(columns=ROW).duplicated(keep=False).all():
        for column in ("scale", "weeks"):
            if column in rows and rows[column].nunique() == len(rows):
                return f"Say which one counts ([[selection.{column}]])."
        return (
            "They have one scale and one time: correct outcome, scale, timepoint, weeks or "
            "population, or delete what does not belong here."
        )
    return "They are the same in every cell of the table: delete all but one."


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    shown = ("trial", "label", "scale", "population", "weeks")
    held: Mapping[str, pd.Series] = {name: rows[name] for name in shown if name in rows}
    return pd.DataFrame({"row": rows[ROW].astype(int), **held})
