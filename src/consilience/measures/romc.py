"""The ratio of two means of the same group."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.paired_means import PairedMeans, Pairs
from consilience.measures.rules import RATIO_MEAN
from consilience.trials.checks import Rule


def _shares(pairs: Pairs) -> tuple[Floats, Floats, Floats]:
    """Return q1, q2 and their joint share r √(q1 q2), each (k,)."""
    one, two = pairs.sd1 / pairs.mean1, pairs.sd2 / pairs.mean2
    return one**2 / pairs.n, two**2 / pairs.n, pairs.r * one * two / pairs.n


def _large_sample(pairs: Pairs) -> Floats:
    one, two, joint = _shares(pairs)
    return one + two - 2 * joint


def _second_order(pairs: Pairs) -> Floats:
    one, two, joint = _shares(pairs)
    return one + two - 2 * joint + (one**2 + two**2) / 2 - joint**2


_VARIANCES: Mapping[str, Callable[[Pairs], Floats]] = {"LS": _large_sample, "LS2": _second_order}


@final
@dataclass(frozen=True, slots=True)
class ROMC(PairedMeans):
    r"""The log ratio of means :math:`\log(\bar x_1 / \bar x_2)` of paired measurements.

    For scales with a true zero. With :math:`q_j = s_j^2 / (n \bar x_j^2)` its bias is corrected by
    adding :math:`(q_1 - q_2) / 2`; its variance is :math:`q_1 + q_2 - 2 r \sqrt{q_1 q_2}`. The same
    as metafor's ``escalc(measure="ROMC")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, to the second order.
    correct : bool
        Whether to correct for bias; metafor up to 3.8 did not.

    References
    ----------
    Lajeunesse (2011), Ecology 92, 2049-2055, eq. 6. doi:10.1890/11-0423.1 Senior, Viechtbauer &
    Nakagawa (2020), Res. Synth. Methods 11, 553-567, eq. 7 and 18. doi:10.1002/jrsm.1423
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "ROMC"
    label: ClassVar[str] = "Ratio of means (paired)"
    scale: ClassVar[str] = "log"
    rules: ClassVar[Mapping[str, Rule]] = {
        **PairedMeans.rules,
        **dict.fromkeys(("mean1", "mean2"), RATIO_MEAN),
    }
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": (True, False),
    }

    @override
    def estimate(self, pairs: Pairs) -> tuple[Floats, Floats]:
        one, two, _ = _shares(pairs)
        y = np.log(pairs.mean1 / pairs.mean2) + self.correct * (one - two) / 2
        return y, _VARIANCES[self.vtype](pairs)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the ratio of means."""
        return np.exp(x)
