"""The likelihood of the variance components, with its slope, on a scale of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.algebra import State, choose
from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.criteria import Criterion
from consilience.classical.multilevel.parameters import Parameters
from consilience.classical.multilevel.term import Term
from consilience.classical.wls import standard_form
from consilience.covariance import Covariance

_LOG_2PI = math.log(2 * math.pi)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """The model at one set of variance components, all in units of the objective.

    Parameters
    ----------
    u : ndarray, shape (q,)
        Free coordinates.
    value : float
        Log likelihood up to a constant; minus infinity where there is no model.
    slope : ndarray, shape (q,)
    state : State
        The marginal covariance applied to the orthonormal design and the residuals.
    beta : ndarray, shape (p,)
        Coefficients of the orthonormal design.
    cov : ndarray, shape (p, p)
        Their covariance.
    """

    u: Floats
    value: float
    slope: Floats
    state: State
    beta: Floats
    cov: Floats

    @property
    def weights(self) -> Floats:
        """``(-beta, 1)``, which takes the data to the residuals."""
        return np.append(-self.beta, 1.0)


@final
class Objective:
    """A multilevel model as a function of its free coordinates.

    The estimates enter without their plain regression, the design by orthonormal columns, both in
    units of the plain residual variance, so that no answer depends on unit or origin.

    Parameters
    ----------
    data : tuple of ndarray
        Estimates and sampling variances, shape (k,), and the design matrix, shape (k, p).
    shared : Covariance
        Of estimates that share participants.
    terms : sequence of Term
    criterion : Criterion
    """

    def __init__(
        self,
        data: tuple[Floats, Floats, Floats],
        *,
        shared: Covariance,
        terms: Sequence[Term],
        criterion: Criterion,
    ) -> None:
        self.form, self.criterion = standard_form(*data), criterion
        rest, v, basis = self.form.data
        self.k, self.p = basis.shape
        self.mean_square = float(rest @ rest) / max(self.k - self.p, 1)
        self.unit = max(self.mean_square, float(1 / np.mean(1 / v)))
        scale = math.sqrt(self.unit)
        self.parameters = Parameters(terms, self.unit)
        inside = Covariance(shared.members, tuple(each / self.unit for each in shared.blocks))
        A = np.column_stack([basis, rest / scale])
        self.algebra = choose(A, v / self.unit, terms, shared=inside)

    @property
    def deviations(self) -> NDArray[np.bool_]:
        """Which of the free coordinates are standard deviations."""
        return self.parameters.deviations

    def at(self, u: Floats) -> Point:
        """Evaluate the likelihood and its slope.

        Raises
        ------
        numpy.linalg.LinAlgError
            Where the marginal covariance is not positive definite.
        """
        return self._point(u, self.algebra.at(self.parameters.matrices(u)))

    def value(self, u: Floats) -> float:
        """Give the likelihood alone; minus infinity where there is no model."""
        try:
            state = self.algebra.at(self.parameters.matrices(u))
            return self._centre(state)[0]
        except np.linalg.LinAlgError:
            return -math.inf

    def without_scatter(self) -> Point:
        """Evaluate the model in which all variance components are zero."""
        zero = [np.zeros((term.shape.n,) * 2) for term in self.parameters.terms]
        return self._point(np.zeros(self.parameters.count), self.algebra.at(zero))

    def heights(self, point: Point, criterion: Criterion) -> float:
        """Give a log likelihood with all its constants, on the scale of the estimates."""
        information = point.state.squares[: self.p, : self.p]
        n = criterion.informed(self.k, self.p)
        inner = -0.5 * (point.state.logdet + self.Q(point) + criterion.penalty(information))
        return inner - 0.5 * n * (_LOG_2PI + math.log(self.unit))

    def Q(self, point: Point) -> float:
        """``r'Ω⁻¹r``."""
        return float(point.weights @ point.state.squares @ point.weights)

    def _point(self, u: Floats, state: State) -> Point:
        """Give the height and its slope in the coordinates, by the derivative of Q and log|V|."""
        value, beta, cov = self._centre(state)
        weights = np.append(-beta, 1.0)
        kernel = np.outer(weights, weights)
        kernel[: self.p, : self.p] += self.criterion.spread(cov)
        slope = self.parameters.slope(u, state.pull(kernel))
        if not np.isfinite(slope).all():
            raise np.linalg.LinAlgError("the slope of the likelihood is not finite")
        return Point(u, value, slope, state, beta, cov)

    def _centre(self, state: State) -> tuple[float, Floats, Floats]:
        """Give the height, the coefficients and their covariance by least squares."""
        squares, p = state.squares, self.p
        information = squares[:p, :p]
        cov = np.linalg.inv(information)
        beta = cov @ squares[:p, p]
        weights = np.append(-beta, 1.0)
        Q = float(weights @ squares @ weights)
        value = -0.5 * (state.logdet + Q + self.criterion.penalty(information))
        if not math.isfinite(value):
            raise np.linalg.LinAlgError("the likelihood is not finite")
        return value, beta, cov
