"""What is computed from the marginal covariance ``Ω = V + Σ Z G Z'`` at given G."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """The random effects of one term, given the estimates.

    Parameters
    ----------
    outer, inner : ndarray of int, shape (q,)
        The cluster and the level of each.
    mean : ndarray, shape (q,)
    variance : ndarray, shape (q,)
        Of the error of the guess.
    """

    outer: NDArray[np.intp]
    inner: NDArray[np.intp]
    mean: Floats
    variance: Floats


class State(ABC):
    """Ω at one point, applied to the data ``A = [X, y]`` of c columns."""

    @property
    @abstractmethod
    def squares(self) -> Floats:
        """``A' Ω⁻¹ A``, shape (c, c)."""

    @property
    @abstractmethod
    def logdet(self) -> float:
        """``log |Ω|``."""

    @abstractmethod
    def pull(self, kernel: Floats) -> list[Floats]:
        """Collect ``E = Ω⁻¹ A K A' Ω⁻¹ - Ω⁻¹`` over the cells of each term's G.

        Where an objective has the slope ``½ tr(E dΩ)``, it has ``½ <H, dG>`` in the H of each term.

        Parameters
        ----------
        kernel : ndarray, shape (c, c)
            K, symmetric.
        """

    @abstractmethod
    def solved(self) -> Floats:
        """``Ω⁻¹ A``, shape (k, c)."""

    @abstractmethod
    def guess(self, place: int, *, weights: Floats, spread: Floats) -> Guess:
        """Guess the random effects of the term of this place.

        Parameters
        ----------
        place : int
        weights : ndarray, shape (c,)
            ``(-beta, 1)``, which takes A to the residuals.
        spread : ndarray, shape (c, c)
            Covariance of beta, with zeros for y.
        """


class Algebra(ABC):
    """A way to compute with Ω; it holds the data and what of them stays the same."""

    @abstractmethod
    def at(self, matrices: Sequence[Floats]) -> State:
        """Build Ω from the G of each term.

        Raises
        ------
        numpy.linalg.LinAlgError
            If Ω is not positive definite.
        """
