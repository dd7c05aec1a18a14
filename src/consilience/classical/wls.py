"""Weighted least squares at one tau², and the traces of its residual-making matrix.

With ``W = diag(1 / (v + tau²))`` and ``A = (X'WX)⁻¹``, everything that the classical estimators
need follows from ``P = W - W X A X' W``. ``P`` is never formed: each quantity costs O(k p²).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

_SPANNED = 1e-9
_ROUNDING = 32 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Weighted:
    """A weighted least squares fit.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Estimates and sampling variances.
    X : ndarray, shape (k, p)
        Design matrix of full rank, intercept included where there is one.
    tau2 : float
        Between-trial variance, on the scale of ``v``.
    """

    y: Floats
    v: Floats
    X: Floats
    tau2: float = 0.0

    @cached_property
    def weights(self) -> Floats:
        """``w = 1 / (v + tau²)``, shape (k,)."""
        return 1.0 / (self.v + self.tau2)

    @cached_property
    def cov(self) -> Floats:
        """``A = (X'WX)⁻¹``, shape (p, p)."""
        return _inverse(self.X.T @ self._wx)

    @cached_property
    def beta(self) -> Floats:
        """``A X'W y``, shape (p,)."""
        return self.cov @ (self._wx.T @ self.y)

    @cached_property
    def residual(self) -> Floats:
        """``y - X beta``, shape (k,)."""
        return self.y - self.X @ self.beta

    @cached_property
    def projected(self) -> Floats:
        """``P y = W (y - X beta)``, shape (k,)."""
        return self.weights * self.residual

    @cached_property
    def Q(self) -> float:
        """``y'P y``, the weighted sum of squared residuals."""
        return float(self.projected @ self.residual)

    @property
    def df(self) -> int:
        """``k - p``."""
        return self.X.shape[0] - self.X.shape[1]

    @cached_property
    def squared(self) -> float:
        """``y'PP y = -dQ / dtau²``."""
        return float(self.projected @ self.projected)

    @cached_property
    def cubed(self) -> float:
        """``y'PPP y``."""
        moment = self._wx.T @ self.projected
        return float(self.projected @ (self.weights * self.projected) - moment @ self.cov @ moment)

    @cached_property
    def trace(self) -> float:
        """``tr P``."""
        return float(self.weights.sum() - np.vdot(self.cov, self._xw2x))

    @cached_property
    def trace2(self) -> float:
        """``tr PP``."""
        if self.X.shape[1] == 1:
            return self._trace2_of_a_mean
        hat = self.cov @ self._xw2x
        cubic = (self._wx * self.weights[:, None]).T @ self._wx
        shared = 2 * np.vdot(self.cov, cubic) - np.vdot(hat, hat.T)
        return float(self.weights @ self.weights - shared)

    @property
    def _trace2_of_a_mean(self) -> float:
        """Sum the squares of P, none of them a difference, however unlike the weights are.

        ``P_ii = w_i (1 - h_i)`` and ``P_ij² = w_i h_i w_j h_j``, where ``1 - h`` of the heaviest
        estimate is the share of all others.
        """
        shares = self._wx[:, 0] * self.X[:, 0]
        first = int(np.argmax(shares))
        heaviest, shares[first] = float(shares[first]), 0.0
        others = float(shares.sum())
        total = heaviest + others
        left = 1.0 - shares / total
        left[first] = others / total
        cross = self.weights * shares / total
        rest = float(cross.sum())
        beside = rest * (2 * float(self.weights[first]) * heaviest / total + rest) - cross @ cross
        return float(np.sum((self.weights * left) ** 2) + beside)

    def q_variance(self, tau2: float) -> float:
        """``Var Q = 2 (k-p) + 4 tau² tr P + 2 tau⁴ tr PP`` where tau² is beyond these weights."""
        return 2 * self.df + 4 * tau2 * self.trace + 2 * tau2**2 * self.trace2

    @cached_property
    def _wx(self) -> Floats:
        return self.X * self.weights[:, None]

    @cached_property
    def _xw2x(self) -> Floats:
        return self._wx.T @ self._wx


def log_restricted(y: Floats, v: Floats, X: Floats, *, tau2: Floats) -> Floats:
    """Restricted log likelihood at many values of tau² at once, up to one constant.

    ``½ (Σ log w - log|X'WX| - y'P y)``

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    X : ndarray, shape (k, p)
    tau2 : ndarray, shape (g,)

    Returns
    -------
    ndarray, shape (g,)
    """
    logs, information, Q = _parts((y, v, X), tau2)
    return 0.5 * (logs - information - Q)


def log_likelihood(y: Floats, v: Floats, X: Floats, *, tau2: Floats) -> Floats:
    """Profile log likelihood at many values of tau² at once, up to one constant.

    ``½ (Σ log w - y'P y)``

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    X : ndarray, shape (k, p)
    tau2 : ndarray, shape (g,)

    Returns
    -------
    ndarray, shape (g,)
    """
    logs, _, Q = _parts((y, v, X), tau2)
    return 0.5 * (logs - Q)


def _parts(data: tuple[Floats, Floats, Floats], tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """``Σ log w``, ``log|X'WX|`` and ``y'P y`` at each tau²."""
    y, v, X = data
    weights = 1.0 / (v + tau2[:, None])
    p = X.shape[1]
    squares = (X[:, :, None] * X[:, None, :]).reshape(-1, p * p)
    information = (weights @ squares).reshape(-1, p, p)
    beta, logs = _solved(information, weights @ (X * y[:, None]))
    Q = np.einsum("gk,gk->g", weights, (y - beta @ X.T) ** 2)
    return np.log(weights).sum(axis=1), logs, Q


def _solved(information: Floats, moments: Floats) -> tuple[Floats, Floats]:
    """Solve for the coefficients (g, p), and give the logarithms of the determinants (g,)."""
    if moments.shape[1] == 1:
        return moments / information[:, 0], np.log(information[:, 0, 0])
    beta = np.linalg.solve(information, moments[:, :, None])[:, :, 0]
    return beta, np.linalg.slogdet(information)[1]


@dataclass(frozen=True, slots=True)
class StandardForm:
    """The same regression in orthonormal columns and without its plain least squares fit.

    ``P`` and all that follows from it depend on the span of ``X`` only, and ``P X = 0``; in this
    form neither a far-off origin of ``y`` nor a moderator such as the year costs digits.

    Parameters
    ----------
    data : tuple of ndarray
        Residuals of plain least squares, sampling variances, orthonormal design matrix.
    offset : ndarray, shape (p,)
        Plain least squares coefficients of the given columns.
    back : ndarray, shape (p, p)
        From coefficients of the orthonormal columns to those of the given columns.
    y : ndarray, shape (k,)
        The estimates themselves, without their mean where the columns span an intercept.
    """

    data: tuple[Floats, Floats, Floats]
    offset: Floats
    back: Floats
    y: Floats

    def read(self, *, fitted: bool) -> tuple[Floats, Floats, Floats]:
        """Give ``data``, or with ``fitted`` the same with the estimates before any moderator."""
        return (self.y, *self.data[1:]) if fitted else self.data

    @property
    def df(self) -> int:
        """``k - p``."""
        return self.data[2].shape[0] - self.data[2].shape[1]


def standard_form(y: Floats, v: Floats, X: Floats) -> StandardForm:
    """Write a regression in its standard form, from ``X = basis · upper``."""
    basis, upper = _orthonormal(X)
    back = _inverse(upper)
    plain = basis.T @ y
    spans = np.abs(basis @ basis.sum(axis=0) - 1.0).max() <= _SPANNED
    about = beyond_rounding(y - y.mean(), y) if spans else y
    rest = beyond_rounding(y - basis @ plain, y)
    return StandardForm((rest, v, basis), back @ plain, back, about)


def beyond_rounding(residuals: Floats, y: Floats) -> Floats:
    """Give residuals, exactly zero where all of them are but the rounding of the estimates.

    Parameters
    ----------
    residuals, y : ndarray, shape (..., k)
        Of estimates that a fit goes through, nothing but noise of the arithmetic is left.
    """
    size = np.abs(residuals).max(axis=-1, keepdims=True, initial=0.0)
    largest = np.abs(y).max(axis=-1, keepdims=True, initial=0.0)
    return np.where(size > _ROUNDING * largest, residuals, 0.0)


def _orthonormal(X: Floats) -> tuple[Floats, Floats]:
    """Split ``X = basis · upper``; one column, which is the case of a mean, by its length."""
    if X.shape[1] > 1:
        basis, upper = np.linalg.qr(X)
        return basis, upper
    length = np.sqrt(X.T @ X)
    return X / length, length


def _inverse(matrix: Floats) -> Floats:
    """Invert; a single number, which is the case of a mean, without the cost of a solver."""
    return 1.0 / matrix if matrix.size == 1 else np.linalg.inv(matrix)
