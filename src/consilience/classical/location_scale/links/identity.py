"""Tau² itself."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.location_scale.links.base import Link
from consilience.classical.wls import Floats


@final
class Identity(Link):
    """``tau²_i = z_i'alpha``, kept from falling below zero at any trial."""

    code: ClassVar[str] = "identity"
    label: ClassVar[str] = "tau²"
    bounded: ClassVar[bool] = True

    def tau2(self, eta: Floats) -> Floats:
        """``eta``, where rounding below zero counts as zero."""
        return np.maximum(eta, 0.0)

    def slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """One and zero."""
        return np.ones_like(eta), np.zeros_like(eta)

    def predictor(self, tau2: float) -> float:
        """``tau²``."""
        return tau2
