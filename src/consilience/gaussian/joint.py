"""Correlated estimates at known hyperparameters: what each is given the others, and true effects.

With S = V + H of a block, P = S⁻¹ and r = y − Wβ, an estimate given the others of its block is

    yᵢ | y₋ᵢ, β ~ N(yᵢ − (P r)ᵢ / Pᵢᵢ, 1 / Pᵢᵢ),

again an observation of β with normal error, whose row is (P W)ᵢ / Pᵢᵢ. The true effects are
θ | y, β ~ N(η + G r, G V) with G = H P. Outside the blocks this is what it always was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian.blocks import Array
from consilience.gaussian.errors import Errors
from consilience.gaussian.population import normal_log_density
from consilience.gaussian.scatter import shrinkage

type Positions = NDArray[np.intp]

_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class Joint:
    """Estimates about their expectation, y − Wβ ~ N(0, V + diag(h)), at many nodes.

    Parameters
    ----------
    errors : Errors
        V.
    h : array (nodes, k)
        The scatter of true effects at each node.
    """

    errors: Errors
    h: Array

    @cached_property
    def precisions(self) -> list[tuple[Positions, Array]]:
        """P of the blocks of one size at once: members (n, m), and (nodes, n, m, m)."""
        return [(at, np.linalg.inv(total)) for at, total in self.errors.totals(self.h)]

    @cached_property
    def own(self) -> tuple[Array, Array]:
        """Share of an estimate in its true effect and the variance left of it, outside blocks."""
        return shrinkage(self.h, self.errors.v)

    @cached_property
    def alone(self) -> Array:
        """Variance 1 / Pᵢᵢ of each estimate given the others of its block, (nodes, k)."""
        found = self.errors.v + self.h
        for at, precision in self.precisions:
            found[:, at] = 1.0 / np.diagonal(precision, axis1=2, axis2=3)
        return found

    def given_mates(self, x: Array) -> Array:
        """Give (P x)ᵢ / Pᵢᵢ, (nodes, k, …), of x (1 or nodes, k, …); x itself outside blocks.

        Of residuals these are the residuals given the others; of the columns W the rows that such
        an observation has.
        """
        return self._each(x, lambda _, p: p / np.diagonal(p, axis1=2, axis2=3)[..., None])

    def pulled(self, x: Array) -> Array:
        """Give G x, (nodes, k, …), of x (1 or nodes, k, …): what is taken for true scatter."""
        share = self.own[0].reshape(*self.h.shape, *(1,) * (x.ndim - 2))
        if self.errors.independent:
            return share * x
        inside = self._each(x, lambda at, p: self.h[:, at][..., None] * p)
        return np.where(self._mask(x.ndim), inside, share * x)

    def solved(self, x: Array) -> Array:
        """Give P x, (nodes, k, …), of x (1 or nodes, k, …)."""
        outside = x / (self.errors.v + self.h).reshape(*self.h.shape, *(1,) * (x.ndim - 2))
        if self.errors.independent:
            return outside
        return np.where(self._mask(x.ndim), self._each(x, lambda _, p: p), outside)

    def left(self) -> Array:
        """Variance of each true effect given β and the estimates, (nodes, k): diagonal of GV."""
        rest = self.own[1].copy()
        blocks = self.errors.used.by_size()
        for (at, precision), (_, block) in zip(self.precisions, blocks, strict=True):
            rest[:, at] = self.h[:, at] * np.einsum("dnij,nji->dni", precision, block)
        return rest

    def from_others(self) -> Array:
        """Share of each true effect that its own estimate leaves to the others, (nodes, k).

        1 − Gᵢᵢ, which is v / (v + h) outside the blocks.
        """
        found = 1.0 - self.own[0]
        for at, precision in self.precisions:
            found[:, at] = 1.0 - self.h[:, at] * np.diagonal(precision, axis1=2, axis2=3)
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
        if not self.errors.independent:
            inside = np.flatnonzero(self.errors.blocked)
            scatter = np.sqrt(self.h) * rng.standard_normal(self.h.shape)
            error = np.zeros(self.h.shape)
            error[:, inside] = self.errors.draw(np.zeros(self.h.shape), rng)[:, inside]
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
        loose = chosen[~self.errors.blocked[chosen]]
        each = normal_log_density(residual[:, loose], self.errors.v[loose] + self.h[:, loose])
        total += each.sum(axis=1)
        for members, precisions in self.precisions:
            for at, precision in zip(members, np.moveaxis(precisions, 1, 0), strict=True):
                some = np.isin(at, chosen)
                if some.any():
                    total += _together(precision, residual[:, at], some)
        return total

    def _mask(self, dimensions: int) -> NDArray[np.bool_]:
        """Say which estimates are in blocks, in the shape of (1, k, …)."""
        return self.errors.blocked.reshape(1, -1, *(1,) * (dimensions - 2))

    def _each(self, x: Array, matrix: Callable[[Positions, Array], Array]) -> Array:
        """Multiply the rows of each block by a matrix made of its P; the others stay."""
        found = np.array(np.broadcast_to(x, (len(self.h), *x.shape[1:])))
        for at, precision in self.precisions:
            found[:, at] = np.einsum("dnij,dnj...->dni...", matrix(at, precision), found[:, at])
        return found


def _together(precision: Array, residual: Array, some: NDArray[np.bool_]) -> Array:
    """Log density (nodes,) of some estimates of a block given the rest of it."""
    own = precision[:, some][:, :, some]
    pulled = np.einsum("dij,dj->di", precision, residual)[:, some]
    _, log_determinant = np.linalg.slogdet(own)
    square = np.einsum("di,di->d", pulled, np.linalg.solve(own, pulled[..., None])[..., 0])
    return np.asarray(-0.5 * (some.sum() * _LOG_2PI - log_determinant + square))
