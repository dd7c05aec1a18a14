"""Incidence rates: each arm's share of the variance."""

from typing import cast

import numpy as np
import pandas as pd

from consilience.dependence.loads.base import Floats, Loads, loads
from consilience.measures import Measure
from consilience.measures.base import arms
from consilience.measures.two_rates import TwoRates
from consilience.measures.zero_cells import ZeroCells


def rate_ratio(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a log rate ratio."""
    x1, _, x2, _ = _rates(measure, table)
    return loads((1 / np.sqrt(x1),), (-1 / np.sqrt(x2),))


def rate_difference(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a rate difference."""
    x1, t1, x2, t2 = _rates(measure, table)
    return loads((np.sqrt(x1) / t1,), (-np.sqrt(x2) / t2,))


def root_rate_difference(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a difference of root rates."""
    _, t1, _, t2 = _rates(measure, table)
    return loads((0.5 / np.sqrt(t1),), (-0.5 / np.sqrt(t2),))


def _rates(measure: Measure, table: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    of = cast(TwoRates, measure)
    x1, t1, x2, t2 = arms(measure.complete(table), *measure.needs)
    zeros = ZeroCells(of.add, of.to, of.drop00)
    x1, x2 = zeros.adjust((x1, x2), (x1 == 0) & (x2 == 0))
    return x1, t1, x2, t2
