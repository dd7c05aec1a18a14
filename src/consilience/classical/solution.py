"""The bare numbers of one classical analysis: tau² first, then weighted least squares."""

from dataclasses import dataclass

from consilience.classical.base import Estimator
from consilience.classical.inference import Inference
from consilience.classical.wls import Floats, Weighted, standard_form

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


def solve(data: Data, *, estimator: Estimator, inference: Inference) -> Solution:
    """Estimate tau², then beta with the weights ``1 / (v + tau²)``.

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
    problem = standard_form(*data)
    read = problem.read(fitted=estimator.reads_fitted)
    tau2 = estimator.tau2(*read) if problem.df else 0.0
    fit = Weighted(*problem.data, tau2)
    factor = inference.factor(fit.Q / fit.df if fit.df else 1.0)
    beta = problem.offset + problem.back @ fit.beta
    cov = factor * problem.back @ fit.cov @ problem.back.T
    return Solution(beta, cov, tau2, factor, Weighted(*problem.data).Q)
