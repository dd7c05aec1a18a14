"""What a grid of analyses answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.compare import COLUMNS, compare
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.findings.people import people
from consilience.fit import Fit
from consilience.review import Review
from consilience.review.cells import Cell
from consilience.rows import typical

type Side = Fit | Pooled


@dataclass(frozen=True, eq=False)
class Answered:
    """A cell of a grid with its analyses.

    Parameters
    ----------
    cell : Cell
    variant : str
        Which trials: empty as declared, otherwise the name of a variant.
    labels : tuple of str
        Of the trials.
    fits : mapping of str to Fit
        Bayesian, the primary model first; none where the cell has no estimate.
    pooled : mapping of str to Pooled
        Classical.
    notes : mapping of str to str
        Why an analysis is not there, by its name.
    left_out : tuple of str
        Labels of the trials that the variant leaves out.
    level : float
        Probability of the intervals of the fits.
    """

    cell: Cell
    variant: str
    labels: tuple[str, ...]
    fits: Mapping[str, Fit] = field(default_factory=lambda: MappingProxyType({}))
    pooled: Mapping[str, Pooled] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[str, ...] = ()
    level: float = 0.95

    @property
    def k(self) -> int:
        """How many estimates it rests on."""
        return len(self.labels)

    @property
    def fit(self) -> Fit:
        """The primary fit.

        Raises
        ------
        DataError
            If the cell has none.
        """
        for found in self.fits.values():
            return found
        why = "; ".join(self.notes.values()) or self.cell.reason or "no trial is left"
        raise DataError(f"The cell {self.cell.name} has no fit: {why}.")

    @property
    def effects(self) -> Effects:
        """The estimates of the primary fit, labelled by their trials.

        Raises
        ------
        DataError
            If the cell has none.
        """
        return self.fit.effects

    @property
    def sides(self) -> Mapping[str, Side]:
        """Every analysis by its name, the Bayesian ones first."""
        return {**self.fits, **self.pooled}

    @property
    def participants(self) -> int:
        """How many people the estimates rest on, as far as the sources say, each once."""
        return people(self.effects).participants if self.fits else 0

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Every parameter of the primary model, as of `Fit.summary`; no rows without a fit."""
        return self.fit.summary(self.level) if self.fits else pd.DataFrame()

    @property
    def alone(self) -> pd.Series:
        """The mean effect by the primary model, as of `Fit.summary`; nothing without a fit."""
        return self.summary.T["mu"] if self.fits else pd.Series(dtype=float)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Its analyses side by side, computed when it is first asked for.

        By analysis the columns of `compare` and ``p_gt_0``, P(mean effect > 0), of the fits; no
        rows without an estimate.
        """
        if not self.sides:
            return pd.DataFrame(columns=[*COLUMNS, "p_gt_0"])
        table = compare(self.sides, self.level)
        chances = {name: chance(one) for name, one in self.fits.items()}
        table["p_gt_0"] = [chances.get(str(name), np.nan) for name in table.index]
        return table


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Every cell of a review's grid with its analyses, as declared and in each variant.

    Parameters
    ----------
    review : Review
    answered : tuple of Answered
        As declared, cell by cell; then the same for each variant.
    """

    review: Review
    answered: tuple[Answered, ...]

    def __repr__(self) -> str:
        """Say how many cells there are and how many have estimates."""
        own = self.of_variant()
        filled = sum(one.k > 0 for one in own)
        return f"<Grid: {len(own)} cells analysed, {filled} with estimates>"

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the variants, in their order."""
        return tuple(dict.fromkeys(one.variant for one in self.answered if one.variant))

    def of_variant(self, variant: str = "") -> tuple[Answered, ...]:
        """Return the cells of one set of trials.

        Parameters
        ----------
        variant : str
            Its name; empty for the trials as declared.

        Raises
        ------
        DataError
            For an unknown name.
        """
        found = tuple(one for one in self.answered if one.variant == variant)
        if not found:
            known = ", ".join(self.variants) or "none"
            raise DataError(f"The grid has no variant {variant!r}. Variants: {known}.")
        return found

    def cell(self, outcome: str, time: str, population: str, *, variant: str = "") -> Answered:
        """Return one cell.

        Parameters
        ----------
        outcome, time, population : str
        variant : str
            Which trials; empty as declared.

        Raises
        ------
        DataError
            For a cell that the grid does not analyse.
        """
        for one in self.of_variant(variant):
            if one.cell.key == (outcome, time, population):
                return one
        known = "; ".join(one.cell.name for one in self.of_variant())
        asked = ", ".join((outcome, time, population))
        raise DataError(f"The grid does not analyse the cell {asked!r}. Analysed: {known}.")

    def table(self, variant: str = "") -> pd.DataFrame:
        """Tabulate the answer of the primary model in every cell.

        Parameters
        ----------
        variant : str
            Which trials; empty as declared.

        Returns
        -------
        DataFrame
            One row for each cell that is analysed: ``outcome, time, population, measure, k,
            participants``, the columns of `compare`, ``p_gt_0`` and ``note`` (empty where nothing
            is missing). Estimates are on the analysed scale of their measure. With k = 1 the mean
            effect of trials of this kind rests on one trial and the prior of tau; with k = 0 there
            is no estimate.
        """
        rows = [_row(one, self.compared(one)) for one in self.of_variant(variant)]
        table = pd.DataFrame(rows)
        told = (one.direction for one in self.review.measured)
        table.attrs["direction"] = " ".join(dict.fromkeys(told))
        return table

    def compared(self, one: Answered) -> pd.DataFrame:
        """Put the analyses of one cell side by side; what no variant changed is computed once.

        Parameters
        ----------
        one : Answered
            Of this grid.
        """
        if not one.variant or one.left_out or not one.fits:
            return one.compared
        own = next(each for each in self.answered if each.cell is one.cell)
        return own.compared.loc[list(one.fits)]

    def everything(self) -> pd.DataFrame:
        """Tabulate every analysis of every cell in every variant.

        Returns
        -------
        DataFrame
            ``variant, outcome, time, population, measure, analysis``, the columns of `compare`,
            ``p_gt_0``.
        """
        return pd.concat(list(_long(self)), ignore_index=True)


def chance(fit: Fit) -> float:
    """Give the posterior probability that the mean effect is above 0.

    Parameters
    ----------
    fit : Fit
    """
    return float(fit.combine((typical(fit, "mu"),))["p_gt_0"].iloc[0])


def _row(one: Answered, compared: pd.DataFrame) -> dict[str, object]:
    values: dict[str, object] = dict.fromkeys((*COLUMNS, "p_gt_0"), np.nan)
    values |= {str(name): value for name, value in compared.iloc[0].items()} if one.fits else {}
    notes = [f"{name}: {note}" for name, note in one.notes.items()]
    place = _place(one.cell)
    known = {"k": one.k, "participants": one.participants}
    lost = "The variant leaves out every trial." if one.cell.k and not one.k else ""
    told = " ".join(filter(None, (one.cell.reason, lost, *notes)))
    return {**place, **values, **known, "note": told}


def _place(cell: Cell) -> dict[str, str]:
    """Name a cell and its measure."""
    names = ("outcome", "time", "population", "measure")
    return dict(zip(names, (*cell.key, cell.measure), strict=True))


def _long(grid: Grid) -> Iterator[pd.DataFrame]:
    for one in grid.answered:
        found = grid.compared(one).reset_index(names="analysis")
        found.insert(0, "variant", one.variant)
        for place, (name, value) in enumerate(_place(one.cell).items(), 1):
            found.insert(place, name, value)
        if len(found):
            yield found
