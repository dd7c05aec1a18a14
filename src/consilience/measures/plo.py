"""The logit of a proportion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
from scipy.special import expit

from consilience.measures.base import Floats
from consilience.measures.one_proportion import OneProportion, Proportion


def _large_sample(given: Proportion) -> Floats:
    return 1 / given.x + 1 / (given.n - given.x)


_VARIANCES: Mapping[str, Callable[[Proportion], Floats]] = {
    "LS": _large_sample,
    "AV": lambda given: _large_sample(given.average),
}


@final
@dataclass(frozen=True, slots=True)
class PLO(OneProportion):
    r"""The log odds :math:`\log\frac{x}{n - x}`, with variance :math:`\frac1x + \frac1{n - x}`.

    The same as metafor's ``escalc(measure="PLO")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"AV"``, at the average proportion of all rows.

    References
    ----------
    Stijnen, Hamza & Özdemir (2010), Stat. Med. 29, 3046-3067. doi:10.1002/sim.4040
    """

    vtype: str = "LS"

    code: ClassVar[str] = "PLO"
    label: ClassVar[str] = "Proportion (logit)"
    scale: ClassVar[str] = "logit"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"vtype": tuple(_VARIANCES)}

    @override
    def estimate(self, given: Proportion) -> tuple[Floats, Floats]:
        return np.log(given.x / (given.n - given.x)), _VARIANCES[self.vtype](given)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the proportion."""
        return expit(x)
