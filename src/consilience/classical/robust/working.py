"""What a cluster-robust covariance needs of an analysis; no matrix of all estimates is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.algebra import linked
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.multilevel.term import Term
from consilience.classical.pooled import Pooled
from consilience.covariance import Covariance

type Floats = NDArray[np.float64]
type Positions = NDArray[np.intp]


@final
@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Working:
    """An analysis as generalised least squares under its working covariance Ω.

    Parameters
    ----------
    X : ndarray, shape (k, p)
        Design matrix.
    residuals : ndarray, shape (k,)
        ``y - X beta``.
    solved : ndarray, shape (k, p)
        ``Ω⁻¹ X``.
    bread : ndarray, shape (p, p)
        ``(X'Ω⁻¹X)⁻¹``.
    v : ndarray, shape (k,)
        Diagonal of Ω without the terms.
    shared : Covariance
        Its other entries without the terms.
    owner : ndarray of int, shape (k,)
        Number of the block of `shared` that holds each estimate; -1 if none.
    terms : sequence of Term
        Random effects, and `matrices` the covariance of each.
    matrices : sequence of ndarray
    labels : tuple of str
        Names of the estimates.
    """

    X: Floats
    residuals: Floats
    solved: Floats
    bread: Floats
    v: Floats
    shared: Covariance
    owner: Positions
    terms: Sequence[Term]
    matrices: Sequence[Floats]
    labels: tuple[str, ...]

    def covariance(self, at: Positions) -> Floats:
        """Build Ω among the estimates at these positions, in rising order, shape (m, m).

        What shares participants with them must be among them.
        """
        block = np.diag(self.v[at])
        owner = self.owner[at]
        for number in np.unique(owner[owner >= 0]):
            # Both rise, so a block is found by its members' places among the positions.
            where = np.searchsorted(at, self.shared.members[number])
            block[np.ix_(where, where)] = self.shared.blocks[number]
        for term, matrix in zip(self.terms, self.matrices, strict=True):
            block += term.added(matrix, at)
        return block

    def leftover(self, at: Positions) -> tuple[Floats, Floats]:
        """Give a root L of ``Ω_j = L L'`` and the covariance of the residuals of a cluster."""
        block = self.covariance(at)
        X = self.X[at]
        return np.linalg.cholesky(block), block - X @ self.bread @ X.T

    def links(self) -> Positions:
        """Count off the sets of estimates that Ω links."""
        active = [
            term
            for term, matrix in zip(self.terms, self.matrices, strict=True)
            if np.any(matrix != 0)
        ]
        return linked(len(self.v), active, self.shared)


def working(result: Pooled | PooledMultilevel) -> Working:
    """Read an analysis as generalised least squares."""
    return _of_levels(result) if isinstance(result, PooledMultilevel) else _of_pooled(result)


def _of_pooled(result: Pooled) -> Working:
    """Take the weights of an analysis with one tau², estimates linked by V alone."""
    effects, X = result.effects, result.design.full
    v, given = effects.v + result.tau2, effects.shared
    blocks = tuple(block + result.tau2 * np.eye(len(block)) for block in given.blocks)
    solved = X / v[:, None]
    for at, block in zip(given.members, blocks, strict=True):
        solved[at] = np.linalg.solve(block, X[at])
    return Working(
        X=X,
        residuals=effects.y - X @ result.beta,
        solved=solved,
        bread=np.linalg.inv(X.T @ solved),
        v=v,
        shared=Covariance(given.members, blocks),
        owner=_owner(given, effects.k),
        terms=(),
        matrices=(),
        labels=effects.labels,
    )


def _of_levels(result: PooledMultilevel) -> Working:
    """Take the weights of a multilevel analysis, back from its basis and its units."""
    effects, X, solution = result.effects, result.design.full, result.solution
    objective, point = solution.objective, solution.point
    # The objective's columns are X in another basis, and its variances are in units.
    basis = objective.form.data[2].T @ X
    solved = point.state.solved()[:, : objective.p] @ basis / objective.unit
    matrices = objective.parameters.matrices(point.u)
    return Working(
        X=X,
        residuals=effects.y - X @ result.beta,
        solved=solved,
        bread=result.cov,
        v=effects.v,
        shared=effects.shared,
        owner=_owner(effects.shared, effects.k),
        terms=result.terms,
        matrices=[objective.unit * G for G in matrices],
        labels=effects.labels,
    )


def _owner(shared: Covariance, k: int) -> Positions:
    owner = np.full(k, -1)
    for number, members in enumerate(shared.members):
        owner[members] = number
    return owner
