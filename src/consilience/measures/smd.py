"""Hedges' g: the difference of two means in units of their pooled standard deviation."""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd
from scipy.special import poch

from consilience.measures.base import Floats, Measure, arms


@dataclass(frozen=True, slots=True)
class SMD(Measure):
    r"""The standardised mean difference, corrected for its bias in small trials.

    With the pooled standard deviation :math:`s` and :math:`m = n_1 + n_2 - 2`,

    .. math::
        g = J(m)\,\frac{\bar x_1 - \bar x_2}{s}, \qquad
        v = \frac1{n_1} + \frac1{n_2} + \frac{g^2}{2 (n_1 + n_2)}.

    The scale has no unit. The same as metafor's ``escalc(measure="SMD")``.

    References
    ----------
    Hedges (1981), J. Educ. Stat. 6, 107-128; Hedges (1982), Psychol. Bull. 92, 490-499, eq. 8.
    """

    code: ClassVar[str] = "SMD"
    label: ClassVar[str] = "Standardised mean difference (Hedges' g)"
    scale: ClassVar[str] = "standardised"
    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Compute g and its variance from the arms' sizes, means and standard deviations."""
        n1, mean1, sd1, n2, mean2, sd2 = arms(table, *self.needs)
        m = n1 + n2 - 2
        pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / m)
        g = correction(m) * (mean1 - mean2) / pooled
        return g, _variance(g, n1=n1, n2=n2)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2: of n participants in two equal arms, 1/n1 + 1/n2 = 2²/n."""
        return 2.0

    @override
    def new_variance(
        self,
        theta: Floats,
        *,
        n1: int,
        n2: int,
        observed: pd.DataFrame,
    ) -> Floats:
        """Return the variance of g at a true effect of `theta` in arms of `n1` and `n2`."""
        return _variance(np.asarray(theta, dtype=float), n1=n1, n2=n2)


def correction(m: Floats) -> Floats:
    r"""Return Hedges' exact bias correction of a standardised mean difference.

    .. math:: J(m) = \Gamma(m/2) \big/ \left[\sqrt{m/2}\;\Gamma((m-1)/2)\right]

    Parameters
    ----------
    m : ndarray
        Degrees of freedom of the standard deviation, at least 2.

    Returns
    -------
    ndarray
        Between 0.56 (m = 2) and 1.

    References
    ----------
    Hedges (1981), J. Educ. Stat. 6, 107-128, equation 6e.
    """
    return poch((m - 1) / 2, 0.5) / np.sqrt(m / 2)


def _variance(g: Floats, *, n1: Floats | int, n2: Floats | int) -> Floats:
    return 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))
