"""Quadratic forms of many data sets at once: their moments and their distribution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.classical.batch import Batch, BatchWeighted
from consilience.classical.forms import ACCURACY, FEWEST_NODES, MOST_NODES, Complexes, Path
from consilience.classical.quantile import Growth
from consilience.classical.wls import Floats

_CELLS = 2**19


@dataclass(frozen=True, slots=True)
class BatchForm:
    """The residual sums of squares about weighted means, one a data set.

    As :class:`consilience.classical.forms.QuadraticForm` without moderators, n of them.

    Parameters
    ----------
    batch : Batch
    a : ndarray, shape (n, m)
        Weights, zero where a set has ended.
    """

    batch: Batch
    a: Floats

    def growth(self) -> Growth:
        """Give the moments of the forms as tau² grows."""
        weighted, a, v = BatchWeighted(self.batch, self.a), self.a, self.batch.v
        total, squares = weighted.total, weighted.squares
        crossed = np.sum(a * a * v, axis=1)
        mean = np.sum(a * v, axis=1) - crossed / total
        variance = 2 * (np.sum((a * v) ** 2, axis=1) + (crossed / total) ** 2)
        variance -= 4 * np.sum(a**3 * v**2, axis=1) / total
        mixed = 4 * (crossed + crossed * squares / total**2 - 2 * np.sum(a**3 * v, axis=1) / total)
        return Growth(weighted.Q, mean, weighted.trace, variance, mixed, 2 * weighted.trace2)

    def cdf(self, q: Floats, tau2: Floats, *, places: NDArray[np.int64]) -> Floats:
        """Find the probabilities that the forms of some sets are at most ``q`` at a tau² each.

        Parameters
        ----------
        q : ndarray, shape (n,)
            Of all sets.
        tau2 : ndarray, shape (r,)
            Of the sets asked for.
        places : ndarray of int, shape (r,)
            Which those are.

        Returns
        -------
        ndarray, shape (r,)
            To 1e-12; nan where the inversion does not settle.
        """
        size = max(1, _CELLS // (self.a.shape[1] * FEWEST_NODES * 4))
        parts = [
            self._part(q, tau2[begin : begin + size], places=places[begin : begin + size])
            for begin in range(0, len(places), size)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _part(self, q: Floats, tau2: Floats, *, places: NDArray[np.int64]) -> Floats:
        """Find P(Q ≤ q) of some of the sets, with nodes doubled until it settles."""
        a, q = self.a[places], q[places]
        s = (self.batch.v[places] + tau2[:, None]) / q[:, None]
        total = a.sum(axis=1)
        crossed = np.sum(a * a * s, axis=1) / total
        mean = np.sum(a * s, axis=1) - crossed
        cubic = np.sum(a * (a * s) ** 2, axis=1) / total
        variance = 2 * (np.sum((a * s) ** 2, axis=1) - 2 * cubic + crossed**2)
        scaled, share = a * s, a / total[:, None]
        path = Path.through(mean, variance, largest=scaled.max(axis=1))
        found, last = np.full(len(q), np.nan), np.full(len(q), np.inf)
        rows, nodes = np.arange(len(q)), FEWEST_NODES
        while len(rows) and nodes <= MOST_NODES:
            new = _inverted(path.rows(rows), scaled[rows], share[rows], nodes=nodes)
            settled = np.abs(new - last[rows]) < ACCURACY
            found[rows[settled]] = new[settled]
            last[rows] = new
            rows, nodes = rows[~settled & np.isfinite(new)], 2 * nodes
        return np.clip(found, 0.0, 1.0)


def _inverted(path: Path, scaled: Floats, share: Floats, *, nodes: int) -> Floats:
    t, weights = path.nodes(nodes)
    value = np.real(np.sum(weights * np.exp(t + _log_transform(t, scaled, share)), axis=1))
    return value + path.right


def _log_transform(t: Complexes, scaled: Floats, share: Floats) -> Complexes:
    """``log |I + 2t PS|^(-1/2)`` at nodes of each set, by the matrix determinant lemma."""
    factors = 1 + 2 * t[:, :, None] * scaled[:, None, :]
    reduced = np.einsum("nm,ngm->ng", share, 1 / factors)
    return -0.5 * (np.log(factors).sum(axis=2) + np.log(reduced))
