"""Degrees of freedom of a cluster-robust covariance, from the design and the working covariance."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What the clusters contribute to the variance of the robust covariance.

    A combination ``c'V c`` is ``Σ_j (p_j'e)²``; under the working covariance Ω its forms have
    ``Cov(p_i'e, p_j'e) = δ_ij c'D_j c - (B_i c)' M (B_j c)``, so that no pair of clusters need be
    visited.

    Parameters
    ----------
    D : ndarray, shape (n, p, p)
        ``G_j' Ω_j G_j`` with ``G_j = A_j' (Ω⁻¹X)_j M``.
    B : ndarray, shape (n, p, p)
        ``X_j' G_j``.
    bread : ndarray, shape (p, p)
        ``M = (X'Ω⁻¹X)⁻¹``.
    """

    D: Floats
    B: Floats
    bread: Floats

    def added(self) -> Floats:
        """``D_j - B_j' M B_j``: what each cluster adds to ``E V`` on average, shape (n, p, p)."""
        # Of the covariance Ω_j - X_j M X_j' of its residuals.
        return self.D - self.B.transpose(0, 2, 1) @ self.bread @ self.B

    def expected(self, rows: Floats) -> Floats:
        """``E L V L'`` under the working covariance, shape (q, q)."""
        cross = np.einsum("nap,ab,nbq->pq", self.B, self.bread, self.B, optimize=True)
        return rows @ (self.D.sum(axis=0) - cross) @ rows.T

    def df(self, rows: Floats) -> float:
        """Match the moments of a Wishart matrix: Satterthwaite's approximation where q = 1.

        ``q (q + 1) / Σ Var``, the sum over all entries of ``E^(-1/2) L V L' E^(-1/2)``.

        Parameters
        ----------
        rows : ndarray, shape (q, p)
            L.

        References
        ----------
        Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672–683.
        doi:10.1080/07350015.2016.1247004
        """
        q = len(rows)
        values, vectors = np.linalg.eigh(self.expected(rows))
        turned = (vectors / np.sqrt(values)).T @ rows
        own = np.einsum("sp,npq,tq->nst", turned, self.D, turned, optimize=True)
        b = np.einsum("nap,sp->nsa", self.B, turned)
        return q * (q + 1) / (self._traces(own, b) + self._products(own, b))

    def _traces(self, own: Floats, b: Floats) -> float:
        """``Σ_ij (tr N_ij)²`` with ``N_ij = δ_ij D_i - b_i M b_j'``."""
        trace = np.einsum("nss->n", own)
        flat = b.reshape(len(b), -1)
        wide = np.kron(np.eye(b.shape[1]), self.bread)
        total = wide @ (flat.T @ flat)
        near = np.einsum("na,ab,nb->n", flat, wide, flat, optimize=True)
        return float(trace @ trace - 2 * trace @ near + np.sum(total * total.T))

    def _products(self, own: Floats, b: Floats) -> float:
        """``Σ_ij tr(N_ij N_ij)``."""
        near = np.einsum("nsa,ab,ntb->nst", b, self.bread, b, optimize=True)
        cross = np.einsum("ab,ntb,nsc->tsac", self.bread, b, b, optimize=True)
        first = np.sum(own * own) - 2 * np.sum(own * near)
        return float(first + np.einsum("tsac,tsca->", cross, cross))
