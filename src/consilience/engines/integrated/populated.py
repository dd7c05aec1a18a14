"""A model whose trials' baselines are draws from a normal population, and whose effects scatter."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.polynomial import hermite_e
from numpy.typing import NDArray
from scipy.special import comb

from consilience.engines.integrated.form import KAPPA, Whole
from consilience.gaussian import Array
from consilience.likelihoods.apart import Apart
from consilience.likelihoods.arms.base import Side

if TYPE_CHECKING:
    from consilience.engines.integrated.kernel import Found
    from consilience.engines.integrated.pairing import Sought
    from consilience.engines.integrated.rows import Given, Hermite, Lattice
    from consilience.engines.integrated.table import Tabled

_STEP, _WIDEST = 0.2, 0.2  # of what both arms know; poles lie at ±πi
_REACH, _END = 20.0, 1e7
_HERMITE, _STENCIL = 20, 16
_SPARSE = 4
_ROOM, _FINE = 4096, 0.15
_COEFFICIENTS = 2  # of the population: m, s


class Nodes(NamedTuple):
    """Points of the parameters: what belongs to effects, and what to baselines, put together."""

    eta: Array
    """Expectations of θ, (p, k)."""
    h: Array
    """Variances of θ, (p, k)."""
    population: Array
    """m and s, (q, 2)."""
    left: NDArray[np.intp]
    """Which of the first each node has, (n,)."""
    right: NDArray[np.intp]
    """Which of the second."""


@dataclass(frozen=True, eq=False)
class Populated(Whole):
    """log p(data | ψ) = Σᵢ log ∬ A₁ᵢ(b + d) A₂ᵢ(b) N(b; m, s²) N(d; ηᵢ, hᵢ(φ)) db dd, ω = (m, s).

    Parameters
    ----------
    parts, scatter, curves, labels, unit, kept, kappa, tables
        As in `Whole`; the tables are those of A₁ and A₂.
    """

    @property
    def arms(self) -> Apart:
        """Both arms."""
        assert self.curves.apart is not None
        return self.curves.apart

    @property
    def error(self) -> float:
        """See `Whole.error`: both arms' tables."""
        return 2.0 * Whole.error.fget(self)  # type: ignore[attr-defined]

    @property
    def ceiling(self) -> float:
        """See `Whole.ceiling`: both arms at their highest."""
        one, two = (tabled.table.top[self.kept] + 1.0 for tabled in self.sides)
        return float(np.sum(one) + np.sum(two))

    @property
    def sides(self) -> tuple["Tabled", "Tabled"]:
        """Both arms as tables."""
        return self._side("one"), self._side("two")

    def masses(self, psi: Array) -> "Found":
        """See `Whole.masses`."""
        from consilience.engines.integrated.kernel import Found

        nodes = self.nodes(psi)
        every = [self.moments(nodes, place) for place in range(len(self.labels))]
        return Found(*(np.stack(each, axis=1) for each in zip(*every, strict=True)))

    def log_likelihood(self, psi: Array) -> Array:
        """See `Whole.log_likelihood`."""
        return self.added(self.nodes(psi))

    @property
    def populated(self) -> bool:
        """See `Whole.populated`."""
        return True

    def drawn(self, psi: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """See `Whole.drawn`: first the baselines, then true effects given them."""
        from consilience.engines.integrated.drawing import Drawn
        from consilience.engines.integrated.kernel import Wish
        from consilience.engines.integrated.loops import asked_once, baselines_drawn, drawn

        own = np.arange(len(psi))
        nodes = Nodes(self.expectation(psi), self.variance(psi), psi[:, -2:], own, own)
        given, shape = self.given(nodes), nodes.eta.shape
        found = Drawn(rng.random((2, *shape)), np.empty(shape), np.empty(shape))
        baselines_drawn()(given, np.empty(_ROOM), found)
        t, work = np.empty(shape), asked_once(found.baseline + given.eta, given.h, _FINE)
        drawn()(given.one, work, Wish(rng.random(shape), t))
        return self.arms.sign * (t - found.baseline), found.log_mass

    def added(self, nodes: Nodes) -> Array:
        """Give log p(data | ψ) at nodes, (n,)."""
        total, given = np.zeros(len(nodes.left)), self.given(nodes)
        for place in np.flatnonzero(self.kept).tolist():
            total += self._paired(given, place, moments=False).log_mass
        return total

    def nodes(self, psi: Array) -> Nodes:
        """Take points (n, d) apart."""
        cut = psi.shape[1] - _COEFFICIENTS
        first, left = distinct(psi[:, :cut])
        second, right = distinct(psi[:, cut:])
        own = psi[first]
        return Nodes(self.expectation(own), self.variance(own), psi[second, cut:], left, right)

    def heard(self, nodes: Nodes, place: int) -> Array:
        """Give what one trial says at nodes, log Lᵢ (n,)."""
        return self._paired(self.given(nodes), place, moments=False).log_mass

    def moments(self, nodes: Nodes, place: int) -> "Sought":
        """Give it with mean and variance of its true effect, (n,) each."""
        found = self._paired(self.given(nodes), place, moments=True)
        return found._replace(mean=self.arms.sign[place] * found.mean)

    def _paired(self, given: "Given", place: int, *, moments: bool) -> "Sought":
        """Ask the compiled loop about one trial."""
        from consilience.engines.integrated.loops import paired
        from consilience.engines.integrated.pairing import Sought

        n = len(given.left)
        found = Sought(np.empty(n), *(np.empty(n if moments else 0) for _ in range(2)))
        paired(given, place, found)
        return found

    def given(self, nodes: Nodes) -> "Given":
        """Say to the compiled loops what is asked."""
        from consilience.engines.integrated.loops import asked
        from consilience.engines.integrated.rows import Given

        one, two = self.sides
        eta, h = self.arms.sign * nodes.eta, np.array(nodes.h)
        work = asked(eta, h, self.kappa)
        rank = np.empty(len(h), dtype=np.intp)
        rank[work.order] = np.arange(len(h))
        order = np.argsort(rank[nodes.left], kind="stable")
        mean, sd = np.ascontiguousarray(nodes.population.T)
        return Given(one.table, two.table, self.lattice, _hermite(), eta, h, mean, sd,
                     nodes.left, nodes.right, order, work)  # fmt: skip

    @property
    def lattice(self) -> "Lattice":
        """Where the baselines of each trial are taken."""
        from consilience.engines.integrated.rows import Lattice

        known = sum(_information(side) for side in (self.arms.one, self.arms.two))
        step = np.minimum(_WIDEST, _STEP / np.sqrt(known)) * (self.kappa / KAPPA)
        half = np.ceil(np.arcsinh(_END / _REACH) * _REACH / step).astype(np.intp)
        return Lattice(self.arms.two.peak, step, _REACH, half)

    def _side(self, name: str) -> "Tabled":
        from consilience.engines.integrated.table import tabulate

        key = name.encode()
        if key not in self.tables:
            side: Side = getattr(self.arms, name)
            top = side.top({})

            def log(place: Array, order: int) -> Array:
                del order
                with np.errstate(over="ignore"):  # far out nothing is left
                    return side.log(place, {}) + top

            self.tables[key] = tabulate(log, side.peak, 1.0 / np.sqrt(_information(side)))
        return self.tables[key]


def distinct(points: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the places of points (n, d) that differ from one another, and which each one is."""
    code, count = np.zeros(len(points), dtype=np.int64), 1
    for column in points.T:
        own, values = pd.factorize(column)
        code, count = code * len(values) + own, count * len(values)
        if count > _SPARSE * len(points):
            code, values = pd.factorize(code)
            count = len(values)
    first = np.full(count, -1)
    first[code[::-1]] = np.arange(len(points))[::-1]
    there = np.flatnonzero(first >= 0)
    rank = np.empty(count, dtype=np.intp)
    rank[there] = np.arange(len(there))
    return first[there], rank[code]


@lru_cache
def _hermite() -> "Hermite":
    """Give the nodes for what is narrower than a lattice, and the weights of its stencil."""
    from consilience.engines.integrated.rows import Hermite

    x, weights = hermite_e.hermegauss(_HERMITE)
    j = np.arange(_STENCIL)
    barycentric = (-1.0) ** j * comb(_STENCIL - 1, j)
    return Hermite(x, np.log(weights / weights.sum()), barycentric)


def _information(side: Side) -> Array:
    return side.information({})
