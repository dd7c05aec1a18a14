"""The standardised mean difference of arms whose variances differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.standardised import CORRECTIONS, correction
from consilience.measures.two_means import Arms, TwoMeans


def _variance(arms: Arms, g: Floats, lost: int) -> Floats:
    average = (arms.sd1**2 + arms.sd2**2) / 2
    n1, n2 = arms.n1 - lost, arms.n2 - lost
    spread = g**2 * (arms.sd1**4 / n1 + arms.sd2**4 / n2) / (8 * average**2)
    return spread + (arms.sd1**2 / n1 + arms.sd2**2 / n2) / average


_VARIANCES: Mapping[str, Callable[[Arms, Floats], Floats]] = {
    "LS": lambda arms, g: _variance(arms, g, 1),
    "LS2": lambda arms, g: _variance(arms, g, 0),
    "3.8": lambda arms, g: _variance(arms, g, 1) * correction(arms.m) ** 2,
}


@final
@dataclass(frozen=True, slots=True)
class SMDH(TwoMeans):
    r"""The mean difference in units of the arms' average variance.

    .. math::
        g = J(n_1 + n_2 - 2)\,\frac{\bar x_1 - \bar x_2}{s}, \quad s^2 = \frac{s_1^2 + s_2^2}{2},
        \qquad v = \frac{g^2}{8 s^4}\Big(\frac{s_1^4}{n_1 - 1} + \frac{s_2^4}{n_2 - 1}\Big)
        + \frac1{s^2}\Big(\frac{s_1^2}{n_1 - 1} + \frac{s_2^2}{n_2 - 1}\Big).

    The same as metafor's ``escalc(measure="SMDH")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, with n in place of n − 1; ``"3.8"``, the form of
        metafor up to 3.8, :math:`J^2` times LS.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Bonett (2008), Psychol. Methods 13, 99-109, eq. 8. doi:10.1037/1082-989X.13.2.99 Bonett (2009),
    Psychol. Methods 14, 225-238, eq. 5. doi:10.1037/a0016619
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMDH"
    label: ClassVar[str] = "Standardised mean difference (average variance)"
    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(_VARIANCES),
        "correct": (True, False),
    }

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        """Give g in units of the root of the mean variance, and the variance chosen by `vtype`."""
        g = (
            CORRECTIONS[self.correct](arms.m)
            * arms.difference
            / np.sqrt((arms.sd1**2 + arms.sd2**2) / 2)
        )
        return g, _VARIANCES[self.vtype](arms, g)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2: of n participants in two equal arms, 1/n1 + 1/n2 = 2²/n."""
        return 2.0
