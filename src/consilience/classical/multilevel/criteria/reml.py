"""Restricted maximum likelihood."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.multilevel.criteria.base import Criterion, Floats


@final
class RestrictedML(Criterion):
    """``-½ ((k - p) log 2π - log|X'X| + log|Ω| + log|X'Ω⁻¹X| + r'Ω⁻¹r)``.

    References
    ----------
    Harville DA (1977). Journal of the American Statistical Association 72:320–338.
    doi:10.1080/01621459.1977.10480998
    """

    code: ClassVar[str] = "REML"
    label: ClassVar[str] = "REML"

    def penalty(self, information: Floats) -> float:
        """``log|X'Ω⁻¹X|``; the columns of X are orthonormal here, so that ``log|X'X| = 0``."""
        return float(np.linalg.slogdet(information)[1])

    def spread(self, cov: Floats) -> Floats:
        """``(X'Ω⁻¹X)⁻¹``."""
        return cov

    def informed(self, k: int, p: int) -> int:
        """``k - p``."""
        return k - p
