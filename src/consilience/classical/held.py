"""A between-trial variance that is given, not estimated."""

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats
from consilience.errors import ModelError


@final
@dataclass(frozen=True, slots=True)
class GivenTau2(Estimator):
    """A tau² from elsewhere, such as an earlier meta-analysis, or one assumed.

    Its uncertainty enters no standard error. It is on the scale of these effects, which is why it
    has no place among the estimators by name.

    Parameters
    ----------
    value : float
        tau², on the squared scale of the analysed effects.

    Raises
    ------
    ModelError
        For a value that is below zero or not finite.
    """

    code: ClassVar[str] = "given"
    label: ClassVar[str] = "Given tau²"
    reads: ClassVar[bool] = False
    value: float

    def __post_init__(self) -> None:
        """Refuse what is no variance."""
        if not 0 <= self.value < math.inf:
            raise ModelError(f"tau² = {self.value!r} is no variance; give a number from 0 upwards.")

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:  # noqa: ARG002
        """Give the value."""
        return float(self.value)

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:  # noqa: ARG002
        """``nan``: nothing is estimated."""
        return math.nan

    def tau2_many(self, batch: Batch) -> Floats:
        """Give the value for every data set."""
        return np.full(len(batch.y), float(self.value))
