"""The common-effect model: all trials estimate one and the same effect."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.wls import Floats


@final
class CommonEffect(Estimator):
    """``tau² = 0`` by assumption; weights are ``1 / v``."""

    code: ClassVar[str] = "CE"
    label: ClassVar[str] = "Common effect"
    scatters: ClassVar[bool] = False

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:  # noqa: ARG002
        """Zero: the assumption itself."""
        return 0.0

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:  # noqa: ARG002
        """``nan``: nothing is estimated."""
        return math.nan

    def tau2_many(self, batch: Batch) -> Floats:
        """Zeros."""
        return np.zeros(len(batch.y))
