"""The verb: every cell of a review's grid, analysed as declared and in each variant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import ConsilienceError, DataError
from consilience.fit import Fit, fit
from consilience.grid.answers import Answered, Grid
from consilience.grid.declared import models_by_outcome, pool_by_plan, variants_of
from consilience.model import Model
from consilience.review import Review, read_review
from consilience.review.cells import Cell

type Models = Mapping[str, Model]


def grid(
    review: Review | str | Path,
    models: Models | Path | str | None = None,
    *,
    seed: int | None = None,
) -> Grid:
    """Analyse every cell of a review's grid, Bayesian and classical, and again in each variant.

    A cell without an estimate has no analysis; a model that cannot be fitted to a cell, or does not
    converge, leaves a note in its place. Variants are analysed by the primary model alone. The same
    data, models and seed give the same grid.

    Parameters
    ----------
    review : Review or path
        A review or its folder; its `review.toml` declares a grid.
    models : mapping of str to Model, or path, optional
        The models of every cell by their names, the first of them the answer; or the folder of
        those that the review names. Without it they are found by name.
    seed : int, optional
        Of models that are sampled, in place of the plan's.

    Returns
    -------
    Grid

    Raises
    ------
    DataError
        If the review declares no grid, and with every variant that cannot be set up.
    ModelError
        For a model that is not found.
    """
    read = review if isinstance(review, Review) else read_review(review)
    if not read.cells:
        raise DataError(
            f"The review {read.folder} declares no grid: add [grid] with outcomes, times and "
            "populations to its review.toml, or ask its one question with report() or fit()."
        )
    task = _Task(read, _models(read, models), read.plan.seed if seed is None else seed)
    own = tuple(task.whole(cell) for cell in read.cells.cells if cell.analysed)
    again = [
        task.again(one, chosen.name, chosen.rule.keeps)
        for chosen in variants_of(read)
        for one in own
    ]
    return Grid(read, (*own, *again))


def _models(review: Review, models: Models | Path | str | None) -> Mapping[str, Models]:
    """Give the models of each outcome."""
    if isinstance(models, Mapping):
        return dict.fromkeys((cell.outcome for cell in review.cells.cells), models)
    return models_by_outcome(review, None if models is None else Path(models))


type Keeps = Callable[[Effects], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class _Task:
    """What every cell is asked."""

    review: Review
    models: Mapping[str, Models]
    seed: int

    def whole(self, cell: Cell) -> Answered:
        """Analyse a cell by every model and every estimator."""
        if not cell.k:
            return Answered(cell, "", ())
        effects, models = self.review.of(cell), self.models[cell.outcome]
        fits, notes = self._fits(models, effects)
        pooled = pool_by_plan(effects, self.review.plan, tuple(models))
        sides = (fits, MappingProxyType(pooled), notes)
        return Answered(cell, "", effects.labels, *sides, level=self.review.plan.level)

    def again(self, one: Answered, variant: str, keeps: Keeps) -> Answered:
        """Analyse a cell by the primary model, without the trials that a variant leaves out."""
        if not one.k:
            return Answered(one.cell, variant, ())
        effects = self.review.of(one.cell)
        kept = keeps(effects)
        labels = tuple(np.array(effects.labels, dtype=object)[kept])
        gone = tuple(np.array(effects.labels, dtype=object)[~kept])
        if not gone:
            first = dict(list(one.fits.items())[:1])
            return Answered(
                one.cell, variant, labels, MappingProxyType(first), notes=one.notes, level=one.level
            )
        if not labels:
            return Answered(one.cell, variant, (), left_out=gone)
        primary = dict([next(iter(self.models[one.cell.outcome].items()))])
        fits, notes = self._fits(primary, effects.keep(kept))
        return Answered(
            one.cell, variant, labels, fits, notes=notes, left_out=gone, level=one.level
        )

    def _fits(
        self, models: Models, effects: Effects
    ) -> tuple[Mapping[str, Fit], Mapping[str, str]]:
        found, notes = {}, {}
        for name, model in models.items():
            try:
                one = fit(model, effects, seed=self.seed)
                if one.diagnosis.passed:
                    found[name] = one
                else:
                    notes[name] = "not converged: " + "; ".join(one.diagnosis.faults)
            except ConsilienceError as error:
                notes[name] = str(error)
        answer = next(iter(models))
        if answer not in found:
            notes |= dict.fromkeys(found, f"not shown, since {answer} has no answer here")
            found.clear()
        return MappingProxyType(found), MappingProxyType(notes)
