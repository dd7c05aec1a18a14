"""Numbers whose squares double precision cannot hold."""

import numpy as np

from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import DataError, Problem

_LEAST, _MOST, _FARTHEST = 1e-60, 1e60, 1e40
_WHAT = "Squares of this number leave the range of double precision"
_REMEDY = "Give the effects in another unit, such as grams for tonnes."


def refuse_unreachable(effects: Effects) -> None:
    """Say nothing if an analysis can compute with these effects.

    Raises
    ------
    DataError
        For sampling variances outside 1e-60 to 1e60 and estimates beyond 1e40, naming them.
    """
    rows = _beyond(effects.y, effects.v)
    if not rows.any():
        return
    problems = []
    for at in np.flatnonzero(rows)[:5]:
        far = abs(effects.y[at]) > _FARTHEST
        column, value = ("yi", effects.y[at]) if far else ("vi", effects.v[at])
        problems.append(Problem(_WHAT, _REMEDY, str(effects.labels[at]), column, f"{value:.3g}"))
    raise DataError(problems)


def refuse_unreachable_sets(y: Floats, v: Floats) -> None:
    """Say nothing if many data sets can be computed with.

    Parameters
    ----------
    y, v : ndarray, shape (n,)
        Estimates and sampling variances of all data sets.

    Raises
    ------
    DataError
        As of `refuse_unreachable`, naming the row.
    """
    rows = np.flatnonzero(_beyond(y, v))
    if len(rows):
        row = int(rows[0])
        value = f"yi = {y[row]:.3g}, vi = {v[row]:.3g}"
        raise DataError([Problem(_WHAT, _REMEDY, f"row {row + 1}", "yi, vi", value)])


def _beyond(y: Floats, v: Floats) -> np.ndarray:
    return (np.abs(y) > _FARTHEST) | (v < _LEAST) | (v > _MOST)
