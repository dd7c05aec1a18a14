"""Knapp and Hartung's method, also named after Sidik and Jonkman."""

import math
from typing import ClassVar, final

from consilience.classical.inference.base import Inference


@final
class KnappHartung(Inference):
    """``beta / (s se) ~ t(k - p)`` with ``s² = y'Py / (k - p)``.

    References
    ----------
    Hartung J, Knapp G (2001). Statistics in Medicine 20:3875–3889. doi:10.1002/sim.1009
    Knapp G, Hartung J (2003). Statistics in Medicine 22:2693–2710, for moderators.
    doi:10.1002/sim.1482
    """

    code: ClassVar[str] = "knha"
    label: ClassVar[str] = "Knapp–Hartung"

    def df(self, residual: int) -> float:
        """``k - p``."""
        return float(residual)

    def factor(self, mean_square: float) -> float:
        """``s²`` itself, which may fall below one.

        Estimates that agree exactly tell nothing of their error, so that zero gives nan.
        """
        return mean_square if mean_square > 0 else math.nan
