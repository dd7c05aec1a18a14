"""Sampling errors of estimates, some of which are correlated because they share participants."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.covariance import INDEPENDENT, Covariance
from consilience.gaussian.blocks import Array
from consilience.gaussian.covariances import counted

type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Sampling errors e ~ N(0, V), V diagonal but for the blocks of estimates that are correlated.

    Parameters
    ----------
    v : array (k,)
        Variances as the estimates count; infinite where one does not.
    used : Covariance
        The blocks as they count, with those variances on their diagonals.
    given : array (k,)
        The variances that a bias lets the estimates have: reported / w, infinite at w = 0.
    reported : Covariance
        The blocks as they were reported.
    """

    v: Array
    used: Covariance
    given: Array
    reported: Covariance

    @classmethod
    def of(cls, given: Array, reported: Covariance = INDEPENDENT) -> "Errors":
        """Let estimates count as `counted` has it that are trusted less than their blocks say.

        Parameters
        ----------
        given, reported
            As above.
        """
        used, v = counted(reported, given), given
        if not used.independent:
            v = v.copy()
            for at, block in zip(used.members, used.blocks, strict=True):
                v[at] = np.diagonal(block)
        return cls(v, used, given, reported)

    @property
    def independent(self) -> bool:
        """Whether no two estimates that count are correlated."""
        return self.used.independent

    def keep(self, mask: NDArray[np.bool_]) -> "Errors":
        """Leave the others out: what remains of V is a submatrix."""
        used, reported = self.used.keep(mask), self.reported.keep(mask)
        return Errors(self.v[mask], used, self.given[mask], reported)

    def rotated(self, y: Array, W: Array) -> tuple[Array, Array, Array]:
        """Turn estimates and columns so that their errors are independent: y, W, variances."""
        if self.independent:
            return y, W, self.v
        v, turned, columns = self.used.rotated(self.v, y, W)
        return turned, columns, v

    def uneven(self, h: Array) -> Positions:
        """Find the first block in which the scatter h (nodes, k) differs; empty if there is none.

        Where it does not, ``V_b + h I`` is diagonal in the same coordinates for every h.
        """
        if h.shape[1] > 1:
            for at in self.used.members:
                if np.any(np.ptp(h[:, at], axis=1) > 0.0):
                    return at
        return np.zeros(0, dtype=np.intp)

    def draw(self, h: Array, rng: np.random.Generator) -> Array:
        """Draw ``N(0, V + diag(h))``, (nodes, k), at scatters h (nodes, k)."""
        unit = rng.standard_normal(h.shape)
        found = np.sqrt(h + self.v) * unit
        for at, total in self.totals(h):
            root = np.linalg.cholesky(total)
            found[:, at] = np.einsum("dnij,dnj->dni", root, unit[:, at])
        return found

    def totals(self, h: Array) -> Iterator[tuple[Positions, Array]]:
        """Give the blocks of ``V + diag(h)`` of one size at once: (n, m) and (nodes, n, m, m)."""
        for at, blocks in self.used.by_size():
            wide = np.broadcast_to(h, (len(h), len(self.v)))[:, at]
            yield at, blocks + wide[:, :, :, None] * np.eye(at.shape[1])

    def with_own(self, place: int, own: float) -> "Errors":
        """Let one estimate count with a variance of its own."""
        given = self.given.copy()
        given[place] = own
        return Errors.of(given, self.reported)

    def quadratic(self, a: Array) -> float:
        """Give a'Va of some weights a (k,)."""
        total = float(a**2 @ self.v)
        for at, block in zip(self.used.members, self.used.blocks, strict=True):
            total += float(a[at] @ block @ a[at] - a[at] ** 2 @ np.diagonal(block))
        return total

    def weights(self) -> Array:
        """Sum the rows of V⁻¹, (k,): what estimates weigh in their generalised mean."""
        found = 1.0 / self.v
        for at, block in zip(self.used.members, self.used.blocks, strict=True):
            found[at] = np.linalg.solve(block, np.ones(len(at)))
        return found
