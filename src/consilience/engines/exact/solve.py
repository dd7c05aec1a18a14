"""The coefficients given the hyperparameters, in closed form at many nodes at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array

_LOST = float(np.finfo(float).eps)  # a pivot below this share is rounding error
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """The posterior given each node's hyperparameters.

    Parameters
    ----------
    log_likelihood : array (nodes,)
        log p(y | φ) with all coefficients integrated out.
    mean : array (nodes, m)
        Conditional means of the coefficients.
    root : array (nodes, m, m)
        Square roots R of their conditional covariances RR'.
    """

    log_likelihood: Array
    mean: Array
    root: Array

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Whether a node was solved, or left out because it weighs nothing, (nodes,)."""
        return self.root[:, 0, 0] > 0.0 if self.root.shape[1] else np.ones(len(self.root), bool)

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """The three arrays, in their order."""
        return self.log_likelihood, self.mean, self.root

    def variance_of(self, weights: Array) -> Array:
        """Variance of w'β at each node, shape (nodes, r), for weights (r, m) or (nodes, r, m)."""
        return np.sum((weights @ self.root) ** 2, axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """What of the normal equations is the same at all nodes; see `equations`.

    Parameters
    ----------
    W : array (k, m)
        The columns.
    pairs : array (m·m, k)
        Products of two columns.
    pull : array (m, k)
        Products of the columns and the residuals.
    residual : array (k,)
        y − Wb.
    offset : array (m,)
        b: prior means; for flat columns the least-squares fit, which keeps residuals small.
    known : array (m,)
        1 where the prior is proper, 0 where it is flat.
    counted : tuple of int
        The rows that count.
    """

    W: Array
    pairs: Array
    pull: Array
    residual: Array
    offset: Array
    known: Array
    counted: tuple[int, ...]

    def solve(self, noise: Array, c: Array) -> Conditional:
        """Solve for the coefficients at every node.

        With β = b + c∘z, z ~ N(0, I) (or flat), S = v + h(φ) and r = y − Wb:
        A = P + c c' ∘ W'S⁻¹W, ẑ = A⁻¹ c∘(W'S⁻¹r), and
        −2 log p(y | φ) = k log 2π + Σ log S + log|A| + (r − Wcẑ)'S⁻¹(r − Wcẑ) + ẑ'Pẑ,
        at O(k·m²) per node and never a k × k matrix. The residual form of the quadratic avoids
        the cancellation of r'S⁻¹r − g'A⁻¹g where the effects are far from zero.

        Parameters
        ----------
        noise : array (k, nodes)
            S.
        c : array (m, nodes) or (m, 1)
            Prior standard deviations of the coefficients; 1 where flat.
        """
        k, m = self.W.shape
        precision = 1.0 / noise
        A = (self.pairs @ precision).reshape(m, m, -1) * c[:, None] * c
        A[np.arange(m), np.arange(m)] += self.known[:, None]
        inverse, log_determinant = _inverse_factor(A)
        g = c * (self.pull @ precision)
        z = np.einsum("ijn,in->jn", inverse, np.einsum("ijn,jn->in", inverse, g))
        shift = c * z
        left = self.residual[:, None] - self.W @ shift
        quadratic = (left * left * precision).sum(axis=0) + self.known @ (z * z)
        seen = noise if len(self.counted) == k else noise[list(self.counted)]
        constant = (len(self.counted) - np.sum(self.known == 0.0)) * _LOG_2PI
        logs = constant + np.log(seen).sum(axis=0) + log_determinant
        root = np.ascontiguousarray((c * inverse).transpose(2, 1, 0))
        return Conditional(-0.5 * (logs + quadratic), self.offset + shift.T, root)


def equations(W: Array, y: Array, v: Array, *, mean: Array, flat: Array) -> Equations:
    """Prepare the normal equations of y ~ N(Wβ, diag(v + h)).

    Parameters
    ----------
    W : array (k, m)
        The columns.
    y, v : array (k,)
        Estimates and their sampling variances; infinite where an estimate does not count.
    mean : array (m,)
        Prior means; of no account where flat.
    flat : array (m,)
        Which coefficients have an improper uniform prior.
    """
    offset = _offset(W, y, v, mean=mean, flat=flat)
    residual = y - W @ offset
    pairs = (W[:, :, None] * W[:, None, :]).reshape(len(W), W.shape[1] ** 2).T
    counted = tuple(np.flatnonzero(np.isfinite(v)).tolist())
    known = np.where(flat, 0.0, 1.0)
    pull = (W * residual[:, None]).T
    return Equations(W, np.ascontiguousarray(pairs), pull, residual, offset, known, counted)


def _offset(W: Array, y: Array, v: Array, *, mean: Array, flat: Array) -> Array:
    if not flat.any():
        return mean
    rest = (y - W @ mean) / np.sqrt(v)
    offset = mean.copy()
    offset[flat] = np.linalg.lstsq(W[:, flat] / np.sqrt(v)[:, None], rest)[0]
    return offset


def _inverse_factor(a: Array) -> tuple[Array, Array]:
    """Give L⁻¹ with LL' = A, and log|A|, for symmetric positive definite matrices (m, m, n).

    Cholesky and forward substitution with the loop over m outside and the nodes inside: for many
    small matrices this is several times faster than one LAPACK call for each.
    """
    m = len(a)
    pivot = np.sqrt(a[0, 0])
    log_determinant = np.log(pivot)
    inverse = np.zeros_like(a)
    inverse[0, 0] = 1.0 / pivot
    if m == 1:
        return inverse, 2.0 * log_determinant
    lower = np.zeros_like(a)
    lower[:, 0] = a[:, 0] * inverse[0, 0]
    for j in range(1, m):
        rest = a[j:, j] - np.einsum("ikn,kn->in", lower[j:, :j], lower[j, :j])
        pivot = np.sqrt(np.maximum(rest[0], _LOST * a[j, j]))
        inverse[j, j] = own = 1.0 / pivot
        lower[j:, j] = rest * own
        inverse[j, :j] = np.einsum("kn,kin->in", lower[j, :j] * -own, inverse[:j, :j])
        log_determinant = log_determinant + np.log(pivot)
    return inverse, 2.0 * log_determinant
