"""One model over the whole grid, beside the cells on their own: what each of them borrows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.engines import Combination, Engine
from consilience.errors import ConsilienceError
from consilience.fit import Fit, fit
from consilience.grid.answers import Answered, Grid
from consilience.grid.averages import Averages
from consilience.grid.parts import WHOLE, Part, effects_of
from consilience.model import Model
from consilience.review.cells import Cell

_UNMEASURED = "No trial that this model reads measured the outcome, and it gives each its own mean."


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """A model of many estimates of a grid at once.

    Parameters
    ----------
    fit : Fit
    table : DataFrame
        One row for each cell that is analysed: ``outcome, time, population, measure, k`` (its own
        estimates); ``alone, alone_lower, alone_upper`` (the cell by itself; nan with k = 0);
        ``estimate, lower, upper, p_gt_0`` (the same under the joint model); ``borrowed`` = 1 −
        Var(joint) / Var(alone), nan with k = 0; ``same_outcome`` and ``other_outcomes``, the trials
        without an estimate in the cell that measured its outcome elsewhere, or only other ones;
        ``note``.
    """

    fit: Fit
    table: pd.DataFrame


def joint(
    grid: Grid,
    model: Model,
    engine: Engine | str | None = None,
    *,
    seed: int | None = None,
    part: Part = WHOLE,
) -> Joint:
    """Fit one model to all estimates of a grid, or of a part of it, and read its cells off it.

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
    part : Part
        Which cells are fitted and read.

    Raises
    ------
    ModelError
        If the model cannot be fitted to the estimates.
    ConvergenceError
        If it does not converge.
    """
    review = grid.review
    asked = review.plan.seed if seed is None else seed
    found = fit(model, effects_of(review, part, model), engine, seed=asked)
    own = [one for one in grid.of_variant() if part.holds(one.cell)]
    means = Averages(found)
    wanted = [_wanted(means, grid, one.cell) for one in own]
    given = tuple(each for each, _ in wanted if each is not None)
    read = found.combine(given, level=review.plan.level) if given else pd.DataFrame()
    rows = [
        _row(one, read, note=note) | _lenders(grid, one, found.effects)
        for one, (_, note) in zip(own, wanted, strict=True)
    ]
    table = pd.DataFrame(rows)
    order = [name for name in table if name != "note"]
    table = table[[*order, "note"]]
    table.attrs["direction"] = found.effects.direction
    return Joint(found, table)


def _wanted(means: Averages, grid: Grid, cell: Cell) -> tuple[Combination | None, str]:
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
        return means.at(codes, cell.name), ""
    except ConsilienceError as refusal:
        measured = means.fit.effects.table["outcome"].isin(codes["outcome"]).any()
        return None, str(refusal) if measured else _UNMEASURED


def _row(one: Answered, read: pd.DataFrame, *, note: str) -> dict[str, object]:
    axes = ("outcome", "time", "population", "measure")
    place = dict(zip(axes, (*one.cell.key, one.cell.measure), strict=True))
    alone = one.alone
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
        "note": note,
    }


def _lenders(grid: Grid, one: Answered, effects: Effects) -> dict[str, int]:
    """Count the trials that lend: those with the outcome elsewhere, and those without it.

    Two comparisons of one trial are one trial.
    """
    table, studies = effects.table, effects.table["study"]
    own = set(studies[table["label"].isin(one.labels)])
    codes = next(x.read for x in grid.review.cells.outcomes if x.name == one.cell.outcome)
    same = set(studies[table["outcome"].isin(codes)]) - own
    other = set(studies) - own - same
    return {"same_outcome": len(same), "other_outcomes": len(other)}
