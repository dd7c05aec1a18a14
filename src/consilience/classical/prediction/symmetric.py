"""Prediction intervals of the form ``estimate ± q √(tau² + se²)``."""

import math
from abc import abstractmethod
from typing import ClassVar, final

from scipy.special import stdtrit

from consilience.classical.prediction.base import Outlook, Prediction


class Symmetric(Prediction):
    """``estimate ± q √(tau² + se²)``."""

    @abstractmethod
    def df(self, outlook: Outlook) -> float:
        """Degrees of freedom of the quantile q; infinite for the normal."""

    def ends(self, outlook: Outlook, *, level: float) -> tuple[float, float]:
        """Lay the interval around the estimate."""
        df = self.df(outlook)
        quantile = float(stdtrit(df, 0.5 + level / 2)) if df > 0 else math.nan
        half = quantile * math.sqrt(outlook.tau2 + outlook.se**2)
        return outlook.estimate - half, outlook.estimate + half

    def label(self, outlook: Outlook) -> str:
        """Name the form and the quantile."""
        df = self.df(outlook)
        named = "normal" if math.isinf(df) else f"t with {df:g} df"
        return f"estimate ± quantile × √(tau² + se²), quantile: {named}"


@final
class AsInference(Symmetric):
    """With the quantile of the method of inference, as metafor's ``predict`` does."""

    code: ClassVar[str] = "inference"

    def df(self, outlook: Outlook) -> float:
        """Those of the method of inference."""
        return outlook.inference.df(outlook.problem.df)

    def label(self, outlook: Outlook) -> str:
        """Name the form and the method of inference."""
        return f"estimate ± quantile × √(tau² + se²), quantile: {outlook.inference.label}"


@final
class WithKMinus1(Symmetric):
    """Student's t with ``k - p`` degrees of freedom.

    References
    ----------
    Partlett C, Riley RD (2017). Statistics in Medicine 36:301–317. doi:10.1002/sim.7140
    """

    code: ClassVar[str] = "k-1"

    def df(self, outlook: Outlook) -> float:
        """``k - p``."""
        return float(outlook.problem.df)


@final
class WithKMinus2(Symmetric):
    """Student's t with ``k - p - 1`` degrees of freedom: Higgins, Thompson and Spiegelhalter's.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). Journal of the Royal Statistical Society A
    172:137–159. doi:10.1111/j.1467-985X.2008.00552.x
    """

    code: ClassVar[str] = "k-2"

    def df(self, outlook: Outlook) -> float:
        """``k - p - 1``."""
        return float(outlook.problem.df - 1)
