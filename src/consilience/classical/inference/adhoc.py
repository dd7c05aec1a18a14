"""Knapp and Hartung's method, never with smaller standard errors than the normal's."""

from typing import ClassVar, final

from consilience.classical.inference.base import Inference


@final
class AdHoc(Inference):
    """``beta / (s se) ~ t(k - p)`` with ``s² = max(1, y'Py / (k - p))``.

    References
    ----------
    Knapp G, Hartung J (2003). Statistics in Medicine 22:2693–2710. doi:10.1002/sim.1482
    Röver C, Knapp G, Friede T (2015). BMC Medical Research Methodology 15:99.
    doi:10.1186/s12874-015-0091-1
    """

    code: ClassVar[str] = "adhoc"
    label: ClassVar[str] = "modified Knapp–Hartung"

    def df(self, residual: int) -> float:
        """``k - p``."""
        return float(residual)

    def factor(self, mean_square: float) -> float:
        """``max(1, s²)``."""
        return max(1.0, mean_square)
