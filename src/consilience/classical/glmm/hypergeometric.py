"""Fisher's noncentral hypergeometric likelihood of a log odds ratio, both margins given."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from scipy.special import gammaln

from consilience.classical.glmm.arms import Arm, Curve
from consilience.classical.wls import Floats

_FADED = 45.0
_STEPS = 100
_SETTLED = 1e-13


@final
@dataclass(frozen=True)
class Hypergeometric(Arm):
    """``P(a | margins) = C(n1, a) C(n2, m - a) exp(a eta) / Σ_j C(n1, j) C(n2, m - j) exp(j eta)``.

    Parameters
    ----------
    a, n1, c, n2 : ndarray, shape (k,)
        Events and participants of both arms, whole numbers.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29:3046–3067.
    doi:10.1002/sim.4040
    """

    a: Floats
    n1: Floats
    c: Floats
    n2: Floats

    def at(self, eta: Floats) -> Curve:
        """Sum over all tables with the same margins; slope and curvature are moments of a."""
        found = np.empty((3, *eta.shape))
        for i in range(len(self.a)):
            found[(slice(None), ..., i)] = self._one(i, eta[..., i])
        found[0] -= self.constant
        return found[0], found[1], found[2]

    def _one(self, i: int, eta: Floats) -> Floats:
        """Log probability of trial i, its slope and its curvature, shape (3, …)."""
        logs, away = self._support[i]
        low, high = _window(logs, away, float(eta.min())), _window(logs, away, float(eta.max()))
        logs, away = logs[low[0] : high[1]], away[low[0] : high[1]]
        terms = logs + eta[..., None] * away
        top = terms.max(axis=-1, keepdims=True)
        p = np.exp(terms - top)
        total = p.sum(axis=-1)
        mean = p @ away / total
        spread = p @ away**2 / total - mean**2
        return np.stack([-np.log(total) - top[..., 0], -mean, -np.maximum(spread, 0.0)])

    @cached_property
    def _support(self) -> list[tuple[Floats, Floats]]:
        """Log weights of each trial's possible tables relative to its own, and events beyond."""
        return [_tables(np.array(t)) for t in zip(self.a, self.n1, self.c, self.n2, strict=True)]

    @cached_property
    def _peak(self) -> tuple[Floats, Floats, Floats]:
        """Predictor, height and curvature of the best, by Newton steps."""
        ends = np.array([len(away) > 1 and (away == 0).argmax() for _, away in self._support])
        last = np.array([len(away) - 1 for _, away in self._support])
        eta = np.zeros(len(self.a))
        inside = (ends > 0) & (ends < last)
        for _ in range(_STEPS):
            height, slope, curve = np.stack(
                [self._one(i, np.asarray(each)) for i, each in enumerate(eta)], axis=-1
            )
            step = np.where(inside, slope / np.where(curve < 0, -curve, 1.0), 0.0)
            eta = eta + np.clip(step, -1.0, 1.0)
            if np.abs(step).max(initial=0.0) < _SETTLED:
                break
        infinite = np.where(ends <= 0, -np.inf, np.inf)
        return (
            np.where(inside, eta, infinite),
            np.where(inside, height, 0.0),
            np.where(inside, -curve, 0.0),
        )

    @property
    def constant(self) -> Floats:
        """Conditional log probability of a at its best log odds ratio; zero at the edge."""
        return self._peak[1]

    @property
    def best(self) -> Floats:
        """The conditional maximum likelihood estimate."""
        return self._peak[0]

    @property
    def information(self) -> Floats:
        """Minus the curvature at the estimate."""
        return self._peak[2]


def _tables(counts: Floats) -> tuple[Floats, Floats]:
    a, n1, c, n2 = counts
    m = a + c
    j = np.arange(max(0.0, m - n2), min(n1, m) + 1)
    logs = -(gammaln(j + 1) + gammaln(n1 - j + 1) + gammaln(m - j + 1) + gammaln(n2 - m + j + 1))
    return logs - logs[int(a - j[0])], j - a


def _window(logs: Floats, away: Floats, eta: float) -> tuple[int, int]:
    """Bounds of the tables that count at one log odds ratio; their weights have one peak."""
    terms = logs + eta * away
    kept = np.flatnonzero(terms > terms.max() - _FADED)
    return int(kept[0]), int(kept[-1]) + 1
