"""How much of an estimate's sampling error each of its arms brings."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.measures import Measure

type Floats = NDArray[np.float64]


class Loads(NamedTuple):
    r"""What the arms' independent sampling errors, of variance one, do to each estimate.

    To first order :math:`y_i = \theta_i + a_i^\top \varepsilon_1 + b_i^\top \varepsilon_2`: the
    vector of an arm has one entry for the error of its mean and one for that of its spread (two
    entries at most three; what a measure does not need is 0). Two estimates that share an arm have
    the covariance that is the inner product of its two vectors, and the variance of an estimate
    is :math:`|a_i|^2 + |b_i|^2`.
    """

    first: Floats
    """Of the intervention's arm, (k, 3)."""
    second: Floats
    """Of the comparator's arm, (k, 3)."""


type Loading = Callable[[Measure, pd.DataFrame], Loads]
"""From a measure and the rows that it is computed from to their loads."""


def loads(first: tuple[Floats, ...], second: tuple[Floats, ...]) -> Loads:
    """Stack the entries of both arms, each (k,), into vectors of three."""
    return Loads(_stacked(first), _stacked(second))


def vtype(measure: Measure) -> str:
    """Return the form of the variance that a measure was told to use."""
    return str(getattr(measure, "vtype", "LS"))


def _stacked(entries: tuple[Floats, ...]) -> Floats:
    zero = np.zeros_like(entries[0])
    return np.stack([*entries, zero, zero][:3], axis=1)
