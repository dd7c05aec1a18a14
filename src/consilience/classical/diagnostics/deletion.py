"""Every analysis with one estimate left out, done once for all diagnostics."""

from dataclasses import dataclass

import numpy as np

from consilience.classical.pooled import Pooled
from consilience.classical.solution import Solution, solve
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats
from consilience.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class Deletions:
    """The analysis without each estimate in turn.

    Parameters
    ----------
    y, v : ndarray, shape (k,)
    X : ndarray, shape (k, p)
    parts : tuple of Solution
        k analyses.
    """

    y: Floats
    v: Floats
    X: Floats
    parts: tuple[Solution, ...]

    @property
    def beta(self) -> Floats:
        """Coefficients without each estimate, shape (k, p)."""
        return np.array([part.beta for part in self.parts])

    @property
    def cov(self) -> Floats:
        """Their covariances, shape (k, p, p)."""
        return np.array([part.cov for part in self.parts])

    @property
    def tau2(self) -> Floats:
        """tau² without each estimate, shape (k,)."""
        return np.array([part.tau2 for part in self.parts])

    @property
    def factor(self) -> Floats:
        """Factor of the method of inference without each estimate, shape (k,)."""
        return np.array([part.factor for part in self.parts])

    @property
    def Q(self) -> Floats:
        """Cochran's Q without each estimate, shape (k,)."""
        return np.array([part.Q for part in self.parts])

    @property
    def predicted(self) -> Floats:
        """Expected effect of each estimate, foreseen by the others, shape (k,)."""
        return np.einsum("kp,kp->k", self.X, self.beta)

    @property
    def predicted_variance(self) -> Floats:
        """Its variance, shape (k,)."""
        return np.einsum("kp,kpq,kq->k", self.X, self.cov, self.X)


def deletions(pooled: Pooled) -> Deletions:
    """Repeat an analysis without each estimate in turn.

    Raises
    ------
    ModelError
        If too few estimates are left, or a moderator is constant without one of them, by name.
    """
    refuse_dependent(pooled, "Leaving out single estimates")
    y, v, X = pooled.effects.y, pooled.effects.v, pooled.design.full
    k, p = X.shape
    if k < p + 2:
        message = (
            f"{k} estimates are too few to leave one out of an analysis with {p} coefficients; "
            f"at least {p + 2} are needed."
        )
        raise ModelError(message)
    return Deletions(y, v, X, tuple(_without(pooled, place) for place in range(k)))


def _without(pooled: Pooled, place: int) -> Solution:
    """Solve without one estimate, or say which moderator rests on it alone."""
    kept = np.arange(pooled.effects.k) != place
    y, v, X = pooled.effects.y[kept], pooled.effects.v[kept], pooled.design.full[kept]
    if np.linalg.matrix_rank(X) < X.shape[1]:
        message = (
            f"Without {pooled.effects.labels[place]!r} the moderators cannot be told apart. Leave "
            "out the moderator that rests on this estimate alone."
        )
        raise ModelError(message)
    return solve((y, v, X), estimator=pooled.estimator, inference=pooled.inference)
