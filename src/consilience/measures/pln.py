"""The log of a proportion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_proportion import OneProportion, Proportion


def _large_sample(given: Proportion) -> Floats:
    return 1 / given.x - 1 / given.n


_VARIANCES: Mapping[str, Callable[[Proportion], Floats]] = {
    "LS": _large_sample,
    "AV": lambda given: _large_sample(given.average),
}


@final
@dataclass(frozen=True, slots=True)
class PLN(OneProportion):
    r"""The log proportion :math:`\log(x / n)`, with variance :math:`1 / x - 1 / n`.

    The same as metafor's ``escalc(measure="PLN")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"AV"``, at the average proportion of all rows.

    References
    ----------
    Agresti (2013), Categorical Data Analysis, 3rd ed., § 3.1.
    """

    vtype: str = "LS"

    code: ClassVar[str] = "PLN"
    label: ClassVar[str] = "Proportion (log)"
    scale: ClassVar[str] = "log"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        return np.log(given.p), _VARIANCES[self.vtype](given)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the proportion."""
        return np.exp(x)
