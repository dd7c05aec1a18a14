"""The expected effect along an exposure, from a fit."""

import numpy as np
import pandas as pd

from consilience.engines import Combination
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.newcomers import combined
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.exact.strata import StrataPosterior
from consilience.errors import ModelError, RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array, Curve
from consilience.terms import Term


def curve_of(fit: Fit, column: str, x: Array, *, level: float = 0.95) -> pd.DataFrame:
    """Give the expected effect of trials at exposures, everything else as in the trials' mean.

    E(θ | x) = μ + f(x), f the terms that read the column; β·g(x; c) where a curve begins at no
    effect.

    Parameters
    ----------
    fit : Fit
        A fit whose model has one term that reads the column, or none.
    column : str
        The exposure.
    x : array (n,)
        Exposures.
    level : float
        Mass of the band.

    Returns
    -------
    DataFrame
        By exposure the columns of `Fit.summary`.

    Raises
    ------
    ModelError
        If a term reads other columns beside the exposure.
    ConvergenceError
        If the fit did not converge and was not forced.
    """
    table = fit.combine(curve_along(fit, column, x), level=level)
    table.index = pd.Index(np.asarray(x, dtype=float), name=column)
    return table


def curve_along(fit: Fit, column: str, x: Array) -> tuple[Combination, ...]:
    """Give the expected effect at each exposure as a combination of coefficients.

    Parameters
    ----------
    fit, column, x
        As in `curve_of`.
    """
    parts, count = fit.posterior.layout.parts, len(x)
    new = pd.DataFrame({column: np.asarray(x, dtype=float)}, index=[f"{at:g}" for at in x])
    weights = np.zeros((count, len(fit.posterior.coefficients)))
    weights[:, 0] = 0.0 if parts[0].implied else 1.0
    curves: list[tuple[tuple[int, Curve], ...]] = [()] * count
    start = len(parts[0].labels)
    for term, part in zip(fit.model.terms, parts[1:], strict=False):
        width = len(part.labels)
        if term.reads(column) and part.curve.hypers:
            curves = [((start, _one(fit, term, new.iloc[[n]])),) for n in range(count)]
        elif term.reads(column):
            weights[:, start : start + width] = _rows(fit, term, new)
        start += width
    return tuple(
        Combination(str(name), row, curves=own)
        for name, row, own in zip(new.index, weights, curves, strict=True)
    )


def mixture_of(fit: Fit, combinations: tuple[Combination, ...]) -> Mixture:
    """Give the marginals of combinations as mixtures of normals.

    Raises
    ------
    RefusalError
        If the fit was sampled.
    """
    posterior = fit.posterior
    if isinstance(posterior, StrataPosterior):
        return posterior.mixture(combinations)
    if isinstance(posterior, ExactPosterior):
        return combined(posterior.form, posterior.integrated.rule, combinations)
    raise RefusalError(
        "Curves are averaged over models by their evidence, which a sampled fit does not have. Fit "
        "with engines.Exact(), without the terms' error and unknown."
    )


def _one(fit: Fit, term: Term, new: pd.DataFrame) -> Curve:
    return term.rows(fit.effects, new).curve


def _rows(fit: Fit, term: Term, new: pd.DataFrame) -> Array:
    try:
        return term.rows(fit.effects, new).matrix
    except ModelError as error:
        raise ModelError(
            f"The term {term!r} does not give a curve along {', '.join(new.columns)} alone: {error}"
        ) from error
