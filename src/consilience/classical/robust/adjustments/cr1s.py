"""The sandwich corrected as Stata does."""

from typing import ClassVar, final

from consilience.classical.robust.adjustments.plain import Plain


@final
class AsStata(Plain):
    """Factor ``m (k - 1) / ((m - 1) (k - p))`` for m clusters, k estimates and p coefficients."""

    code: ClassVar[str] = "CR1S"
    label: ClassVar[str] = "CR1S"

    def factor(self, clusters: int, k: int, p: int) -> float:
        """``m (k - 1) / ((m - 1) (k - p))``."""
        return clusters * (k - 1) / ((clusters - 1) * (k - p))
