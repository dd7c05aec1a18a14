"""Whether the estimates can tell coefficients with flat priors apart."""

import numpy as np
from numpy.typing import NDArray

from consilience.engines.tree import Layout
from consilience.errors import ModelError
from consilience.gaussian import Array

_TANGLED = 1e-7  # normal equations square the condition number: beyond 1e14 no digit is left
_INVOLVED = 0.01


def tangled(columns: Array, names: tuple[str, ...]) -> tuple[str, ...]:
    """Name the columns that are, or nearly are, combinations of one another.

    Columns are brought to unit length, so that their units do not matter; directions along which
    less than 1e-7 of the largest singular value is left are those that nothing is known about.

    Parameters
    ----------
    columns : array (k, p)
        The columns.
    names : tuple of str
        Their names.

    Returns
    -------
    tuple of str
        The columns that take part in such a direction; none where all can be told apart.

    References
    ----------
    Belsley, Kuh & Welsch (1980), *Regression Diagnostics*, ch. 3, doi:10.1002/0471725153.
    """
    length = np.linalg.norm(columns, axis=0)
    unit = columns / np.where(length > 0.0, length, 1.0)
    _, values, directions = np.linalg.svd(unit, full_matrices=True)
    whole = np.pad(values, (0, len(names) - len(values)))
    lost = directions[whole <= _TANGLED * max(whole.max(initial=0.0), _TANGLED)]
    share = np.abs(lost).max(axis=0, initial=0.0)
    return tuple(name for name, part in zip(names, share, strict=True) if part > _INVOLVED)


def refuse_tangled(layout: Layout, counted: NDArray[np.generic]) -> None:
    """Say nothing if the estimates that count can tell the coefficients with flat priors apart.

    Parameters
    ----------
    layout : Layout
        The model's parameters.
    counted : array (k,)
        Which estimates count, as booleans.

    Raises
    ------
    ModelError
        If they cannot; the message names the coefficients.
    """
    flat = [part for part in layout.parts if part.labels and not part.prior.proper]
    if not flat:
        return
    columns = np.hstack([part.matrix for part in flat])[counted.astype(bool)]
    names = tangled(columns, tuple(label for part in flat for label in part.labels))
    if names:
        raise ModelError(
            f"With flat priors the coefficients {', '.join(names)} cannot be told apart by these "
            f"{len(columns)} estimates: their columns are combinations of one another, or so close "
            "to it that no digit of the answer would be left. Give them proper priors, such as "
            "Normal, or leave one out."
        )
