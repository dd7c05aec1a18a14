"""The ratio of two means, also called the response ratio."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats, weighted
from consilience.measures.rules import RATIO_MEAN
from consilience.measures.two_means import Arms, TwoMeans, Variance
from consilience.trials.checks import Rule


def _large_sample(arms: Arms) -> Floats:
    one, two = arms.relative
    return one + two


def _second_order(arms: Arms) -> Floats:
    one, two = arms.relative
    return one + two + (one**2 + two**2) / 2


def _pooled(arms: Arms) -> Floats:
    return arms.pooled**2 * (1 / (arms.n1 * arms.mean1**2) + 1 / (arms.n2 * arms.mean2**2))


def _average_each(arms: Arms) -> Floats:
    one = weighted(arms.sd1 / arms.mean1, arms.n1)
    two = weighted(arms.sd2 / arms.mean2, arms.n2)
    return one**2 / arms.n1 + two**2 / arms.n2


def _average_both(arms: Arms) -> Floats:
    known = np.isfinite(arms.sd1 / arms.mean1 + arms.sd2 / arms.mean2)
    ratios = np.concatenate([arms.sd1 / arms.mean1, arms.sd2 / arms.mean2])
    sizes = np.concatenate([arms.n1, arms.n2])
    both = np.concatenate([known, known])
    return weighted(ratios[both], sizes[both]) ** 2 * (1 / arms.n1 + 1 / arms.n2)


_VARIANCES: Mapping[str, Variance] = {
    "LS": _large_sample,
    "LS2": _second_order,
    "HO": _pooled,
    "AV": _average_each,
    "AVHO": _average_both,
}


@final
@dataclass(frozen=True, slots=True)
class ROM(TwoMeans):
    r"""The log ratio of means :math:`\log(\bar x_1 / \bar x_2)`, for scales with a true zero.

    With :math:`q_j = s_j^2 / (n_j \bar x_j^2)` its bias in small trials is corrected by adding
    :math:`(q_1 - q_2) / 2`; its variance is :math:`q_1 + q_2`. The same as metafor's
    ``escalc(measure="ROM")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, to the second order, :math:`+ (q_1^2 + q_2^2) / 2`;
        ``"HO"``, with the pooled standard deviation; ``"AV"``, with each arm's coefficient of
        variation averaged over all rows; ``"AVHO"``, with one average for both arms.
    correct : bool
        Whether to correct for bias; metafor up to 3.8 did not.

    References
    ----------
    Hedges, Gurevitch & Curtis (1999), Ecology 80, 1150-1156, eq. 1.
    doi:10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2 Lajeunesse (2015), Ecology 96, 2056-2063,
    eq. 8 and 9. doi:10.1890/14-2402.1 Nakagawa et al. (2023), Ecol. Lett. 26, 232-244, for AV.
    doi:10.1111/ele.14144
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "ROM"
    label: ClassVar[str] = "Ratio of means"
    scale: ClassVar[str] = "log"
    rules: ClassVar[Mapping[str, Rule]] = {
        **TwoMeans.rules,
        **dict.fromkeys(("mean1", "mean2"), RATIO_MEAN),
    }
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": (True, False),
    }

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        one, two = arms.relative
        y = np.log(arms.mean1 / arms.mean2) + self.correct * (one - two) / 2
        return y, _VARIANCES[self.vtype](arms)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the ratio of means."""
        return np.exp(x)
