"""Hedges' g and its variance from a standardised difference of two independent arms."""

import numpy as np
from scipy.special import poch

from consilience.trials.conversions.assumption import Floats

SOURCE = "Hedges (1981), J. Educ. Stat. 6, 107-128, doi:10.3102/10769986006002107"


def correction(df: Floats) -> Floats:
    r"""Return J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)), the bias correction at m degrees of freedom.

    NaN at m = 1, where the difference has no mean to correct.

    References
    ----------
    Hedges (1981), J. Educ. Stat. 6, 107-128, equation 6e. doi:10.3102/10769986006002107
    """
    return np.where(df > 1, poch((df - 1) / 2, 0.5) / np.sqrt(df / 2), np.nan)


def corrected(d: Floats, n1: Floats, n2: Floats) -> tuple[Floats, Floats]:
    """Return g and its large-sample variance 1/n1 + 1/n2 + g²/(2 (n1 + n2)), (rows,)."""
    return with_variance(d * correction(n1 + n2 - 2), n1, n2)


def with_variance(g: Floats, n1: Floats, n2: Floats) -> tuple[Floats, Floats]:
    """Return g as it is, with its large-sample variance; NaN in arms below two."""
    variance = 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))
    return g, np.where((n1 >= 2) & (n2 >= 2), variance, np.nan)
