"""The restricted likelihood."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.location_scale.criteria.base import Criterion
from consilience.classical.wls import Floats, Weighted


@final
class RestrictedLikelihood(Criterion):
    """``½ (Σ log w - log|X'WX| - y'P y)``."""

    code: ClassVar[str] = "REML"
    restricted: ClassVar[bool] = True

    def height(self, fit: Weighted) -> float:
        """``½ (Σ log w - log|X'WX| - y'P y)``."""
        information = float(np.linalg.slogdet(fit.cov)[1])
        return 0.5 * (float(np.log(fit.weights).sum()) + information - fit.Q)

    def slope(self, fit: Weighted) -> Floats:
        """``½ (r² - P_ii)`` with ``r = P y``."""
        w = fit.weights
        return 0.5 * (fit.projected**2 - w + w**2 * self.leverages(fit))

    def bend(self, fit: Weighted, moves: Floats) -> Floats:
        """``½ Σ_ij u_i P_ij² u_j' - Σ_ij u_i r_i P_ij r_j u_j'``."""
        w = fit.weights
        root = fit.X @ np.linalg.cholesky(fit.cov)
        squares = (root[:, :, None] * root[:, None, :]).reshape(len(w), -1)
        across = squares.T @ (moves * w[:, None] ** 2)
        own = w**2 - 2 * w**3 * self.leverages(fit)
        return 0.5 * ((moves * own[:, None]).T @ moves + across.T @ across) - self.residual_part(
            fit, moves
        )
