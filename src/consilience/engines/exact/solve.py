"""The coefficients given the hyperparameters, in closed form at many nodes at once.

Fixed coefficients and those of exchangeable levels stand in one vector: W is (X Z), and β is (β, u)
with prior means b and prior standard deviations c(φ), written as 1 where the prior is flat.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from consilience.engines.exact.kernel import Bench, Work

type Positions = NDArray[np.intp]

type Nodes = Iterable[tuple[Positions, Array, Array]]

_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class Conditional:
    """The posterior given each node's hyperparameters.

    Parameters
    ----------
    log_likelihood : array (nodes,)
        log p(y | φ) with all coefficients integrated out.
    mean : array (nodes, m)
        Conditional means of the coefficients.
    variance : array (nodes, m)
        Their conditional variances.
    equations, nodes
        What was solved, and where: covariances are found when they are asked for.
    """

    log_likelihood: Array
    mean: Array
    variance: Array
    equations: "Equations"
    nodes: "Nodes"

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Whether a node was solved, or left out because it weighs nothing, (nodes,)."""
        return self.variance[:, 0] > 0.0 if self.mean.shape[1] else np.ones(len(self.mean), bool)

    @cached_property
    def root(self) -> Array:
        """Square roots R of the conditional covariances RR', (nodes, m, m); zero if not solved."""
        return self.equations.roots(self.nodes, len(self.mean))

    def variance_of(self, weights: Array) -> Array:
        """Variance of w'β at each node, shape (nodes, r), for weights (r, m) or (nodes, r, m)."""
        if weights.shape == self.mean.shape[1:] * 2 and np.array_equal(
            weights, np.eye(len(weights))
        ):
            return self.variance
        return np.sum((weights @ self.root) ** 2, axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """What of the normal equations is the same at all nodes; see `equations`.

    Parameters
    ----------
    starts, columns, values, residual, v : array
        Where the entries other than zero of each row of W start, their columns, their values; the
        residuals y − Wb; the sampling variances v, infinite where an estimate does not count.
    offset : array (m,)
        b: prior means; for flat columns the least-squares fit, which keeps residuals small.
    known : array (m,)
        The diagonal of P: 1 where the prior is proper, 0 where it is flat.
    spread : array (1, m)
        Prior standard deviations before they are scaled; 1 where flat.
    constant : float
        (k − f) log 2π for k estimates that count and f flat coefficients.
    """

    starts: Positions
    columns: Positions
    values: Array
    residual: Array
    v: Array
    offset: Array
    known: Array
    spread: Array
    constant: float

    def solve(self, nodes: "Nodes", count: int) -> Conditional:
        """Solve for the coefficients at some or all of `count` nodes.

        With β = b + c∘z, z ~ N(0, I) or flat (c = 1), S = diag(v + h(φ)) and r = y − Wb:
        A = P + c c' ∘ W'S⁻¹W, ẑ = A⁻¹ c∘(W'S⁻¹r), and
        −2 log p(y | φ) = (k − f) log 2π + log|S| + log|A| + (r − Wcẑ)'S⁻¹(r − Wcẑ) + ẑ'Pẑ
        for k estimates that count and f flat coefficients, P = diag(0 where flat, else 1). It costs
        O(k·q² + m³) per node for q entries of W other than zero a row, never a k × k matrix. The
        residual form of the quadratic avoids the cancellation of r'S⁻¹r − g'A⁻¹g, g = c∘(W'S⁻¹r),
        where the effects are far from zero.

        Parameters
        ----------
        nodes : iterable of tuple
            Pieces, which may be gone through again: the numbers of n nodes; h(φ) there, (n, k) or
            (n, 1); prior standard deviations c of the coefficients, (n, m) or (1, m), 1 where flat.
        count : int
            How many nodes there are. The likelihood of those that are in no piece is zero.
        """
        likelihood, shift, variance = self._filled(nodes, (count, len(self.offset)))
        shift += self.offset
        return Conditional(likelihood, shift, variance, self, nodes)

    def log_likelihood(self, nodes: "Nodes", count: int) -> Array:
        """Give log p(y | φ) alone, as `solve` does: for a look at where it lies."""
        return self._filled(nodes, (count, 0))[0]

    def _filled(self, nodes: "Nodes", shape: tuple[int, int]) -> tuple[Array, Array, Array]:
        """Give the log likelihood, cẑ and the variances, of this shape, at the nodes."""
        from consilience.engines.exact import kernel

        found = kernel.Found(np.full(shape[0], np.inf), np.zeros(shape), np.zeros(shape))
        self._fill_at(nodes, found, roots=False)
        likelihood = found.deviance
        likelihood += self.constant
        likelihood *= -0.5
        return likelihood, found.shift, found.variance

    def roots(self, nodes: "Nodes", count: int) -> Array:
        """Give the square roots c∘L⁻ᵀ of the covariances c c'∘A⁻¹, A = LL', (count, m, m)."""
        root = np.zeros((count, len(self.offset), len(self.offset)))
        self._fill_at(nodes, root, roots=True)
        return root

    def _fill_at[T](self, nodes: "Nodes", found: T, *, roots: bool) -> None:
        """Fill in what is found at the nodes: the answers, or the roots of the covariances."""
        from consilience.engines.exact import kernel

        fill: Callable[[Work, Bench, T], None] = kernel.root_loop() if roots else kernel.loop()  # type: ignore[assignment]
        rows = kernel.Rows(self.starts, self.columns, self.values, self.residual, self.v)
        room = kernel.bench(len(self.offset))
        for at, h, c in nodes:
            fill(kernel.Work(rows, kernel.Nodes(at, h, c, self.known)), room, found)


def equations(W: Array, y: Array, v: Array, *, mean: Array, sd: Array) -> Equations:
    """Prepare the normal equations of y ~ N(Wβ, diag(v + h)).

    Parameters
    ----------
    W : array (k, m)
        The columns.
    y, v : array (k,)
        Estimates and their sampling variances; infinite where an estimate does not count.
    mean, sd : array (m,)
        Prior moments; sd is infinite, and the mean of no account, where the prior is flat.
    """
    flat = np.isinf(sd)
    offset = _offset(W, y, v, mean=mean, flat=flat)
    starts, columns, values = _entries(W)
    counted = np.count_nonzero(np.isfinite(v)) - np.count_nonzero(flat)
    constant = counted * _LOG_2PI
    return Equations(
        starts=starts,
        columns=columns,
        values=values,
        residual=y - W @ offset,
        v=np.ascontiguousarray(v),
        offset=offset,
        known=np.where(flat, 0.0, 1.0),
        spread=np.where(flat, 1.0, sd)[None, :],
        constant=constant,
    )


def _entries(W: Array) -> tuple[Positions, Positions, Array]:
    """Give what is not zero, row by row: where each row starts, the columns, the values."""
    k, m = W.shape
    if m and W.all():
        return np.arange(0, k * m + 1, m), np.arange(k * m) % m, W.ravel()
    there, columns = np.nonzero(W)
    # A single entry would be contiguous by itself, and the loop compiled once more for it.
    columns = np.ascontiguousarray(columns)
    return np.searchsorted(there, np.arange(k + 1)), columns, W[there, columns]


def _offset(W: Array, y: Array, v: Array, *, mean: Array, flat: Array) -> Array:
    """Give b: prior means, and where priors are flat the least-squares fit of what these leave."""
    if not flat.any():
        return mean
    rest = (y - W @ mean) / np.sqrt(v)
    offset = mean.copy()
    offset[flat] = np.linalg.lstsq(W[:, flat] / np.sqrt(v)[:, None], rest)[0]
    return offset
