"""The ratio of two standard deviations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np

from consilience.measures.base import Floats
from consilience.measures.two_means import Arms, TwoMeans, Variance

_VARIANCES: Mapping[str, Variance] = {
    "LS": lambda arms: 1 / (2 * (arms.n1 - 1)) + 1 / (2 * (arms.n2 - 1)),
    "LS2": lambda arms: (arms.n1 / (arms.n1 - 1) ** 2 + arms.n2 / (arms.n2 - 1) ** 2) / 2,
}


@final
@dataclass(frozen=True, slots=True)
class VR(TwoMeans):
    r"""The log variability ratio :math:`\log(s_1 / s_2)`.

    Its bias in small trials is corrected by adding
    :math:`\frac1{2 (n_1 - 1)} - \frac1{2 (n_2 - 1)}`; its variance is the sum of these two. Which
    scale values are better says nothing about spread, so its sign is never turned. The same as
    metafor's ``escalc(measure="VR")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, to the second order.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Nakagawa et al. (2015), Methods Ecol. Evol. 6, 143-152, eq. 9. doi:10.1111/2041-210X.12309
    Senior, Viechtbauer & Nakagawa (2020), Res. Synth. Methods 11, 553-567, eq. 5 and 15.
    doi:10.1002/jrsm.1423
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "VR"
    label: ClassVar[str] = "Ratio of standard deviations"
    scale: ClassVar[str] = "log"
    needs: ClassVar[tuple[str, ...]] = ("n1", "sd1", "n2", "sd2")
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": (True, False),
    }
    directional: ClassVar[bool] = False
    stands: ClassVar[str] = "Positive values mean more spread with the intervention."

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        bias = 1 / (2 * (arms.n1 - 1)) - 1 / (2 * (arms.n2 - 1))
        return np.log(arms.sd1 / arms.sd2) + self.correct * bias, _VARIANCES[self.vtype](arms)

    @override
    def display(self, x: Floats) -> Floats:
        """Return the ratio of standard deviations."""
        return np.exp(x)
