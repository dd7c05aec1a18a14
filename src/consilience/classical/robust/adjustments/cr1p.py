"""The sandwich corrected by the numbers of clusters and of coefficients."""

from typing import ClassVar, final

from consilience.classical.robust.adjustments.plain import Plain


@final
class ByCoefficients(Plain):
    """Factor ``m / (m - p)`` for m clusters and p coefficients; metafor's ``robust`` uses it."""

    code: ClassVar[str] = "CR1p"
    label: ClassVar[str] = "CR1p"

    def factor(self, clusters: int, k: int, p: int) -> float:  # noqa: ARG002
        """``m / (m - p)``."""
        return clusters / (clusters - p)
