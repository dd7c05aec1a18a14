"""The logarithm of tau²."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.location_scale.links.base import Link
from consilience.classical.wls import Floats


@final
class Log(Link):
    """``log tau²_i = z_i'alpha``: no tau² is zero, and moderators multiply it."""

    code: ClassVar[str] = "log"
    label: ClassVar[str] = "log tau²"
    bounded: ClassVar[bool] = False

    def tau2(self, eta: Floats) -> Floats:
        """``exp eta``, without overflow."""
        return np.exp(np.clip(eta, -700.0, 700.0))

    def slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """Both are tau² itself."""
        tau2 = self.tau2(eta)
        return tau2, tau2

    def predictor(self, tau2: float) -> float:
        """``log tau²``."""
        return math.log(tau2)
