"""Which columns of a matrix cannot be told apart in double precision."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_INVOLVED = 0.01


def tangled(
    columns: NDArray[np.float64], names: Sequence[str], *, least: float = 1e-7
) -> tuple[str, ...]:
    """Name the columns that are, or nearly are, combinations of one another.

    Columns are brought to unit length, so that their units do not matter; directions along which
    less than `least` of the largest singular value is left are those that nothing is known about.

    Parameters
    ----------
    columns : array (k, p)
        The columns.
    names : sequence of str
        Their names.
    least : float
        Smallest share of the largest singular value. Normal equations square the condition number,
        so that beyond 1e-7 no digit is left of them; orthogonal factors keep seven at 1e-9.

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
    # The triangle has the same singular values and directions, without k vectors of length k.
    _, values, directions = np.linalg.svd(np.linalg.qr(unit, mode="r"), full_matrices=True)
    whole = np.pad(values, (0, len(names) - len(values)))
    lost = directions[whole <= least * max(whole.max(initial=0.0), least)]
    share = np.abs(lost).max(axis=0, initial=0.0)
    return tuple(name for name, part in zip(names, share, strict=True) if part > _INVOLVED)
