"""Nested random intercepts over independent errors, at a cost linear in estimates and clusters.

From the finest level up, the members of a group with variances ``1/w`` are replaced by their
weighted mean, whose variance ``1/Σw + s`` counts the group's own random effect. Only squares about
means are added, so nothing cancels; no matrix of the size of a group is ever made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.algebra.base import Algebra, Floats, Guess, State
from consilience.classical.multilevel.term import Term

type Positions = NDArray[np.intp]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level of the hierarchy.

    Parameters
    ----------
    starts : ndarray of int, shape (n,)
        Where the members of each group begin among the groups (or estimates) one level below.
    sizes : ndarray of int, shape (n,)
        How many there are.
    code : ndarray of int, shape (n,)
        Position of each group among the levels of its term.
    """

    starts: Positions
    sizes: Positions
    code: Positions

    @property
    def single(self) -> bool:
        """Whether every group has one member, and so nothing to be summed."""
        return bool(self.sizes.max(initial=1) == 1)


def nested(terms: Sequence[Term]) -> bool:
    """Say whether random intercepts are nested in each other, finest first."""
    for fine, coarse in pairwise(terms):
        pairs = fine.outer.codes * len(coarse.outer.levels) + coarse.outer.codes
        if len(np.unique(pairs)) > len(fine.outer.levels):
            return False
    return True


def by_fineness(terms: Sequence[Term]) -> list[int]:
    """Order terms from many clusters to few."""
    return sorted(range(len(terms)), key=lambda at: -len(terms[at].outer.levels))


@final
class Chain(Algebra):
    """Nested random intercepts and independent sampling errors.

    Parameters
    ----------
    A : ndarray, shape (k, c)
        Data.
    v : ndarray, shape (k,)
        Sampling variances.
    terms : sequence of Term
        Random intercepts, nested in each other, in any order; there may be none.
    """

    def __init__(self, A: Floats, v: Floats, terms: Sequence[Term]) -> None:
        self.order = by_fineness(terms)
        keys = [terms[at].outer.codes for at in self.order]
        self.rows: Positions = np.lexsort(keys) if keys else np.arange(len(v))
        self.A, self.w = A[self.rows], 1.0 / v[self.rows]
        self.logs = float(np.log(v).sum())
        self.levels = _levels([key[self.rows] for key in keys])
        self.sizes = [len(term.outer.levels) for term in terms]

    def at(self, matrices: Sequence[Floats]) -> "ChainState":
        """Walk up the hierarchy, the variance of each level being its 1 × 1 matrix."""
        return ChainState(self, [float(matrices[at][0, 0]) for at in self.order])


def _levels(keys: list[Positions]) -> list[Level]:
    """Find the groups of each level; the rows are sorted by the coarsest key first."""
    levels, below = [], np.arange(len(keys[0])) if keys else np.empty(0, dtype=np.intp)
    for key in keys:
        codes = key[below]
        starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
        sizes = np.diff(np.append(starts, len(codes)))
        levels.append(Level(starts, sizes, codes[starts]))
        below = below[starts]
    return levels


@final
class ChainState(State):
    """The hierarchy at given variances, finest level first."""

    def __init__(self, chain: Chain, variances: list[float]) -> None:
        self.chain, self.variances = chain, variances
        self.totals: list[Floats] = []
        self.means: list[Floats] = []
        self._logdet, squares = chain.logs, np.zeros((chain.A.shape[1],) * 2)
        w, rows = chain.w, chain.A
        for level, s in zip(chain.levels, variances, strict=True):
            total, mean = w, rows
            if not level.single:
                total = np.add.reduceat(w, level.starts)
                mean = np.add.reduceat(w[:, None] * rows, level.starts) / total[:, None]
                apart = rows - np.repeat(mean, level.sizes, axis=0)
                squares += (w[:, None] * apart).T @ apart
            self._logdet += float(np.log1p(s * total).sum())
            self.totals.append(total)
            self.means.append(mean)
            w, rows = total / (1.0 + s * total), mean
        self._squares = squares + (w[:, None] * rows).T @ rows

    @property
    def squares(self) -> Floats:
        """``A' Ω⁻¹ A``."""
        return self._squares

    @property
    def logdet(self) -> float:
        """``log |Ω|``."""
        return self._logdet

    @cached_property
    def _scores(self) -> list[tuple[Floats, Floats]]:
        """``Z'Ω⁻¹A`` and the diagonal of ``Z'Ω⁻¹Z`` at each level, finest first.

        Walking down, the effects above a group have a mean and a variance given all estimates.
        """
        found: list[tuple[Floats, Floats]] = []
        above, doubt = np.zeros((1, self._squares.shape[0])), np.zeros(1)
        for at in reversed(range(len(self.variances))):
            s, total = self.variances[at], self.totals[at]
            shrunk = 1.0 / (1.0 + s * total)
            w = total * shrunk
            score = w[:, None] * (self.means[at] - above)
            found.append((score, w - w**2 * doubt))
            if at:
                sizes = self.chain.levels[at].sizes
                above = np.repeat(above + s * score, sizes, axis=0)
                doubt = np.repeat(doubt * shrunk**2 + s * shrunk, sizes)
        return found[::-1]

    def scores(self, place: int) -> tuple[Floats, Floats]:
        """``Z'Ω⁻¹A`` and the diagonal of ``Z'Ω⁻¹Z`` of a term, its levels in their order."""
        at = self.chain.order.index(place)
        score, own = self._scores[at]
        back = np.argsort(self.chain.levels[at].code)
        return score[back], own[back]

    def pull(self, kernel: Floats) -> list[Floats]:
        """Sum over the clusters of each term."""
        found: list[Floats] = [np.zeros((1, 1)) for _ in self.variances]
        for at, (score, own) in enumerate(self._scores):
            height = np.sum((score @ kernel) * score) - own.sum()
            found[self.chain.order[at]] = np.array([[height]])
        return found

    def solved(self) -> Floats:
        """``Ω⁻¹ A``."""
        chain, found = self.chain, np.empty_like(self.chain.A)
        above: Floats = np.zeros((1, chain.A.shape[1]))
        steps = zip(self.variances, self._scores, chain.levels, strict=True)
        for s, (score, _), level in reversed(list(steps)):
            above = np.repeat(above + s * score, level.sizes, axis=0)
        found[chain.rows] = chain.w[:, None] * (chain.A - above)
        return found

    def guess(self, place: int, *, weights: Floats, spread: Floats) -> Guess:
        """``s Z'Ω⁻¹r``, and the error of that."""
        score, own = self.scores(place)
        s = self.variances[self.chain.order.index(place)]
        known = own - np.sum((score @ spread) * score, axis=1)
        clusters = np.arange(len(score))
        mean = s * (score @ weights)
        return Guess(clusters, np.zeros_like(clusters), mean, np.maximum(s - s**2 * known, 0.0))
