"""Two-by-two tables: each arm's share of the variance, in the form that the measure uses."""

from collections.abc import Callable, Mapping
from math import pi
from typing import cast

import numpy as np
import pandas as pd
from scipy.special import ndtri

from consilience.dependence.loads.base import Floats, Loading, Loads, loads, vtype
from consilience.measures import Measure
from consilience.measures.odds_to_d import OddsToD
from consilience.measures.two_by_two import Cells, TwoByTwo
from consilience.measures.yule import Yule

type Share = Callable[[Floats, Floats], Floats]
"""From the events and non-events of an arm to the variance that it brings."""


def _of(share: Mapping[str, Share]) -> Loading:
    def loading(measure: Measure, table: pd.DataFrame) -> Loads:
        cells = _averaged(measure, table)
        return _split(share[vtype(measure)], cells)

    return loading


def standardised_odds(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a log odds ratio divided by a constant."""
    odds = _split(_odds, _averaged(measure, table))
    divisor = cast(OddsToD, measure).divisor
    return Loads(odds.first / divisor, odds.second / divisor)


def yule(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the loads of a coefficient of the odds ratio, by its slope."""
    odds = _split(_odds, _cells(measure, table))
    y, _ = measure.compute(table)
    slope = (cast(Yule, measure).power / 2 * (1 - y**2))[:, None]
    return Loads(slope * odds.first, slope * odds.second)


def peto(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the arms' shares of 1/V at no effect, where it is (1/n1 + 1/n2) / (p (1 - p))."""
    cells = _cells(measure, table)
    _, v = measure.compute(table)
    n = cells.n1 + cells.n2
    return loads((np.sqrt(v * cells.n2 / n),), (-np.sqrt(v * cells.n1 / n),))


def _cells(measure: Measure, table: pd.DataFrame) -> Cells:
    return cast(TwoByTwo, measure).cells(table)


def _averaged(measure: Measure, table: pd.DataFrame) -> Cells:
    cells = _cells(measure, table)
    return cells.average if vtype(measure) == "AV" else cells


def _split(share: Share, cells: Cells) -> Loads:
    with np.errstate(all="ignore"):
        one, two = share(cells.a, cells.b), share(cells.c, cells.d)
        return loads((np.sqrt(one),), (-np.sqrt(two),))


def _risk(lost: int) -> Share:
    return lambda x, rest: x * rest / (x + rest) ** 2 / (x + rest - lost)


def _odds(events: Floats, others: Floats) -> Floats:
    return 1 / events + 1 / others


def _probit(events: Floats, others: Floats) -> Floats:
    n = events + others
    return 2 * pi * events * others / n**3 * np.exp(ndtri(events / n) ** 2)


def _log_risk(events: Floats, others: Floats) -> Floats:
    return 1 / events - 1 / (events + others)


def _arcsine(events: Floats, others: Floats) -> Floats:
    return 1 / (4 * (events + others))


risk_ratio = _of({"LS": _log_risk, "AV": _log_risk})
odds_ratio = _of({"LS": _odds, "AV": _odds})
risk_difference = _of({"LS": _risk(0), "UB": _risk(1), "AV": _risk(0)})
arcsine = _of({"LS": _arcsine})
probit = _of({"LS": _probit})
