"""Correlated estimates at known hyperparameters: what each is given the others, and true effects.

With S = V + H of a block, P = S⁻¹ and r = y − Wβ, an estimate given the others of its block is

    yᵢ | y₋ᵢ, β ~ N(yᵢ − (P r)ᵢ / Pᵢᵢ, 1 / Pᵢᵢ),

again an observation of β with normal error, whose row is (P W)ᵢ / Pᵢᵢ. The true effects are
θ | y, β ~ N(η + G r, G V) with G = H P. Outside the blocks this is what it always was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian.blocks import Array, Point
from consilience.gaussian.bonds import Bonds, Correlated, inverse
from consilience.gaussian.population import normal_log_density
from consilience.gaussian.scatter import shrinkage

type Positions = NDArray[np.intp]

_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class Joint:
    """Estimates about their expectation, y − Wβ ~ N(0, V + H), at many nodes.

    Parameters
    ----------
    bonds : Bonds
        Which of them are correlated; V.
    h : array (nodes, k)
        The scatter of true effects at each node: the diagonal of H.
    point : mapping
        The hyperparameters, on which ties depend.
    """

    bonds: Bonds
    h: Array
    point: Point = field(default_factory=dict)

    @cached_property
    def blocks(self) -> list[Correlated]:
        """The blocks of one size at once."""
        return list(self.bonds.at(self.h, self.point))

    @cached_property
    def precisions(self) -> list[tuple[Positions, Array]]:
        """P of the blocks of one size at once: members (n, m), and (nodes, n, m, m)."""
        return [(at, inverse(V + H)) for at, V, H in self.blocks]

    @cached_property
    def gains(self) -> list[Array]:
        """G = H P of the blocks, in their order."""
        pairs = zip(self.blocks, self.precisions, strict=True)
        return [block.H @ precision for block, (_, precision) in pairs]

    @cached_property
    def own(self) -> tuple[Array, Array]:
        """Share of an estimate in its true effect and the variance left of it, outside blocks."""
        return shrinkage(self.h, self.bonds.errors.v)

    @cached_property
    def alone(self) -> Array:
        """Variance 1 / Pᵢᵢ of each estimate given the others of its block, (nodes, k)."""
        found = self.bonds.errors.v + self.h
        for at, precision in self.precisions:
            found[:, at] = 1.0 / np.diagonal(precision, axis1=2, axis2=3)
        return found

    def given_mates(self, x: Array) -> Array:
        """Give (P x)ᵢ / Pᵢᵢ, (nodes, k, …), of x (1 or nodes, k, …); x itself outside blocks.

        Of residuals these are the residuals given the others; of the columns W the rows that such
        an observation has.
        """
        rows = [p / np.diagonal(p, axis1=2, axis2=3)[..., None] for _, p in self.precisions]
        return self._each(x, rows)

    def pulled(self, x: Array) -> Array:
        """Give G x, (nodes, k, …), of x (1 or nodes, k, …): what is taken for true scatter."""
        share = self.own[0].reshape(*self.h.shape, *(1,) * (x.ndim - 2))
        if self.bonds.independent:
            return share * x
        return np.where(self._mask(x.ndim), self._each(x, self.gains), share * x)

    def solved(self, x: Array) -> Array:
        """Give P x, (nodes, k, …), of x (1 or nodes, k, …)."""
        total = (self.bonds.errors.v + self.h).reshape(*self.h.shape, *(1,) * (x.ndim - 2))
        if self.bonds.independent:
            return x / total
        inside = self._each(x, [precision for _, precision in self.precisions])
        return np.where(self._mask(x.ndim), inside, x / total)

    def left(self) -> Array:
        """Variance of each true effect given β and the estimates, (nodes, k): diagonal of GV."""
        rest = self.own[1].copy()
        for (at, V, _), gain in zip(self.blocks, self.gains, strict=True):
            wide = np.broadcast_to(V, gain.shape)
            rest[:, at] = np.einsum("dnij,dnji->dni", gain, wide)
        return rest

    def from_others(self) -> Array:
        """Share of each true effect that its own estimate leaves to the others, (nodes, k).

        1 − Gᵢᵢ, which is v / (v + h) outside the blocks.
        """
        found = 1.0 - self.own[0]
        for (at, _, _), gain in zip(self.blocks, self.gains, strict=True):
            found[:, at] = 1.0 - np.diagonal(gain, axis1=2, axis2=3)
        return found

    def true(self, residual: Array, rng: np.random.Generator) -> Array:
        """Draw θ − η, (nodes, k), given residuals (nodes, k).

        In blocks by drawing a true effect and an error and correcting them by what was seen
        (Matheron's rule), which needs no root of a covariance that may be singular.

        References
        ----------
        Doucet (2010), A note on efficient conditional simulation of Gaussian distributions.
        """
        share, rest = self.own
        found = share * residual + np.sqrt(rest) * rng.standard_normal(self.h.shape)
        if not self.bonds.independent:
            inside = np.flatnonzero(self.bonds.blocked)
            scatter, error = self.bonds.draw(self.h, self.point, rng)
            scatter[:, ~self.bonds.blocked] = error[:, ~self.bonds.blocked] = 0.0
            corrected = scatter + self.pulled(residual - scatter - error)
            found[:, inside] = corrected[:, inside]
        return found

    def log_density(self, residual: Array) -> Array:
        """Log density (nodes, k) of each estimate given the others of its block, and β.

        References
        ----------
        Bürkner, Gabry & Vehtari (2021), doi:10.1007/s00180-020-01045-4, for leave-one-out from
        such conditional densities of models that do not factorise.
        """
        return normal_log_density(self.given_mates(residual), self.alone)

    def log_density_of(self, residual: Array, places: Sequence[int]) -> Array:
        """Log density (nodes,) of some estimates together, given all others and β."""
        chosen = np.asarray(places, dtype=np.intp)
        total = np.zeros(len(self.h))
        loose = chosen[~self.bonds.blocked[chosen]]
        variance = self.bonds.errors.v[loose] + self.h[:, loose]
        each = normal_log_density(residual[:, loose], variance)
        total += each.sum(axis=1)
        for members, precisions in self.precisions:
            for at, precision in zip(members, np.moveaxis(precisions, 1, 0), strict=True):
                some = np.isin(at, chosen)
                if some.any():
                    total += _together(precision, residual[:, at], some)
        return total

    def _mask(self, dimensions: int) -> NDArray[np.bool_]:
        """Say which estimates are in blocks, in the shape of (1, k, …)."""
        return self.bonds.blocked.reshape(1, -1, *(1,) * (dimensions - 2))

    def _each(self, x: Array, matrices: list[Array]) -> Array:
        """Multiply the rows of each block by a matrix of its own; the others stay."""
        found = np.array(np.broadcast_to(x, (len(self.h), *x.shape[1:])))
        for (at, _, _), matrix in zip(self.blocks, matrices, strict=True):
            own = found[:, at]
            columns = matrix @ own.reshape(*own.shape[:3], -1)
            found[:, at] = columns.reshape(own.shape)
        return found


def _together(precision: Array, residual: Array, some: NDArray[np.bool_]) -> Array:
    """Log density (nodes,) of some estimates of a block given the rest of it."""
    own = precision[:, some][:, :, some]
    pulled = np.einsum("dij,dj->di", precision, residual)[:, some]
    _, log_determinant = np.linalg.slogdet(own)
    square = np.einsum("di,di->d", pulled, np.linalg.solve(own, pulled[..., None])[..., 0])
    return np.asarray(-0.5 * (some.sum() * _LOG_2PI - log_determinant + square))
