"""The effect over an exposure in one cell of a grid: what its trials can tell."""

from dataclasses import dataclass

import pandas as pd

from consilience.errors import ConsilienceError
from consilience.exposure import (
    ExposureComparison,
    compare_exposure,
    exposed,
    read_exposure,
    with_exposure,
)
from consilience.grid.answers import Grid
from consilience.model import Model
from consilience.review.declared_grid import NO_EXPOSURE
from consilience.trials.readers import read_csv

COLUMN = "exposure"


@dataclass(frozen=True, slots=True, eq=False)
class Exposed:
    """The curves along an exposure in one cell.

    Parameters
    ----------
    cell : str
        Its outcome, time and population; empty where none is declared.
    printed : DataFrame
        By trial label: what the sources print, and the exposure in percent that follows from it.
    comparison : ExposureComparison or None
        None where the trials cannot tell anything.
    left : tuple of str
        Labels of the trials of the cell that print no exposure.
    note : str
        Why there is no comparison.
    """

    cell: str
    printed: pd.DataFrame
    comparison: ExposureComparison | None
    left: tuple[str, ...]
    note: str


UNEXPOSED = Exposed("", pd.DataFrame(), None, (), "")
"""No exposure is declared."""


def expose(grid: Grid, model: Model) -> Exposed:
    """Compare curves along the declared exposure.

    Parameters
    ----------
    grid : Grid
    model : Model
        What else is assumed: the model that answers for the cell.

    Raises
    ------
    DataError
        If the file cannot be read, and for a cell that is not analysed.
    """
    asked, review = grid.review.grid.exposure, grid.review
    if asked == NO_EXPOSURE:
        return UNEXPOSED
    path = review.folder / asked.file
    facts = read_exposure(path)
    one = grid.cell(asked.outcome, asked.time, asked.population)
    effects = with_exposure(one.effects, facts)
    known = effects.table[COLUMN].notna()
    left = tuple(str(label) for label in effects.table.index[~known])
    printed = facts.assign(as_printed=as_printed(read_csv(path)))
    labels = dict(zip(effects.table["trial"], effects.table.index, strict=True))
    shown = printed[printed.index.isin(list(labels))]
    shown = shown.set_axis([labels[name] for name in shown.index])
    try:
        found = compare_exposure(exposed(effects, COLUMN), COLUMN, base=model)
    except ConsilienceError as refusal:
        return Exposed(one.cell.name, shown, None, left, str(refusal))
    return Exposed(one.cell.name, shown, found, left, "")


def as_printed(told: pd.DataFrame) -> list[str]:
    """Say what each row of an exposure file prints: its `as_printed`, or its numbers in words.

    Parameters
    ----------
    told : DataFrame
        Texts in the columns of `read_exposure`, and perhaps `unit` and `as_printed`.
    """
    rows = told.reindex(columns=_PRINTED, fill_value="").astype(str).to_dict("records")
    return [row["as_printed"] or _in_words(row) for row in rows]


_PRINTED = ("n", "of", "mean", "sd", "share", "at_least", "unit", "as_printed")


def _in_words(row: dict) -> str:
    """Write what a trial states of its exposure, leaving out what it does not."""
    spread = f" (SD {row['sd']})" if row["sd"] else ""
    whole = f" of {row['of']}{f' {row["unit"]}' if row['unit'] else ''}" if row["of"] else ""
    parts = (
        f"mean {row['mean']}{spread}{whole}" if row["mean"] else "",
        f"{row['share']} % attended at least {row['at_least']}{whole}" if row["share"] else "",
        f"{row['n']} participants" if row["n"] else "",
    )
    return "; ".join(part for part in parts if part)
