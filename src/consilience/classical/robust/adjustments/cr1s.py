"""The sandwich corrected as Stata does."""

from typing import ClassVar, final

from consilience.classical.robust.adjustments.plain import Plain


@final
class AsStata(Plain):
    """Factor ``m (k - 1) / ((m - 1) (k - p))`` for m clusters, k estimates and p coefficients.

    References
    ----------
    Cameron AC, Miller DL (2015). Journal of Human Resources 50:317–372. doi:10.3368/jhr.50.2.317
    """

    code: ClassVar[str] = "CR1S"
    label: ClassVar[str] = "CR1S"

    def factor(self, clusters: int, k: int, p: int) -> float:
        """``m (k - 1) / ((m - 1) (k - p))``."""
        return clusters * (k - 1) / ((clusters - 1) * (k - p))
