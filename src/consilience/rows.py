"""Rows of the design: from a trial's moderators to weights on the coefficients."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array, Curve
from consilience.new_trial import NewTrial, as_table


def combinations(fit: Fit, new: pd.DataFrame) -> tuple[Combination, ...]:
    """Give the expectation of each new trial's true effect as a combination of coefficients.

    A level that an exchangeable term has not seen is a fresh draw from its population.

    Parameters
    ----------
    fit : Fit
        The fit whose terms are read.
    new : DataFrame
        One row per new trial with the moderators that the model asks for; the index names them.

    Raises
    ------
    ModelError
        If a moderator is missing, or a linear term does not know a level.
    """
    pieces, known = [np.ones((len(new), 1))], np.zeros(len(new))
    fresh: list[list[tuple[str, str]]] = [[] for _ in range(len(new))]
    curves: list[list[tuple[int, Curve]]] = [[] for _ in range(len(new))]
    bent = [0.0 if part.implied else 1.0 for part in fit.posterior.layout.parts[:1]]
    pieces[0] = pieces[0] * bent
    for term, part in zip(fit.model.terms, fit.posterior.layout.parts[1:], strict=False):
        rows = term.rows(fit.effects, new)
        if rows.curve.hypers:
            each = [term.rows(fit.effects, new.iloc[[n]]).curve for n in range(len(new))]
            start = sum(piece.shape[1] for piece in pieces)
            curves = [[*own, (start, curve)] for own, curve in zip(curves, each, strict=True)]
            rows = replace(rows, matrix=0.0 * rows.matrix)
        pieces.append(rows.matrix)
        known = known + rows.known
        read = [column for column in new.columns if term.reads(str(column))]
        for place in np.flatnonzero(rows.fresh):
            level = " / ".join(str(value).strip() for value in new.iloc[place][read])
            fresh[place].extend((hyper.name, level) for hyper in part.scales)
    weights = _padded(fit, np.hstack(pieces))
    return tuple(
        Combination(
            str(name),
            row,
            fresh=tuple(scale for scale, _ in drawn),
            levels=tuple(level for _, level in drawn),
            known=float(shift),
            curves=tuple(own),
        )
        for name, row, drawn, shift, own in zip(
            new.index, weights, fresh, known, curves, strict=True
        )
    )


def complete(fit: Fit, trials: tuple[NewTrial, ...]) -> pd.DataFrame:
    """Lay new trials out as the rows that `combinations` reads.

    Raises
    ------
    ModelError
        If they leave out a column which the heterogeneity reads.
    """
    rows = as_table(trials)
    missing = [
        f"{column!r} (known: {', '.join(sorted(set(fit.effects.table[column].astype(str))))})"
        for column in _read(fit, fit.model.heterogeneity.needs)
        if column not in rows.columns or rows[column].isna().any()
    ]
    if missing:
        raise ModelError(
            f"The new trial does not say its {', '.join(missing)}, which the model needs. Give it "
            "as NewTrial(..., column=value)."
        )
    return rows


def ignored(fit: Fit, rows: pd.DataFrame) -> str:
    """Say which moderators make no difference to the prediction; empty if all do."""
    idle = [
        str(column)
        for column in rows.columns
        if column not in _read(fit, fit.model.heterogeneity.reads)
    ]
    if not idle:
        return ""
    return (
        f"The model has no term for {', '.join(idle)}: the prediction is the same whatever stands "
        "there."
    )


def _read(fit: Fit, scatter: Callable[[str], bool]) -> tuple[str, ...]:
    """Name the columns that the terms read, or of which this is true for the scatter."""
    columns = [str(column) for column in fit.effects.table.columns]
    return tuple(
        column
        for column in columns
        if scatter(column) or any(term.reads(column) for term in fit.model.terms)
    )


def typical(fit: Fit, name: str) -> Combination:
    """Give μ: the expectation at the mean row of the design."""
    return Combination(name, _unit(fit))


def newcomer(fit: Fit, name: str) -> Combination:
    """Give the true effect of a new trial about which nothing is known.

    It stands at the mean row of the design, every exchangeable term draws a fresh level, and it is
    free of bias.
    """
    true = (part for part in fit.posterior.layout.parts if not part.distorts)
    scales = tuple(hyper.name for part in true for hyper in part.scales)
    return Combination(name, _unit(fit), fresh=scales, scatter=fit.posterior.scatter.anywhere())


def marginal(fit: Fit, place: int, table: pd.DataFrame) -> Array:
    """Weights of μ and one term, averaged over the rows of a table; other terms at their mean.

    Parameters
    ----------
    fit : Fit
        The fit.
    place : int
        Which of the model's terms.
    table : DataFrame
        The trials' table, with the moderator in question set to one level.
    """
    weights = _unit(fit)
    blocks = fit.posterior.layout.parts
    start = sum(len(part.labels) for part in blocks[: place + 1])
    rows = fit.model.terms[place].rows(fit.effects, table)
    seen = rows.fresh == 0.0  # pairs of levels that no trial had say nothing
    mean = rows.matrix[seen if seen.any() else slice(None)].mean(axis=0)
    weights[start : start + len(mean)] = mean
    return weights


def of_level(fit: Fit, by: str, level: str) -> Array:
    """Weights of μ at one level of a column: what every term that reads it says of the level.

    Other terms stand at their mean, and a term that reads a second column too is averaged over it.

    Parameters
    ----------
    fit : Fit
        The fit.
    by : str
        The column.
    level : str
        One of its levels.

    Raises
    ------
    ModelError
        If no term reads the column.
    """
    table, overall = fit.effects.frame.assign(**{by: level}), _unit(fit)
    alone = [marginal(fit, place, table) for place in readers(fit, by)]
    return np.asarray(overall + sum(each - overall for each in alone))


def readers(fit: Fit, by: str) -> tuple[int, ...]:
    """Say which of the model's terms read a column.

    Raises
    ------
    ModelError
        If none does, for then all its levels have one mean.
    """
    places = tuple(place for place, term in enumerate(fit.model.terms) if term.reads(by))
    if not places:
        raise ModelError(
            f"The model has no term that reads {by!r}, so it gives every level the same mean. Add "
            f"terms.Linear({by!r}) or terms.Exchangeable({by!r}) to the model and fit again."
        )
    return places


def _unit(fit: Fit) -> Array:
    weights = np.zeros(len(fit.posterior.coefficients))
    weights[0] = 1.0
    return weights


def _padded(fit: Fit, weights: Array) -> Array:
    missing = len(fit.posterior.coefficients) - weights.shape[1]
    return np.pad(weights, ((0, 0), (0, missing)))
