"""Maximum likelihood."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.criteria.base import Criterion, Floats


@final
class MaximumLikelihood(Criterion):
    """``-½ (k log 2π + log|Ω| + r'Ω⁻¹r)``."""

    code: ClassVar[str] = "ML"
    label: ClassVar[str] = "Maximum likelihood"

    def penalty(self, information: Floats) -> float:  # noqa: ARG002
        """Nothing."""
        return 0.0

    def spread(self, cov: Floats) -> Floats:
        """Nothing."""
        return np.zeros_like(cov)

    def informed(self, k: int, p: int) -> int:  # noqa: ARG002
        """``k``."""
        return k
