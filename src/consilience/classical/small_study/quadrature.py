"""Means over what a trial could have found, by panels that no kink of a selection crosses."""

from dataclasses import dataclass
from functools import cache
from typing import Self, final

import numpy as np

from consilience.classical.small_study.favoured import Favoured
from consilience.classical.wls import Floats

REACH = 30.0
_ORDER = 14
_EVENLY = np.linspace(-REACH, REACH, 25)
_NEAR = np.linspace(-8.0, 8.0, 13)
_LINE = np.concatenate(
    [np.arange(-80.0, -10.0, 2), np.arange(-10.0, 10.0), np.arange(10.0, 81.0, 2)]
)
_WIDE = 9.0


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    return nodes, weights


def standard_nodes(mean: Floats, sd: Floats, breaks: Floats) -> tuple[Floats, Floats]:
    """Lay nodes for the expectation of a function of ``z ~ N(mean, sd²)``.

    Panels end at the breaks, so that between them the function is smooth; Gauss–Legendre in each.

    Parameters
    ----------
    mean, sd : ndarray, shape (k,)
        In standard errors of each estimate.
    breaks : ndarray, shape (k, b)
        z values at which the function is not smooth.

    Returns
    -------
    t, log_weights : ndarray, shape (k, n)
        Standardised nodes, ``z = mean + sd t``, and logs of the weights, density included.
    """
    inner = np.concatenate([np.broadcast_to(_NEAR, (len(mean), len(_NEAR))), breaks], axis=1)
    scaled = np.clip((inner - mean[:, None]) / sd[:, None], -REACH, REACH)
    evenly = np.broadcast_to(_EVENLY, (len(mean), len(_EVENLY)))
    edges = np.sort(np.concatenate([evenly, scaled], axis=1), axis=1)
    half, middle = np.diff(edges) / 2, (edges[:, 1:] + edges[:, :-1]) / 2
    nodes, weights = _rule()
    t = (middle[:, :, None] + half[:, :, None] * nodes).reshape(len(mean), -1)
    with np.errstate(divide="ignore"):
        logs = np.log(half[:, :, None] * weights).reshape(len(mean), -1)
    return t, logs - t**2 / 2 - 0.5 * np.log(2 * np.pi)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Nodes along z that all trials share, for functions of z that are the same for all.

    Panels are no longer than two standard errors, the least standard deviation of a z value, and
    one where p is not yet negligible; what depends on z alone is computed once.

    Parameters
    ----------
    z, log_weights : ndarray, shape (n,)
        Ascending nodes, and logs of their weights for an integral along z.
    log_p, log_q : ndarray, shape (n,)
        Logarithms of p and of ``1 - p`` there.
    """

    z: Floats
    log_weights: Floats
    log_p: Floats
    log_q: Floats

    @classmethod
    def broken(cls, breaks: Floats, favoured: Favoured) -> Self:
        """Lay panels that end at these z values, shape (b,), from -80 to 80."""
        edges = np.unique(np.concatenate([_LINE, breaks[np.abs(breaks) < _LINE[-1]]]))
        half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
        nodes, weights = _rule()
        z = (middle[:, None] + half[:, None] * nodes).ravel()
        return cls(z, np.log(half[:, None] * weights).ravel(), *favoured.logs(z))

    @classmethod
    def none(cls) -> Self:
        """Lay no nodes, where functions differ between trials."""
        return cls(*np.empty((4, 0)))

    def around(self, mean: Floats, sd: Floats, growth: float) -> slice:
        """Tell the nodes that see all of ``N(mean, sd²) exp(growth z² / 2)`` of every trial.

        Empty where they do not reach so far.

        Parameters
        ----------
        mean, sd : ndarray, shape (k,)
        growth : float
            Below ``1 / sd²``; zero for a function with bounds.
        """
        left = 1 - growth * sd**2
        if left.min() <= 0 or not len(self.z):
            return slice(0, 0)
        ends = [[at - far, at + far] for at, far in (
            (mean, _WIDE * sd), (mean / left, _WIDE * sd / np.sqrt(left))
        )]  # fmt: skip
        low, high = float(np.min(ends)), float(np.max(ends))
        if low < self.z[0] or high > self.z[-1]:
            return slice(0, 0)
        first, last = np.searchsorted(self.z, [low, high])
        return slice(first // _ORDER * _ORDER, -(-last // _ORDER) * _ORDER)
