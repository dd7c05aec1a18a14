"""Standardised mean differences: the bias correction and the forms of their variance."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import poch

from consilience.errors import Problem
from consilience.measures.base import Floats, arms, weighted
from consilience.measures.checks import at


class Standardised(NamedTuple):
    """A standardised difference and what its variance depends on, (k,)."""

    d: Floats
    """Before the bias correction."""
    c: Floats
    """The bias correction."""
    m: Floats
    """Degrees of freedom of the standard deviation that it is measured in."""
    n: Floats
    """Participants that this standard deviation rests on."""
    noise: Floats
    """Variance at no effect, such as 1/n1 + 1/n2."""
    total: Floats
    """All participants of the row."""

    @property
    def g(self) -> Floats:
        """After the bias correction."""
        return self.c * self.d


type Variance = Callable[[Standardised], Floats]


def unbiased(given: Standardised) -> Floats:
    r"""Return the unbiased variance, noise + (1 − (m − 2) / (m c²)) g², (k,).

    References
    ----------
    Hedges (1983), Psychol. Bull. 93, 388-395, equation 9. doi:10.1037/0033-2909.93.2.388
    """
    m, c, g = given.m, given.c, given.g
    return given.noise + (1 - (m - 2) / (m * c**2)) * g**2


VARIANCES: Mapping[str, Variance] = {
    "LS": lambda given: given.noise + given.g**2 / (2 * given.n),
    "LS2": lambda given: given.c**2 * (given.noise + given.d**2 / (2 * given.n)),
    "UB": unbiased,
    "AV": lambda given: given.noise + weighted(given.g, given.total) ** 2 / (2 * given.n),
}
"""The forms of the variance by metafor's names."""


def correction(m: Floats) -> Floats:
    r"""Return Hedges' exact bias correction of a standardised mean difference.

    .. math:: J(m) = \Gamma(m/2) \big/ \left[\sqrt{m/2}\;\Gamma((m-1)/2)\right]

    Parameters
    ----------
    m : ndarray
        Degrees of freedom of the standard deviation.

    Returns
    -------
    ndarray
        Between 0.56 (m = 2) and 1; NaN at m = 1, where the difference has no mean to correct.

    References
    ----------
    Hedges (1981), J. Educ. Stat. 6, 107-128, equation 6e. doi:10.3102/10769986006002107
    """
    return np.where(m > 1, poch((m - 1) / 2, 0.5) / np.sqrt(m / 2), np.nan)


CORRECTIONS: Mapping[bool, Callable[[Floats], Floats]] = {True: correction, False: np.ones_like}
"""The bias correction, and none: by the setting `correct`."""


def uncorrectable(table: pd.DataFrame, column: str, *, correct: bool) -> tuple[Problem, ...]:
    """Find the rows whose standard deviation is that of two people, where it is to be corrected.

    Parameters
    ----------
    table : DataFrame, k rows
    column : str
        The participants that the standard deviation rests on.
    correct : bool
        The setting of the measure.
    """
    (n,) = arms(table, column)
    what = "The difference in units of the SD of two people has no mean that could be corrected"
    remedy = "Leave the row out, or set correct=False."
    return at(table, (n < 3) & correct, column=column, what=what, remedy=remedy)
