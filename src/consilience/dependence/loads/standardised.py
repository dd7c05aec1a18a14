r"""Standardised mean differences: an arm moves the difference, and the unit it is measured in.

The unit of `SMD` is the standard deviation pooled over the two arms of the row. An arm of n brings
the share n/N of it, and the logarithm of its standard deviation has the variance 1/(2 n): two rows
of N and M participants with g and h that share an arm of n have the covariance
:math:`1/n + g\,h\,n / (2 N M)` (LS). Where the trial's standard deviation is pooled over all of
its arms instead, that is Gleser & Olkin's :math:`1/n + g\,h / (2 N)` with all its participants.

g and h are the effects as they are analysed: a scale that is turned is read as if the values of its
participants were, which turns its mean and leaves its spread.
"""

import numpy as np
import pandas as pd

from consilience.dependence.loads.base import Floats, Loads, loads, vtype
from consilience.dependence.loads.means import held
from consilience.measures import Measure
from consilience.measures.base import weighted
from consilience.measures.d_to_odds import DToOdds
from consilience.measures.standardised import CORRECTIONS
from consilience.measures.two_means import Arms
from consilience.trials.directions import signs


def by_pooled(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a difference in units of the pooled spread."""
    given = held(measure, table)
    c = _correction(measure, given.m)
    g = c * given.difference / given.pooled
    noise = c if vtype(measure) == "LS2" else np.ones_like(c)
    share = _unbiased if vtype(measure) == "UB" else _large_sample
    g = np.full_like(g, weighted(g, given.n)) if vtype(measure) == "AV" else g
    return _turned(
        table,
        (noise / np.sqrt(given.n1), *share(g, given.n1, given)),
        (-noise / np.sqrt(given.n2), *share(g, given.n2, given)),
    )


def _large_sample(g: Floats, n: Floats, given: Arms) -> tuple[Floats, Floats]:
    return -g * np.sqrt(n / 2) / given.n, np.zeros_like(g)


def _unbiased(g: Floats, n: Floats, given: Arms) -> tuple[Floats, Floats]:
    r"""Return what makes the covariance unbiased but for terms in :math:`m^{-3}`.

    With the units s and t of two rows, :math:`1 - E(1/s) E(1/t) / E(1/(s t))` times g h is the
    unbiased share. For arms of normal data :math:`E(1/(s t)) / (E(1/s) E(1/t)) =
    {}_3F_2(\tfrac12, \tfrac12, \tfrac{n - 1}2; \tfrac{m_i}2, \tfrac{m_j}2; 1)`, of which these
    are the first two orders.
    """
    own = n - 1
    return -g * np.sqrt(own / 2) / given.m, -g * np.sqrt(7 / 8) * own / given.m**2


def by_second(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a difference in units of the comparator's spread."""
    given = held(measure, table)
    m = given.n2 - 1
    c = _correction(measure, m)
    spread = _spread(measure, c * given.difference / given.sd2, of=(c, m, given))
    noise = c if vtype(measure) == "LS2" else np.ones_like(c)
    return _turned(table, (noise / np.sqrt(given.n1),), (-noise / np.sqrt(given.n2), -spread))


def by_second_unequal(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the same without equal variances."""
    given = held(measure, table)
    m1, m2 = given.n1 - 1, given.n2 - 1
    g = _correction(measure, m2) * given.difference / given.sd2
    return _turned(
        table, (given.sd1 / (given.sd2 * np.sqrt(m1)),), (-1 / np.sqrt(m2), -g / np.sqrt(2 * m2))
    )


def by_average(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a difference in units of the arms' average variance."""
    given = held(measure, table)
    lost = 0 if vtype(measure) == "LS2" else 1
    n1, n2 = given.n1 - lost, given.n2 - lost
    average = (given.sd1**2 + given.sd2**2) / 2
    g = _correction(measure, given.m) * given.difference / np.sqrt(average)
    c = CORRECTIONS[True](given.m) if vtype(measure) == "3.8" else np.ones_like(g)
    unit = -c * g / (np.sqrt(8) * average)
    return _turned(
        table,
        (c * given.sd1 / np.sqrt(n1 * average), unit * given.sd1**2 / np.sqrt(n1)),
        (-c * given.sd2 / np.sqrt(n2 * average), unit * given.sd2**2 / np.sqrt(n2)),
    )


def to_odds(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a difference in units of the pooled spread, times a constant."""
    given = held(measure, table)
    factor = measure.factor if isinstance(measure, DToOdds) else np.nan
    d = given.difference / given.pooled
    spread = -d / np.sqrt(2 * given.n)
    return _turned(
        table,
        (factor / np.sqrt(given.n1), factor * spread * np.sqrt(given.n1 / given.n)),
        (-factor / np.sqrt(given.n2), factor * spread * np.sqrt(given.n2 / given.n)),
    )


def _turned(table: pd.DataFrame, *arms: tuple[Floats, ...]) -> Loads:
    """Stack the entries of both arms; of scales that are turned the spread's changes its sign."""
    sign = signs(table)[:, None] ** np.array([0, 1, 1])
    return Loads(*(sign * each for each in loads(*arms)))


def _correction(measure: Measure, m: Floats) -> Floats:
    return CORRECTIONS[bool(getattr(measure, "correct", True))](m)


def _spread(measure: Measure, g: Floats, *, of: tuple[Floats, Floats, Arms]) -> Floats:
    """Return g times the standard error of the unit's logarithm, in the form of the variance."""
    c, m, given = of
    if vtype(measure) == "UB":
        return g * np.sqrt(1 - (m - 2) / (m * c**2))
    if vtype(measure) == "AV":
        return weighted(g, given.n) / np.sqrt(2 * given.n2)
    return g / np.sqrt(2 * given.n2)
