"""The bare numbers of one classical analysis: tau² first, then weighted least squares."""

from dataclasses import dataclass, replace

from consilience.classical.base import Estimator
from consilience.classical.inference import Inference
from consilience.classical.wls import Floats, StandardForm, Weighted, standard_form
from consilience.effects import Effects

type Data = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Coefficients, their covariance and tau².

    Parameters
    ----------
    beta : ndarray, shape (p,)
    cov : ndarray, shape (p, p)
        With the factor of the method of inference.
    tau2 : float
    factor : float
        Of the method of inference.
    Q : float
        Cochran's Q, the weighted residual sum of squares at ``tau² = 0``.
    """

    beta: Floats
    cov: Floats
    tau2: float
    factor: float
    Q: float


def regression(effects: Effects, X: Floats) -> StandardForm:
    """Write effects on the columns of a design in standard form.

    Estimates that share participants are rotated within their blocks first, so that whatever is
    read off the form is exact for ``y ~ N(X beta, V + tau² I)`` with V as a whole.

    Parameters
    ----------
    effects : Effects
    X : ndarray, shape (k, p)
        Of full rank.
    """
    plain = standard_form(effects.y, effects.v, X)
    if effects.shared.independent:
        return plain
    # What stands for the scatter of y is centred before it is turned, for afterwards no column
    # of the design is constant.
    v, y, columns, about = effects.shared.rotated(effects.v, effects.y, X, plain.y)
    return replace(standard_form(y, v, columns), y=about)


def solve(data: Data, *, estimator: Estimator, inference: Inference) -> Solution:
    """Estimate tau² of independent estimates, then beta with the weights ``1 / (v + tau²)``.

    Parameters
    ----------
    data : tuple of ndarray
        Estimates and sampling variances, shape (k,), and the design matrix, shape (k, p).
    estimator : Estimator
        Of tau².
    inference : Inference
        Its factor multiplies the covariance.

    Raises
    ------
    ConvergenceError
        If tau² is not found.
    """
    return solved(standard_form(*data), estimator=estimator, inference=inference)


def solved(problem: StandardForm, *, estimator: Estimator, inference: Inference) -> Solution:
    """Estimate tau², then beta, of a regression in standard form.

    Parameters
    ----------
    problem : StandardForm
    estimator : Estimator
        Of tau².
    inference : Inference
        Its factor multiplies the covariance.

    Raises
    ------
    ConvergenceError
        If tau² is not found.
    """
    read = problem.read(fitted=estimator.reads_fitted)
    tau2 = estimator.tau2(*read) if problem.df or not estimator.reads else 0.0
    fit = Weighted(*problem.data, tau2)
    factor = inference.factor(fit.Q / fit.df if fit.df else 1.0)
    beta = problem.offset + problem.back @ fit.beta
    cov = factor * problem.back @ fit.cov @ problem.back.T
    return Solution(beta, cov, tau2, factor, Weighted(*problem.data).Q)
