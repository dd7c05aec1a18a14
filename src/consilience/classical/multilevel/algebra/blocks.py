"""Any covariance, block by block: one block for each set of estimates that are linked at all.

Blocks of one size are computed together; the cost is linear in the number of blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.algebra.base import Algebra, Floats, Guess, State
from consilience.classical.multilevel.term import Term
from consilience.covariance import Covariance

type Positions = NDArray[np.intp]

# Up to this size of a block its rows are solved here: LAPACK's triangular solver starts its threads
# for matrices of any size, which on a machine that is busy takes some 10 ms for 4 × 4.
_BY_ROWS = 256
# A few blocks of a moderate size take its general solver, which starts none, less time than rows.
_FEW_ROWS, _SMALL = 3, 32


def linked(k: int, terms: Sequence[Term], shared: Covariance) -> Positions:
    """Count off the sets of estimates that a chain of shared clusters or participants links."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, second = [np.arange(k)], [np.arange(k)]
    for term in terms:
        heads = np.zeros(len(term.outer.levels), dtype=np.intp)
        heads[term.outer.codes] = np.arange(k)
        first.append(np.arange(k))
        second.append(heads[term.outer.codes])
    for at in shared.members:
        first.append(at)
        second.append(np.full(len(at), at[0]))
    rows, columns = np.concatenate(first), np.concatenate(second)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(k, k))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All blocks of one size.

    Parameters
    ----------
    at : ndarray of int, shape (n, m)
        Positions of the estimates.
    A : ndarray, shape (n, m, c)
    V : ndarray, shape (n, m, m)
    same : tuple of ndarray of bool, shape (n, m, m)
        For each term, whether two estimates share a cluster.
    cell : tuple of ndarray of int, shape (n, m, m)
        For each term, the cell of G (counted along its rows) of two estimates.
    """

    at: Positions
    A: Floats
    V: Floats
    same: tuple[NDArray[np.bool_], ...]
    cell: tuple[Positions, ...]

    def omega(self, matrices: Sequence[Floats]) -> Floats:
        """Build the covariance of each block."""
        whole = self.V.copy()
        for matrix, same, cell in zip(matrices, self.same, self.cell, strict=True):
            whole += same * (matrix.ravel()[cell] if matrix.size > 1 else matrix[0, 0])
        return whole


@final
class Blocks(Algebra):
    """Any terms, and any sampling covariance.

    Parameters
    ----------
    A : ndarray, shape (k, c)
    v : ndarray, shape (k,)
    terms : sequence of Term
    shared : Covariance
    """

    def __init__(self, A: Floats, v: Floats, terms: Sequence[Term], *, shared: Covariance) -> None:
        self.terms, self.k = terms, len(v)
        labels = linked(self.k, terms, shared)
        sizes = np.bincount(labels)
        # Sorted so, the positions of each block rise, as those of shared participants do.
        order, ranked = np.lexsort((labels, sizes[labels])), np.sort(sizes)
        starts = np.cumsum(ranked) - ranked
        self.batches = [
            _batch(order[starts[ranked == m][:, None] + np.arange(m)], (A, v), terms=terms)
            for m in np.unique(sizes)
        ]
        for batch in self.batches:
            _share(batch, shared, k=self.k)

    def at(self, matrices: Sequence[Floats]) -> "BlocksState":
        """Build and factor every block."""
        return BlocksState(self, matrices)


def _batch(at: Positions, data: tuple[Floats, Floats], *, terms: Sequence[Term]) -> Batch:
    """Gather n blocks of m estimates: V, and which cells of each term two of them share."""
    A, v = data
    n, m = at.shape
    V = np.zeros((n, m, m))
    V[:, np.arange(m), np.arange(m)] = v[at]
    same, cell = [], []
    for term in terms:
        outer, inner = term.outer.codes[at], term.inner.codes[at]
        same.append(outer[:, :, None] == outer[:, None, :])
        cell.append(inner[:, :, None] * term.shape.n + inner[:, None, :])
    return Batch(at, A[at], V, tuple(same), tuple(cell))


def _share(batch: Batch, shared: Covariance, *, k: int) -> None:
    """Write the covariances of shared participants into the blocks that hold them."""
    owner = np.full(k, -1)
    for number, members in enumerate(shared.members):
        owner[members] = number
    held = owner[batch.at]
    for row in np.flatnonzero((held >= 0).any(axis=1)):
        for number in np.unique(held[row][held[row] >= 0]):
            where = np.searchsorted(batch.at[row], shared.members[number])
            batch.V[row][np.ix_(where, where)] = shared.blocks[number]


@final
class BlocksState(State):
    """The blocks at given matrices."""

    def __init__(self, blocks: Blocks, matrices: Sequence[Floats]) -> None:
        self.blocks, self.matrices = blocks, matrices
        self._halves: list[tuple[Floats, Floats]] = []
        c = blocks.batches[0].A.shape[2]
        self._squares, self._logdet = np.zeros((c, c)), 0.0
        for batch in blocks.batches:
            root = np.linalg.cholesky(batch.omega(matrices))
            half = lower_solve(root, batch.A)
            rows = half.reshape(-1, c)
            self._squares += rows.T @ rows
            self._logdet += 2 * float(np.log(np.einsum("nmm->nm", root)).sum())
            self._halves.append((root, half))

    @cached_property
    def _roots(self) -> list[Floats]:
        """``L⁻¹`` of each block."""
        units = [np.broadcast_to(np.eye(root.shape[1]), root.shape) for root, _ in self._halves]
        pairs = zip(self._halves, units, strict=True)
        return [lower_solve(root, unit) for (root, _), unit in pairs]

    @cached_property
    def inverses(self) -> list[Floats]:
        """``Ω⁻¹`` of each block; a height alone does not need it."""
        return [back.transpose(0, 2, 1) @ back for back in self._roots]

    @cached_property
    def scores(self) -> list[Floats]:
        """``Ω⁻¹ A`` of each block."""
        pairs = zip(self._roots, self._halves, strict=True)
        return [back.transpose(0, 2, 1) @ half for back, (_, half) in pairs]

    @property
    def squares(self) -> Floats:
        """``A' Ω⁻¹ A``."""
        return self._squares

    @property
    def logdet(self) -> float:
        """``log |Ω|``."""
        return self._logdet

    def pull(self, kernel: Floats) -> list[Floats]:
        """Sum over the pairs of estimates of every cluster."""
        sums = [np.zeros(term.shape.n**2) for term in self.blocks.terms]
        parts = zip(self.blocks.batches, self.scores, self.inverses, strict=True)
        for batch, score, inverse in parts:
            pulled = (score @ kernel) @ score.transpose(0, 2, 1) - inverse
            for total, same, cell in zip(sums, batch.same, batch.cell, strict=True):
                if len(total) == 1:
                    total += np.sum(pulled, where=same)
                else:
                    total += np.bincount(cell[same], weights=pulled[same], minlength=len(total))
        return [
            total.reshape(term.shape.n, -1)
            for total, term in zip(sums, self.blocks.terms, strict=True)
        ]

    def solved(self) -> Floats:
        """``Ω⁻¹ A``."""
        found = np.empty((self.blocks.k, self._squares.shape[0]))
        for batch, score in zip(self.blocks.batches, self.scores, strict=True):
            found[batch.at] = score
        return found

    def guess(self, place: int, *, weights: Floats, spread: Floats) -> Guess:
        """``C Ω⁻¹r`` with the covariance C of the effects and the estimates."""
        term, matrix = self.blocks.terms[place], self.matrices[place]
        first = np.unique(term.outer.codes * term.shape.n + term.inner.codes, return_index=True)[1]
        mean, variance = np.zeros(self.blocks.k), np.zeros(self.blocks.k)
        parts = zip(self.blocks.batches, self.scores, self.inverses, strict=True)
        for batch, score, inverse in parts:
            cross = batch.same[place] * matrix.ravel()[batch.cell[place]]
            known = inverse - (score @ spread) @ score.transpose(0, 2, 1)
            mean[batch.at] = (cross @ (score @ weights)[:, :, None])[:, :, 0]
            own = np.einsum("nmm->nm", cross)
            variance[batch.at] = own - np.sum((cross @ known) * cross, axis=2)
        outer, inner = term.outer.codes[first], term.inner.codes[first]
        return Guess(outer, inner, mean[first], np.maximum(variance[first], 0.0))


def lower_solve(root: Floats, right: Floats) -> Floats:
    """Solve ``L x = b`` for a stack, row by row, at once for all."""
    if root.shape[1] > _BY_ROWS:
        from scipy.linalg import solve_triangular

        pairs = zip(root, right, strict=True)
        return np.array([solve_triangular(a, b, lower=True, check_finite=False) for a, b in pairs])
    if _FEW_ROWS < root.shape[1] <= _SMALL and len(root) < 8 * root.shape[1]:
        return np.linalg.solve(root, right)
    found = np.array(right, dtype=float)
    for i in range(root.shape[1]):
        if i:
            found[:, i] -= (root[:, i, None, :i] @ found[:, :i])[:, 0]
        found[:, i] /= root[:, i, i, None]
    return found
