"""The median-unbiased Paule–Mandel estimator."""

from typing import ClassVar, final, override

import numpy as np
from scipy.special import chdtri

from consilience.classical.pm import ByGeneralisedQ, Residual
from consilience.classical.wls import Floats


@final
class MedianPauleMandel(ByGeneralisedQ):
    """``y'P y`` equals the median of chi-square with ``k - p`` degrees of freedom.

    Its standard error is Paule and Mandel's.

    References
    ----------
    Viechtbauer W (2021), in Handbook of Meta-Analysis (Schmid, Stijnen, White, eds), chapter 16.
    """

    code: ClassVar[str] = "PMM"
    label: ClassVar[str] = "Median-unbiased Paule–Mandel"

    @staticmethod
    @override
    def aim(df: Residual) -> Floats:
        """Give the median of chi-square; see `ByGeneralisedQ.aim`."""
        return np.asarray(chdtri(df, 0.5))
