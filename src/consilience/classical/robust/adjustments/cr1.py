"""The sandwich corrected by the number of clusters."""

from typing import ClassVar, final

from consilience.classical.robust.adjustments.plain import Plain


@final
class ByClusters(Plain):
    """Factor ``m / (m - 1)`` for m clusters; with one coefficient also that of CR1p.

    References
    ----------
    Cameron AC, Miller DL (2015). Journal of Human Resources 50:317–372. doi:10.3368/jhr.50.2.317
    """

    code: ClassVar[str] = "CR1"
    label: ClassVar[str] = "CR1"

    def factor(self, clusters: int, k: int, p: int) -> float:  # noqa: ARG002
        """``m / (m - 1)``."""
        return clusters / (clusters - 1)
