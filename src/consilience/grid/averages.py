"""Expectations of a model at some levels of a grid, averaged over everything else."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.errors import ModelError
from consilience.fit import Fit


def average(fit: Fit, codes: Mapping[str, tuple[str, ...]], *, name: str) -> Combination:
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
    table = _rows(fit, codes)
    weights = np.zeros(len(fit.posterior.coefficients))
    weights[0] = 1.0
    known, fresh, start = 0.0, [], len(fit.posterior.layout.parts[0].labels)
    for term, part in zip(fit.model.terms, fit.posterior.layout.parts[1:], strict=False):
        if any(term.reads(column) for column in codes):
            rows = term.rows(fit.effects, table)
            seen = rows.fresh == 0.0
            if not seen.any():
                fresh += [(hyper.name, name) for hyper in part.scales]
            chosen = rows.matrix[seen if seen.any() else slice(None)]
            weights[start : start + chosen.shape[1]] = chosen.mean(axis=0)
            known += float(np.mean(rows.known))
        start += len(part.labels)
    scales, levels = tuple(zip(*fresh, strict=True)) or ((), ())
    return Combination(name, weights, fresh=scales, levels=levels, known=known)


def _rows(fit: Fit, codes: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
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
