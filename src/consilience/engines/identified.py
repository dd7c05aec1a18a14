"""Whether the estimates can tell coefficients with flat priors apart."""

import numpy as np
from numpy.typing import NDArray

from consilience.design import tangled
from consilience.engines.tree import Layout
from consilience.errors import ModelError

__all__ = ["refuse_tangled", "tangled"]


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
