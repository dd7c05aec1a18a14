"""Linear hypotheses: combinations of coefficients, each by itself and all at once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from consilience.classical.hypotheses.wald import wald_test
from consilience.classical.linear import Linear, Regression, linear_of
from consilience.classical.wls import Floats
from consilience.errors import ModelError

type Weights = Mapping[str, float]
type Combinations = Weights | Mapping[str, Weights] | Sequence[Weights] | Floats


def hypothesis(
    pooled: Regression, combinations: Combinations, *, value: Sequence[float] | float = 0.0
) -> pd.DataFrame:
    """Test linear combinations ``L beta = c`` of coefficients, each by itself and all at once.

    Parameters
    ----------
    pooled : Regression
        What `pool` or one of its kin answered.
    combinations : mapping, sequence of mappings, mapping of mappings, or ndarray (r, p)
        One combination by the names of its coefficients, ``{"year": 1, "mu": -1}`` (``"mu"`` is
        the intercept); several in a list or, to give them names, in a mapping; or the matrix L.
    value : float or sequence of float
        c: what each is tested against.

    Returns
    -------
    DataFrame
        By combination: ``estimate, se, statistic, df, p_value, lower, upper, level, interval``.
        ``attrs["joint"]`` holds Wald's test of all at once: ``statistic`` (chi-square, or F where
        the inference is by t), ``df``, ``df_residual``, ``p_value``.

    Raises
    ------
    ModelError
        For unknown coefficients (the known ones are listed), none, or numbers that are not finite.
        For rows that depend on each other.
    """
    linear = linear_of(pooled)
    labels, rows = _read(linear, combinations)
    against = np.broadcast_to(np.asarray(value, dtype=float), (len(rows),))
    test = wald_test(pooled, rows, value=against)
    table = linear.contrast(rows, labels=labels, value=against)
    table.index.name = "hypothesis"
    table.attrs = linear.attrs | {"joint": {str(name): float(x) for name, x in test.items()}}
    return table


def _read(linear: Linear, combinations: Combinations) -> tuple[list[str], Floats]:
    """Read combinations as their names and rows of weights, (n, coefficients)."""
    if isinstance(combinations, np.ndarray):
        rows = np.atleast_2d(combinations).astype(float)
        if rows.shape[1] != len(linear.names) or not len(rows):
            message = (
                f"The matrix has {rows.shape[1]} columns; give {len(linear.names)}, one for each "
                f"of {', '.join(linear.names)}."
            )
            raise ModelError(message)
        return [_words(linear.names, row) for row in rows], rows
    named = _named(combinations)
    rows = np.array([_row(linear, weights) for _, weights in named])
    return [
        label or _words(linear.names, row) for (label, _), row in zip(named, rows, strict=True)
    ], rows


def _named(combinations: Combinations) -> list[tuple[str, Weights]]:
    """Give pairs of a name, empty where there is none, and the weights."""
    pairs = list(_pairs(combinations))
    found: list[tuple[str, Weights]] = [
        (str(name), dict(each)) for name, each in pairs if isinstance(each, Mapping) and each
    ]
    if not found or len(found) < len(pairs):
        raise ModelError('Give combinations by name, such as {"year": 1, "mu": -1}, or a matrix.')
    return found


def _pairs(combinations: Combinations) -> Iterable[tuple[str, object]]:
    if not isinstance(combinations, Mapping):
        return (("", weights) for weights in combinations)
    if any(isinstance(each, Mapping) for each in combinations.values()):
        return combinations.items()
    return (("", combinations),)


def _row(linear: Linear, weights: Weights) -> Floats:
    """Lay named weights out along the coefficients; mu is another name of the intercept."""
    places = {name: place for place, name in enumerate(linear.names)}
    if "intercept" in places:
        places["mu"] = places["intercept"]
    unknown = [name for name in weights if name not in places]
    if unknown:
        known = ", ".join(linear.names)
        raise ModelError(
            f"There is no coefficient {', '.join(map(repr, unknown))}; known: {known}."
        )
    row = np.zeros(len(linear.names))
    for name, weight in weights.items():
        row[places[name]] += float(weight)
    return row


def _words(names: Sequence[str], row: Floats) -> str:
    """Write ``year - 2 mu`` for its weights."""
    text = ""
    for name, weight in zip(names, row, strict=True):
        if weight:
            size = "" if abs(weight) == 1 else f"{abs(weight):g} "
            sign = "-" if weight < 0 else "+" if text else ""
            text += f" {sign} {size}{name}" if text else f"{sign}{size}{name}"
    return text or "nothing"
