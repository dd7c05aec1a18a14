"""What the adjustments by a mere factor share."""

from consilience.classical.robust.adjustments.base import Adjustment
from consilience.classical.robust.working import Floats, Positions, Working


class Plain(Adjustment):
    """Residuals as they are."""

    def lever(self, working: Working, at: Positions) -> Floats:
        """``(Ω⁻¹X)_j``."""
        return working.solved[at]
