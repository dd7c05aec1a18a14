"""The ratio of two coefficients of variation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.rules import RATIO_MEAN
from consilience.measures.two_means import Arms, TwoMeans, Variance
from consilience.trials.checks import Rule


def _large_sample(arms: Arms) -> Floats:
    one, two = arms.relative
    return one + two + 1 / (2 * (arms.n1 - 1)) + 1 / (2 * (arms.n2 - 1))


def _second_order(arms: Arms) -> Floats:
    one, two = arms.relative
    spread = arms.n1 / (arms.n1 - 1) ** 2 + arms.n2 / (arms.n2 - 1) ** 2
    return one + two + (one**2 + two**2 + spread) / 2


def _of_spreads(arms: Arms) -> Floats:
    return 1 / (2 * (arms.n1 - 1)) - 1 / (2 * (arms.n2 - 1))


def _of_both(arms: Arms) -> Floats:
    one, two = arms.relative
    return _of_spreads(arms) + (two - one) / 2


_VARIANCES: Mapping[str, Variance] = {"LS": _large_sample, "LS2": _second_order}
_CORRECTIONS: Mapping[bool | str, Callable[[Arms], Floats]] = {
    True: _of_both,
    False: lambda arms: np.zeros_like(arms.n1),
    "3.8": _of_spreads,
}


@final
@dataclass(frozen=True, slots=True)
class CVR(TwoMeans):
    r"""The log ratio of coefficients of variation.

    :math:`\log\frac{s_1 / \bar x_1}{s_2 / \bar x_2}`, for normal data on scales with a true zero.
    With :math:`q_j = s_j^2 / (n_j \bar x_j^2)` its bias is corrected by adding
    :math:`\frac1{2 (n_1 - 1)} - \frac1{2 (n_2 - 1)} + \frac{q_2 - q_1}2`; its variance is
    :math:`q_1 + q_2 + \frac1{2 (n_1 - 1)} + \frac1{2 (n_2 - 1)}`. Its sign is never turned. The
    same as metafor's ``escalc(measure="CVR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, to the second order.
    correct : bool or str
        Whether to correct for bias; ``"3.8"``, as metafor up to 3.8, without the term in q.

    References
    ----------
    Nakagawa et al. (2015), Methods Ecol. Evol. 6, 143-152, eq. 11 and 12, without correlations of
    mean and spread. doi:10.1111/2041-210X.12309 Senior, Viechtbauer & Nakagawa (2020), Res. Synth.
    Methods 11, 553-567, eq. 6 and 16. doi:10.1002/jrsm.1423
    """

    vtype: str = "LS"
    correct: bool | str = True

    code: ClassVar[str] = "CVR"
    label: ClassVar[str] = "Ratio of coefficients of variation"
    scale: ClassVar[str] = "log"
    rules: ClassVar[Mapping[str, Rule]] = {
        **TwoMeans.rules,
        **dict.fromkeys(("mean1", "mean2"), RATIO_MEAN),
    }
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": tuple(_CORRECTIONS),
    }
    directional: ClassVar[bool] = False
    stands: ClassVar[str] = "Positive values mean more relative spread with the intervention."

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        ratio = arms.sd1 * arms.mean2 / (arms.sd2 * arms.mean1)
        return np.log(ratio) + _CORRECTIONS[self.correct](arms), _VARIANCES[self.vtype](arms)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the ratio of coefficients of variation."""
        return np.exp(x)
