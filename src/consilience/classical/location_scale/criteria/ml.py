"""The full likelihood."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.location_scale.criteria.base import Criterion
from consilience.classical.wls import Floats, Weighted


@final
class FullLikelihood(Criterion):
    """``½ (Σ log w - y'P y)``."""

    code: ClassVar[str] = "ML"
    restricted: ClassVar[bool] = False

    def height(self, fit: Weighted) -> float:
        """``½ (Σ log w - y'P y)``."""
        return 0.5 * float(np.log(fit.weights).sum() - fit.Q)

    def slope(self, fit: Weighted) -> Floats:
        """``½ (r² - w)`` with ``r = P y``."""
        return 0.5 * (fit.projected**2 - fit.weights)

    def bend(self, fit: Weighted, moves: Floats) -> Floats:
        """``½ Σ w² u u' - Σ_ij u_i r_i P_ij r_j u_j'``."""
        return 0.5 * (moves * fit.weights[:, None] ** 2).T @ moves - self.residual_part(fit, moves)
