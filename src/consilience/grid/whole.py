"""One model over the whole grid, beside the cells on their own: what each of them borrows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.engines import Combination, Engine
from consilience.errors import ConsilienceError
from consilience.fit import Fit, fit
from consilience.grid.answers import Answered, Grid
from consilience.grid.averages import average
from consilience.model import Model
from consilience.review.cells import Cell


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """A model of all estimates of a grid at once.

    Parameters
    ----------
    fit : Fit
    table : DataFrame
        One row for each cell that is analysed: ``outcome, time, population, k`` (its own
        estimates); ``alone, alone_lower, alone_upper`` (the cell by itself; nan with k = 0);
        ``estimate, lower, upper, p_gt_0`` (the same under the joint model); ``borrowed`` = 1 −
        Var(joint) / Var(alone), nan with k = 0; ``same_outcome`` and ``other_outcomes``, the trials
        without an estimate in the cell that measured its outcome elsewhere, or only other ones;
        ``note``.
    """

    fit: Fit
    table: pd.DataFrame


def joint(
    grid: Grid, model: Model, engine: Engine | str | None = None, *, seed: int | None = None
) -> Joint:
    """Fit one model to all estimates of a grid, and read every cell off it.

    A cell is the expectation of the true effect at its outcome, time and population, averaged over
    what else the model knows of the trials; a level that reads several codes is averaged over those
    that its trials have. An outcome that no trial measured is a draw from the population of
    outcomes, where the model has one.

    Parameters
    ----------
    grid : Grid
    model : Model
        It should read outcome, time and population.
    engine : Engine, str or None
        As of `fit`.
    seed : int, optional
        In place of the plan's.

    Raises
    ------
    ModelError
        If the model cannot be fitted to the estimates.
    ConvergenceError
        If it does not converge.
    """
    review = grid.review
    asked = review.plan.seed if seed is None else seed
    found = fit(model, review.effects, engine, seed=asked)
    own = grid.of_variant()
    wanted = [_wanted(found, grid, one.cell) for one in own]
    given = tuple(each for each, _ in wanted if each is not None)
    read = found.combine(given, level=review.plan.level) if given else pd.DataFrame()
    rows = [_row(grid, one, read, note=note) for one, (_, note) in zip(own, wanted, strict=True)]
    table = pd.DataFrame(rows)
    table.attrs["direction"] = review.effects.direction
    return Joint(found, table)


def _wanted(found: Fit, grid: Grid, cell: Cell) -> tuple[Combination | None, str]:
    cells = grid.review.cells
    axes = zip(
        ("outcome", "timepoint", "population"),
        (cells.outcomes, cells.times, cells.populations),
        cell.key,
        strict=True,
    )
    codes = {
        axis: next(level.read for level in levels if level.name == name)
        for axis, levels, name in axes
    }
    try:
        return average(found, codes, name=cell.name), ""
    except ConsilienceError as refusal:
        return None, str(refusal)


def _row(grid: Grid, one: Answered, read: pd.DataFrame, *, note: str) -> dict[str, object]:
    place = dict(zip(("outcome", "time", "population"), one.cell.key, strict=True))
    level = grid.review.plan.level
    alone = one.fit.summary(level).loc["mu"] if one.fits else pd.Series(dtype=float)
    here = read.loc[one.cell.name] if one.cell.name in read.index else pd.Series(dtype=float)
    names = {"estimate": "mean", "lower": "lower", "upper": "upper", "p_gt_0": "p_gt_0"}
    return {
        **place,
        "k": one.k,
        "alone": alone.get("mean", np.nan),
        "alone_lower": alone.get("lower", np.nan),
        "alone_upper": alone.get("upper", np.nan),
        **{name: here.get(column, np.nan) for name, column in names.items()},
        "borrowed": 1.0 - (here.get("sd", np.nan) / alone.get("sd", np.nan)) ** 2,
        **_lenders(grid, one),
        "note": note,
    }


def _lenders(grid: Grid, one: Answered) -> dict[str, int]:
    """Count the trials that lend: those with the outcome elsewhere, and those without it."""
    table = grid.review.effects.table
    own = set(one.labels)
    codes = next(x.read for x in grid.review.cells.outcomes if x.name == one.cell.outcome)
    same = set(table.loc[table["outcome"].isin(codes), "label"]) - own
    other = set(table["label"]) - own - same
    return {"same_outcome": len(same), "other_outcomes": len(other)}
