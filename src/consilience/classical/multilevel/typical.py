"""Typical sampling variances, against which the scatter of true effects is measured."""

import numpy as np
from numpy.typing import NDArray

from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.wls import standard_form
from consilience.covariance import Covariance

type Mask = NDArray[np.bool_]


class Typical:
    """The sampling variance that is typical of some estimates.

    ``s² = Σ (1 - h) / Σ diag P`` over them, with the hat values h and ``P = V⁻¹ - V⁻¹X (X'V⁻¹X)⁻¹
    X'V⁻¹`` of the regression under V alone; over all of them ``(k - p) / tr P``.

    Parameters
    ----------
    data : tuple of ndarray
        Estimates and sampling variances, shape (k,), and the design matrix, shape (k, p).
    shared : Covariance
        Of estimates that share participants.

    References
    ----------
    Higgins JPT, Thompson SG (2002). Statistics in Medicine 21:1539–1558. doi:10.1002/sim.1186
    Jackson D, White IR, Riley RD (2012). Statistics in Medicine 31:3805–3820.
    doi:10.1002/sim.5453
    """

    def __init__(self, data: tuple[Floats, Floats, Floats], shared: Covariance) -> None:
        _, v, X = standard_form(*data).data
        solved, precision = X / v[:, None], 1.0 / v
        for at, block in zip(shared.members, shared.blocks, strict=True):
            inverse = np.linalg.inv(block)
            solved[at], precision[at] = inverse @ X[at], np.diag(inverse)
        cov = np.linalg.inv(X.T @ solved)
        self.left = 1.0 - np.sum((X @ cov) * solved, axis=1)
        self.projected = precision - np.sum((solved @ cov) * solved, axis=1)

    def variance(self, among: Mask | slice = slice(None)) -> float:
        """Give it for some of the estimates; nan where they leave nothing."""
        total = float(self.projected[among].sum())
        return float(self.left[among].sum()) / total if total > 0 else float("nan")
