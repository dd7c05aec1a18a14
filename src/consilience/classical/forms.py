"""Quadratic forms in the estimates: their moments and their distribution.

With fixed weights ``A = diag(a)`` the form is ``Q = y'P y``, ``P = A - A X (X'AX)⁻¹ X'A``; under
``y ~ N(X beta, S)``, S diagonal, it is a sum of independent chi-squares. ``P`` is never formed.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from consilience.classical.wls import Floats
from consilience.errors import ConvergenceError

type Complexes = NDArray[np.complex128]
type Values = Floats | float

ACCURACY = 1e-12
# Rounding in a sum of so many logarithms stays far below the accuracy.
_FEW = 100
FEWEST_NODES = 24
MOST_NODES = 8192
_REACH_STEPS = 8
_NEGLIGIBLE = 38.0
_MANY = 20.0
_BEFORE_CUT = 0.8
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class QuadraticForm:
    """The residual sum of squares of one weighted regression.

    Parameters
    ----------
    y : ndarray, shape (k,)
        Estimates.
    X : ndarray, shape (k, p)
        Design matrix of full rank.
    a : ndarray, shape (k,)
        Weights, positive.
    """

    y: Floats
    X: Floats
    a: Floats

    @property
    def df(self) -> int:
        """``k - p``."""
        return self.X.shape[0] - self.X.shape[1]

    @cached_property
    def value(self) -> float:
        """``y'P y``."""
        residual = self.y - self.X @ (self._inverse @ (self._ax.T @ self.y))
        return float(residual @ (self.a * residual))

    @cached_property
    def trace(self) -> float:
        """``tr P``, the mean of the form where S is the identity."""
        return self.mean(np.ones_like(self.a))

    def mean(self, s: Floats) -> float:
        """``E Q = tr PS`` for the variances ``s`` of the estimates, shape (k,)."""
        middle = (self._ax * (self.a * s)[:, None]).T @ self.X
        return float(self.a @ s - np.sum(self._inverse * middle))

    def variance(self, s: Floats) -> float:
        """``Var Q = 2 tr PSPS`` under normality."""
        scaled = self._ax * s[:, None]
        hat = self._inverse @ (self._ax.T @ scaled)
        cubic = scaled.T @ (scaled * self.a[:, None])
        return 2.0 * float(
            np.sum((self.a * s) ** 2) - 2 * np.sum(self._inverse * cubic) + np.sum(hat * hat.T)
        )

    def cdf(self, q: float, s: Floats) -> float:
        """Probability that the form is at most ``q`` where the estimates have variances ``s``.

        The Laplace transform ``E exp(-tQ) = |I + 2t PS|^(-1/2)``, O(k p²) through the matrix
        determinant lemma, is inverted along a parabola of steepest descent; nodes are doubled until
        the answer stands to 1e-12 (1e-14 k for more than 100 estimates).

        Raises
        ------
        ConvergenceError
            If the inversion does not settle, or is beyond double precision.

        References
        ----------
        Imhof JP (1961). Biometrika 48:419–426, for the distribution. doi:10.1093/biomet/48.3-4.419
        """
        if q <= 0:
            return 0.0
        with np.errstate(all="ignore"):
            path = Path.through(
                self.mean(s) / q, self.variance(s) / q**2, largest=float((self.a * s).max()) / q
            )
        if not np.isfinite([path.saddle, path.bend, path.reach]).all():
            raise _unsettled(q, "not at all")
        change, last, nodes = np.inf, np.inf, FEWEST_NODES
        accuracy = ACCURACY * max(1.0, len(s) / _FEW)
        while nodes <= MOST_NODES:
            t, weights = path.nodes(nodes)
            found = float(np.real(weights @ np.exp(t + self._log_transform(t / q, s))))
            found += float(path.right)
            change, last, nodes = abs(found - last), found, 2 * nodes
            if change < accuracy:
                return min(max(found, 0.0), 1.0)
        raise _unsettled(q, f"to {change:.1g} only")

    def _log_transform(self, t: Complexes, s: Floats) -> Complexes:
        size = max(1, 2**22 // len(s))
        parts = [self._log_chunk(t[start : start + size], s) for start in range(0, len(t), size)]
        return np.concatenate(parts)

    def _log_chunk(self, t: Complexes, s: Floats) -> Complexes:
        """Give log E exp(−tQ) at some complex t."""
        factors = 1 + 2 * t[:, None] * (self.a * s)
        basis = self._orthonormal
        p = basis.shape[1]
        squares = (basis[:, :, None] * basis[:, None, :]).reshape(-1, p * p)
        reduced = ((1 / factors) @ squares).reshape(-1, p, p)
        # All eigenvalues lie in one half plane, so their logarithms never change branch.
        logs = np.log(np.linalg.eigvals(reduced)).sum(axis=1)
        return -0.5 * (np.log(factors).sum(axis=1) + logs)

    @cached_property
    def _ax(self) -> Floats:
        return self.X * self.a[:, None]

    @cached_property
    def _inverse(self) -> Floats:
        return np.linalg.inv(self.X.T @ self._ax)

    @cached_property
    def _orthonormal(self) -> Floats:
        return np.linalg.qr(self.X * np.sqrt(self.a)[:, None])[0]


@dataclass(frozen=True, slots=True)
class Path:
    """A parabola through a saddle of a gamma variable's ``exp(t) M(t) / t`` of two moments.

    The form is read at ``q = 1``. Right of the pole at zero for a small q, left of it for a large
    one, the parabola opens around the branch cut. The true form may fade more slowly than the
    gamma, so that more nodes also reach farther.

    Parameters
    ----------
    saddle, bend, reach : float or ndarray
        Where it crosses the real axis, how it bends, and how far it has to be followed.
    right : bool or ndarray of bool
        Whether the pole was passed on its right, so that its residue is owed.
    """

    saddle: Floats
    bend: Floats
    reach: Floats
    right: NDArray[np.bool_]

    @classmethod
    def through(cls, mean: Values, variance: Values, *, largest: Values) -> Self:
        """Lay it for forms of these moments, the largest of whose weights is given."""
        shape, scale = mean**2 / variance, variance / mean
        # 1 - shape scale / (1 + scale t) - 1 / t = 0
        b = 1 - shape * scale - scale
        root = np.copysign(np.sqrt(b * b + 4 * scale), mean - 1)
        saddle = np.maximum((root - b) / (2 * scale), -_BEFORE_CUT / (2 * largest))
        rate = scale / (1 + scale * saddle)
        bend = 0.7 * rate / (1 + shape / _MANY)
        return cls(saddle, bend, _reach(shape, rate, bend), np.asarray(mean < 1))

    def rows(self, kept: NDArray[np.int64]) -> "Path":
        """Keep some of many paths."""
        return Path(self.saddle[kept], self.bend[kept], self.reach[kept], self.right[kept])

    def nodes(self, count: int) -> tuple[Complexes, Complexes]:
        """Give that many nodes and their weights, along a new last axis."""
        step = self.reach * (count / FEWEST_NODES) ** 0.25 / count
        step, saddle, bend = (np.asarray(x)[..., None] for x in (step, self.saddle, self.bend))
        u = (np.arange(count) + 0.5) * step
        t = saddle + 1j * u - bend * u**2
        return t, (1j - 2 * bend * u) / t * step / (1j * np.pi)


def _unsettled(q: float, how: str) -> ConvergenceError:
    return ConvergenceError(
        f"The distribution of Q at {q!r} settled {how}. Look for sampling variances that differ by "
        "many orders of magnitude."
    )


def _reach(shape: Values, rate: Values, bend: Values) -> Floats:
    """Solve ``bend u² + shape/2 log(1 + (rate u)²) = 38``, past which every digit is lost."""
    # Where either part alone has faded the whole has, too.
    alone = np.sqrt(np.expm1(np.minimum(2 * _NEGLIGIBLE / shape, _LARGEST_EXPONENT))) / rate
    high = np.minimum(np.sqrt(_NEGLIGIBLE / bend), alone)
    low = np.zeros_like(high)
    for _ in range(_REACH_STEPS):
        u = (low + high) / 2
        short = bend * u**2 + shape / 2 * np.log1p((rate * u) ** 2) < _NEGLIGIBLE
        low, high = np.where(short, u, low), np.where(short, high, u)
    return high
