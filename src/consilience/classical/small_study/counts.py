"""Regression tests for small-study effects in two by two tables."""

import numpy as np
import pandas as pd

from consilience.classical.counts.tables import two_by_two
from consilience.classical.independent import refuse_shared
from consilience.classical.small_study.line import weighted_line
from consilience.effects import Effects
from consilience.errors import ModelError


def peters_test(effects: Effects, *, level: float = 0.95) -> pd.DataFrame:
    """Regress the estimates on 1 / n, weighted by ``1 / (1 / events + 1 / non-events)``.

    Unlike Egger's test it is not misled by the dependence of a log odds ratio's standard error on
    the odds ratio.

    Parameters
    ----------
    effects : Effects
        Of tables with `events1, n1, events2, n2`.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows ``slope`` (the test) and ``intercept``; columns as of ``Pooled.summary``.

    Raises
    ------
    ModelError
        Without counts of events, for fewer than three tables, or without events or non-events.
    RefusalError
        If estimates share participants.
    DataError
        For counts that cannot be.

    References
    ----------
    Peters JL, Sutton AJ, Jones DR, Abrams KR, Rushton L (2006). JAMA 295:676–680.
    doi:10.1001/jama.295.6.676
    """
    refuse_shared(effects, "Peters's test")
    a, b, c, d = two_by_two(effects.table)
    _enough(len(a))
    events, others = a + c, b + d
    if not np.all((events > 0) & (others > 0)):
        raise ModelError("Peters's test needs events and non-events in every trial; leave out the "
                         "trials without.")  # fmt: skip
    weights = 1 / (1 / events + 1 / others)
    # A table's estimate is turned where lower values are better; its size is not.
    found = weighted_line(effects.y, 1 / (events + others), weights=weights, level=level)
    return found.loc[["slope", "intercept"]]


def harbord_test(effects: Effects, *, level: float = 0.95) -> pd.DataFrame:
    """Regress ``Z / V`` on ``1 / √V`` with the weights V.

    Z is the efficient score of the log odds ratio, V its variance under no effect.

    Parameters
    ----------
    effects : Effects
        Of tables with `events1, n1, events2, n2`.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Rows ``slope`` (the test) and ``intercept``; columns as of ``Pooled.summary``. The direction
        is that of intervention minus comparator as it stands.

    Raises
    ------
    ModelError
        Without counts of events, for fewer than three tables, or without events or non-events.
    RefusalError
        If estimates share participants.
    DataError
        For counts that cannot be.

    References
    ----------
    Harbord RM, Egger M, Sterne JAC (2006). Statistics in Medicine 25:3443–3457.
    doi:10.1002/sim.2380
    """
    refuse_shared(effects, "Harbord's test")
    a, b, c, d = two_by_two(effects.table)
    _enough(len(a))
    n1, n2, total = a + b, c + d, a + b + c + d
    expected = (a + c) * n1 / total
    V = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    if not np.all(V > 0):
        raise ModelError("Harbord's test needs events and non-events in every trial; leave out the "
                         "trials without.")  # fmt: skip
    found = weighted_line((a - expected) / V, 1 / np.sqrt(V), weights=V, level=level)
    return found.loc[["slope", "intercept"]]


def _enough(k: int) -> None:
    if k < 3:
        raise ModelError(f"{k} tables are too few for a regression test; three at least.")
