"""What a criterion is: a likelihood, and how the coefficients enter it."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


class Criterion(ABC):
    """A log likelihood of the variance components, the coefficients being at their best."""

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""

    @abstractmethod
    def penalty(self, information: Floats) -> float:
        """Give what is added to ``log|Ω| + r'Ω⁻¹r``, from ``X'Ω⁻¹X``."""

    @abstractmethod
    def spread(self, cov: Floats) -> Floats:
        """Give K in the slope ``½ tr((Ω⁻¹rr'Ω⁻¹ - Ω⁻¹ + Ω⁻¹X K X'Ω⁻¹) dΩ)``."""

    @abstractmethod
    def informed(self, k: int, p: int) -> int:
        """Count the observations behind it."""
