"""The density of one trial's true effect where baselines are draws from a population.

    p(θ) = Σ p(ψ | data) N(θ; η, h) ℓ(θ; m, s)/L(η, h, m, s)

over the nodes of a rule: sums over (β, φ) for each (m, s) first, which are products of matrices.
Where h is wider than the gaps of β's axis its own nodes carry the normals; where it is narrower,
log p(ψ | data)/L is interpolated along it at Gauss–Hermite nodes about each θ.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.polynomial import hermite_e
from numpy.typing import NDArray

from consilience.engines.exact.line import Axis
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import Rule
from consilience.engines.integrated.laying import Affine
from consilience.engines.integrated.parted import Parted
from consilience.engines.integrated.populated import Nodes, Populated
from consilience.gaussian import Array

_HEAVY, _FELT = 1e-11, 1e-14
_WIDE, _HERMITE, _DEEP = 1.2, 12, 600.0
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class _Line:
    """log p(ψ | data)/L along β's axis for each (m, s), at one φ where h is narrow.

    Parameters
    ----------
    axis, panels : Axis, Panels
        The axis and its nodes.
    heights : array (nodes, q)
        Times the weights of the other axes, but for a constant.
    offset, weight, variance : float
        η = weight·z + offset, and h.
    """

    axis: Axis
    panels: Panels
    heights: Array
    offset: float
    weight: float
    variance: float

    def density(self, x: Array) -> Array:
        """Give the density of the normal mixture at points, (n, q)."""
        z, shares = hermite_e.hermegauss(_HERMITE)
        shares = shares / shares.sum()
        away = (x[:, None] - self.offset - np.sqrt(self.variance) * z) / self.weight
        found = np.zeros((away.size, self.heights.shape[1]))
        u = self.axis.place(away.ravel())
        inside = np.flatnonzero((u > self.panels.lower) & (u < self.panels.upper))
        logs = self.panels.interpolation(u[inside]) @ self.heights
        found[inside] = np.exp(logs - self.axis.log_jacobian(u[inside])[:, None])
        by_point = found.reshape(*away.shape, -1)
        return np.einsum("nzq,z->nq", by_point, shares) / abs(self.weight)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The nodes of a rule as a table: (β, φ) along its rows, (m, s) along its columns.

    Parameters
    ----------
    frame : Parted
        The axes.
    rule : Rule
        Its nodes.
    place : int
        The trial.
    nodes : Nodes
        The parameters of rows and columns.
    log_mass : array (p, q)
        Log posterior mass of each.
    affine : Affine
        β at the rows.
    """

    frame: Parted
    rule: Rule
    place: int
    nodes: Nodes
    log_mass: Array
    affine: Affine

    @classmethod
    def of(cls, frame: Parted, rule: Rule, place: int) -> Self:
        """Lay the table out."""
        effects, baselines = frame.sides(rule)
        with np.errstate(divide="ignore"):
            log_mass = np.log(frame.table(rule, rule.weights))
        every = np.zeros(0, dtype=np.intp)
        nodes = frame.nodes(effects, baselines)._replace(left=every, right=every)
        return cls(frame, rule, place, nodes, log_mass, frame.affine(effects))

    @property
    def eta(self) -> Array:
        """Expectations of the true effect at the rows."""
        return self.nodes.eta[:, self.place]

    @property
    def h(self) -> Array:
        """Its variances."""
        return self.nodes.h[:, self.place]

    @property
    def steps(self) -> int:
        """Nodes along β's axis."""
        return self.rule.shape[0]

    @property
    def weight(self) -> Array:
        """How η moves with z at each φ, (f,)."""
        whole = self.frame.whole
        return whole.W[self.place, 0] * self.affine.S.reshape(self.steps, -1)[0]

    @property
    def narrow(self) -> NDArray[np.bool_]:
        """At which φ a normal falls between the nodes, (f,)."""
        along = np.exp(self.log_mass).reshape(self.steps, -1).sum(axis=1)
        felt = np.flatnonzero(along > _HEAVY)
        gap = np.max(np.diff(self._z[felt[0] : felt[-1] + 1]), initial=0.0)
        h = self.h.reshape(self.steps, -1)[0]
        return np.sqrt(h) <= _WIDE * gap * np.abs(self.weight)

    @property
    def population_mass(self) -> Array:
        """Posterior mass of each (m, s)."""
        return np.exp(self.log_mass).sum(axis=0)

    @property
    def scatter_mass(self) -> Array:
        """Posterior mass of each φ."""
        return (
            np.exp(self.log_mass).reshape(self.steps, -1, self.log_mass.shape[1]).sum(axis=(0, 2))
        )

    def narrow_mass(self, f: int) -> Array:
        """Give the posterior mass of each (m, s) at one φ."""
        return np.exp(self.log_mass[self._rows(f)]).sum(axis=0)

    def carried(self) -> NDArray[np.bool_]:
        """Say which rows carry normals that are wide, and mass."""
        mass = np.exp(self.log_mass).sum(axis=1)
        return (mass > _HEAVY) & np.tile(~self.narrow, self.steps)

    def heard(self, left: NDArray[np.intp], right: NDArray[np.intp]) -> Array:
        """Give what the trial says in some rows and columns."""
        p, q = len(left), len(right)
        nodes = Nodes(
            self.nodes.eta[left], self.nodes.h[left], self.nodes.population[right],
            np.repeat(np.arange(p), q), np.tile(np.arange(q), p),
        )  # fmt: skip
        return self.frame.whole.heard(nodes, self.place).reshape(p, q)

    def shared(self, left: NDArray[np.intp], right: NDArray[np.intp]) -> Array:
        """Give log posterior mass over L in some rows and columns, where there is any."""
        mass = self.log_mass[np.ix_(left, right)]
        row, column = np.nonzero(mass > np.log(_FELT))
        nodes = self.nodes._replace(left=left[row], right=right[column])
        found = np.full(mass.shape, -np.inf)
        found[row, column] = mass[row, column] - self.frame.whole.heard(nodes, self.place)
        return found

    def line(self, right: NDArray[np.intp], f: int) -> tuple[NDArray[np.intp], _Line]:
        """Give the densities along β's axis at one φ, for some (m, s)."""
        rows = self._rows(f)
        panels = self.rule.panels[0]
        heights = self.log_mass[np.ix_(rows, right)] - np.log(panels.weights)[:, None]
        heights = np.maximum(heights - self.heard(rows, right), -_DEEP + heights.max())
        offset = self.eta[rows[0]] - self.weight[f] * self._z[0]
        own = self.rule.coordinates[0], panels, heights, offset, self.weight[f]
        return right, _Line(*own, float(self.h[rows[0]]))

    def _rows(self, f: int) -> NDArray[np.intp]:
        return np.arange(f, len(self.log_mass), len(self.log_mass) // self.steps)

    @property
    def _z(self) -> Array:
        return self.rule.coordinates[0].value(self.rule.panels[0].nodes)


@dataclass(frozen=True, slots=True)
class Scattered:
    """The density of a true effect as a function of points, but for a constant.

    Parameters
    ----------
    whole : Populated
        The model.
    place : int
        The trial.
    population : array (q, 2)
        m and s.
    eta, h : array (p,)
        Where h is wide.
    mass : array (p, q)
        Posterior mass over L there.
    lines : tuple of (places, _Line)
        Where h is narrow: which (m, s), and the densities.
    """

    whole: Populated
    place: int
    population: Array
    eta: Array
    h: Array
    mass: Array
    lines: tuple[tuple[NDArray[np.intp], _Line], ...]

    @classmethod
    def of(cls, frame: Parted, rule: Rule, place: int) -> Self:
        """Take the nodes that carry mass apart."""
        cut = _Cut.of(frame, rule, place)
        left, right = np.flatnonzero(cut.carried()), np.flatnonzero(cut.population_mass > _HEAVY)
        mass = cut.shared(left, right)
        lines = tuple(
            cut.line(np.flatnonzero(cut.narrow_mass(f) > _HEAVY), f)
            for f in np.flatnonzero(cut.narrow & (cut.scatter_mass > _HEAVY)).tolist()
        )
        top = max(part.max(initial=-np.inf) for part in
                   (mass, *(line.heights for _, line in lines)))  # fmt: skip
        lines = tuple(
            (np.searchsorted(right, at), replace(line, heights=line.heights - top))
            for at, line in lines
        )
        return cls(frame.whole, place, cut.nodes.population[right], cut.eta[left], cut.h[left],
                   np.exp(mass - top), lines)  # fmt: skip

    def __call__(self, x: Array) -> Array:
        """Give the density at points (n,)."""
        normal = -0.5 * ((x[:, None] - self.eta) ** 2 / self.h + np.log(self.h) + _LOG_2PI)
        total = np.exp(normal) @ self.mass
        for places, line in self.lines:
            total[:, places] += line.density(x)
        n, q = total.shape
        k = len(self.whole.labels)
        eta = np.repeat(x[:, None], k, axis=1)
        nodes = Nodes(eta, np.zeros((n, k)), self.population,
                      np.repeat(np.arange(n), q), np.tile(np.arange(q), n))  # fmt: skip
        heights = self.whole.heard(nodes, self.place).reshape(n, q)
        return np.asarray(np.sum(total * np.exp(heights - self._top), axis=1))

    @property
    def _top(self) -> float:
        return float(sum(tabled.table.top[self.place] for tabled in self.whole.sides))
