"""The log of a coefficient of variation."""

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
class CVLN(OneMean):
    r"""The log coefficient of variation :math:`\log\frac{s}{\bar x} + \frac1{2 (n - 1)}`.

    For normal data on scales with a true zero. The second term corrects the bias of
    :math:`\log s`; the variance is :math:`\frac1{2 (n - 1)} + \frac{s^2}{n \bar x^2}`. The same as
    metafor's ``escalc(measure="CVLN")``.

    Parameters
    ----------
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Nakagawa et al. (2015), Methods Ecol. Evol. 6, 143-152, eq. 27, without correlations of mean and
    spread. doi:10.1111/2041-210X.12309
    """

    correct: bool = True

    code: ClassVar[str] = "CVLN"
    label: ClassVar[str] = "Coefficient of variation (log)"
    scale: ClassVar[str] = "log"
    rules: ClassVar[Mapping[str, Rule]] = {**OneMean.rules, "mean": RATIO_MEAN}
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {"correct": (True, False)}

    @override
    def estimate(self, group: Group) -> tuple[Floats, Floats]:
        bias = 1 / (2 * (group.n - 1))
        ratio = group.sd / group.mean
        return np.log(ratio) + self.correct * bias, bias + ratio**2 / group.n

    @override
    def display(self, x: Floats) -> Floats:
        """Return the coefficient of variation."""
        return np.exp(x)
