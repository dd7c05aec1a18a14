"""Mean differences, ratios of means and of spreads."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from consilience.dependence.loads.base import Floats, Loads, loads, vtype
from consilience.measures import Measure
from consilience.measures.base import arms, weighted
from consilience.measures.two_means import Arms

type Entry = tuple[Floats, ...]


def held(measure: Measure, table: pd.DataFrame) -> Arms:
    """Return the arms' summaries; NaN where the measure does not need one."""
    named = measure.complete(table)
    unknown = np.full(len(named), np.nan)
    return Arms(*(arms(named, c)[0] if c in measure.needs else unknown for c in Arms._fields))


def mean_difference(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the standard errors of the means, of the pooled spread where that is assumed."""
    given = held(measure, table)
    pooled = vtype(measure) == "HO"
    sd1, sd2 = (given.pooled, given.pooled) if pooled else (given.sd1, given.sd2)
    return loads((sd1 / np.sqrt(given.n1),), (-sd2 / np.sqrt(given.n2),))


def ratio_of_means(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the relative standard errors of the means, squares as well to the second order."""
    one, two = _RELATIVE[vtype(measure)](held(measure, table))
    squares = _SQUARES.get(vtype(measure), 0.0)
    return loads((one, squares * one**2), (-two, -squares * two**2))


def ratio_of_variation(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return those of the means turned round, and those of the logarithms of the spreads."""
    given = held(measure, table)
    one, two = _own(given)
    squares = _SQUARES.get(vtype(measure), 0.0)
    spread1, spread2 = _spreads(measure, given)
    return loads((-one, spread1, squares * one**2), (two, -spread2, -squares * two**2))


def ratio_of_spreads(measure: Measure, table: pd.DataFrame) -> Loads:
    """Return the standard errors of the logarithms of the spreads."""
    spread1, spread2 = _spreads(measure, held(measure, table))
    return loads((spread1,), (-spread2,))


def _own(given: Arms) -> tuple[Floats, Floats]:
    one = given.sd1 / (given.mean1 * np.sqrt(given.n1))
    return one, given.sd2 / (given.mean2 * np.sqrt(given.n2))


def _pooled(given: Arms) -> tuple[Floats, Floats]:
    one = given.pooled / (given.mean1 * np.sqrt(given.n1))
    return one, given.pooled / (given.mean2 * np.sqrt(given.n2))


def _average_each(given: Arms) -> tuple[Floats, Floats]:
    one = weighted(given.sd1 / given.mean1, given.n1)
    two = weighted(given.sd2 / given.mean2, given.n2)
    return one / np.sqrt(given.n1), two / np.sqrt(given.n2)


def _average_both(given: Arms) -> tuple[Floats, Floats]:
    ratios = np.concatenate([given.sd1 / given.mean1, given.sd2 / given.mean2])
    average = weighted(ratios, np.concatenate([given.n1, given.n2]))
    return average / np.sqrt(given.n1), average / np.sqrt(given.n2)


_RELATIVE: Mapping[str, Callable[[Arms], tuple[Floats, Floats]]] = {
    "LS": _own,
    "LS2": _own,
    "HO": _pooled,
    "AV": _average_each,
    "AVHO": _average_both,
}
_SQUARES: Mapping[str, float] = {"LS2": float(np.sqrt(0.5))}


def _spreads(measure: Measure, given: Arms) -> tuple[Floats, Floats]:
    first, second = given.n1 - 1, given.n2 - 1
    if vtype(measure) == "LS2":
        return np.sqrt(given.n1 / 2) / first, np.sqrt(given.n2 / 2) / second
    return 1 / np.sqrt(2 * first), 1 / np.sqrt(2 * second)
