"""Crossed random intercepts and known correlations: nested intercepts, and a few levels more.

With ``Ω = Ω₀ + Z G Z'``, Ω₀ of a hierarchy and Z the levels of whatever crosses it,
``Ω⁻¹ = Ω₀⁻¹ - Ω₀⁻¹ Z (I + G Z'Ω₀⁻¹Z)⁻¹ G Z'Ω₀⁻¹``, of the size of those levels only.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import final

import numpy as np

from consilience.classical.multilevel.algebra.base import Algebra, Floats, Guess, State
from consilience.classical.multilevel.algebra.chain import Chain, by_fineness, nested
from consilience.classical.multilevel.codes import Codes
from consilience.classical.multilevel.term import Term


def split(terms: Sequence[Term]) -> tuple[list[int], list[int]]:
    """Tell the terms of a hierarchy, greedily from the finest, from those that cross it."""
    inside: list[int] = []
    for at in by_fineness(terms):
        if terms[at].intercept and nested([terms[i] for i in (*inside, at)]):
            inside.append(at)
    return inside, [at for at in range(len(terms)) if at not in inside]


def crossing_levels(terms: Sequence[Term]) -> int:
    """Count the levels of the terms that cross the hierarchy."""
    return sum(_size(terms[at]) for at in split(terms)[1])


def _size(term: Term) -> int:
    return len(term.outer.levels) if term.intercept else term.shape.n


def _codes(term: Term) -> Codes:
    return term.outer.codes if term.intercept else term.inner.codes


@final
class Woodbury(Algebra):
    """Random intercepts of any kind, and terms over one cluster, over independent errors.

    Parameters
    ----------
    A : ndarray, shape (k, c)
    v : ndarray, shape (k,)
    terms : sequence of Term
        Each a random intercept or a term over one cluster.
    """

    def __init__(self, A: Floats, v: Floats, terms: Sequence[Term]) -> None:
        self.terms, self.c = terms, A.shape[1]
        self.inside, self.beside = split(terms)
        indicators = [np.eye(_size(terms[at]))[_codes(terms[at])] for at in self.beside]
        self.chain = Chain(np.hstack([A, *indicators]), v, [terms[at] for at in self.inside])
        ends = np.cumsum([0, *(_size(terms[at]) for at in self.beside)])
        self.slices = [slice(*pair) for pair in pairwise(ends)]
        self.q = int(ends[-1])

    def at(self, matrices: Sequence[Floats]) -> "WoodburyState":
        """Solve with the levels that cross."""
        return WoodburyState(self, matrices)


@final
class WoodburyState(State):
    """Hierarchy and crossing levels at given matrices."""

    def __init__(self, whole: Woodbury, matrices: Sequence[Floats]) -> None:
        self.whole, self.matrices = whole, matrices
        c = whole.c
        self.base = whole.chain.at([matrices[at] for at in whole.inside])
        squares = self.base.squares
        scatter = np.zeros((whole.q, whole.q))
        for at, where in zip(whole.beside, whole.slices, strict=True):
            size = where.stop - where.start
            matrix = matrices[at]
            scatter[where, where] = matrix if matrix.size > 1 else matrix[0, 0] * np.eye(size)
        inner, cross = squares[c:, c:], squares[c:, :c]
        middle = np.eye(whole.q) + scatter @ inner
        sign, height = np.linalg.slogdet(middle)
        if sign <= 0 or not np.isfinite(height):
            raise np.linalg.LinAlgError("the marginal covariance is not positive definite")
        self._logdet = self.base.logdet + float(height)
        self.scatter, self.core = scatter, np.linalg.solve(middle, scatter)
        self.back = self.core @ cross
        self._squares = squares[:c, :c] - cross.T @ self.back
        self.score = cross - inner @ self.back
        self.own = inner - inner @ self.core @ inner

    @property
    def squares(self) -> Floats:
        """``A' Ω⁻¹ A``."""
        return self._squares

    @property
    def logdet(self) -> float:
        """``log |Ω|``."""
        return self._logdet

    def _inside(self, place: int) -> tuple[Floats, Floats]:
        score, own = self.base.scores(self.whole.inside.index(place))
        mine, theirs = score[:, : self.whole.c], score[:, self.whole.c :]
        return mine - theirs @ self.back, own - np.sum((theirs @ self.core) * theirs, axis=1)

    def pull(self, kernel: Floats) -> list[Floats]:
        """Sum over clusters inside the hierarchy, and over pairs of levels beside it."""
        found: list[Floats] = [np.zeros((1, 1)) for _ in self.whole.terms]
        for at in self.whole.inside:
            score, own = self._inside(at)
            found[at] = np.array([[np.sum((score @ kernel) * score) - own.sum()]])
        for at, where in zip(self.whole.beside, self.whole.slices, strict=True):
            score = self.score[where]
            pulled = score @ kernel @ score.T - self.own[where, where]
            found[at] = np.array([[np.trace(pulled)]]) if self.whole.terms[at].intercept else pulled
        return found

    def solved(self) -> Floats:
        """``Ω⁻¹ A``."""
        leaf, c = self.base.solved(), self.whole.c
        return leaf[:, :c] - leaf[:, c:] @ self.back

    def guess(self, place: int, *, weights: Floats, spread: Floats) -> Guess:
        """``G Z'Ω⁻¹r``, and the error of that."""
        if place in self.whole.inside:
            score, own = self._inside(place)
            s = float(self.matrices[place][0, 0])
            known = own - np.sum((score @ spread) * score, axis=1)
            mean, variance = s * (score @ weights), s - s**2 * known
        else:
            where = self.whole.slices[self.whole.beside.index(place)]
            score, own = self.score[where], self.scatter[where, where]
            known = self.own[where, where] - score @ spread @ score.T
            mean, variance = own @ (score @ weights), np.diag(own - own @ known @ own)
        levels, none = np.arange(len(mean)), np.zeros(len(mean), dtype=np.intp)
        intercept = self.whole.terms[place].intercept
        outer, inner = (levels, none) if intercept else (none, levels)
        return Guess(outer, inner, mean, np.maximum(variance, 0.0))
