"""The sandwich without correction."""

from typing import ClassVar, final

from consilience.classical.robust.adjustments.plain import Plain


@final
class Uncorrected(Plain):
    """Factor one: too small in few clusters.

    References
    ----------
    Liang KY, Zeger SL (1986). Biometrika 73:13–22. doi:10.1093/biomet/73.1.13
    """

    code: ClassVar[str] = "CR0"
    label: ClassVar[str] = "CR0"

    def factor(self, clusters: int, k: int, p: int) -> float:  # noqa: ARG002
        """One."""
        return 1.0
