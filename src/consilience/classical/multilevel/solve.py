"""The bare numbers of one multilevel model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.criteria import Criterion
from consilience.classical.multilevel.edges import highest
from consilience.classical.multilevel.objective import Objective, Point
from consilience.classical.multilevel.term import Term
from consilience.covariance import Covariance


@final
@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A model at its estimates.

    Parameters
    ----------
    objective : Objective
    point : Point
        The highest point of its likelihood.
    """

    objective: Objective
    point: Point

    @property
    def beta(self) -> Floats:
        """Coefficients of the given columns, shape (p,)."""
        form, unit = self.objective.form, self.objective.unit
        return form.offset + form.back @ self.point.beta * unit**0.5

    @property
    def cov(self) -> Floats:
        """Their covariance, shape (p, p)."""
        form, unit = self.objective.form, self.objective.unit
        return unit * form.back @ self.point.cov @ form.back.T

    @property
    def natural(self) -> list[Floats]:
        """Parameters of each term, on the squared scale of the estimates."""
        found = self.objective.parameters.natural(self.point.u)
        for term, values in zip(self.objective.parameters.terms, found, strict=True):
            values[: term.shape.variances] *= self.objective.unit
        return found


def solve(
    data: tuple[Floats, Floats, Floats],
    *,
    shared: Covariance,
    terms: Sequence[Term],
    criterion: Criterion,
) -> Solution:
    """Estimate the variance components, then the coefficients.

    Parameters
    ----------
    data : tuple of ndarray
        Estimates and sampling variances, shape (k,), and the design matrix, shape (k, p).
    shared : Covariance
        Of estimates that share participants.
    terms : sequence of Term
    criterion : Criterion

    Raises
    ------
    ConvergenceError
        If the variance components are not found.
    ModelError
        If the covariance of linked estimates would not fit into memory.
    """
    objective = Objective(data, shared=shared, terms=terms, criterion=criterion)
    total = max(objective.mean_square / objective.unit, 0.01)
    starts = objective.parameters.starts(total)
    return Solution(objective, highest(objective, starts))
