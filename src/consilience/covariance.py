"""Sampling covariance: which estimates share participants, and how much."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from consilience.errors import DataError, Problem

type Floats = NDArray[np.float64]
type Positions = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Covariance:
    """Blocks of a sampling covariance V; estimates in no block are independent of all others.

    V is never held whole: its cost is that of its blocks, linear in the number of estimates.

    Parameters
    ----------
    members : tuple of ndarray of int
        Positions of the estimates of each block, two or more, in rising order; no estimate is in
        two blocks.
    blocks : tuple of ndarray (m, m)
        Their covariances, symmetric and positive definite, on the analysed scale squared. The
        diagonals are the estimates' `vi`.
    """

    members: tuple[Positions, ...] = ()
    blocks: tuple[Floats, ...] = ()

    @property
    def independent(self) -> bool:
        """Whether no two estimates share participants."""
        return not self.members

    def dense(self, v: Floats) -> Floats:
        """Return V whole, of shape (k, k), with `v` on its diagonal."""
        whole = np.diag(v)
        for at, block in zip(self.members, self.blocks, strict=True):
            whole[np.ix_(at, at)] = block
        return whole

    def keep(self, mask: NDArray[np.bool_]) -> Self:
        """Return the covariance of the estimates where `mask`, of shape (k,), is true."""
        renumbered = np.cumsum(mask) - 1
        pairs = [
            (renumbered[at[mask[at]]], block[np.ix_(mask[at], mask[at])])
            for at, block in zip(self.members, self.blocks, strict=True)
            if mask[at].sum() > 1
        ]
        return type(self)(tuple(at for at, _ in pairs), tuple(block for _, block in pairs))

    def turned(self, sign: Floats) -> Self:
        """Return the covariance of ``sign * y``, with `sign` of shape (k,)."""
        blocks = (
            block * np.outer(sign[at], sign[at])
            for at, block in zip(self.members, self.blocks, strict=True)
        )
        return type(self)(self.members, tuple(blocks))

    def by_size(self) -> Iterator[tuple[Positions, Floats]]:
        """Give the blocks of one size at once: members (n, m) and covariances (n, m, m)."""
        sizes = np.array([len(at) for at in self.members], dtype=int)
        for size in np.unique(sizes):
            chosen = np.flatnonzero(sizes == size)
            yield (
                np.stack([self.members[i] for i in chosen]),
                np.stack([self.blocks[i] for i in chosen]),
            )

    def rotated(self, v: Floats, *arrays: Floats) -> tuple[Floats, ...]:
        """Turn estimates so that their sampling covariance becomes diagonal.

        With ``V_b = Q diag(l) Q'`` of each block, ``Q'y`` has the covariance ``diag(l)``, and
        ``V_b + tau² I`` becomes ``diag(l + tau²)`` for every tau². The cost is linear in the number
        of blocks.

        Parameters
        ----------
        v : ndarray, shape (k,)
            Sampling variances; they hold for the estimates of no block.
        *arrays : ndarray, shape (k,) or (k, p)
            What to turn.

        Returns
        -------
        tuple of ndarray
            The variances ``l``, then the turned arrays.
        """
        found = [np.array(each, dtype=float) for each in (v, *arrays)]
        for at, blocks in self.by_size():
            values, vectors = np.linalg.eigh(blocks)
            found[0][at] = values
            for turned, given in zip(found[1:], arrays, strict=True):
                turned[at] = np.einsum("bij,bi...->bj...", vectors, given[at])
        return tuple(found)

    def words(self, k: int) -> tuple[str, ...]:
        """Say what of k estimates is correlated, in a sentence; nothing if they are independent."""
        if self.independent:
            return ()
        pairs = [_correlations(block) for block in self.blocks]
        low, high = min(each.min() for each in pairs), max(each.max() for each in pairs)
        count, held = len(self.members), sum(map(len, self.members))
        ends = dict.fromkeys((f"{low:.3g}", f"{high:.3g}"))
        known = " to ".join(ends)
        span = f"correlations from {known}" if len(ends) > 1 else f"correlation {known}"
        return (
            f"The sampling covariance V was used: the errors of {held} of {k} estimates are "
            f"correlated, in {count} block{'s' * (count > 1)}, with {span}.",
        )

    def problems(self, labels: tuple[str, ...]) -> list[Problem]:
        """List the blocks that are no covariance.

        Parameters
        ----------
        labels : tuple of str, k
            What a message calls each estimate: its label, or its study.
        """
        remedy = (
            "Estimates that follow from each other cannot all be kept, and correlations this "
            "strong cannot all hold at once: leave one out, lower them, or check `vi`."
        )
        good = _are_covariances(self.blocks)
        return [
            Problem("The sampling covariance is not positive definite", remedy, _named(at, labels))
            for at, holds in zip(self.members, good, strict=True)
            if not holds
        ]

    def checked(self, labels: tuple[str, ...]) -> Self:
        """Return it unchanged.

        Raises
        ------
        DataError
            Naming the estimates of each block that is not symmetric and positive definite.
        """
        if found := self.problems(labels):
            raise DataError(found)
        return self


INDEPENDENT = Covariance()
"""No two estimates share participants."""


def _correlations(block: Floats) -> Floats:
    sd = np.sqrt(np.diagonal(block))
    return np.asarray((block / np.outer(sd, sd))[np.triu_indices(len(block), 1)])


def _named(at: Positions, labels: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(labels[i] for i in at))


def _are_covariances(blocks: tuple[Floats, ...]) -> NDArray[np.bool_]:
    """Say of each block whether it is symmetric and positive definite, blocks of a size at once."""
    sizes = np.array([len(block) for block in blocks], dtype=int)
    good = np.zeros(len(blocks), dtype=bool)
    for size in np.unique(sizes):
        here = np.flatnonzero(sizes == size)
        good[here] = _positive(np.stack([blocks[i] for i in here]))
    return good


def _positive(stack: Floats) -> NDArray[np.bool_]:
    """Say which of the matrices (n, m, m) are covariances, (n,)."""
    mirrored = np.swapaxes(stack, 1, 2)
    variances = np.diagonal(stack, axis1=1, axis2=2)
    with np.errstate(invalid="ignore"):
        alike = np.abs(stack - mirrored) <= 1e-10 * np.abs(mirrored)
        good = alike.all(axis=(1, 2)) & np.isfinite(stack).all(axis=(1, 2))
        good &= (variances > 0).all(axis=1)
    sd = np.sqrt(variances[good])
    lowest = np.linalg.eigvalsh(stack[good] / (sd[:, :, None] * sd[:, None, :]))[:, 0]
    good[good] = lowest > stack.shape[1] * np.finfo(float).eps
    return good
