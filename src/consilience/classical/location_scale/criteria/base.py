"""What a likelihood of many tau² is."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from consilience.classical.wls import Floats, Weighted


class Criterion(ABC):
    """A log likelihood of the variances ``v_i + tau²_i``, the location profiled out.

    All it needs is one weighted fit: ``P = W - W X A X'W`` with ``A = (X'WX)⁻¹`` is never formed,
    and every quantity costs O(k p²).
    """

    code: ClassVar[str]
    """Its name in the registry."""
    restricted: ClassVar[bool]
    """Whether it is that of contrasts free of the location."""

    @abstractmethod
    def height(self, fit: Weighted) -> float:
        """Log likelihood up to a constant, for orthonormal columns X."""

    @abstractmethod
    def slope(self, fit: Weighted) -> Floats:
        """Give the derivative by each tau²_i, shape (k,)."""

    @abstractmethod
    def bend(self, fit: Weighted, moves: Floats) -> Floats:
        """``M'H M`` for the second derivatives H by all tau² and moves M of shape (k, q)."""

    def residual_part(self, fit: Weighted, moves: Floats) -> Floats:
        """``Σ_ij u_i r_i P_ij r_j u_j'`` with ``r = P y``, what both likelihoods have in common."""
        pulled = moves * fit.projected[:, None]
        across = (fit.X * fit.weights[:, None]).T @ pulled
        return (pulled * fit.weights[:, None]).T @ pulled - across.T @ fit.cov @ across

    def leverages(self, fit: Weighted) -> Floats:
        """``h_i = x_i'A x_i``, shape (k,)."""
        return np.einsum("kp,pq,kq->k", fit.X, fit.cov, fit.X)
