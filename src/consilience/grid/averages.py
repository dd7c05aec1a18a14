"""Expectations of a model at some levels of a grid, averaged over everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array

type Codes = Mapping[str, tuple[str, ...]]
"""The codes that are read, by column."""


def average(fit: Fit, codes: Codes, *, name: str) -> Combination:
    """Give the expectation of the true effect at some codes of some columns.

    A term that reads none of the columns stays at its mean. One that does is averaged over the
    fit's own rows: with the code put in where a column has one, over the rows that have one of them
    where it has several.

    Parameters
    ----------
    fit : Fit
    codes : mapping of str to tuple of str
        By column.
    name : str
        Of the combination.

    Raises
    ------
    ModelError
        If no row has any of several codes, or a linear term does not know a level.
    """
    return Averages(fit).at(codes, name)


@dataclass(frozen=True, slots=True)
class _Share:
    """What one term gives: weights on its coefficients, what is known, whether it is drawn anew."""

    weights: Array
    known: float
    fresh: bool


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Many expectations of one fit; what terms give at the same codes is computed once.

    Parameters
    ----------
    fit : Fit
    """

    fit: Fit
    _shares: dict[tuple[object, ...], _Share] = field(default_factory=dict)

    def at(self, codes: Codes, name: str) -> Combination:
        """Give one expectation, as `average` does.

        Parameters
        ----------
        codes : mapping of str to tuple of str
        name : str
        """
        parts = self.fit.posterior.layout.parts
        weights = np.zeros(len(self.fit.posterior.coefficients))
        weights[0] = 1.0
        known, fresh, start = 0.0, [], len(parts[0].labels)
        for place, (term, part) in enumerate(zip(self.fit.model.terms, parts[1:], strict=False)):
            if any(term.reads(column) for column in codes):
                share = self._share(place, codes)
                weights[start : start + len(share.weights)] = share.weights
                fresh += [(hyper.name, name) for hyper in part.scales if share.fresh]
                known += share.known
            start += len(part.labels)
        scales, levels = tuple(zip(*fresh, strict=True)) or ((), ())
        return Combination(name, weights, fresh=scales, levels=levels, known=known)

    def _share(self, place: int, codes: Codes) -> _Share:
        term = self.fit.model.terms[place]
        # A column with several codes chooses the rows, whether the term reads it or not.
        told = {name: read for name, read in codes.items() if term.reads(name) or len(read) > 1}
        key = (place, *sorted(told.items()))
        if key not in self._shares:
            rows = term.rows(self.fit.effects, _rows(self.fit, told))
            seen = rows.fresh == 0.0
            chosen = rows.matrix[seen if seen.any() else slice(None)]
            known = float(np.mean(rows.known))
            self._shares[key] = _Share(chosen.mean(axis=0), known, not seen.any())
        return self._shares[key]


def _rows(fit: Fit, codes: Codes) -> pd.DataFrame:
    table = fit.effects.frame
    several = {column: read for column, read in codes.items() if len(read) > 1}
    held = np.ones(len(table), dtype=bool)
    for column, read in several.items():
        held &= table[column].isin(read).to_numpy(dtype=bool)
    if not held.any():
        told = "; ".join(f"{column}: {', '.join(read)}" for column, read in several.items())
        raise ModelError(f"No estimate has any of these, so that nothing is averaged: {told}.")
    single = {column: read[0] for column, read in codes.items() if len(read) == 1}
    return table[held].assign(**single)
