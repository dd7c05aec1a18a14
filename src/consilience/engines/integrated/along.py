"""Marginals of what lies along an axis, with normal scatter on top, as densities of their own.

For q = wz + o + e, e ~ N(0, s²), with z one axis of the rule and w, o, s known at each node of the
others, the density is a sum over those nodes of the convolution of p(z | others) with N(0, s²).
Where s is wider than the gaps of the axis, the axis' own nodes carry it; where it is narrower, or
zero, p(z | others) is interpolated at Gauss–Hermite nodes about each q.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.polynomial import hermite_e, legendre
from numpy.typing import NDArray

from consilience.engines.exact.line import Line
from consilience.engines.exact.marginals import HyperMarginal
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.profile import onto_unit
from consilience.engines.exact.rule import Rule
from consilience.errors import ConvergenceError
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.integrated.carrying import Carried

_HERMITE = 6
_WIDE, _FALLS = 1.2, 28.0
_FINER = (1, 4, 16)
_END = 1e-15
_LADDER = ((4, 16), (6, 16), (12, 20), (24, 24))
_CLOSE = 1e-8
_KNOWN, _NEAR_ONE, _ASTRAY = 2, 1e-3, 0.05
_CELLS = 20_000
_DEEP = 600.0
_STRETCHED = 2.0  # in SDs: few nodes carry a normal density furthest

type Density = Callable[[Array], Array]
"""A density at points (x,)."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The posterior along one axis, for each node of the others.

    Parameters
    ----------
    rule : Rule
        The rule.
    place : int
        The axis.
    heights : array (a, r)
        Log of the posterior density at the nodes of the axis, times the weights of the others, but
        for a constant.
    offset, variance, weight : array (r,)
        o, s² and w.
    heavy : array
        Places of the nodes of the others that carry mass; w is not zero there.
    """

    rule: Rule
    place: int
    heights: Array
    offset: Array
    variance: Array
    weight: Array
    heavy: NDArray[np.intp]

    def density(self, x: Array) -> Array:
        """Give the density at points x (n,), but for a constant."""
        from consilience.engines.integrated.loops import carried

        total = np.zeros(len(x))
        for given in self._carried:
            carried()(given, x, total)
        for some in np.array_split(self._narrow, 1 + len(self._narrow) * len(x) // _CELLS):
            total += self._convolved(x, some)
        return total

    @cached_property
    def _carried(self) -> "tuple[Carried, ...]":
        """Let nodes carry a normal each, finer ones where it is not much wider than their gaps."""
        return tuple(
            self._carrying(self.heavy[self._finer == finer], finer)
            for finer in _FINER
            if (self._finer == finer).any()
        )

    @cached_property
    def _narrow(self) -> NDArray[np.intp]:
        """Lines whose scatter is narrower than the gaps of any nodes."""
        return self.heavy[self._finer == 0]

    @cached_property
    def _finer(self) -> NDArray[np.intp]:
        """How many times as many nodes the heavy lines need; 0 where none of these are enough.

        What the sum over nodes misses falls as e^(−20 s²/gap²): where there is less to be missed,
        gaps may be wider.
        """
        heights = self.heights[:, self.heavy]
        depth = np.minimum((heights.max(axis=0) - heights) / _FALLS, 1.0)
        gap = np.max(np.abs(np.gradient(self._nodes))[:, None] * np.sqrt(1.0 - depth), axis=0)
        needed = _WIDE * gap * np.abs(self.weight[self.heavy])
        wide = np.sqrt(self.variance[self.heavy])
        return np.select([wide * finer > needed for finer in _FINER], _FINER, default=0)

    @property
    def _nodes(self) -> Array:
        return self.rule.coordinates[self.place].value(self.rule.panels[self.place].nodes)

    def _carrying(self, some: NDArray[np.intp], finer: int) -> "Carried":
        from consilience.engines.integrated.carrying import Carried

        panels, axis = self.rule.panels[self.place], self.rule.coordinates[self.place]
        dense = Panels(panels.lower, panels.upper, finer * panels.count, panels.order)
        heights = np.maximum(self.heights[:, some], -_DEEP).T
        if finer > 1:
            own = (panels.count, panels.order), (dense.count, dense.order)
            heights = heights @ onto_unit(*own)
        masses = np.ascontiguousarray(heights + np.log(dense.weights))
        known = self.offset[some], self.variance[some], self.weight[some]
        return Carried(axis.value(dense.nodes), masses, *known)

    def _convolved(self, x: Array, some: NDArray[np.intp]) -> Array:
        """Read the density off about points x, for some of the others' nodes."""
        panels, axis = self.rule.panels[self.place], self.rule.coordinates[self.place]
        z, shares = _hermite(_HERMITE if self.variance[some].any() else 1)
        errors = np.sqrt(self.variance[some])[:, None, None] * z
        away = (x[:, None] - self.offset[some, None, None] - errors) / self.weight[some, None, None]
        psi = away.ravel()
        u = axis.place(psi)
        inside = (u > panels.lower) & (u < panels.upper)
        inside &= (psi >= axis.lower) & (psi <= axis.upper)
        which = np.repeat(np.arange(len(some)), len(x) * len(z))[inside]
        columns = np.maximum(self.heights[:, some], -_DEEP)
        found = np.zeros(len(psi))
        logs = _read(panels, u[inside], which=which, columns=columns) - axis.log_jacobian(u[inside])
        found[inside] = np.exp(logs)
        by_node = found.reshape(away.shape) @ shares
        return np.asarray((1.0 / np.abs(self.weight[some])) @ by_node)


