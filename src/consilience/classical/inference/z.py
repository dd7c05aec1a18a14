"""The normal approximation, often called Wald."""

import math
from typing import ClassVar, final

from consilience.classical.inference.base import Inference


@final
class Normal(Inference):
    """``beta / se ~ N(0, 1)``; takes tau² as known, so intervals are short in few trials."""

    code: ClassVar[str] = "z"
    label: ClassVar[str] = "normal"

    def df(self, residual: int) -> float:  # noqa: ARG002
        """Infinite."""
        return math.inf

    def factor(self, mean_square: float) -> float:  # noqa: ARG002
        """One."""
        return 1.0
