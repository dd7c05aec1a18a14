"""Which combinations of coefficients rest on one cluster alone, so that nothing tells their error.

Where the other clusters say nothing of a direction of the coefficients, and its only cluster has no
residuals along it whatever the truth, no sandwich of residuals can know its variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, final

import numpy as np

from consilience.classical.robust.satterthwaite import Moments
from consilience.classical.robust.working import Floats, Positions, Working

_ALL = 1e-8
_INVOLVED = 1e-10
_LISTED = 3


@final
@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """Directions of the coefficients that one cluster alone determines, without residuals.

    Parameters
    ----------
    clusters : tuple of str
        The cluster of each direction, n of them.
    directions : ndarray, shape (n, p)
        In coordinates in which ``(X'Ω⁻¹X)⁻¹`` is the unit matrix; of unit length.
    root : ndarray, shape (p, p)
        The lower triangle L of ``X'Ω⁻¹X = L L'``.
    """

    clusters: tuple[str, ...]
    directions: Floats
    root: Floats

    @classmethod
    def none(cls, p: int) -> Self:
        """Say that every combination of p coefficients rests on several clusters."""
        return cls((), np.empty((0, p)), np.eye(p))

    @classmethod
    def of(
        cls,
        base: Working,
        positions: Sequence[Positions],
        *,
        labels: Sequence[str],
        moments: Moments,
    ) -> Self:
        """Find them by eigenvalues one of ``L⁻¹ (X'Ω⁻¹)_j X_j L⁻ᵀ - L' E_j L``.

        The share of a cluster in what is known, less E_j, what its residuals add to the robust
        covariance on average.

        Parameters
        ----------
        base : Working
            Without links between clusters.
        positions : sequence of ndarray of int
            Estimates of each cluster.
        labels : sequence of str
            Names of the clusters.
        moments : Moments
        """
        root = np.linalg.cholesky(base.X.T @ base.solved)
        whitened = np.linalg.solve(root, np.stack((base.X.T, base.solved.T)))
        shares = np.array([whitened[0][:, at] @ whitened[1][:, at].T for at in positions])
        shares = shares - root.T @ moments.added() @ root
        values, vectors = np.linalg.eigh((shares + shares.transpose(0, 2, 1)) / 2)
        number, place = np.nonzero(values >= 1 - _ALL)
        return cls(tuple(labels[j] for j in number.tolist()), vectors[number, :, place], root)

    def behind(self, rows: Floats) -> tuple[str, ...]:
        """Name the clusters on each of which alone a part of these combinations rests.

        Parameters
        ----------
        rows : ndarray, shape (r, p)
        """
        turned = np.linalg.solve(self.root, rows.T)
        share = (self.directions @ turned) ** 2 > _INVOLVED * np.sum(turned**2, axis=0)
        found = share.any(axis=1)
        pairs = zip(self.clusters, found, strict=True)
        return tuple(dict.fromkeys(cluster for cluster, each in pairs if each))

    def note(self, rows: Floats) -> str:
        """Say in a sentence why these combinations have no interval; empty where they have."""
        named = self._named(rows)
        said = f"No standard error: {named}, so that its residuals tell nothing of its error."
        return said if named else ""

    def caution(self, rows: Floats) -> str:
        """Say in a sentence why the standard error of these combinations is too small, or none."""
        named = self._named(rows)
        said = (
            f"The standard error is too small: {named}, whose residuals along it are zero whatever "
            'the truth. adjustment="CR2" gives none here; trust the model, or choose smaller '
            "clusters."
        )
        return said if named else ""

    def _named(self, rows: Floats) -> str:
        behind = self.behind(rows)
        more = f" and {len(behind) - _LISTED} more" if len(behind) > _LISTED else ""
        return f"rests on one cluster alone ({', '.join(behind[:_LISTED])}{more})" if behind else ""
