"""Ways to compute with the marginal covariance, and the choice between them."""

from collections.abc import Sequence

import numpy as np

from consilience.classical.multilevel.algebra.base import Algebra, Floats, Guess, State
from consilience.classical.multilevel.algebra.blocks import Blocks, linked
from consilience.classical.multilevel.algebra.chain import Chain
from consilience.classical.multilevel.algebra.woodbury import Woodbury, crossing_levels, split
from consilience.classical.multilevel.term import Term
from consilience.covariance import Covariance
from consilience.errors import ModelError

__all__ = ["Algebra", "Guess", "State", "choose", "linked"]

CELLS = 4e7
"""Numbers that the covariance of linked estimates may hold: a third of a gigabyte."""


def choose(A: Floats, v: Floats, terms: Sequence[Term], *, shared: Covariance) -> Algebra:
    """Choose the cheapest algebra that takes these terms and this sampling covariance.

    Parameters
    ----------
    A : ndarray, shape (k, c)
        Data.
    v : ndarray, shape (k,)
        Sampling variances.
    terms : sequence of Term
    shared : Covariance

    Raises
    ------
    ModelError
        If so many estimates are linked that their covariance would not fit into memory.
    """
    free = shared.independent and all(term.intercept or term.whole for term in terms)
    if free and not split(terms)[1]:
        return Chain(A, v, terms)
    sizes = np.bincount(linked(len(v), terms, shared)).astype(float)
    q = crossing_levels(terms)
    if free and len(v) * (q + A.shape[1]) ** 2 + q**3 < np.sum(sizes**3):
        return Woodbury(A, v, terms)
    if np.sum(sizes**2) > CELLS:
        message = (
            f"{int(sizes.max())} estimates are linked to each other by the random effects "
            f"({', '.join(term.label for term in terms)}) and shared participants; their "
            "covariance is too large to be held. Use nested random intercepts, which need none, "
            "or model smaller clusters."
        )
        raise ModelError(message)
    return Blocks(A, v, terms, shared=shared)
