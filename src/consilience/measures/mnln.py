"""The log of a mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.one_mean import Group, OneMean
from consilience.measures.rules import RATIO_MEAN
from consilience.trials.checks import Rule


@final
@dataclass(frozen=True, slots=True)
class MNLN(OneMean):
    r"""The log mean :math:`\log\bar x`, with variance :math:`s^2 / (n \bar x^2)`.

    For scales with a true zero. The same as metafor's ``escalc(measure="MNLN")``.

    References
    ----------
    Nakagawa et al. (2015), Methods Ecol. Evol. 6, 143-152. doi:10.1111/2041-210X.12309
    """

    code: ClassVar[str] = "MNLN"
    label: ClassVar[str] = "Mean (log)"
    scale: ClassVar[str] = "log"
    rules: ClassVar[Mapping[str, Rule]] = {**OneMean.rules, "mean": RATIO_MEAN}

    @override
    def estimate(self, group: Group) -> tuple[Floats, Floats]:
        return np.log(group.mean), (group.sd / group.mean) ** 2 / group.n

    @override
    def display(self, x: Floats) -> Floats:
        """Return the mean."""
        return np.exp(x)
