"""Composite Gauss–Legendre rules, and functions known by their values at the nodes."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre

from consilience.gaussian import Array

_STEPS, _CLOSE = 60, 1e-14


@dataclass(frozen=True, slots=True)
class Panels:
    """An interval cut into equal panels with a Gauss–Legendre rule on each.

    Parameters
    ----------
    lower, upper : float
        The interval.
    count : int
        Number of panels P.
    order : int
        Nodes per panel n; polynomials of degree 2n − 1 are integrated exactly.
    """

    lower: float
    upper: float
    count: int
    order: int

    @property
    def nodes(self) -> Array:
        """The P·n nodes, in increasing order."""
        return self.lower + self.length * _composite(self.count, self.order)[0]

    @property
    def weights(self) -> Array:
        """The P·n weights; they add up to the length of the interval."""
        return self.length * _composite(self.count, self.order)[1]

    @property
    def length(self) -> float:
        """Length of the interval."""
        return self.upper - self.lower

    @property
    def _half(self) -> float:
        return (self.upper - self.lower) / (2 * self.count)

    def interpolation(self, x: Array) -> Array:
        """Give the matrix (len(x), P·n) that interpolates node values to the points x."""
        panel, t = self._local(x)
        inside = legendre.legvander(t, self.order - 1) @ _coefficients(self.order)
        matrix = np.zeros((len(x), self.count, self.order))
        matrix[np.arange(len(x)), panel] = inside
        return matrix.reshape(len(x), self.count * self.order)

    def integration(self, x: Array) -> Array:
        """Give the matrix (len(x), P·n) that integrates node values from the lower end to x."""
        panel, t = self._local(x)
        own = legendre.legvander(t, self.order) @ _antiderivative(_coefficients(self.order).T).T
        matrix = np.where(np.arange(self.count) < panel[:, None], 1.0, 0.0)[:, :, None]
        matrix = self._half * matrix * _rule(self.order)[1]
        matrix[np.arange(len(x)), panel] = self._half * own
        return matrix.reshape(len(x), self.count * self.order)

    def cumulative(self, values: Array, x: Array) -> Array:
        """Integrate the interpolant of node values from the lower end to each x."""
        panel, t = self._local(x)
        masses, series = self._series(values)
        before = np.concatenate(([0.0], np.cumsum(masses)))[panel]
        return before + self._half * _evaluate(_antiderivative(series)[panel], t)

    def invert(self, values: Array, targets: Array) -> Array:
        """Find x at which the cumulative integral reaches each target.

        Parameters
        ----------
        values : array (P·n,) or (D, P·n)
            Node values of a non-negative function, the same for all targets or one row each.
        targets : array (D,)
            Integrals to reach, as shares of the whole.
        """
        rows = np.broadcast_to(np.maximum(values, 0.0), (len(targets), self.count * self.order))
        shaped = rows.reshape(len(targets), self.count, self.order)
        masses = self._half * shaped @ _rule(self.order)[1]
        reached = np.cumsum(masses, axis=1)
        wanted = targets * reached[:, -1]
        panel = np.minimum((reached < wanted[:, None]).sum(axis=1), self.count - 1)
        every = np.arange(len(targets))
        rest = (wanted - reached[every, panel] + masses[every, panel]) / self._half
        series = shaped[every, panel] @ _coefficients(self.order).T
        return self.lower + self._half * (2.0 * panel + 1.0 + _solve(series, rest))

    def _series(self, values: Array) -> tuple[Array, Array]:
        shaped = values.reshape(self.count, self.order)
        return self._half * shaped @ _rule(self.order)[1], shaped @ _coefficients(self.order).T

    def _local(self, x: Array) -> tuple[Array, Array]:
        where = (x - self.lower) / (2.0 * self._half)
        panel = np.clip(where.astype(int), 0, self.count - 1)
        return panel, np.clip(2.0 * (where - panel) - 1.0, -1.0, 1.0)


@lru_cache
def _composite(count: int, order: int) -> tuple[Array, Array]:
    """Nodes and weights on [0, 1]."""
    t, w = _rule(order)
    nodes = (np.arange(count)[:, None] + 0.5 * (t + 1.0)).ravel() / count
    return nodes, np.tile(0.5 * w / count, count)


@lru_cache
def _rule(order: int) -> tuple[Array, Array]:
    return legendre.leggauss(order)


@lru_cache
def _coefficients(order: int) -> Array:
    """Matrix from node values on [−1, 1] to Legendre coefficients: (2l+1)/2 · wⱼ · P_l(tⱼ)."""
    t, w = _rule(order)
    degrees = np.arange(order)
    return ((2.0 * degrees + 1.0) / 2.0)[:, None] * (
        legendre.legvander(t, order - 1) * w[:, None]
    ).T


def _antiderivative(series: Array) -> Array:
    """Legendre series of ∫ from −1, along the last axis."""
    return series @ _integrating(series.shape[-1])


@lru_cache
def _integrating(order: int) -> Array:
    """Matrix (n, n + 1) that turns a Legendre series into that of its integral from −1."""
    return np.asarray(legendre.legint(np.eye(order), lbnd=-1, axis=-1), dtype=float)


def _evaluate(series: Array, t: Array) -> Array:
    return np.einsum("dl,dl->d", legendre.legvander(t, series.shape[-1] - 1), series)


def _solve(series: Array, targets: Array) -> Array:
    """Find t in [−1, 1] at which integrals from −1 reach their targets, by safeguarded Newton.

    Parameters
    ----------
    series : array (D, n)
        Legendre series of what is integrated.
    targets : array (D,)
        The integrals.
    """
    integral, found, at = _antiderivative(series), np.zeros(len(targets)), np.arange(len(targets))
    lower, upper, t = -np.ones(len(targets)), np.ones(len(targets)), np.zeros(len(targets))
    for _ in range(_STEPS):
        powers = legendre.legvander(t, integral.shape[-1] - 1)
        excess = np.einsum("dl,dl->d", powers, integral) - targets
        slope = np.einsum("dl,dl->d", powers[:, :-1], series)
        lower, upper = np.where(excess < 0, t, lower), np.where(excess < 0, upper, t)
        newton = t - excess / np.where(slope > 0, slope, np.inf)
        inside = (newton >= lower) & (newton <= upper) & (slope > 0)
        following = np.where(inside, newton, (lower + upper) / 2.0)
        moved, t = np.abs(following - t), following
        found[at] = t
        # Most are there after a few steps; the others go on without them.
        on = np.minimum(moved, upper - lower) > _CLOSE
        if not on.any():
            break
        at, t, lower, upper, targets = at[on], t[on], lower[on], upper[on], targets[on]
        integral, series = integral[on], series[on]
    return found
