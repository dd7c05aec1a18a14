"""A part of a grid, and the estimates that a model of it reads."""

from dataclasses import dataclass, replace

from consilience.covariance import Covariance
from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.grid.answers import Grid
from consilience.likelihoods import CorrelatedNormal, Normal
from consilience.model import Model
from consilience.review import Review
from consilience.review.cells import Cell
from consilience.review.conversions import ROW
from consilience.review.shared import shared_by

OVER = ("outcome",)
"""The column over which outcomes of one trial are assumed to correlate."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a grid.

    Parameters
    ----------
    time, population : str
        Names of its levels; empty for all of them.
    measure : str
        Code of the measure of its outcomes; empty for all of them.
    """

    time: str = ""
    population: str = ""
    measure: str = ""

    def holds(self, cell: Cell) -> bool:
        """Tell whether a cell belongs to it and is analysed.

        Parameters
        ----------
        cell : Cell
        """
        pairs = (
            (self.time, cell.time),
            (self.population, cell.population),
            (self.measure, cell.measure),
        )
        return cell.analysed and all(asked in ("", own) for asked, own in pairs)


WHOLE = Part()
"""The whole grid."""


def effects_of(review: Review, part: Part, model: Model) -> Effects:
    """Give the estimates of a part of a grid, with the covariance that a model takes as known.

    A model that has a prior for the correlation of a trial's errors is given no assumed one: only
    where trials share participants, as two comparisons with one control group do, the declared
    covariance stays, and that of everything that they measured with it.

    Parameters
    ----------
    review : Review
    part : Part
    model : Model

    Raises
    ------
    DataError
        If the part has no estimate, or estimates of several measures.
    """
    cells = [cell for cell in review.cells.cells if part.holds(cell) and cell.rows]
    named = " ".join(filter(None, (part.time, part.population, part.measure)))
    if not cells:
        raise DataError(f"No cell of {named} has an estimate.")
    if len(codes := list(dict.fromkeys(cell.measure for cell in cells))) > 1:
        raise DataError(
            f"Effects of different measures ({', '.join(codes)}) cannot be averaged: name one of "
            "them, with `measure` in [[grid.joint]] or with Part(measure=...)."
        )
    own, rows = review.of_measure(codes[0]), {row for cell in cells for row in cell.rows}
    held = own.table[ROW].isin(rows).to_numpy(dtype=bool)
    effects = own if held.all() else own.keep(held)
    if not isinstance(model.likelihood, CorrelatedNormal):
        return effects
    return replace(effects, shared=_across(effects, model.likelihood.within))


def at_rho(grid: Grid, model: Model, rho: float) -> tuple[Grid, Model]:
    """Give a grid and a model under another correlation between the outcomes of one trial.

    The value takes the place of `rho` in every declared rule that speaks of outcomes; a prior of
    the correlation gives way to it.

    Parameters
    ----------
    grid : Grid
    model : Model
    rho : float

    Raises
    ------
    DataError
        If no declared rule assumes such a correlation, and for a covariance that is none.
    """
    rules = shared_by(grid.review.dependence)
    assumed = [getattr(rule, "over", ()) == OVER and hasattr(rule, "rho") for rule in rules]
    if not any(assumed):
        raise DataError(
            "No rule of [[dependence]] assumes a correlation between outcomes. Declare the kind "
            'Correlated with rho and over = "outcome", or drop rho from [[grid.joint]].'
        )
    varied = [
        replace(rule, **{"rho": rho}) if own else rule
        for rule, own in zip(rules, assumed, strict=True)
    ]
    others = tuple(one.sharing(*varied) for one in grid.review.others)
    effects = grid.review.effects.sharing(*varied)
    review = replace(grid.review, effects=effects, others=others)
    known = isinstance(model.likelihood, CorrelatedNormal)
    return replace(grid, review=review), replace(model, likelihood=Normal()) if known else model


def _across(effects: Effects, within: str) -> Covariance:
    """Keep the blocks that hold estimates of several trials."""
    names = as_labels(effects.table, within)
    pairs = [
        (at, block)
        for at, block in zip(effects.shared.members, effects.shared.blocks, strict=True)
        if len({names[place] for place in at}) > 1
    ]
    return Covariance(tuple(at for at, _ in pairs), tuple(block for _, block in pairs))
