"""What a prior may know of the effects before it is made concrete."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The scale and the precision of a set of effects, never their values.

    Parameters
    ----------
    unit : float
        The unit-information standard deviation, on the scale of the effect; nan if unknown.
    v : array (k,)
        Sampling variances of the estimates.
    log_ratio : bool
        Whether the effects are logarithms of ratios.
    """

    unit: float
    v: NDArray[np.float64]
    log_ratio: bool = False
