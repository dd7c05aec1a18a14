"""Hedges's estimator: by the method of moments from the unweighted sum of squares."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.moment import MomentEstimator
from consilience.classical.wls import Floats


@final
class Hedges(MomentEstimator):
    """``tau² = max(0, (RSS - tr PV) / (k - p))`` with equal weights; also named variance component.

    References
    ----------
    Hedges LV (1983). Psychological Bulletin 93:388–395. doi:10.1037/0033-2909.93.2.388
    """

    code: ClassVar[str] = "HE"
    label: ClassVar[str] = "Hedges"

    def weights(self, v: Floats) -> Floats:
        """All one."""
        return np.ones_like(v)
