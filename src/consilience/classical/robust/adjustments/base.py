"""What an adjustment is: how the residuals of a cluster enter the sandwich."""

from abc import ABC, abstractmethod
from typing import ClassVar

from consilience.classical.robust.working import Floats, Positions, Working


class Adjustment(ABC):
    """A cluster-robust covariance ``Σ_j b_j b_j'``, with ``b_j = B_j (A_j e_j)``.

    ``B_j = (X'Ω⁻¹X)⁻¹ (X'Ω⁻¹)_j`` of the analysis, e_j the residuals of cluster j, A_j and a factor
    on the whole by the adjustment.
    """

    code: ClassVar[str]
    """Its name in the registry."""
    label: ClassVar[str]
    """Its name in tables."""
    satterthwaite: ClassVar[bool] = False
    """Whether degrees of freedom come from the design (else clusters minus coefficients)."""
    closed: ClassVar[bool] = False
    """Whether estimates of different clusters must be independent under the analysis."""

    @abstractmethod
    def factor(self, clusters: int, k: int, p: int) -> float:
        """Give the multiplier of the covariance."""

    @abstractmethod
    def lever(self, working: Working, at: Positions) -> Floats:
        """Give ``A_j' (Ω⁻¹X)_j``, shape (m, p), for the cluster at these positions."""
