"""What each arm brings to the sampling error of an effect: one function for each measure.

To teach a measure its covariance under a shared arm: write the function, list it here.
"""

import numpy as np
import pandas as pd

from consilience.dependence.loads import counts, means, rates, standardised
from consilience.dependence.loads.base import Floats, Loading, Loads
from consilience.dependence.loads.sized import by_size
from consilience.errors import RefusalError
from consilience.measures import Measure
from consilience.trials.conversions import ready
from consilience.trials.conversions.sheet import Sheet

REGISTRY: dict[str, Loading] = {
    "MD": means.mean_difference,
    "SMD": standardised.by_pooled,
    "SMDH": standardised.by_average,
    "SMD1": standardised.by_second,
    "SMD1H": standardised.by_second_unequal,
    "ROM": means.ratio_of_means,
    "CVR": means.ratio_of_variation,
    "VR": means.ratio_of_spreads,
    "D2OR": standardised.to_odds,
    "D2ORL": standardised.to_odds,
    "D2ORN": standardised.to_odds,
    "RR": counts.risk_ratio,
    "OR": counts.odds_ratio,
    "RD": counts.risk_difference,
    "AS": counts.arcsine,
    "PETO": counts.peto,
    "PBIT": counts.probit,
    "OR2D": counts.standardised_odds,
    "OR2DL": counts.standardised_odds,
    "OR2DN": counts.standardised_odds,
    "YUQ": counts.yule,
    "YUY": counts.yule,
    "IRR": rates.rate_ratio,
    "IRD": rates.rate_difference,
    "IRSD": rates.root_rate_difference,
}

BY_SIZE: frozenset[str] = frozenset({"HR"})
"""Measures whose rows print no arms: the variance is divided by events, else by participants."""


def loads_of(measure: Measure, table: pd.DataFrame, v: Floats, *, asked: np.ndarray) -> Loads:
    """Return how much of each estimate's sampling error its arms bring.

    A row that gives its effect ready-made, and every hazard ratio, has its variance divided
    between the arms by their size. A `design_effect` multiplies what it multiplies in the variance.

    Parameters
    ----------
    measure : Measure
    table : DataFrame, k rows
    v : ndarray (k,)
        Variances of the estimates, design effects included.
    asked : ndarray (k,) of bool
        The rows that share an arm; the others may stay 0.

    Raises
    ------
    RefusalError
        For a measure without arms, or that does not know its covariance.
    DataError
        For rows whose arms' sizes are needed and not known.
    """
    if measure.code not in {*REGISTRY, *BY_SIZE}:
        raise RefusalError(
            f"{measure.label} (measure {measure.code}) knows no covariance under a shared arm. "
            "Give the correlation itself: dependence.Clusters, or the matrix by dependence.Given."
        )
    whole = Loads(np.zeros((len(table), 3)), np.zeros((len(table), 3)))
    raw = ~ready(table, measure.code) & (measure.code in REGISTRY)
    sized = asked & ~raw
    if sized.any():
        events = measure.scale == "log"
        _put(whole, by_size(table[sized], v[sized], events=events), where=sized)
    if (raw & asked).any():
        _put(whole, _scaled(measure, table[raw]), where=raw)
    return whole


def _scaled(measure: Measure, table: pd.DataFrame) -> Loads:
    design = Sheet(table).numbers("design_effect")
    root = np.sqrt(np.where(np.isnan(design), 1.0, design))[:, None]
    found = REGISTRY[measure.code](measure, table)
    return Loads(root * found.first, root * found.second)


def _put(whole: Loads, part: Loads, *, where: np.ndarray) -> None:
    whole.first[where], whole.second[where] = part


__all__ = ["BY_SIZE", "REGISTRY", "Floats", "Loading", "Loads", "loads_of"]
