"""Blocks of estimates that are correlated, by their errors or by their true effects."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian.blocks import Array, Point
from consilience.gaussian.errors import Errors
from consilience.gaussian.ties import UNTIED, Tie, Ties

type Positions = NDArray[np.intp]


class Pairs(NamedTuple):
    """A tie in the blocks of one size."""

    tie: Tie
    codes: Positions
    """Place of each pair in the tie's values, (n, m, m)."""
    factors: Array
    """What these are multiplied by: 0 on the diagonal and between groups, (n, m, m)."""


class Blocks(NamedTuple):
    """All blocks of one size."""

    at: Positions
    """Members, (n, m), in rising order."""
    V: Array
    """Covariances of the errors that do not depend on hyperparameters, (n, m, m)."""
    effects: tuple[Pairs, ...]
    errors: tuple[Pairs, ...]


class Correlated(NamedTuple):
    """All blocks of one size at some nodes."""

    at: Positions
    V: Array
    """Covariances of the errors, (nodes or 1, n, m, m)."""
    H: Array
    """Covariances of the true effects, (nodes, n, m, m)."""


@dataclass(frozen=True, eq=False)
class Bonds:
    """Who is correlated with whom: the errors' blocks and the ties, taken together.

    Two estimates are in one block if errors or a tie join them, directly or through others.
    Estimates that do not count are in no block.

    Parameters
    ----------
    errors : Errors
        V, but for what depends on hyperparameters.
    ties : Ties
        What does.
    """

    errors: Errors
    ties: Ties = UNTIED

    @cached_property
    def groups(self) -> Positions:
        """The block of every estimate, whether it counts or not, as a number, (k,)."""
        members = self.errors.reported.members
        joined = [np.unique(tie.labels[:, 0], return_inverse=True)[1] for tie in self.ties]
        if not (joined or members):
            return np.arange(len(self.errors.v))
        whole = np.arange(len(self.errors.v))
        for number, at in enumerate(members):
            whole[at] = len(whole) + number
        return _components([*joined, np.unique(whole, return_inverse=True)[1]])

    @cached_property
    def blocks(self) -> tuple[Blocks, ...]:
        """The blocks of two or more estimates that count, those of one size together."""
        if self.ties.none:
            pairs = self.errors.used.by_size()
            return tuple(Blocks(at, block, (), ()) for at, block in pairs)
        return tuple(self.laid_out(least=2))

    def laid_out(self, least: int) -> Iterator[Blocks]:
        """Lay the blocks of estimates that count out, from a least size on, size by size."""
        counted = np.flatnonzero(np.isfinite(self.errors.v))
        order = counted[np.argsort(self.groups[counted], kind="stable")]
        _, starts, sizes = np.unique(self.groups[order], return_index=True, return_counts=True)
        for size in np.unique(sizes[sizes >= least]):
            first = starts[sizes == size]
            yield self._of(order[first[:, None] + np.arange(size)])

    def _of(self, at: Positions) -> Blocks:
        """Lay n blocks of m estimates out: their V, and the ties of each pair."""
        n, m = at.shape
        V = np.zeros((n, m, m))
        V[:, np.arange(m), np.arange(m)] = self.errors.v[at]
        block, place = np.full((2, len(self.errors.v)), -1)
        block[at], place[at] = np.arange(n)[:, None], np.arange(m)
        for members, covariance in zip(
            self.errors.used.members, self.errors.used.blocks, strict=True
        ):
            if block[members[0]] >= 0:
                inside = place[members]
                V[block[members[0]], inside[:, None], inside] = covariance
        effects = tuple(_pairs(tie, at) for tie in self.ties.effects)
        return Blocks(at, V, effects, tuple(_pairs(tie, at) for tie in self.ties.errors))

    @cached_property
    def blocked(self) -> NDArray[np.bool_]:
        """Which estimates are correlated with another, (k,)."""
        found = np.zeros(len(self.errors.v), dtype=bool)
        for block in self.blocks:
            found[block.at] = True
        return found

    @cached_property
    def related(self) -> NDArray[np.bool_]:
        """Which estimates are tied to another or were reported so, counting or not, (k,)."""
        return np.asarray(np.bincount(self.groups)[self.groups] > 1)

    @property
    def independent(self) -> bool:
        """Whether no two estimates that count are correlated."""
        return not self.blocks

    @property
    def cells(self) -> int:
        """How many numbers all blocks hold at one node."""
        return sum(block.V.size for block in self.blocks)

    def keep(self, mask: NDArray[np.bool_]) -> "Bonds":
        """Leave the others out."""
        return Bonds(self.errors.keep(mask), self.ties.keep(mask))

    def at(self, h: Array, point: Point) -> Iterator[Correlated]:
        """Give the blocks at nodes with scatters h (nodes, k or 1) of single true effects."""
        for block in self.blocks:
            m = block.at.shape[1]
            wide = np.broadcast_to(h, (len(h), len(self.errors.v)))[:, block.at]
            true = wide[:, :, :, None] * np.eye(m)
            V = block.V[None]
            for tie, codes, factors in block.effects:
                true = true + tie.values(point)[:, codes] * factors
            for tie, codes, factors in block.errors:
                V = V + tie.values(point)[:, codes] * factors
            yield Correlated(block.at, V, true)

    def total(self, h: Array, point: Point) -> Array:
        """Give V + H whole, (nodes, k, k), at scatters h (nodes, k): for a few estimates."""
        k = len(self.errors.v)
        found = (self.errors.v + h)[:, :, None] * np.eye(k)
        for members, V, true in self.at(h, point):
            for at, block in zip(members, np.moveaxis(V + true, 1, 0), strict=True):
                found[:, at[:, None], at] = block
        return found

    def company(
        self, place: int, left: tuple[int, ...], *, own: float
    ) -> tuple[Positions, "Bonds"]:
        """Give an estimate and those of its block that count, by themselves.

        Parameters
        ----------
        place : int
            The estimate.
        left : tuple of int
            Estimates that are left out.
        own : float
            Its variance: as reported, or as a bias lets it have.

        Returns
        -------
        at : array (m,)
            Places, in rising order.
        Bonds
            Of these alone.
        """
        key = (place, left, own)
        if key not in self._companies:  # asked for again at every piece of the nodes
            self._companies[key] = self._company(place, left, own=own)
        return self._companies[key]

    @cached_property
    def _companies(self) -> dict[tuple[int, tuple[int, ...], float], tuple[Positions, "Bonds"]]:
        return {}

    def _company(
        self, place: int, left: tuple[int, ...], *, own: float
    ) -> tuple[Positions, "Bonds"]:
        """Give the block of an estimate, whose own variance is `own`, without those left out."""
        together = np.isfinite(self.errors.given) & (self.groups == self.groups[place])
        together[list(left)] = False
        together[place] = True
        errors = self.errors.with_own(place, own)
        ties = self.ties.sized(np.sqrt(errors.given)).keep(together)
        return np.flatnonzero(together), Bonds(errors.keep(together), ties)

    def quadratic(self, a: Array, h: Array, *, point: Point) -> Array:
        """Give a'(V + H)a of some weights a (k,) at scatters h (nodes, k), (nodes,)."""
        total = np.asarray(h @ a**2 + self.errors.quadratic(a))
        for block in () if self.ties.none else self.blocks:
            loads = a[block.at]
            for tie, codes, factors in (*block.effects, *block.errors):
                whole = tie.values(point)[:, codes] * factors
                total = total + np.einsum("dnij,ni,nj->d", whole, loads, loads)
        return total

    def draw(self, h: Array, point: Point, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw θ − η ~ N(0, H) and e ~ N(0, V), (nodes, k) each, at scatters h (nodes, k)."""
        unit, noise = rng.standard_normal((2, *h.shape))
        effects, errors = np.sqrt(h) * unit, np.sqrt(self.errors.v) * noise
        for at, V, true in self.at(h, point):
            effects[:, at] = np.einsum("dnij,dnj->dni", root_of(true), unit[:, at])
            errors[:, at] = np.einsum("dnij,dnj->dni", np.linalg.cholesky(V), noise[:, at])
        return effects, errors

    def replicate(self, h: Array, point: Point, rng: np.random.Generator) -> Array:
        """Draw ``N(0, V + H)``, (nodes, k), at scatters h (nodes, k)."""
        if self.ties.none:
            return self.errors.draw(h, rng)
        effects, errors = self.draw(h, point, rng)
        return effects + errors


def _pairs(tie: Tie, at: Positions) -> Pairs:
    labels, sizes = tie.labels[at], tie.sizes[at]
    first, second = labels[:, :, None], labels[:, None]
    same = (first[..., 0] == second[..., 0]) & ~np.eye(at.shape[1], dtype=bool)
    codes = np.where(same, tie.codes(first, second), 0)
    return Pairs(tie, codes, same * sizes[:, :, None] * sizes[:, None])


def inverse(covariance: Array) -> Array:
    """Invert covariances (…, m, m), also those that are singular to the last digit.

    Far out, where a search looks and no mass lies, what two estimates have in common drowns what
    is their own.
    """
    try:
        return np.linalg.inv(covariance)
    except np.linalg.LinAlgError:
        sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
        scales = sd[..., :, None] * sd[..., None, :]
        values, vectors = np.linalg.eigh(covariance / scales)
        least = values.shape[-1] * np.finfo(float).eps
        scaled = vectors / np.maximum(values, least)[..., None, :]
        return np.asarray(scaled @ np.swapaxes(vectors, -1, -2) / scales)


def root_of(covariance: Array) -> Array:
    """Give a square root of covariances that may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    scaled = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    return np.asarray(scaled @ np.swapaxes(vectors, -1, -2))


def _components(groupings: list[Positions]) -> Positions:
    """Join rows that any of several groupings puts together, (k,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    k, start = len(groupings[0]), len(groupings[0])
    rows, columns = [], []
    for grouping in groupings:
        rows.append(np.arange(k))
        columns.append(start + grouping)
        start += int(grouping.max(initial=-1)) + 1
    edges = (np.concatenate(rows), np.concatenate(columns))
    graph = coo_array((np.ones(len(edges[0])), edges), shape=(start, start))
    return np.asarray(connected_components(graph, directed=False)[1][:k], dtype=np.intp)