def _read(panels: Panels, u: Array, *, which: NDArray[np.intp], columns: Array) -> Array:
    """Interpolate each point's own column of values at the nodes."""
    from consilience.engines.integrated.carrying import Columns
    from consilience.engines.integrated.loops import columns_read

    nodes, shares = _barycentric(panels.order)
    values, found = np.ascontiguousarray(columns.T), np.empty(len(u))
    given = Columns(panels.lower, panels.length / panels.count, nodes, shares, values)
    columns_read()(given, (u, which), found)
    return found


@lru_cache
def _barycentric(order: int) -> tuple[Array, Array]:
    """Give Gauss–Legendre nodes and their barycentric weights."""
    nodes, weights = legendre.leggauss(order)
    shares = (-1.0) ** np.arange(order) * np.sqrt((1.0 - nodes**2) * weights)
    return nodes, np.asarray(shares, dtype=float)


class Where(NamedTuple):
    """Where a density lies."""

    mean: float
    sd: float
    """Both as they are, as far as the rule knows."""
    centre: float
    """Where it may be narrowest."""
    width: float
    """How narrow it may be there, in standard deviations."""


def marginal(density: Density, where: Where, *, moments: int) -> HyperMarginal:
    """Lay a density along an axis of its own, and normalise it.

    Parameters
    ----------
    density : callable
        Not necessarily normalised.
    where : Where
        Where it lies; the axis is stretched about where it may be narrowest.
    moments : int
        Highest moment that exists.

    Raises
    ------
    ConvergenceError
        If the density is not where its mean and standard deviation are.
    """
    sd = where.sd
    lower, upper = _range(density, where.mean, sd)
    axis = Line(_STRETCHED * where.width, centre=where.centre)
    low, high = axis.place(np.array([lower, upper])).tolist()
    found, before = _on(density, axis, Panels(low, high, *_LADDER[0]), moments=moments), np.inf
    for rung in _LADDER[1:]:
        finer = _on(density, axis, Panels(low, high, *rung), moments=moments)
        gap = abs(finer.mean() - found.mean()) / sd + abs(finer.sd() / found.sd() - 1.0)
        found = finer
        if gap < _CLOSE or gap >= before:
            break
        before = gap
    return _corrected(found, where) if moments >= _KNOWN else found


def _corrected(found: HyperMarginal, where: Where) -> HyperMarginal:
    """Give a density the mean and SD that the rule's own sums say, by a quadratic factor near 1.

    These sums know more than a density interpolated between nodes; where the two differ by more
    than interpolation does, it stays as it is.

    Raises
    ------
    ConvergenceError
        If they are so far apart that one of them must be wrong.
    """
    off = abs(found.mean() - where.mean) / where.sd, abs(found.sd() / where.sd - 1.0)
    if not max(off) < _ASTRAY:
        raise ConvergenceError(
            "Between the nodes of the posterior a marginal could not be read off: its mean or "
            f"standard deviation is out by {max(off):.1g} standard deviations. Use engines.Nuts()."
        )
    away = (found.coordinate.value(found.panels.nodes) - where.mean) / where.sd
    powers = away ** np.arange(3)[:, None]
    gram = (powers * (found.panels.weights * found.values)) @ powers.T
    factor = np.linalg.solve(gram, np.array([1.0, 0.0, 1.0])) @ powers
    if not np.all(np.abs(factor - 1.0) < _NEAR_ONE):
        return found
    return HyperMarginal(found.coordinate, found.panels, found.values * factor, found.moments)


def _on(density: Density, axis: Line, panels: Panels, *, moments: int) -> HyperMarginal:
    values = density(axis.value(panels.nodes)) * np.exp(axis.log_jacobian(panels.nodes))
    return HyperMarginal(axis, panels, values / float(panels.weights @ values), moments)


def _range(density: Density, mean: float, sd: float) -> tuple[float, float]:
    """Widen until the density at both ends is next to nothing of its peak."""
    low, high, step = mean - 8.0 * sd, mean + 8.0 * sd, 4.0 * sd
    peak = density(np.linspace(low, high, 65)).max()
    for _ in range(30):
        ends = density(np.array([low, high])) > _END * peak
        if not ends.any():
            break
        low, high, step = low - step * ends[0], high + step * ends[1], 1.6 * step
    x = np.linspace(low, high, 65)
    heights = density(x)
    seen = np.flatnonzero(heights > _END * heights.max())
    return float(x[max(seen[0] - 1, 0)]), float(x[min(seen[-1] + 1, len(x) - 1)])


@lru_cache
def _hermite(count: int) -> tuple[Array, Array]:
    z, w = hermite_e.hermegauss(count)
    return z, w / w.sum()
