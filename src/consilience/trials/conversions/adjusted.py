"""A t statistic as a standardised difference, adjusted for covariates or not."""

import numpy as np

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.hedges import correction

SOURCE = (
    "Borenstein et al. (2009), Introduction to Meta-Analysis, eq. 4.18-4.26, "
    "doi:10.1002/9780470743386; Lipsey & Wilson (2001), appendix B, ISBN 9780761921684"
)
EQUATION = "g = J t √((1/n1 + 1/n2)(1 − R²)), v = (1/n1 + 1/n2)(1 − R²) + g² / (2 (n1 + n2))"
LIMITS = {"covariates": (0.0, 1.0)}


def adjusted_g(t: Floats, n1: Floats, n2: Floats, *, correlation: float) -> tuple[Floats, Floats]:
    """Return Hedges' g in units of the raw SD and its variance, (rows,).

    Parameters
    ----------
    t : ndarray (rows,)
        Difference over its standard error.
    n1, n2 : ndarray (rows,)
    correlation : float
        Multiple correlation R of the covariates with the outcome.
    """
    noise = (1 / n1 + 1 / n2) * (1 - correlation**2)
    g = correction(n1 + n2 - 2) * t * np.sqrt(noise)
    return g, np.where((n1 >= 2) & (n2 >= 2), noise + g**2 / (2 * (n1 + n2)), np.nan)
